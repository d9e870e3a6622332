"""Servers that print what `iismodcheck collect` prints, made of the rows of an image that the Rust tests keep (tests/it/audit/inventory.rs).

A full run once a day has every row; a run between has what somebody should decide on by the built-in lists, each file that is not as
Microsoft signed it, what the history gained, and every row of a configuration file that was written since the run before. `record=run`
ends each of them, with digests of what is there. See src/audit/inventory.rs and src/audit/digests.rs.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from searchhead.instance import Instance
from searchhead.job import SearchHead
from searchhead.store import Event, EventStore

from .support import NOW, USERS

SNAPSHOTS = Path(__file__).parents[2] / "it/snapshots"
EVERY = 14_400
SOURCETYPE = "iismodcheck:inventory"
#: Facts of a file: what is not one of them, and not the line, is of the registration.
FILED = ("file", "bits", "file_status", "file_sha256", "signature", "signer_class", "pe_original_name", "pe_version")
OF_FILE = {*FILED, "signer_sha256", "pe_machine", "pe_entry_points", "signature_extra_bytes", "older_than_in_box", "update_pending", "windows_version", "redirected_by", "also_in_config"}
ELSEWHERE = ("history", "worker_copy")


@cache
def image(name: str) -> tuple[str, ...]:
    """The rows of an image, each as JSON without what one run puts into it."""
    text = (SNAPSHOTS / f"inventory_{name}.snap").read_text().split("\n---\n", 1)[1]
    found = []
    for line in text.strip().splitlines():
        row = json.loads(line)
        if row["record"] in ("module", "setting", "file"):
            found.append(json.dumps({key: value for key, value in row.items() if key not in ("time", "run", "iis_host", "schema")}))
    return tuple(found)


def digest(rows, names=None) -> str:
    """32 hexadecimal characters over these columns of rows, in whatever order; without names, those of the registration."""
    pick = lambda row: names or sorted(set(row) - OF_FILE - {"config_line"})  # noqa: E731
    lines = sorted({"\0".join(f"{name}={row.get(name, '')}" for name in pick(row)) for row in rows})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


class Lists:
    """Asks the packaged binary once for each row whether nobody has to decide on it, by the built-in lists."""

    def __init__(self, apps: Path):
        self.apps, self.known = apps, {}

    def settle(self, rows: list[dict]) -> list[bool]:
        """Whether each row is settled, with the facts of its file."""
        keys = [json.dumps(row, sort_keys=True) for row in rows]
        asked = [key for key in dict.fromkeys(keys) if key not in self.known]
        if asked:
            events = [Event(NOW, json.dumps({"nth": number, "iis_host": "a", **json.loads(key)}), "a", "s", SOURCETYPE, "iis") for number, key in enumerate(asked)]
            head = SearchHead(Instance(self.apps, users=USERS), EventStore("one", events))
            search = "index=iis | iismodcheck input=module | eval settled=if(`iismodcheck_needs_decision`, 0, 1) | table nth settled"
            self.known |= {asked[int(row["nth"])]: row["settled"] == "1" for row in head.run(search, now=NOW + 60).rows}
        return [self.known[key] for key in keys]


def is_of_microsoft(row: dict) -> bool:
    """No file, or one that is validly signed by Microsoft."""
    signed = row.get("signature") == "valid" and row.get("signer_class") in ("windows", "windows_2001", "microsoft")
    return row.get("file_status", "not_resolved") == "not_resolved" or row["file_status"] == "read" and signed


class Server:
    """One server. What is done to `rows` between runs is a change on its disk."""

    def __init__(self, name: str, lists: Lists, rows="quiet", minute: int = 0):
        self.name, self.lists, self.minute = name, lists, minute
        self.rows: list[dict] = [json.loads(row) for row in image(rows)]
        self.complete, self.problems, self.printed = True, [], None

    def written(self, rows: list[dict]) -> set[str]:
        """The configuration files whose rows are not those of the run before."""
        wires = lambda of: {(row["config_file"], digest([row])) for row in of if "config_file" in row}  # noqa: E731
        return {file for file, _ in wires(rows) ^ wires(self.printed or [])}

    def run(self, time: float, full: bool | None = None, delay: float = 20) -> list[Event]:
        """Prints one run. It is full in the interval that has the server's minute of the day, or when it is asked for."""
        if full is None:
            full = (time - 60 * self.minute) % 86400 < EVERY
        listed = [row for row in self.rows if row["record"] in ("module", "setting")]
        current = [row for row in listed if row.get("found_in") not in ELSEWHERE]
        written, settled = self.written(listed), self.lists.settle(listed)
        named, printed = set(), []
        for row, is_settled in zip(listed, settled):
            if full or not (is_settled and is_of_microsoft(row)):
                named.add((row.get("file", "").lower(), row.get("bits")))
            if full or row.get("config_file") in written or (not is_settled and row.get("found_in") != "history"):
                printed.append(row)
        files = [row for row in self.rows if row["record"] == "file" and (row["file"].lower(), row.get("bits")) in named]
        configs = sorted({row["config_file"] for row in current if "config_file" in row})
        digests = [
            {"record": "digest", "of": "config", "config_file": file, "digest": digest([row for row in current if row.get("config_file") == file])}
            for file in configs
            if full or file in written
        ]
        rows = [*printed, *files, *digests, *self.problems]
        run = {
            "record": "run", "extent": "full" if full else "between", "reason": "daily" if full else "between", "every": EVERY,
            "rows": len(rows) + 1, "images": len(files), "problems": len(self.problems), "milliseconds": 300, "version": "0.2.0",
            "complete": "true" if self.complete else "false", "config_digest": digest(current, ("config_file", "config_line", "name", "image", "type", "value")),
            "registrations_digest": digest([row for row in current if row.get("found_in") != "disk"]), "files_digest": digest(current, FILED),
        }  # fmt: skip
        self.printed = listed
        head = {"time": int(time), "run": f"{int(time)}000000", "iis_host": self.name}
        lines = [json.dumps({**head, **row, "schema": 1}, separators=(",", ":"), ensure_ascii=False) for row in [*rows, run]]
        return [Event(float(int(time)), line, self.name, "iismodcheck", SOURCETYPE, "iis", time + delay) for line in lines]
