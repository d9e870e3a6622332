"""tstats and from: statistics of what is indexed, without the events: index, host, source, sourcetype and times; and of data models."""

import re

from ..aggregate import read
from ..errors import SearchError, Unsupported
from ..searchterms import Parser, tokens
from ..values import Table
from .statistics import aggregate

_INDEXED = {"index", "host", "source", "sourcetype", "splunk_server", "_index_earliest", "_index_latest", "earliest", "latest"}
_WORDS = {"AND", "OR", "NOT", "IN", "in"}


def _only_indexed(source: str) -> None:
    """Terms of the text of events are an error: without their TERM() tstats does not know them."""
    found = tokens(source)
    for number, (kind, value) in enumerate(found):
        field = found[number + 1 : number + 2] and found[number + 1][0] == "op"
        after = number and found[number - 1][0] == "op"
        if kind in ("word", "quoted") and not after and not (field and value in _INDEXED) and value not in _WORDS:
            raise SearchError(f"Error in 'tstats' command: '{value}' is no indexed field.")


def _rows(name: str, context) -> list[dict]:
    rows = context.head.models.get(name)
    if rows is None:
        raise SearchError(f"Error in 'DataModelEvaluator': Data model '{name.partition('.')[0]}' was not found.")
    return rows


def _of_model(source: str, command, context) -> Table:
    """summariesonly=true count from datamodel=A.B where terms by _time span=1s fields: of the rows that a test gives a model."""
    match = re.match(r"summariesonly=true count from datamodel=(\w+\.\w+) where (.*) by _time span=1s (.*)\Z", source, re.DOTALL)
    if not match:
        raise Unsupported(f"tstats {command.arguments}")
    rows = _rows(match[1], context)
    parser = Parser(match[2])
    predicate = parser.whole()
    earliest, latest = context.head.window(parser.times, context)[:2]
    aggregations, by = read(f"count by _time {match[3]}", context)
    return aggregate([row for row in rows if earliest <= float(row["_time"]) < latest and predicate(row)], aggregations, by)


def tstats(table: Table, command, context) -> Table:
    """tstats functions where terms [by fields]; as the first command, over the window of the search."""
    if "datamodel=" in command.arguments:
        return _of_model(context.with_subsearches(command), command, context)
    match = re.match(r"(.*?)\bwhere\b(.*?)(?:\bby\b(.*))?\Z", command.arguments, re.IGNORECASE | re.DOTALL)
    if not match:
        raise Unsupported(f"tstats {command.arguments}")
    aggregations, by = read(match[1] + (f" by {match[3]}" if match[3] else ""), context)
    if any(a.function not in ("count", "min", "max") or a.argument not in (None, "_time") for a in aggregations):
        raise Unsupported(f"tstats {match[1]}")
    _only_indexed(match[2])
    return aggregate(context.indexed_fields(Parser(match[2])), aggregations, by)


def from_(table: Table, command, context) -> Table:
    """from datamodel NAME: the rows that a test gives a model."""
    match = re.match(r"datamodel (\w+\.\w+)\Z", command.arguments.strip())
    if not match:
        raise Unsupported(f"from {command.arguments}")
    return Table([dict(row) for row in _rows(match[1], context)])


VERBS = {"tstats": tstats, "from": from_}
