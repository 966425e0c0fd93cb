"""Pages of a report: facts put into templates. Nothing is read or written here."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
import pandas as pd
import xarray as xr
from markupsafe import Markup

from mining import cube as cubes
from mining.report import _figures as figures
from mining.report import _sentences as say
from mining.report import _tables as tables
from mining.report._facts import NAIVE_MODEL, PlaceFacts, TerritoryFacts, TerritoryLike, facts
from mining.report._language import Language, clean_name, language
from mining.report._slug import slugs
from mining.report._style import Drawing

STYLE = "style.css"


def build(
    territory: TerritoryLike,
    cube: xr.Dataset,
    place_cube: xr.Dataset,
    *,
    forecast: xr.Dataset | None = None,
    scores: pd.DataFrame | None = None,
    summary: pd.DataFrame | None = None,
    incidents: pd.DataFrame | None = None,
    activity: xr.Dataset | None = None,
    minimum_count: int = 11,
) -> dict[str, str | bytes]:
    """Write the report of a territory: the facts of :func:`facts` as :func:`pages`.

    Parameters
    ----------
    territory, cube, place_cube, forecast, scores, summary, incidents, activity, minimum_count
        See :func:`mining.report.facts`.

    Returns
    -------
    dict of str to str
        Relative path to content, the same bytes for the same input.
    """
    return pages(
        facts(
            territory,
            cube,
            place_cube,
            forecast=forecast,
            scores=scores,
            summary=summary,
            incidents=incidents,
            activity=activity,
            minimum_count=minimum_count,
        )
    )


def pages(found: TerritoryFacts) -> dict[str, str | bytes]:
    """Return every file of the report, by relative path.

    Parameters
    ----------
    found : TerritoryFacts
        What the pages say.

    Raises
    ------
    ConfigError
        If there is no catalogue of texts in the territory's language.
    """
    words = language(found.language)
    names = slugs([p.name for p in found.places])
    addresses = {name: f"lieux/{slug}.html" for name, slug in names.items()}
    used = [m.model for m in found.models] + [p.outlook.model for p in found.places if p.outlook]
    models = say.model_names(used, words)
    common = _common(found, words, addresses)
    out: dict[str, str | bytes] = {STYLE: _source(STYLE)}
    out["index.html"] = _index(found, words, common, addresses, models)
    for place in found.places:
        view = _view(place, found, words, models)
        title = words.text(
            "site.place_title", place=clean_name(place.name), territory=clean_name(found.name)
        )
        address = addresses[place.name]
        out[address] = _render(
            "place.html", **common, v=view, title=title, page="place", root="../", here=address
        )
    out["qualite.html"] = _quality(found, words, common, models)
    return out


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("mining.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _source(name: str) -> str:
    loader = _environment().loader
    if loader is None:  # pragma: no cover - the environment above has one
        raise RuntimeError(name)
    return loader.get_source(_environment(), name)[0]


def _render(template: str, **values: Any) -> str:
    text = _environment().get_template(template).render(**values)
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def _common(found: TerritoryFacts, words: Language, addresses: dict[str, str]) -> dict[str, Any]:
    lines = {
        "source": found.source,
        "attribution": found.attribution,
        "licence": found.licence,
        "contact": found.contact,
    }
    said = [
        words.text(f"source.{k}", **{k: words.isolate(v)}) for k, v in lines.items() if v
    ]
    period = say.days_period(
        found.start, (found.today - pd.Timedelta("1ns")).normalize(), words
    )
    rules = [words.text("source.span", period=period), words.text("source.no_personal")]
    if found.minimum > 1:
        rules.insert(1, words.text("source.minimum", n=words.number(found.minimum)))
    return {
        "w": words,
        "facts": found,
        "territory": clean_name(found.name),
        "places": [(clean_name(name), address) for name, address in sorted(addresses.items())],
        "until": words.text("site.until", moment=words.moment(found.today)),
        "source_lines": said[:3] + rules + said[3:],
        "attribution": [
            words.text(f"source.{k}", **{k: words.isolate(lines[k])})
            for k in ("attribution", "licence")
            if lines[k]
        ],
    }


def _index(
    found: TerritoryFacts,
    words: Language,
    common: dict[str, Any],
    addresses: dict[str, str],
    models: dict[str, str],
) -> str:
    notes = [words.text("places.reading")]
    if any(c.hardware for p in found.places for c in (p.last, p.year)):
        notes.append(words.text("places.hardware"))
    if len(found.places) == 1:
        notes.append(words.text("places.only_one"))
    return _render(
        "index.html",
        **common,
        v=_view(found.whole, found, words, models),
        title=words.text("site.index_title", territory=clean_name(found.name)),
        page="index",
        root="",
        here="index.html",
        place_table=tables.place_table(found, words, addresses) if found.places else None,
        place_notes=" ".join(notes),
        outlook_places=tables.outlook_places(found, words, addresses),
        group_table=tables.group_table(found.groups, words) if found.groups else None,
        verdict=say.verdict(found.models, NAIVE_MODEL, words),
    )


def _quality(
    found: TerritoryFacts, words: Language, common: dict[str, Any], models: dict[str, str]
) -> str:
    others = sum(not cubes.kind_of(r.kind).is_count for r in found.quality)
    return _render(
        "quality.html",
        **common,
        title=words.text("site.quality_title", territory=clean_name(found.name)),
        page="quality",
        root="",
        here="qualite.html",
        keep=_quality_keep(found, words),
        others=words.text("quality.other_kinds", count=others) if others else "",
        quality_table=tables.quality_table(found.quality, found, words),
        reason_table=tables.reason_table(found.quality, found, words),
        repair_table=tables.repair_table(found.quality, words),
        model_tables=tables.model_tables(found.models, words, models),
        verdict=say.verdict(found.models, NAIVE_MODEL, words),
    )


def _quality_keep(found: TerritoryFacts, words: Language) -> list[str]:
    rows = found.quality
    hours = max(sum(r.hours for r in rows), 1)
    sure = sum(r.states["valid"] + r.states["zero_valid"] for r in rows)
    recent = sum(r.recent for r in rows) / max(len(rows), 1)
    worst = min(rows, key=lambda r: (r.recent, r.sensor))
    last = (
        words.text("quality.worst_none")
        if worst.recent == 1
        else words.text(
            "quality.worst",
            sensor=words.isolate(tables.sensor_name(worst)),
            share=words.share(worst.recent),
        )
    )
    overall = words.text(
        "quality.overall", share=words.share(sure / hours), recent=words.share(recent)
    )
    return [words.text("quality.sensors", count=len(rows)), overall, last]


def _view(
    place: PlaceFacts, found: TerritoryFacts, words: Language, models: dict[str, str]
) -> dict[str, Any]:
    """Return what the parts of a page show for one place, or for the whole territory."""
    whole = place is found.whole
    return {
        "kicker": words.text("site.name") if whole else clean_name(found.name),
        "title": clean_name(place.name),
        "keep": say.keep(place, found, words),
        "key_figures": _key_figures(place, found, words),
        "limits": say.limits(place, found, words),
        "year": say.comparison(place.year, words, year=True),
        "last": [] if place.last.possible else say.comparison(place.last, words, year=False),
        "comparison_table": tables.comparison_table(place, words),
        **_week_view(place, found, words),
        **_trend_view(place, words),
        **_outlook_view(place, words, models),
        **_incident_view(place, words, whole=whole),
        **_rhythm_view(place, found, words),
    }


def _key_figures(
    place: PlaceFacts, found: TerritoryFacts, words: Language
) -> list[dict[str, str]]:
    if place.week is None or place.week.typical:
        return []
    total = (
        words.number(place.week.total)
        if place.week.total >= found.minimum
        else words.text("unit.less_than", n=words.number(found.minimum))
    )
    week = words.week(place.week.monday)
    out = [{"label": words.text("key.week", week=week), "value": total}]
    for name, comparison in (("last", place.last), ("year", place.year)):
        if comparison.possible:
            key = f"key.{name}_hardware" if comparison.hardware else f"key.{name}"
            change = words.percent(comparison.change, 1, signed=True)
            out.append({"label": words.text(key), "value": change})
    return out


def _week_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    week = place.week
    heading = "heading.typical_week" if week and week.typical else "heading.week"
    out: dict[str, Any] = {
        "week_heading": words.text(heading),
        "week_table": None,
        "week_figure": None,
        "week_intro": [],
        "journal": say.journal(place, words),
    }
    if week is None:
        return out
    intro = [words.text("week.typical")] if week.typical else []
    if len(week.sensors) < week.sensors_total:
        used = say.sensors(words, len(week.sensors), week.sensors_total)
        intro.append(words.text("week.panel", sensors=used))
    out["week_table"] = tables.week_table(week, found, words)
    if not found.hourly:
        return {**out, "week_intro": [*intro, words.text("week.daily")]}
    drawing = figures.week_figure(
        week,
        words,
        title=words.text("week.figure_title"),
        description=say.week_description(week, words),
    )
    return {
        **out,
        "week_intro": intro,
        "week_figure": _safe(drawing),
        "week_reading": say.week_reading(week, found, words),
        "week_notes": words.text("week.notes", minimum=words.number(found.minimum)),
    }


def _trend_view(place: PlaceFacts, words: Language) -> dict[str, Any]:
    trend = place.trend
    if trend is None or not trend.drawable:
        return {"trend_figure": None}
    drawing = figures.trend_figure(
        trend,
        words,
        title=words.text("trend.figure_title"),
        description=say.trend_description(trend, words),
    )
    return {
        "trend_figure": _safe(drawing),
        "trend_reading": say.trend_reading(trend, words),
        "trend_table": tables.trend_table(trend, words),
    }


def _outlook_view(place: PlaceFacts, words: Language, models: dict[str, str]) -> dict[str, Any]:
    if place.outlook is None:
        return {"outlook_table": None}
    drawing = figures.outlook_figure(
        place.outlook,
        words,
        title=words.text("outlook.figure_title"),
        description=say.outlook_description(place.outlook, words),
    )
    return {
        "outlook_figure": _safe(drawing),
        "outlook_reading": say.outlook_reading(place, words, models),
        "outlook_table": tables.outlook_table(place.outlook, words),
    }


def _incident_view(place: PlaceFacts, words: Language, *, whole: bool) -> dict[str, Any]:
    found = place.incidents
    if found is None:
        return {"incidents": None}
    recent = words.text("incident.caption_recent")
    notable = words.text("incident.caption_notable")
    more = found.recent_count - len(found.recent)
    return {
        "incidents": found,
        "recent_table": tables.incident_table(found.recent, recent, words, where=whole)
        if found.recent
        else None,
        "more": words.text("incident.more", count=more) if more else "",
        "year_count": words.text("incident.year", count=found.year_count),
        "notable_table": tables.incident_table(found.notable, notable, words, where=whole)
        if found.notable
        else None,
    }


def _rhythm_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    if place.rhythm is None:
        return {"rhythm_table": None}
    drawing = figures.rhythm_figure(
        place.rhythm,
        words,
        found.minimum,
        title=words.text("rhythm.figure_title"),
        description=say.rhythm_description(place.rhythm, words),
    )
    return {
        "rhythm": say.rhythm_sentences(place.rhythm, words),
        "rhythm_figure": _safe(drawing),
        "rhythm_table": tables.rhythm_table(place.rhythm, found, words),
    }


def _safe(drawing: Drawing) -> Drawing:
    """Mark a drawing as markup: we made it, and names in it were escaped."""
    return Drawing(Markup(drawing.wide), Markup(drawing.narrow))  # noqa: S704


__all__ = ["build", "pages"]
