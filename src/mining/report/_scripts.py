"""The one script that comes from elsewhere: the library that draws the exploration page."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata

from mining.errors import OutputError

#: Distribution that carries uPlot 1.6.31, and the SHA-256 of the files as uPlot's authors
#: published them: nothing else is ever put into a report under this name.
CARRIER = "youplot"
FILES = {
    "uplot.iife.min.js": "2d27e8ad3d228164525ce213f9dc716f39b4e3aee0cc773fb3491c96cf4921a2",
    "uplot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}


@cache
def library(name: str) -> str:
    """Return a file of the library, as its authors published it.

    Parameters
    ----------
    name : str
        One of :data:`FILES`.

    Raises
    ------
    OutputError
        If it is not installed, or is not the file that is known.
    """
    wanted = f"install the packages of requirements.lock, {CARRIER} among them"
    try:
        found = metadata.distribution(CARRIER).locate_file(f"youplot/vendor/{name}")
        content = found.read_bytes()  # type: ignore[attr-defined]
    except (metadata.PackageNotFoundError, OSError) as error:
        msg = f"the exploration page needs the script {name}, which is not installed: {wanted}"
        raise OutputError(msg) from error
    if hashlib.sha256(content).hexdigest() != FILES[name]:
        msg = f"the installed script {name} is not that of uPlot 1.6.31: {wanted}"
        raise OutputError(msg)
    return str(content.decode("utf-8"))
