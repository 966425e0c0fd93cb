"""The page of incidents: what it says comes from the analyses, through the door of small counts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import report_inputs as inputs
from mining import cube as cubes
from mining.language import language
from mining.report import facts
from mining.report._incident_page import page_view
from mining.report._incidents import Incident, incidents_of
from mining.report._paste import CORRECTIONS, JOURNAL, journal_line
from mining.report._site import Site
from mining.report._windows import windows_of
from mining.territory import read_corrections
from mining.territory._events import EVENT_FIELDS
from mining.territory._tables import journal
from test_report_pages import (
    SPACE,
    SVG,
    THIN,
    assert_proportional,
    check_document,
    check_figures_and_tables,
    drawings,
    heights,
    table_of,
    text_of,
    tree,
    visible,
)

WORDS = language("fr")
NBSP = "\u00a0"


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    return inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[:3])


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    """Return as many incidents as changes to the first of the inputs, with ids of their own."""
    one = inputs.incidents_of().iloc[:1]
    parts = [one.assign(**{"id": f"i{k}", **change}) for k, change in enumerate(changes)]
    frame = pd.concat(parts, ignore_index=True) if parts else one.iloc[:0]
    for name in ("start", "end"):
        times = [pd.Timestamp(t) for t in frame[name]]
        frame[name] = [t.tz_localize(inputs.ZONE) if t.tzinfo is None else t for t in times]
    return frame


def page(cube: xr.Dataset, incidents: pd.DataFrame | None, **given: Any) -> str:
    """Return the page of incidents alone, checked as every page is."""
    place_cube = cubes.by_place(cube)
    found = facts(inputs.territory(), cube, place_cube, incidents=incidents, **given)
    shown = page_view(found, WORDS, {})
    html = Site(found, WORDS).page("incidents", v=shown)["incidents.html"]
    root = tree(html)
    check_document(root, "incidents.html")
    check_figures_and_tables(root, "incidents.html")
    for text in visible(html):
        assert "nan" not in text.lower().split()
    return html


def section(html: str, name: str) -> str:
    for each in tree(html).iter(f"{SPACE}section"):
        if each.attrib.get("aria-labelledby") == name:
            return text_of(each)
    raise AssertionError(name)


def titles(html: str) -> list[str]:
    """Return the titles of the cases in their order, tags left out."""
    heads = [e.find(f"{SPACE}h3") for e in tree(html).iter(f"{SPACE}article")]
    return [str(e.text).strip() for e in heads if e is not None]


def test_open_ones_come_first_then_the_latest(cube: xr.Dataset) -> None:
    html = page(
        cube,
        rows(
            {"start": "2025-10-30", "end": "2025-10-31", "place": "Tout neuf"},
            {"start": "2025-09-10", "end": "2025-11-05 06:00", "place": "Vieux", "open": True},
            {"start": "2025-11-01", "end": "2025-11-02", "place": "", "sensor": ""},
            {"start": "2025-07-01", "end": "2025-07-02", "place": "Ancien"},
        ),
    )
    assert titles(html) == [
        f"Vieux{NBSP}: travaux", f"Tout le territoire{NBSP}: travaux", f"Tout neuf{NBSP}: travaux",
    ]  # fmt: skip
    assert "Vieux" in section(html, "en-cours")
    assert "toujours en cours" in section(html, "en-cours")
    kept = section(html, "retenir")
    assert f"1{NBSP}incident est en cours." in kept
    assert f"2{NBSP}autres incidents se sont terminés ces 8{NBSP}dernières" in kept
    assert f"À faire{NBSP}: 3{NBSP}inscriptions au journal." in kept


def test_a_case_says_what_how_sure_why_and_what_to_do(cube: xr.Dataset) -> None:
    html = page(cube, rows({}))
    told = section(html, "termines")
    assert "cause à\u00a0confirmer" in told
    assert "Le journal signale des travaux" in told
    assert f"entre 800 et 1{THIN}000 (8{NBSP}fois sur{NBSP}10)" in told
    assert "si ces travaux ont eu lieu, les inscrire au journal" in told
    done = page(cube, rows({"decided_by": "correction", "certainty": "sure", "action": "none"}))
    assert "cause corrigée à la main" in section(done, "termines")
    assert "une personne a tranché" in section(done, "termines")
    check = page(cube, rows({"action": "check_sensor", "label": "fault", "sensors": "a1;b1"}))
    assert f"les compteurs «{NBSP}Compteur a1{NBSP}» et «{NBSP}Compteur b1{NBSP}»" in section(
        check, "termines"
    )


def test_an_unknown_word_of_the_analysis_gets_a_neutral_one(cube: xr.Dataset) -> None:
    odd = {"label": "alien", "kind": "alien", "action": "alien", "certainty": "alien"}
    html = page(cube, rows({**odd, "decided_by": "alien"}))
    assert "alien" not in html
    assert "inexpliqué" in section(html, "termines")
    table = table_of(page(cube, rows(), impacts=inputs.impacts_of(claimed=False, reason="alien")),
                     "Effet de chaque événement")  # fmt: skip
    assert table[1][4].startswith("L’effet ne peut pas être estimé.")


def test_tables_without_the_newer_columns_are_told_all_the_same(cube: xr.Dataset) -> None:
    old = ["id", "sensor", "place", "start", "end", "label", "kind", "observed", "expected"]
    html = page(cube, rows({})[old])
    assert titles(html) == [f"Rue des Febvres{NBSP}: travaux"]
    assert f"120{NBSP}passages comptés, environ 900 attendus." in section(html, "termines")


# The door of small counts.


def test_few_passages_are_not_told(cube: xr.Dataset) -> None:
    few = rows({"observed": 7.0, "explanation": "7 passages au lieu de 900."})
    html = page(cube, few, windows=inputs.windows_of(few))
    assert "Moins de 11 passages comptés, environ 900 attendus." in section(html, "termines")
    assert not re.search(rf"\b7[{NBSP} ]passages", html)
    assert "Moins de 11 passages" in next(text_of(d) for d in tree(html).iter(f"{SVG}desc"))


def test_curves_do_not_go_below_the_minimum() -> None:
    incidents = rows({}, {})
    found = windows_of(inputs.windows_of(incidents), levels=["i1"], minimum=11)
    assert found["i0"].observed[:3].tolist() == [11.0, 11.0, 15.0]  # half of 10, 20, 30
    assert np.isnan(found["i0"].observed[5])
    assert found["i1"].observed[:3].tolist() == [5.0, 10.0, 15.0]  # decibels are nobody's passages


def test_impacts_of_few_passages_give_nothing_back(cube: xr.Dataset) -> None:
    few = inputs.impacts_of(observed=7.0, expected=500.0, effect=-493.0, percent=-98.6)
    row = table_of(page(cube, rows(), impacts=few), "Effet de chaque événement")[1]
    assert row[2:4] == ["non établi", "non établi"]
    assert "Moins de 11 comptés, environ 500 attendus." in row[4]
    assert "493" not in " ".join(row)


# Figures.


def test_the_figure_of_a_case_is_drawn_as_given() -> None:
    cube = inputs.cube_of(sensors=(("a1", "Rue des Febvres", 100.0),))
    incidents = rows({})
    html = page(cube, incidents, windows=inputs.windows_of(incidents))
    svg = next(re.finditer(r'<svg[^>]*aria-labelledby="f1-t.*?</svg>', html, re.DOTALL))[0]
    expected = np.maximum(10.0 * np.arange(1, 49), 11)
    assert_proportional(heights(svg, "#0b5563"), expected)
    assert_proportional(heights(svg, "#9a4a00"), np.maximum(0.9 * expected, 11))
    # From 10 h on; nobody passes from 0 h to 6 h, which hides the hour after as well.
    hidden = [k for k in range(48) if (10 + k) % 24 < 7]
    observed = np.maximum(np.delete(expected, [5, *hidden]) / 2, 11)
    assert_proportional(heights(svg, "#1b2a33"), observed)
    said = re.search(r"<desc[^>]*>(.*?)</desc>", svg)
    assert said
    assert f"120{NBSP}passages comptés, environ 900 attendus." in said[1]
    assert "Les voisins étaient à leur niveau habituel." in said[1]
    for word in ("compté", "attendu", "voisins"):
        assert f">{word}</text>" in svg


def test_the_timeline_has_a_mark_for_each_row_of_its_table(cube: xr.Dataset) -> None:
    labels = ["fault", "works", "event", "weather", "calendar", "unexplained"] * 3
    days = pd.date_range("2025-01-05", periods=len(labels), freq="9D")
    incidents = rows(*({"label": k, "kind": "", "start": d, "end": d + pd.Timedelta("2D")}
                       for k, d in zip(labels, days, strict=True)))  # fmt: skip
    html = page(cube, incidents)
    table = table_of(html, "Incidents des 365")
    assert len(table) == 1 + len(labels)
    for svg in drawings(html, "timeline"):
        assert len(re.findall("<use ", svg)) == len(labels) + 6  # six in the legend
        # Each label has a shape of its own, so that none is told by colour alone.
        assert len(re.findall(r'<path id="', svg)) >= 6
    assert len({tuple(shape) for shape in marks(drawings(html, "timeline")[0])}) == 6


def marks(svg: str) -> list[list[str]]:
    """Return what each kind of mark is drawn with: path and whether it is filled."""
    out = []
    for name, path in re.findall(r'<path id="([^"]+)" d="([^"]+)"', svg):
        fill = re.search(rf'href="#{name}"[^>]*fill: (#\w+)', svg)
        if fill:
            out.append([path, "hollow" if fill[1] == "#fdfcf9" else "filled"])
    return out


def test_curves_and_words_of_weeks_and_other_measures(cube: xr.Dataset) -> None:
    noise = cube.assign_coords(kind=("sensor", ["noise", "pedestrian", "pedestrian"]))
    incidents = rows({"observed": 3.0, "expected": 60.0, "explanation": "Bruit faible."})
    given = inputs.windows_of(incidents)
    given["step"] = ("incident", np.array(["7D"], dtype=object))
    html = page(noise, incidents, windows=given)
    assert "Mesure par semaine. La zone grise est l’incident." in html
    assert "passages comptés" not in html
    assert "Bruit faible." in html


# What people paste.


def entries(tmp_path: Path, line: str, places: list[str]) -> Any:
    file = tmp_path / "journal.csv"
    file.write_text(",".join(EVENT_FIELDS) + "\n" + line + "\n", encoding="utf-8")
    return journal(file, places, ["a1"])[0][0]


@pytest.mark.parametrize("place", ["Rue des Febvres", 'Place « "Neuve", bas »', "Côté cour, 2"])
def test_the_line_to_paste_is_read_as_the_incident(tmp_path: Path, place: str) -> None:
    assert JOURNAL == EVENT_FIELDS
    start, end = pd.Timestamp("2025-10-20 10:00"), pd.Timestamp("2025-10-22 15:30")
    found = Incident(place, "a1", start, end, "works", "drop", 1.0, 2.0, "", id="x-1")
    event = entries(tmp_path, journal_line(found, pd.Timestamp("2025-11-05"), WORDS), [place])
    assert (event.start, event.end, event.type) == (start, end, "works")
    assert (event.places, event.sensors) == ((place,), ())
    # Nobody had written it down before the last day of the data.
    assert event.known_from == pd.Timestamp("2025-11-05")


def test_lines_of_whole_days_of_what_goes_on_and_of_odd_names(tmp_path: Path) -> None:
    start, end = pd.Timestamp("2025-10-20"), pd.Timestamp("2025-10-23")
    today = pd.Timestamp("2025-11-05")
    days = Incident("Rue", "a1", start, end, "event", "surge", 1.0, 2.0, "", id="x")
    event = entries(tmp_path, journal_line(days, today, WORDS), ["Rue"])
    assert (event.start, event.end, event.type) == (start, end, "event")
    going = Incident("Rue ; bis", "a1", start, end, "fault", "", 1.0, 2.0, "", id="x", open=True)
    event = entries(tmp_path, journal_line(going, today, WORDS), [])
    assert event.end > pd.Timestamp("2199-01-01")
    assert (event.places, event.sensors, event.type) == ((), ("a1",), "other")


@pytest.mark.parametrize("sensor", ["a1", ""])
def test_a_correction_to_paste_is_read_and_keeps_the_label(
    cube: xr.Dataset, tmp_path: Path, sensor: str
) -> None:
    given = rows({"action": "confirm", "label": "unexplained", "id": "x,1", "sensor": sensor})
    codes = [text_of(e) for e in tree(page(cube, given)).iter(f"{SPACE}code")]
    assert codes[1:] == [",".join(JOURNAL), ",".join(CORRECTIONS)]
    file = tmp_path / "corrections.csv"
    file.write_text("\n".join([codes[2], codes[0], ""]), encoding="utf-8")
    found = read_corrections(file, ["a1"])[0][0]
    assert (found.incident, found.label, found.sensor) == ("x,1", "unexplained", sensor)
    assert found.start == pd.Timestamp("2025-10-20 10:00")
    assert found.end == pd.Timestamp("2025-10-20 15:00")
    assert CORRECTIONS == found.FIELDS


# Events, corrections, pairs, history.


def test_impacts_are_told_or_refused_in_plain_words(cube: xr.Dataset) -> None:
    table = table_of(page(cube, rows(), impacts=inputs.impacts_of()), "Effet de chaque événement")
    fair, works = table[1:]
    assert fair[0] == "Foire d’automne"
    assert fair[2] == f"+2{THIN}000 (+1{THIN}500 à +2{THIN}500)"
    assert fair[3] == f"+20{THIN}% (+15{THIN}% à +25{THIN}%)"
    # The interval of the days before leaves out 0; that of the sensors beside does not.
    assert fair[4].endswith("Effet visible aussi les jours d’avant (\u2212300).")
    assert works[2:4] == ["non établi", "non établi"]
    assert works[4].startswith("L’écart ne se distingue pas du hasard.")


def test_impacts_not_looked_for_or_without_event(cube: xr.Dataset) -> None:
    assert "n’a pas été calculé" in section(page(cube, rows()), "impacts")
    none = inputs.impacts_of().iloc[:0]
    assert "n’a aucun événement" in section(page(cube, rows(), impacts=none), "impacts")


def test_corrections_without_incident_are_named(cube: xr.Dataset) -> None:
    box = section(page(cube, rows(), unmatched=inputs.unmatched_of()), "perdues")
    assert "20240301-a1-zero" in box
    assert "La rue était fermée" in box
    assert "travaux, par service voirie" in box
    assert 'id="perdues"' not in page(cube, rows(), unmatched=inputs.unmatched_of().iloc[:0])


def test_the_two_sides_of_a_diversion_lead_to_each_other(cube: xr.Dataset) -> None:
    html = page(cube, rows({"other": "i1"}, {"other": "i0", "place": "Place Saint-Martin"}, {}))
    links = re.findall(r'<a href="#(incident-[^"]+)">([^<]+)</a>', html)
    assert {anchor for anchor, _ in links} == {"incident-i0", "incident-i1"}
    assert all(f'id="{anchor}"' in html for anchor, _ in links)
    # A pair that is not on the page is not linked to, nor invented.
    assert "s’être reportés" not in page(cube, rows({"other": "gone"}))


def test_what_touches_several_places_is_on_the_page_of_each() -> None:
    table = rows({"sensors": "a1;b1"}, {"sensor": "", "place": "", "sensors": "a1;b1;c1"})
    today = pd.Timestamp("2025-11-05 06:00")
    found = {
        place: incidents_of(table, today, places=[place], sensors=[sensor], minimum=11)
        for sensor, place, _ in inputs.SENSORS[1:]
    }
    assert [f.recent_count for f in found.values() if f] == [1, 1, 0]
    everyone = [s for s, *_ in inputs.SENSORS]
    whole = incidents_of(table, today, places=[], sensors=everyone, minimum=11, whole=True)
    assert whole is not None
    assert whole.recent_count == 2


def test_history_counts_every_incident_once(cube: xr.Dataset) -> None:
    days = pd.date_range("2022-03-01", periods=40, freq="20D")
    incidents = rows(*({"start": d, "end": d + pd.Timedelta("1D"), "label": k}
                       for d, k in zip(days, ["fault", "event"] * 20, strict=True)))  # fmt: skip
    told = section(page(cube, incidents), "histoire")
    assert f"Rue des Febvres{NBSP}: 40{NBSP}incidents" in told
    # 2022 holds the first 16 (from 1 March to 26 December), half of them faults.
    assert f"2022{NBSP}: 8{NBSP}événements et 8{NBSP}pannes." in told
    # Three are told, none lies in the last 365 days or is open.
    assert f"37{NBSP}incidents ne sont pas détaillés sur cette page." in told


def test_seven_hundred_incidents_make_a_light_page() -> None:
    draw = np.random.default_rng(4)
    names = [(f"s{k}", f"Rue numéro {k} du centre ancien", 10.0) for k in range(20)]
    cube = inputs.cube_of("2025-09-01", sensors=tuple(names))
    starts = pd.Timestamp("2025-11-04") - pd.to_timedelta(draw.integers(0, 8700, 700), unit="h")
    incidents = rows(*({"start": t, "end": t + pd.Timedelta("5h"), "sensor": names[k % 20][0],
                        "place": names[k % 20][1], "open": k < 30}
                       for k, t in enumerate(starts)))  # fmt: skip
    html = page(cube, incidents, windows=inputs.windows_of(incidents.head(20)))
    assert len(html.encode()) < 300_000
    assert f"30{NBSP}incidents sont en cours." in html
    assert f"550{NBSP}incidents plus anciens ne sont pas sur la frise." in html
    assert re.search(r"\d+ incidents ne sont pas détaillés".replace(" ", f"[ {NBSP}]"), html)


# Nothing, or little.


def test_no_incident_at_all(cube: xr.Dataset) -> None:
    html = page(cube, rows())
    assert "Aucun incident n’est en cours à la dernière donnée." in html
    assert "Aucun incident ne s’est terminé" in section(html, "termines")
    assert "Aucun incident n’a été relevé ces 365" in section(html, "frise")
    assert "Aucun incident n’a été relevé." in section(html, "histoire")
    unknown = page(cube, None)
    assert "Les incidents n’ont pas été recherchés" in unknown
    assert 'id="en-cours"' not in unknown


def test_one_sensor_without_place_or_neighbour() -> None:
    cube = inputs.cube_of("2025-10-20", sensors=(("seul", "", 10.0),))
    one = rows({"sensor": "seul", "place": "", "sensors": "seul", "neighbours": np.nan})
    given = inputs.windows_of(one)
    given["neighbours"] = given["neighbours"] * np.nan
    html = page(cube, one, windows=given)
    assert titles(html) == [f"Compteur seul{NBSP}: travaux"]
    assert ">voisins</text>" not in html
    assert f"Compteur seul{NBSP}: 1{NBSP}incident" in section(html, "histoire")


def test_hostile_names_are_only_text(cube: xr.Dataset) -> None:
    attack = "\"><script>alert('$x$')</script>"
    odd = dict.fromkeys(("id", "place", "other", "sensors", "explanation"), attack)
    given = rows({**odd, "action": "add_to_journal"}, {**odd, "action": "confirm", "id": "é/.."})
    html = page(
        cube,
        given,
        windows=inputs.windows_of(given),
        impacts=inputs.impacts_of(title=attack, reason=attack),
        unmatched=inputs.unmatched_of(incident=attack, why=attack, by=attack, label=attack),
    )
    root = tree(html)
    assert not list(root.iter(f"{SPACE}script"))
    assert not any(k.startswith("on") for e in root.iter() for k in e.attrib)
    assert all(re.fullmatch(r"[a-z0-9-]+", e.attrib["id"]) for e in root.iter()
               if "id" in e.attrib and e.tag.startswith(SPACE))  # fmt: skip
