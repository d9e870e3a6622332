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
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
import mkevtx

WORK = pathlib.Path("target/scanbench")
START = datetime.datetime(2026, 3, 4, 9, 14, 10)
# One event of a hundred is about a module; in the last log each is.
SHARES = {"1 %": 100, "100 %": 1}


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


def events(count, every):
    for number in range(count):
        ours = number % every == 0
        yield {
            "id": 29 if ours else 4688,
            "level": 5,
            "time": START + datetime.timedelta(seconds=number),
            "record": 1 + number,
            "pid": 4000,
            "tid": 1632,
            "computer": f"web{number % 40:02}.example.com",
            "sid": "S-1-5-18",
            "channel": "Microsoft-IIS-Configuration/Operational" if ours else "Security",
            "provider": "Microsoft-Windows-IIS-Configuration" if ours else "Microsoft-Windows-Security-Auditing",
            "guid": "dc0b8e51-4863-407a-bc3c-1b479b2978ac",
            "data": data(number, ours),
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


def write(form, path, count, every):
    if path.exists():
        return
    if form == "evtx":
        mkevtx.write(str(path), list(events(count, every)))
        return
    with path.open("w", newline="") as file:
        if form == "csv":
            table = csv.writer(file)
            table.writerow(["_raw", "host"])
            for event in events(count, every):
                table.writerow([xml(event), event["computer"]])
        for event in events(count, every):
            if form == "xml":
                file.write(xml(event) + "\n")
            elif form == "json":
                file.write(json.dumps(tree(event)) + "\n")


def run(command):
    """Seconds, processor seconds and peak memory in MiB."""
    start = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(command, stdout=nothing, stderr=nothing)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    assert os.waitstatus_to_exitcode(status) in (0, 1), command
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


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
    print(f"load {load} on {os.cpu_count()} processors, {datetime.date.today()}; a shared machine: read ratios, not figures\n")
    print("| form | events | of the provider | MB | scan MB/s | processor s | peak MiB | beside it MB/s | processor s | peak MiB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for form in ("evtx", "xml", "json", "csv"):
        for count in counts:
            for share, every in SHARES.items():
                path = WORK / f"{count}-{every}.{form}"
                write(form, path, count, every)
                size = path.stat().st_size / 1e6
                rounds = [run([program, "scan", "--format", "jsonl", str(path)]) for _ in range(3)]
                seconds, processor, memory = sorted(rounds)[1]
                cells = [form, f"{count:,}", share, f"{size:.0f}", f"{size / seconds:.0f}", f"{processor:.2f}", f"{memory:.0f}"]
                if beside.get(form):
                    seconds, processor, memory = sorted(run([*beside[form], str(path)]) for _ in range(3))[1]
                    cells += [f"{size / seconds:.0f}", f"{processor:.2f}", f"{memory:.0f}"]
                else:
                    cells += ["not there", "", ""]
                print("| " + " | ".join(cells) + " |", flush=True)


main()
