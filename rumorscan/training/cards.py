"""Model cards: what a model learned from, how good it is, where it fails; no text of anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rumorscan.training.measuring.metrics import NAMES, SHOWN
from rumorscan.training.measuring.slices import MEASURED

RETRAIN = "This model must be retrained on current posts of your own before operational use."

LIMITS = (
    "It reads wording and knows no facts: a false claim in the style of news passes, a true one "
    "in the style of a rumor is flagged.",
    "A post that denies or questions a rumor shares its words; stance is judged elsewhere.",
    "Its probabilities hold for the stated share of false posts; another share "
    "needs another base rate.",
    "Wording of later years, other platforms, other genres and other languages is further from "
    "what it learned than the figures of the grouped trial suggest; the later trial and the "
    "left-out sources show by how much.",
    "Texts under the minimum length get no probability over the base rate.",
)
"""What holds for every model of this kind."""

_KINDS = {
    "linear": (
        "谣言线性模型 Linear model for false information in Chinese posts",
        "Logistic regression over hashed characters and words of the folded text, with two heads: "
        "is this a checkable claim, and, given a claim, is it false.",
    ),
    "stacked": (
        "谣言叠加模型 Stacked model for false information in Chinese posts",
        "A linear model over hashed characters and words, and a small transformer that was "
        "fine-tuned, each asked two questions of the folded text: is this a checkable claim, and, "
        "given a claim, is it false. A regression fitted on posts held out of both joins the "
        "answers. The transformer, in ONNX with 8-bit weights, is asked only where it could "
        "change the verdict.",
    ),
}
"""Title of a card and what the model is, by kind."""

_TRIALS = {
    "grouped": "Grouped folds: posts like those it learned from; no near-duplicate cluster is cut",
    "later": "Later in time: learned from the past, measured on what came later",
    "left_out": "Left out: each source measured by a model that learned from the others only",
    "beside": "Further sets that were never learned from",
    "alone": "One source by itself: learned from and measured on that source only",
    "seeds": "The same trial with networks of other seeds",
}


def write_card(
    report: Mapping[str, Any],
    *,
    warnings: Sequence[str] = (),
    terms: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Return the card of a model as Markdown.

    Args:
        report: what `Training.to_dict` gives, and optionally `command`.
        warnings: what the leak report warns of.
        terms: source to its terms and citation.
        notes: further known limits, a sentence each.

    Example:
        >>> report = {"settings": {"seed": 0}, "data": {"posts": 9, "false": 4, "clusters": 8}}
        >>> card = write_card(report)
        >>> RETRAIN in card, "9 labeled posts, 4 of them false information" in card
        (True, True)
    """
    sections = [
        _title(report),
        _data(report["data"], terms or {}),
        *_metrics(report.get("trials", {})),
        _slices(report.get("slices", {})),
        _ordinary(report.get("ordinary", {})),
        _not_measured(report.get("not_measured", {})),
        _leaks(report.get("leaks", {}), warnings),
        "## Known failures and limits\n\n" + _bullets([*notes, *LIMITS]),
        _making(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _title(report: Mapping[str, Any]) -> str:
    data = report["data"]
    settings = report["settings"]
    title, kind = _KINDS[settings.get("kind", "linear")]
    return (
        f"# {title}\n\n"
        f"**{RETRAIN}** 用于实际工作之前，必须用自己的近期数据重新训练。\n\n"
        f"{kind} The rumor probability weighs both answers by Bayes' rule, calibrated on "
        "held-out clusters (the first answer on sources left out) for a base rate of 0.5, and "
        "moved to the base rate that is asked for.\n\n"
        f"Learned from {data['posts']} labeled posts, {data['false']} of them false information, "
        f"in {data['clusters']} clusters of near-duplicates."
    )


def _data(data: Mapping[str, Any], terms: Mapping[str, str]) -> str:
    rows = []
    for name, one in data.get("sources", {}).items():
        period = f"{one['from']} to {one['to']}" if "from" in one else "-"
        rows.append((name or "-", one["posts"], one["false"], period, terms.get(name, "-")))
    parts = ["## Data"]
    if rows:
        parts.append(_table(("source", "posts", "false", "period", "terms and citation"), rows))
    if data.get("ordinary"):
        listed = ", ".join(f"{name} ({count})" for name, count in data["ordinary"].items())
        parts.append(
            f"Ordinary posts, the negatives of the claim head only: {listed}. "
            "No text of any of these posts is in this folder."
        )
    rejected = sum(sum(one["rejected"].values()) for one in data.get("inputs", ()))
    if rejected:
        parts.append(f"{rejected} rows could not be used and were set aside.")
    return "\n\n".join(parts)


def _metrics(trials: Mapping[str, Any]) -> list[str]:
    sections = []
    for trial, parts in trials.items():
        rows = [
            (name, one["n"], one["positives"], *(_figure(one[figure]) for figure in SHOWN))
            for name, one in parts.items()
        ]
        header = ("posts", "n", "false", *(NAMES[name] for name in SHOWN))
        sections.append(f"### {_TRIALS.get(trial, trial)}\n\n{_table(header, rows)}")
    if sections:
        sections.insert(
            0,
            "## Metrics\n\nProbabilities for a base rate of 0.5. In brackets the interval in "
            "which 95% of the draws fall when whole clusters are drawn again. ECE: mean gap of "
            "ten equal-width bins.",
        )
    return sections


def _slices(kinds: Mapping[str, Any]) -> str:
    rows = [
        (kind, name, one["n"], one["positives"], *(_figure(one[figure]) for figure in MEASURED))
        for kind, parts in kinds.items()
        for name, one in parts.items()
        if MEASURED[0] in one
    ]
    if not rows:
        return ""
    header = ("by", "slice", "n", "false", *(NAMES[name] for name in MEASURED))
    return f"### Slices of the grouped folds\n\n{_table(header, rows)}"


def _ordinary(parts: Mapping[str, Any]) -> str:
    titles = {
        "held_out": "other posts of the source were learned from",
        "left_out": "nothing of the source was learned from",
        "beside": "measured with this model; nothing of the source was learned from",
    }
    rows: list[Sequence[object]] = []
    rates: list[str] = []
    for how, sources in parts.items():
        for name, one in sources.items():
            rates = list(one["over_half_at_base_rate"])
            shares = (_figure(figure) for figure in one["over_half_at_base_rate"].values())
            rows.append((name, titles.get(how, how), one["n"], *shares))
    if not rows:
        return (
            "## Ordinary posts\n\nNo ordinary posts were given: this model takes every post for "
            "a claim and must be expected to call many ordinary ones rumors."
        )
    table = _table(
        ("source", "how", "n", *(f"over .5 at base rate {rate}" for rate in rates)), rows
    )
    return f"## Ordinary posts called rumors\n\n{table}"


def _not_measured(missing: Mapping[str, str]) -> str:
    if not missing:
        return ""
    return "## Not measured\n\n" + _bullets(f"{name}: {why}" for name, why in missing.items())


def _leaks(leaks: Mapping[str, Any], warnings: Sequence[str]) -> str:
    if not leaks:
        return ""
    rows = [
        (part, trait, figure["n"], _figure(figure), f"{figure['model']:.3f}")
        for part, one in leaks.items()
        for trait, figure in one["auc_of_trait_alone"].items()
    ]
    whole = next(iter(leaks.values()))
    parts = [
        "## Leaks",
        "What models reach that see no words, on the same folds:",
        _table(("posts", "trait alone", "n", "AUC of the trait", "AUC of this model"), rows),
        f"Test posts with a near-duplicate in training: {whole['twins_found']}. Under a random "
        f"split it would have been {whole['twins_if_random']:.1%} of them. Clusters that carry "
        f"both labels: {whole['mixed_clusters']}.",
    ]
    if warnings:
        parts.append("**Warnings**\n\n" + _bullets(warnings))
    return "\n\n".join(parts)


def _making(report: Mapping[str, Any]) -> str:
    settings, versions = report.get("settings", {}), report.get("versions", {})
    lines = []
    if "command" in report:
        lines.append(f"Command: `{report['command']}`")
    if "tuning" in settings:
        shown = ", ".join(f"{name}={value}" for name, value in settings["tuning"].items())
        lines.append(f"Encoder: {settings['base']}, {settings['seeds']} seeds, {shown}")
    linear = settings.get("linear", settings)
    if "parameters" in linear:
        shown = ", ".join(f"{name}={value}" for name, value in linear["parameters"].items())
        lines.append(f"Linear model: {shown}")
    lines.append(f"Seed: {settings.get('seed', 0)}")
    if versions:
        lines.append("Versions: " + ", ".join(f"{name} {one}" for name, one in versions.items()))
    lines.append("All figures stand in `metrics.json`, the digests of all files in `digests.json`.")
    return "## Making\n\n" + _bullets(lines)


def _figure(figure: Mapping[str, float | None]) -> str:
    if figure["value"] is None:
        return "-"
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(one) for one in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())
