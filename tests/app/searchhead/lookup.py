"""CSV lookups with the matching rules of transforms.conf."""

import csv
import io
import re
from pathlib import Path

from .conf import boolean
from .errors import SearchError, Unsupported
from .values import items, wildcard

_KEYS = {"filename", "case_sensitive_match", "match_type", "min_matches", "max_matches", "default_match", "fields_list", "description", "check_permission", "replicate"}


class Lookup:
    """One definition over one file."""

    def __init__(self, name: str, path: Path, definition: dict[str, str]):
        unknown = set(definition) - _KEYS
        if unknown:
            raise Unsupported(f"lookup {name}: {', '.join(sorted(unknown))}")
        self.name, self.path = name, path
        self.case_sensitive = boolean(definition.get("case_sensitive_match"), True)
        self.min_matches = int(definition.get("min_matches", "0"))
        self.max_matches = int(definition.get("max_matches", "100"))
        self.default_match = definition.get("default_match")
        self.wildcards: set[str] = set()
        for kind, fields in re.findall(r"(\w+)\(([^)]*)\)", definition.get("match_type", "")):
            if kind.upper() not in ("WILDCARD", "EXACT"):
                raise Unsupported(f"lookup {name}: match_type {kind}")
            if kind.upper() == "WILDCARD":
                self.wildcards |= {field.strip() for field in fields.split(",")}

    def read(self, strict: bool = False) -> tuple[list[dict], list[str]]:
        """Rows and column names. A file that is missing or cannot be read is empty, with `strict` an error."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                table = list(csv.reader(file))
        except (OSError, UnicodeDecodeError) as error:
            if strict:
                raise SearchError(f"The lookup table '{self.name}' requires a .csv or KV store lookup definition.") from error
            return [], []
        if not table:
            return [], []
        columns = table[0]
        rows = []
        for cells in table[1:]:
            if len(cells) > len(columns):
                raise SearchError(f"{self.path}: a row has more cells than the header")
            rows.append({column: cell for column, cell in zip(columns, cells) if cell != ""})
        return rows, columns

    def write(self, rows: list[dict], columns: list[str]) -> None:
        """Replaces the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self._lines([dict(zip(columns, columns)), *rows], columns), encoding="utf-8")

    def append(self, rows: list[dict]) -> None:
        """Adds rows under the columns that the file has; what it holds stays byte for byte."""
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            columns = next(csv.reader(file))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(self._lines(rows, columns))

    @staticmethod
    def _lines(rows: list[dict], columns: list[str]) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for row in rows:
            if any(len(items(row.get(column))) > 1 for column in columns):
                raise Unsupported("a multi-value field written to a lookup")
            writer.writerow([(items(row.get(column)) or [""])[0] for column in columns])
        return out.getvalue()

    def _same(self, column: str, stored: str | None, wanted: str) -> bool:
        if stored is None:
            return False
        if column in self.wildcards:
            return wildcard(stored, ignore_case=not self.case_sensitive).match(wanted) is not None
        if self.case_sensitive:
            return stored == wanted
        return stored.lower() == wanted.lower()

    def matches(self, rows: list[dict], wanted: dict[str, str]) -> list[dict]:
        """The rows that match every wanted column, at most `max_matches`."""
        found = [row for row in rows if all(self._same(c, row.get(c), items(v)[0]) for c, v in wanted.items())]
        return found[: self.max_matches]
