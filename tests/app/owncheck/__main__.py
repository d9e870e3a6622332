"""python3 -m owncheck PACKAGE...: runs every check on every package; 1 when there is a finding."""

import sys
import tempfile
from pathlib import Path

from searchhead.errors import SearchError, Unsupported

from . import addon, archive, dashboard, documents, keys, replication, searches
from .package import Package, parse_errors, unpack

#: Of both flavours of the app, and of the add-on.
APP = (parse_errors, *archive.APP, *keys.APP, *replication.CHECKS, *searches.CHECKS, *dashboard.CHECKS, *documents.CHECKS)
ADDON = (parse_errors, *archive.ANY, *keys.ANY, *addon.CHECKS, documents.files)


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
        for check in ADDON if package.flavour == "addon" else APP:
            found += [f"{package.path.name}: {check.__module__.rpartition('.')[2]}.{check.__name__}: {line}" for line in _run(check, package)]
    of_the_app = [package for package in packages if package.flavour != "addon"]
    if len(of_the_app) == 2:
        found += [f"flavours: {line}" for line in replication.flavours(*of_the_app)]
    return found + [f"packages: {line}" for line in addon.beside(packages)]


def main(paths: list[str]) -> int:
    """Prints the findings."""
    with tempfile.TemporaryDirectory() as folder:
        packages = [unpack(Path(path), Path(folder) / str(number)) for number, path in enumerate(paths)]
        found = findings(packages)
    for line in found:
        print(line)
    made = ", ".join(f"{len(ADDON if package.flavour == 'addon' else APP)} of {package.path.name}" for package in packages)
    print(f"own checks: {made}: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
