"""python3 -m owncheck PACKAGE...: runs every check on every package; 1 when there is a finding."""

import sys
import tempfile
from pathlib import Path

from searchhead.errors import SearchError, Unsupported

from . import archive, dashboard, documents, keys, replication, searches
from .package import Package, parse_errors, unpack

CHECKS = (parse_errors, *archive.CHECKS, *keys.CHECKS, *replication.CHECKS, *searches.CHECKS, *dashboard.CHECKS, *documents.CHECKS)


def _run(check, package: Package):
    """A check that stumbles over what it reads has found something too."""
    try:
        yield from check(package)
    except (SearchError, Unsupported, KeyError, ValueError, OSError) as error:
        yield f"{type(error).__name__}: {error}"


def findings(packages: list[Package]) -> list[str]:
    """One line for each finding, with the package's name."""
    found = []
    for package in packages:
        for check in CHECKS:
            found += [f"{package.path.name}: {check.__module__.rpartition('.')[2]}.{check.__name__}: {line}" for line in _run(check, package)]
    if len(packages) == 2:
        found += [f"flavours: {line}" for line in replication.flavours(*packages)]
    return found


def main(paths: list[str]) -> int:
    """Prints the findings."""
    with tempfile.TemporaryDirectory() as folder:
        packages = [unpack(Path(path), Path(folder) / str(number)) for number, path in enumerate(paths)]
        found = findings(packages)
    for line in found:
        print(line)
    print(f"own checks: {len(CHECKS)} checks, {len(paths)} packages, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
