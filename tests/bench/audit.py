#!/usr/bin/env python3
"""`audit` over an estate in every form of output, over a server of Exchange, and over a drive with catalogs and large files: what it
takes of the processor and of memory. See README.md; usage: audit.py PROGRAM [HOSTS]."""

import datetime
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time

import servers

WORK = pathlib.Path("target/auditbench")
ROUNDS = 3
CATALOGS, MEGABYTES = 8_000, 1_000
FORMS = ("text", "html", "json", "jsonl", "csv", "inventory")


def made(name, make):
    """The folder of this name, which is made where it is not there, whole or not at all."""
    folder = WORK / name
    if not folder.exists():
        half = WORK / f"{name}.part"
        shutil.rmtree(half, ignore_errors=True)
        make(half)
        half.rename(folder)
    return folder


def run(command):
    """Seconds, processor seconds and peak memory in MiB of the best round: what else the machine does makes it dearer only."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen(command, stdout=nothing, stderr=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
        assert os.waitstatus_to_exitcode(status) in (0, 2), command
        rounds.append((used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024))
    processor, _, memory = min(rounds)
    return min(seconds for _, seconds, _ in rounds), processor, memory


def row(what, size, taken):
    seconds, processor, memory = taken
    print(f"| {what} | {size} | {seconds:.2f} | {processor:.2f} | {memory:.0f} |", flush=True)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    hosts = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    WORK.mkdir(parents=True, exist_ok=True)
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"load {load} on {os.cpu_count()} processors, {datetime.date.today()}, best of {ROUNDS}\n")
    print("| what | size | seconds | processor seconds | peak MiB |\n|---|---|---|---|---|")
    estate = str(made(f"estate-{hosts}", lambda folder: servers.estate(folder, hosts)))
    output = str(WORK / "output")
    for form in FORMS:
        for to in ([], ["--output", output]):
            taken = run([program, "audit", estate, "--format", form, *to])
            told = f"{os.path.getsize(output) / 1e6:.0f} MB" if to else ""
            row(f"{hosts:,} hosts as {form}{' into a file' if to else ''}", told, taken)
    exchange = str(made("exchange", servers.exchange))
    row("a server of Exchange", "22 applications", run([program, "audit", exchange, "--packs", "exchange", "--format", "json"]))
    plain = run([program, "audit", "--root", str(made("plain", lambda folder: servers.drive(folder, 0, 0)))])
    row("a drive with neither files nor catalogs", "", plain)
    catalogs = run([program, "audit", "--root", str(made("catalogs", lambda folder: servers.drive(folder, CATALOGS, 0)))])
    row(f"the same with {CATALOGS:,} catalogs", "", catalogs)
    files = run([program, "audit", "--root", str(made("files", lambda folder: servers.drive(folder, 0, MEGABYTES)))])
    row("the same with large files", f"{MEGABYTES} MB", files)
    print(f"\nlarge files: {MEGABYTES / (files[1] - plain[1]):.0f} MB hashed and checked in a second of the processor")


if __name__ == "__main__":
    main()
