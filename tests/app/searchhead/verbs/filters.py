"""search, where, regex."""

from .. import expr
from ..errors import Unsupported
from ..expr import truth
from ..functions import regex as compile_regex
from ..lexer import unquote, words
from ..searchterms import Parser
from ..values import Table, items


def search(table: Table, command, context) -> Table:
    """A later `search` of a pipeline; the first one reads events (see job.py)."""
    parser = Parser(context.with_subsearches(command))
    predicate = parser.whole()
    if parser.times:
        raise Unsupported("a time term in a search command that is not the first")
    return table.with_rows([row for row in table.rows if predicate(row)])


def where(table: Table, command, context) -> Table:
    """Keeps the rows whose expression is true; null is not true."""
    condition = expr.parse(command.arguments, context)
    return table.with_rows([row for row in table.rows if truth(condition(row)) is True])


def regex(table: Table, command, context) -> Table:
    """regex field="pattern"; != keeps the others."""
    parts = words(command.arguments)
    if len(parts) == 1:
        field, negated, pattern = "_raw", False, parts[0]
    else:
        if len(parts) != 3 or parts[1] != "=":
            raise Unsupported(f"regex {command.arguments}")
        field, negated, pattern = parts[0], parts[0].endswith("!"), parts[2]
        field = field.rstrip("!")
    compiled = compile_regex(unquote(pattern))
    return table.with_rows(
        [row for row in table.rows if any(compiled.search(item) for item in items(row.get(field))) != negated]
    )


VERBS = {"search": search, "where": where, "regex": regex}
