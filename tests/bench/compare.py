#!/usr/bin/env python3
"""Runs the whole command beside its peers, on rows that differ, in one run: the official Python SDK, plain Python, a bare framed
copy and /bin/true. Prints CPU per row and ratios. See README.md in this folder."""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import sites
import splunkd
import streams
from jobs import ROOT, jobs

OURS = ROOT / "target/release/iismodcheck"
COPY = ROOT / "target/release/examples/framed_copy"
PYTHON = ROOT / "target/bench-venv/bin/python"

# What is told of two jobs: CPU of the first by CPU of the second, and what issue and documentation ask for.
RATIOS = [
    ("SDK selected / raw=false", "SDK, Message only", "raw=false", "at least 12"),
    ("SDK selected / default", "SDK, Message only", "default", "at least 9"),
    ("SDK all fields / all_fields", "SDK, all fields", "all fields", "at least 30"),
    ("SDK with a regex on _raw / XML default", "SDK, regex on _raw, XML", "XML, default", "at least 13"),
    ("plain Python / raw=false", "plain Python, Message only", "raw=false", "at least 8"),
    ("raw=false / framed copy", "raw=false", "copy of raw=false", "at most 8"),
    ("default / framed copy", "default", "copy of default", "at most 8"),
    ("all fields / framed copy", "all fields", "copy of all fields", "at most 8"),
    ("XML default / framed copy", "XML, default", "copy of XML, default", "at most 8"),
    ("5,000 entries, 100 profiles, 2,000 hosts / none", "site files, 2,000 hosts", "no site files, 2,000 hosts", "at most 3"),
]


def machine(options):
    """What the figures were taken on."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    told = subprocess.run([PYTHON, "-c", "import splunklib; print(splunklib.__version__)"], capture_output=True, text=True, check=True)
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return (f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {rustc}, splunk-sdk {told.stdout.strip()}, "
            f"Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}\n"
            f"{options.rows} rows in chunks of {options.chunk}, median of {options.rounds}; CPU is user and system time")


def medians(table, rounds):
    """For each job the median of its runs. Each round runs every job, so that what else the machine does meets all alike."""
    runs = [[splunkd.run(job.command, job.arguments, job.chunks) for job in table] for _ in range(rounds)]
    return {job.name: {key: statistics.median(turn[number][key] for turn in runs) for key in runs[0][number]}
            for number, job in enumerate(table)}


def print_starts(folder):
    """From exec to the reply to getinfo, with and without the files of a site."""
    true = splunkd.start(["/bin/true"], 40)
    print(f"\n{'start':44}{'ms':>8}{'/bin/true':>11}{'peak MiB':>10}{'above none':>11}")
    print(f"{'/bin/true':44}{true:8.2f}")
    least = None
    for name, entries, profiles in [("no site files", 0, 0), ("5,500 entries", 5_500, 0), ("100,000 entries", 100_000, 0),
                                    ("5,500 entries, 100 profiles", 5_500, 100)]:
        command = sites.app(folder / f"start-{entries}-{profiles}", OURS, entries, profiles, 20 * profiles)
        rows = [streams.classic(streams.of_hosts(2_000)(number)) for number in range(6_000)]
        columns = splunkd.ask(command, ["raw=false"])["required_fields"]
        peak = splunkd.run(command, ["raw=false"], streams.chunks(rows, columns, True, 3_000))["peak"] / 1024
        least = peak if least is None else least
        took = splunkd.start(command, 10 if entries > 10_000 else 40)
        print(f"{name:44}{took:8.2f}{took / true:10.2f}x{peak:10.1f}{peak - least:11.1f}")


def print_session(rows):
    """A search of many rows: memory and time at a tenth and at the end."""
    columns = splunkd.ask([str(OURS)], ["raw=false"])["required_fields"]
    size = 50_000

    def chunks(count):
        return (streams.body(columns, [streams.classic(streams.distinct(number)) for number in range(start, start + size)], True)
                for start in range(0, count, size))

    for count in (rows // 10, rows):
        got = splunkd.run([str(OURS)], ["raw=false"], chunks(count))
        print(f"session of {count} rows: {got['cpu'] * 1e6 / count:.3f} us CPU a row, peak {got['peak'] / 1024:.1f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--chunk", type=int, default=12_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--session", type=int, default=0, help="rows of one long search; the issue asks for 10,000,000")
    options = parser.parse_args()
    for needed in (OURS, COPY, PYTHON):
        if not needed.exists():
            sys.exit(f"{needed.relative_to(ROOT)} is missing: run tests/bench/run, which makes it")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = jobs(OURS, COPY, PYTHON, folder, options.rows, options.chunk)
        print(machine(options))
        print(f"\n{'job':34}{'CPU us/row':>11}{'wall us/row':>12}{'in B/row':>10}{'out B/row':>10}{'peak MiB':>10}")
        got = medians(table, options.rounds)
        for job in table:
            it = got[job.name]
            size = sum(map(len, job.chunks))
            print(f"{job.name:34}{it['cpu'] * 1e6 / job.rows:11.3f}{it['wall'] * 1e6 / job.rows:12.3f}{size / job.rows:10.0f}"
                  f"{it['out'] / job.rows:10.0f}{it['peak'] / 1024:10.1f}")
        print(f"\n{'CPU a row, ratio':50}{'measured':>10}  asked for")
        for name, one, other, asked in RATIOS:
            ratio = (got[one]["cpu"] / len_of(table, one)) / (got[other]["cpu"] / len_of(table, other))
            print(f"{name:50}{ratio:9.1f}x  {asked}")
        print_starts(folder)
    if options.session:
        print_session(options.session)


def len_of(table, name):
    return next(job.rows for job in table if job.name == name)


if __name__ == "__main__":
    main()
