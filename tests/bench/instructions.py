#!/usr/bin/env python3
"""Instructions a row of each of our streams, counted by callgrind: the number that changes are judged by, because it does not
depend on what else the machine does.

    instructions.py EXECUTABLE            compares with instructions.json; exit code 1 where a stream needs over 5 % more
    instructions.py EXECUTABLE --write    keeps what was counted

Two runs of each stream, one with more rows than the other: the difference holds no start. The executable is that of the
packages (`target/package/bin/linux-x86_64/iismodcheck`): what another compiler makes of the same source is no regression. The
libraries that search in text choose their code by what the processor can do, so that figures of another kind of processor are
not compared, which is said."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import splunkd
from jobs import ours

KEPT = Path(__file__).with_name("instructions.json")
FEW, MANY = 3_000, 9_000
TOLERATED = 0.05
#: What the code that is chosen at run time depends on.
CHOICES = ("avx2", "ssse3")


def processor():
    """Which of the choices this processor has, as /proc/cpuinfo names them."""
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return [choice for choice in CHOICES if flags and choice in flags.group(1).split()]


def counted(executable, job, folder):
    """Instructions of a whole search."""
    requests = [splunkd.getinfo(job.arguments)]
    requests += [splunkd.execute(chunk, number == len(job.chunks) - 1) for number, chunk in enumerate(job.chunks)]
    command = job.command if job.command[0] != str(executable) else [str(executable)]
    run = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out", *command],
                         input=b"".join(requests), capture_output=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{job.name}: ended with {run.returncode}\n{run.stderr.decode()[-2000:]}")
    return int(re.search(r"Collected : (\d+)", run.stderr.decode()).group(1))


def measured(executable):
    """Instructions a row by stream."""
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = (ours(executable, folder / str(rows), rows, 1_500) for rows in (FEW, MANY))
        for less, more in zip(few, many):
            spent = counted(executable, more, folder) - counted(executable, less, folder)
            figures[more.name] = round(spent / (more.rows - less.rows))
            print(f"{more.name:34}{figures[more.name]:10} instructions a row", flush=True)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    figures = measured(options.executable.resolve())
    if options.write:
        KEPT.write_text(json.dumps({"processor": processor(), "instructions a row": figures}, indent=2) + "\n")
        return
    known = json.loads(KEPT.read_text())
    if known["processor"] != processor():
        print(f"NOT COMPARED: the figures kept are of a processor with {known['processor']}, this one has {processor()}")
        return
    kept = known["instructions a row"]
    if kept.keys() != figures.keys():
        sys.exit(f"other streams than in {KEPT.name}: {sorted(kept.keys() ^ figures.keys())}; write them anew with --write")
    slower = [f"{name}: {kept[name]} before, {figures[name]} now ({figures[name] / kept[name] - 1:+.1%})"
              for name in figures if figures[name] > kept[name] * (1 + TOLERATED)]
    if slower:
        sys.exit("more instructions a row than kept in instructions.json:\n  " + "\n  ".join(slower)
                 + "\nIf that is what the change is worth, say so in its commit and write them anew with --write")
    faster = [name for name in figures if figures[name] < kept[name] * (1 - TOLERATED)]
    if faster:
        print(f"over 5 % fewer than kept ({', '.join(faster)}): keep them with --write, so that they stay")


if __name__ == "__main__":
    main()
