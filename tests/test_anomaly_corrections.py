"""People correct incidents: the file, who wins, what is kept, what is reported; and the outputs."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _towns import DAY, START, at, cells, change, only, town
from mining import quality
from mining.anomaly import COLUMNS, LABELS, detect, document, schema, unmatched
from mining.anomaly._schema import FIELDS, table_of_columns
from mining.cli import run
from mining.cube import Reason
from mining.errors import ConfigError
from mining.scaffold import new_territory
from mining.territory import Correction, load_territory, read_corrections

HEADER = "incident,label,kind,why,by,date,sensor,start,end\n"


def dug_up() -> xr.Dataset:
    """Return a town in which sensor A counts 70 % for three days."""
    cube = town()
    return change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), lambda v: np.round(v * 0.7))


def correction(**fields: str) -> dict[str, str]:
    return {
        "label": "works",
        "why": "Rue barrée par un déménagement",
        "by": "service voirie",
        **fields,
    }


# --- who wins ------------------------------------------------------------------------------------


def test_a_correction_wins_over_the_machine_and_says_why() -> None:
    cube = dug_up()
    row = only(detect(cube))
    given = [correction(incident=row["id"], kind="closure")]
    right = only(detect(cube, corrections=given))
    assert (right["label"], right["kind"], right["decided_by"]) == (
        "works",
        "closure",
        "correction",
    )
    assert (right["confidence"], right["certainty"], right["action"]) == (1.0, "sure", "none")
    assert right["explanation"].endswith(
        "travaux, corrigé à la main (Rue barrée par un déménagement)."
    )
    # What was measured stays, and the id too, so that the next run finds it again.
    same = ["id", "sensor", "start", "end", "score", "observed", "expected", "neighbours"]
    pd.testing.assert_series_equal(right[same], row[same])


def test_a_silence_that_a_person_explains_still_has_its_sentence() -> None:
    cube = town()
    silent = change(cube, 1, cells(cube, "2024-02-21", "2024-02-25"), np.nan)
    row = only(detect(silent))
    right = only(detect(silent, corrections=[correction(incident=row["id"])]))
    assert (right["label"], right["kind"]) == ("works", "silence")
    assert np.isnan(right["observed"])
    assert "ne transmet rien pour" in right["explanation"]


def test_a_correction_wins_over_the_journal() -> None:
    entry = {"id": "J1", "type": "event", "start": "2024-02-13", "end": "2024-02-15"}
    calendar = {"events": [entry]}
    row = only(detect(dug_up(), calendar=calendar))
    assert row["decided_by"] == "journal"
    given = [correction(incident=row["id"], label="fault")]
    right = only(detect(dug_up(), calendar=calendar, corrections=given))
    assert (right["label"], right["decided_by"], right["entry"]) == ("fault", "correction", "J1")


def test_running_again_keeps_it_and_a_table_says_the_same() -> None:
    given = [correction(incident=only(detect(dug_up()))["id"])]
    once = detect(dug_up(), corrections=given)
    pd.testing.assert_frame_equal(detect(dug_up(), corrections=given), once)
    pd.testing.assert_frame_equal(detect(dug_up(), corrections=pd.DataFrame(given)), once)


@pytest.mark.parametrize(
    ("sensor", "start", "end", "found"),
    [
        ("capteur A", "2024-02-13", "2024-02-15", True),
        # Two of the three days are two thirds; one is less than half.
        ("capteur A", "2024-02-14", "2024-02-15", True),
        ("capteur A", "2024-02-15", "2024-02-15", False),
        # Three days of a week are less than half of the longer.
        ("capteur A", "2024-02-13", "2024-02-19", False),
        ("capteur B", "2024-02-13", "2024-02-15", False),
        ("", "2024-02-13", "2024-02-15", False),
    ],
)
def test_an_incident_with_another_id_is_found_by_sensor_and_time(
    sensor: str, start: str, end: str, found: bool
) -> None:
    given = [correction(incident="old-id", sensor=sensor, start=start, end=end)]
    frame = detect(dug_up(), corrections=given)
    assert (only(frame)["decided_by"] == "correction") is found
    assert len(unmatched(given, frame)) == (0 if found else 1)


def test_the_whole_territory_is_corrected_without_a_sensor() -> None:
    cube = town()
    cube = change(
        cube, slice(None), cells(cube, "2024-02-14", "2024-02-15"), lambda v: np.round(v * 0.4)
    )
    given = [correction(incident="x", label="weather", start="2024-02-14", end="2024-02-14")]
    assert only(detect(cube, corrections=given))["decided_by"] == "correction"


def test_a_correction_of_a_vanished_incident_is_reported() -> None:
    given = [correction(incident="20200101-a-drop-000000", date="2024-03-01")]
    frame = detect(dug_up(), corrections=given)
    assert only(frame)["decided_by"] == "machine"
    lost = only(unmatched(given, frame))
    assert lost["incident"] == "20200101-a-drop-000000"
    assert lost["date"] == "2024-03-01T00:00:00"
    assert list(unmatched([], frame).columns) == list(Correction.FIELDS)


# --- the file ------------------------------------------------------------------------------------


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(
        HEADER
        + "# une remarque\n"
        + "i1,fault,hardware,Boîtier tourné,service technique,2024-03-01,A,2024-02-13,2024-02-15\n"
        + "i2,event,,Fête des voisins,office de tourisme,,,,\n",
        encoding="utf-8",
    )
    found, lines = read_corrections(path, ["A"])
    assert lines == (3, 4)
    assert found[0] == Correction(
        incident="i1",
        label="fault",
        why="Boîtier tourné",
        by="service technique",
        kind="hardware",
        date=pd.Timestamp("2024-03-01"),
        sensor="A",
        start=pd.Timestamp("2024-02-13"),
        end=pd.Timestamp("2024-02-16"),  # the last day is included
    )
    assert (found[1].sensor, found[1].start, found[1].end) == ("", None, None)
    assert read_corrections(tmp_path / "absent.csv", None) == ((), ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "incident,label,why\ni1,fault,x\n",
            "corrections.csv, line 1: found 'incident,label,why', expected a header with",
        ),
        (
            HEADER + "i1,panne,,x,voirie,,,,\n",
            (
                "line 2, column 'label': found 'panne', expected one of fault, works, event, "
                "weather, calendar, unexplained"
            ),
        ),
        (HEADER + "i1,fault,,,voirie,,,,\n", "line 2, column 'why': found"),
        (
            HEADER + "i1,fault,,x,voirie,,,,\ni1,works,,y,voirie,,,,\n",
            "line 3, column 'incident': found 'i1', expected each incident once (line 2 has it)",
        ),
        (
            HEADER + "i1,fault,,x,voirie,,A,2024-02-15,2024-02-13\n",
            "line 2, column 'end': found '2024-02-13', expected a time after the start, 2024-02-15",
        ),
        (
            HEADER + "i1,fault,,x,voirie,,A,2024-02-15,\n",
            "line 2, column 'end': found '', expected start and end together, or neither",
        ),
        (
            HEADER + "i1,fault,,x,voirie,,A,,\n",
            "line 2, column 'start': found '', expected start and end beside a sensor",
        ),
        (
            HEADER + "i1,fault,,x,voirie,,Z,2024-02-13,2024-02-15\n",
            "line 2, column 'sensor': found 'Z', expected a channel_id of channels.csv",
        ),
        (
            HEADER + "i1,fault,,x,jean@ville.example,,,,\n",
            "line 2, column 'by': found 'jean@ville.example', expected a role",
        ),
        (
            HEADER + "i1,fault,,x,voirie,hier,,,\n",
            "line 2, column 'date': found 'hier', expected a date such as",
        ),
        (HEADER + "i1,fault,,x\n", "line 2: found '4 cells', expected 9 cells"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_corrections(path, ["A"])
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("i1", "corrections: found str, expected a list of mappings or a DataFrame"),
        ([3], "correction 1: found 3, expected a mapping or a Correction"),
        ([{"incident": "i1"}], "correction 1: 'label': found '', expected a text"),
        ([correction(incident="i1", lable="x")], "correction 1: unknown key 'lable'"),
    ],
)
def test_corrections_in_memory_are_checked_too(given: object, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        detect(town(1, 2), corrections=given)
    assert message in str(error.value)


def test_a_new_territory_has_an_empty_file_with_its_explanation(tmp_path: Path) -> None:
    folder = new_territory("essai", tmp_path)
    assert (folder / "corrections.csv").read_text(encoding="utf-8").startswith(HEADER)
    assert load_territory(folder).corrections == ()


# --- a corrected fault is a fault everywhere -----------------------------------------------------


def test_a_correction_to_fault_with_its_times_keeps_the_values_out() -> None:
    cube = dug_up()
    given = Correction(
        incident=only(detect(cube))["id"],
        label="fault",
        why="Boîtier tourné",
        by="service technique",
        sensor="capteur A",
        start=pd.Timestamp("2024-02-13"),
        end=pd.Timestamp("2024-02-16"),
    )
    event = given.as_fault()
    assert event is not None
    trusted = quality.clean(cube, calendar={"events": [event]})
    where = cells(cube, "2024-02-13", "2024-02-16")
    assert (trusted["reason"][0, where] == Reason.DECLARED).all()
    row = only(detect(trusted, calendar={"events": [event]}, corrections=[given]))
    assert (row["label"], row["kind"], row["decided_by"]) == ("fault", "declared", "correction")
    for changed in ({"label": "works"}, {"sensor": ""}, {"start": None, "end": None}):
        assert Correction(**{**given.__dict__, **changed}).as_fault() is None


# --- the stage and its files ---------------------------------------------------------------------


def workspace(folder: Path, root: Path, corrections: str) -> Path:
    """Write a territory of three sensors, one dead for five days, and a project around it."""
    home = folder / "data" / "territories" / "t"
    home.mkdir(parents=True, exist_ok=True)
    times = pd.date_range(START.tz_convert("UTC"), periods=12 * 168, freq="1h")
    rng = np.random.default_rng(2)
    rows = ["sensor,time,value"]
    for sensor in "abc":
        counts = rng.poisson(DAY[times.tz_convert("Europe/Paris").hour])
        if sensor == "a":
            counts[40 * 24 : 45 * 24] = 0
        stamps = zip(times.strftime("%Y-%m-%dT%H:%MZ"), counts, strict=True)
        rows += [f"{sensor},{t},{n}" for t, n in stamps]
    (home / "counts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (home / "corrections.csv").write_text(corrections, encoding="utf-8")
    (home / "territory.yaml").write_text(
        "name: Essai\ntimezone: Europe/Paris\nlicence: MIT\nattribution: personne\n"
        "source: {name: tables, format: long, files: counts.csv}\n",
        encoding="utf-8",
    )
    (folder / "params.yaml").write_bytes((root / "params.yaml").read_bytes())
    (folder / "dvc.yaml").write_text("", encoding="utf-8")
    return folder / "data" / "results" / "t"


def stages(*names: str) -> list[int]:
    return [run(["stage", name, "t"]) for name in names]


def test_the_stage_writes_csv_json_and_what_matched_nothing(
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("FORAGE_ROOT", str(tmp_path))
    gone = HEADER + "20200101-a-drop-000000,works,,Rue barrée,voirie,,,,\n"
    results = workspace(tmp_path, root, gone)
    assert stages("acquire", "clean", "detect") == [0, 0, 0]
    assert "no incident matches '20200101-a-drop-000000' any more" in caplog.text
    lost = pd.read_csv(results / "corrections_unmatched.csv")
    assert lost["incident"].tolist() == ["20200101-a-drop-000000"]
    table = pd.read_csv(results / "incidents.csv")
    assert list(table.columns) == list(COLUMNS)
    told = json.loads((results / "incidents.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema()).validate(told)
    assert [i["id"] for i in told["incidents"]] == table["id"].tolist()
    dead = next(i for i in told["incidents"] if i["kind"] == "zeros")
    assert (dead["sensors"], dead["open"]) == (["a"], False)
    assert dead["start"].endswith("+01:00")
    # A correction is read by the next run, and the one after has the same bytes.
    (tmp_path / "data/territories/t/corrections.csv").write_text(
        HEADER + f"{dead['id']},works,closure,Place fermée,voirie,,,,\n", encoding="utf-8"
    )
    assert stages("detect") == [0]
    first = {p.name: p.read_bytes() for p in results.iterdir()}
    right = json.loads(first["incidents.json"])
    assert [i["label"] for i in right["incidents"] if i["id"] == dead["id"]] == ["works"]
    assert first["corrections_unmatched.csv"].decode() == HEADER
    assert b"\r" not in first["incidents.json"]
    assert stages("detect") == [0]
    assert {p.name: p.read_bytes() for p in results.iterdir()} == first


def test_a_bad_correction_stops_the_stage_with_its_line(
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FORAGE_ROOT", str(tmp_path))
    workspace(tmp_path, root, HEADER + "i1,fault,,x,voirie,,zz,2024-02-01,2024-02-03\n")
    assert stages("acquire") == [0]
    assert run(["stage", "clean", "t"]) == 2
    assert "corrections.csv, line 2, column 'sensor': found 'zz'" in capsys.readouterr().err


# --- the schema ----------------------------------------------------------------------------------


def test_the_schema_and_its_page_are_those_of_the_code(root: Path) -> None:
    written = json.loads((root / "docs" / "incidents.schema.json").read_text(encoding="utf-8"))
    assert written == schema(), "python -m mining.anomaly writes docs/incidents.schema.json"
    page = (root / "docs" / "incidents.md").read_text(encoding="utf-8")
    assert table_of_columns() in page
    jsonschema.Draft202012Validator.check_schema(schema())
    assert [f.name for f in FIELDS] == list(COLUMNS)
    assert set(schema()["properties"]["incidents"]["items"]["properties"]["label"]["enum"]) == set(
        LABELS
    )


def test_what_is_not_known_is_null_and_an_unknown_label_is_refused() -> None:
    cube = change(town(1), 0, cells(town(1), "2024-02-13", "2024-02-16"), np.nan)
    frame = detect(cube)
    told = document(frame, cube.attrs)
    assert np.isnan(told["incidents"][0]["observed"])
    plain = json.loads(json.dumps(told).replace("NaN", "null"))
    check = jsonschema.Draft202012Validator(schema())
    check.validate(plain)
    assert plain["incidents"][0]["observed"] is None
    assert pd.Timestamp(plain["incidents"][0]["start"]) == at("2024-02-13")
    plain["incidents"][0]["label"] = "panne"
    assert not check.is_valid(plain)
    empty = document(frame.iloc[:0], cube.attrs)
    check.validate(empty)
    assert empty["incidents"] == []
