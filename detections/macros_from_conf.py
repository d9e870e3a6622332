#!/usr/bin/env python3
"""Writes macros/*.yml from the app's macros.conf, so that contentctl knows what the detection uses.

usage: detections/macros_from_conf.py   (no output when nothing is wrong; commit what it writes)
"""
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONF = HERE.parent / "splunk_app" / "default" / "macros.conf"


def macros(text):
    """The settings of each macro of a macros.conf, with continued lines joined by newlines."""
    found, current = {}, None
    for line in text.replace("\\\n", "\0").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip()[1:-1], {})
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            current[key.strip()] = value.strip().replace("\0", "\n")
    return found


def used_by(text, known):
    """Names of the known macros that a text calls, and those which they call in turn."""
    names = set(re.findall(r"`(\w+)[(`]", text))
    return {stanza for stanza in known if stanza.split("(")[0] in names}


def main():
    known = macros(CONF.read_text(encoding="utf-8"))
    wanted = set()
    todo = [path.read_text(encoding="utf-8") for path in sorted((HERE / "detections").rglob("*.yml"))]
    while todo:
        new = used_by(todo.pop(), known) - wanted
        wanted |= new
        todo += [known[stanza]["definition"] for stanza in sorted(new)]
    for old in (HERE / "macros").glob("*.yml"):
        old.unlink()
    for stanza in sorted(wanted):
        name = stanza.split("(")[0]
        if name.endswith("_allowlist_filter"):
            continue  # contentctl makes the detection's own filter macro itself
        settings = known[stanza]
        lines = [f"name: {name}"]
        if "args" in settings:
            lines += ["arguments:"] + [f"- {arg.strip()}" for arg in settings["args"].split(",")]
        lines += [f"description: {json.dumps(settings['description'])}", f"definition: {json.dumps(settings['definition'])}"]
        (HERE / "macros" / f"{name}.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
