"""Plays splunkd for a search command: starts it, speaks the chunked protocol in lockstep, and takes CPU time and peak memory from
the kernel's accounts of the process."""

import json
import os
import statistics
import subprocess
import threading
import time
from pathlib import Path


def frame(metadata, payload=b""):
    text = json.dumps(metadata, separators=(",", ":")).encode()
    return b"chunked 1.0,%d,%d\n" % (len(text), len(payload)) + text + payload


def getinfo(arguments):
    return frame({"action": "getinfo", "preview": False, "searchinfo": {
        "args": arguments, "raw_args": arguments, "dispatch_dir": "/nonexistent", "sid": "1.1", "app": "search",
        "owner": "admin", "username": "admin", "session_key": "", "splunkd_uri": "", "splunk_version": "9.4.0", "search": "",
        "command": "iismodcheck", "maxresultrows": 50000, "earliest_time": "0", "latest_time": "0"}})


def execute(chunk, is_last):
    return frame({"action": "execute", "finished": is_last}, chunk)


def read_frame(stream):
    """Metadata and payload of a reply."""
    header = stream.readline()
    if not header.startswith(b"chunked"):
        raise RuntimeError(f"no frame: {header[:80]!r}")
    metadata, length = (int(part) for part in header.decode().strip().split(",")[1:])
    reply, payload = json.loads(stream.read(metadata)), stream.read(length)
    if "error" in reply:
        raise RuntimeError(reply["error"])
    return reply, payload


def ask(command, arguments):
    """The reply to getinfo."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(getinfo(arguments))
        process.stdin.flush()
        reply, _ = read_frame(process.stdout)
        process.stdin.close()
    return reply


def run(command, arguments, chunks, keep=None):
    """CPU and wall seconds, peak memory in KiB, and bytes out of one search. `keep` is called with each reply's payload."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20)
    process.stdin.write(getinfo(arguments))
    process.stdin.flush()
    read_frame(process.stdout)
    out = 0
    waiting = iter(chunks)
    chunk = next(waiting)
    while chunk is not None:
        following = next(waiting, None)
        request = execute(chunk, following is None)
        # The SDK answers only after it has read everything, and so do we; a thread guards against one that does not.
        writer = threading.Thread(target=lambda text=request: (process.stdin.write(text), process.stdin.flush()))
        writer.start()
        _, payload = read_frame(process.stdout)
        writer.join()
        out += len(payload)
        if keep:
            keep(payload)
        chunk = following
    # The kernel's own account of the process: `ru_maxrss` of a forked child begins with the pages of this one.
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with {status}")
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.perf_counter() - started, "peak": peak, "out": out}


def start(command, rounds):
    """Milliseconds from the start of a process to its first line, or to its end where it writes none: the median."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            process.stdin.write(getinfo([]))
            process.stdin.flush()
        except BrokenPipeError:
            pass
        process.stdout.readline()
        times.append(time.perf_counter() - started)
        process.communicate()
    return statistics.median(times) * 1e3
