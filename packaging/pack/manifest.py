"""The names and versions that four files repeat, and the files that a package must have."""

import configparser
import json
from pathlib import PurePosixPath

from .errors import PackError
from .tree import Entry

_ANY = dict.fromkeys(("app.manifest", "README.md", "LICENSE.txt", "default/app.conf", "default/props.conf", "metadata/default.meta"))
_APP = {
    "default/commands.conf": None,
    "default/distsearch.conf": None,
    "static/appIcon.png": (36, 36),
    "static/appIcon_2x.png": (72, 72),
    "static/appIconAlt.png": (36, 36),
    "static/appIconAlt_2x.png": (72, 72),
    "static/screenshot.png": (623, 350),
}
#: Folder of the package -> path -> pixel size of a PNG, or None. What nobody opens in Splunk Web needs no pictures.
REQUIRED = {"iismodcheck": _ANY | _APP, "TA-iismodcheck": _ANY | {"default/inputs.conf": None}}


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def check(app_id: str, tree: dict[PurePosixPath, Entry], crate_version: str) -> None:
    """Raises with every finding at once: missing files, pictures of the wrong size, names or versions that disagree."""
    findings = []
    for name, size in REQUIRED[app_id].items():
        entry = tree.get(PurePosixPath(name))
        if entry is None:
            findings.append(f"{name}: missing")
        elif size and _png_size(entry.content) != size:
            findings.append(f"{name}: must be a PNG of {size[0]}x{size[1]} pixels, is {_png_size(entry.content) or 'no PNG'}")
    if not findings:
        conf = configparser.RawConfigParser(strict=True, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        conf.read_string(tree[PurePosixPath("default/app.conf")].content.decode())
        info = json.loads(tree[PurePosixPath("app.manifest")].content)["info"]
        versions = {
            "Cargo.toml version": crate_version,
            "default/app.conf [id] version": conf.get("id", "version", fallback=None),
            "default/app.conf [launcher] version": conf.get("launcher", "version", fallback=None),
            "app.manifest info.id.version": info["id"].get("version"),
        }
        names = {
            "default/app.conf [package] id": conf.get("package", "id", fallback=None),
            "default/app.conf [id] name": conf.get("id", "name", fallback=None),
            "app.manifest info.id.name": info["id"].get("name"),
        }
        findings += [f"{where} is {is_!r}, should be {crate_version!r}" for where, is_ in versions.items() if is_ != crate_version]
        findings += [f"{where} is {is_!r}, should be {app_id!r}" for where, is_ in names.items() if is_ != app_id]
    if findings:
        raise PackError(f"{app_id} is not complete:\n  " + "\n  ".join(findings))
