"""Templates of a report: where they are, and how they are filled."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates: all names are escaped but in plain text."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("mining.report", "templates"),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def source(name: str) -> str:
    """Return a template as it stands."""
    loader = environment().loader
    if loader is None:  # pragma: no cover - the environment above has one
        raise RuntimeError(name)
    return loader.get_source(environment(), name)[0]


def render(template: str, **values: Any) -> str:
    """Return a filled template; empty lines are left out of pages, and kept in plain text."""
    text = environment().get_template(template).render(**values)
    if template.endswith(".txt"):
        return text
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"
