"""Which files a source names, and under which names they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mining.errors import SourceError
from mining.sources._options import TablesOptions

#: Parts of the French national schema.
ROLES = ("sites", "channels", "measures")


def copies(options: TablesOptions, folder: Path) -> dict[str, Path]:
    """Return the files of the source by the name they get in the raw folder."""
    out: dict[str, Path] = {}
    if options.format == "national":
        for role in ROLES:
            files = found_files(folder, getattr(options, role))
            for number, path in enumerate(files):
                which = f"-{number + 1:03d}" if len(files) > 1 else ""
                out[f"{role}{which}{''.join(path.suffixes[-2:])}"] = path
        return out
    for path in found_files(folder, options.files):
        if path.name in out:
            raise SourceError(f"two files are called {path.name}: give them different names")
        out[path.name] = path
    return out


def found_files(folder: Path, patterns: str | Sequence[str] | None) -> list[Path]:
    """Return the files of paths and patterns, relative to a folder or absolute, sorted.

    Raises
    ------
    SourceError
        If one of them stands for no file.
    """
    texts = [patterns] if isinstance(patterns, str) else list(patterns or ())
    out: list[Path] = []
    for text in texts:
        path = folder / text
        files = [path] if path.is_file() else sorted(_glob(path))
        if not files:
            raise SourceError(
                f"source file {text!r}: no such file (seen from the territory folder)"
            )
        out += [f for f in files if f not in out]
    return out


def _glob(pattern: Path) -> list[Path]:
    anchor = Path(pattern.anchor)
    if any("**" in part and part != "**" for part in pattern.parts):
        msg = f"source file {pattern.name!r}: '**' stands for folders and must stand alone"
        raise SourceError(msg)
    return [p for p in anchor.glob(str(pattern.relative_to(anchor))) if p.is_file()]


def acquired(raw: Path, start: str, *, optional: bool = False) -> list[Path]:
    """Return the acquired files whose name begins so."""
    files = sorted(p for p in raw.glob(f"{start}*") if p.is_file() and not p.name.startswith("."))
    if not files and not optional:
        what = f"{start} files" if start else "files"
        raise SourceError(f"no {what} in {raw.name}: run the acquire stage first")
    return files
