"""The jobs of a comparison: which command gets which rows."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import sites
import splunkd
import streams

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).parent


@dataclass
class Job:
    """One search. `rows` counts what goes in."""

    name: str
    command: list
    arguments: list
    chunks: list
    rows: int


def ours(executable, folder, rows, chunk):
    """The streams of our command. `rows` rows each, but for changes, which are a third as many."""
    command = [str(executable)]

    def fitted(arguments, events, program=command):
        """Only the fields that the command asks for, as splunkd sends them."""
        wanted = splunkd.ask(program, arguments)["required_fields"]
        if wanted == ["*"] or not wanted:
            return streams.chunks(events, sorted({name for row in events[:3] for name in row}), False, chunk)
        return streams.chunks(events, wanted, True, chunk)

    def events(said, rendering=streams.classic):
        return [rendering(said(number)) for number in range(rows)]

    classic, xml = events(streams.distinct), events(streams.distinct, streams.xml)
    few = events(streams.of_hosts(2_000))
    site = sites.app(folder / "site", executable, 5_000, 100, 2_000)
    table = [
        Job("raw=false", command, ["raw=false"], fitted(["raw=false"], classic), rows),
        Job("default", command, [], fitted([], classic), rows),
        Job("all fields", command, ["all_fields=true"], fitted(["all_fields=true"], classic), rows),
        Job("XML, default", command, [], fitted([], xml), rows),
        Job("XML, parts=true", command, ["parts=true"], fitted(["parts=true"], xml), rows),
        Job("a module rolled out to a fleet", command, ["raw=false"], fitted(["raw=false"], events(streams.rollout)), rows),
        Job("rows that repeat, raw=false", command, ["raw=false"], fitted(["raw=false"], events(streams.repeats)), rows),
        Job("rows that repeat, default", command, [], fitted([], events(streams.repeats)), rows),
        Job("no site files, 2,000 hosts", command, ["raw=false"], fitted(["raw=false"], few), rows),
        Job("site files, 2,000 hosts", site, ["raw=false"], fitted(["raw=false"], few, site), rows),
    ]
    changed = changes(command, table[4])
    listed = [streams.listed(number) for number in range(rows)]
    return [
        *table,
        Job("input=change", command, ["input=change"], fitted(["input=change"], changed), len(changed)),
        Job("input=module", command, ["input=module"], fitted(["input=module"], listed), rows),
    ]


def changes(command, job):
    """What the roll-up makes of the rows of a `parts=true` search: one row for the rows of each key."""
    grouped = {}

    def keep(payload):
        for row in csv.DictReader(io.StringIO(payload.decode(), newline="")):
            if row["iis_change_part"]:
                grouped.setdefault((row["iis_host"], row["iis_change_key"]), []).append(row["iis_change_part"])

    splunkd.run(command, job.arguments, job.chunks, keep)
    return [{"iis_host": host, "iis_change_key": key, "iis_change_part": parts} for (host, key), parts in grouped.items()]


def jobs(executable, copy, python, folder, rows, chunk):
    """Our streams and what others do with them."""
    table = ours(executable, folder, rows, chunk)
    stream = {job.name: job.chunks for job in table}
    classic = [streams.classic(streams.distinct(number)) for number in range(rows)]
    xml = [streams.xml(streams.distinct(number)) for number in range(rows)]
    message = streams.chunks(classic, ["Message"], True, chunk)
    raw = streams.chunks(xml, ["_raw"], True, chunk)
    sdk, plain = [str(python), str(PEERS / "sdk_peer.py")], [str(python), str(PEERS / "plain_peer.py")]
    copies = [Job(f"copy of {name}", [str(copy)], [], stream[name], rows)
              for name in ("raw=false", "default", "all fields", "XML, default")]
    return [
        *table,
        *copies,
        Job("SDK, Message only", [*sdk, "--selected", "Message"], [], message, rows),
        Job("SDK, all fields", sdk, [], stream["all fields"], rows),
        Job("SDK, regex on _raw, XML", [*sdk, "--selected", "_raw"], [], raw, rows),
        Job("plain Python, Message only", plain, [], message, rows),
    ]
