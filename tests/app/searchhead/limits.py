"""The limits of limits.conf at which Splunk leaves something out without failing. Tests lower them.

Time cannot be lowered in a test: how many events are read until it is up stands for it.
"""

from dataclasses import dataclass

from .values import items


@dataclass(frozen=True)
class Limits:
    """Defaults as limits.conf has them; None: not reached."""

    rows: int = 50_000  #: [searchresults] maxresultrows: of eventstats, together with `memory`.
    memory: int = 200 * 1024 * 1024  #: max_mem_usage_mb, in bytes: of eventstats and streamstats.
    subsearch_rows: int = 10_000  #: [subsearch] maxout
    subsearch_events: int | None = None  #: For [subsearch] maxtime.
    append_rows: int = 50_000  #: maxout of append, where the search does not say.
    append_events: int | None = None  #: For maxtime of append.
    json_bytes: int = 5_000  #: [spath] extraction_cutoff: of KV_MODE = json.
    results_per_alert: int = 500  #: [scheduler] max_per_result_alerts


def size(row: dict) -> int:
    """Bytes of a row's names and values, as an estimate of what it takes in memory."""
    return sum(len(name) + sum(len(item) for item in items(value)) for name, value in row.items())
