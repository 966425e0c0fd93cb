"""What the page "Qualité et sources" shows."""

from __future__ import annotations

from typing import Any

from mining import cube as cubes
from mining.language import Language
from mining.report import _ahead as ahead
from mining.report import _cover as cover
from mining.report import _glossary as glossary
from mining.report import _quality_tables as quality
from mining.report import _sentences as say
from mining.report._known import TerritoryFacts
from mining.report._place_facts import NAIVE_MODEL


def page_view(found: TerritoryFacts, words: Language, models: dict[str, str]) -> dict[str, Any]:
    """Return what the template needs: sensors, reasons, repairs, models tried and their promises.

    Parameters
    ----------
    found : TerritoryFacts
        What the report tells.
    words : Language
        Words of the page.
    models : dict
        Name of each model.
    """
    others = sum(not cubes.kind_of(r.kind).is_count for r in found.quality)
    names = {r.sensor: quality.sensor_name(r) for r in found.quality}
    return {
        "keep": _keep(found, words),
        "others": words.text("quality.other_kinds", count=others) if others else "",
        "quality_table": quality.quality_table(found.quality, found, words),
        "reason_table": quality.reason_table(found.quality, found, words),
        "repair_table": quality.repair_table(found.quality, words),
        "model_tables": quality.model_tables(found.models, words, models),
        "verdict": [
            *say.verdict(found.models, NAIVE_MODEL, words),
            *ahead.verdict_sensors(found, words),
        ],
        "model_words": glossary.meanings(("wape", "mase", "pinball", "coverage"), found, words),
        "meant": glossary.meanings(("passage", "valid", "suspect", "range"), found, words),
        "cover_verdict": cover.verdict(found.coverage, names, words),
        "cover_tables": cover.tables(found.coverage, names, words, hourly=found.hourly),
    }


def _keep(found: TerritoryFacts, words: Language) -> list[str]:
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
