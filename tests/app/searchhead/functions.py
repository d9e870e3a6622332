"""The functions of eval that the shipped searches use. Any other name is Unsupported."""

import hashlib
import math
import re

from . import timetext
from .errors import SearchError, Unsupported
from .values import items, number, text

_GROUP = re.compile(r"\(\?<([A-Za-z_]\w*)>")


def regex(pattern: str) -> re.Pattern:
    """A PCRE pattern as Python reads it; constructs that Python lacks or reads otherwise are Unsupported."""
    if re.search(r"\(\?[R\d&>|]|\\[KGQEhHvVRXZ]|[*+?}]\+|\[\[:", pattern):
        raise Unsupported(f"the PCRE construct in {pattern!r}")
    pattern = re.sub(r"(?<!\\)((?:\\\\)*)\\z", r"\1\\Z", pattern)
    return re.compile(_GROUP.sub(r"(?P<\1>", pattern))


def like(value, pattern):
    """SQL's LIKE with case: `%` any text, `_` one character."""
    if value is None or pattern is None:
        return None
    parts = {"%": ".*", "_": "."}
    return re.fullmatch("".join(parts.get(c, re.escape(c)) for c in pattern), _single(value), re.DOTALL) is not None


def member(value, members):
    """value IN (members): text comparison, numbers as numbers."""
    from .expr import compare

    if value is None:
        return None
    return any(compare(value, "=", other) is True for other in members)


def _single(value) -> str:
    if isinstance(value, list):
        raise Unsupported("a multi-value field where one value is expected")
    return text(value)


def _null_safe(function):
    """Null in, null out; multi-value fields are refused."""

    def wrapped(*values):
        return None if any(value is None for value in values) else function(*map(_checked, values))

    return wrapped


def _checked(value):
    if isinstance(value, list):
        raise Unsupported("a multi-value field where one value is expected")
    return value


def _substr(value, start, length=None):
    value, start = text(value), int(number(start))
    begin = start - 1 if start > 0 else max(len(value) + start, 0)
    return value[begin : None if length is None else begin + int(number(length))]


def _replace(value, pattern, replacement):
    return regex(pattern).sub(re.sub(r"\\(\d)", r"\\g<\1>", replacement.replace("\\\\", "\\\\\\\\")), text(value))


def _tonumber(value, base=10):
    if base == 10:
        return number(value)
    try:
        return int(text(value), int(base))
    except ValueError:
        return None


def _tostring(value, form=None):
    if isinstance(value, bool):
        return "True" if value else "False"
    if form is None:
        return text(value)
    if form == "commas":
        return f"{number(value):,}"
    if form == "duration":
        seconds = int(number(value))
        days, rest = divmod(seconds, 86400)
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
        return f"{days}+{clock}" if days else clock
    raise Unsupported(f"tostring(..., {form!r})")


def _round(value, digits=0):
    value = number(value)
    scaled = math.floor(abs(value) * 10**digits + 0.5) / 10**digits * (1 if value >= 0 else -1)
    return int(scaled) if digits == 0 else scaled


def _mvindex(value, start, end=None):
    values = items(value)
    if start is None or not values:
        return None
    first = int(number(start))
    if end is None:
        return values[first] if -len(values) <= first < len(values) else None
    last = int(number(end))
    first, last = (i + len(values) if i < 0 else i for i in (first, last))
    return values[first : last + 1] or None


def _mvzip(left, right, delimiter=","):
    if left is None or right is None:
        return None
    return [f"{a}{delimiter}{b}" for a, b in zip(items(left), items(right))]


def _mvjoin(value, delimiter):
    return None if value is None else delimiter.join(items(value))


def _mvfind(value, pattern):
    return next((i for i, item in enumerate(items(value)) if regex(pattern).search(item)), None)


def _extreme(pick):
    def function(*values):
        found = [value for one in values for value in ([one] if not isinstance(one, list) else one) if value is not None]
        numbers = [number(value) for value in found]
        texts = [text(value) for value, n in zip(found, numbers) if n is None]
        if not found:
            return None
        # Text is greater than numbers.
        if pick is max:
            return max(texts) if texts else max(numbers)
        return min([n for n in numbers if n is not None], default=None) if len(texts) < len(found) else min(texts)

    return function


_PLAIN = {
    "len": _null_safe(lambda v: len(text(v))),
    "lower": _null_safe(lambda v: text(v).lower()),
    "upper": _null_safe(lambda v: text(v).upper()),
    "trim": _null_safe(lambda v, c=" \t": text(v).strip(c)),
    "ltrim": _null_safe(lambda v, c=" \t": text(v).lstrip(c)),
    "rtrim": _null_safe(lambda v, c=" \t": text(v).rstrip(c)),
    "substr": _null_safe(_substr),
    "sha256": _null_safe(lambda v: hashlib.sha256(text(v).encode()).hexdigest()),
    "replace": _null_safe(_replace),
    "match": _null_safe(lambda v, p: regex(p).search(text(v)) is not None),
    "like": like,
    "tonumber": _null_safe(_tonumber),
    "tostring": _null_safe(_tostring),
    "round": _null_safe(_round),
    "floor": _null_safe(lambda v: math.floor(number(v))),
    "ceiling": _null_safe(lambda v: math.ceil(number(v))),
    "abs": _null_safe(lambda v: abs(number(v))),
    "isnull": lambda v: v is None,
    "isnotnull": lambda v: v is not None,
    "isnum": lambda v: number(v) is not None,
    "null": lambda: None,
    "true": lambda: True,
    "false": lambda: False,
    "coalesce": lambda *values: next((v for v in values if v is not None), None),
    "in": lambda value, *members: member(value, members),
    "split": _null_safe(lambda v, d: text(v).split(d) if d else list(text(v))),
    "strftime": _null_safe(lambda t, f: timetext.strftime(number(t), f) if number(t) is not None else None),
    "strptime": _null_safe(timetext.strptime),
    "mvcount": lambda v: len(items(v)) or None,
    "mvindex": _mvindex,
    "mvjoin": _mvjoin,
    "mvfind": _mvfind,
    "mvappend": lambda *values: [item for value in values for item in items(value)] or None,
    "mvdedup": lambda v: list(dict.fromkeys(items(v))) or None,
    "mvsort": lambda v: sorted(items(v)) or None,
    "mvzip": _mvzip,
    "max": _extreme(max),
    "min": _extreme(min),
}


def _if(condition, then, otherwise):
    from .expr import truth

    return lambda row: then(row) if truth(condition(row)) else otherwise(row)


def _case(*parts):
    from .expr import truth

    if len(parts) % 2:
        raise SearchError("The arguments to the 'case' function are invalid.")

    def evaluate(row):
        for condition, value in zip(parts[::2], parts[1::2]):
            if truth(condition(row)):
                return value(row)
        return None

    return evaluate


def _validate(*parts):
    from .expr import truth

    if len(parts) % 2:
        raise SearchError("The arguments to the 'validate' function are invalid.")

    def evaluate(row):
        for condition, message in zip(parts[::2], parts[1::2]):
            holds = truth(condition(row))
            if holds is None:
                raise Unsupported("validate() with a condition that is null")
            if not holds:
                return message(row)
        return None

    return evaluate


def _nullif(left, right):
    from .expr import compare

    return lambda row: None if compare(left(row), "=", right(row)) else left(row)


_LAZY = {"if": _if, "case": _case, "validate": _validate, "nullif": _nullif}


def _mvmap(parser, keep: bool):
    """mvmap(field, expression) and mvfilter(condition on one field)."""
    from .expr import truth

    start = parser.position
    arguments = parser.arguments()
    names = [value.strip("'") for kind, value in parser.tokens[start : parser.position] if kind in ("name", "field")]
    if keep:
        called = {"match", "like", "isnotnull", "isnull", "len", "lower", "upper", "in", "substr", "true", "false"}
        fields = {name for name in names if name not in called}
        if len(arguments) != 1 or len(fields) != 1:
            raise Unsupported("mvfilter over more than one field")
        field, body = fields.pop(), arguments[0]
    else:
        if len(arguments) != 2:
            raise SearchError("The arguments to the 'mvmap' function are invalid.")
        field, body = names[0], arguments[1]

    def evaluate(row):
        results = []
        for item in items(row.get(field)):
            value = body({**row, field: item})
            if keep:
                results += [item] if truth(value) else []
            else:
                results += items(value)
        return results or None

    return evaluate


def call(name: str, read_arguments, parser):
    """The closure of one function call; `read_arguments` parses what stands in the parentheses."""
    if name in ("mvmap", "mvfilter"):
        return _mvmap(parser, keep=name == "mvfilter")
    arguments = read_arguments()
    if name in _LAZY:
        try:
            return _LAZY[name](*arguments)
        except TypeError:
            raise SearchError(f"The arguments to the '{name}' function are invalid.") from None
    if name == "now":
        return lambda row: parser.context.now
    if name == "time":
        return lambda row: parser.context.now + parser.context.seconds
    if name == "relative_time":
        time, modifier = arguments
        return lambda row: None if time(row) is None else timetext.relative(number(time(row)), text(modifier(row)))
    if name not in _PLAIN:
        raise Unsupported(f"eval function {name}()")
    function = _PLAIN[name]
    return lambda row: function(*(argument(row) for argument in arguments))
