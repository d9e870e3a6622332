"""Headless Chromium: loads a page of the loopback server and gives its DOM, or a picture of it."""

import html
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

_FLAGS = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync --hide-scrollbars --force-color-profile=srgb --lang=en-US"
).split()


class Page:
    """One load of the dashboard."""

    def __init__(self, dom: str):
        self.dom = dom
        match = re.search(r'id="report">(.*?)</script>', dom, re.DOTALL)
        self.report = json.loads(match[1]) if match else {"failure": "no report in the page"}

    def text(self) -> str:
        """What a reader sees, tags and scripts taken out, blanks collapsed."""
        body = re.sub(r"<(script|style)\b.*?</\1>", " ", self.dom, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))

    def panel(self, title: str, until) -> str:
        """The text from a panel's title to the next of the titles `until`."""
        text = self.text()
        if title not in text:
            raise AssertionError(f"no panel {title!r} in: {text[:2000]}")
        text = text[text.index(title) :]
        ends = [text.index(other) for other in until if other != title and other in text]
        return text[: min(ends, default=len(text))]


class Browser:
    """`port` is the server's; every run has a profile of its own."""

    def __init__(self, port: int, size: str = "1280,2600"):
        self.port, self.size = port, size
        self.program = os.environ.get("CHROMIUM", "chromium")

    def _run(self, address: str, *options: str) -> str:
        with tempfile.TemporaryDirectory() as profile:
            # Chromium refuses to run sandboxed as root, which is what a CI container is.
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            command = [self.program, *_FLAGS, *sandbox, f"--user-data-dir={profile}", f"--window-size={self.size}"]
            command += ["--virtual-time-budget=25000", *options, address]
            done = subprocess.run(command, capture_output=True, timeout=180, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.program}: {done.stderr.decode(errors='replace')[-800:]}")
        return done.stdout.decode("utf-8")

    def open(self, query: str) -> Page:
        """Loads the page and gives its DOM once everything has been drawn."""
        return Page(self._run(self._address(query), "--dump-dom"))

    def picture(self, query: str, path: Path, scale: float = 1) -> None:
        """Loads the page and writes a PNG of the window, `scale` pixels to each of its points."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.draw(self._address(query), path, f"--force-device-scale-factor={scale}")

    def draw(self, address: str, path: Path, *options: str) -> None:
        """Loads any address and writes a PNG of the window."""
        self._run(address, f"--screenshot={path}", *options)

    def dom(self, address: str) -> str:
        """The DOM of any address."""
        return self._run(address, "--dump-dom")

    def _address(self, query: str) -> str:
        return f"http://127.0.0.1:{self.port}/?{query}"
