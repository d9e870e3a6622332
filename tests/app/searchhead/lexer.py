"""From the text of a search to its commands: macros, pipes, subsearches, words."""

import re
from dataclasses import dataclass, field

from .errors import SearchError, Unsupported

_MACRO = re.compile(r"([\w:.-]+)(?:\((.*)\))?\Z", re.DOTALL)


@dataclass
class Command:
    """One command of a pipeline: its name and the text of its arguments, subsearches taken out.

    Where a subsearch stood, the text holds `[0]`, `[1]` ...; `subsearches` has their texts.
    """

    name: str
    arguments: str
    subsearches: list[str] = field(default_factory=list)


def _quoted_end(text: str, start: int) -> int:
    """Index after the closing quote of the string that opens at `start`."""
    i = start + 1
    while i < len(text):
        if text[i] == "\\":
            i += 2
        elif text[i] == '"':
            return i + 1
        else:
            i += 1
    raise SearchError("Mismatched quotes and/or parenthesis.")


def split_top(text: str, separators: str) -> list[str]:
    """Splits at separators that stand outside quotes, parentheses and square brackets."""
    parts, depth, start, i = [], [], 0, 0
    closing = {"(": ")", "[": "]"}
    while i < len(text):
        char = text[i]
        if char == '"':
            i = _quoted_end(text, i)
            continue
        if char in closing:
            depth.append(closing[char])
        elif char in ")]":
            if not depth or depth.pop() != char:
                raise SearchError("Mismatched quotes and/or parenthesis.")
        elif char in separators and not depth:
            parts.append(text[start:i])
            start = i + 1
        i += 1
    if depth:
        raise SearchError("Mismatched quotes and/or parenthesis.")
    parts.append(text[start:])
    return parts


def _macro_arguments(text: str | None) -> list[str]:
    if text is None or not text.strip():
        return []
    words = [word.strip() for word in split_top(text, ",")]
    return [word[1:-1].replace('\\"', '"') if len(word) > 1 and word[0] == word[-1] == '"' else word for word in words]


def expand_macros(text: str, lookup, depth: int = 0) -> str:
    """Replaces every `` `macro(arguments)` ``; `lookup(name)` gives the stanza of macros.conf, or None.

    Text that an argument brings in is not searched for macros of its own before it is substituted.
    """
    if depth > 20:
        raise SearchError("Error in 'SearchParser': Reached maximum recursion depth expanding macros.")
    out, i = [], 0
    while i < len(text):
        if text[i] == '"':
            end = _quoted_end(text, i)
            if "`" in text[i:end]:
                raise Unsupported("a backtick inside a quoted string")
            out.append(text[i:end])
            i = end
        elif text[i] == "`":
            end = text.find("`", i + 1)
            if end < 0:
                raise SearchError("Error in 'SearchParser': Missing a closing tick mark for macro expansion.")
            out.append(_expand_one(text[i + 1 : end].strip(), lookup, depth))
            i = end + 1
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def _expand_one(call: str, lookup, depth: int) -> str:
    match = _MACRO.match(call)
    if not match:
        raise SearchError(f"Error in 'SearchParser': The search specifies a macro '{call}' that cannot be found.")
    values = _macro_arguments(match[2])
    name = f"{match[1]}({len(values)})" if values else match[1]
    stanza = lookup(name)
    if stanza is None:
        raise SearchError(
            f"Error in 'SearchParser': The search specifies a macro '{name}' that cannot be found. Reasons include: the"
            " macro name is misspelled, you do not have \"read\" permission for the macro, or the macro has not been shared"
            " with this application."
        )
    if stanza.get("iseval", "0").lower() not in ("0", "false"):
        raise Unsupported(f"macro {name}: iseval")
    definition = stanza["definition"].replace("\n", " ")
    names = [word.strip() for word in stanza.get("args", "").split(",") if word.strip()]
    if len(names) != len(values):
        raise SearchError(f"macro {name}: args names {len(names)} arguments")
    known = set(stanza) - {"definition", "args", "iseval", "disabled", "validation", "errormsg", "description"}
    if known:
        raise Unsupported(f"macro {name}: {', '.join(sorted(known))}")
    bound = dict(zip(names, values))
    fill = lambda text: re.sub(r"\$(\w+)\$", lambda m: bound.get(m[1], m[0]), text)  # noqa: E731
    if "validation" in stanza:
        _validate(name, fill(stanza["validation"]), bound, stanza.get("errormsg", ""))
    definition = fill(definition)
    return expand_macros(definition, lookup, depth + 1)


def _validate(name: str, expression: str, arguments: dict[str, str], message: str) -> None:
    """The `validation` of macros.conf. An argument may stand in it as $argument$ or by its bare name.

    A Boolean must be true, so null fails. Another expression gives the message of what is wrong, or null.
    """
    from .expr import parse, truth

    value = parse(expression, None)(arguments)
    if isinstance(value, str):
        message = value
    elif truth(value) is True or (value is None and re.match(r"\s*validate\(", expression)):
        return
    raise SearchError(f"Error in 'SearchParser': The macro '{name}' is not valid: {message}")


def without_comments(text: str) -> str:
    """Takes out ```comments```."""
    return re.sub(r"```.*?```", " ", text, flags=re.DOTALL)


def pipeline(text: str) -> list[Command]:
    """Splits an expanded search into commands; a search that does not begin with a pipe begins with `search`."""
    parts = [part.strip() for part in split_top(text, "|")]
    if parts[0] == "":
        parts = parts[1:]
        if not parts:
            raise SearchError("Error in 'SearchParser': The search is empty.")
    elif not re.match(r"search(\s|\Z)", parts[0]):
        parts[0] = "search " + parts[0]
    commands = []
    for part in parts:
        match = re.match(r"([A-Za-z_][\w]*)\s*(.*)\Z", part, re.DOTALL)
        if not match:
            raise SearchError(f"Error in 'SearchParser': Missing a search command before '{part[:20]}'.")
        arguments, subsearches = _take_subsearches(match[2])
        commands.append(Command(match[1].lower(), arguments, subsearches))
    return commands


def _take_subsearches(text: str) -> tuple[str, list[str]]:
    out, found, i = [], [], 0
    while i < len(text):
        if text[i] == '"':
            end = _quoted_end(text, i)
            out.append(text[i:end])
            i = end
        elif text[i] == "[":
            depth, j = 0, i
            while j < len(text):
                if text[j] == '"':
                    j = _quoted_end(text, j)
                    continue
                depth += {"[": 1, "]": -1}.get(text[j], 0)
                j += 1
                if depth == 0:
                    break
            out.append(f" [{len(found)}] ")
            found.append(text[i + 1 : j - 1].strip())
            i = j
        else:
            out.append(text[i])
            i += 1
    return "".join(out), found


_WORD = re.compile(r'\s*(?:(?P<q>"(?:\\.|[^"\\])*")|(?P<p>[(),=\[\]])|(?P<w>[^\s"(),=\[\]]+))', re.DOTALL)


def unquote(word: str) -> str:
    """A quoted word without its quotes; `\\"` and `\\\\` are undone, any other backslash stays."""
    if len(word) > 1 and word[0] == word[-1] == '"':
        return re.sub(r'\\(["\\])', r"\1", word[1:-1])
    return word


def words(text: str) -> list[str]:
    """Words, quoted strings (with their quotes) and the punctuation `( ) , = [ ]`, as most commands read them."""
    found, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _WORD.match(text, position)
        if not match:
            raise SearchError(f"cannot read the arguments near '{text[position : position + 20]}'")
        found.append(match[match.lastgroup])
        position = match.end()
    return found


def options(text: str, allowed: dict[str, str | None]) -> tuple[dict[str, str | None], list[str]]:
    """Takes `key=value` options out of the words; what is left comes second. An option not in `allowed` is Unsupported."""
    left, values, all_words, i = [], dict(allowed), words(text), 0
    while i < len(all_words):
        if i + 2 < len(all_words) + 0 and all_words[i + 1 : i + 2] == ["="]:
            key = all_words[i].lower()
            if key not in allowed:
                raise Unsupported(f"option {key}=")
            values[key] = unquote(all_words[i + 2])
            i += 3
        else:
            left.append(all_words[i])
            i += 1
    return values, left


def field_list(all_words: list[str]) -> list[str]:
    """Field names separated by commas or blanks."""
    return [unquote(word) for word in all_words if word != ","]
