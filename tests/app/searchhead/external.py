"""A search command of an app in a pipeline: probes, getinfo, execute chunks, and the merge of what comes back."""

import os
import urllib.parse

from .chunked import Process, body, rows_of
from .errors import SearchError, Unsupported
from .lexer import unquote, words
from .values import Table, items, text

CHUNK_ROWS = 2500  #: limits.conf max_results_perchunk
_TYPES = ("streaming", "stateful")


def _arguments(source: str) -> tuple[list[str], list[str]]:
    """`args` (outer quotes removed) and `raw_args` as splunkd sends them: `a=b` stays one word."""
    raw, position = [], 0
    parts = words(source)
    joined = source
    for part in parts:
        at = joined.index(part, position)
        if raw and at == position and (part == "=" or raw[-1].endswith("=")):
            raw[-1] += part
        else:
            raw.append(part)
        position = at + len(part)
    args = []
    for word in raw:
        key, equals, value = word.partition("=")
        args.append(unquote(key) + equals + unquote(value) if equals and value else unquote(word))
    return args, raw


class External:
    """One use of a command in one search, on one instance."""

    def __init__(self, name: str, source: str, context):
        found = context.instance.executable(name, context)
        if found is None:
            raise SearchError(f"Unknown search command '{name}'.")
        self.name, self.context = name, context
        self.path, self.fixed = found
        args, raw = _arguments(source)
        self.getinfo = {
            "action": "getinfo",
            "preview": False,
            "streaming_command_will_restart": False,
            "searchinfo": {
                "args": args,
                "raw_args": raw,
                "dispatch_dir": "",
                "sid": context.sid,
                "app": context.app,
                "owner": context.user,
                "username": context.user,
                "session_key": "",
                "splunkd_uri": "https://127.0.0.1:8089",
                "splunk_version": "9.2.0",
                "search": urllib.parse.quote(context.search),
                "command": name,
                "maxresultrows": 50000,
                "earliest_time": text(context.earliest),
                "latest_time": text(context.latest),
            },
        }
        self.type = self.probe()

    def _start(self) -> Process:
        # What splunkd sets, and nothing of ours, so that a command that leans on its environment is found out.
        return Process(self.path, self.fixed, {"PATH": os.environ["PATH"], "SPLUNK_HOME": "/nonexistent"})

    def _checked(self, metadata: dict) -> dict:
        """Passes messages on; an `error` ends the search with the text that a user would see."""
        for level, message in metadata.get("inspector", {}).get("messages", []):
            self.context.say(level, message)
        if metadata.get("error"):
            raise SearchError(f"Error in '{self.name}' command: {metadata['error']}", self.context.messages)
        return metadata

    def _ended(self, process: Process) -> None:
        if process.process.returncode:
            raise SearchError(
                f"External search command '{self.name}' exited unexpectedly with non-zero error code"
                f" {process.process.returncode}. stderr: {process.stderr()[:300]}"
            )
        if process.stderr():
            raise SearchError(f"the command wrote to stderr: {process.stderr()[:300]}")

    def probe(self) -> str:
        """Starts the command for getinfo only, as splunkd does several times for one search; gives its type."""
        kinds = set()
        for _ in range(2):
            with self._start() as process:
                metadata = self._checked(process.exchange(self.getinfo)[0])
            self._ended(process)
            if metadata.get("inspector"):
                raise SearchError("the command sent messages at getinfo: each probe would repeat them")
            kinds.add(metadata.get("type", "streaming"))
        if len(kinds) != 1 or not kinds <= set(_TYPES):
            raise Unsupported(f"command types {kinds}")
        return kinds.pop()

    def run(self, table: Table, chunk_rows: int = CHUNK_ROWS) -> Table:
        """Sends every row through one process and gives the rows as the rest of the search sees them."""
        with self._start() as process:
            reply = self._checked(process.exchange(self.getinfo)[0])
            wanted = reply.get("required_fields", ["*"])
            selected = None if "*" in wanted else wanted
            out, columns = [], dict.fromkeys(table.columns())
            for start in range(0, max(len(table.rows), 1), chunk_rows):
                part = table.rows[start : start + chunk_rows]
                metadata, content = process.exchange({"action": "execute", "finished": False}, self._request(part, table, selected))
                self._take(metadata, content, part, selected, out, columns, finished=False)
            # The last chunk as recorded: a header alone, with finished=true.
            metadata, content = process.exchange({"action": "execute", "finished": True}, self._request([], table, selected))
            self._take(metadata, content, [], selected, out, columns, finished=True)
        self._ended(process)
        return Table(out, list(columns))

    def _request(self, rows: list[dict], table: Table, selected: list[str] | None) -> bytes:
        if selected is None:
            return body(rows, table.columns())
        numbered = [{**row, "_chunked_idx": str(index)} for index, row in enumerate(rows)]
        return body(numbered, [*selected, "_chunked_idx"])

    def _take(self, metadata: dict, content: bytes, sent: list[dict], selected, out: list, columns: dict, finished: bool) -> None:
        self._checked(metadata)
        if bool(metadata.get("finished")) != finished:
            raise SearchError(f"the command answered finished={metadata.get('finished')} to finished={finished}")
        names, rows = rows_of(content)
        if selected is None:
            columns.clear() if not out else None
            columns.update(dict.fromkeys(names))
            out += rows
            return
        if len(rows) != len(sent):
            raise SearchError(f"the command answered {len(rows)} rows to {len(sent)}")
        for index, (old, new) in enumerate(zip(sent, rows)):
            if items(new.pop("_chunked_idx", None)) != [str(index)]:
                raise SearchError("the command did not echo _chunked_idx in order")
            merged = {field: value for field, value in old.items() if field not in names}
            out.append({**merged, **new})
        columns.update(dict.fromkeys(name for name in names if name != "_chunked_idx"))
