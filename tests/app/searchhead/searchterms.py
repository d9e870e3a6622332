"""The language of the `search` command: terms, field comparisons, wildcards, IN, and NOT before OR before AND."""

import re

from .errors import SearchError, Unsupported
from .lexer import unquote
from .values import items, number, wildcard

_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"(?:\\.|[^"\\])*")|(?P<paren>[(),])|(?P<op>!=|<=|>=|=|<|>)|(?P<word>[^\s"(),=<>!\[\]]+))',
    re.DOTALL,
)
_TIME = ("earliest", "latest", "_index_earliest", "_index_latest")


def tokens(source: str) -> list[tuple[str, str]]:
    """(kind, text) pairs."""
    found, position, source = [], 0, source.rstrip()
    while position < len(source):
        match = _TOKEN.match(source, position)
        if not match:
            raise SearchError(f"Unable to parse the search: near '{source[position : position + 20]}'.")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


def _compare(field: str, operator: str, pattern: str):
    literal = number(pattern) if "*" not in pattern else None
    matcher = wildcard(pattern)

    def equal(value: str) -> bool:
        if field == "index" and value.startswith("_") and not pattern.startswith("_"):
            # A wildcard reaches an internal index only when it is written with the underscore.
            return False
        if literal is not None and number(value) is not None:
            return number(value) == literal
        return matcher.match(value) is not None

    def evaluate(row) -> bool:
        values = items(row.get(field))
        if operator == "=":
            return any(equal(value) for value in values)
        if operator == "!=":
            if len(values) > 1:
                raise Unsupported("field!=value on a multi-value field")
            return bool(values) and not equal(values[0])
        if len(values) > 1:
            raise Unsupported(f"field{operator}value on a multi-value field")
        for value in values:
            a, b = number(value), literal
            if a is None or b is None:
                a, b = value, pattern
            return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator]
        return False

    if operator == "=" and "*" not in pattern and field != "index":
        evaluate.text = (field, pattern.lower() if literal is None else literal)
    if operator == "=" and field == "index":
        evaluate.stored = evaluate
    return evaluate


def _any(parts: list):
    """One of several. Those that compare a field with a text or a number, and words, are looked up together: a subsearch may give thousands."""
    texts: dict[str, set] = {}
    words, others = [], []
    for part in parts:
        if hasattr(part, "text"):
            texts.setdefault(part.text[0], set()).add(part.text[1])
        elif hasattr(part, "word"):
            words.append(part)
        else:
            others.append(part)
    if words:
        others.append(_any_word(words))
    for field, wanted in texts.items():
        others.append(lambda row, field=field, wanted=wanted: any(value.lower() in wanted or number(value) in wanted for value in items(row.get(field))))
    return others[0] if len(others) == 1 else _joined(any, others)


def _any_word(words: list):
    """One of several words, of which most events have not even the letters."""

    def evaluate(row) -> bool:
        raw = "\n".join(items(row.get("_raw"))).lower()
        return any(word.word in raw and word(row) for word in words)

    evaluate.stored = evaluate
    return evaluate


def _joined(every, parts: list, short: bool = False):
    """All of the parts, or any of them. What an index can tell without the fields of the event is its `stored`."""

    def joined(row) -> bool:
        return every(part(row) for part in parts) if short else every([part(row) for part in parts])

    stored = [part.stored for part in parts if hasattr(part, "stored")]
    if stored and (every is all or len(stored) == len(parts)):
        joined.stored = lambda row: every(part(row) for part in stored)
    return joined


def _term(word: str):
    if word == "*":
        return lambda row: True
    if not re.search(r"\w", word):
        raise Unsupported(f"the search term {word!r}")
    body = re.escape(word).replace(r"\*", r"[^\s\[\]<>(){}|!;,'\"&?+]*")
    before = "" if word.startswith("*") else r"(?<![A-Za-z0-9_])"
    after = "" if word.endswith("*") else r"(?![A-Za-z0-9_])"
    pattern = re.compile(before + body + after, re.IGNORECASE)

    def evaluate(row) -> bool:
        return pattern.search("\n".join(items(row.get("_raw")))) is not None

    evaluate.stored = evaluate
    if "*" not in word:
        evaluate.word = word.lower()
    return evaluate


class Parser:
    """Gives a predicate over rows; time terms are collected in `times`. Subsearches are text by now (see job.py).

    `short`: what follows a term that is not true is not looked at. Otherwise it is, so that nothing unsupported goes unseen.
    """

    def __init__(self, source: str, short: bool = False):
        self.short = short
        self.tokens = tokens(source)
        self.position = 0
        self.times: dict[str, str] = {}

    def _word(self, *wanted: str) -> bool:
        # AND, OR, NOT and IN count in capitals only (IN in either case).
        return self.position < len(self.tokens) and self.tokens[self.position] in [("word", word) for word in wanted]

    def _paren(self, char: str) -> bool:
        return self.position < len(self.tokens) and self.tokens[self.position] == ("paren", char)

    def whole(self):
        """Parses to the end; the empty search matches everything."""
        if not self.tokens:
            return lambda row: True
        predicate = self.conjunction()
        if self.position != len(self.tokens):
            raise SearchError(f"Unable to parse the search: near '{self.tokens[self.position][1]}'.")
        return predicate

    def conjunction(self):
        """Terms side by side, or with AND."""
        parts = [self.disjunction()]
        while self.position < len(self.tokens) and not self._paren(")"):
            if self._word("AND"):
                self.position += 1
            parts.append(self.disjunction())
        return parts[0] if len(parts) == 1 else _joined(all, parts, self.short)

    def disjunction(self):
        """a OR b: stronger than AND in this language."""
        parts = [self.negation()]
        while self._word("OR"):
            self.position += 1
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else _any(parts)

    def negation(self):
        """NOT a."""
        if self._word("NOT"):
            self.position += 1
            inner = self.negation()
            return lambda row: not inner(row)
        return self.atom()

    def atom(self):
        """A group, a comparison, a term, a subsearch."""
        if self.position >= len(self.tokens):
            raise SearchError("Unable to parse the search: unexpected end.")
        kind, value = self.tokens[self.position]
        self.position += 1
        if kind == "paren" and value == "(":
            if self._paren(")"):
                # What `format` makes of no rows: NOT ().
                self.position += 1
                return lambda row: True
            inner = self.conjunction()
            if not self._paren(")"):
                raise SearchError("Unable to parse the search: unbalanced parentheses.")
            self.position += 1
            return inner
        if kind not in ("word", "quoted") or value in ("AND", "OR"):
            raise SearchError(f"Unable to parse the search: near '{value}'.")
        name = unquote(value)
        if self.position < len(self.tokens) and self.tokens[self.position][0] == "op":
            return self._comparison(name)
        if self._word("IN", "in") and self.tokens[self.position + 1 : self.position + 2] == [("paren", "(")]:
            return self._in(name)
        return _term(name)

    def _comparison(self, field: str):
        operator = self.tokens[self.position][1]
        self.position += 1
        if self.position >= len(self.tokens) or self.tokens[self.position][0] not in ("word", "quoted"):
            raise SearchError(f"Comparator '{operator}' is missing a term on the right hand side.")
        value = unquote(self.tokens[self.position][1])
        self.position += 1
        if field in _TIME:
            if operator != "=":
                raise SearchError(f"{field}{operator} is not a time term")
            self.times[field] = value
            return lambda row: True
        return _compare(field, operator, value)

    def _in(self, field: str):
        self.position += 2
        parts = []
        while not self._paren(")"):
            if self.position >= len(self.tokens):
                raise SearchError("Unable to parse the search: unbalanced parentheses.")
            kind, value = self.tokens[self.position]
            self.position += 1
            if kind in ("word", "quoted"):
                parts.append(_compare(field, "=", unquote(value)))
            elif value != ",":
                raise SearchError(f"Unable to parse the search: near '{value}'.")
        self.position += 1
        return _joined(any, parts, short=True)
