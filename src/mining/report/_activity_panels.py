"""Groups on the page of commercial activity: the week of each, its evidence, how far it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mining.language import Language, clean_name, finite, joined
from mining.report import _style as style
from mining.report._activity_groups import Panel, Weeks
from mining.report._clock import FloatArray
from mining.report._rhythms import APART, UNKNOWN
from mining.report._tables import Table

HEIGHT = 200
#: Names in one sentence, places between groups or apart told one by one.
MOST_NAMED, MOST_OUTSIDE = 6, 12
_DAYS = ("working_days", "saturday", "sunday")
#: From which share of draws a group is called so (Hennig 2007), as the analysis does.
_LEVELS = ((0.85, "high"), (0.75, "good"), (0.6, "fair"), (-1.0, "low"))
_PERCENTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def group_cases(weeks: Weeks, words: Language) -> list[dict[str, Any]]:
    """Return each group as it is shown: figure, table, sentences."""
    top = _top(weeks)
    return [
        {
            "anchor": anchor(panel.number, words),
            "title": title(panel, weeks, words),
            "description": _description(panel, weeks, words),
            "figure": Markup(_figure(panel, weeks, top, words)),  # noqa: S704 - made here
            "places": some(panel.group.places, words),
            "told": _told(panel, words) if len(weeks.panels) > 1 else [],
            "table": _table(panel, weeks, words),
        }
        for panel in weeks.panels
    ]


def anchor(group: int, words: Language) -> str:
    """Return the fragment of address of a group."""
    return f"{words.raw('address.group')}-{group + 1}"


def title(panel: Panel, weeks: Weeks, words: Language) -> str:
    """Return the name of a group with a capital; a lone group is the common week."""
    if len(weeks.panels) == 1:
        return words.text("activity.group.common")
    name = words.isolate(words.set(panel.group.name)) or words.text("activity.map.unknown")
    return name[:1].upper() + name[1:]


def level(value: float, words: Language) -> str:
    """Return how far a group holds, in words."""
    name = next(n for least, n in _LEVELS if value >= least)
    return words.text(f"activity.group.level.{name}")


def some(places: Sequence[str], words: Language) -> str:
    """Return names joined, the first ones only where there are many."""
    named = [words.isolate(p) for p in places]
    rest = len(named) - MOST_NAMED
    if rest < 2:
        return words.join(named)
    others = words.text("activity.group.others", n=words.number(rest))
    return words.join([", ".join(named[:MOST_NAMED]), others])


def outside(weeks: Weeks, words: Language) -> list[str]:
    """Return what is to be said of places that are in no group, or in two."""
    out = [
        words.text(
            "activity.group.between",
            place=words.isolate(b.place),
            group=words.isolate(b.group),
            other=words.isolate(b.other),
            share=words.percent(b.share),
        )
        for b in weeks.between
        if len(weeks.panels) > 1
    ]
    out += [words.text("activity.group.apart", place=words.isolate(p)) for p in weeks.of(APART)]
    left = len(out) - MOST_OUTSIDE
    if left > 0:
        out = [*out[:MOST_OUTSIDE], words.text("activity.left", count=left)]
    unknown = weeks.of(UNKNOWN)
    if unknown:
        places = some(unknown, words)
        out.append(words.text("activity.group.unknown", count=len(unknown), places=places))
    return out


def _told(panel: Panel, words: Language) -> list[str]:
    group = panel.group
    out = []
    for key, text in (("evidence", group.evidence), ("contrast", group.contrast)):
        if text:
            said = words.read(words.set(clean_name(text)).rstrip("."))
            named: dict[str, Any] = {key: said}
            out.append(words.text(f"activity.group.{key}", **named))
    return [*out, _sure(panel, words)]


def _sure(panel: Panel, words: Language) -> str:
    weeks, sensors, years = panel.checks
    named = {"weeks": weeks, "sensors": sensors, "years": years}
    shares: dict[str, Any] = {k: words.percent(v) for k, v in named.items() if finite(v)}
    if "weeks" not in shares:
        return words.text("activity.group.sure_unknown")
    key = "sure" if "years" in shares else "sure_no_years" if "sensors" in shares else "sure_weeks"
    if key == "sure" and "sensors" not in shares:
        key = "sure_weeks"
    said = level(panel.group.stability, words)
    return words.text(f"activity.group.{key}", words=said, **shares)


def _top(weeks: Weeks) -> float:
    every = [weeks.mean, *(p.week for p in weeks.panels)]
    tops = [float(np.nanmax(w)) for w in every if not np.isnan(w).all()]
    return max(tops, default=0.01)


def _figure(panel: Panel, weeks: Weeks, top: float, words: Language) -> str:
    def paint(figure: Figure) -> None:
        step = next((s for s in _PERCENTS if top / s <= 4), _PERCENTS[-1])
        ticks = np.arange(0, top + step / 2, step)
        left, width, gap = 0.135, 0.27, 0.018
        for kind, day in enumerate(_DAYS):
            axes = figure.add_axes((left + kind * (width + gap), 0.13, width, 0.64))
            style.calm(axes)
            _curves(axes, panel.week[kind], weeks.mean[kind])
            axes.set_ylim(0, 1.06 * top)
            decimals = 0 if step >= 0.01 else 1
            labels = [words.percent(t, decimals) if kind == 0 else "" for t in ticks]
            axes.set_yticks(ticks, labels, fontsize=11)
            axes.set_xlim(0, 24)
            axes.set_xticks([6, 12, 18], [words.hour(6), "", words.hour(18)], fontsize=11)
            axes.set_title(words.text(f"rhythm.{day}"), fontsize=11.5, pad=5)
        _legend(figure, words)

    return style.draw_small(
        paint,
        name=f"g{panel.number + 1}",
        title=words.text("activity.group.figure_title", group=title(panel, weeks, words)),
        description=_description(panel, weeks, words),
        height=HEIGHT,
    )


def _curves(axes: Axes, mine: FloatArray, mean: FloatArray) -> None:
    hours = np.arange(24) + 0.5
    axes.fill_between(hours, mean, color=style.BAND, linewidth=0, alpha=0.75)
    axes.plot(hours, mine, color=style.INK, linewidth=2)


def _legend(figure: Figure, words: Language) -> None:
    """Name line and area above the panels, a sample of each beside its name."""
    axes = figure.add_axes((0, 0.92, 1, 0.08))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    axes.plot([0.135, 0.2], [0.5, 0.5], color=style.INK, linewidth=2)
    axes.fill_between([0.46, 0.53], 0.1, 0.9, color=style.BAND, linewidth=0, alpha=0.75)
    for x, key in ((0.22, "line"), (0.55, "mean")):
        axes.text(x, 0.5, words.text(f"activity.group.{key}"), va="center", fontsize=11.5)


def _description(panel: Panel, weeks: Weeks, words: Language) -> str:
    peaks = []
    for kind, day in enumerate(_DAYS):
        week = panel.week[kind]
        if np.isnan(week).all():
            continue
        hour = int(np.nanargmax(week))
        mean = weeks.mean[kind, hour]
        peaks.append(
            words.text(
                "activity.group.peak_desc",
                days=words.text(f"rhythm.{day}"),
                slot=words.slot(hour),
                share=words.percent(week[hour], 2),
                mean=words.percent(mean, 2) if finite(mean) else words.raw("site.none"),
            )
        )
    return words.text("activity.group.figure_desc", peaks=joined(" ", peaks))


def _table(panel: Panel, weeks: Weeks, words: Language) -> Table:
    columns = [words.text("week.hour")]
    for day in _DAYS:
        days = words.text(f"rhythm.{day}")
        columns += [words.text(f"activity.group.col_{k}", days=days) for k in ("group", "mean")]
    rows = [
        (
            words.hour(hour),
            *(
                _cell(source[kind, hour], words)
                for kind in range(len(_DAYS))
                for source in (panel.week, weeks.mean)
            ),
        )
        for hour in range(24)
    ]
    caption = words.text("activity.group.caption", group=title(panel, weeks, words))
    return Table(caption, tuple(columns), tuple(rows))


def _cell(share: float, words: Language) -> str:
    return words.percent(share, 2) if finite(share) else words.text("week.withheld")
