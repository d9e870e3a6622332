"""The expression language of `eval` and `where`: a parser that gives closures over a row.

Values are None (null), bool, numbers, text and lists (multi-value). What the documentation leaves open is Unsupported
rather than guessed: a multi-value field in a comparison, `.` mixed with `+` without parentheses.
"""

import operator as ops
import re

from . import functions
from .errors import SearchError, Unsupported
from .lexer import unquote
from .values import number, text

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*")
    |(?P<field>'[^']+')
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\{\})?)
    |(?P<op>==|!=|<=|>=|[-+*/%.<>=(),]))""",
    re.VERBOSE | re.DOTALL,
)
_COMPARE = ("=", "==", "!=", "<", ">", "<=", ">=")
_NAMED = ("and", "or", "not", "xor", "in", "like")


def tokens(source: str) -> list[tuple[str, str]]:
    """(kind, text) pairs; operators written as words come as kind `word`."""
    found, position, source = [], 0, source.rstrip()
    while position < len(source):
        match = _TOKEN.match(source, position)
        if not match:
            raise SearchError(f"The expression is malformed near '{source[position:].strip()[:30]}'.")
        kind, value = match.lastgroup, match[match.lastgroup]
        found.append(("word", value.lower()) if kind == "name" and value.lower() in _NAMED else (kind, value))
        position = match.end()
    return found


_ORDER = {"=": ops.eq, "==": ops.eq, "!=": ops.ne, "<": ops.lt, ">": ops.gt, "<=": ops.le, ">=": ops.ge}


def compare(left, operator: str, right):
    """Compares as eval does: numbers when both read as numbers, else text by code point with case; null gives null."""
    if left is None or right is None:
        return None
    if isinstance(left, list) or isinstance(right, list):
        raise Unsupported("a multi-value field in a comparison")
    if isinstance(left, bool) or isinstance(right, bool):
        raise Unsupported("a boolean in a comparison")
    a, b = number(left), number(right)
    if a is None or b is None:
        a, b = text(left), text(right)
    return _ORDER[operator](a, b)


def _arithmetic(left, operator: str, right):
    if left is None or right is None:
        return None
    if operator == ".":
        if isinstance(left, list) or isinstance(right, list):
            raise Unsupported("concatenation of a multi-value field")
        return text(left) + text(right)
    a, b = number(left), number(right)
    if a is None or b is None:
        if operator == "+" and isinstance(left, str) and isinstance(right, str) and a is None and b is None:
            return left + right
        raise Unsupported(f"'{operator}' between {left!r} and {right!r}")
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if b == 0:
        return None
    return a / b if operator == "/" else a % b


class Parser:
    """Recursive descent; precedence from weak to strong: OR, XOR, AND, NOT, comparison, + - ., * / %, sign."""

    def __init__(self, source: str, context):
        self.tokens = tokens(source)
        self.position = 0
        self.context = context
        self.source = source

    def peek(self, *wanted: str) -> bool:
        """Whether the next token is one of these operators or words."""
        return self.position < len(self.tokens) and self.tokens[self.position] in [
            (kind, value) for value in wanted for kind in ("op", "word")
        ]

    def take(self) -> tuple[str, str]:
        """The next token."""
        if self.position >= len(self.tokens):
            raise SearchError(f"The expression is malformed. An unexpected end: {self.source[-40:]}")
        self.position += 1
        return self.tokens[self.position - 1]

    def expect(self, value: str) -> None:
        """Takes one operator or fails."""
        if not self.peek(value):
            raise SearchError(f"The expression is malformed. Expected {value} in: {self.source[:60]}")
        self.position += 1

    def whole(self):
        """Parses to the end."""
        expression = self.disjunction()
        if self.position != len(self.tokens):
            raise SearchError(f"The expression is malformed after '{self.tokens[self.position - 1][1]}'.")
        return expression

    def disjunction(self):
        """a OR b, a XOR b (three-valued)."""
        left = self.conjunction()
        while self.peek("or", "xor"):
            left = _logic(self.take()[1], left, self.conjunction())
        return left

    def conjunction(self):
        """a AND b."""
        left = self.negation()
        while self.peek("and"):
            self.take()
            left = _logic("and", left, self.negation())
        return left

    def negation(self):
        """NOT a."""
        if self.peek("not"):
            self.take()
            inner = self.negation()
            return lambda row: None if (value := truth(inner(row))) is None else not value
        return self.comparison()

    def comparison(self):
        """a < b, a LIKE b, a IN (b, c)."""
        left = self.sum()
        if self.peek(*_COMPARE):
            operator = self.take()[1]
            right = self.sum()
            if self.peek(*_COMPARE):
                raise SearchError("The expression is malformed: two comparisons in a row.")
            return lambda row: compare(left(row), operator, right(row))
        if self.peek("like"):
            self.take()
            right = self.sum()
            return lambda row: functions.like(left(row), right(row))
        if self.peek("in"):
            self.take()
            members = self.arguments()
            return lambda row: functions.member(left(row), [member(row) for member in members])
        return left

    def sum(self):
        """+, -, and `.` for text."""
        left = self.product()
        used = set()
        while self.peek("+", "-", "."):
            operator = self.take()[1]
            used.add("." if operator == "." else "+")
            if len(used) > 1:
                raise Unsupported("'.' mixed with + or - without parentheses")
            left = _binary(left, operator, self.product())
        return left

    def product(self):
        """*, / and %."""
        left = self.sign()
        while self.peek("*", "/", "%"):
            left = _binary(left, self.take()[1], self.sign())
        return left

    def sign(self):
        """-a."""
        if self.peek("-"):
            self.take()
            return _binary(lambda row: 0, "-", self.sign())
        return self.atom()

    def arguments(self) -> list:
        """( a, b, ... )"""
        self.expect("(")
        found = []
        while not self.peek(")"):
            found.append(self.disjunction())
            if not self.peek(")"):
                self.expect(",")
        self.expect(")")
        return found

    def atom(self):
        """A literal, a field, a call, or an expression in parentheses."""
        kind, value = self.take()
        if kind == "op" and value == "(":
            inner = self.disjunction()
            self.expect(")")
            return inner
        if kind == "string":
            literal = unquote(value)
            return lambda row: literal
        if kind == "number":
            literal = number(value)
            return lambda row: literal
        if kind == "field":
            name = value[1:-1]
            return lambda row: row.get(name)
        if kind == "name" or (kind == "word" and value in ("in", "like")):
            if self.peek("("):
                return functions.call(value.lower(), self.arguments, self)
            return lambda row: row.get(value)
        raise SearchError(f"The expression is malformed near '{value}'.")


def _binary(left, operator, right):
    return lambda row: _arithmetic(left(row), operator, right(row))


def truth(value):
    """A condition's value; anything but a boolean or null is a malformed search."""
    if value is None or isinstance(value, bool):
        return value
    raise SearchError("The expression is malformed: a condition must be a comparison or a boolean function.")


def _logic(operator, left, right):
    def evaluate(row):
        a, b = truth(left(row)), truth(right(row))
        if operator == "and":
            return False if a is False or b is False else (None if a is None or b is None else True)
        if operator == "or":
            return True if a is True or b is True else (None if a is None or b is None else False)
        return None if a is None or b is None else a != b

    return evaluate


def parse(source: str, context):
    """One expression; `context` knows the time of the search (`now`) and its window."""
    return Parser(source, context).whole()
