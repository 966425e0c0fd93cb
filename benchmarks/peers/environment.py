"""Make the environment of the peers from ``requirements.txt``, once.

Usage: ``python benchmarks/peers/environment.py [FOLDER]``
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Not in git.
FOLDER = HERE.parents[1] / ".cache" / "peers"


def made(folder: Path = FOLDER) -> Path:
    """Return the interpreter of the peers' environment, made anew where its lock changed.

    The stamp is written last: an interrupted making is thrown away.

    Raises
    ------
    CalledProcessError
        If a package cannot be had.
    """
    lock, stamp = HERE / "requirements.txt", folder / ".made"
    wanted = hashlib.sha256(lock.read_bytes() + platform.python_version().encode()).hexdigest()
    python = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"making the environment of the peers in {folder} (some minutes)", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    for words in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", *quiet, "-r", str(lock)],
    ):
        subprocess.run(words, check=True)  # noqa: S603 - our own words
    stamp.write_text(wanted)
    return python


if __name__ == "__main__":
    print(made(*map(Path, sys.argv[1:])))
