"""lookup, inputlookup, outputlookup, append, appendpipe."""

from ..conf import boolean
from ..errors import SearchError, Unsupported
from ..lexer import options, unquote
from ..searchterms import Parser
from ..values import Table, cell, items

_INPUT = {"append": "false", "start": "0", "max": "1000000000", "strict": "false"}
_OUTPUT = {
    "append": "false",
    "create_empty": "true",
    "override_if_empty": "true",
    "createinapp": "true",
    "max": None,
    "key_field": None,
}


def inputlookup(table: Table, command, context) -> Table:
    """inputlookup [append=t] name [where terms]: the rows of a lookup; an empty cell is no field."""
    source, condition = command.arguments, None
    lowered = source.lower()
    if " where " in lowered:
        at = lowered.index(" where ")
        source, condition = source[:at], source[at + 7 :]
    values, left = options(source, _INPUT)
    if len(left) != 1 or values["start"] != "0":
        raise Unsupported(f"inputlookup {command.arguments}")
    found = context.instance.lookup(unquote(left[0]), context)
    rows, columns = found.read(strict=boolean(values["strict"], False))
    if condition is not None:
        predicate = Parser(condition).whole()
        rows = [row for row in rows if predicate(row)]
    rows = rows[: int(values["max"])]
    if boolean(values["append"], False):
        return Table(table.rows + rows, list(dict.fromkeys(table.columns() + columns)))
    return Table(rows, columns)


def outputlookup(table: Table, command, context) -> Table:
    """Writes the rows to a lookup; append=t keeps only the columns that the file has already."""
    values, left = options(command.arguments, _OUTPUT)
    if values["key_field"] is not None:
        raise Unsupported("outputlookup key_field=")
    if len(left) != 1:
        raise Unsupported(f"outputlookup {command.arguments}")
    target = context.instance.lookup(unquote(left[0]), context, write=True)
    rows = table.rows if values["max"] is None else table.rows[: int(values["max"])]
    columns = [column for column in table.columns() if not column.startswith("_") or column == "_time"]
    if not rows and not boolean(values["override_if_empty"], True):
        return table
    if boolean(values["append"], False) and target.path.is_file() and target.path.stat().st_size:
        target.append(rows)
        return table
    if not rows and not boolean(values["create_empty"], True):
        target.path.unlink(missing_ok=True)
        return table
    target.write(rows, columns)
    return table


def lookup(table: Table, command, context) -> Table:
    """lookup name field [AS event_field] ... [OUTPUT|OUTPUTNEW field [AS event_field] ...]"""
    values, left = options(command.arguments, {"local": "false", "update": "false"})
    parts = [word for word in left if word != ","]
    found = context.instance.lookup(unquote(parts[0]), context)
    inputs, outputs, replace, target = [], [], True, None
    target = inputs
    i = 1
    while i < len(parts):
        word = parts[i]
        if word.upper() in ("OUTPUT", "OUTPUTNEW"):
            replace, target = word.upper() == "OUTPUT", outputs
            i += 1
        elif parts[i + 1 : i + 2] and parts[i + 1].lower() == "as":
            target.append((unquote(word), unquote(parts[i + 2])))
            i += 3
        else:
            target.append((unquote(word), unquote(word)))
            i += 1
    if not inputs:
        raise SearchError("Error in 'lookup' command: Must specify one or more lookup fields.")
    rows, columns = found.read()
    for name, _ in inputs + outputs:
        if name not in columns:
            raise SearchError("Error in 'lookup' command: Could not find all of the specified lookup fields in the lookup table.")
    if not outputs:
        outputs = [(name, name) for name in columns if name not in [name for name, _ in inputs]]
    for row in table.rows:
        if any(len(items(row.get(event))) > 1 for _, event in inputs):
            raise Unsupported("lookup by a multi-value field")
        wanted = {name: row.get(event) for name, event in inputs}
        matches = found.matches(rows, wanted) if None not in wanted.values() else []
        for name, event in outputs:
            if not replace and event in row:
                continue
            value = cell([v for match in matches for v in items(match.get(name))])
            if value is None and len(matches) < found.min_matches and found.default_match is not None:
                value = found.default_match
            if replace and None not in wanted.values():
                # props.conf.spec: cleared where all match fields have values and no entry matches.
                row.pop(event, None)
            if value is not None:
                row[event] = value
    return table


def append(table: Table, command, context) -> Table:
    """append [subsearch]: its rows after the others."""
    values, left = options(command.arguments, {"maxout": str(context.head.limits.append_rows), "maxtime": "60"})
    if left != ["[", "0", "]"] or len(command.subsearches) != 1:
        raise Unsupported(f"append {command.arguments}")
    other = context.run(command.subsearches[0], most_events=context.head.limits.append_events, most_seconds=float(values["maxtime"]))
    rows = table.rows + other.rows[: int(values["maxout"])]
    return Table(rows, list(dict.fromkeys(table.columns() + other.columns())))


def appendpipe(table: Table, command, context) -> Table:
    """appendpipe [run_in_preview=false] [subpipeline]: what the subpipeline makes of the rows, after the rows. Nothing is a preview here."""
    _, left = options(command.arguments, {"run_in_preview": "true"})
    if len(command.subsearches) != 1 or left != ["[", "0", "]"]:
        raise Unsupported(f"appendpipe {command.arguments}")
    copy = Table([dict(row) for row in table.rows], table.columns())
    other = context.run(command.subsearches[0], copy)
    return Table(table.rows + other.rows, list(dict.fromkeys(table.columns() + other.columns())))


def format_(table: Table, command, context) -> Table:
    """Makes search terms of the rows, as a subsearch does; a field named `search` is put in as it stands."""
    if command.arguments.strip():
        raise Unsupported("format with its own separators")
    groups = []
    for row in table.rows:
        terms = []
        for field, value in row.items():
            if field.startswith("_"):
                continue
            if len(items(value)) > 1:
                raise Unsupported("format of a multi-value field")
            escaped = items(value)[0].replace("\\", "\\\\").replace('"', '\\"')
            terms.append(items(value)[0] if field in ("search", "query") else f'{field}="{escaped}"')
        groups.append("( " + " AND ".join(terms) + " )")
    return Table([{"search": "( " + " OR ".join(groups) + " )" if groups else "NOT ()"}], ["search"])


VERBS = {
    "inputlookup": inputlookup,
    "outputlookup": outputlookup,
    "lookup": lookup,
    "append": append,
    "appendpipe": appendpipe,
    "format": format_,
}
