"""Everything the incidents say, in French: sentences of at most 25 words, names and titles aside.

The tables of words stand in :mod:`mining.anomaly._words`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from mining.anomaly._words import FAULTY, HOLIDAYS, LABELS, SEEN, WHY

#: Narrow no-break space: between thousands, and before ``%``, ``:`` and their like.
THIN = "\u202f"

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
#: A night begins at or after the first hour and ends at or before the second.
_EVENING, _MORNING = 17, 10
#: From this ratio on a rise is told as a factor; neighbours this near to usual are normal.
_TIMES, _AS_USUAL = 3.0, 0.1
#: A longer sentence is two.
LONGEST = 25
#: Words of a journal entry's title that a sentence has room for.
_TITLE = 8


def number(value: float, decimals: int = 0) -> str:
    """Return a number as French print has it.

    Examples
    --------
    >>> number(12345.6)
    '12\u202f346'
    >>> number(-3.25, 1)
    '−3,2'
    """
    text = f"{abs(value):,.{decimals}f}".replace(",", THIN).replace(".", ",")
    zero = not any(c in "123456789" for c in text)
    return text if value >= 0 or zero else f"−{text}"


def percent(ratio: float) -> str:
    """Return a change such as ``+54 %`` from the ratio of observed to expected."""
    change = round(100 * (ratio - 1))
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{number(abs(change))}{THIN}%"


def date(day: pd.Timestamp, *, year: bool = True) -> str:
    """Return a day in words, such as ``jeudi 1er mai 2025``."""
    rank = "1er" if day.day == 1 else str(day.day)
    words = f"{_DAYS[day.weekday()]} {rank} {_MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if year else words


def short_date(day: pd.Timestamp, *, month: bool = True, year: bool = True) -> str:
    """Return a day without its weekday, such as ``1er mai 2025``."""
    words = ["1er" if day.day == 1 else str(day.day)]
    if month:
        words.append(_MONTHS[day.month - 1])
    return " ".join([*words, str(day.year)] if year else words)


def clock(time: pd.Timestamp) -> str:
    """Return a time of day in words, such as ``9 h 30`` or ``minuit``."""
    if time.hour == time.minute == 0:
        return "minuit"
    minutes = f"{THIN}{time.minute:02d}" if time.minute else ""
    return f"{time.hour}{THIN}h{minutes}"


def period(start: pd.Timestamp, end: pd.Timestamp, *, still: bool = False) -> str:
    """Return a half-open local interval in words, beginning a sentence.

    Hours are told of one day; longer intervals are told in days, the table has the hours.

    Parameters
    ----------
    start, end : Timestamp
        Local.
    still : bool
        Whether it goes on.
    """
    last = (end - pd.Timedelta("1s")).normalize()
    first = start.normalize()
    if first == last:
        whole = start == first and end == end.normalize()
        hours = "" if whole else f" de {clock(start)} à {clock(end)}"
        return f"{date(start).capitalize()}{hours}"
    if still:
        return f"Depuis le {short_date(first)}"
    follows = (first + pd.Timedelta("36h")).normalize() == last
    one_month = (first.month, first.year) == (last.month, last.year)
    opening = short_date(first, month=not one_month, year=first.year != last.year)
    if follows and start.hour >= _EVENING and end <= last + pd.Timedelta(hours=_MORNING):
        return f"Dans la nuit du {opening} au {short_date(last)}"
    if follows:
        return f"Les {opening} et {short_date(last)}"
    return f"Du {opening} au {short_date(last)}"


def amount(value: float, unit: str) -> str:
    """Return a quantity with its unit: passages for counts."""
    if unit == "count":
        return f"{number(value)} passage{'s' if abs(value) >= 1.5 else ''}"
    decimals = 1 if abs(value) >= 10 else 2
    return number(value, decimals) + ("" if unit == "1" else f"{THIN}{unit}")


def change(observed: float, expected: float) -> str:
    """Return a change in parentheses, as a share or from three times on as a factor."""
    if expected < 0.5:
        return ""
    ratio = observed / expected
    if ratio >= _TIMES:
        return f" ({number(ratio)} fois plus)"
    return f" ({percent(ratio)})"


def measured(observed: float, expected: float, unit: str, *, several: bool = False) -> str:
    """Return what was seen against what was expected."""
    if unit == "count":
        verb = "comptent" if several else "compte"
        wanted = f"{number(expected)} attendu{'s' if expected >= 1.5 else ''}"
        return f"{verb} {amount(observed, unit)} pour {wanted}{change(observed, expected)}"
    verb = "mesurent" if several else "mesure"
    return f"{verb} {amount(observed, unit)} en moyenne pour {amount(expected, unit)} attendus"


def faulty(kind: str, observed: float, expected: float, unit: str, *, several: bool = False) -> str:
    """Return what a faulty sensor does; figures only where they are known."""
    seen = SEEN.get(kind, FAULTY)[several]
    if not math.isfinite(expected):
        return f"{seen}, sans qu’on sache combien attendre"
    many = unit != "count" or expected >= 1.5
    if kind in ("silence", "zeros") or not math.isfinite(observed):
        return f"{seen} pour {amount(expected, unit)} attendu{'s' if many else ''}"
    wanted = number(expected) if unit == "count" else amount(expected, unit)
    return f"{seen} ({amount(observed, unit)} pour {wanted} attendu{'s' if many else ''})"


def neighbours(ratio: float, count: int, *, sign: int = 0, several: bool = False) -> str:
    """Return what the neighbours do.

    Parameters
    ----------
    ratio : float
        Their median level over the usual one.
    count : int
        How many they are.
    sign : int
        +1 if the incident is a rise, -1 if it is a drop, 0 if it is neither.
    several : bool
        Whether the incident has several sensors.
    """
    if count == 0 or not math.isfinite(ratio):
        return "sans voisin pour comparer"
    one = count == 1
    whose = ("leur" if several else "son") if one else ("leurs" if several else "ses")
    who = f"{whose} voisin" + ("" if one else "s")
    if abs(ratio - 1) < _AS_USUAL:
        return f"{who} {'reste normal' if one else 'restent normaux'}"
    up = ratio > 1
    verb = ("monte" if up else "baisse") + ("" if one else "nt")
    also = " aussi" if sign and up == (sign > 0) else ""
    much = f"{number(ratio)} fois plus" if ratio >= _TIMES else percent(ratio)
    return f"{who} {verb}{also} ({much})"


def level_neighbours(count: int) -> str:
    """Return the neighbours' clause of measures that are not counts."""
    if count == 0:
        return "sans voisin pour comparer"
    return f"avec {count} voisin{'s' if count > 1 else ''} pour repère"


def holiday(key: str, name: str) -> str:
    """Return a holiday's name in French, or its own name in quotation marks."""
    known = HOLIDAYS.get(key.removesuffix("_observed"))
    return known or f"le jour férié «{THIN}{name}{THIN}»"


def subject(names: Sequence[str]) -> str:
    """Return the subject of a sentence on one or several sensors."""
    first = f"«{THIN}{names[0]}{THIN}»"
    if len(names) == 1:
        return first
    return f"{first} et {'un autre capteur' if len(names) == 2 else f'{len(names) - 1} autres'}"


def territory(count: int) -> str:
    """Return the subject of a sentence on the whole territory."""
    return f"les {count} capteurs ensemble" if count > 1 else "l’ensemble des capteurs"


def why(rule: str, words: str, *, sure: bool) -> str:
    """Return the reason of a verdict."""
    return WHY[rule].format(maybe="sans doute" if sure else "peut-être", words=words)


def diversion(name: str, *, loses: bool, sure: bool) -> str:
    """Return the reason of one half of a diversion; `name` is the other half's sensor."""
    maybe = "sans doute" if sure else "peut-être"
    way = "vers" if loses else "depuis"
    return f"{maybe} une déviation {way} «{THIN}{name}{THIN}»"


def correction(label: str, reason: str) -> str:
    """Return the reason of a label that a person gave."""
    return f"{LABELS[label]}, corrigé à la main ({reason.rstrip(' .')})"


def journal(title: str) -> str:
    """Return the reason of a label that the journal gives; a long title is cut."""
    words = title.strip().rstrip(".").split()
    short = " ".join(words[:_TITLE]) + ("…" if len(words) > _TITLE else "")
    return f"«{THIN}{short}{THIN}», selon le journal" if words else "selon le journal"


def sentence(when: str, who: str, did: str, others: str, because: str) -> str:
    """Return the sentence of an incident, in two halves if one would be long; `others` may be "".

    Examples
    --------
    >>> sentence("Le 5 mai 2025", "la place", "compte 9 passages", "", "cause à trouver")
    'Le 5 mai 2025, la place compte 9 passages\u202f: cause à trouver.'
    """
    short = f"{when}, {who} {did}"
    one = f"{short}, {others}{THIN}: {because}." if others else f"{short}{THIN}: {because}."
    if words_of(one) <= LONGEST:
        return one
    rest = f"{others}{THIN}: {because}" if others else because
    return f"{short}. {rest[0].upper()}{rest[1:]}."


def words_of(sentence: str) -> int:
    """Return the number of words: what stands between spaces and has a letter or a digit."""
    return sum(any(c.isalnum() for c in word) for word in sentence.split(" "))
