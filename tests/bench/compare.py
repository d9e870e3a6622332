#!/usr/bin/env python3
"""Runs the whole command beside the same job on the official Python SDK and a bare framed copy, in one run, and prints
CPU per event and ratios. Usage: compare.py [--rows N] [--chunk N] [--rounds N]; see README.md in this folder."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "target/release/iismodcheck"
COPY = ROOT / "target/release/examples/framed_copy"
PYTHON = ROOT / "target/bench-venv/bin/python"
PEER = Path(__file__).with_name("sdk_peer.py")

NAMES = ["StaticFileModule", "HttpLoggingModule", "DefaultDocumentModule", "RequestFilteringModule", "RewriteModule",
         "AcmeFilter", "IISTelemetry", "UriCacheModule"]


def event(number, hosts=40):
    """One classic event of the Windows add-on, every field of it, on one of so many hosts."""
    name = NAMES[number % len(NAMES)]
    attribute = ["", "/@name", "/@image"][number % 3]
    message = (f"Changes to '/system.webServer/globalModules/add[@name=\"{name}\"]{attribute}' at "
               "'MACHINE/WEBROOT/APPHOST' have successfully been committed.")
    host = f"web{number % hosts:02}.corp.example.com"
    raw = ("11/20/2026 03:40:31 PM\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nEventType=5\n"
           f"ComputerName={host}\nUser=NOT_TRANSLATED\nSid=S-1-5-21-1-2-3-500\nSidType=0\n"
           "SourceName=Microsoft-Windows-IIS-Configuration\nType=Verbose\n"
           f"RecordNumber={number}\nKeywords=None\nTaskCategory=None\nOpCode=Info\nMessage={message}")
    return {
        "_raw": raw, "_time": f"{1790000000 + number // 10}.000", "Message": message, "EventCode": "29",
        "EventType": "5", "ComputerName": host, "User": "NOT_TRANSLATED", "Sid": "S-1-5-21-1-2-3-500", "SidType": "0",
        "SourceName": "Microsoft-Windows-IIS-Configuration", "Type": "Verbose", "RecordNumber": str(number),
        "Keywords": "None", "TaskCategory": "None", "OpCode": "Info", "name": name,
        "LogName": "Microsoft-IIS-Configuration/Operational", "host": host.split(".")[0], "index": "win",
        "source": "WinEventLog:Microsoft-IIS-Configuration/Operational", "sourcetype": "WinEventLog",
    }


def cell(value):
    """Quoted exactly as splunkd does it: when any byte is outside [A-Za-z0-9]."""
    if value == "" or (value.isascii() and value.isalnum()):
        return value
    return '"' + value.replace('"', '""') + '"'


def body(columns, events, indexed):
    columns = columns + ["_chunked_idx"] if indexed else columns
    lines = [",".join([cell(c) for c in columns] + [cell("__mv_" + c) for c in columns])]
    for number, row in enumerate(events):
        cells = [cell(str(number) if c == "_chunked_idx" else row.get(c, "")) for c in columns]
        lines.append(",".join(cells) + "," * len(columns))
    return ("\n".join(lines) + "\n").encode()


def frame(metadata, payload=b""):
    text = json.dumps(metadata, separators=(",", ":")).encode()
    return b"chunked 1.0,%d,%d\n" % (len(text), len(payload)) + text + payload


def read_frame(stream):
    header = stream.readline()
    if not header.startswith(b"chunked"):
        raise RuntimeError(f"no frame: {header[:80]!r}")
    metadata, length = (int(n) for n in header.decode().strip().split(",")[1:])
    text = stream.read(metadata)
    remaining = length
    while remaining:
        remaining -= len(stream.read(min(remaining, 1 << 20)))
    return json.loads(text), length


def run(command, args, chunks):
    """CPU seconds, wall seconds, peak memory in KiB, time to the getinfo reply, bytes out."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20)
    process.stdin.write(frame({"action": "getinfo", "preview": False,
                               "searchinfo": {"args": args, "raw_args": args, "dispatch_dir": "/nonexistent", "sid": "1.1",
                                              "app": "search", "owner": "admin", "username": "admin", "session_key": "",
                                              "splunkd_uri": "", "splunk_version": "9.4.0", "search": "",
                                              "command": "iismodcheck", "maxresultrows": 50000,
                                              "earliest_time": "0", "latest_time": "0"}}))
    process.stdin.flush()
    reply, _ = read_frame(process.stdout)
    if "error" in reply:
        raise RuntimeError(reply["error"])
    answered = time.perf_counter() - started
    out = 0
    for number, chunk in enumerate(chunks):
        payload = frame({"action": "execute", "finished": number == len(chunks) - 1}, chunk)
        # The SDK answers only after it has read everything, and so do we; a thread guards against one that does not.
        writer = threading.Thread(target=lambda p=payload: (process.stdin.write(p), process.stdin.flush()))
        writer.start()
        _, length = read_frame(process.stdout)
        out += length
        writer.join()
    # The kernel's own account of the process. `ru_maxrss` of a forked child begins with the pages of this one.
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with {status}")
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.perf_counter() - started, "rss": peak,
            "getinfo": answered, "out": out}


def start(command, rounds):
    """Milliseconds from the start of a process to its first line, or to its end where it writes none."""
    request = frame({"action": "getinfo", "searchinfo": {"args": [], "raw_args": []}})
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError:
            pass
        process.stdout.readline()
        times.append(time.perf_counter() - started)
        process.communicate()
    return statistics.median(times) * 1e3


def required(args):
    process = subprocess.Popen([OURS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(frame({"action": "getinfo", "searchinfo": {"args": args, "raw_args": args}}))
    process.stdin.flush()
    reply, _ = read_frame(process.stdout)
    process.stdin.close()
    process.wait()
    return reply["required_fields"]


def medians(jobs, rounds):
    """For each job the median of its runs. Each round runs every job, so that what else the machine does meets all alike."""
    runs = [[run([str(c) for c in command], args, stream) for _, command, args, stream in jobs] for _ in range(rounds)]
    return [{key: statistics.median(turn[number][key] for turn in runs) for key in runs[0][number]}
            for number in range(len(jobs))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--chunk", type=int, default=12_500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for needed in (OURS, COPY, PYTHON):
        if not needed.exists():
            sys.exit(f"{needed.relative_to(ROOT)} is missing: run tests/bench/run, which makes it")

    starts = range(0, options.rows, options.chunk)
    events = [event(n) for n in range(options.rows)]
    every = list(events[0])

    def chunks(columns, indexed, events=events):
        return [body(columns, events[s:s + options.chunk], indexed) for s in starts]

    message = chunks(["Message"], True)
    everything = chunks(every, False)
    slim = chunks(required(["raw=false"]), True)
    hosts = chunks(required(["raw=false"]), True, [event(n, options.rows) for n in range(options.rows)])
    default = chunks(required([]), True)
    sdk = [str(PYTHON), str(PEER)]
    jobs = [
        ("selected, raw=false", [OURS], ["raw=false"], slim),
        ("  bare copy of that stream", [COPY], [], slim),
        ("selected, default", [OURS], [], default),
        ("  bare copy of that stream", [COPY], [], default),
        ("all fields", [OURS], ["all_fields=true"], everything),
        ("  bare copy of that stream", [COPY], [], everything),
        ("SDK, required_fields=[Message]", [*sdk, "--selected"], [], message),
        ("SDK, all fields", sdk, [], everything),
        ("raw=false, no row like another", [OURS], ["raw=false"], hosts),
    ]
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    sdk_version = subprocess.run([PYTHON, "-c", "import splunklib; print(splunklib.__version__)"],
                                 capture_output=True, text=True, check=True).stdout.strip()
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    print(f"{model}; {rustc}; splunk-sdk {sdk_version}; load {os.getloadavg()[0]:.1f}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
          f"Python {platform.python_version()}, {options.rows} rows in chunks of {options.chunk}, "
          f"median of {options.rounds}")
    print(f"{'':34}{'CPU us/event':>13}{'wall us/event':>14}{'in B/event':>11}{'out B/event':>12}"
          f"{'peak MiB':>9}{'getinfo ms':>11}")
    results = medians(jobs, options.rounds)
    for (name, _, _, stream), got in zip(jobs, results):
        per = 1e6 / options.rows
        size = sum(map(len, stream)) / options.rows
        print(f"{name:34}{got['cpu'] * per:13.3f}{got['wall'] * per:14.3f}{size:11.0f}{got['out'] / options.rows:12.0f}"
              f"{got['rss'] / 1024:9.1f}{got['getinfo'] * 1e3:11.2f}")
    cpu = [r["cpu"] for r in results]
    print(f"\nSDK required_fields / ours raw=false:  {cpu[6] / cpu[0]:6.1f}x less CPU")
    print(f"SDK required_fields / ours default:    {cpu[6] / cpu[2]:6.1f}x")
    print(f"SDK all fields / ours all_fields:      {cpu[7] / cpu[4]:6.1f}x")
    print(f"ours raw=false / bare copy:            {cpu[0] / cpu[1]:6.2f}x")
    print(f"ours default / bare copy:              {cpu[2] / cpu[3]:6.2f}x")
    print(f"ours all_fields / bare copy:           {cpu[4] / cpu[5]:6.2f}x")
    print(f"SDK required_fields / no row like another: {cpu[6] / cpu[8]:.1f}x less CPU")
    starts = [start(command, 40) for command in ([str(OURS)], ["/bin/true"])]
    print(f"\nexec to getinfo reply {starts[0]:.2f} ms, /bin/true to its end {starts[1]:.2f} ms: {starts[0] / starts[1]:.2f}x")


if __name__ == "__main__":
    main()
