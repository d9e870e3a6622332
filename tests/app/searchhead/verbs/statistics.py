"""stats, eventstats, streamstats, top and rare (not implemented: Unsupported by absence)."""

import re

from .. import expr
from ..aggregate import Running, compute, groups, read
from ..conf import boolean
from ..errors import SearchError, Unsupported
from ..expr import truth
from ..limits import size
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
    return aggregate(table.rows, aggregations, by)


def aggregate(rows: list[dict], aggregations: list, by: list[str]) -> Table:
    """One row for each group of rows."""
    names = by + [aggregation.name for aggregation in aggregations]
    grouped: dict[tuple, list[dict]] = {}
    for row in rows:
        for key in groups(row, by):
            grouped.setdefault(key, []).append(row)
    if not by and not grouped:
        if not any(a.function in ("count", "dc") for a in aggregations):
            return Table([], names)
        grouped[()] = []
    found = []
    for key in sorted(grouped, key=_sortable):
        row = dict(zip(by, key))
        for aggregation in aggregations:
            value = compute(aggregation, grouped[key])
            if value is not None:
                row[aggregation.name] = value
        found.append(row)
    return Table(found, names)


def eventstats(table: Table, command, context) -> Table:
    """The group's values on every row; a row with a null BY field gets none.

    Beyond both the limit of rows and that of memory it goes on without adding fields.
    """
    _, source = _options(command.arguments, {})
    aggregations, by = read(source, context)
    grouped: dict[tuple, list[dict]] = {}
    for row in table.rows:
        if any(len(items(row.get(field))) > 1 for field in by):
            raise Unsupported("eventstats by a multi-value field")
        for key in groups(row, by):
            grouped.setdefault(key, []).append(row)
    computed = {key: [(a.name, compute(a, rows)) for a in aggregations] for key, rows in grouped.items()}
    limits, taken = context.head.limits, 0
    for count, row in enumerate(table.rows, 1):
        taken += size(row)
        if count > limits.rows and taken > limits.memory:
            break
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
    group among the last N rows count. `global=false` gives each group its own window. Where the groups that it remembers
    take more than the limit of memory, it goes on without adding fields.
    """
    values, source = _options(command.arguments, _STREAM)
    aggregations, by = read(source, context)
    window, current = int(values["window"]), boolean(values["current"], True)
    one_window = boolean(values["global"], True)
    on_change = boolean(values["reset_on_change"], False)
    before, after = _condition(values["reset_before"], context), _condition(values["reset_after"], context)
    groups_seen: dict[tuple, list[tuple[int, dict]]] = {}
    running: dict[tuple, list[Running]] = {}
    sizes: dict[tuple, int] = {}
    taken, full, previous = 0, False, None
    for number, row in enumerate(table.rows):
        keys = groups(row, by)
        if len(keys) > 1:
            raise Unsupported("streamstats by a multi-value field")
        # A row without the BY fields takes part in nothing, but a global window counts it.
        key = keys[0] if keys else None
        changed = on_change and by and key is not None and previous not in (None, key)
        previous = key or previous
        if changed or (before is not None and truth(before(row))):
            groups_seen, running, sizes, taken = {}, {}, {}, 0
        if key is None:
            continue
        if window:
            history = groups_seen.setdefault(key, [])
            snapshot = (number, dict(row))
            if current:
                history.append(snapshot)
            seen = [old for at, old in history if not one_window or at > number - window - (not current)]
            seen = seen if one_window else seen[-window:]
            values_now = {a.name: compute(a, seen) for a in aggregations}
        else:
            totals = running.setdefault(key, [Running(a) for a in aggregations])
            before_it = {} if current else {t.aggregation.name: t.value() for t in totals}
            for total in totals:
                total.add(row)
            values_now = {t.aggregation.name: t.value() for t in totals} if current else before_it
        bytes_now = size(dict(zip(by, key))) + size(values_now)
        taken += bytes_now - sizes.get(key, 0)
        sizes[key] = bytes_now
        full = full or taken > context.head.limits.memory
        for name, value in () if full else values_now.items():
            row.pop(name, None)
            if value is not None:
                row[name] = value
        if window and not current:
            history.append(snapshot)
        if after is not None and truth(after(row)):
            groups_seen, running, sizes, taken = {}, {}, {}, 0
    return table


VERBS = {"stats": stats, "eventstats": eventstats, "streamstats": streamstats}
