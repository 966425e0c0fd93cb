"""Texts of the analysis of rhythms, from the catalogue of a language."""

from __future__ import annotations

from mining.language import Language


def say(key: str, words: Language, *, count: int | None = None, **values: str) -> str:
    """Return a text of ``activity_words``; `count` chooses singular or plural and is its ``n``."""
    return str(words.text(f"activity_words.{key}", count=count, **values))
