"""`rumorscan explain`: why something was flagged or not, in words."""

from __future__ import annotations

import click

from rumorscan.cli.documents import print_json
from rumorscan.cli.words import say


@click.command(name="explain")
@click.argument("run", metavar="RUN")
@click.argument("name", metavar="ID")
@click.option(
    "--lang",
    type=click.Choice(["both", "zh", "en"]),
    default="both",
    help="语言 Language [both, Chinese first].",
)
@click.option("--json", "as_json", is_flag=True, help="机器可读 The same as JSON.")
def command(run: str, name: str, lang: str, as_json: bool) -> None:
    """解释为什么标记或放行：ID 是帖子、账号、行动、账号群、近重组或已知谣言的编号。

    Say why a post, account, campaign, community, group or known rumor was flagged or not: the
    evidence for and against it, what each number means, and what a person could check next.
    """
    from rumorscan.reports.explain import explain, find_explanations

    if as_json:
        print_json([each.to_dict() for each in find_explanations(run, name)], indent=2)
    else:
        say(explain(run, name, lang))
