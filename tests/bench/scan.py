#!/usr/bin/env python3
"""`scan` over logs of 10,000 to 1,000,000 events in four forms: MB/s and peak memory, beside what a user would take instead. See
README.md; usage: scan.py PROGRAM [EVENTS…]. Tools that are not there are left out, and named."""

import csv
import datetime
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
import mkevtx

WORK = pathlib.Path("target/scanbench")
START = datetime.datetime(2026, 3, 4, 9, 14, 10)
# Of a log, how many events are of the provider and what they are: each a change of its own, so that as many findings as events
# are written; or, as a server has them, five to an installation and the end of its commit.
SHARES = {"1 %": (100, False), "100 %, each a finding": (1, False), "100 %, installations": (1, True)}
STEPS = [
    ("globalModules", "", ""),
    ("globalModules", "/@name", "name"),
    ("globalModules", "/@image", "image"),
    ("modules", "", ""),
    ("modules", "/@name", "name"),
    None,
]
ROUNDS = 3


def data(number, ours):
    if not ours:
        return [("SubjectUserName", f"user{number % 50}"), ("ProcessName", "C:\\Windows\\System32\\svchost.exe"), ("Text", "x" * 300)]
    return [
        ("PhysicalPath", "\\\\?\\C:\\Windows\\system32\\inetsrv\\config\\applicationHost.config"),
        ("ConfigPath", "MACHINE/WEBROOT/APPHOST"),
        ("EffectiveLocationPath", ""),
        ("Configuration", f'/system.webServer/globalModules/add[@name="Module{number % 400}"]/@image'),
        ("EditOperationType", 1),
        ("OldValue", ""),
        ("NewValue", f"C:\\Program Files\\Contoso\\module{number % 400}.dll"),
    ]


def installed(number):
    """An event of an installation, and whether it is the end of the commit."""
    step = STEPS[number % len(STEPS)]
    name = f"Module{number // len(STEPS) % 400}"
    if step is None:
        return [("ConfigPath", "MACHINE/WEBROOT/APPHOST")], True
    section, attribute, value = step
    values = {"": "", "name": name, "image": f"C:\\Program Files\\Contoso\\{name.lower()}.dll"}
    changed = dict(data(number, True))
    changed["Configuration"] = f'/system.webServer/{section}/add[@name="{name}"]{attribute}'
    changed["NewValue"] = values[value]
    return list(changed.items()), False


def events(count, every, installs):
    for number in range(count):
        ours = number % every == 0
        facts, ends = installed(number) if installs else (data(number, ours), False)
        host = number // len(STEPS) if installs else number
        yield {
            "id": 50 if ends else 29 if ours else 4688,
            "level": 5,
            "time": START + datetime.timedelta(seconds=host),
            "record": 1 + number,
            "pid": 4000,
            "tid": 1632,
            "computer": f"web{host % 40:02}.example.com",
            "sid": "S-1-5-18",
            "channel": "Microsoft-IIS-Configuration/Operational" if ours else "Security",
            "provider": "Microsoft-Windows-IIS-Configuration" if ours else "Microsoft-Windows-Security-Auditing",
            "guid": "dc0b8e51-4863-407a-bc3c-1b479b2978ac",
            "data": facts,
        }


def xml(event):
    escape = lambda text: str(text).replace("&", "&amp;").replace("<", "&lt;")
    values = "".join(f"<Data Name='{name}'>{escape(value)}</Data>" for name, value in event["data"])
    return (
        f"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='{event['provider']}'/>"
        f"<EventID>{event['id']}</EventID><TimeCreated SystemTime='{event['time'].isoformat()}Z'/>"
        f"<EventRecordID>{event['record']}</EventRecordID><Execution ProcessID='4000' ThreadID='1632'/>"
        f"<Channel>{event['channel']}</Channel><Computer>{event['computer']}</Computer><Security UserID='S-1-5-18'/></System>"
        f"<EventData>{values}</EventData></Event>"
    )


def tree(event):
    system = {
        "Provider": {"#attributes": {"Name": event["provider"]}},
        "EventID": event["id"],
        "TimeCreated": {"#attributes": {"SystemTime": event["time"].isoformat() + "Z"}},
        "EventRecordID": event["record"],
        "Execution": {"#attributes": {"ProcessID": 4000}},
        "Channel": event["channel"],
        "Computer": event["computer"],
    }
    return {"Event": {"System": system, "EventData": dict(event["data"])}}


def write(form, path, count, every, installs):
    if path.exists():
        return
    if form == "evtx":
        mkevtx.write(str(path), list(events(count, every, installs)))
        return
    with path.open("w", newline="") as file:
        if form == "csv":
            table = csv.writer(file)
            table.writerow(["_raw", "host"])
            for event in events(count, every, installs):
                table.writerow([xml(event), event["computer"]])
        for event in events(count, every, installs):
            if form == "xml":
                file.write(xml(event) + "\n")
            elif form == "json":
                file.write(json.dumps(tree(event)) + "\n")


def run(command):
    """Seconds, processor seconds and peak memory in MiB."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as told, open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(command, stdout=nothing, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        told.seek(0)
        # What may be kept is bounded; a run that ends there is told in the table by its peak.
        is_full = b"than are kept at once" in told.read()
    assert is_full or os.waitstatus_to_exitcode(status) in (0, 1), command
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def middle(rounds):
    """The round of the median processor time, with the median wall time."""
    by_processor = sorted(rounds, key=lambda taken: taken[1])
    return sorted(taken[0] for taken in rounds)[len(rounds) // 2], *by_processor[len(rounds) // 2][1:]


def cells_of(size, taken):
    seconds, processor, memory = taken
    return [f"{size / seconds:.0f}", f"{size / processor:.0f}", f"{memory:.0f}"]


def main():
    program = sys.argv[1]
    counts = [int(text.replace(",", "")) for text in sys.argv[2:]] or [10_000, 100_000, 1_000_000]
    WORK.mkdir(parents=True, exist_ok=True)
    dump, jq = "target/tools/bin/evtx_dump", shutil.which("jq")
    peer = str(pathlib.Path(program).with_name("examples") / "csv_peer")
    beside = {
        "evtx": [dump, "-o", "jsonl"] if os.path.exists(dump) else None,
        "csv": [peer] if os.path.exists(peer) else None,
        "json": [jq, "-c", "select(.Event.System.EventID==29)"] if jq else None,
    }
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"load {load} on {os.cpu_count()} processors, {datetime.date.today()}, median of {ROUNDS}, by turns\n")
    own = "scan MB/s | MB per processor second | peak MiB"
    other = "beside it MB/s | MB per processor second | peak MiB"
    print(f"| form | events | of the provider | MB | {own} | {other} | times as fast | in processor time |")
    print("|---" * 12 + "|")
    for form in ("evtx", "xml", "json", "csv"):
        for count in counts:
            for share, (every, installs) in SHARES.items():
                path = WORK / f"{count}-{every}{'i' if installs else ''}.{form}"
                write(form, path, count, every, installs)
                size = path.stat().st_size / 1e6
                scans, peers = [], []
                for _ in range(ROUNDS):
                    scans.append(run([program, "scan", "--format", "jsonl", str(path)]))
                    if beside.get(form):
                        peers.append(run([*beside[form], str(path)]))
                scan = middle(scans)
                cells = [form, f"{count:,}", share, f"{size:.0f}", *cells_of(size, scan)]
                if peers:
                    other = middle(peers)
                    cells += [*cells_of(size, other), f"{other[0] / scan[0]:.1f}", f"{other[1] / scan[1]:.1f}"]
                print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
