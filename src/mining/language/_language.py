"""Words, numbers and dates, all from one catalogue per language (``texts/<language>/*.yaml``).

No locale of the machine is used: names of days and months, separators and plural rules stand in
the catalogue, so that a page is the same on every machine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
import yaml

from mining.errors import ConfigError
from mining.language._said import Figure, Said, composed, counted, days, figures_of, hull, joined
from mining.language._typography import NBSP, TYPOGRAPHY

MINUS = "\u2212"
FIRST_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"

#: The text that stands for a count below the least that is shown.
_BELOW = "unit.less_than"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def clean_name(name: object) -> str:
    """Return a name that people wrote without control characters, and without marks that turn
    the direction of the text around it.
    """  # noqa: D205
    text = _CONTROLS.sub(" ", _SURROGATES.sub("", str(name)))
    return re.sub(" +", " ", text).strip(" ")


class Language:
    """One catalogue of texts, and the forms of numbers and dates that go with it.

    Texts and numbers are :class:`mining.language.Said`: plain text to who shows them, with the
    figures that stand in them for the annex.

    Parameters
    ----------
    code : str
        Language of the report: name of a folder of ``texts``.

    Raises
    ------
    ConfigError
        If there is no catalogue in this language.
    """

    def __init__(self, code: str) -> None:
        self._texts = catalogue(code)
        self.code = code
        form = self._texts["format"]
        self._typography = TYPOGRAPHY[form["typography"]]
        months = "|".join(re.escape(m) for m in form["months"])
        self._not_figures = [p.replace("MONTHS", months) for p in form["not_figures"]]
        thousands, decimal = re.escape(form["thousands"]), re.escape(form["decimal"])
        self._figure = (
            rf"(?<![\w{decimal}.-])[+{MINUS}]?\d+(?:{thousands}\d{{3}})*(?:{decimal}\d+)?(?!\w)"
        )
        self._plain = str.maketrans({form["thousands"]: "", form["decimal"]: ".", MINUS: "-"})

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
        """Return a sentence of the catalogue, with the figures and the period of its values.

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
            first, last = self.raw("format.singular")
            entry = entry["one" if first <= abs(count) <= last else "other"]
        if count is not None:
            values = {"n": self.number(count), **values}
        said = composed(self.set(str(entry).strip()), values, self.raw("format.units"))
        if key == _BELOW:
            why = str(self.raw("annex.why.below")).format(n=values["n"])
            hidden = (f._replace(value=None, why=self.set(why)) for f in figures_of(said))
            return Said(said, hidden)
        if key.startswith("format."):
            return Said(said, figures_of(said), hull(values.values()))
        return said

    def number(self, value: float, decimals: int = 0, unit: str = "") -> str:
        """Return a number in figures, with the language's separators.

        Parameters
        ----------
        value : float
            Finite.
        decimals : int
            Places after the decimal sign.
        unit : str
            What it counts, where the words around it do not say so.
        """
        figures = f"{abs(value):,.{decimals}f}"
        size = float(figures.replace(",", ""))
        sign = MINUS if value < 0 and size else ""
        swap = {",": self.raw("format.thousands"), ".": self.raw("format.decimal")}
        text = sign + "".join(swap.get(c, c) for c in figures)
        return Said(text, [Figure(0, text, -size if sign else size, unit)])

    def bound(self, minimum: int) -> str:
        """Return the smallest count that may be shown: what a hidden one lies below."""
        text = self.below(minimum)
        return text[figures_of(text)[0].at :]

    def below(self, minimum: int) -> str:
        """Return what stands for a count that is too small to be shown: "< 11"."""
        return self.text(_BELOW, n=self.number(minimum))

    def about(self, value: float, unit: str = "") -> str:
        """Return a number to three significant digits, for what is only expected."""
        digits = 3 - len(f"{abs(value):.0f}")
        return self.number(round(value, min(digits, 0)), unit=unit)

    def signed(self, said: str) -> str:
        """Return a number with a sign if it is above nothing."""
        (figure,) = figures_of(said)
        if not figure.value or figure.value < 0:
            return said
        return Said("+" + str(said), [figure._replace(text="+" + figure.text)])

    def percent(self, share: float, decimals: int = 0, *, signed: bool = False) -> str:
        """Return a share (0.25) as a percentage, with a sign if asked."""
        said = self.number(100 * share, decimals, unit="%")
        return (self.signed(said) if signed else said) + str(self.raw("format.percent"))

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
        return Said(f"{words} {day.year}" if year else words, span=days(day))

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

    def hour(self, hour: float, *, named: bool = True) -> str:
        """Return a time of the day: "9 h"; "9am" or "noon" where hours have such names.

        Parameters
        ----------
        hour : float
            From 0 to 24.
        named : bool
            Whether it may be a word ("midnight"), which is too long for an axis.
        """
        whole, minutes = int(hour), round(60 * (hour - int(hour)))
        form = self.raw("format")
        if named and not minutes and whole in form["named_hours"]:
            return str(form["named_hours"][whole])
        halves = form["halves"]
        shown = (whole - 1) % 12 + 1 if halves else whole
        half = halves[whole // 12 % 2] if halves else ""
        text = str(form["hour_minutes" if minutes else "hour"])
        return text.format(hour=shown, minutes=f"{minutes:02d}", half=half)

    def slot(self, hour: int) -> str:
        """Return one hour of the day as a slot: "de 9 h à 10 h"."""
        return self.text("format.slot", first=self.hour(hour), last=self.hour(hour + 1))

    def week(self, monday: pd.Timestamp) -> str:
        """Return a week from Monday to Sunday in words, without repeating month and year."""
        return self.period(monday, monday + pd.Timedelta(days=6))

    def period(self, first: pd.Timestamp, last: pd.Timestamp) -> str:
        """Return "du 2 au 8 janvier 2026" for any run of days."""
        same_year = first.year == last.year
        start = self.date(first, weekday=False, year=not same_year)
        if same_year and first.month == last.month:
            start = Said(start.split(NBSP)[0], span=days(first))
        return self.text("format.period", first=start, last=self.date(last, weekday=False))

    def moment(self, time: pd.Timestamp, *, year: bool = True) -> str:
        """Return a date and an hour in words."""
        return self.text(
            "format.moment",
            day=self.date(time, year=year),
            hour=self.hour(time.hour + time.minute / 60),
        )

    def read(self, text: str) -> str:
        """Return a sentence that an analysis wrote, with the figures that stand in it.

        Names in quotation marks, dates and hours of the clock are no figures.
        """
        masked = re.sub(
            "|".join(self._not_figures), lambda m: "_" * len(m[0]), text, flags=re.IGNORECASE
        )
        found = []
        for match in re.finditer(self._figure, masked):
            plain = match[0].translate(self._plain)
            unit = "%" if masked[match.end() :].startswith(self.raw("format.percent")) else ""
            unit = unit or counted(text[match.end() :], self.raw("format.units"))
            found.append(Figure(match.start(), match[0], float(plain), unit))
        return Said(text, found)

    def isolate(self, name: str) -> str:
        """Return a name that cannot turn the direction of the sentence around it."""
        clean = clean_name(name)
        return f"{FIRST_ISOLATE}{clean}{POP_ISOLATE}" if _RIGHT_TO_LEFT.search(clean) else clean

    def quote(self, name: str) -> str:
        """Return a name in the quotation marks of the language: "« a »"."""
        return self.text("format.quoted", name=name)

    def join(self, words: Sequence[str]) -> str:
        """Return "a, b et c"."""
        if len(words) < 2:
            return joined("", words)
        return joined(", ", words[:-1]) + f" {self.raw('format.and')} " + words[-1]


def catalogue(code: str) -> dict[str, Any]:
    """Return every text of a language: one file per page or subject, each key in one file only.

    Parameters
    ----------
    code : str
        Name of a folder of ``texts``.

    Raises
    ------
    ConfigError
        If there is no such language, or if two of its files hold one key.
    """
    folder = resources.files("mining.language") / "texts"
    known = sorted(f.name for f in folder.iterdir() if f.is_dir())
    if code not in known:
        msg = f"no report texts in language {code!r}: expected one of {', '.join(known)}"
        raise ConfigError(msg)
    texts: dict[str, Any] = {}
    for file in sorted((folder / code).iterdir(), key=lambda f: f.name):
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        twice = sorted(texts.keys() & found.keys())
        if twice:
            msg = f"texts/{code}/{file.name}: {', '.join(twice)} stand in another file too"
            raise ConfigError(msg)
        texts |= found
    return texts


@cache
def language(code: str) -> Language:
    """Return the (cached) language of this code."""
    return Language(code)


def language_of(attrs: Mapping[Any, object]) -> Language:
    """Return the language that the attributes of a cube name; French where they name none.

    Raises
    ------
    ConfigError
        If there is no catalogue in this language.
    """
    return language(str(attrs.get("language") or "fr"))


def holiday(key: str, name: str, words: Language) -> str:
    """Return the name of a holiday, or its own where the catalogue has none.

    Parameters
    ----------
    key, name : str
        `holiday_key` and `holiday` of :meth:`mining.calendars.Calendar.days`.
    words : Language
    """
    known = f"holidays.{key.removesuffix('_observed')}.name"
    return words.text(known) if words.has(known) else name


def finite(value: float | None) -> bool:
    """Say whether a number is there."""
    return value is not None and math.isfinite(value)
