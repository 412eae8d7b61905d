"""Templates to self-contained pages that load nothing and let no text act as markup.

Every string that a template prints is made visible and escaped, and a strict
Content-Security-Policy names the digests of the one style and the one script.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from rumorscan.reports import glossary, phrases, variants

STYLES = ("page.css",)


def render(
    template: str, values: Mapping[str, Any], *, styles: tuple[str, ...] = STYLES, **more: Any
) -> str:
    """Return a template of this package as one page, the same bytes for the same values.

    Args:
        template: its name; it prints `policy`, `style` and `script` in its head.
        values: what it prints.
        styles: the style sheets, later ones laid over earlier ones.
        more: further values.

    Example:
        >>> "default-src 'none'" in render("words.html", {})
        False
    """
    style, script = "".join(_asset(name) for name in styles), _asset("page.js")
    policy = (
        "default-src 'none'; "
        f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    # the assets are files of this package; no other text skips the escaping
    return (
        _environment()
        .get_template(template)
        .render(
            policy=policy,
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            **values,
            **more,
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rumorscan.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe,
    )
    environment.filters.update(
        count=phrases.count,
        fraction=phrases.fraction,
        chance=phrases.chance,
        number=phrases.number,
    )
    environment.globals.update(
        rejections=glossary.REJECTS,
        layers=glossary.WORDS,
        words_for=phrases.words_for,
        tiers=glossary.TIERS,
        triages=glossary.TRIAGES,
        stances=glossary.STANCES,
    )
    return environment


def _safe(value: Any) -> Any:
    """Mark what is invisible in every string that a template prints."""
    if value is None or isinstance(value, jinja2.Undefined):
        return ""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return variants.plain(value)


def _asset(name: str) -> str:
    path = resources.files("rumorscan.reports") / "templates" / name
    # browsers hash a style with its line ends normalized
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
