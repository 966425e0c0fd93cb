"""Words, numbers and dates of a report, all from one catalogue per language (``texts/*.yaml``).

No locale of the machine is used: names of days and months, separators and plural rules stand in
the catalogue, so that a page is the same on every machine.
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
import yaml

from mining.errors import ConfigError

NBSP = "\u00a0"
THIN = "\u202f"
MINUS = "\u2212"
FIRST_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def clean_name(name: object) -> str:
    """Return a name that people wrote without control characters, and without marks that turn
    the direction of the text around it.
    """  # noqa: D205
    text = _CONTROLS.sub(" ", _SURROGATES.sub("", str(name)))
    return re.sub(" +", " ", text).strip(" ")


def french_typography(text: str) -> str:
    """Set French spaces and apostrophes in a sentence written with plain ones.

    Notes
    -----
    A narrow no-break space stands before ``; ! ? %`` and within numbers, a no-break space before
    ``:`` and inside guillemets, and between a number and the word it counts.

    Examples
    --------
    >>> french_typography("L'essai : 12 h ?") == "L’essai\u00a0: 12\u00a0h\u202f?"
    True
    """
    text = text.replace("'", "’")
    text = re.sub(r"[ \u00a0\u202f]+([;!?%])", THIN + r"\1", text)
    text = re.sub(r"[ \u202f]+:(?=\s|$)", NBSP + ":", text)
    text = re.sub(r"«[ \u00a0\u202f]*", "«" + NBSP, text)
    text = re.sub(r"[ \u00a0\u202f]*»", NBSP + "»", text)
    return re.sub(r"(\d|\{n\}) (?=[a-zà-ÿ])", r"\1" + NBSP, text)


def _untouched(text: str) -> str:
    return text


_TYPOGRAPHY = {"french": french_typography, "none": _untouched}


class Language:
    """One catalogue of texts, and the forms of numbers and dates that go with it.

    Parameters
    ----------
    code : str
        Language of the report: name of a file of ``report/texts``.

    Raises
    ------
    ConfigError
        If there is no catalogue in this language.
    """

    def __init__(self, code: str) -> None:
        folder = resources.files("mining.report") / "texts"
        known = sorted(f.name.removesuffix(".yaml") for f in folder.iterdir())
        if code not in known:
            msg = f"no report texts in language {code!r}: expected one of {', '.join(known)}"
            raise ConfigError(msg)
        self.code = code
        self._texts: dict[str, Any] = yaml.safe_load(
            (folder / f"{code}.yaml").read_text(encoding="utf-8")
        )
        self._typography = _TYPOGRAPHY[self._texts["format"]["typography"]]

    def set(self, text: str) -> str:
        """Return a text with the spaces and apostrophes its language wants."""
        return self._typography(text)

    def has(self, key: str) -> bool:
        """Say whether the catalogue holds a text of this name."""
        found: Any = self._texts
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return True

    def raw(self, key: str) -> Any:
        """Return an entry of the catalogue as it stands; `key` is dotted."""
        found: Any = self._texts
        for part in key.split("."):
            found = found[part]
        return found

    def text(self, key: str, *, count: float | None = None, **values: object) -> str:
        """Return a sentence of the catalogue.

        Parameters
        ----------
        key : str
            Dotted name, for instance ``"week.total"``.
        count : float, optional
            Chooses between the entry's ``one`` and ``other``, and is ``{n}`` in it.
        **values
            What stands in the braces of the sentence, already in words.
        """
        entry = self.raw(key)
        if isinstance(entry, dict):
            if count is None:
                msg = f"text {key!r} has a singular and a plural: a count is needed"
                raise KeyError(msg)
            entry = entry["one" if abs(count) < self.raw("format.plural_from") else "other"]
        if count is not None:
            values = {"n": self.number(count), **values}
        return self.set(str(entry).strip()).format(**values)

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number in figures, with the language's separators."""
        figures = f"{abs(value):,.{decimals}f}"
        sign = MINUS if value < 0 and float(figures.replace(",", "")) else ""
        swap = {",": self.raw("format.thousands"), ".": self.raw("format.decimal")}
        return sign + "".join(swap.get(c, c) for c in figures)

    def about(self, value: float) -> str:
        """Return a number to three significant digits, for what is only expected."""
        digits = 3 - len(f"{abs(value):.0f}")
        return self.number(round(value, min(digits, 0)))

    def percent(self, share: float, decimals: int = 0, *, signed: bool = False) -> str:
        """Return a share (0.25) as a percentage, with a sign if asked."""
        figures = self.number(100 * share, decimals)
        nothing = not any(c in "123456789" for c in figures)
        plus = "+" if signed and share > 0 and not nothing else ""
        return f"{plus}{figures}{self.raw('format.percent')}"

    def share(self, share: float) -> str:
        """Return a share to a tenth of a percent, without rounding to nothing or to all."""
        if share <= 0 or share >= 1:
            return self.percent(min(max(share, 0.0), 1.0))
        return self.percent(min(max(share, 0.001), 0.999), 1)

    def date(self, day: pd.Timestamp, *, weekday: bool = True, year: bool = True) -> str:
        """Return a date in words: "jeudi 25 décembre 2025"."""
        number = self.raw("format.first_of_month") if day.day == 1 else str(day.day)
        words = f"{number}{NBSP}{self.raw('format.months')[day.month - 1]}"
        if weekday:
            words = f"{self.weekday(day.day_of_week)} {words}"
        return f"{words} {day.year}" if year else words

    def short_date(self, day: pd.Timestamp, *, weekday: bool = False) -> str:
        """Return a date for an axis: "25 déc." or "jeu. 25"."""
        if weekday:
            return f"{self.raw('format.short_days')[day.day_of_week]}{NBSP}{day.day}"
        return f"{day.day}{NBSP}{self.raw('format.short_months')[day.month - 1]}"

    def month(self, day: pd.Timestamp, *, year: bool) -> str:
        """Return a month for an axis: "déc." or "déc. 2025"."""
        month = str(self.raw("format.short_months")[day.month - 1])
        return f"{month} {day.year}" if year else month

    def weekday(self, day: int) -> str:
        """Return the name of a day, Monday being 0."""
        return str(self.raw("format.days")[day])

    def hour(self, hour: float) -> str:
        """Return a time of the day: "9 h"."""
        whole, minutes = int(hour), round(60 * (hour - int(hour)))
        tail = f"{NBSP}{minutes:02d}" if minutes else ""
        return f"{whole}{NBSP}{self.raw('format.hour')}{tail}"

    def slot(self, hour: int) -> str:
        """Return one hour of the day as a slot: "de 9 h à 10 h"."""
        return self.text("format.slot", first=self.hour(hour), last=self.hour(hour + 1))

    def week(self, monday: pd.Timestamp) -> str:
        """Return a week from Monday to Sunday in words, without repeating month and year."""
        sunday = monday + pd.Timedelta(days=6)
        same_year = monday.year == sunday.year
        first = self.date(monday, weekday=False, year=not same_year)
        if same_year and monday.month == sunday.month:
            first = first.split(NBSP)[0]
        return self.text("format.period", first=first, last=self.date(sunday, weekday=False))

    def moment(self, time: pd.Timestamp, *, year: bool = True) -> str:
        """Return a date and an hour in words."""
        return self.text(
            "format.moment",
            day=self.date(time, year=year),
            hour=self.hour(time.hour + time.minute / 60),
        )

    def isolate(self, name: str) -> str:
        """Return a name that cannot turn the direction of the sentence around it."""
        clean = clean_name(name)
        return f"{FIRST_ISOLATE}{clean}{POP_ISOLATE}" if _RIGHT_TO_LEFT.search(clean) else clean

    def join(self, words: list[str]) -> str:
        """Return "a, b et c"."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.raw('format.and')} {words[-1]}"


@cache
def language(code: str) -> Language:
    """Return the (cached) language of this code."""
    return Language(code)


def finite(value: float | None) -> bool:
    """Say whether a number is there."""
    return value is not None and math.isfinite(value)
