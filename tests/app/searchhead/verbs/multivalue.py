"""makemv, mvexpand, nomv."""

from ..errors import SearchError, Unsupported
from ..lexer import options, unquote
from ..values import Table, items, store


def makemv(table: Table, command, context) -> Table:
    """makemv [delim=" "] [allowempty=f] field."""
    values, left = options(command.arguments, {"delim": " ", "allowempty": "false"})
    if len(left) != 1:
        raise Unsupported(f"makemv {command.arguments}")
    field = unquote(left[0])
    for row in table.rows:
        if field in row:
            parts = [part for item in items(row[field]) for part in item.split(values["delim"])]
            keep_empty = values["allowempty"].lower() in ("t", "true")
            store(row, field, [part for part in parts if part or keep_empty])
    return table


def mvexpand(table: Table, command, context) -> Table:
    """One row for each value; a row without the field stays as it is."""
    values, left = options(command.arguments, {"limit": "0"})
    if len(left) != 1:
        raise SearchError("Error in 'mvexpand' command: exactly one field is expected.")
    field, limit = unquote(left[0]), int(values["limit"])
    rows = []
    for row in table.rows:
        found = items(row.get(field))
        rows += [{**row, field: value} for value in (found[:limit] if limit else found)] or [row]
    return table.with_rows(rows)


def nomv(table: Table, command, context) -> Table:
    """Joins the values with line feeds."""
    field = unquote(command.arguments.strip())
    for row in table.rows:
        if field in row:
            row[field] = "\n".join(items(row[field]))
    return table


VERBS = {"makemv": makemv, "mvexpand": mvexpand, "nomv": nomv}
