"""Which file of the package comes from where.

The rule: `splunk_app/` without `flavours/` and without what lies in its `bin/`, then `splunk_app/flavours/<flavour>/`
over it, then the binaries, then the generated files. The result is a plain mapping, so that nothing is copied twice
and a test can read it.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .errors import PackError

APP_ID = "iismodcheck"
FLAVOURS = ("enterprise", "cloud")

#: Build target -> where splunkd looks for its executable: a platform directory first, then `bin/`. No platform
#: directory exists for ARM, so that an ARM host falls through to `bin/` (commands.conf.spec, `filename`).
BINARY_PLACES = {
    "linux-x86_64": "linux_x86_64/bin/iismodcheck",
    "windows-x86_64": "windows_x86_64/bin/iismodcheck.exe",
    "linux-aarch64": "bin/iismodcheck",
}
#: The Windows executable stays out of the cloud package: Splunk Cloud has no Windows host to run it.
TARGETS_OF = {
    "enterprise": tuple(BINARY_PLACES),
    "cloud": ("linux-x86_64", "linux-aarch64"),
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


def collect(app: Path, flavour: str, binaries: dict[str, Path]) -> dict[PurePosixPath, Entry]:
    """Gives the package's files, keyed by their path below the app's folder.

    `binaries` maps a build target to its file; targets that the flavour does not ship are an error.
    """
    if flavour not in FLAVOURS:
        raise PackError(f"unknown flavour '{flavour}' (known: {', '.join(FLAVOURS)})")
    overlay = app / "flavours" / flavour
    if not overlay.is_dir():
        raise PackError(f"{overlay}: the flavour's folder is missing")
    tree: dict[PurePosixPath, Entry] = {}
    for relative, path in _files_below(app):
        if relative.parts[0] not in ("flavours", "bin", "local"):
            tree[relative] = Entry(path.read_bytes())
        elif relative.parts[0] == "local":
            raise PackError(f"{path}: local/ belongs to the site, no package may hold it")
    for relative, path in _files_below(overlay):
        tree[relative] = Entry(path.read_bytes())
    for target, path in binaries.items():
        if target not in TARGETS_OF[flavour]:
            raise PackError(f"the {flavour} package does not ship the {target} binary")
        tree[PurePosixPath(BINARY_PLACES[target])] = Entry(path.read_bytes(), executable=True)
    if not binaries:
        raise PackError("no binary given: build one first (packaging/build does)")
    return tree
