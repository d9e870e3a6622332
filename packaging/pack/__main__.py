"""python3 -m pack: see ../README.md; `packaging/build` calls it."""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path, PurePosixPath

from . import archive, crates, licences, manifest, sbom
from .errors import PackError
from .tree import APP_ID, BINARY_PLACES, FLAVOURS, TARGETS_OF, Entry, collect


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="pack", description="Put the app and its binaries into installable packages.")
    parser.add_argument("--root", type=Path, required=True, help="the source tree (Cargo.toml, LICENSE)")
    parser.add_argument("--app", type=Path, required=True, help="the app folder")
    parser.add_argument("--out", type=Path, required=True, help="where the packages go")
    parser.add_argument("--flavour", action="append", choices=FLAVOURS, help="default: all")
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


def package(arguments: argparse.Namespace, flavour: str, version: str, epoch: int) -> Path:
    """Makes one flavour's package with its checksum file; gives the path of the package."""
    folders = {t: f for t, f in _binaries(arguments.binary).items() if t in TARGETS_OF[flavour]}
    files = {target: folder / PurePosixPath(BINARY_PLACES[target]).name for target, folder in folders.items()}
    tree = collect(arguments.app, flavour, files)
    own_licence = arguments.root / "LICENSE"
    tree.setdefault(PurePosixPath("LICENSE.txt"), Entry(own_licence.read_bytes()))
    manifest.check(tree, version)
    parts, runtime = crates.of_targets(arguments.root, folders), _runtime(folders.values())
    content = {BINARY_PLACES[target]: path.read_bytes() for target, path in files.items()}
    tree[PurePosixPath("THIRD_PARTY_LICENSES.txt")] = Entry(licences.document(parts, runtime, own_licence))
    tree[PurePosixPath("sbom.cdx.json")] = Entry(sbom.document(version, parts, runtime, content, epoch))
    target = arguments.out / f"{APP_ID}-{version}-{flavour}.spl"
    archive.write(tree, target, epoch)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(target.name + ".sha256").write_text(f"{digest}  {target.name}\n")
    return target


def main() -> int:
    """Packs every flavour asked for; 1 with a text on stderr when something must be put right first."""
    arguments = _arguments()
    try:
        root = crates.metadata(arguments.root, next(iter(crates.TRIPLES.values())))
        version = next(p["version"] for p in root["packages"] if p["id"] == root["resolve"]["root"])
        for flavour in arguments.flavour or FLAVOURS:
            path = package(arguments, flavour, version, int(os.environ["SOURCE_DATE_EPOCH"]))
            print(f"{path}  {path.stat().st_size} bytes")
    except PackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
