"""The events of an indexer, in SQLite: what an index holds before any search-time field exists."""

import sqlite3
from dataclasses import dataclass

from .values import text

_SCHEMA = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, time REAL NOT NULL, indextime REAL NOT NULL,
    idx TEXT NOT NULL, host TEXT NOT NULL, source TEXT NOT NULL, sourcetype TEXT NOT NULL, raw TEXT NOT NULL
);
CREATE INDEX by_time ON event (time);
"""


@dataclass(frozen=True)
class Event:
    """One indexed event; times are seconds since the epoch."""

    time: float
    raw: str
    host: str
    source: str
    sourcetype: str
    index: str = "main"
    indextime: float | None = None


class EventStore:
    """The events of one indexer."""

    def __init__(self, server: str, events=()):
        self.server = server
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        self.database.executescript(_SCHEMA)
        self.add(events)

    def add(self, events) -> None:
        """Indexes events."""
        rows = [
            (e.time, e.time if e.indextime is None else e.indextime, e.index, e.host, e.source, e.sourcetype, e.raw) for e in events
        ]
        self.database.executemany(
            "INSERT INTO event (time, indextime, idx, host, source, sourcetype, raw) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )

    def events(self) -> list[Event]:
        """All of them, in the order in which they came."""
        found = self.database.execute("SELECT time, raw, host, source, sourcetype, idx, indextime FROM event ORDER BY id")
        return [Event(*row) for row in found]

    def read(self, earliest: float, latest: float, since: float = 0.0):
        """Events of the window that were indexed `since`, newest first, with the fields that every event has."""
        query = "SELECT time, indextime, idx, host, source, sourcetype, raw FROM event WHERE time >= ? AND time < ? AND indextime >= ? ORDER BY time DESC, id DESC"
        for time, indextime, index, host, source, sourcetype, raw in self.database.execute(query, (earliest, latest, since)):
            yield {
                "_time": text(time),
                "_indextime": text(int(indextime)),
                "index": index,
                "host": host,
                "source": source,
                "sourcetype": sourcetype,
                "splunk_server": self.server,
                "linecount": str(raw.count("\n") + 1),
                "_raw": raw,
            }
