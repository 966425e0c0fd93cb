"""What the incidents say, in the language of their territory: sentences of at most 25 words.

Words, agreement and order stand in ``texts/<language>/incident_words.yaml``: code chooses keys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from mining.language import NBSP, Language

#: A night begins at or after the first hour and ends at or before the second.
_EVENING, _MORNING = 17, 10
#: From this ratio on a rise is told as a factor; neighbours this near to usual are normal.
_TIMES, _AS_USUAL = 3.0, 0.1
#: A longer sentence is two.
LONGEST = 25
#: Words of a journal entry's title that a sentence has room for.
_TITLE = 8


def _say(words: Language, key: str, *, count: float | None = None, **values: str) -> str:
    return words.text(f"incident_words.{key}", count=count, **values)


def period(start: pd.Timestamp, end: pd.Timestamp, words: Language, *, still: bool = False) -> str:
    """Return a half-open local interval in words, such as "les 1er et 2 mai 2025".

    Hours are told of one day; longer intervals are told in days, the table has the hours.

    Parameters
    ----------
    start, end : Timestamp
        Local.
    words : Language
    still : bool
        Whether it goes on.
    """
    last = (end - pd.Timedelta("1s")).normalize()
    first = start.normalize()
    if first == last:
        day = words.date(start)
        if start == first and end == end.normalize():
            return _say(words, "day", day=day)
        return _say(words, "hours", day=day, start=_clock(start, words), end=_clock(end, words))
    if still:
        return _say(words, "since", first=words.date(first, weekday=False))
    key = "days"
    if (first + pd.Timedelta("36h")).normalize() == last:
        night = start.hour >= _EVENING and end <= last + pd.Timedelta(hours=_MORNING)
        key = "night" if night else "both"
    begin = words.date(first, weekday=False, year=first.year != last.year)
    if (first.month, first.year) == (last.month, last.year):
        begin = begin.split(NBSP)[0]
    return _say(words, key, first=begin, last=words.date(last, weekday=False))


def _clock(time: pd.Timestamp, words: Language) -> str:
    """Return a time of day in words, such as "9 h 30" or "minuit"."""
    if time.hour == time.minute == 0:
        return _say(words, "midnight")
    return words.hour(time.hour + time.minute / 60)


def amount(value: float, unit: str, words: Language) -> str:
    """Return a quantity with its unit: passages for counts."""
    if unit == "count":
        return _say(words, "passages", count=round(value))
    level = words.number(value, 1 if abs(value) >= 10 else 2)
    return level if unit == "1" else _say(words, "level", value=level, unit=unit)


def _much(ratio: float, words: Language) -> str:
    """Return a change as a share, or from three times on as a factor."""
    if ratio >= _TIMES:
        return _say(words, "times", n=words.number(ratio))
    return words.percent(ratio - 1, signed=True)


def measured(
    observed: float, expected: float, unit: str, words: Language, *, several: bool = False
) -> str:
    """Return what was seen against what was expected, as far as they are known."""
    if not math.isfinite(observed):
        return faulty("silence", observed, expected, unit, words, several=several)
    number, told = 2 if several else 1, amount(observed, unit, words)
    if unit == "count":
        seen = _say(words, "counts", count=number, passages=told)
    else:
        seen = _say(words, "measures", count=number, level=told)
    if not math.isfinite(expected):
        return _say(words, "unknown", seen=seen)
    if unit != "count":
        return _say(words, "measured", seen=seen, expected=amount(expected, unit, words))
    wanted = _say(words, "expected", count=round(expected))
    did = _say(words, "counted", seen=seen, expected=wanted)
    if expected < 0.5:
        return did
    return _say(words, "changed", did=did, much=_much(observed / expected, words))


def faulty(
    kind: str,
    observed: float,
    expected: float,
    unit: str,
    words: Language,
    *,
    several: bool = False,
) -> str:
    """Return what a faulty sensor does; figures only where they are known."""
    known = kind if words.has(f"incident_words.seen.{kind}") else "any"
    seen = _say(words, f"seen.{known}", count=2 if several else 1)
    if not math.isfinite(expected):
        return _say(words, "unknown", seen=seen)
    number = round(expected) if unit == "count" else 2
    wanted = amount(expected, unit, words)
    if kind in ("silence", "zeros") or not math.isfinite(observed):
        return _say(words, "fault_nothing", count=number, seen=seen, expected=wanted)
    wanted = words.number(expected) if unit == "count" else wanted
    told = amount(observed, unit, words)
    return _say(words, "fault", count=number, seen=seen, amount=told, expected=wanted)


def neighbours(
    ratio: float, count: int, words: Language, *, sign: int = 0, several: bool = False
) -> str:
    """Return what the neighbours do.

    Parameters
    ----------
    ratio : float
        Their median level over the usual one.
    count : int
        How many they are.
    words : Language
    sign : int
        +1 if the incident is a rise, -1 if it is a drop, 0 if it is neither.
    several : bool
        Whether the incident has several sensors.
    """
    if count == 0 or not math.isfinite(ratio):
        return _say(words, "no_neighbour")
    who = _say(words, "neighbours_of_several" if several else "neighbours", count=count)
    if abs(ratio - 1) < _AS_USUAL:
        return _say(words, "usual", count=count, who=who)
    up = ratio > 1
    key = ("up" if up else "down") + ("_too" if sign and up == (sign > 0) else "")
    return _say(words, key, count=count, who=who, much=_much(ratio, words))


def level_neighbours(count: int, words: Language) -> str:
    """Return the neighbours' clause of measures that are not counts."""
    return _say(words, "levels", count=count) if count else _say(words, "no_neighbour")


def holiday(key: str, name: str, words: Language) -> str:
    """Return a holiday as a sentence has it, or its own name in quotation marks."""
    known = f"holidays.{key.removesuffix('_observed')}.the"
    return words.text(known) if words.has(known) else _say(words, "holiday", name=name)


def shift(hours: int, words: Language) -> str:
    """Return by how much a clock is wrong."""
    return _say(words, "shift", n=words.number(abs(hours)))


def subject(names: Sequence[str], words: Language) -> str:
    """Return the subject of a sentence on one or several sensors."""
    first = _say(words, "quoted", name=names[0])
    if len(names) == 1:
        return first
    if len(names) == 2:
        return _say(words, "two", first=first)
    return _say(words, "more", first=first, n=words.number(len(names) - 1))


def territory(count: int, words: Language) -> str:
    """Return the subject of a sentence on the whole territory."""
    return _say(words, "territory", count=max(count, 1))


def why(rule: str, about: str, words: Language, *, sure: bool) -> str:
    """Return the reason of a verdict; `about` is the holiday or the duration that it names."""
    maybe = _say(words, "sure" if sure else "unsure")
    return _say(words, f"why.{rule}", maybe=maybe, about=about)


def diversion(name: str, words: Language, *, loses: bool, sure: bool) -> str:
    """Return the reason of one half of a diversion; `name` is the other half's sensor."""
    maybe = _say(words, "sure" if sure else "unsure")
    key = "why.diversion_to" if loses else "why.diversion_from"
    return _say(words, key, maybe=maybe, name=_say(words, "quoted", name=name))


def correction(label: str, reason: str, words: Language) -> str:
    """Return the reason of a label that a person gave."""
    told = _say(words, f"label.{label}")
    return _say(words, "why.correction", label=told, reason=reason.rstrip(" ."))


def journal(title: str, words: Language) -> str:
    """Return the reason of a label that the journal gives; a long title is cut."""
    said = title.strip().rstrip(".").split()
    short = " ".join(said[:_TITLE]) + ("…" if len(said) > _TITLE else "")
    return _say(words, "why.journal", title=short) if said else _say(words, "why.untitled")


def sentence(words: Language, *, when: str, who: str, did: str, neighbours: str, why: str) -> str:
    r"""Return the sentence of an incident, in two halves if one would be long.

    Parameters
    ----------
    words : Language
    when, who, did, neighbours, why : str
        Its parts; `neighbours` may be "".

    Examples
    --------
    >>> from mining.language import language
    >>> parts = {"who": "la place", "did": "compte 9 passages", "why": "cause à trouver"}
    >>> sentence(language("fr"), when="le 5 mai 2025", neighbours="", **parts)
    'Le 5 mai 2025, la place compte 9 passages\xa0: cause à trouver.'
    """
    parts = {"when": when, "who": who, "did": did, "neighbours": neighbours, "why": why}

    def say(key: str) -> str:
        return _capital(words.text(f"incident_words.{key}", count=None, **parts))

    one = say("beside" if neighbours else "whole")
    if words_of(one) <= LONGEST:
        return one
    return f"{say('alone')} {say('then_beside' if neighbours else 'then')}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def words_of(sentence: str) -> int:
    """Return the number of words: what stands between spaces and has a letter or a digit.

    The narrow spaces within numbers part nothing.
    """
    parts = sentence.replace(NBSP, " ").split(" ")
    return sum(any(c.isalnum() for c in word) for word in parts)
