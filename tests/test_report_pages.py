"""Pages of a report: valid, the same each time, true to their figures, in plain French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import numpy as np
import pandas as pd
import pytest

import report_inputs as inputs
from mining import anomaly, forecast
from mining import cube as cubes
from mining.language import catalogue
from mining.report import build, facts
from mining.report._style import HEAT
from mining.report._timeline import MARKS
from mining.sources import auckland
from mining.sources._repair import REPAIRS

SPACE = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
PLACE = "lieux/place-saint-martin.html"
THIN, NBSP, MINUS = "\u202f", "\u00a0", "\u2212"
SPOKEN = {
    "p", "li", "th", "td", "caption", "summary", "h1", "h2", "h3", "dt", "dd",
    "title", "desc", "text",
}  # fmt: skip
#: Words that no French page holds; short ones that French shares (on, a, or, plus) left out.
ENGLISH = frozenset(
    """
    the of and with for from this that week weekly day daily hour hourly month year forecast
    model sensor sensors count counts value missing suspect imputed trend outlook heatmap peak
    unknown none null nan true false summary warning average holiday weather works fault event
    cluster outlier feature dataset pinball wape mase mape backtest boosting naive
    """.split()  # noqa: SIM905 - a list of words reads better as text
)


def tree(page: str) -> ET.Element:
    """Parse strictly: any error of HTML raises."""
    return html5lib.HTMLParser(strict=True).parse(page)


def text_of(element: ET.Element) -> str:
    return "".join(element.itertext())


def visible(page: str) -> Iterator[str]:
    """Yield each piece of text and each spoken attribute, inline elements joined."""
    for element in tree(page).iter():
        name = element.tag.removeprefix(SPACE).removeprefix(SVG)
        if name in SPOKEN:
            yield text_of(element)
        for key in ("aria-label", "alt", "content"):
            if key in element.attrib and element.attrib.get("name") not in {
                "viewport", "robots", "color-scheme",
            }:  # fmt: skip
                yield element.attrib[key]


def table_of(page: str, caption: str) -> list[list[str]]:
    """Return the cells of the table whose caption starts so, header first."""
    for table in tree(page).iter(f"{SPACE}table"):
        found = table.find(f"{SPACE}caption")
        if found is not None and text_of(found).strip().startswith(caption):
            rows = table.iter(f"{SPACE}tr")
            return [[text_of(cell).strip() for cell in row] for row in rows]
    raise AssertionError(caption)


def number(text: str) -> float:
    clean = text.replace(THIN, "").replace("\u2212", "-").replace(",", ".").rstrip("%")
    return float(re.sub(r"[^\d.\-+]", "", clean))


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return as_text(build(**inputs.everything()))


def as_text(files: dict[str, str | bytes]) -> dict[str, str]:
    """Return files as text, bytes one to one."""
    return {k: v if isinstance(v, str) else v.decode("latin-1") for k, v in files.items()}


@pytest.fixture(scope="module")
def html(site: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in site.items() if k.endswith(".html")}


def test_files(site: dict[str, str]) -> None:
    pages = {
        "activite", "editions", "explorer", "incidents", "index", "qualite", "transparence",
        "lieux/place-saint-martin", "lieux/rue-des-febvres", "lieux/passage-du-four",
    }  # fmt: skip
    annexes = {f"annexes/{p}.{end}" for p in pages for end in ("csv", "schema.json")}
    data = {"annexes/pays-dessai.xlsx", "faits.json", "manifest.json", "disclosure.json"}
    names = [p.removeprefix("lieux/") for p in pages if p.startswith("lieux/")]
    papers = {f"{folder}/{n}" for n in names for folder in ("pdf", "courriels")}
    papers = {f"{p}.{'pdf' if p.startswith('pdf') else 'eml'}" for p in papers}
    ends = ("-plot.js", "-words.js", ".css", ".js")
    drawn = {f"scripts/explorer{end}" for end in ends}
    drawn |= {f"scripts/uplot{e}" for e in (".iife.min.js", ".min.css", "-licence.txt")}
    rest = data | papers | drawn | {"style.css"}
    assert set(site) == {f"{p}.html" for p in pages} | annexes | rest


def test_html_is_valid_and_accessible(html: dict[str, str]) -> None:
    for name, page in html.items():
        root = tree(page)
        check_document(root, name)
        check_figures_and_tables(root, name)


def check_document(root: ET.Element, name: str) -> None:
    assert root.attrib["lang"] == "fr"
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids)), name
    levels = [int(e.tag[-1]) for e in root.iter() if re.fullmatch(rf"{SPACE}h[1-6]", str(e.tag))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels)), name
    metas = {e.attrib.get("name"): e.attrib.get("content") for e in root.iter(f"{SPACE}meta")}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    skip = next(root.iter(f"{SPACE}a"))
    assert skip.attrib["href"] == "#contenu"
    assert "contenu" in ids
    for element in root.iter():
        for key in ("aria-labelledby", "aria-describedby"):
            for target in element.attrib.get(key, "").split():
                assert target in ids, (name, target)
    assert name == "explorer.html" or not list(root.iter(f"{SPACE}script"))


def check_figures_and_tables(root: ET.Element, name: str) -> None:
    for svg in root.iter(f"{SVG}svg"):
        assert svg.attrib["role"] == "img"
        assert "viewBox" in svg.attrib
        assert "width" not in svg.attrib
        assert [c.tag for c in svg][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert all(text_of(c).strip() for c in list(svg)[:2])
    for table in root.iter(f"{SPACE}table"):
        assert table[0].tag == f"{SPACE}caption", name
        assert text_of(table[0]).strip()
        for row in table.iter(f"{SPACE}tr"):
            assert row[0].tag == f"{SPACE}th"
            assert row[0].attrib["scope"] in {"row", "col"}


def test_links_stay_inside_and_lead_somewhere(site: dict[str, str]) -> None:
    for name, page in site.items():
        if not name.endswith(".html"):
            continue
        for target in re.findall(r'(?:href|src)="([^"]+)"', page):
            if target.startswith("data:,"):
                continue
            if target.startswith("#"):
                assert f'id="{target[1:]}"' in page, (name, target)
                continue
            inside = "lieux/" + target if name.startswith("lieux/") else target
            address, _, anchor = re.sub(r"lieux/\.\./", "", inside).partition("#")
            assert address in site, (name, target)
            assert not anchor or f'id="{anchor}"' in site[address], (name, target)
    assert "url(" not in site["style.css"]
    assert "http" not in site["style.css"]


def test_pages_are_light(site: dict[str, str]) -> None:
    for name, page in site.items():
        assert len(page.encode()) < 300_000, name


def test_same_bytes_each_time(site: dict[str, str]) -> None:
    again = as_text(build(**inputs.everything()))
    assert again == site
    for name, page in site.items():
        if not name.endswith((".xlsx", ".pdf", ".eml")):
            assert not re.search(r"matplotlib|dc:date|Created|0x[0-9a-f]{6}", page)


def test_week_table_holds_the_counts(html: dict[str, str]) -> None:
    rows = table_of(html[PLACE], "Passages par jour et par heure")
    local = pd.date_range("2025-10-27", "2025-11-03", freq="1h", tz=inputs.ZONE, inclusive="left")
    expected = inputs.counts(local, 1.0).reshape(7, 24)
    assert rows[0] == ["Heure", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."]
    for day in range(7):
        assert number(rows[25][day + 1]) == expected[day].sum()
        for hour in range(24):
            text = rows[hour + 1][day + 1]
            if expected[day, hour] < 11:
                assert text == f"<{NBSP}11".replace(NBSP, " ") or text == "n. p."
            else:
                assert text == "n. p." or number(text) == expected[day, hour]


def test_heat_map_has_the_colours_of_its_table(html: dict[str, str]) -> None:
    rows = table_of(html[PLACE], "Passages par jour et par heure")
    table = np.array([row[1:] for row in rows[1:25]])
    known = {tuple(np.round(np.array(HEAT(k)[:3]) * 255).astype(int)): k for k in range(256)}
    for drawing, shape in zip(drawings(html[PLACE], "week"), ((7, 24), (24, 7)), strict=True):
        fills = re.findall(r"<path[^>]*fill:\s*#([0-9a-f]{6})[^>]*stroke:\s*#ffffff", drawing)
        cells = [tuple(int(f[k : k + 2], 16) for k in (0, 2, 4)) for f in fills]
        shown = (table if shape == (24, 7) else table.T).reshape(-1)
        values = np.array([number(t) if t[0].isdigit() else np.nan for t in shown])
        drawn = np.array([known[c] for c in cells if c in known])
        assert len(drawn) == np.isfinite(values).sum()
        wanted = np.minimum(values[np.isfinite(values)] / np.nanmax(values) * 256, 255)
        assert np.abs(drawn - np.floor(wanted)).max() <= 1


def drawings(page: str, name: str) -> list[str]:
    """Return the wide and the narrow SVG of a figure."""
    found = re.findall(rf'<svg[^>]*aria-labelledby="{name}(?:-n)?-t.*?</svg>', page, re.DOTALL)
    assert len(found) == 2
    return found


def heights(svg: str, color: str) -> np.ndarray:
    """Return the heights of the longest line of a colour."""
    paths = re.findall(rf'<path d="([^"]+)"[^>]*stroke: {color}', svg)
    longest = max(paths, key=len)
    return np.array([float(y) for _, y in re.findall(r"[ML] ?(\S+) (\S+)", longest)])


def assert_proportional(drawn: np.ndarray, values: np.ndarray) -> None:
    """Check that heights are an affine function of values, to a tenth of a pixel."""
    slope, start = np.polyfit(values, drawn, 1)
    assert slope < 0
    np.testing.assert_allclose(drawn, slope * values + start, atol=0.12)


def test_trend_is_drawn_as_its_table(html: dict[str, str]) -> None:
    rows = table_of(html[PLACE], "Passages par semaine")
    assert len(rows) == 54
    now = np.array([number(r[1]) for r in rows[:0:-1]])
    local = pd.date_range("2025-10-27", "2025-11-03", freq="1h", tz=inputs.ZONE, inclusive="left")
    assert now[-1] == inputs.counts(local, 1.0).sum()
    for svg in drawings(html[PLACE], "trend"):
        assert_proportional(heights(svg, "#0b5563"), now)


def test_forecast_is_drawn_and_told_as_given(html: dict[str, str]) -> None:
    given = inputs.everything()["forecast"].sel(sensor="Place Saint-Martin")
    middle = given["value"].sel(quantile=0.5).to_numpy()
    assert_proportional(heights(drawings(html[PLACE], "forecast")[0], "#0b5563"), middle)
    rows = table_of(html[PLACE], "Passages attendus par jour")
    assert len(rows) == 1 + 15
    assert rows[2][0] == f"Jeudi 6{NBSP}novembre"
    day = middle[18:42]
    total = day.sum()
    # Three digits at most, and bounds of the total's own: 90 % and 120 % of it.
    assert rows[2][1] == f"{total:.0f} ({0.9 * total:.0f} à {1.2 * total:.0f})"
    top = int(day.argmax())
    low, high = (f"{day[top] * k:.0f}" for k in (0.8, 1.3))
    assert rows[2][2:] == [f"{top}{NBSP}h", f"{day[top]:.0f} ({low} à {high})"]
    assert "sans fourchette" not in html[PLACE]


def test_a_forecast_without_totals_says_that_days_have_no_interval() -> None:
    given = {**inputs.everything(), "days": None, "weeks": None}
    out = {k: str(v) for k, v in build(**given).items()}
    rows = table_of(out[PLACE], "Passages attendus par jour, et heure de pointe")
    middle = given["forecast"]["value"].sel(sensor="Place Saint-Martin", quantile=0.5).to_numpy()
    assert number(rows[2][1]) == float(f"{middle[18:42].sum():.3g}")
    assert "sans fourchette" in out[PLACE]
    assert "Ces totaux sont des ordres de grandeur" in out["index.html"]


def test_every_sentence_to_remember_has_a_figure(html: dict[str, str]) -> None:
    for name, page in html.items():
        if name in ("editions.html", "explorer.html", "transparence.html"):  # they hold no figure
            continue
        section = next(s for s in tree(page).iter(f"{SPACE}section") if s.attrib["class"] == "keep")
        sentences = [text_of(li) for li in section.iter(f"{SPACE}li")]
        assert 3 <= len(sentences) <= 5, name
        assert all(re.search(r"\d", s) or s.startswith("Aucun") for s in sentences), sentences


def test_like_for_like_sentence(html: dict[str, str]) -> None:
    cube = inputs.cube_of()
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    place = next(p for p in found.places if p.name == "Place Saint-Martin")
    assert 0.03 < place.year.change < 0.07
    text = f"+{100 * place.year.change:.1f}".replace(".", ",") + f"{THIN}%"
    assert f"l’écart est de {text}, aux mêmes compteurs" in html[PLACE]


def test_french_typography(html: dict[str, str]) -> None:
    for page in html.values():
        for text in visible(page):
            assert not re.search(rf"[^{THIN}][;!?%]", text), text
            assert not re.search(rf"[^{NBSP}]:(\s|$)", text), text
            assert "'" not in text
            assert not re.search(r"\d \d{3}(\D|$)", text), text
            assert not re.search(r"\b[01] (passages|incidents|compteurs|heures)\b", text)
            assert not re.search(r"\b[2-9][ \u00a0](passage|incident|compteur|heure)\b", text)


def test_no_english_and_no_jargon(html: dict[str, str]) -> None:
    for page in html.values():
        for text in visible(page):
            words = set(re.findall(r"[a-zà-ÿœ]+", text.lower().replace("week-end", "")))
            assert not words & ENGLISH, (words & ENGLISH, text)
            assert "visiteur" not in text.lower()


def test_sentences_are_short(html: dict[str, str]) -> None:
    lengths = []
    for page in html.values():
        root = tree(page)
        for tag in ("p", "li", "desc"):
            for element in [*root.iter(f"{SPACE}{tag}"), *root.iter(f"{SVG}{tag}")]:
                for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀÉ«])", text_of(element)):
                    count = len(re.findall(r"[\w’'\-]+", sentence.replace(THIN, "")))
                    assert count <= 25, (count, sentence)
                    lengths.append(count)
    assert np.mean(lengths) <= 18


def test_catalogue_is_used_and_complete() -> None:
    folder = resources.files("mining.report")
    texts = catalogue("fr")
    sources = "".join(
        f.read_text(encoding="utf-8")
        for part in (folder, folder / "templates")
        for f in part.iterdir()
        if f.name.endswith((".py", ".html"))
    )
    assert {r.name.lower() for r in cubes.Reason} - {"none"} <= set(texts["reason"])
    assert {q.name.lower() for q in cubes.Quality} == set(texts["quality"]["state"])
    assert set(forecast.names()) <= set(texts["model"]["name"])
    assert set(anomaly.LABELS) <= set(texts["incident"]["label"])
    assert set(anomaly.LABELS) == set(texts["incident"]["count"]) == set(MARKS)
    assert set(REPAIRS) <= set(texts["repair"])
    told = re.findall(r"^ +- ``(\w+)``:", str(auckland.read.__doc__), re.MULTILINE)
    assert set(told) <= set(texts["repair"])
    # Keys asked for in full must exist.
    for key in re.findall(r'(?:text|raw)\(\s*"([a-z_]+\.[a-z_.]+)"', sources):
        node: Any = texts
        for part in key.split("."):
            node = node[part]


def test_simulated_data_are_marked_on_every_page() -> None:
    cube = inputs.cube_of("2025-10-20", sensors=inputs.SENSORS[:1])
    given = {"cube": cube, "place_cube": cubes.by_place(cube)}
    for name, page in build(inputs.territory(simulated=True), **given).items():
        if name.endswith(".html"):
            assert str(page).count("Données simulées") >= 2
            title = next(tree(str(page)).iter(f"{SPACE}title"))
            assert "données simulées" in text_of(title)
    given["cube"] = cube.assign_attrs(simulated=1)
    assert "Données simulées" in str(build(inputs.territory(), **given)["index.html"])


ATTACKS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "../../index",
    "🎄🎅",
    "شارع السوق",
    "x" * 200,
    "{{ 7 * 7 }} & co ]]>",
    "ligne\nsuivante\u202e",
)


def test_names_neither_break_nor_attack() -> None:
    sensors = tuple((f"s{k}{name}", name, 1.0) for k, name in enumerate(ATTACKS))
    events = [{"type": "event", "title": ATTACKS[0], "start": "2025-10-28", "end": "2025-10-29"}]
    cube = inputs.cube_of("2025-10-20", sensors=sensors, events=events)
    given = {**inputs.everything(cube), "forecast": None}  # its figure holds no name
    given["territory"] = inputs.territory(name=ATTACKS[1], contact=ATTACKS[0])
    given["incidents"] = inputs.incidents_of(
        sensor=sensors[0][0], place=ATTACKS[0], explanation=ATTACKS[1]
    )
    given["activity"] = given["activity"].assign(group_name=("group", list(ATTACKS[:2])))
    out = build(**given)
    places = [name for name in out if name.startswith("lieux/")]
    assert len(places) == len(ATTACKS)
    for name, page in out.items():
        end = r"(html|css|csv|schema\.json|json|xlsx|pdf|eml|min\.css|(iife\.min\.)?js|txt)"
        assert re.fullmatch(
            rf"(annexes/|pdf/|courriels/|scripts/)?(lieux/)?[a-z0-9-]{{1,65}}\.{end}", name
        )
        if name.endswith(".html"):
            root = tree(str(page))
            assert name == "explorer.html" or not list(root.iter(f"{SPACE}script"))
            assert not list(root.iter(f"{SPACE}img"))
            assert not any(k.startswith("on") for e in root.iter() for k in e.attrib)
            assert "\u202e" not in str(page)
            assert "49 &amp; co" not in str(page)


def page_of(cube: Any, **changes: Any) -> dict[str, str]:
    if "place_cube" not in changes:
        changes["place_cube"] = cubes.by_place(cube)
    out = {k: str(v) for k, v in build(inputs.territory(), cube, **changes).items()}
    for name, page in out.items():
        if name.endswith(".html"):
            check_document(tree(page), name)
            check_figures_and_tables(tree(page), name)
            for text in visible(page):
                assert "nan" not in text.lower().split()
    return out


def test_nothing_but_the_cube() -> None:
    out = page_of(inputs.cube_of("2025-10-13", sensors=inputs.SENSORS[2:3]))
    page = out[PLACE]
    assert "Il n’y a pas de prévision à montrer" in page
    assert "Il n’y a pas de prévision pour ce lieu" in page
    assert "Les incidents n’ont pas été recherchés" in page
    assert "Le rythme habituel n’est pas connu" in page
    assert "les données ne remontent pas assez loin" in page
    assert "Aucune méthode n’a été essayée sur le passé" in out["qualite.html"]


def test_first_days_without_a_week() -> None:
    out = page_of(inputs.cube_of("2025-11-01"))
    assert "ne couvrent pas encore une semaine complète" in out["index.html"]
    assert "Il n’y a pas de semaine à montrer" in out[PLACE]
    assert "assez de semaines pour tracer une tendance" in out[PLACE]


def test_a_place_silent_all_week() -> None:
    whole = inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[2:3])
    cube = inputs.silence(whole, "b1", "2025-10-27", "2025-11-03")
    out = page_of(cube)
    assert "n’a pas été assez comptée. Une semaine type compte ici environ" in out[PLACE]
    assert "La semaine type en un coup d’œil" in out[PLACE]
    assert "(type)" in out["index.html"]
    dead = page_of(inputs.silence(cube, "b1", "2025-08-01", "2025-11-06"))
    assert "Le seul compteur du lieu (1) n’a pas assez compté" in dead[PLACE]
    assert "jamais compté" in dead["qualite.html"]


def test_no_incident() -> None:
    empty = inputs.incidents_of().iloc[:0]
    out = page_of(inputs.cube_of("2025-10-27", sensors=inputs.SENSORS[2:3]), incidents=empty)
    assert "Aucun incident n’a été relevé" in out[PLACE]


def test_a_short_forecast() -> None:
    cube = inputs.cube_of("2025-10-20", sensors=inputs.SENSORS[2:3])
    given = inputs.forecast_of(cubes.by_place(cube), days=3)
    page = page_of(cube, forecast=given)[PLACE]
    assert len(table_of(page, "Passages attendus par jour")) == 1 + 4
    middle = given["value"].sel(quantile=0.5).to_numpy()[0]
    for svg in drawings(page, "forecast"):
        assert_proportional(heights(svg, "#0b5563"), middle)


def test_one_place_only() -> None:
    out = page_of(inputs.cube_of("2025-10-13", sensors=inputs.SENSORS[:1]))
    assert "Un seul lieu est suivi" in out["index.html"]


def test_no_sensor_that_counts_passages() -> None:
    cube = inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[:2])
    noise = cube.assign_coords(kind=("sensor", ["noise", "noise"]))
    given = cubes.by_place(cube).isel(sensor=slice(0, 0))
    out = page_of(noise, place_cube=given)
    assert "aucun compteur de passages" in str(out["index.html"])
    assert {p for p in out if p.endswith((".html", ".css"))} == {
        "activite.html", "editions.html", "incidents.html", "index.html", "qualite.html",
        "style.css", "transparence.html",
    }  # fmt: skip


def test_daily_counts() -> None:
    index = pd.date_range("2025-01-01", "2025-03-10", freq="1D")
    frame = pd.DataFrame({"s": np.arange(len(index)) + 100.0}, index=index)
    table = pd.DataFrame({"place": ["Place"]}, index=["s"])
    cube = cubes.build(frame, timezone="UTC", step="1D", sensors=table)
    page = page_of(cube)["lieux/place.html"]
    rows = table_of(page, "Passages par jour, semaine du 3 au 9")
    assert rows[1] == ["Lundi", "161"]
    assert "les heures ne sont pas connues" in page


def test_hardware_is_named_where_the_comparison_straddles_it() -> None:
    events = [{"type": "hardware", "title": "Caméra changée", "start": "2025-03-05", "end": None}]
    out = page_of(inputs.cube_of(events=events, sensors=inputs.SENSORS[2:3]))
    assert "du matériel a changé entre-temps" in out[PLACE]
    assert f"Le mercredi 5{NBSP}mars 2025{NBSP}: Caméra changée." in out[PLACE]
    assert "Le trait vertical marque un changement de matériel" in out[PLACE]
    assert "matériel changé" in drawings(out[PLACE], "trend")[0]
    assert f"{THIN}%*" in out["index.html"]


def test_small_counts_stay_inside() -> None:
    cube = inputs.cube_of("2025-10-20", sensors=inputs.SENSORS[3:])
    address, caption = "lieux/passage-du-four.html", "Passages par jour et par heure"
    rows = table_of(page_of(cube)[address], caption)
    assert {c for row in rows[1:25] for c in row[1:]} == {"< 11"}
    rows = table_of(page_of(cube, minimum_count=1)[address], caption)
    assert {"0", "1", "2"} <= {c for row in rows[1:25] for c in row[1:]}
