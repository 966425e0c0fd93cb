"""What a page says of the weather: of the week shown, and of what it usually goes with here."""

from __future__ import annotations

from mining.language import Language, clean_name, days, finite, joined, mark
from mining.report._clock import DAY, WEEK
from mining.report._confidence import confidence
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._weather_facts import (
    CONDITIONS,
    WeatherEffect,
    WeatherFacts,
    WeatherWeek,
)

#: Reasons that are told for rain only: of the others nobody asks.
_OF_RAIN = ("short", "few", "small")


def lines(place: PlaceFacts, found: TerritoryFacts, words: Language) -> list[str]:
    """Return the sentences on the weather of the week shown and on its usual effect at a place.

    Parameters
    ----------
    place : PlaceFacts
        A place, or the territory; of the latter no effect is known.
    found : TerritoryFacts
        What is known of the territory.
    words : Language
        In which words.

    Returns
    -------
    list of str
        Nothing where no weather is known. A sentence with an effect carries how far it can be
        trusted.
    """
    known = found.weather
    if known is None:
        return []
    shown = None if place.week is None or place.week.typical else known.weeks.get(place.week.monday)
    out = [] if shown is None else _week(place, shown, known, words)
    met = () if shown is None else shown.met
    told = [e for e in known.effects.get(place.name, ()) if _tell(e, met)]
    out += [_effect(e, words) for e in told]
    named = {e.condition for e in told} | ({"rain"} if shown and finite(shown.wet) else set())
    return [*out, *(words.text(f"weather.limit.{c}") for c in CONDITIONS if c in named)]


def source_line(known: WeatherFacts, words: Language) -> str:
    """Return where the weather comes from, as its licence asks."""
    station = words.isolate(clean_name(known.station))
    if finite(known.distance):
        far = words.number(known.distance, unit="km")
        station = words.text("weather.station_at", station=station, distance=far)
    until = words.date(known.until, weekday=False)
    return words.text(f"weather.source.{known.source}", station=station, until=until)


def _week(place: PlaceFacts, shown: WeatherWeek, known: WeatherFacts, words: Language) -> list[str]:
    """Return the week beside what is usual, and beside the week it is compared with."""
    usual = known.usual
    out = []
    if finite(shown.wet):
        rain = words.number(shown.rain, unit="mm")
        text = words.text("weather.rain", count=shown.wet, rain=rain)
        out.append(_of(text if shown.wet else words.text("weather.dry"), shown))
        if usual is not None and finite(usual.wet):
            number = words.number(usual.wet, 1)
            said = {"rain": words.number(usual.rain, unit="mm"), "years": words.number(known.years)}
            out.append(words.text("weather.usual", count=usual.wet, n=number, **said))
    if finite(shown.warmth):
        warmth = _degrees(shown.warmth, words)
        text = words.text("weather.warmth", warmth=warmth)
        if usual is not None and finite(usual.warmth):
            other = _degrees(usual.warmth, words)
            key = "weather.warmth_same" if other == warmth else "weather.warmth_usual"
            text = words.text(key, warmth=warmth, usual=other)
        out.append(_of(text, shown))
    before = place.year.before if place.year.possible else None
    earlier = known.weeks.get(before) if before is not None else None
    return out if earlier is None else [*out, *_year(earlier, words)]


def _year(earlier: WeatherWeek, words: Language) -> list[str]:
    """Return the weather of the week that the year-on-year comparison is with."""
    if not finite(earlier.wet):
        return []
    text = words.text("weather.year", count=earlier.wet)
    text = text if earlier.wet else words.text("weather.year_dry")
    if finite(earlier.warmth):
        warm = words.text("weather.year_warmth", warmth=_degrees(earlier.warmth, words))
        text = joined(" ", (text, warm))
    return [_of(text, earlier)]


def _of(text: str, week: WeatherWeek) -> str:
    return mark(text, span=days(week.monday, week.monday + WEEK - DAY))


def _degrees(value: float, words: Language) -> str:
    return words.number(value, unit="°C")


def _tell(effect: WeatherEffect, met: tuple[str, ...]) -> bool:
    """Say whether an effect belongs on the page: that of rain, and of what the week had."""
    if effect.condition == "rain":
        return not effect.reason or "rain" in met or effect.reason in _OF_RAIN
    return effect.condition in met and effect.reason in ("", "chance")


def _effect(found: WeatherEffect, words: Language) -> str:
    """Return what a condition goes with, and within which bounds; or why that is not known."""
    if found.reason:
        what = words.text(f"weather.of.{found.condition}")
        return words.text(f"weather.reason.{found.reason}", what=what)
    less = found.effect < 0
    sizes = sorted((abs(found.low), abs(found.high)))
    decimals = 0 if len({round(100 * v) for v in (0.0, *sizes)}) == 3 else 1
    share, low, high = (words.percent(v, decimals) for v in (abs(found.effect), *sizes))
    said = words.text(
        f"weather.effect.{'less' if less else 'more'}",
        day=words.text(f"weather.day.{found.condition}"),
        other=words.text(f"weather.other.{found.condition}"),
        share=share,
    )
    half = (found.high - found.low) / 2 / (1 + found.effect)
    margin = words.text("weather.margin", low=low, high=high)
    return mark(joined(" ", (said, margin)), confidence=confidence(found.share, half))
