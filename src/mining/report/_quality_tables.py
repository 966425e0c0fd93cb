"""Tables of the quality page: hours by sensor, reasons, repairs, methods tried."""

from __future__ import annotations

from mining import cube as cubes
from mining.language import Language, clean_name, finite, joined
from mining.report._known import TerritoryFacts
from mining.report._quality import SensorQuality
from mining.report._tables import Table
from mining.report._trials import ModelRow

#: Hours from which the share of verified zeros tells nothing of a single one: a year.
MANY_HOURS = 8760


def quality_table(rows: tuple[SensorQuality, ...], facts: TerritoryFacts, words: Language) -> Table:
    """Return the hours of each sensor by state, as shares of the hours since its first count."""
    states = list(rows[0].states) if rows else []
    steps = "hours" if facts.hourly else "steps"
    body = []
    for row in rows:
        shares = _shares(row, facts, words)
        since = words.month(row.first, year=True) if row.first is not None else None
        body.append(
            (
                sensor_name(row),
                words.share(row.recent),
                *shares,
                words.number(row.hours, unit=steps),
                since or words.text("quality.never"),
            )
        )
    caption = "quality.caption" if facts.hourly else "quality.caption_steps"
    columns = (
        words.text("quality.col_sensor"),
        words.text("quality.col_recent"),
        *(words.text(f"quality.state.{s}") for s in states),
        words.text(f"quality.col_{steps}"),
        words.text("quality.col_since"),
    )
    return Table(words.text(caption), columns, tuple(body))


def _shares(row: SensorQuality, facts: TerritoryFacts, words: Language) -> list[str]:
    """Return the share of each state; verified zeros only where the hours are many.

    Of a sensor of a few days, the share would say how many of its small hours were empty.
    """
    hours, counts = dict(row.states), cubes.kind_of(row.kind).is_count
    few = counts and facts.minimum > 1 and row.hours < MANY_HOURS
    if few:
        hours["valid"] += hours["zero_valid"]
    shares = {s: words.share(n / row.hours) for s, n in hours.items()}
    return list((shares | {"zero_valid": str(words.raw("site.none"))} if few else shares).values())


def sensor_name(row: SensorQuality) -> str:
    """Return the name of a sensor, or its identifier where it has none."""
    return clean_name(row.name) or clean_name(row.sensor)


def reason_table(
    rows: tuple[SensorQuality, ...], facts: TerritoryFacts, words: Language
) -> Table | None:
    """Return why hours of each sensor are suspect, missing or imputed, or None if none is."""
    counted = "quality.counted_hours" if facts.hourly else "quality.counted"
    body = tuple(
        (sensor_name(r), _listed(r.reasons, "reason", counted, words)) for r in rows if r.reasons
    )
    columns = (words.text("quality.col_sensor"), words.text("quality.col_reasons"))
    caption = words.text("quality.reasons_caption")
    return Table(caption, columns, body, text=frozenset({1}), stack=True) if body else None


def repair_table(rows: tuple[SensorQuality, ...], words: Language) -> Table | None:
    """Return what the reader mended or dropped, sensors alike together, or None if nothing."""
    alike: dict[str, list[str]] = {}
    for row in rows:
        if row.repairs:
            what = _listed(row.repairs, "repair", "quality.counted", words)
            alike.setdefault(what, []).append(sensor_name(row))
    body = tuple((", ".join(names), what) for what, names in alike.items())
    columns = (words.text("quality.col_sensor"), words.text("quality.col_repairs"))
    caption = words.text("quality.repairs_caption")
    return Table(caption, columns, body, text=frozenset({1}), stack=True) if body else None


def _listed(counts: tuple[tuple[str, int], ...], room: str, form: str, words: Language) -> str:
    return joined(
        ", ",
        (
            words.text(
                form,
                what=words.text(f"{room}.{key if words.has(f'{room}.{key}') else 'other'}"),
                n=words.number(count),
            )
            for key, count in counts
        ),
    )


def model_tables(
    models: tuple[ModelRow, ...], words: Language, names: dict[str, str]
) -> list[Table]:
    """Return one table of methods for each panel of trials."""
    columns = ("model", "wape", "mase", "pinball", "coverage")
    headers = tuple(words.text(f"model.col_{c}") for c in columns)
    out = []
    for panel in dict.fromkeys(m.panel for m in models):
        rows = [m for m in models if m.panel == panel]
        origins = max(m.origins for m in rows)
        caption = (
            words.text("model.caption_panel", count=origins)
            if origins
            else words.text("model.caption")
        )
        body = tuple(_model_row(m, words, names) for m in rows)
        out.append(Table(caption, headers, body, lines=True))
    return out


def _model_row(row: ModelRow, words: Language, names: dict[str, str]) -> tuple[str, ...]:
    none = str(words.raw("site.none"))
    name = names[row.model][:1].upper() + names[row.model][1:]
    return (
        f"{name} ({words.text('model.chosen')})" if row.chosen else name,
        words.percent(row.wape, 1) if finite(row.wape) else none,
        words.number(row.mase, 2) if finite(row.mase) else none,
        words.number(row.pinball, 1, "passages") if finite(row.pinball) else none,
        words.percent(row.coverage, 1) if finite(row.coverage) else none,
    )
