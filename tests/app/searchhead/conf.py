"""Splunk .conf files: stanzas of keys, `\\` continuations, default and local layers."""

import functools
import re
from pathlib import Path

from .errors import SearchError

Stanzas = dict[str, dict[str, str]]


def parse(text: str, where: str = "conf") -> Stanzas:
    """Reads one file. A line that is neither stanza, key, comment nor blank is an error, and so is a repeated stanza."""
    stanzas: Stanzas = {}
    current = stanzas.setdefault("default", {})
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        line = line.rstrip("\r")
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            if not stripped.endswith("]"):
                raise SearchError(f"{where}:{number}: a stanza header must end in ]")
            name = stripped[1:-1]
            if name in stanzas and name != "default":
                raise SearchError(f"{where}:{number}: stanza [{name}] is there twice")
            current = stanzas.setdefault(name, {})
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise SearchError(f"{where}:{number}: neither a stanza nor key = value: {stripped[:60]}")
        while value.endswith("\\"):
            value = value[:-1] + "\n" + next(lines, (0, ""))[1].rstrip("\r")
        if key.strip() in current:
            raise SearchError(f"{where}:{number}: key {key.strip()} is there twice")
        current[key.strip()] = value.strip()
    if not stanzas["default"]:
        del stanzas["default"]
    return stanzas


#: The same files are read again and again; whoever changes what this gives changes it for all.
parsed = functools.lru_cache(maxsize=64)(parse)


def layered(app: Path, name: str) -> Stanzas:
    """`default/<name>.conf` with `local/<name>.conf` over it, key by key; [default] is spread over every stanza."""
    merged: Stanzas = {}
    for layer in ("default", "local"):
        path = app / layer / f"{name}.conf"
        if path.is_file():
            for stanza, keys in parsed(path.read_text(encoding="utf-8"), str(path)).items():
                merged.setdefault(stanza, {}).update(keys)
    spread = merged.pop("default", {})
    return {stanza: {**spread, **keys} for stanza, keys in merged.items()}


def boolean(value: str | None, default: bool) -> bool:
    """Splunk's booleans: 1/0, true/false, t/f, yes/no."""
    if value is None:
        return default
    word = value.strip().lower()
    if word in ("1", "true", "t", "yes", "y", "enabled"):
        return True
    if word in ("0", "false", "f", "no", "n", "disabled"):
        return False
    raise SearchError(f"'{value}' is not a boolean")


def path_pattern(pattern: str) -> re.Pattern:
    """Splunk's path language (distsearch.conf, props.conf): `...` any text, `*` all but a separator, `.` a literal dot.

    Everything else keeps its meaning in a regular expression.
    """
    out, i = [], 0
    while i < len(pattern):
        if pattern.startswith("...", i):
            out.append(".*")
            i += 3
        elif pattern[i] == "[":
            # A character class is copied whole: a dot or star inside it is literal already.
            end = pattern.index("]", i + 2)
            out.append(pattern[i : end + 1])
            i = end + 1
        elif pattern[i] == "\\" and i + 1 < len(pattern):
            out.append(pattern[i : i + 2])
            i += 2
        else:
            out.append({"*": r"[^/\\]*", ".": r"\."}.get(pattern[i], pattern[i]))
            i += 1
    return re.compile("".join(out) + r"\Z")
