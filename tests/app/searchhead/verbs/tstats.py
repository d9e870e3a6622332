"""tstats: statistics of what is indexed, without the events: index, host, source, sourcetype and times."""

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


def tstats(table: Table, command, context) -> Table:
    """tstats functions where terms [by fields]; as the first command, over the window of the search."""
    match = re.match(r"(.*?)\bwhere\b(.*?)(?:\bby\b(.*))?\Z", command.arguments, re.IGNORECASE | re.DOTALL)
    if not match:
        raise Unsupported(f"tstats {command.arguments}")
    aggregations, by = read(match[1] + (f" by {match[3]}" if match[3] else ""), context)
    if any(a.function not in ("count", "min", "max") or a.argument not in (None, "_time") for a in aggregations):
        raise Unsupported(f"tstats {match[1]}")
    _only_indexed(match[2])
    return aggregate(context.indexed_fields(Parser(match[2])), aggregations, by)


VERBS = {"tstats": tstats}
