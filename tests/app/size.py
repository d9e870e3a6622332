"""python3 -m size [HOSTS [SHARE]]: processor seconds, bytes and memory of each stage of the hourly alert, for the table in the app's README.

HOSTS servers (10,000) with 100 events each in a day: a module of the fleet, 15 modules of Microsoft, and four other changes. Every
event goes through the packaged binary, as it would from one search. The SPL around it is run by the search head for tests on a
SHARE of the hosts (one in 50), whose rows and bytes are then multiplied: its seconds say nothing about Splunk. Not in the gate:
it takes minutes.
"""

import csv
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from searches.events import Host
from searches.support import CHANGES, NOW, USERS, unpack
from searchhead.alerts import Alert
from searchhead.chunked import Process, body
from searchhead.external import CHUNK_ROWS, External
from searchhead.instance import Instance
from searchhead.job import Running, SearchHead
from searchhead.limits import size
from searchhead.store import EventStore
from searchhead.values import Table

COLUMNS = ["_raw", "_time", "host", "source", "sourcetype"]
#: What the first line of the roll-up keeps of a row, beside its two times.
KEPT = ["iis_event_role", "iis_host", "iis_process", "iis_record", "iis_change_key", "iis_change_part"]
TIMES = 30  #: Bytes of _time and _indextime.


def server(number: int, modules: list[tuple[str, str]]) -> Host:
    """One server's day: 16 installations of six events and four other events."""
    host = Host(f"web{number:05}.corp.example.com")
    start = NOW - 3600 - 600 + number % 600
    host.install(start, "AgentModule", r"C:\Program Files\Agent\agent.dll")
    for place, (name, image) in enumerate(modules, 1):
        host.install(start + 40 * place, name, image)
    for place in range(2):
        host.noise(start + 40 * (20 + place))
    return host


class Stage:
    """What one stage took."""

    def __init__(self, name: str):
        self.name, self.rows, self.sent, self.received, self.seconds, self.clock, self.memory = name, 0, 0, 0, 0.0, 0.0, 0

    def show(self) -> None:
        """One line of the table."""
        print(f"| {self.name} | {self.rows:,} | {self.sent / 1e6:,.0f} | {self.received / 1e6:,.0f} | {self.seconds:.1f} | {self.clock:.0f} | {self.memory:,.0f} |")


def through_the_binary(stage: Stage, instance: Instance, arguments: str, chunks, columns: list[str]):
    """Sends rows through one process; gives each reply's CSV."""
    command = External("iismodcheck", arguments, Running(SearchHead(instance), now=NOW, latest=NOW))
    with Process(command.path, command.fixed, {"PATH": ""}) as process:
        process.exchange(command.getinfo)
        for rows in chunks:
            content = body(rows, columns)
            began = time.monotonic()
            _, reply = process.exchange({"action": "execute", "finished": False}, content)
            stage.clock += time.monotonic() - began
            stage.rows += len(rows)
            stage.sent += len(content)
            stage.received += len(reply)
            yield reply
        running = Path("/proc", str(process.process.pid))
        stage.memory = int((running / "status").read_text().partition("VmHWM:")[2].split()[0]) / 1000
        user, system = (running / "stat").read_text().rpartition(")")[2].split()[11:13]
        stage.seconds = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        process.exchange({"action": "execute", "finished": True}, body([], columns))


def chunked(rows):
    """Rows in chunks as Splunk sends them."""
    found = []
    for row in rows:
        found.append(row)
        if len(found) == CHUNK_ROWS:
            yield found
            found = []
    if found:
        yield found


def events(hosts: int, modules):
    """The rows of a day."""
    for number in range(hosts):
        for event in server(number, modules).events:
            yield {"_raw": event.raw, "_time": f"{event.time:.3f}", "host": event.host, "source": event.source, "sourcetype": event.sourcetype}


def changes(replies, kept: Stage):
    """One row for each change: here every installation is one, so that host and key are enough."""
    parts: dict[tuple[str, str], list[str]] = {}
    for reply in replies:
        for row in csv.DictReader(reply.decode().splitlines()):
            if row["iis_change_key"] not in ("", "-") or row["iis_event_role"] == "commit":
                kept.rows += 1
                kept.received += sum(len(row[name]) for name in KEPT) + TIMES
            if row["iis_change_key"] not in ("", "-"):
                parts.setdefault((row["iis_host"], row["iis_change_key"]), []).append(row["iis_change_part"])
    for (host, key), values in parts.items():
        yield {"iis_host": host, "iis_change_key": key, "iis_change_part": values}


def spl(instance: Instance, hosts: int, factor: int, modules) -> None:
    """The alert as it is shipped: rows and bytes before each command, as many as all hosts would have."""
    stored = [event for number in range(hosts) for event in server(number, modules).events]
    head = SearchHead(instance, EventStore("standalone", stored))
    most: dict[str, list[int]] = {}
    one = head._one

    def measured(command, table: Table, context, place):
        seen = most.setdefault(command.name, [0, 0])
        seen[0] = max(seen[0], len(table.rows))
        seen[1] = max(seen[1], sum(map(size, table.rows)))
        return one(command, table, context, place)

    head._one = measured
    found = Alert(head, CHANGES).run(NOW)
    print("\n| command of the alert | rows, at most | MB, at most |\n|---|---|---|")
    for name, (rows, taken) in most.items():
        print(f"| {name} | {rows * factor:,} | {taken * factor / 1e6:,.1f} |")
    print(f"\n{len(found)} result(s): {found[0]['iis_title']} ({len(found[0]['iis_title'])} characters, {found[0]['iis_host_count']} of {hosts} hosts)")


def main(hosts: int = 10_000, share: int = 50) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory() as folder:
        app = unpack("enterprise", Path(folder))
        with (app / "lookups/iis_module_baseline.csv").open() as file:
            shipped = [row for row in csv.DictReader(file) if row.get("kind") == "native" and not row.get("pack")]
        modules = [(row["name"], row["image"]) for row in shipped[:15]]
        instance = Instance(Path(folder), users=USERS)
        print("| stage | rows | MB in | MB out | processor seconds | seconds by the clock | MB of memory |\n|---|---|---|---|---|---|---|")
        first, kept, second = Stage("iismodcheck parts=true"), Stage("what the roll-up keeps of it"), Stage("iismodcheck input=change")
        replies = through_the_binary(first, instance, "parts=true", chunked(events(hosts, modules)), COLUMNS)
        rows = list(changes(replies, kept))
        for _ in through_the_binary(second, instance, "input=change", chunked(rows), ["iis_host", "iis_change_key", "iis_change_part"]):
            pass
        for stage in (first, kept, second):
            stage.show()
        spl(instance, max(hosts // share, 1), share, modules)
    print(f"\nPrograms that waited for a processor: {os.getloadavg()[0]:.0f} in the last minute, on {os.cpu_count()} processors.")
    print(f"This script itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
