"""Where a result comes from: hashes of files, state of the git checkout, entries of dvc.lock."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class GitState:
    """Commit of the checkout and whether tracked files differ from it."""

    commit: str
    dirty: bool


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def content_key(root: Path, files: Iterable[Path]) -> str:
    """Return one hash for the names and contents of files, whatever their order or date."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(root).as_posix()}\0{file_sha256(file)}\n".encode())
    return digest.hexdigest()


def git_state(root: Path) -> GitState:
    """Return commit and dirtiness; ``unknown`` and dirty where there is no git checkout."""
    git = shutil.which("git")
    if git is None:
        return GitState("unknown", dirty=True)
    commit = _output([git, "-C", str(root), "rev-parse", "HEAD"])
    if commit is None:
        return GitState("unknown", dirty=True)
    changes = _output([git, "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    return GitState(commit.strip(), dirty=bool(changes is None or changes.strip()))


def lock_entries(root: Path, territory: str) -> dict[str, Any]:
    """Return the stages of ``dvc.lock`` that make the results of a territory (not ``track``)."""
    lock = root / "dvc.lock"
    if not lock.is_file():
        return {}
    stages = (yaml.safe_load(lock.read_text(encoding="utf-8")) or {}).get("stages", {})
    return {
        name: entry
        for name, entry in sorted(stages.items())
        if name.endswith(f"@{territory}") and not name.startswith("track@")
    }


def lock_sha256(root: Path, territory: str) -> str:
    """Return a hash of the lock entries of a territory; it does not depend on formatting."""
    entries = json.dumps(lock_entries(root, territory), sort_keys=True)
    return hashlib.sha256(entries.encode()).hexdigest()


def _output(command: list[str]) -> str | None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return result.stdout if result.returncode == 0 else None
