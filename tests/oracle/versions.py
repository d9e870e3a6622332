"""What alerts anew and what falls silent between two versions.

    python3 tests/oracle/versions.py OLD NEW [TABLE]

OLD and NEW are two executables. Both scan the same inputs: the inventories, each inventory changed into the next one of its
family, taken out and put back, what events and tables of cases the fixtures hold, the replays of docs/replay. TABLE, where it is
given, is a file that gets one line for each finding that differs. How to build OLD: CONTRIBUTING.md, "A release".
"""

import collections
import concurrent.futures
import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/fixtures"
SERVER = "MACHINE/WEBROOT/APPHOST"
ATTRIBUTES = {"globalModules": "image", "isapiFilters": "path", "handlers": "scriptProcessor"}
GRAVE = ["info", "low", "medium", "high", "critical"]


def condition(executable):
    """The macro iismodcheck_needs_decision of the version, as an expression of Python. It stands beside the executable."""
    root = next(p for p in Path(executable).resolve().parents if (p / "splunk_app").is_dir())
    text = (root / "splunk_app/default/macros.conf").read_text()
    spl = re.search(r"\[iismodcheck_needs_decision\][^\[]*?\ndefinition = (.*?)\n", text, re.S)[1]
    spl = re.sub(r'mvfind\(iis_module_reasons, ("[^"]*")\)', r"find(r\1)", spl)
    spl = spl.replace("isnotnull(find", "(found(find").replace("isnull(find", "(not found(find").replace('$)"))', '$)")))')
    spl = re.sub(r'(iis_module_\w+)="(\w+)"', r'finding["\1"]=="\2"', spl)
    return spl.replace(" OR ", " or ").replace(" AND ", " and ")


class Version:
    def __init__(self, executable):
        self.executable = str(Path(executable).resolve())
        self.condition = compile(condition(executable), executable, "eval")

    def needs_decision(self, finding):
        def find(pattern):
            return [reason for reason in finding["iis_module_reasons"] if re.search(pattern, reason)]

        return eval(self.condition, {"find": find, "found": bool, "finding": collections.defaultdict(str, finding)})

    def scan(self, arguments, file):
        """Verdict, severity and need of a decision by name, image, type and action; or None where nothing was read."""
        command = [self.executable, "scan", "--format", "json", "--allow-unread", *arguments, str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        if not done.stdout.startswith("{"):
            return None
        found = {}
        for finding in json.loads(done.stdout)["findings"]:
            reasons = finding.get("iis_module_reasons", finding.get("reasons", []))
            reasons = [reasons] if isinstance(reasons, str) else reasons
            finding["iis_module_reasons"] = [r if isinstance(r, str) else r.get("code", "") for r in reasons]
            text = [finding.get("iis_module_" + fact, "") for fact in ("name", "image", "type", "action")]
            told = (finding["iis_module_verdict"], finding["iis_module_severity"], self.needs_decision(finding))
            key = tuple(text)
            found[key] = max(found.get(key, told), told, key=lambda told: (told[2], GRAVE.index(told[1])))
        return found


def events(rows, place=SERVER, actor="S-1-5-21-1-2-3-500", start="2026-03-01T12:00:00"):
    """Rows of configuration, operation, old and new value as an export of Splunk."""
    names = "_time host EventCode Channel RecordNumber ProcessID UserID ConfigPath EffectiveLocationPath Configuration".split()
    lines = [[*names, "EditOperationType", "OldValue", "NewValue"]]
    for number, (path, operation, old, new) in enumerate(rows):
        time = f"{start}.{number:03}+0000"
        where = ["web01.corp.example", "29", "Microsoft-IIS-Configuration/Operational", str(100 + number), "4000", actor]
        lines.append([time, *where, place, "", path, str(operation), old, new])
    return lines


def written(section, name, identity, action, old="", attribute="", precondition="", by_type=False):
    """What a change of a module writes."""
    element = "filter" if section == "isapiFilters" else "add"
    group = "/system.web" if section == "httpModules" else "/system.webServer"
    path = f'{group}/{section}/{element}[@name="{name}"]'
    kind = "type" if by_type else ATTRIBUTES.get(section, "type")
    gone = [(path, 2, "", "")]
    come = [(path, 1, "", ""), (f"{path}/@name", 1, "", name)]
    if identity:
        come.append((f"{path}/@{kind}", 1, old, identity))
    if precondition:
        come.append((f"{path}/@preCondition", 1, "", precondition))
    changed = {kind: identity, "preCondition": precondition, "name": name}.get(attribute or kind, "true")
    return {
        "added": come,
        "removed": gone,
        "replaced": gone + come,
        "reordered": gone + come,
        "cleared": [(f"{group}/{section}/clear", 1, "", "")],
        "restored": [(path.replace("/add[", "/remove["), 2, "", "")],
    }.get(action, [(f"{path}/@{attribute or kind}", 3, old, changed)])


def facts(cell, divider="; "):
    return dict(part.split("=", 1) for part in cell.split(divider) if part)


def vector(line, folder):
    """One row of a table of cases as options and a file; None where events cannot tell it."""
    cells = [re.sub(r"\{U\+(\w+)\}", lambda m: chr(int(m[1], 16)), cell) for cell in line.split("\t")]
    _, level, section, name, identity, more, allow = cells[:7]
    more = facts(more)
    known = "action actor attribute config_path location old precondition packs system_root exchange_root type".split()
    if set(more) - set(known) or level == "row" or more.get("location"):
        return None
    options = []
    if allow:
        entries = [facts(entry) for entry in allow.split(" ++ ")]
        columns = sorted({"name", "image", *(column for entry in entries for column in entry)})
        save(folder / "allow.csv", [columns, *([entry.get(column, "") for column in columns] for entry in entries)])
        options += ["--allowlist", str(folder / "allow.csv")]
    roots = ["packs", "system_root", "exchange_root"]
    if any(more.get(root) for root in roots):
        save(folder / "packs.csv", [["host", *roots], ["", *(more.get(root, "") for root in roots)]])
        options += ["--packs-file", str(folder / "packs.csv")]
    by_type = section in ("modules", "httpModules")
    shown = [identity if not by_type else "", more.get("type", identity if by_type else "")]
    if level == "inventory":
        rows = [["name", "image", "type", "preCondition", "host"], [name, *shown, more.get("precondition", ""), "web01"]]
    else:
        action = more.get("action", "added")
        old, attribute = more.get("old", ""), more.get("attribute", "")
        if section.startswith("/"):
            rows = [(section, 3, old, identity)]
        else:
            precondition = more.get("precondition", "")
            as_type = not shown[0] and bool(shown[1])
            rows = written(section, name, shown[0] or shown[1], action, old, attribute, precondition, as_type)
        rows = events(rows, more.get("config_path", SERVER), more.get("actor", "S-1-5-21-1-2-3-500"))
    return options, save(folder / "rows.csv", rows)


def save(file, rows):
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    return file


def pack(file):
    return next((["--packs", p] for p in ("exchange", "iisexpress") if file.name.startswith(p)), [])


def modules(file):
    with file.open(encoding="utf-8") as text:
        return {(row["name"], row["image"]) for row in csv.DictReader(text) if row["image"]}


def inputs(folder):
    """Group, what, options, file."""
    lists = sorted((FIXTURES / "inventories").glob("*.csv"))
    for file in lists:
        yield "inventories", file.name, pack(file), file
    yield "modules of applications", "applications.csv", [], FIXTURES / "figures/applications.csv"
    for number, file in enumerate(lists):
        streams = {"renewed": [row for name, image in sorted(modules(file)) for row in written("globalModules", name, image, "replaced")]}
        later = lists[number + 1] if number + 1 < len(lists) else file
        if later.name[:8] == file.name[:8] and later != file:
            gone, come = modules(file) - modules(later), modules(later) - modules(file)
            streams["to " + later.name] = [
                row
                for names, action in ((gone, "removed"), (come, "added"))
                for name, image in sorted(names)
                for row in written("globalModules", name, image, action)
            ]
        for what, rows in streams.items():
            if rows:
                target = folder / f"{file.stem}-{len(rows)}-{what.split()[0]}.csv"
                yield "change streams", f"{file.name} {what}", pack(file), save(target, events(rows, actor="S-1-5-18"))
    replays = sorted((ROOT / "docs/replay").glob("stories*")) + sorted((FIXTURES / "formats").iterdir())
    for file in [FIXTURES / "iis-operational.csv", *replays]:
        yield "events", file.name, [], file
    for table in ["verdicts/own.tsv", "verdicts/reference.tsv", "figures/attacks.tsv", "figures/honest.tsv", "figures/unlisted.tsv"]:
        lines = (FIXTURES / table).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(line for line in lines if not line.startswith("#")):
            own = folder / f"{Path(table).stem}{number}"
            own.mkdir()
            told = vector(line, own)
            if told:
                yield "cases of " + table, line.split("\t")[0], *told


def main(old, new, table=None):
    old, new = Version(old), Version(new)
    counts = collections.defaultdict(collections.Counter)
    differing = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        every = list(inputs(Path(folder)))
        both = [[pool.submit(version.scan, options, file) for version in (old, new)] for *_, options, file in every]
        for (group, what, *_), results in zip(every, both):
            before, after = (result.result() for result in results)
            count = counts[group]
            count["inputs"] += 1
            count["not read by the older"] += before is None
            count["not read by the newer"] += after is None
            for key in sorted({*(before or {}), *(after or {})}):
                was, now = (found.get(key, ("-", "info", False)) for found in (before or {}, after or {}))
                count["findings"] += 1
                same = was[1:] == now[1:]
                kind = "as before" if same else "higher" if GRAVE.index(now[1]) > GRAVE.index(was[1]) else "lower"
                kind = {(False, True): "alerts anew", (True, False): "falls silent"}.get((was[2], now[2]), kind)
                count[kind] += 1
                if kind != "as before":
                    differing.append([group, what, kind, *map(str, was), *map(str, now), *key])
    columns = ["inputs", "findings", "alerts anew", "falls silent", "higher", "lower", "not read by the older", "not read by the newer"]
    for group, count in counts.items():
        print(f"{group}:", ", ".join(f"{count[column]} {column}" for column in columns))
    if table:
        save(Path(table), differing)


main(*sys.argv[1:])
