"""Everything the incidents say, in French, in one place.

Another language is another module with the same names.
"""

from __future__ import annotations

import math

import pandas as pd

#: Narrow no-break space: between thousands, and before ``%``, ``:`` and their like.
THIN = "\u202f"

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)

#: Names of holidays that the calendar does not know in French, by their stable key.
HOLIDAYS = {
    "new_years_day": "le jour de l’An",
    "day_after_new_years_day": "le lendemain du jour de l’An",
    "good_friday": "le Vendredi saint",
    "easter_monday": "le lundi de Pâques",
    "labour_day": "la fête du Travail",
    "labor_day": "la fête du Travail",
    "christmas_day": "Noël",
    "boxing_day": "le lendemain de Noël",
    "thanksgiving_day": "le jour d’Action de grâce",
    "sovereigns_birthday": "l’anniversaire du souverain",
}

#: What a fault looked like, by kind.
SEEN = {
    "silence": "n’a rien transmis",
    "zeros": "n’a compté que des zéros",
    "stuck": "a répété la même valeur",
    "spike": "a donné une valeur isolée hors de proportion",
    "ceiling": "a buté sur un plafond",
    "copy": "a redonné à l’identique une période antérieure",
    "twin": "a donné exactement les valeurs d’un autre capteur",
    "clock": "avait une horloge décalée",
    "declared": "était déclaré en panne",
    "absurd": "a donné des valeurs impossibles",
    "low": "est resté à un niveau anormalement bas",
    "swap": "a donné les comptages de l’autre voie du même site",
    "multiple": "a donné des comptages multipliés par deux ou par trois",
    "cumulative": "a donné un cumul au lieu d’un comptage",
    "filled": "a donné des valeurs reconstituées, qui n’ont pas été comptées",
    "hardware": "a changé de niveau",
}

#: Why this label, by label and rule.
WHY = {
    "coded": "c’est une panne, reconnue sur les valeurs elles-mêmes",
    "coded_silence": "c’est une panne ou une coupure de transmission",
    "coded_declared": "c’est la panne inscrite au journal",
    "zeros": "un arrêt du comptage est presque certain",
    "low": "un compteur qui voit si peu pendant que ses voisins comptent est sans doute en panne",
    "stuck": "une valeur qui ne bouge plus est une panne",
    "spike": "un pic isolé de cette taille est presque toujours une erreur de mesure",
    "journal_works": "le journal signale à ce moment des travaux ou une fermeture{title}",
    "journal_event": "le journal signale à ce moment un événement{title}",
    "journal_fault": "le journal signale à ce moment une intervention ou une panne{title}",
    "holiday": "{holiday} l’explique",
    "surge": "une affluence aussi brève fait penser à un événement",
    "surge_shared": "l’affluence touche aussi les capteurs voisins, ce qui fait penser à un "
    "événement",
    "town_surge": "toute la ville a bougé ensemble, ce qui fait penser à un événement",
    "town_drop": "toute la ville a baissé ensemble, par exemple à cause du temps ou d’un "
    "événement à noter au journal",
    "level": "le changement dure, sa cause reste à trouver",
    "unexplained": "rien dans le journal ni dans le calendrier ne l’explique",
}


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


def clock(time: pd.Timestamp) -> str:
    """Return a time of day in words, such as ``9 h 30`` or ``minuit``."""
    if time.hour == time.minute == 0:
        return "minuit"
    minutes = f"{THIN}{time.minute:02d}" if time.minute else ""
    return f"{time.hour}{THIN}h{minutes}"


def period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return a half-open local interval in words, beginning a sentence."""
    last = (end - pd.Timedelta("1s")).normalize()
    whole = start == start.normalize() and end == end.normalize()
    if start.normalize() == last:
        hours = "" if whole else f" de {clock(start)} à {clock(end)}"
        return f"Le {date(start)}{hours}"
    if whole:
        same = start.year == last.year
        return f"Du {date(start, year=not same)} au {date(last)}"
    stop, hour = (last, "minuit") if end == end.normalize() else (end, clock(end))
    return f"Du {date(start)} à {clock(start)} au {date(stop)} à {hour}"


def amount(value: float, unit: str) -> str:
    """Return a quantity with its unit: passages for counts."""
    if unit == "count":
        return f"{number(value)} passage{'s' if abs(value) >= 1.5 else ''}"
    decimals = 1 if abs(value) >= 10 else 2
    return number(value, decimals) + ("" if unit == "1" else f"{THIN}{unit}")


def measured(observed: float, expected: float, unit: str) -> str:
    """Return what was seen against what was expected."""
    if unit == "count":
        change = f" ({percent(observed / expected)})" if expected >= 0.5 else ""
        return (
            f"a compté {amount(observed, unit)} là où {number(expected)} étaient attendus{change}"
        )
    return (
        f"a mesuré en moyenne {amount(observed, unit)} là où {amount(expected, unit)} étaient "
        "attendus"
    )


def faulty(kind: str, observed: float, expected: float, unit: str) -> str:
    """Return what a faulty sensor did; figures only where they are known."""
    seen = SEEN[kind]
    if not math.isfinite(expected):
        return f"{seen}, sans qu’on sache combien attendre"
    wanted = f"{amount(expected, unit)} étaient attendus"
    if kind in ("silence", "zeros") or not math.isfinite(observed):
        return f"{seen} là où environ {wanted}"
    given = f"{amount(observed, unit)} {'comptés' if unit == 'count' else 'mesurés'}"
    return f"{seen} ({given} là où environ {wanted})"


def neighbours(ratio: float, count: int) -> str:
    """Return what the neighbours did."""
    if count == 0 or not math.isfinite(ratio):
        return "sans voisin pour comparer"
    who = "son seul voisin" if count == 1 else f"ses {count} voisins"
    was = "était" if count == 1 else "étaient"
    whose_level = "son niveau habituel" if count == 1 else "leur niveau habituel"
    if abs(ratio - 1) < 0.05:
        return f"tandis que {who} {was} à {whose_level}"
    if ratio >= 3:
        return f"tandis que {who} {was} à {number(ratio)} fois {whose_level}"
    side = "au-dessus" if ratio > 1 else "au-dessous"
    gap = number(abs(round(100 * (ratio - 1))))
    return f"tandis que {who} {was} {gap}{THIN}% {side} de {whose_level}"


def level_neighbours(count: int) -> str:
    """Return the neighbours' clause of measures that are not counts."""
    return "sans voisin pour comparer" if count == 0 else f"{count} voisins servant de repère"


def town(count: int) -> str:
    """Return the neighbours' clause of an incident of the whole territory."""
    return f"et les {count} capteurs ont bougé ensemble"


def holiday(key: str, name: str) -> str:
    """Return a holiday's name in French, or its own name in quotation marks."""
    known = HOLIDAYS.get(key.removesuffix("_observed"))
    return known or f"le jour férié «{THIN}{name}{THIN}»"


def quoted(title: str) -> str:
    """Return a journal entry's title as a parenthesis of the sentence."""
    clean = title.strip().rstrip(".")
    return f" («{THIN}{clean}{THIN}»)" if clean else ""


def sentence(when: str, who: str, seen: str, others: str, why: str) -> str:
    """Return the one sentence of an incident."""
    return f"{when}, {who} {seen}, {others}{THIN}: {why}."


def sensor(name: str) -> str:
    """Return the subject of a sentence on one sensor."""
    return f"le capteur «{THIN}{name}{THIN}»"


#: Subject of a sentence on the whole territory.
TERRITORY = "l’ensemble des capteurs"
