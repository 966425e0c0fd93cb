"""A PDF made of a template and of data: tagged, PDF/UA-1, the same bytes each time."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import matplotlib as mpl
import typst

STANDARD: Final = "ua-1"
#: Longest run of letters that a line surely holds; a longer one may be broken anywhere.
LONGEST_RUN = 24
_BREAK = "\u200b"


def compile_pdf(
    template: str, content: dict[str, Any], *, form: Literal["pdf", "png"] = "pdf"
) -> list[bytes]:
    """Typeset a template of ``report/templates``.

    Parameters
    ----------
    template : str
        Its file name.
    content : dict
        What it shows, as JSON knows it. Texts are data and never markup: nothing in them can
        command the typesetter.
    form : {"pdf", "png"}
        One PDF, or an image of each page.

    Returns
    -------
    list of bytes
        The file, or the pages.

    Raises
    ------
    typst.TypstError
        If a picture has no description, or anything else breaks PDF/UA-1 (ISO 14289-1).

    Notes
    -----
    Fonts are those that matplotlib and typst bring along; fonts of the machine are left aside, so
    that a page breaks its lines alike everywhere. No date enters the file.
    """
    given = {"content": json.dumps(_breakable(content), ensure_ascii=False, sort_keys=True)}
    made = _compiler(template).compile(
        format=form,
        sys_inputs=given,
        pdf_standards=STANDARD if form == "pdf" else [],
        ppi=110.0,
    )
    if made is None:  # pragma: no cover - typst writes a file only if it is given a path
        raise RuntimeError(template)
    return made if isinstance(made, list) else [made]


@cache
def _compiler(template: str) -> typst.Compiler:
    folder = Path(str(resources.files("mining.report") / "templates"))
    return typst.Compiler(
        str(folder / template), root=str(folder), font_paths=_fonts(), ignore_system_fonts=True
    )


@cache
def _fonts() -> typst.Fonts:
    shipped = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(shipped)]
    )


def _breakable(value: Any) -> Any:
    """Let very long words break, wherever they stand in the content."""
    if isinstance(value, dict):
        return {k: v if k == "svg" else _breakable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_breakable(v) for v in value]
    if not isinstance(value, str):
        return value
    words = str(value).split(" ")
    return " ".join(w if len(w) <= LONGEST_RUN else _cut(w) for w in words)


def _cut(word: str) -> str:
    step = LONGEST_RUN // 2
    return _BREAK.join(word[k : k + step] for k in range(0, len(word), step))
