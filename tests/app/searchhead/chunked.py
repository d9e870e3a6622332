"""splunkd's side of the chunked search command protocol (v2): one request, one reply, in lockstep."""

import csv
import io
import json
import re
import subprocess
import tempfile
import threading
from pathlib import Path

from .errors import SearchError
from .values import cell, items

_HEADER = re.compile(rb"chunked 1\.0,(\d{1,12}),(\d{1,12})\n\Z")
_REPLY_KEYS = {"type", "generating", "required_fields", "maxwait", "streaming_preop", "finished", "error", "inspector"}
_PLAIN = re.compile(r"[A-Za-z0-9]*\Z")
_ITEM = re.compile(r"\$((?:\$\$|[^$])*)\$(?:;|\Z)", re.DOTALL)
_SECONDS = 60  #: A reply that takes longer than this is a hung command.


def quote(value: str) -> str:
    """A CSV cell as splunkd writes it: quoted exactly when it holds a character outside [A-Za-z0-9]."""
    return value if _PLAIN.match(value) else '"' + value.replace('"', '""') + '"'


def join_multivalue(values: list[str]) -> str:
    """The `__mv_` form: `$a$;$b$`, with `$` doubled; empty for a single value."""
    if len(values) < 2:
        return ""
    return ";".join("$" + value.replace("$", "$$") + "$" for value in values)


def split_multivalue(text: str) -> list[str]:
    """The inverse; text that is not in that form is an error of the command."""
    found, position = [], 0
    while position < len(text):
        match = _ITEM.match(text, position)
        if not match:
            raise SearchError(f"the command wrote a broken __mv_ cell: {text[:60]!r}")
        found.append(match[1].replace("$$", "$"))
        position = match.end()
    return found


def body(rows: list[dict], columns: list[str]) -> bytes:
    """A chunk's CSV: all columns, then a `__mv_` column for each."""
    lines = [",".join([quote(c) for c in columns] + [quote(f"__mv_{c}") for c in columns])]
    for row in rows:
        values = [items(row.get(column)) for column in columns]
        lines.append(",".join([quote("\n".join(v)) for v in values] + [quote(join_multivalue(v)) for v in values]))
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def rows_of(content: bytes) -> tuple[list[str], list[dict]]:
    """Reads a reply's CSV: its plain columns and its rows; an empty cell is no field."""
    if not content:
        return [], []
    csv.field_size_limit(1 << 30)
    table = list(csv.reader(io.StringIO(content.decode("utf-8", "surrogateescape"), newline=""), strict=True))
    header = table[0]
    if len(set(header)) != len(header):
        raise SearchError(f"the command wrote a column twice: {header}")
    plain = [column for column in header if not column.startswith("__mv_")]
    rows = []
    for cells in table[1:]:
        if len(cells) != len(header):
            raise SearchError(f"the command wrote a row of {len(cells)} cells under {len(header)} columns")
        record, row = dict(zip(header, cells)), {}
        for column in plain:
            multiple = record.get(f"__mv_{column}", "")
            value = cell(split_multivalue(multiple)) if multiple else (record[column] or None)
            if value is not None:
                row[column] = value
        rows.append(row)
    return plain, rows


class Process:
    """One start of a command. Use as a context manager: leaving closes its stdin and reads its exit code."""

    def __init__(self, executable: Path, arguments: list[str], environment: dict[str, str]):
        self.folder = tempfile.TemporaryDirectory(prefix="searchhead-")
        try:
            self.process = subprocess.Popen(
                [str(executable), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder.name,
                env=environment,
            )
        except OSError as error:
            self.folder.cleanup()
            raise SearchError(f"Error in 'iismodcheck' command: cannot start {executable}: {error.strerror}") from error
        self.errors: list[bytes] = []
        self.reader = threading.Thread(target=lambda: self.errors.append(self.process.stderr.read()), daemon=True)
        self.reader.start()
        self.hung = False

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, kind, value, trace) -> None:
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            self._hang()
            self.process.wait()
        self.reader.join(_SECONDS)
        self.process.stdout.close()
        self.process.stderr.close()
        self.folder.cleanup()

    def _hang(self) -> None:
        self.hung = True
        self.process.kill()

    def stderr(self) -> str:
        """What the command wrote to stderr; complete once the process has ended."""
        return b"".join(self.errors).decode(errors="replace")

    def exchange(self, metadata: dict, content: bytes = b"") -> tuple[dict, bytes]:
        """Sends one chunk and reads the one reply."""
        head = json.dumps(metadata, ensure_ascii=False).encode("utf-8", "surrogateescape")
        timer = threading.Timer(_SECONDS, self._hang)
        timer.start()
        try:
            # The command has to read a whole request before it answers, so writing everything first cannot block.
            self.process.stdin.write(b"chunked 1.0,%d,%d\n" % (len(head), len(content)) + head + content)
            self.process.stdin.flush()
            return self._reply()
        except BrokenPipeError:
            raise self._ended("the command closed its input") from None
        finally:
            timer.cancel()

    def _ended(self, what: str) -> SearchError:
        if self.hung:
            return SearchError(f"no reply within {_SECONDS} s")
        code = self.process.wait(_SECONDS)
        self.reader.join(_SECONDS)
        exit_text = f"External search command exited unexpectedly with non-zero error code {code}." if code else what
        return SearchError(f"{exit_text} stderr: {self.stderr().strip()[:500]}")

    def _read(self, count: int) -> bytes:
        data = self.process.stdout.read(count)
        if len(data) != count:
            raise self._ended("EOF while attempting to read a chunk")
        return data

    def _reply(self) -> tuple[dict, bytes]:
        line = self.process.stdout.readline(300)
        if not line:
            raise self._ended("EOF while attempting to read transport header read_size=0")
        match = _HEADER.match(line)
        if not match:
            raise SearchError(f"the command wrote no chunk header: {line[:80]!r}")
        raw = self._read(int(match[1]))
        metadata = json.loads(raw)
        unknown = set(metadata) - _REPLY_KEYS
        if unknown:
            raise SearchError(f"Unsupported metadata field sent by custom search command: {', '.join(sorted(unknown))}")
        keys = list(metadata)
        if "error" in keys and "inspector" in keys and keys.index("inspector") > keys.index("error"):
            raise SearchError("the reply has 'error' before 'inspector': splunkd would lose the messages")
        return metadata, self._read(int(match[2]))
