"""Which file of a package comes from where.

The rule: the package's folder of sources without `flavours/` and without what lies in its `bin/`, then
`flavours/<flavour>/` over it where it has one, then the binaries, then the generated files. The result is a plain
mapping, so that nothing is copied twice and a test can read it.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .errors import PackError


@dataclass(frozen=True)
class Kind:
    """What a package is called, where its files come from, and where its binaries go."""

    app_id: str
    source: str  #: Folder of the source tree.
    places: dict[str, str]  #: Build target -> where its binary goes.
    overlay: bool = True  #: Whether `flavours/<flavour>/` lies over the source.

    def file_name(self, flavour: str, version: str) -> str:
        """Of an app with flavours, the name tells which one it is."""
        return f"{self.app_id}-{version}-{flavour}.spl" if self.overlay else f"{self.app_id}-{version}.spl"


#: Build target -> where splunkd looks for its executable: a platform directory first, then `bin/`. No platform
#: directory exists for ARM, so that an ARM host falls through to `bin/` (commands.conf.spec, `filename`).
BINARY_PLACES = {
    "linux-x86_64": "linux_x86_64/bin/iismodcheck",
    "windows-x86_64": "windows_x86_64/bin/iismodcheck.exe",
    "linux-aarch64": "bin/iismodcheck",
}
KINDS = {
    "enterprise": Kind("iismodcheck", "splunk_app", BINARY_PLACES),
    # The Windows executable stays out of the cloud package: Splunk Cloud has no Windows host to run it.
    "cloud": Kind("iismodcheck", "splunk_app", {t: p for t, p in BINARY_PLACES.items() if t != "windows-x86_64"}),
    # A scripted input is looked for in `bin/` alone; platform directories are for commands and modular inputs. x64 only: every
    # IIS that has modules runs on it, and a 32-bit program would be shown SysWOW64 where System32 is asked for.
    "addon": Kind("TA-iismodcheck", "splunk_addon", {"windows-x86_64": "bin/iismodcheck.exe"}, overlay=False),
}


@dataclass(frozen=True)
class Entry:
    """One file of the package: its bytes and whether it may be executed."""

    content: bytes
    executable: bool = False


def _files_below(folder: Path):
    """Yields (path relative to the folder, path on disk); dotfiles and caches are an error, not silently dropped."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") or part == "__pycache__" for part in relative.parts):
            raise PackError(f"{path}: dotfiles and caches may not be in the app folder (AppInspect refuses them)")
        if path.is_symlink():
            raise PackError(f"{path}: a link may not be in the app folder")
        if path.is_file():
            yield PurePosixPath(relative.as_posix()), path


def collect(sources: Path, flavour: str, binaries: dict[str, Path]) -> dict[PurePosixPath, Entry]:
    """Gives the package's files, keyed by their path below its folder.

    `sources` is the folder that the kinds' folders lie in; `binaries` maps a build target to its file; targets that the
    package does not ship are an error.
    """
    if flavour not in KINDS:
        raise PackError(f"unknown flavour '{flavour}' (known: {', '.join(KINDS)})")
    kind = KINDS[flavour]
    folder = sources / kind.source
    if not folder.is_dir():
        raise PackError(f"{folder}: the folder of the {flavour} package is missing")
    tree: dict[PurePosixPath, Entry] = {}
    for relative, path in _files_below(folder):
        if relative.parts[0] not in ("flavours", "bin", "local"):
            tree[relative] = Entry(path.read_bytes())
        elif relative.parts[0] == "local":
            raise PackError(f"{path}: local/ belongs to the site, no package may hold it")
    if kind.overlay:
        overlay = folder / "flavours" / flavour
        if not overlay.is_dir():
            raise PackError(f"{overlay}: the flavour's folder is missing")
        for relative, path in _files_below(overlay):
            tree[relative] = Entry(path.read_bytes())
    for target, path in binaries.items():
        if target not in kind.places:
            raise PackError(f"the {flavour} package does not ship the {target} binary")
        tree[PurePosixPath(kind.places[target])] = Entry(path.read_bytes(), executable=True)
    if not binaries:
        raise PackError(f"no binary given that the {flavour} package ships ({', '.join(kind.places)}): build one first (packaging/build does)")
    return tree
