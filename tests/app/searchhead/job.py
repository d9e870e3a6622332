"""Runs a search: macros, the part that goes to the peers, the part that runs on the search head."""

import itertools
from dataclasses import dataclass

from . import lexer, timetext, verbs
from .context import Context
from .errors import SearchError
from .extraction import Extractor
from .external import CHUNK_ROWS, External
from .instance import Instance
from .limits import Limits
from .searchterms import Parser
from .store import EventStore
from .values import Table

_SIDS = itertools.count(1)


@dataclass
class Peer:
    """An indexer: its events, and the instance that its knowledge bundle makes."""

    store: EventStore
    instance: Instance


@dataclass
class Result:
    """A finished search."""

    table: Table
    messages: list[tuple[str, str]]
    placed: list[tuple[str, str]]  #: (command, "peer" or "search head") for the commands of apps.

    @property
    def rows(self) -> list[dict]:
        """The rows."""
        return self.table.rows


class Running(Context):
    """The context of one search, with what verbs need to start another."""

    def __init__(self, head: "SearchHead", **values):
        super().__init__(instance=head.instance, **values)
        self.head = head
        self.placed: list[tuple[str, str]] = []
        self.most_events: int | None = None  #: That are read until the time of a subsearch is up.
        self.most_seconds = 0.0  #: That time.

    def run(self, source: str, table: Table | None = None, most_events: int | None = None, most_seconds: float = 60) -> Table:
        """A subsearch with the same time, user and window; over a `table`, a pipeline whose first command needs no pipe."""
        commands = lexer.pipeline(source if table is None else f"| {source.strip().removeprefix('|')}")
        before = self.earliest, self.latest, self.most_events, self.most_seconds
        self.most_events, self.most_seconds = most_events, most_seconds
        try:
            return self.head.execute(commands, self, table)
        finally:
            # Times in the text of a subsearch are its own.
            self.earliest, self.latest, self.most_events, self.most_seconds = before

    def indexed_fields(self, parser: Parser) -> list[dict]:
        """What tstats sees: the indexed fields of the events of all peers that match."""
        predicate = parser.whole()
        window = self.head.window(parser.times, self)
        return [row for peer in self.head.peers for row in self.head.read(peer, window, self) if predicate(row)]

    def with_subsearches(self, command) -> str:
        """The arguments of `search` with each subsearch replaced by the terms that it gives."""
        source = command.arguments
        for number, subsearch in enumerate(command.subsearches):
            table = self.run(subsearch, most_events=self.head.limits.subsearch_events)
            table = table.with_rows(table.rows[: self.head.limits.subsearch_rows])
            if table.columns() != ["search"]:
                table = verbs.VERBS["format"](table, lexer.Command("format", ""), self)
            source = source.replace(f"[{number}]", table.rows[0]["search"])
        return source


class SearchHead:
    """`peers` hold the events; without peers `store` does, on the search head itself."""

    def __init__(self, instance: Instance, store: EventStore | None = None, peers: list[Peer] | None = None, chunk_rows: int = CHUNK_ROWS, limits: Limits = Limits(), models: dict[str, list[dict]] | None = None):
        self.instance = instance
        self.peers = peers or [Peer(store or EventStore("standalone"), instance)]
        self.distributed = bool(peers)
        self.chunk_rows = chunk_rows
        self.limits = limits
        self.models = models or {}  #: The rows of accelerated data models, such as Endpoint.Processes.
        self.mixed_numbers_first = True

    def run(self, source: str, *, now: float, earliest="0", latest="now", user="admin", app="iismodcheck", base: Table | None = None, scheduled=False) -> Result:
        """Runs a search as a user in an app; times are modifiers seen from `now`.

        With `base` it is a post-process search: a pipeline over the rows of a finished one, which stay as they are.
        """
        context = Running(
            self,
            now=now,
            earliest=timetext.relative(now, str(earliest)),
            latest=timetext.relative(now, str(latest)) or now,
            user=user,
            app=app,
            sid=f"scheduler__{user}__{app}__RMD5_at_{int(now)}_{next(_SIDS)}" if scheduled else f"{int(now)}.{next(_SIDS)}",
            search=source,
            mixed_numbers_first=self.mixed_numbers_first,
        )
        expanded = lexer.expand_macros(lexer.without_comments(source), lambda name: self.instance.macro(name, context))
        if base is not None:
            # The first command of a post-process search needs no pipe and is not an implied `search`.
            expanded = "| " + expanded.strip().removeprefix("|")
            base = Table([dict(row) for row in base.rows], base.columns())
        table = self.execute(lexer.pipeline(expanded), context, base)
        return Result(table, context.messages, context.placed)

    def execute(self, commands: list, context: Running, table: Table | None = None) -> Table:
        """Runs a pipeline over a table, or from its first command."""
        if table is None and commands[0].name == "search":
            remote = self._remote_length(commands, context)
            table = self._from_peers(commands[:remote], context)
            commands = commands[remote:]
        elif table is None:
            if commands[0].name not in verbs.GENERATING:
                raise SearchError(f"Error in '{commands[0].name}' command: This command must not be the first command of a search.")
            table = Table([])
        for command in commands:
            table = self._one(command, table, context, "search head")
        return table

    def _one(self, command, table: Table, context: Running, place: str) -> Table:
        if command.name in verbs.VERBS:
            return verbs.VERBS[command.name](table, command, context)
        external = External(command.name, command.arguments, context)
        context.placed.append((command.name, place))
        return external.run(table, self.chunk_rows)

    def _remote_length(self, commands: list, context: Running) -> int:
        """How many leading commands run on the peers: all up to the first that needs every row in one place."""
        count = 1
        for command in commands[1:]:
            if command.name in verbs.VERBS:
                local = command.name not in verbs.DISTRIBUTABLE or "local=t" in command.arguments.replace(" ", "")
            else:
                local = External(command.name, command.arguments, context).type != "streaming"
            if local or command.subsearches:
                break
            count += 1
        return count

    def _from_peers(self, commands: list, context: Running) -> Table:
        parser = Parser(context.with_subsearches(commands[0]))
        predicate = parser.whole()
        window = self.window(parser.times, context)
        rows, columns = [], {}
        for peer in self.peers:
            place = replace_instance(context, peer.instance)
            extractor = Extractor(peer.instance, place)
            # Of an event in another index, or without a word that is asked for, no field is extracted.
            stored = getattr(predicate, "stored", lambda event: True)
            found = [
                row
                for event in self.read(peer, window, context)
                if stored(event)
                for row in [extractor.fields(event)]
                if predicate(row)
            ]
            table = Table(found)
            for command in commands[1:]:
                table = self._one(command, table, place, "peer" if self.distributed else "search head")
            rows += table.rows
            columns.update(dict.fromkeys(table.columns()))
        # Rows of several peers are merged newest first; the sort is stable, so that each peer keeps its own order.
        if len(self.peers) > 1:
            rows.sort(key=lambda row: -float(row.get("_time", 0)))
        return Table(rows, list(columns))

    @staticmethod
    def read(peer: Peer, window: tuple[float, float, float, float], context: Running):
        """The events of a peer in a window, until the time of the search is up."""
        # Where the time of a subsearch is up, events count that the window of indexing leaves out.
        since = window[2] if context.most_events is None else 0.0
        for number, event in enumerate(peer.store.read(*window[:2], since)):
            if context.most_events is not None and number >= context.most_events:
                context.say("WARN", "[subsearch]: Search auto-finalized after time limit reached.")
                context.seconds += context.most_seconds
                return
            if window[2] <= float(event["_indextime"]) < window[3]:
                yield event

    @staticmethod
    def window(times: dict[str, str], context: Running) -> tuple[float, float, float, float]:
        """(earliest, latest, index earliest, index latest); times in the search text win over the window."""
        value = lambda name, default: timetext.relative(context.now, times[name]) if name in times else default  # noqa: E731
        earliest, latest = value("earliest", context.earliest), value("latest", context.latest)
        if "earliest" in times or "latest" in times:
            context.earliest, context.latest = earliest, latest
        return earliest, latest, value("_index_earliest", 0.0), value("_index_latest", float("inf"))


def replace_instance(context: Running, instance: Instance) -> Running:
    """The same search, seen from a peer; messages and places are shared."""
    other = object.__new__(Running)
    other.__dict__.update(context.__dict__)
    other.instance = instance
    return other
