"""A binary for another system answers a whole search with the same bytes as the packaged Linux one.

FOREIGN_BINARY is the executable, FOREIGN_RUNNER the emulator that runs it.
"""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from searches.events import Host
from searches.support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, Installed
from searchhead.chunked import body, rows_of

#: Which system the executable is for, in what each run tells.
SYSTEM = re.compile(rb" on \w+ \w+:")

GETINFO = {
    "action": "getinfo",
    "preview": False,
    "searchinfo": {"args": [], "raw_args": [], "sid": "1", "earliest_time": "0", "latest_time": str(NOW), "command": "iismodcheck"},
}


def chunk(metadata: dict, content: bytes = b"") -> bytes:
    """One frame of the protocol."""
    head = json.dumps(metadata).encode()
    return b"chunked 1.0,%d,%d\n" % (len(head), len(content)) + head + content


def frames(answer: bytes) -> list[tuple[bytes, bytes]]:
    """Metadata and body of each frame."""
    found = []
    while answer:
        line, _, answer = answer.partition(b"\n")
        head, content = (int(size) for size in line.split(b",")[1:])
        found.append((answer[:head], answer[head : head + content]))
        answer = answer[head + content :]
    return found


def events() -> list[dict]:
    """Rows with line feeds, carriage returns, Ctrl-Z, NUL and bytes that are not UTF-8: what a text mode would change."""
    host = Host("web01.example.com", "classic")
    host.install(NOW - 60, GOOD_NAME, GOOD_IMAGE)
    xml = Host("web02.example.com")
    xml.install(NOW - 30, "EvilModule", EVIL)
    xml.install(NOW - 20, "naïve \u202e", "C:\\Ünïcode\\x.dll")
    rows = [{"_raw": e.raw, "_time": str(e.time), "host": e.host} for e in host.events + xml.events]
    every = bytes(range(256)).decode("utf-8", "surrogateescape")
    rows.append({"_raw": f"a\r\nb\x1a\0{every}\n", "_time": "1", "host": "\r"})
    return rows


class Exchange(Installed):
    """The same stream through both binaries."""

    def stream(self) -> bytes:
        rows = [{**row, "_chunked_idx": str(i)} for i, row in enumerate(events())]
        columns = ["_raw", "_time", "host", "_chunked_idx"]
        data = body(rows, columns)
        return chunk(GETINFO) + chunk({"action": "execute", "finished": False}, data) + chunk(
            {"action": "execute", "finished": True}, body([], columns)
        )

    def answer(self, *command: str) -> bytes:
        done = subprocess.run(command, input=self.stream(), capture_output=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    def test_same_bytes(self):
        native = self.answer(str(self.app / "linux_x86_64/bin/iismodcheck"))
        foreign = self.answer(*os.environ["FOREIGN_RUNNER"].split(), self.installed())
        ours, theirs = ([(SYSTEM.sub(b" on a system:", head), content) for head, content in frames(answer)] for answer in (native, foreign))
        self.assertEqual(theirs, ours)
        self.assertEqual(sum(b" on a system:" in head for head, _ in ours), 1, "a run tells once on which system it ran")
        self.assertIn(b"suspicious_location", foreign)
        self.assertNotIn(b"\r\nchunked", foreign)

    def test_the_rows_come_back(self):
        answer = self.answer(*os.environ["FOREIGN_RUNNER"].split(), self.installed())
        replies = [content for _, content in frames(answer)]
        self.assertEqual(len(replies), 3)
        _, rows = rows_of(replies[1])
        for sent, got in zip(events(), rows, strict=True):
            self.assertEqual({name: got.get(name) for name in sent}, sent)

    def test_version(self):
        done = subprocess.run([*os.environ["FOREIGN_RUNNER"].split(), self.installed(), "--version"], capture_output=True, text=True)
        self.assertRegex(done.stdout, r"\Aiismodcheck \d+\.\d+\.\d+\s*\Z")

    def installed(self) -> str:
        """The foreign binary in the place where its system would find it, with the app's lookups around it."""
        binary = Path(os.environ["FOREIGN_BINARY"])
        target = self.app / ("windows_x86_64/bin" if binary.suffix == ".exe" else "bin") / binary.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(binary.read_bytes())
        target.chmod(0o755)
        return str(target)
