"""Print how long a slow phone waits for each page of a report: first paint, largest paint, load.

Usage: ``python benchmarks/pages.py reports/auckland [--plain] [--runs 5]``

A real Chromium (``CHROMIUM`` or the one on the path) opens each page of the report, and one of a
place, served from this machine. The phone is emulated by the browser (DevTools protocol): 360 by
800 points, processor slowed down four times, 150 ms before each answer, 1.6 Mbit/s down. Each run
starts without cache. Times count from the click, in ms; bytes are those on the wire.

A machine that does other work as well disturbs these times. *Bound* is not disturbed: two answers,
all bytes, and four times the processor time of the page (its main thread, not emulated), one after
the other. On a machine that does nothing else, a page is loaded by then.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SLOWER = 4
NETWORK = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
PACKED = (".html", ".css", ".js", ".json", ".csv", ".txt")
PAINTS = """() => new Promise(done => {
  new PerformanceObserver(list => {
    const last = list.getEntries().at(-1);
    const [page] = performance.getEntriesByType('navigation');
    done({first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
          largest: last.startTime, load: page.loadEventEnd});
  }).observe({type: 'largest-contentful-paint', buffered: true});
})"""


class Quiet(SimpleHTTPRequestHandler):
    """A web server as a town would have it: connections stay open, texts are packed."""

    protocol_version = "HTTP/1.1"
    packed = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer with a file, packed where that helps."""
        path = Path(self.translate_path(self.path))
        content = path.read_bytes() if path.is_file() else b""
        self.send_response(200 if path.is_file() else 404)
        if self.packed and path.suffix in PACKED:
            content = gzip.compress(content, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def opened(browser: Any, address: str) -> dict[str, float]:
    """Return the times and bytes of one opening, in a browser that has seen nothing before."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, device_scale_factor=2)
    page = context.new_page()
    phone = context.new_cdp_session(page)
    sent: list[float] = []
    phone.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    phone.send("Network.enable")
    phone.send("Network.emulateNetworkConditions", {"offline": False, **NETWORK})
    phone.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(300)
    found = page.evaluate(PAINTS)
    context.close()
    return {**found, "bytes": sum(sent)}


def work(browser: Any, address: str) -> float:
    """Return the processor time of an opening on this machine, in ms: that of the main thread."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, device_scale_factor=2)
    page = context.new_page()
    here = context.new_cdp_session(page)
    here.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(200)
    found = {m["name"]: m["value"] for m in here.send("Performance.getMetrics")["metrics"]}
    context.close()
    return 1000 * float(found["TaskDuration"])


def pages(report: Path) -> list[str]:
    """Return one page of each kind: of places, the heaviest."""
    place = max(report.glob("*/*.html"), key=lambda p: (p.stat().st_size, p.name))
    return [*sorted(p.name for p in report.glob("*.html")), place.relative_to(report).as_posix()]


def main() -> None:
    """Print the median of the runs, page by page."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--plain", action="store_true", help="serve texts as they are, not packed")
    options = parser.parse_args()
    Quiet.packed = not options.plain
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(options.report)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/"
    print(
        f"{options.runs} runs each, median; 360 x 800, processor {SLOWER} times slower, 150 ms, "
        f"1.6 Mbit/s, {'not packed' if options.plain else 'gzip'}; "
        f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    print("| page | first paint | largest paint | load | bound | kB |\n" + "| --- " * 6 + "|")
    with sync_playwright() as player:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name in pages(options.report):
            runs = [opened(browser, root + name) for _ in range(options.runs)]
            first, largest, load, size = (
                statistics.median(r[k] for r in runs) for k in ("first", "largest", "load", "bytes")
            )
            own = statistics.median(work(browser, root + name) for _ in range(options.runs))
            sending = 1000 * size / NETWORK["downloadThroughput"]
            bound = 2 * NETWORK["latency"] + sending + SLOWER * own
            times = " | ".join(f"{t:.0f}" for t in (first, largest, load, bound))
            print(f"| {name} | {times} | {size / 1000:.0f} |", flush=True)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
