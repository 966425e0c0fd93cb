"""Publish a report: a complete folder, swapped into place at once, earlier editions kept."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mining import writers
from mining.errors import OutputError, ResultError
from mining.provenance import file_sha256

MANIFEST = "manifest.json"
#: The page that lists earlier editions, and the part of it that publishing writes.
LIST = "editions.html"
_MARKED = re.compile(r'(<div id="editions">).*?(</div>)', re.DOTALL)
#: Folder of earlier editions within a publication.
EARLIER = "editions"


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes
    ----------
    folder : Path
        Where it stands.
    files : int
        Files of the edition.
    earlier : tuple of str
        Folders of the editions before it, the latest first.
    """

    folder: Path
    files: int
    earlier: tuple[str, ...]


def publish(report: Path, target: Path) -> Published:
    """Put a report where readers find it, and keep the edition that stood there.

    Parameters
    ----------
    report : Path
        Folder that stage ``report`` wrote.
    target : Path
        Folder of the publication: absent, empty, or an earlier publication of the territory.

    Returns
    -------
    Published
        The same edition published twice stands there once.

    Raises
    ------
    ResultError
        If the report is absent, or one of its files is not what the stage wrote.
    OutputError
        If `target` holds anything else, lies in the report or around it, or cannot be written;
        what stood there is as it was.

    Notes
    -----
    The new folder is made beside `target` and takes its place in one step of the file system: a
    reader sees the whole old edition or the whole new one.
    """
    edition = _checked(report)
    target = target.resolve()
    source = report.resolve()
    if source == target or source in target.parents or target in source.parents:
        msg = f"{target}: expected a folder outside of the report, such as ../site"
        raise OutputError(msg)
    before = _standing(target, edition)
    kept = _kept(target)
    archived = before if before is not None and before != edition else None
    if archived is not None:
        kept = [_free(archived["until"], kept), *kept]

    def fill(draft: Path) -> None:
        for name in (*edition["files"], LIST, MANIFEST):
            _copy(report / name, draft / name)
        for folder in kept[1:] if archived is not None else kept:
            shutil.copytree(target / EARLIER / folder, draft / EARLIER / folder)
        if archived is not None:
            _archive(target, archived, draft / EARLIER / kept[0])
        _list(draft / LIST, [(f"{EARLIER}/{n}/index.html", _title(draft, n)) for n in kept])

    writers.directory(target, fill)
    return Published(target, len(edition["files"]) + 2, tuple(kept))


def _checked(report: Path) -> dict[str, Any]:
    """Return the manifest of a report whose files are those that it names."""
    manifest = _manifest(report)
    if manifest is None:
        msg = f"{report}: no report here; run 'dvc repro' (or 'make repro') to make it"
        raise ResultError(msg)
    for name, expected in manifest["files"].items():
        path = report / name
        if not path.is_file() or file_sha256(path) != expected:
            what = "was changed after it was made" if path.is_file() else "is missing"
            raise ResultError(f"{path}: {what}; run 'dvc repro' again, nothing was published")
    return manifest


def _manifest(folder: Path) -> dict[str, Any] | None:
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["files"], manifest["until"], manifest["territory"], manifest["words"]
    except (ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{path}: not the manifest of a report ({error})") from error
    return dict(manifest)


def _standing(target: Path, edition: dict[str, Any]) -> dict[str, Any] | None:
    """Return the manifest of what stands at `target`, or refuse to overwrite it."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return None
    before = _manifest(target) if target.is_dir() else None
    if before is None or before["territory"] != edition["territory"]:
        holds = f"the report of {before['territory']}" if before else "other files"
        msg = (
            f"{target}: found {holds}, expected an empty folder or an earlier edition of"
            f" {edition['territory']}; nothing was touched"
        )
        raise OutputError(msg)
    return before


def _kept(target: Path) -> list[str]:
    """Return the folders of earlier editions, the latest first."""
    folder = target / EARLIER
    names = [p.name for p in folder.iterdir() if _manifest(p)] if folder.is_dir() else []
    return sorted(names, key=_order, reverse=True)


def _order(name: str) -> tuple[str, int]:
    day, _, again = name[:10], name[10:11], name[11:]
    return day, int(again) if again.isdigit() else 1


def _free(until: str, taken: Iterable[str]) -> str:
    """Return a folder name for an edition: its last day, numbered where there were several."""
    day = until[:10]
    same = [n for n in taken if n[:10] == day]
    return day if not same else f"{day}-{max(_order(n)[1] for n in same) + 1}"


def _archive(target: Path, manifest: dict[str, Any], folder: Path) -> None:
    """Copy the edition that stands at `target`; its list names the latest edition only."""
    for name in (*manifest["files"], LIST, MANIFEST):
        if (target / name).is_file():  # what somebody took away cannot be kept
            _copy(target / name, folder / name)
    _list(folder / LIST, [("../../index.html", manifest["words"]["latest"])])


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _title(draft: Path, name: str) -> str:
    manifest = _manifest(draft / EARLIER / name)
    return str(manifest["words"]["title"]) if manifest else name


def _list(page: Path, links: list[tuple[str, str]]) -> None:
    """Write links to editions into the marked part of a page."""
    if not links or not page.is_file():
        return
    items = "\n".join(
        f'<li><a href="{html.escape(address)}">{html.escape(title)}</a></li>'
        for address, title in links
    )
    text = page.read_text(encoding="utf-8")
    writers.text(page, _MARKED.sub(lambda m: f"{m[1]}\n<ul>\n{items}\n</ul>\n{m[2]}", text))
