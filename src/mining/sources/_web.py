"""Fetch over HTTP: the one place of the sources that opens a connection."""

from __future__ import annotations

import shutil
import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast

from mining.errors import ConfigError, SourceError

#: Seconds without a byte after which a server is given up.
PATIENCE = 60.0
#: How often a server that asks to wait is asked again, and the longest wait, in seconds.
TRIES, LONGEST = 5, 120.0
_AGENT = "forage (statistics of a territory)"
_WAIT = (429, 502, 503, 504)
#: What goes wrong on the way; errors of the disk are none of these.
_BROKEN = (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError)


def fetch(url: str) -> bytes:
    """Return the bytes at an address, waiting as long as the server asks to.

    Raises
    ------
    ConfigError
        If the address is none of http or https.
    SourceError
        If the server cannot be reached, refuses, or keeps asking to wait.
    """
    attempt = 0
    while True:
        try:
            with _open(url) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                attempt += 1
                if error.code not in _WAIT or attempt == TRIES:
                    text = error.read(300).decode("utf-8", "replace").strip()
                    raise SourceError(f"{url}: the server says {error.code}, {text}") from error
                time.sleep(_asked(error, attempt))
        except _BROKEN as error:
            raise SourceError(f"{url}: cannot be read ({error})") from error


def download(url: str, path: Path) -> None:
    """Write the bytes at an address to a file, without holding them in memory.

    Raises
    ------
    ConfigError, SourceError
        As :func:`fetch`; also if fewer bytes arrive than were announced.
    """
    try:
        with _open(url) as answer, path.open("wb") as target:
            shutil.copyfileobj(answer, target, 1 << 20)
            announced = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        with error:
            raise SourceError(f"{url}: the server says {error.code}") from error
    except _BROKEN as error:
        raise SourceError(f"{url}: cannot be read ({error})") from error
    size = path.stat().st_size
    if announced is not None and size != int(announced):
        msg = f"{url}: {size} of {announced} bytes came, acquire again"
        raise SourceError(msg)


def _open(url: str) -> HTTPResponse:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"address {url!r}: expected http:// or https://")
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT})  # noqa: S310
    answer = urllib.request.urlopen(request, timeout=PATIENCE)  # noqa: S310 - checked above
    return cast("HTTPResponse", answer)


def _asked(error: urllib.error.HTTPError, attempt: int) -> float:
    """Return the seconds to wait: those the server asks for, else longer each time."""
    told = error.headers.get("Retry-After", "")
    return min(float(told), LONGEST) if told.isdigit() else float(2 ** (attempt - 1))
