"""A throw-away search head with a small app, for the tests of the test tool."""

import contextlib
import os
import tempfile
import textwrap
from pathlib import Path

from searchhead.instance import Instance
from searchhead.job import SearchHead
from searchhead.limits import Limits
from searchhead.store import Event, EventStore

NOW = 1_700_000_000.0
META = "[]\naccess = read : [ * ], write : [ admin, keeper ]\nexport = none\n"


@contextlib.contextmanager
def app(files: dict[str, str], users=None):
    """Writes an app named `demo` and gives its Instance."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "demo"
        for name, content in {"metadata/default.meta": META, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(content))
            if "/bin/" in f"/{name}":
                os.chmod(path, 0o755)
        yield Instance(Path(folder), users=users)


def rows(search: str, *, files=None, events=(), numbers_first=True, user="admin", **window) -> list[dict]:
    """The rows of one search."""
    return run(search, files=files, events=events, numbers_first=numbers_first, user=user, **window).rows


def run(search: str, *, files=None, events=(), numbers_first=True, user="admin", chunk_rows=2500, limits=Limits(), **window):
    """The result of one search."""
    with app(files or {}, users={"admin": ("admin",), "guest": ("user",)}) as instance:
        head = SearchHead(instance, EventStore("standalone", events), chunk_rows=chunk_rows, limits=limits)
        head.mixed_numbers_first = numbers_first
        return head.run(search, now=NOW, user=user, app="demo", **window)


def event(raw: str, seconds: float = -60, **fields) -> Event:
    """An event some seconds from NOW."""
    return Event(**{"time": NOW + seconds, "raw": raw, "host": "h1", "source": "s", "sourcetype": "t", **fields})


def table(csv: str, name: str = "t.csv") -> dict[str, str]:
    """A lookup file in the app."""
    return {f"lookups/{name}": textwrap.dedent(csv)}
