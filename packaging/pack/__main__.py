"""python3 -m pack: see ../README.md; `packaging/build` calls it."""

import argparse
import hashlib
import json
import os
import re
import sys
from pathlib import Path, PurePosixPath

from . import archive, crates, licences, manifest, sbom
from .errors import PackError
from .tree import BINARY_PLACES, KINDS, Entry, Kind, collect

#: Where a README wants to have the sha256 of an executable of its package.
_WANTED_HASH = re.compile(rb"<sha256 of (\S+), written by packaging/build>")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="pack", description="Put the app, the add-on and their binaries into installable packages.")
    parser.add_argument("--root", type=Path, required=True, help="the source tree (Cargo.toml, LICENSE)")
    parser.add_argument("--sources", type=Path, required=True, help="where splunk_app and splunk_addon lie")
    parser.add_argument("--out", type=Path, required=True, help="where the packages go")
    parser.add_argument("--flavour", action="append", choices=KINDS, help="default: all that the binaries allow")
    parser.add_argument(
        "--binary", action="append", default=[], metavar="TARGET=FOLDER", help="a folder with the binary and runtime.json"
    )
    return parser.parse_args()


def _binaries(words: list[str]) -> dict[str, Path]:
    found = {}
    for word in words:
        target, _, folder = word.partition("=")
        if target not in BINARY_PLACES:
            raise PackError(f"unknown target '{target}' (known: {', '.join(BINARY_PLACES)})")
        found[target] = Path(folder)
    return found


def _runtime(folders) -> list[dict]:
    parts = {}
    for folder in folders:
        for part in json.loads((folder / "runtime.json").read_text()):
            parts[part["name"], part["version"]] = part
    return [parts[key] for key in sorted(parts)]


def _with_hashes(tree: dict[PurePosixPath, Entry]) -> None:
    """Writes the sha256 of executables into the README, where it asks for them."""

    def of(match: re.Match) -> bytes:
        name = match[1].decode()
        if PurePosixPath(name) not in tree:
            raise PackError(f"README.md asks for the sha256 of {name}, which is not in the package")
        return hashlib.sha256(tree[PurePosixPath(name)].content).hexdigest().encode()

    readme = tree[PurePosixPath("README.md")]
    tree[PurePosixPath("README.md")] = Entry(_WANTED_HASH.sub(of, readme.content))


def package(arguments: argparse.Namespace, flavour: str, kind: Kind, version: str, epoch: int) -> Path:
    """Makes one package with its checksum file; gives the path of the package."""
    folders = {t: f for t, f in _binaries(arguments.binary).items() if t in kind.places}
    files = {target: folder / PurePosixPath(kind.places[target]).name for target, folder in folders.items()}
    tree = collect(arguments.sources, flavour, files)
    own_licence = arguments.root / "LICENSE"
    tree.setdefault(PurePosixPath("LICENSE.txt"), Entry(own_licence.read_bytes()))
    manifest.check(kind.app_id, tree, version)
    _with_hashes(tree)
    parts, runtime = crates.of_targets(arguments.root, folders), _runtime(folders.values())
    content = {kind.places[target]: path.read_bytes() for target, path in files.items()}
    tree[PurePosixPath("THIRD_PARTY_LICENSES.txt")] = Entry(licences.document(parts, runtime, own_licence))
    tree[PurePosixPath("sbom.cdx.json")] = Entry(sbom.document(version, parts, runtime, content, epoch))
    target = arguments.out / kind.file_name(flavour, version)
    archive.write(kind.app_id, tree, target, epoch)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(target.name + ".sha256").write_text(f"{digest}  {target.name}\n")
    return target


def main() -> int:
    """Packs what is asked for; 1 with a text on stderr when something must be put right first."""
    arguments = _arguments()
    try:
        root = crates.metadata(arguments.root, next(iter(crates.TRIPLES.values())))
        version = next(p["version"] for p in root["packages"] if p["id"] == root["resolve"]["root"])
        targets = _binaries(arguments.binary)
        for flavour in arguments.flavour or KINDS:
            kind = KINDS[flavour]
            if not arguments.flavour and targets and not kind.places.keys() & targets.keys():
                print(f"no {kind.app_id} is made: it needs {' or '.join(kind.places)}, and the targets are {', '.join(targets)}")
                continue
            path = package(arguments, flavour, kind, version, int(os.environ["SOURCE_DATE_EPOCH"]))
            print(f"{path}  {path.stat().st_size} bytes")
    except PackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
