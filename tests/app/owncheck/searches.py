"""Every search of the app, wherever it stands: does it parse, and is everything defined that it uses."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from searchhead import lexer
from searchhead.errors import SearchError, Unsupported

from .package import Package

_BUILT_IN = {line for line in Path(__file__).with_name("spl_commands.txt").read_text().split("\n") if line and line[0] != "#"}
#: Macro arguments for a trial expansion; the validations of macros.conf accept them.
SAMPLE = {
    "finding_id": "0123456789abcdef0123456789abcdef",
    "scope": "host",
    "owner": "someone",
    "reason": "a reason",
    "days": "90",
    "window": "1790000000-1790000010/web01",
    "field": "dest",
    "margin": "5",
    "otherwise": "*",
    "text": "a text",
    "number": "iis_changes",
    "memory": "iismodcheck_reported_changes",
    "since": "-3h@h",
    "which": "iis_run=*",
}


@dataclass(frozen=True)
class Search:
    """One search and where it stands."""

    where: str
    text: str


def collect(package: Package) -> list[Search]:
    """Saved searches, their drill-downs, macros (with sample arguments), event types and the dashboards."""
    from .dashboard import definitions

    found = []
    for name, keys in package.conf("savedsearches.conf").items():
        found.append(Search(f"savedsearches.conf [{name}] search", keys.get("search", "")))
        for drilldown in json.loads(keys.get("action.notable.param.drilldown_searches", "[]")):
            found.append(Search(f"savedsearches.conf [{name}] drilldown '{drilldown['name']}'", drilldown["search"]))
    for name, keys in package.conf("macros.conf").items():
        arguments = [word.strip() for word in keys.get("args", "").split(",") if word.strip()]
        call = name.partition("(")[0] + ("(" + ", ".join(f'"{SAMPLE[a]}"' for a in arguments) + ")" if arguments else "")
        found.append(Search(f"macros.conf [{name}]", f"`{call}`"))
    for name, keys in package.conf("workflow_actions.conf").items():
        found.append(Search(f"workflow_actions.conf [{name}]", keys["search.search_string"]))
    for name, keys in package.conf("eventtypes.conf").items():
        found.append(Search(f"eventtypes.conf [{name}]", keys["search"]))
    for name, definition in definitions(package):
        for source, value in definition.get("dataSources", {}).items():
            query = value.get("options", {}).get("query")
            if query is not None and value["type"] == "ds.search":
                found.append(Search(f"{name} {source}", query))
        for number, query in enumerate(re.findall(r"search\?q=([^&)\"]+)", json.dumps(definition)), 1):
            found.append(Search(f"{name} link {number}", unquote(query)))
    return found


def _without_tokens(text: str) -> str:
    """Tokens of dashboards and ES replaced by what could stand there."""
    text = re.sub(r"\$[\w.:]*finding_id(\.value)?(\|\w)?\$", SAMPLE["finding_id"], text)
    text = re.sub(r"\$(iis|finding)_window(\|\w)?\$", SAMPLE["window"], text)
    return re.sub(r"\$[A-Za-z_][\w.:|]*\$", "1", text)


def expand(package: Package, search: Search) -> str:
    """The search with every macro expanded."""
    macros = package.conf("macros.conf")
    return lexer.expand_macros(lexer.without_comments(_without_tokens(search.text)), macros.get)


def _pipelines(text: str):
    for command in lexer.pipeline(text):
        yield command
        for subsearch in command.subsearches:
            yield from _pipelines(subsearch)


def _is_fragment(search: Search) -> bool:
    # Conditions and option lists are macros too; they are checked where they are used.
    return search.where.startswith("macros.conf")


def faults(package: Package, search: Search):
    """What keeps one search from running."""
    lookups = set(package.conf("transforms.conf"))
    try:
        text = expand(package, search)
        lexer.split_top(text, "|")
        if _is_fragment(search):
            return
        for command in _pipelines(text):
            if command.name not in _BUILT_IN and command.name != "iismodcheck":
                yield f"{search.where}: unknown command '{command.name}'"
            if command.name in ("lookup", "inputlookup", "outputlookup"):
                _, left = lexer.options(command.arguments, dict.fromkeys(("append", "strict", "max", "local", "override_if_empty"), None))
                if left and left[0] not in lookups:
                    yield f"{search.where}: lookup '{left[0]}' is not defined in transforms.conf"
    except (SearchError, Unsupported) as error:
        yield f"{search.where}: {error}"


def parses(package: Package):
    """Macros are defined, brackets and quotes balance, commands exist, lookups are defined."""
    for search in collect(package):
        yield from faults(package, search)


def macros_used(package: Package):
    """A macro that nothing uses is either dead or misspelt where it should be used; documented ones are listed here."""
    settings = {"iismodcheck_finding_events(2)", "iismodcheck_finding_processes(2)", "iismodcheck_processes_of_model(1)", "iismodcheck_allow(5)", "iismodcheck_finding(1)", "iismodcheck_inventory_of(1)"}
    everything = "\n".join(s.text for s in collect(package) if not s.where.startswith("macros.conf"))
    everything += "\n".join(keys["definition"] for keys in package.conf("macros.conf").values())
    everything += "".join(path.read_text() for path in package.app.glob("default/data/ui/views/*.xml"))
    for name in package.conf("macros.conf"):
        if name not in settings and not re.search(rf"`{re.escape(name.partition('(')[0])}[`(]", everything):
            yield f"macros.conf [{name}]: nothing uses it"


def output_fields(package: Package, name: str) -> set[str] | None:
    """The fields of a saved search's results: those of its last `table`, if only filters follow it."""
    text = expand(package, Search(name, package.conf("savedsearches.conf")[name]["search"]))
    fields = None
    for command in lexer.pipeline(text):
        if command.name == "table":
            fields = set(lexer.field_list(lexer.words(command.arguments)))
        elif command.name not in ("search", "where", "outputlookup"):
            fields = None
    return fields


def saved_searches(package: Package):
    """Tokens of texts, throttle fields and JSON values of the alerts; all shipped disabled, all with a time window."""
    for name, keys in package.conf("savedsearches.conf").items():
        where = f"savedsearches.conf [{name}]"
        if keys.get("enableSched") == "1" and keys.get("disabled") not in ("1", "true"):
            yield f"{where}: scheduled and not disabled"
        for key in ("dispatch.earliest_time", "dispatch.latest_time"):
            if key not in keys:
                yield f"{where}: no {key}"
        fields = output_fields(package, name)
        if fields is None:
            if "alert.suppress" in keys:
                yield f"{where}: an alert must end in a table command, followed by filters only"
            continue
        wanted = {word.strip() for word in keys.get("alert.suppress.fields", "").split(",") if word.strip()}
        wanted |= {word for word in keys.get("action.notable.param.nes_fields", "").split(",") if word}
        for key, value in keys.items():
            if key.startswith("action.email"):
                tokens = set(re.findall(r"\$([\w.]+)\$", value)) - {"name"}
                wanted |= {token.removeprefix("result.") for token in tokens if token.startswith("result.")}
                for token in tokens:
                    if not token.startswith("result."):
                        yield f"{where} {key}: ${token}$ is no token of an e-mail"
            elif key.startswith(("action.notable.param.rule_", "action.risk.param._risk_message")):
                wanted |= set(re.findall(r"\$([\w.]+)\$", value))
            if key.endswith(("annotations", "metadata", "_risk", "_entities", "drilldown_searches")):
                parsed = json.loads(value)
                if key.endswith("_risk"):
                    wanted |= {v for entry in parsed for k, v in entry.items() if k.endswith("_object_field")}
                if key.endswith("drilldown_searches"):
                    # The notable event has the edges of the detection's window as well.
                    wanted |= {t for d in parsed for t in re.findall(r"\$(\w+)\$", d["search"])} - {"info_min_time", "info_max_time"}
        for field in sorted(wanted - fields):
            yield f"{where}: field '{field}' is used, but the search does not give it"


def lookups(package: Package):
    """Every shipped CSV is rectangular and every lookup file exists, except the site's own."""
    import csv

    named = {keys["filename"] for keys in package.conf("transforms.conf").values() if "filename" in keys}
    for path in sorted((package.app / "lookups").glob("*")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        if not rows or len(set(rows[0])) != len(rows[0]):
            yield f"lookups/{path.name}: no header, or a column twice"
        for number, row in enumerate(rows[1:], 2):
            if len(row) != len(rows[0]):
                yield f"lookups/{path.name}:{number}: {len(row)} cells under {len(rows[0])} columns"
        if path.name not in named:
            yield f"lookups/{path.name}: no lookup definition names it"
    written = {f"iismodcheck_{name}.csv" for name in ("allowlist", "packs", "reported_changes", "reported_listed", "reported_differences", "reported_inventory", "reported_rule", "seen_allowlist")}
    for name in sorted(named - written):
        if not (package.app / "lookups" / name).is_file():
            yield f"transforms.conf: lookups/{name} does not exist"


def _texts(package: Package) -> dict[str, str]:
    texts = {s.where: s.text for s in collect(package)}
    return texts | {f"macros.conf [{name}]": keys["definition"] for name, keys in package.conf("macros.conf").items()}


def known_fields(package: Package) -> set[str]:
    """The iis_* fields that the command writes or a search makes."""
    found = set(Path(__file__).with_name("columns.txt").read_text().split())
    for text in _texts(package).values():
        found |= set(re.findall(r"\b(iis_\w+)\s*=(?!=)", text)) | set(re.findall(r"\(\?<(iis_\w+)>", text)) | set(re.findall(r"\b[aA][sS]\s+\"?(iis_\w+)", text))
    return found


def field_names(package: Package):
    """Every iis_* field that a search uses is an output column of the command or made by a search."""
    known = known_fields(package)
    for where, text in _texts(package).items():
        for field in sorted(set(re.findall(r"\b(iis_\w+)\b", text)) - known - {"iis_operational_logs", "iis_watched_settings"}):
            if f"`{field}" not in text:
                yield f"{where}: field '{field}' is neither a column of iismodcheck nor made by a search"


CHECKS = (parses, macros_used, saved_searches, lookups, field_names)
