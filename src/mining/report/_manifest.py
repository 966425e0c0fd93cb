"""The manifest of a report: what it is made of, so that anyone can tell whether it was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from mining import writers
from mining.language import Language, clean_name
from mining.report._known import TerritoryFacts

ADDRESS = "manifest.json"


def manifest(
    files: Mapping[str, str | bytes], found: TerritoryFacts, words: Language, *, without: str
) -> str:
    """Return a JSON text: territory, last moment of the data, SHA-256 of every file.

    Parameters
    ----------
    files : mapping
        Relative path to content, as it is written.
    found : TerritoryFacts
        What the report tells.
    words : Language
        Titles under which editions are listed are in it, because publishing knows no language.
    without : str
        The file that publishing changes, left out.
    """
    today = found.today
    content = {
        "territory": clean_name(found.name),
        "until": today.isoformat(),
        "words": {
            "title": words.text("editions.title", moment=words.moment(today)),
            "latest": words.text("editions.latest"),
        },
        "files": {
            name: hashlib.sha256(_written(body)).hexdigest()
            for name, body in sorted(files.items())
            if name != without
        },
    }
    plain = writers.plain(content)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _written(body: str | bytes) -> bytes:
    """Return the bytes that writers give a file."""
    return body if isinstance(body, bytes) else writers.encoded(body)
