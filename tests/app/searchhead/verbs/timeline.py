"""bin, timechart, chart over no time."""

import re
from collections import Counter

from ..aggregate import compute, read
from ..conf import boolean
from ..errors import SearchError, Unsupported
from ..lexer import options, unquote, words
from ..values import Table, items, number, text
from .statistics import _options

_SPAN = re.compile(r"(\d+)\s*(s|sec|m|min|h|hr|hour|d|day|w|week)s?\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
# Bin counts of timechart when no span is given: the smallest of these that needs at most 100 bins.
_AUTO = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 86400, 30 * 86400)


def _seconds(span: str) -> int:
    match = _SPAN.match(span.strip())
    if not match:
        raise Unsupported(f"span={span}")
    return int(match[1]) * _SECONDS[match[2][0]]


def _start(time: float, span: int) -> float:
    # Weeks begin on the epoch's weekday, Thursday, as plain multiples of a span do.
    return time - time % span


def bin_(table: Table, command, context) -> Table:
    """bin _time span=1h [AS name]."""
    values, left = options(command.arguments, {"span": None})
    if values["span"] is None:
        raise Unsupported("bin without span=")
    field = unquote(left[0])
    if len(left) not in (1, 3) or field != "_time":
        raise Unsupported(f"bin {command.arguments}")
    target, span = (unquote(left[2]) if len(left) == 3 else field), _seconds(values["span"])
    for row in table.rows:
        if number(row.get(field)) is not None:
            row[target] = text(_start(number(row[field]), span))
    return table


_SERIES = {"limit": "10", "useother": "true", "usenull": "true", "span": None, "cont": "true", "partial": "true", "bins": "100"}


def timechart(table: Table, command, context) -> Table:
    """timechart span=1h count by field: one row for each span of the window, one column for each value.

    Every span of the search window is there; a count is 0 where nothing happened. Beyond `limit` series (by sum) the
    rest is OTHER, rows without the field are NULL.
    """
    values, source = _options(command.arguments, _SERIES)
    match = re.match(r"(.*?)\bby\s+(\S+)\s*(.*)\Z", source, re.IGNORECASE | re.DOTALL)
    field, rest = (unquote(match[2]), match[3]) if match else (None, "")
    source = match[1] if match else source
    if rest.strip():
        extra, left = options(rest, {key: values[key] for key in _SERIES})
        if left:
            raise Unsupported(f"timechart ... by {field} {rest}")
        values = extra
    aggregations, by = read(source, context)
    if by or (field and len(aggregations) > 1):
        raise Unsupported("timechart of several functions by a field")
    low, high = context.earliest, context.latest
    times = [number(row.get("_time")) for row in table.rows]
    if any(time is None for time in times):
        raise SearchError("Error in 'timechart' command: rows without _time.")
    if low == 0:
        low = min(times, default=high)
    span = _seconds(values["span"]) if values["span"] else next(s for s in _AUTO if (high - low) / s <= int(values["bins"]))
    starts = []
    start = _start(low, span)
    while start < high:
        starts.append(start)
        start += span
    cells: dict[tuple[float, str], list[dict]] = {}
    for row, time in zip(table.rows, times):
        for name in (items(row.get(field)) or ["NULL"]) if field else [""]:
            cells.setdefault((_start(time, span), name), []).append(row)
    series = _series(cells, values, bool(field))
    rows = []
    for start in starts:
        out = {"_time": text(start), "_span": text(span)}
        for column, names in series.items():
            found = [row for name in names for row in cells.get((start, name), [])]
            for aggregation in aggregations:
                value = compute(aggregation, found)
                if value is not None:
                    out[column if field else aggregation.name] = value
        rows.append(out)
    return Table(rows, ["_time"] + (list(series) if field else [a.name for a in aggregations]) + ["_span"])


def _series(cells: dict, values: dict, split: bool) -> dict[str, list[str]]:
    """Column -> the values that it sums up."""
    if not split:
        return {"": [""]}
    totals = Counter()
    for (_, name), rows in cells.items():
        totals[name] += len(rows)
    null = totals.pop("NULL", 0)
    ranked = sorted(totals, key=lambda name: (-totals[name], name))
    limit = int(values["limit"].lstrip("top"))
    kept, others = (ranked[:limit], ranked[limit:]) if limit else (ranked, [])
    series = {name: [name] for name in sorted(kept)}
    if others and boolean(values["useother"], True):
        series["OTHER"] = others
    if null and boolean(values["usenull"], True):
        series["NULL"] = ["NULL"]
    return series


def chart(table: Table, command, context) -> Table:
    """chart count over a by b: one row for each a, one column for each b; a missing count is 0."""
    match = re.match(r"(.*?)\bover\s+(\S+)\s+by\s+(\S+)\s*\Z", command.arguments, re.IGNORECASE | re.DOTALL)
    if not match:
        raise Unsupported(f"chart {command.arguments}")
    aggregations, _ = read(match[1], context)
    if len(aggregations) != 1:
        raise Unsupported("chart of several functions")
    over, by = unquote(match[2]), unquote(match[3])
    cells: dict[tuple[str, str], list[dict]] = {}
    for row in table.rows:
        for a in items(row.get(over)):
            for b in items(row.get(by)) or ["NULL"]:
                cells.setdefault((a, b), []).append(row)
    columns = sorted({b for _, b in cells})
    if len(columns) > 10:
        raise Unsupported("chart with more than 10 series")
    rows = []
    for a in sorted({a for a, _ in cells}):
        row = {over: a}
        for b in columns:
            value = compute(aggregations[0], cells.get((a, b), []))
            if value is not None:
                row[b] = value
        rows.append(row)
    return Table(rows, [over] + columns)


VERBS = {"bin": bin_, "bucket": bin_, "timechart": timechart, "chart": chart}
