"""multisearch and collect: several searches at once, and rows kept in a summary index."""

from .. import lexer
from ..errors import SearchError, Unsupported
from ..lexer import options, unquote
from ..store import Event
from ..timetext import strftime
from ..values import Table, items, number

_OPTIONS = {"index": None, "source": None, "addtime": "true", "testmode": "false"}


def multisearch(table: Table, command, context) -> Table:
    """multisearch [search ...] [search ...]: the events of all, newest first. No limit of subsearches holds; each must be streaming."""
    from . import DISTRIBUTABLE

    if len(command.subsearches) < 2:
        raise SearchError("Error in 'multisearch' command: Multisearch requires at least two searches to be specified.")
    rows, columns = [], {}
    for source in command.subsearches:
        first, *others = lexer.pipeline(source)
        for other in others:
            if other.name not in DISTRIBUTABLE or first.name != "search":
                raise SearchError(f"Error in 'multisearch' command: Multisearch subsearches might only contain purely streaming operations (subsearch has {other.name}).")
        found = context.run(source)
        rows += found.rows
        columns.update(dict.fromkeys(found.columns()))
    rows.sort(key=lambda row: -float(row.get("_time", 0)))
    return Table(rows, list(columns))


def collect(table: Table, command, context) -> Table:
    """collect index=... [source=...]: one event of the sourcetype stash for each row, and the rows themselves.

    Its time is _time, and what begins with an underscore is not written. What is not documented is refused: how a value that has
    quotes or is several is written, and rows that bring a _raw.
    """
    values, left = options(command.arguments, _OPTIONS)
    if left or values["index"] is None or values["testmode"] != "false" or values["addtime"] != "true":
        raise Unsupported(f"collect {command.arguments}")
    events = []
    for row in table.rows:
        if "_raw" in row:
            raise Unsupported("collect of rows with _raw")
        cells = []
        for name in sorted(row):
            if name.startswith("_"):
                continue
            value = items(row[name])
            if len(value) != 1 or set(value[0]) & set('"\\\n'):
                raise Unsupported(f"collect of {name}={value}")
            cells.append(f'{name}="{value[0]}"')
        time = number(row.get("_time")) or context.now
        head = f'{strftime(time, "%m/%d/%Y %H:%M:%S")} +0000, info_min_time={context.earliest:.3f}, info_max_time={context.latest:.3f}, info_search_time={context.now:.3f}'
        source, index = unquote(values["source"] or "random"), unquote(values["index"])
        events.append(Event(float(int(time)), ", ".join([head, *cells]), "searchhead", source, "stash", index, context.now + 20))
    context.head.peers[0].store.add(events)
    return table


VERBS = {"multisearch": multisearch, "collect": collect}
