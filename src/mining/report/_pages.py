"""Pages of a report: facts put into templates. Nothing is read or written here."""

from __future__ import annotations

from typing import Any

import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.report import _activity_page as activity_page
from mining.report import _ahead as ahead
from mining.report import _ahead_tables as ahead_tables
from mining.report import _cover as cover
from mining.report import _explore_page as explore
from mining.report import _manifest as manifests
from mining.report import _quality_tables as quality
from mining.report import _sentences as say
from mining.report import _tables as tables
from mining.report._annexes import annexes
from mining.report._chains import chain_files
from mining.report._facts import NAIVE_MODEL, facts
from mining.report._incident_page import ADDRESS, page_view
from mining.report._known import TerritoryFacts, TerritoryLike
from mining.report._language import Language, clean_name, language
from mining.report._paper import papers, printed_address
from mining.report._render import render, source
from mining.report._said import joined
from mining.report._slug import slugs
from mining.report._transparency import ADDRESS as TRANSPARENCY
from mining.report._transparency import sheet_views
from mining.report._views import view

STYLE = "style.css"
#: The list of earlier editions, which publishing fills.
EDITIONS = "editions.html"
#: What the next edition must know of this one: it holds nothing that is not on the pages.
RECORD = "disclosure.json"


def build(
    territory: TerritoryLike,
    cube: xr.Dataset,
    place_cube: xr.Dataset,
    **results: Any,
) -> dict[str, str | bytes]:
    """Write the report of a territory: the facts of :func:`facts` as :func:`pages`.

    Parameters
    ----------
    territory, cube, place_cube
        See :func:`mining.report.facts`.
    **results
        Everything that :func:`mining.report.facts` takes by name.

    Returns
    -------
    dict of str to str or bytes
        Relative path to content, the same bytes for the same input.
    """
    return pages(facts(territory, cube, place_cube, **results))


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
    used = [m.model for m in found.models] + [m for p in found.places for m in p.served]
    models = say.model_names(used, words)
    common = _common(found, words, addresses)
    out: dict[str, str | bytes] = {STYLE: source(STYLE)}
    printed: dict[str, bytes] = {}
    out["index.html"] = _index(found, words, common, addresses, models)
    for place in found.places:
        shown = view(place, found, words, models)
        title = words.text(
            "site.place_title", place=clean_name(place.name), territory=clean_name(found.name)
        )
        address = addresses[place.name]
        out[address] = render(
            "place.html",
            **common,
            v=shown,
            title=title,
            page="place",
            root="../",
            here=address,
            about=clean_name(place.name),
            printed=printed_address(names[place.name]),
        )
        printed |= papers(place, found, shown, common, words, slug=names[place.name], title=title)
    out[activity_page.ADDRESS] = _activity(found, words, common, addresses)
    out[ADDRESS] = _incidents(found, words, common, addresses)
    out["qualite.html"] = _quality(found, words, common, models)
    out[TRANSPARENCY] = _transparency(found, words, common)
    if found.transparency is not None:
        out.update(chain_files(found.transparency, found.minimum, words))
    out[EDITIONS] = _editions(found, words, common)
    if found.exploration is not None:
        out |= _explorer(found, words, common, addresses)
    out |= annexes(out, found) | printed
    out[RECORD] = found.disclosure.to_json()
    out[manifests.ADDRESS] = manifests.manifest(out, found, words, without=EDITIONS)
    return out


def _common(found: TerritoryFacts, words: Language, addresses: dict[str, str]) -> dict[str, Any]:
    lines: dict[str, str] = {
        "source": found.source,
        "attribution": found.attribution,
        "licence": found.licence,
        "contact": found.contact,
    }
    said = [words.text(f"source.{k}", **_named(k, v, words)) for k, v in lines.items() if v]
    period = words.period(found.start, (found.today - pd.Timedelta("1ns")).normalize())
    rules = [words.text("source.span", period=period)]
    counting = any(cubes.kind_of(r.kind).is_count for r in found.quality)
    if counting:
        rules.append(words.text("source.no_personal"))
    if counting and found.minimum > 1:
        rules.insert(1, words.text("source.minimum", n=words.bound(found.minimum)))
    return {
        "w": words,
        "facts": found,
        "territory": clean_name(found.name),
        "places": [(clean_name(name), address) for name, address in sorted(addresses.items())],
        "until": words.text("site.until", moment=words.moment(found.today)),
        "source_lines": said[:3] + rules + said[3:],
        "attribution": [
            words.text(f"source.{k}", **_named(k, lines[k], words))
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
    return render(
        "index.html",
        **common,
        v=view(found.whole, found, words, models),
        title=words.text("site.index_title", territory=clean_name(found.name)),
        page="index",
        root="",
        here="index.html",
        place_table=tables.place_table(found, words, addresses) if found.places else None,
        place_notes=joined(" ", notes),
        outlook_places=ahead_tables.outlook_places(found, words, addresses),
        outlook_notes=_outlook_notes(found, words),
        group_table=tables.group_table(found.groups, words) if found.groups else None,
        verdict=[
            *say.verdict(found.models, NAIVE_MODEL, words),
            *ahead.verdict_places(found, words),
            *ahead.kept(found.whole, words, "kept_places"),
        ],
    )


def _incidents(
    found: TerritoryFacts, words: Language, common: dict[str, Any], addresses: dict[str, str]
) -> str:
    return render(
        "incidents.html",
        **common,
        v=page_view(found, words, addresses),
        title=words.text("site.incidents_title", territory=clean_name(found.name)),
        page="incidents",
        root="",
        here=ADDRESS,
    )


def _activity(
    found: TerritoryFacts, words: Language, common: dict[str, Any], addresses: dict[str, str]
) -> str:
    return render(
        "activity.html",
        **common,
        v=activity_page.page_view(found, words, addresses),
        title=words.text("activity.page_title", territory=clean_name(found.name)),
        page="activity",
        root="",
        here=activity_page.ADDRESS,
    )


def _explorer(
    found: TerritoryFacts, words: Language, common: dict[str, Any], addresses: dict[str, str]
) -> dict[str, str]:
    page = render(
        "explorer.html",
        **common,
        v=explore.page_view(found, words, addresses),
        title=words.text("explore.title", territory=clean_name(found.name)),
        page="explorer",
        root="",
        here=explore.ADDRESS,
    )
    return {explore.ADDRESS: page, **explore.files(source)}


def _editions(found: TerritoryFacts, words: Language, common: dict[str, Any]) -> str:
    return render(
        "editions.html",
        **common,
        title=words.text("site.editions_title", territory=clean_name(found.name)),
        page="editions",
        root="",
        here=EDITIONS,
    )


def _transparency(found: TerritoryFacts, words: Language, common: dict[str, Any]) -> str:
    stated = found.transparency
    return render(
        "transparency.html",
        **common,
        title=words.text("site.transparency_title", territory=clean_name(found.name)),
        page="transparency",
        root="",
        here=TRANSPARENCY,
        sheets=() if stated is None else sheet_views(stated, found.minimum, words),
    )


def _outlook_notes(found: TerritoryFacts, words: Language) -> str:
    own = any(p.totals and p.totals.week for p in found.places)
    keys = ["index_reading_own" if own else "index_reading"]
    if any(p.score for p in found.places):
        keys.append("index_reading_error")
    return joined(" ", (words.text(f"outlook.{k}") for k in keys))


def _quality(
    found: TerritoryFacts, words: Language, common: dict[str, Any], models: dict[str, str]
) -> str:
    others = sum(not cubes.kind_of(r.kind).is_count for r in found.quality)
    names = {r.sensor: quality.sensor_name(r) for r in found.quality}
    return render(
        "quality.html",
        **common,
        title=words.text("site.quality_title", territory=clean_name(found.name)),
        page="quality",
        root="",
        here="qualite.html",
        keep=_quality_keep(found, words),
        others=words.text("quality.other_kinds", count=others) if others else "",
        quality_table=quality.quality_table(found.quality, found, words),
        reason_table=quality.reason_table(found.quality, found, words),
        repair_table=quality.repair_table(found.quality, words),
        model_tables=quality.model_tables(found.models, words, models),
        verdict=[
            *say.verdict(found.models, NAIVE_MODEL, words),
            *ahead.verdict_sensors(found, words),
        ],
        cover_verdict=cover.verdict(found.coverage, names, words),
        cover_tables=cover.tables(found.coverage, names, words, hourly=found.hourly),
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
            sensor=words.isolate(quality.sensor_name(worst)),
            share=words.share(worst.recent),
        )
    )
    overall = words.text(
        "quality.overall", share=words.share(sure / hours), recent=words.share(recent)
    )
    return [words.text("quality.sensors", count=len(rows)), overall, last]


def _named(key: str, text: str, words: Language) -> dict[str, Any]:
    return {key: words.isolate(text)}
