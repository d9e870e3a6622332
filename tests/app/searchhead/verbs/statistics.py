"""stats, eventstats, streamstats, top and rare (not implemented: Unsupported by absence)."""

import re

from .. import expr
from ..aggregate import compute, groups, read
from ..conf import boolean
from ..errors import SearchError, Unsupported
from ..expr import truth
from ..values import Table, items, number

_LEADING_OPTION = re.compile(r"\s*([A-Za-z_]+)\s*=\s*(\"[^\"]*\"|\(\s*\"[^\"]*\"\s*\)|\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s,]+)\s*")


def _options(source: str, allowed: dict) -> tuple[dict, str]:
    """Options stand before the functions."""
    values = dict(allowed)
    while match := _LEADING_OPTION.match(source):
        name = match[1].lower()
        if name not in allowed:
            raise Unsupported(f"option {name}=")
        values[name] = match[2]
        source = source[match.end() :]
    return values, source


def _sortable(key: tuple[str, ...]):
    return [(0, number(part), "") if number(part) is not None else (1, 0, part) for part in key]


def stats(table: Table, command, context) -> Table:
    """One row for each group, ordered by the BY fields; rows with a null BY field are dropped."""
    _, source = _options(command.arguments, {})
    aggregations, by = read(source, context)
    names = by + [aggregation.name for aggregation in aggregations]
    if len(set(names)) != len(names):
        raise SearchError(f"Error in 'stats' command: a field name is there twice: {', '.join(names)}")
    grouped: dict[tuple, list[dict]] = {}
    for row in table.rows:
        for key in groups(row, by):
            grouped.setdefault(key, []).append(row)
    if not by and not grouped:
        if not any(a.function in ("count", "dc") for a in aggregations):
            return Table([], names)
        grouped[()] = []
    rows = []
    for key in sorted(grouped, key=_sortable):
        row = dict(zip(by, key))
        for aggregation in aggregations:
            value = compute(aggregation, grouped[key])
            if value is not None:
                row[aggregation.name] = value
        rows.append(row)
    return Table(rows, names)


def eventstats(table: Table, command, context) -> Table:
    """The group's values on every row; a row with a null BY field gets none."""
    _, source = _options(command.arguments, {})
    aggregations, by = read(source, context)
    grouped: dict[tuple, list[dict]] = {}
    for row in table.rows:
        if any(len(items(row.get(field))) > 1 for field in by):
            raise Unsupported("eventstats by a multi-value field")
        for key in groups(row, by):
            grouped.setdefault(key, []).append(row)
    computed = {key: [(a.name, compute(a, rows)) for a in aggregations] for key, rows in grouped.items()}
    for row in table.rows:
        for key in groups(row, by):
            for name, value in computed[key]:
                row.pop(name, None)
                if value is not None:
                    row[name] = value
    return table


_STREAM = {
    "current": "true",
    "window": "0",
    "global": "true",
    "reset_on_change": "false",
    "reset_before": None,
    "reset_after": None,
}


def _condition(source: str | None, context):
    if source is None:
        return None
    source = source.strip()
    if source.startswith("(") and source.endswith(")"):
        source = source[1:-1].strip()
    return expr.parse(source.strip('"') if source.startswith('"') else source, context)


def streamstats(table: Table, command, context) -> Table:
    """Running values in the order of the rows.

    `global=true` (the default) makes a window one window over all rows, whatever BY says: only the rows of the same
    group among the last N rows count. `global=false` gives each group its own window.
    """
    values, source = _options(command.arguments, _STREAM)
    aggregations, by = read(source, context)
    window, current = int(values["window"]), boolean(values["current"], True)
    one_window = boolean(values["global"], True)
    on_change = boolean(values["reset_on_change"], False)
    before, after = _condition(values["reset_before"], context), _condition(values["reset_after"], context)
    history: list[tuple[tuple, dict]] = []
    previous = None
    for row in table.rows:
        keys = groups(row, by)
        if len(keys) > 1:
            raise Unsupported("streamstats by a multi-value field")
        key = keys[0] if keys else None
        if on_change and by and key is not None:
            if previous is not None and key != previous:
                history = []
            previous = key
        if before is not None and truth(before(row)):
            history = []
        snapshot = dict(row)
        if key is None:
            # A row without the BY fields takes part in nothing, but a global window counts it.
            history.append((None, snapshot))
            continue
        if current:
            history.append((key, snapshot))
        seen = history
        if window and one_window:
            seen = history[-window:]
        seen = [old for old_key, old in seen if old_key == key]
        if window and not one_window:
            seen = seen[-window:]
        for aggregation in aggregations:
            value = compute(aggregation, seen)
            row.pop(aggregation.name, None)
            if value is not None:
                row[aggregation.name] = value
        if not current:
            history.append((key, snapshot))
        if after is not None and truth(after(row)):
            history = []
    return table


VERBS = {"stats": stats, "eventstats": eventstats, "streamstats": streamstats}
