"""Field values: text, or a list of texts for a multi-value field. A field that is absent from a row is null."""

import functools
import math
import re

from .errors import Unsupported

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")


def number(value) -> int | float | None:
    """The value as a number when it is one or reads as one; None otherwise (multi-value fields included)."""
    if isinstance(value, str):
        return _read_number(value)
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return None
    return value


@functools.lru_cache(maxsize=1 << 16)
def _read_number(value: str) -> int | float | None:
    text = value.strip()
    if not _NUMBER.match(text):
        return None
    try:
        return int(text)
    except ValueError:
        return float(text)


def text(value) -> str:
    """How a value is shown: whole numbers without a decimal point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise Unsupported("a boolean used as text")
    if isinstance(value, float):
        if math.isinf(value) or math.isnan(value):
            raise Unsupported(f"the number {value}")
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def items(value) -> list[str]:
    """The values of a field: none for null, one for a single value, all for a multi-value field."""
    if value is None:
        return []
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]


def cell(values: list[str]):
    """The inverse of `items`: null for none, plain text for one."""
    if not values:
        return None
    return values[0] if len(values) == 1 else list(values)


def store(row: dict, field: str, value) -> None:
    """Sets a field from an evaluated value; null removes it."""
    if value is None or value == []:
        row.pop(field, None)
    elif isinstance(value, list):
        row[field] = cell([text(item) for item in value])
    else:
        row[field] = text(value)


def wildcard(pattern: str, ignore_case: bool = True) -> re.Pattern:
    """A pattern in which `*` stands for any text, as in the search command and in field lists."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.compile(".*".join(parts) + r"\Z", (re.IGNORECASE if ignore_case else 0) | re.DOTALL)


class Table:
    """Rows of a search with the order of their columns; `fields` keeps columns that no row has a value for."""

    def __init__(self, rows: list[dict], fields: list[str] | None = None):
        self.rows = rows
        self._fields = fields

    def columns(self) -> list[str]:
        """Declared columns first, then every other field in the order of first appearance."""
        seen = dict.fromkeys(self._fields or [])
        for row in self.rows:
            for field in row:
                seen.setdefault(field)
        return list(seen)

    def with_rows(self, rows: list[dict]) -> "Table":
        """The same columns over other rows."""
        return Table(rows, self._fields)
