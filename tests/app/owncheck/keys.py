"""Every key of every conf file against conf_keys.txt; versions, names and limits of app.conf."""

import fnmatch
import json
import re
from pathlib import Path

from .package import Package

_TABLE = Path(__file__).with_name("conf_keys.txt")
#: Folder of a package -> what of it others use.
_EXPORTED = {
    "iismodcheck": ("commands", "searchbnf", "macros", "transforms", "lookups", "props", "eventtypes", "tags", "savedsearches"),
    "TA-iismodcheck": ("props",),
}


def table() -> list[tuple[str, str, list[str]]]:
    """(file, of one package alone where its folder stands before it; stanza pattern; key patterns)"""
    rows = []
    for line in _TABLE.read_text().splitlines():
        match = re.match(r"(\S+)\s+\[(.*?)\]\s+(.*\S)", line)
        if match and not line.startswith("#"):
            rows.append((match[1], match[2], match[3].split()))
    return rows


def known_keys(package: Package):
    """A key, stanza or file that the table does not have."""
    rows = table()
    for path in sorted([*package.app.glob("default/*.conf"), *package.app.glob("metadata/*.meta")]):
        names = (path.name, f"{package.app_id}/{path.name}")
        if not any(file in names for file, _, _ in rows):
            yield f"{path.name}: no such file is expected (see {_TABLE.name})"
            continue
        for stanza, keys in package.conf(path.name).items():
            allowed = [p for file, s, patterns in rows if file in names and fnmatch.fnmatchcase(stanza, s) for p in patterns]
            if not allowed:
                yield f"{path.name}: unexpected stanza [{stanza}]"
            for key in keys:
                if allowed and not any(fnmatch.fnmatchcase(key, pattern) for pattern in allowed):
                    yield f"{path.name} [{stanza}]: unknown key '{key}'"


def identity(package: Package):
    """Names and versions agree; lengths are within Splunk's limits."""
    app = package.conf("app.conf")
    info = json.loads((package.app / "app.manifest").read_text())["info"]
    version = app["id"]["version"]
    for where, value, expected in [
        ("app.conf [launcher] version", app["launcher"]["version"], version),
        ("app.manifest version", info["id"]["version"], version),
        ("app.conf [package] id", app["package"]["id"], package.app_id),
        ("app.conf [id] name", app["id"]["name"], package.app_id),
        ("app.manifest name", info["id"]["name"], package.app_id),
    ]:
        if value != expected:
            yield f"{where}: {value!r}, should be {expected!r}"
    if version not in package.path.name:
        yield f"{package.path.name}: does not name version {version}"
    if len(app["launcher"]["description"]) > 200:
        yield "app.conf [launcher] description: longer than 200 characters"
    if not 5 <= len(app["ui"]["label"]) <= 80:
        yield "app.conf [ui] label: must have 5 to 80 characters"
    if not app["install"]["build"].isdigit():
        yield "app.conf [install] build: not a whole number"


def exports(package: Package):
    """What other apps and Enterprise Security use must be exported; write access names sc_admin beside admin."""
    meta = package.conf("default.meta")
    if meta.get("", {}).get("export") != "none":
        yield "default.meta []: export = none is expected"
    for kind in _EXPORTED[package.app_id]:
        if meta.get(kind, {}).get("export") != "system":
            yield f"default.meta [{kind}]: export = system is missing"
    for stanza, keys in meta.items():
        if "admin" in keys.get("access", "admin") and "sc_admin" not in keys.get("access", "sc_admin"):
            yield f"default.meta [{stanza}]: admin may write, sc_admin may not"
        if re.search(r"write\s*:\s*\[[^]]*\*", keys.get("access", "")):
            yield f"default.meta [{stanza}]: everybody may write"


def mapped(package: Package):
    """Every name under which the events arrive has its stanza in props.conf, the same for all names of one rendering.

    Not sourcetypes with a slash: AppInspect warns of such a stanza, and a replayed event is all that has no such source. Nor the
    channel Administrative: what failed is no change.
    A stanza of forwarded events takes nothing from the other logs that a collector holds.
    """
    props, first = package.conf("props.conf"), {}
    sources = package.conf("macros.conf").get("iismodcheck_sources", {}).get("definition", "")
    found = re.findall(r'(source|sourcetype)="([^"]+)"', sources)
    if len(found) < 3:
        yield "macros.conf [iismodcheck_sources]: no names were found"
    for kind, name in found:
        stanza = f"source::{name}" if kind == "source" else name
        rendering = ("forwarded " if "ForwardedEvents" in name else "") + ("XML" if name.startswith("Xml") else "classic")
        if "/" in name and kind == "sourcetype" or name.endswith("/Administrative"):
            continue
        if stanza not in props:
            yield f"props.conf: no stanza [{stanza}], which iismodcheck_sources names"
        elif props[stanza] != first.setdefault(rendering, props[stanza]):
            yield f"props.conf [{stanza}]: differs from the first {rendering} stanza"
        for key, value in props.get(stanza, {}).items() if "ForwardedEvents" in name else ():
            if re.match(r"EXTRACT-|KV_MODE|EVAL-(?!iismodcheck_)", key) or (key.startswith("FIELDALIAS-") and " AS " in value):
                yield f"props.conf [{stanza}] {key}: may replace a field of other logs' forwarded events"


ANY = (known_keys, identity, exports)
APP = (*ANY, mapped)
