"""The only module that writes outputs: atomic, sorted, rounded, without clock or host."""

from __future__ import annotations

import ctypes
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from mining.errors import OutputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def atomically(path: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary neighbour of `path`, then move it into place.

    A run that is killed leaves either the old file or the new one, never half of one.

    Raises
    ------
    OutputError
        If the file cannot be written; the old one is as it was.
    """
    draft = path.with_name(f".{path.name}.part")
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(draft)
            draft.replace(path)
        finally:
            _remove(draft)
    return path


def text(path: Path, content: str) -> Path:
    """Write UTF-8 text with LF line ends and one final newline."""
    return binary(path, encoded(content))


def encoded(content: str) -> bytes:
    """Return the bytes of a text as :func:`text` writes it."""
    return (content.replace("\r\n", "\n").rstrip("\n") + "\n").encode("utf-8")


def binary(path: Path, content: bytes) -> Path:
    """Write bytes as they are."""
    return atomically(path, lambda draft: _bytes(draft, content))


def json_file(path: Path, content: Any, *, digits: int = 6) -> Path:
    """Write JSON with sorted keys; floats to `digits` significant digits, NaN as null."""
    return text(path, json_text(content, digits=digits))


def json_text(content: Any, *, digits: int = 6) -> str:
    """Return JSON with sorted keys; floats to `digits` significant digits, NaN as null."""
    return json.dumps(plain(content, digits), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def table(path: Path, frame: pd.DataFrame, *, sort: Sequence[str], decimals: int = 3) -> Path:
    """Write a CSV with sorted rows and floats to `decimals` places; times in ISO 8601.

    Flags are ``true`` and ``false``.
    """
    ordered = frame.sort_values(list(sort), kind="stable", na_position="last") if sort else frame
    out = ordered.copy()
    for name in out.columns:
        column = out[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            out[name] = ["" if pd.isna(t) else pd.Timestamp(t).isoformat() for t in column]
        elif pd.api.types.is_bool_dtype(column):
            out[name] = np.where(column, "true", "false")
        elif pd.api.types.is_float_dtype(column):
            rounded = column.astype("float64").round(decimals)
            out[name] = rounded + 0.0  # no negative zero
    return text(path, out.to_csv(index=False, lineterminator="\n"))


def netcdf(path: Path, dataset: xr.Dataset, encoding: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write netCDF-4 through h5netcdf; equal datasets give equal bytes.

    The file is made in memory: on a full disk the HDF5 library fails half-way, and crashes.
    """
    content = dataset.to_netcdf(engine="h5netcdf", format="NETCDF4", encoding=dict(encoding))
    return binary(path, bytes(content))


def zarr(path: Path, dataset: xr.Dataset, encoding: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write a Zarr folder with consolidated metadata; equal datasets give equal bytes."""
    plain_one = dataset.drop_encoding()

    def fill(draft: Path) -> None:
        # Format 2: texts and consolidated metadata are not yet part of the third.
        plain_one.to_zarr(draft, mode="w", zarr_format=2, consolidated=True, encoding=encoding)

    return directory(path, fill)


def svg(path: Path, figure: Figure) -> Path:
    """Write a figure as SVG with fixed ids and no date, and close it."""
    import matplotlib.pyplot as plt

    with plt.rc_context({"svg.hashsalt": "forage", "svg.fonttype": "none"}):
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return text(path, target.getvalue())


def directory(path: Path, fill: Callable[[Path], None]) -> Path:
    """Let `fill` write a whole folder beside `path`, then swap it into place.

    Raises
    ------
    OutputError
        If the folder cannot be written; the old one is as it was.
    """
    draft = path.with_name(f".{path.name}.part")
    old = path.with_name(f".{path.name}.old")
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(draft, old)
        try:
            draft.mkdir()
            fill(draft)
            _swap(draft, path, old)
        finally:
            _remove(draft, old)
    return path


def _swap(draft: Path, path: Path, old: Path) -> None:
    if not path.exists():
        draft.replace(path)
        return
    if _exchanged(draft, path):
        return
    path.replace(old)  # elsewhere there is a moment without any folder
    try:
        draft.replace(path)
    except BaseException:
        old.replace(path)
        raise


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system can (Linux, most file systems)."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        rename = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into one sentence."""
    try:
        yield
    except OSError as error:
        # HDF5 tells its own story; the number says the same in the words of the system.
        why = os.strerror(error.errno) if error.errno else str(error)
        raise OutputError(f"{path}: cannot be written ({why})") from error


def _remove(*leftovers: Path) -> None:
    for path in leftovers:
        with suppress(OSError):  # what cannot be removed is in nobody's way
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def significant(number: float, digits: int = 6) -> float:
    """Round to `digits` significant digits."""
    return float(f"{number:.{digits}g}") + 0.0


def plain(content: Any, digits: int = 6) -> Any:  # noqa: PLR0911 - one case a line
    """Return JSON-ready content: numpy scalars unwrapped, floats rounded, NaN as None."""
    if isinstance(content, Mapping):
        return {str(k): plain(v, digits) for k, v in content.items()}
    if isinstance(content, list | tuple | np.ndarray):
        return [plain(v, digits) for v in content]
    if isinstance(content, bool | np.bool_):
        return bool(content)
    if isinstance(content, int | np.integer):
        return int(content)
    if isinstance(content, float | np.floating):
        return significant(float(content), digits) if np.isfinite(content) else None
    if isinstance(content, pd.Timestamp):
        return content.isoformat()
    return content


def _bytes(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
