"""python3 -m size [HOSTS]: processor seconds, bytes and memory of each stage of the hourly alert, for the table in the app's README.

HOSTS servers (10,000) with 100 events each in a day: a module of the fleet, 15 modules of Microsoft, and four other changes. All of
it goes through the packaged binary, as it would from one search. Between its two calls the rows of a host, process and key are put
together here: each installation has a process of its own. Behind them what is not known good goes through the rest of the alert as it is shipped, by the
search head for tests, which counts rows and bytes; its seconds say nothing about Splunk. Not in the gate: it takes minutes.
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
from searchhead import lexer
from searchhead.chunked import Process, body, rows_of
from searchhead.external import CHUNK_ROWS, External
from searchhead.instance import Instance
from searchhead.job import Running, SearchHead
from searchhead.limits import size
from searchhead.values import Table

#: What the first line of the roll-up keeps of a row.
KEPT = ["_time", "_indextime", "iis_event_role", "iis_host", "iis_process", "iis_record", "iis_change_key", "iis_change_part"]
PART = "iis_change_part"


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
        print(f"| {self.name} | {self.rows:,} | {self.sent / 1e6:,.0f} | {self.received / 1e6:,.0f} | {self.seconds:.1f} | {self.clock:.0f} | {self.memory:,.0f} |", flush=True)


def through_the_binary(stage: Stage, command: External, rows):
    """Sends rows through one process, only the columns that it asks for; gives each row with what it adds."""
    with Process(command.path, command.fixed, {"PATH": ""}) as process:
        wanted = process.exchange(command.getinfo)[0]["required_fields"]
        for sent in chunked(rows):
            content = body(sent, wanted)
            began = time.monotonic()
            _, reply = process.exchange({"action": "execute", "finished": False}, content)
            stage.clock += time.monotonic() - began
            stage.rows += len(sent)
            stage.sent += len(content)
            stage.received += len(reply)
            for old, new in zip(sent, rows_of(reply)[1], strict=True):
                yield {**old, **new}
        running = Path("/proc", str(process.process.pid))
        stage.memory = int((running / "status").read_text().partition("VmHWM:")[2].split()[0]) / 1000
        user, system = (running / "stat").read_text().rpartition(")")[2].split()[11:13]
        stage.seconds = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        process.exchange({"action": "execute", "finished": True}, body([], wanted))


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
    """The rows of a day, as the alert has them before its first call."""
    for number in range(hosts):
        for event in server(number, modules).events:
            times = {"_time": f"{event.time:.3f}", "_indextime": f"{event.indextime:.0f}", "iis_indextime": f"{event.indextime:.0f}"}
            yield {"_raw": event.raw, **times, "host": event.host, "source": event.source, "sourcetype": event.sourcetype}


def told(what: str, table: Table) -> None:
    """One line of the second table."""
    print(f"| {what} | {len(table.rows):,} | {sum(map(size, table.rows)) / 1e6:,.1f} |", flush=True)


def changes(rows, kept: Table):
    """One row for each change, with the columns that the roll-up gives it; `kept` gets what the roll-up keeps of the events."""
    found: dict[tuple[str, str, str], dict] = {}
    for row in rows:
        of_change = row.get("iis_change_key", "-") != "-"
        if of_change or row["iis_event_role"] == "commit":
            kept.rows.append({name: row[name] for name in KEPT if name in row})
        if of_change:
            change = found.setdefault((row["iis_host"], row["iis_process"], row["iis_change_key"]), {**{name: row[name] for name in KEPT if name != PART}, PART: []})
            change[PART].append(row[PART])
            change |= {"iis_last_time": row["_time"], "iis_commit_indexed": row["_indextime"]}
    yield from found.values()


class Counted(SearchHead):
    """Tells rows and bytes before commands that need many rows at once, each time that there are others."""

    before = 0

    def _one(self, command, table, context, place):
        if command.name in ("sort", "stats", "eventstats", "table") and len(table.rows) != self.before:
            self.before = len(table.rows)
            told(f"before {command.name} {command.arguments[:40]}", table)
        return super()._one(command, table, context, place)


def alert(instance: Instance, hosts: int, modules) -> Table:
    """One run of the alert over the day."""
    head = Counted(instance)
    text = instance.saved_search(CHANGES, "iismodcheck")["search"]
    sid = f"scheduler__admin__iismodcheck__RMD5_at_{NOW:.0f}_1"
    context = Running(head, now=NOW, earliest=NOW - 3 * 86400, latest=NOW + 3600, user="admin", app="iismodcheck", sid=sid, search=text)
    commands = lexer.pipeline(lexer.expand_macros(text, lambda name: instance.macro(name, context)))
    calls = [number for number, command in enumerate(commands) if command.name == "iismodcheck"]
    first, second = (External("iismodcheck", commands[number].arguments, context) for number in calls)
    stages = [Stage("the first call of the command, on events"), Stage("the second call of the command, on changes")]
    kept = Table([])
    merged = list(changes(through_the_binary(stages[0], first, events(hosts, modules)), kept))
    stages[0].show()
    told("what the roll-up keeps of it", kept)
    kept.rows.clear()
    decided = [row for row in through_the_binary(stages[1], second, merged) if row["iis_module_verdict"] != "known_good"]
    stages[1].show()
    # Behind the first `where` of the roll-up, which looks for the row that counts the others: there is none here.
    rest = next(number for number, command in enumerate(commands) if number > calls[1] and command.name == "where")
    return head.execute(commands[rest:], context, Table(decided))


def main(hosts: int = 10_000) -> None:
    """Prints the lines of two tables, each when it is known."""
    with tempfile.TemporaryDirectory() as folder:
        app = unpack("enterprise", Path(folder))
        with (app / "lookups/iis_module_baseline.csv").open() as file:
            shipped = [row for row in csv.DictReader(file) if row.get("kind") == "native" and not row.get("pack")]
        modules = [(row["name"], row["image"]) for row in shipped[:15]]
        print("| stage | rows | MB in | MB out | processor seconds | seconds by the clock | MB of memory |\n| of the rest | rows | MB |", flush=True)
        found = alert(Instance(Path(folder), users=USERS), hosts, modules)
        told("results", found)
        memory = app / "lookups/iismodcheck_reported_changes.csv"
        print(f"\nThe memory: {len(memory.read_text().splitlines()) - 1:,} rows, {memory.stat().st_size / 1e6:,.1f} MB")
    for row in found.rows:
        print(f"A result: {row['iis_title']} ({len(row['iis_title'])} characters, {row['iis_host_count']} of {hosts} hosts)")
    print(f"Programs that waited for a processor: {os.getloadavg()[0]:.0f} in the last minute, on {os.cpu_count()} processors.")
    print(f"This script itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
