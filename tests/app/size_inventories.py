"""python3 -m size_inventories [HOSTS [CHANGED]]: what the searches about inventories read in an hour, for the table in the app's README.

HOSTS servers (10,000), each with the inventory of the image of the Rust tests and ten modules of others, a run every four hours and one of six
in full; on CHANGED of them (50) a module was registered by hand since. The store has what the searches of one hour may read: inventories of four hours
and a day of rows of runs; the states are those that the search itself wrote. Not in the gate: it takes minutes.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from searches.estate import CHANGED, LISTED, MINUTES, MISSING, REMEMBER
from searches.inventories import EVERY, Lists, Server
from searches.support import NOW, USERS, unpack
from searches.test_inventories import AGENT
from searchhead.alerts import Alert
from searchhead.instance import Instance
from searchhead.job import SearchHead
from searchhead.store import Event, EventStore

HOUR = NOW // 3600 * 3600


class Counted(SearchHead):
    """Counts the rows that match the terms of a search, each time that it reads."""

    read_rows = 0

    def _from_peers(self, commands, context):
        table = super()._from_peers(commands[:1], context)
        self.read_rows += len(table.rows)
        for command in commands[1:]:
            table = self._one(command, table, context, "search head")
        return table


def named(events: list[Event], host: str, time: float) -> list[Event]:
    """The rows of a run as another host prints them at another time."""
    first = json.loads(events[0].raw)
    old = f'"time":{first["time"]},"run":"{first["run"]}","iis_host":"{first["iis_host"]}"'
    new = f'"time":{int(time)},"run":"{int(time)}000000","iis_host":"{host}"'
    return [Event(float(int(time)), event.raw.replace(old, new), host, event.source, event.sourcetype, event.index, time + 20) for event in events]


def install(server: Server, number: int) -> None:
    """Registers a module with a file of its own."""
    own = {**AGENT, "name": f"Agent{number}", "image": rf"C:\Program Files\Agent{number}\agent.dll", "file": rf"c:\program files\agent{number}\agent.dll"}
    server.rows += [own, {"record": "file", **{name: own[name] for name in own if name.startswith(("file", "bits", "sig", "pe_"))}}]


def main(hosts: int = 10_000, changed: int = 50) -> None:
    """Prints a line for each search, and what a host sends a day."""
    with tempfile.TemporaryDirectory() as folder:
        unpack("enterprise", Path(folder))
        server = Server("web", Lists(Path(folder)))
        for number in range(10):
            install(server, number)
        full = server.run(HOUR - 86400, full=True)
        short = server.run(HOUR - 86400 + EVERY, full=False)
        install(server, 10)
        after = server.run(HOUR - 86400 + 2 * EVERY, full=False)
        daily = (sum(len(event.raw) for event in full) + 5 * sum(len(event.raw) for event in short)) / 1e6
        print(f"A host sends {len(full)} rows in full and {len(short)} between, {daily:.3f} MB a day; {hosts:,} hosts {hosts * daily / 1000:,.2f} GB.")
        store = EventStore("one")
        head = Counted(Instance(Path(folder), users=USERS), store)
        alerts = {name: Alert(head, name) for name in MINUTES}
        remembered = [event for event in full if '"record":"run"' in event.raw or ('"record":"file"' in event.raw and '"signature":"none"' in event.raw)]
        # The states, from a full run of each host a day ago.
        is_changed = lambda number: number % (hosts // changed) == 1 and number % 6  # noqa: E731
        for number in range(hosts):
            # Of hosts that do not change, no more than this is ever read again.
            store.add(named(full if is_changed(number) else remembered, f"web{number:05}", HOUR - 86400 - 3600 + number % 3600))
        alerts[REMEMBER].run(HOUR - 86400 + 60 * MINUTES[REMEMBER])
        # Its runs since then: of the last four hours each row, of the day before that the rows of runs.
        for number in range(hosts):
            # Ends a minute before the hour: of a run that was indexed within the last four hours there must be every row.
            host, at = f"web{number:05}", HOUR - EVERY + number * (EVERY - 60) // hosts
            recent = full if number % 6 == 0 else after if is_changed(number) else short
            store.add(named(recent, host, at))
            for back in range(1, 6):
                store.add(named(short[-1:], host, at - back * EVERY))
        total = 0
        print("| search | rows read | seconds of this script | results |\n|---|---|---|---|", flush=True)
        for name, minute in MINUTES.items():
            head.read_rows, began = 0, time.process_time()
            found = alerts[name].run(HOUR + 60 * minute)
            total += head.read_rows
            print(f"| {name} | {head.read_rows:,} | {time.process_time() - began:.0f} | {len(found)} |", flush=True)
            for row in found if name in (CHANGED, LISTED, MISSING) else ():
                print(f"  {row['iis_title']}")
        print(f"Rows read in the hour: {total:,}. This script: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
