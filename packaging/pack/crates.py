"""What the binary is made of: the crates that cargo would link, with their licences."""

import json
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .errors import PackError

#: Build target -> Rust target triple, for cargo's platform filter.
TRIPLES = {
    "linux-x86_64": "x86_64-unknown-linux-gnu",
    "windows-x86_64": "x86_64-pc-windows-gnu",
    "linux-aarch64": "aarch64-unknown-linux-musl",
}


@dataclass(frozen=True)
class Crate:
    """One crates.io dependency of the shipped binary."""

    name: str
    version: str
    license: str
    sha256: str
    source: Path
    linked: bool  #: False for a crate that only runs while compiling (procedural macros, build scripts).
    depends_on: tuple[str, ...]  #: `name@version` of its own dependencies.

    @property
    def key(self) -> str:
        """`name@version`, as in a package URL."""
        return f"{self.name}@{self.version}"


def metadata(root: Path, triple: str) -> dict:
    """`cargo metadata` for one platform, without touching the lock file."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", triple]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if done.returncode:
        raise PackError(f"cargo metadata failed:\n{done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def _checksums(root: Path) -> dict[tuple[str, str], str]:
    with (root / "Cargo.lock").open("rb") as lock:
        packages = tomllib.load(lock)["package"]
    return {(p["name"], p["version"]): p.get("checksum", "") for p in packages}


def _is_proc_macro(package: dict) -> bool:
    return any("proc-macro" in target["kind"] for target in package["targets"])


def linked_crates(root: Path, triple: str) -> list[Crate]:
    """Every dependency that one platform's binary needs, sorted by name: no development dependencies, and nothing of our own."""
    data = metadata(root, triple)
    packages = {package["id"]: package for package in data["packages"]}
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    checksums = _checksums(root)
    # id -> linked; a crate reached both ways is linked.
    reached: dict[str, bool] = {}
    pending = [(data["resolve"]["root"], True)]
    while pending:
        identity, linked = pending.pop()
        if reached.get(identity, False) or (identity in reached and not linked):
            continue
        reached[identity] = linked
        for dependency in nodes[identity]["deps"]:
            kinds = {kind["kind"] for kind in dependency["dep_kinds"]}
            if None in kinds:
                pending.append((dependency["pkg"], linked and not _is_proc_macro(packages[dependency["pkg"]])))
            elif "build" in kinds:
                pending.append((dependency["pkg"], False))
    crates = []
    for identity, linked in reached.items():
        if identity in data["workspace_members"]:
            continue
        package = packages[identity]
        if not package.get("license"):
            raise PackError(f"crate {package['name']} {package['version']} names no licence")
        below = [d["pkg"] for d in nodes[identity]["deps"] if d["pkg"] in reached]
        crates.append(
            Crate(
                name=package["name"],
                version=package["version"],
                license=package["license"].replace("/", " OR ") if "/" in package["license"] else package["license"],
                sha256=checksums[package["name"], package["version"]],
                source=Path(package["manifest_path"]).parent,
                linked=linked,
                depends_on=tuple(sorted(f"{packages[i]['name']}@{packages[i]['version']}" for i in below)),
            )
        )
    return sorted(crates, key=lambda crate: (crate.name, crate.version))


def of_targets(root: Path, targets) -> list[Crate]:
    """The union over several build targets; a crate linked into any of them counts as linked."""
    found: dict[str, Crate] = {}
    for target in targets:
        for crate in linked_crates(root, TRIPLES[target]):
            if crate.key not in found or crate.linked:
                found[crate.key] = crate
    return [found[key] for key in sorted(found)]
