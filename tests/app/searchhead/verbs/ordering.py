"""sort, dedup, head, tail, reverse."""

import functools
import re

from ..errors import SearchError, Unsupported
from ..lexer import field_list, options, unquote, words
from ..values import Table, items, number

_DEFAULT_LIMIT = 10_000


def _compare(a: str, b: str, kind: str, numbers_first: bool) -> int:
    x, y = number(a), number(b)
    if kind == "str" or (kind == "auto" and x is None and y is None):
        return (a > b) - (a < b)
    if x is not None and y is not None:
        return (x > y) - (x < y)
    if kind == "num" and x is None and y is None:
        return 0
    # A number beside a text in one column: the documentation leaves it open, so a test may ask for either order.
    first = -1 if numbers_first else 1
    return first if x is not None else -first


def _keys(source: str) -> list[tuple[str, bool, str]]:
    found = []
    source = re.sub(r"(?<![\w\"])([+-])\s+", r"\1", source)
    for word in re.findall(r'[+-]?(?:\w+\([^)]*\)|"[^"]+"|[^\s,]+)', source):
        descending = word[0] == "-"
        word = word.lstrip("+-")
        match = re.fullmatch(r"(auto|num|str|ip)\((.+)\)", word)
        kind, name = (match[1], match[2]) if match else ("auto", word)
        if kind == "ip":
            raise Unsupported("sort ip()")
        found.append((unquote(name.strip()), descending, kind))
    if not found:
        raise SearchError("Error in 'sort' command: No sort fields were specified.")
    return found


def _by_columns(rows: list[dict], keys: list[tuple[str, bool, str]]) -> list[dict] | None:
    """The rows in order, one column after the other from the last on; None where a column has what must be compared in pairs."""
    for field, descending, kind in reversed(keys):
        cells = [items(row.get(field)) for row in rows]
        if any(len(cell) > 1 for cell in cells):
            return None
        numbers = [number(cell[0]) for cell in cells if cell]
        is_number = kind != "str" and None not in numbers
        if not is_number and (kind == "num" or (kind == "auto" and any(n is not None for n in numbers))):
            return None
        value = (lambda cell: number(cell[0])) if is_number else (lambda cell: cell[0])
        # Rows without the field come last in either direction.
        placed = [(bool(cell) == descending, value(cell)) if cell else (not descending,) for cell in cells]
        rows = [rows[place] for place in sorted(range(len(rows)), key=placed.__getitem__, reverse=descending)]
    return rows


def sort(table: Table, command, context) -> Table:
    """sort [limit] [-]field ...; 0 = no limit, 10,000 when none is given; rows without the field come last."""
    source = command.arguments.strip()
    limit = _DEFAULT_LIMIT
    match = re.match(r"(?:limit\s*=\s*)?(\d+)(?=\s|,)[\s,]*", source)
    if match:
        limit, source = int(match[1]), source[match.end() :]
    if re.search(r"\s(d|desc)\s*\Z", source):
        raise Unsupported("sort ... desc")
    keys = _keys(source)

    rows = _by_columns(table.rows, keys)
    if rows is not None:
        return table.with_rows(rows[:limit] if limit else rows)

    def order(left: dict, right: dict) -> int:
        for field, descending, kind in keys:
            a, b = items(left.get(field)), items(right.get(field))
            if not a or not b:
                result = bool(b) - bool(a)
                if result:
                    return result
                continue
            if len(a) > 1 or len(b) > 1:
                raise Unsupported(f"sort by the multi-value field {field}")
            result = _compare(a[0], b[0], kind, context.mixed_numbers_first)
            if result:
                return -result if descending else result
        return 0

    rows = sorted(table.rows, key=functools.cmp_to_key(order))
    return table.with_rows(rows[:limit] if limit else rows)


def dedup(table: Table, command, context) -> Table:
    """dedup [n] fields [keepempty=] [sortby]: the first n rows of each combination; rows without a field are dropped."""
    values, left = options(command.arguments, {"keepempty": "false", "consecutive": "false", "keepevents": "false"})
    if values["consecutive"].lower() not in ("f", "false") or values["keepevents"].lower() not in ("f", "false"):
        raise Unsupported("dedup consecutive or keepevents")
    if "sortby" in [word.lower() for word in left]:
        raise Unsupported("dedup ... sortby")
    most = int(left.pop(0)) if left and left[0].isdigit() else 1
    named = field_list(left)
    if not named:
        raise SearchError("Error in 'dedup' command: You must specify at least one field.")
    seen: dict[tuple, int] = {}
    rows = []
    for row in table.rows:
        if any(field not in row for field in named):
            if values["keepempty"].lower() in ("t", "true"):
                rows.append(row)
            continue
        key = tuple(tuple(items(row[field])) for field in named)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= most:
            rows.append(row)
    return table.with_rows(rows)


def head(table: Table, command, context) -> Table:
    """head [n]: the first n rows, 10 by default."""
    values, left = options(command.arguments, {"limit": None})
    count = values["limit"] or (left[0] if left else "10")
    if len(left) > 1 or not count.isdigit():
        raise Unsupported(f"head {command.arguments}")
    return table.with_rows(table.rows[: int(count)])


def tail(table: Table, command, context) -> Table:
    """tail [n]: the last n rows, in reverse order."""
    count = words(command.arguments) or ["10"]
    if len(count) > 1 or not count[0].isdigit():
        raise Unsupported(f"tail {command.arguments}")
    return table.with_rows(table.rows[::-1][: int(count[0])])


def reverse(table: Table, command, context) -> Table:
    """The rows in reverse order."""
    return table.with_rows(table.rows[::-1])


VERBS = {"sort": sort, "dedup": dedup, "head": head, "tail": tail, "reverse": reverse}
