"""Texts of the analysis of rhythms, from the catalogue of a language."""

from __future__ import annotations

from mining.language import Language


def say(key: str, words: Language, **values: str) -> str:
    """Return a text of ``activity_words``."""
    return str(words.raw(f"activity_words.{key}")).format(**values)
