"""File names made of names that people wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 60
#: Names that some systems keep for themselves.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|index)")


def slug(name: str, word: str) -> str:
    """Return a lower-case ASCII file name without any path in it.

    Parameters
    ----------
    name : str
        Anything.
    word : str
        What stands for a name without any letter, and before one that systems keep.

    Examples
    --------
    >>> slug("Place d'Armes, côté Île", "lieu")
    'place-d-armes-cote-ile'
    >>> slug("../..", "lieu")
    'lieu'
    """
    plain = name.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower())[:LONGEST].strip("-")
    if not words:
        return word
    return f"{word}-{words}" if _RESERVED.fullmatch(words) else words


def slugs(names: Sequence[str], word: str) -> dict[str, str]:
    """Return a different file name for each name, whatever their order.

    Of names that give the same file name, the first in alphabetical order keeps it and the others
    get a number.

    Examples
    --------
    >>> slugs(["Rue É", "Rue E", "Rue E 2"], "lieu")
    {'Rue E': 'rue-e', 'Rue E 2': 'rue-e-2', 'Rue É': 'rue-e-3'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(set(names)):
        base, number = slug(name, word), 1
        candidate = base
        while candidate in taken:
            number += 1
            candidate = f"{base}-{number}"
        taken.add(candidate)
        found[name] = candidate
    return found
