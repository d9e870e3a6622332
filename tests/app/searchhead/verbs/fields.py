"""eval, rename, fields, table, fillnull, rex, convert, makeresults, addinfo."""

import re

from .. import expr, timetext
from ..errors import SearchError, Unsupported
from ..functions import regex
from ..lexer import field_list, options, split_top, unquote, words
from ..values import Table, items, number, store, text, wildcard

_INTERNAL = ("_time", "_raw")


def eval_(table: Table, command, context) -> Table:
    """a = expression, b = expression: in order, each sees the ones before it."""
    assignments = []
    for part in split_top(command.arguments, ","):
        match = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w.{}:]+))\s*=(?!=)(.*)\Z", part, re.DOTALL)
        if not match:
            raise SearchError(f"Error in 'eval' command: The expression is malformed: {part.strip()[:60]}")
        if "{" in (match[3] or ""):
            raise Unsupported("a field name made from a value in eval")
        assignments.append((match[1] or match[2] or match[3], expr.parse(match[4], context)))
    for row in table.rows:
        for field, expression in assignments:
            value = expression(row)
            if isinstance(value, bool):
                raise SearchError("Error in 'eval' command: Fields cannot be assigned a boolean result.")
            store(row, field, value)
    return table


def rename(table: Table, command, context) -> Table:
    """rename a AS b; a target that exists already is overwritten, also when the source is null in a row."""
    pairs, parts = [], [part for part in words(command.arguments) if part != ","]
    if len(parts) % 3 or any(word.lower() != "as" for word in parts[1::3]):
        raise SearchError("Error in 'rename' command: Usage: rename [old_name AS/TO/-> new_name]+.")
    for old, new in zip(parts[::3], parts[2::3]):
        old, new = unquote(old), unquote(new)
        if "*" in old:
            if old.count("*") != 1 or new.count("*") != 1:
                raise Unsupported(f"rename {old} AS {new}")
            head, tail = old.split("*")
            pattern = re.compile(re.escape(head) + "(.*)" + re.escape(tail) + r"\Z")
            pairs += [(f, new.replace("*", pattern.match(f)[1])) for f in table.columns() if pattern.match(f)]
        else:
            pairs.append((old, new))
    present = set(table.columns())
    names = dict((old, new) for old, new in pairs if old in present)
    replaced = set(names.values()) - set(names)
    rows = []
    for row in table.rows:
        rows.append({names.get(field, field): value for field, value in row.items() if field not in replaced})
    columns = [names.get(field, field) for field in table.columns() if field not in replaced]
    return Table(rows, list(dict.fromkeys(columns)))


def _matching(patterns: list[str], columns: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for pattern in patterns:
        if "*" in pattern:
            # A wildcard does not reach internal fields unless it is written with the underscore.
            compiled = wildcard(pattern, ignore_case=False)
            found.update((c, None) for c in columns if compiled.match(c) and (c[:1] != "_" or pattern[:1] == "_"))
        else:
            found[pattern] = None
    return list(found)


def fields(table: Table, command, context) -> Table:
    """fields a, b keeps those (and _time, _raw); fields - a removes them."""
    parts = field_list(words(re.sub(r"^\s*([+-])", r"\1 ", command.arguments)))
    remove = parts[:1] == ["-"]
    parts = parts[1:] if parts[:1] in (["-"], ["+"]) else parts
    columns = table.columns()
    named = _matching(parts, columns)
    if remove:
        kept = [column for column in columns if column not in named]
    else:
        kept = named + [column for column in _INTERNAL if column in columns and column not in named]
    return Table([{f: row[f] for f in kept if f in row} for row in table.rows], kept)


def table_(table: Table, command, context) -> Table:
    """table a b*: exactly these columns in this order."""
    kept = _matching(field_list(words(command.arguments)), table.columns())
    return Table([{f: row[f] for f in kept if f in row} for row in table.rows], kept)


def fillnull(table: Table, command, context) -> Table:
    """fillnull value=x a b; without names every column of the table, without a value 0."""
    values, left = options(command.arguments, {"value": "0"})
    named = field_list(left) or [column for column in table.columns() if column[:1] != "_"]
    for row in table.rows:
        for field in named:
            row.setdefault(field, values["value"])
    return Table(table.rows, list(dict.fromkeys(table.columns() + named)))


def rex(table: Table, command, context) -> Table:
    """rex field=f "(?<name>...)": named groups become fields."""
    values, left = options(command.arguments, {"field": "_raw", "max_match": "1"})
    if len(left) != 1:
        raise Unsupported(f"rex {command.arguments}")
    pattern, most = regex(unquote(left[0])), int(values["max_match"])
    for row in table.rows:
        found: dict[str, list[str]] = {}
        for item in items(row.get(values["field"])):
            for index, match in enumerate(pattern.finditer(item)):
                if most and index >= most:
                    break
                for name, value in match.groupdict().items():
                    if value is not None:
                        found.setdefault(name, []).append(value)
        for name, matched in found.items():
            store(row, name, matched)
    return table


def convert(table: Table, command, context) -> Table:
    """convert timeformat="..." ctime(field) [AS name]."""
    values, left = options(command.arguments, {"timeformat": "%m/%d/%Y %H:%M:%S"})
    source = re.sub(r"\s*\(\s*|\s+(?=[),])", lambda m: m[0].strip(), " ".join(left))
    if re.sub(r"ctime\([\w.]+\)(\s+(?i:as)\s+\w+)?,?\s*", "", source):
        raise Unsupported(f"convert {command.arguments}")
    for field, alias in re.findall(r"ctime\(([\w.]+)\)(?:\s+(?i:as)\s+(\w+))?", source):
        for row in table.rows:
            shown = [timetext.strftime(number(v), values["timeformat"]) for v in items(row.get(field)) if number(v) is not None]
            if shown:
                store(row, alias or field, shown)
    return table


def makeresults(table: Table, command, context) -> Table:
    """One row (or count=n) that holds the time of the search."""
    values, left = options(command.arguments, {"count": "1"})
    if left:
        raise Unsupported(f"makeresults {' '.join(left)}")
    return Table([{"_time": text(context.now)} for _ in range(int(values["count"]))])


def addinfo(table: Table, command, context) -> Table:
    """info_min_time, info_max_time, info_search_time, info_sid."""
    info = {
        "info_min_time": text(context.earliest),
        "info_max_time": text(context.latest),
        "info_search_time": text(context.now),
        "info_sid": context.sid,
    }
    for row in table.rows:
        row.update(info)
    return table


VERBS = {
    "eval": eval_,
    "rename": rename,
    "fields": fields,
    "table": table_,
    "fillnull": fillnull,
    "rex": rex,
    "convert": convert,
    "makeresults": makeresults,
    "addinfo": addinfo,
}
