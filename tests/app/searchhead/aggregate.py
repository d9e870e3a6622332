"""The functions of stats and its relatives, and how `stats a(x) as b, c by d` is read."""

import re
from dataclasses import dataclass

from . import expr
from .errors import SearchError, Unsupported
from .lexer import split_top, unquote
from .values import cell, items, number, text

LIST_LIMIT = 100  #: limits.conf [stats] list_maxsize: list() keeps the first 100 values.


@dataclass(frozen=True)
class Aggregation:
    """One `function(argument) as name`."""

    function: str
    argument: str | None
    name: str
    evaluate: object = None  #: closure for `function(eval(...))`

    def values(self, row: dict) -> list[str]:
        """What one row brings to the function."""
        if self.evaluate is not None:
            value = self.evaluate(row)
            if value is True:
                return ["1"]
            return [] if value is None or value is False else items(value)
        return [] if self.argument is None else items(row.get(self.argument))


def _extreme(values: list[str], pick):
    # Numbers compare as numbers only when every value is one.
    numbers = [number(value) for value in values]
    if all(n is not None for n in numbers):
        return text(pick(numbers))
    return pick(values)


def _numeric(values):
    return [n for n in map(number, values) if n is not None]


def _by_time(rows, aggregation, pick):
    found = [(number(row.get("_time")), value) for row in rows for value in aggregation.values(row)]
    if any(time is None for time, _ in found):
        raise Unsupported(f"{aggregation.function}() over rows without _time")
    return pick(found, key=lambda pair: pair[0])[1] if found else None


def compute(aggregation: Aggregation, rows: list[dict]):
    """The value of one aggregation over the rows of one group, or None."""
    function = aggregation.function
    if function == "count" and aggregation.argument is None and aggregation.evaluate is None:
        return str(len(rows))
    if function in ("earliest", "latest"):
        return _by_time(rows, aggregation, min if function == "earliest" else max)
    if function == "first":
        return next((values[0] for values in map(aggregation.values, rows) if values), None)
    values = [value for row in rows for value in aggregation.values(row)]
    if function == "count":
        return str(len(values))
    if function == "dc":
        return str(len(set(values)))
    if function == "values":
        # Sorted by code point and without repeats; an empty value is none.
        return cell(sorted({value for value in values if value != ""}))
    if function == "list":
        return cell(values[:LIST_LIMIT])
    if not values:
        return None
    if function in ("min", "max"):
        return _extreme(values, min if function == "min" else max)
    if function == "last":
        return values[-1]
    numbers = _numeric(values)
    if function == "sum":
        return text(sum(numbers)) if numbers else None
    if function == "avg":
        return text(sum(numbers) / len(numbers)) if numbers else None
    if function == "range":
        return text(max(numbers) - min(numbers)) if numbers else None
    raise Unsupported(f"stats function {function}()")


class Running:
    """The value of one aggregation over rows that come one after the other, without looking at all of them each time."""

    def __init__(self, aggregation: Aggregation):
        self.aggregation, self.rows, self.kept = aggregation, 0, []
        self.seen: set[str] = set()

    def add(self, row: dict) -> None:
        """One row more."""
        self.rows += 1
        found, function = self.aggregation.values(row), self.aggregation.function
        if function in ("values", "dc"):
            self.seen.update(found)
        elif function in ("first", "last"):
            ends = self.kept + found
            self.kept = ends[:1] if function == "first" else ends[-1:]
        elif function in ("min", "max") and found:
            self.kept = _smaller(self.kept + found, min if function == "min" else max)
        elif function == "sum":
            self.kept = [text(sum(_numeric(self.kept + found)))] if self.kept or _numeric(found) else []
        elif function == "count":
            self.kept = [str(int((self.kept or ["0"])[0]) + len(found))]
        else:
            self.kept += found

    def value(self):
        """As `compute` over all of them."""
        function = self.aggregation.function
        if function == "count":
            plain = self.aggregation.argument is None and self.aggregation.evaluate is None
            return str(self.rows) if plain else (self.kept or ["0"])[0]
        kept = sorted(self.seen) if function in ("values", "dc") else self.kept
        return compute(Aggregation(function, "v", self.aggregation.name), [{"v": kept}] if kept else [])


def _smaller(values: list[str], pick) -> list[str]:
    """As few values as have the same extreme, whatever comes: that of the numbers, and that of the texts."""
    numbers = [value for value in values if number(value) is not None]
    texts = [value for value in values if number(value) is None]
    return sorted({pick(values), *texts[:1], *([pick(numbers, key=number)] if numbers else [])})


_NAMES = {"c": "count", "distinct_count": "dc", "mean": "avg"}
_KNOWN = {"count", "dc", "values", "list", "min", "max", "first", "last", "sum", "avg", "range", "earliest", "latest"}


def _aggregation(source: str, alias: str | None, context) -> Aggregation:
    match = re.match(r"([A-Za-z_]+)\s*(?:\((.*)\))?\Z", source, re.DOTALL)
    if not match:
        raise SearchError(f"The argument '{source}' is invalid.")
    function = _NAMES.get(match[1].lower(), match[1].lower())
    if function not in _KNOWN:
        raise Unsupported(f"stats function {match[1]}")
    argument = match[2].strip() if match[2] is not None else None
    name = alias if alias is not None else re.sub(r"\s", "", source)
    if argument is None or argument == "":
        if function != "count":
            raise SearchError(f"The argument '{source}' is invalid.")
        return Aggregation("count", None, name)
    inner = re.match(r"eval\s*\((.*)\)\Z", argument, re.DOTALL)
    if inner:
        return Aggregation(function, None, name, expr.parse(inner[1], context))
    if "*" in argument:
        raise Unsupported(f"wildcards in {source}")
    return Aggregation(function, unquote(argument), name)


def _words(source: str) -> list[str]:
    """Blank-separated words, parentheses and quotes kept together; a comma ends a word."""
    found = []
    for part in split_top(source, ","):
        found += [word for word in split_top(re.sub(r"\s+\(", "(", part.replace("\n", " ")), " \t") if word]
    return found


def read(source: str, context) -> tuple[list[Aggregation], list[str]]:
    """`count as n, values(x) as x by a, b` -> aggregations and the fields of BY."""
    found, by, parts, i = [], [], _words(source), 0
    while i < len(parts):
        if parts[i].lower() == "by":
            by = [unquote(word) for word in parts[i + 1 :]]
            if not by:
                raise SearchError("The BY clause is empty.")
            break
        if i + 1 < len(parts) and parts[i + 1].lower() == "as":
            if i + 2 >= len(parts):
                raise SearchError("The AS clause is empty.")
            found.append(_aggregation(parts[i], unquote(parts[i + 2]), context))
            i += 3
        else:
            found.append(_aggregation(parts[i], None, context))
            i += 1
    if not found:
        raise SearchError("You must specify at least one function.")
    return found, by


def groups(row: dict, by: list[str]) -> list[tuple[str, ...]]:
    """The groups a row belongs to: none when a BY field is null, several when one is multi-value."""
    keys: list[tuple[str, ...]] = [()]
    for field in by:
        values = list(dict.fromkeys(items(row.get(field))))
        keys = [key + (value,) for key in keys for value in values]
    return keys
