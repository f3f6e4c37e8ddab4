"""Look at built pages as readers see them: light and dark, wide and on a phone.

Usage: ``python tools/screenshots.py --out DIR [--html _build/html] [--at SELECTOR] [PAGE ...]``,
pages like ``chapters/06-adam`` (default: all). Writes DIR/NAME-light-1400.png and so on, full
pages cut into pieces of at most 4000 pixels, and reports what a reader's browser would complain
of: console errors, requests to other hosts, missing files, pages wider than the window. Needs
Chromium and the package playwright (extra ``browser``). The exit status counts the complaints.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PIECE = 4000  # pixels of height that a picture of a page may have
# The elements that stick out of the window, innermost first, unless something around scrolls.
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = e => e && e !== document.body
    && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
  const name = e => `${e.tagName} ${e.className} ${(e.textContent || '').trim().slice(0, 60)}`;
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    .map(name).reverse().slice(0, 5);
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine while the context lasts; yield its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a headless Chromium, the system's own."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Any, address: str, scheme: str, width: int) -> tuple[Any, list[str]]:
    """Open a page; return it and what is wrong with it."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 1000})
    complaints: list[str] = []
    host = address.split("/")[2]

    def console(message: Any) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    def request(sent: Any) -> None:
        if not sent.url.startswith(("data:", "blob:")) and sent.url.split("/")[2] != host:
            complaints.append(f"request to another host: {sent.url}")

    def response(got: Any) -> None:
        if got.status >= 400:
            complaints.append(f"{got.status}: {got.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("request", request)
    page.on("response", response)
    page.goto(address, wait_until="networkidle")
    page.evaluate("() => window.MathJax?.startup?.promise")
    complaints += [f"wider than the window: {line}" for line in page.evaluate(OVERFLOW)]
    bad = page.locator("mjx-merror, .MathJax_Error").all_text_contents()
    complaints += [f"formula not understood: {text}" for text in bad]
    return page, complaints


def shoot(page: Any, stem: Path, selector: str | None) -> None:
    """Write the pictures of a page, or of the one element that the selector names."""
    if selector:
        page.locator(selector).first.screenshot(path=f"{stem}.png")
        return
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"]
    for number, top in enumerate(range(0, height, PIECE)):
        clip = {"x": 0, "y": top, "width": width, "height": min(PIECE, height - top)}
        name = f"{stem}-{number}.png" if height > PIECE else f"{stem}.png"
        page.screenshot(path=name, full_page=True, clip=clip)


def main() -> int:
    """Take the pictures and print the complaints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--out", type=Path, help="folder for the pictures; none: only the report")
    parser.add_argument("--html", type=Path, default=ROOT / "_build/html")
    parser.add_argument("--at", metavar="SELECTOR", help="only this element, like '#fig-race'")
    parser.add_argument("--widths", type=int, nargs="+", default=[1400, 390])
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"])
    options = parser.parse_args()
    pages = [name.removesuffix(".html") for name in options.pages] or sorted(
        str(path.relative_to(options.html).with_suffix(""))
        for path in [*options.html.glob("*.html"), *options.html.glob("chapters/*.html")]
        if path.name != "index.html"
    )
    if not pages:
        parser.error(f"--html must be the folder of a built book, got {options.html}")
    count = 0
    with serve(options.html) as address, chromium() as browser:
        for name in pages:
            for scheme in options.schemes:
                for width in options.widths:
                    page, complaints = open_page(browser, f"{address}/{name}.html", scheme, width)
                    for line in dict.fromkeys(complaints):
                        print(f"{name} {scheme} {width}: {line}")
                    count += len(complaints)
                    if options.out:
                        options.out.mkdir(parents=True, exist_ok=True)
                        stem = f"{name.replace('/', '-')}-{scheme}-{width}"
                        shoot(page, options.out / stem, options.at)
                    page.close()
    print(f"{len(pages)} pages, {count} complaints")
    return min(count, 100)


if __name__ == "__main__":
    sys.exit(main())
