"""The archive itself: modes, owner, names, and what the binaries are."""

import hashlib
import re
import struct
import subprocess
from pathlib import Path

from packages import ROOT

from .package import Package

_X86_64, _AARCH64, _PE = 62, 183, 0  # e_machine of an ELF
_LINUX = "linux_x86_64/bin/iismodcheck"
#: Flavour -> where an executable may lie -> what it must be. The first of them must be there.
_EXPECTED = {
    "enterprise": {_LINUX: _X86_64, "bin/iismodcheck": _AARCH64, "windows_x86_64/bin/iismodcheck.exe": _PE},
    "cloud": {_LINUX: _X86_64, "bin/iismodcheck": _AARCH64},
    "addon": {"bin/iismodcheck.exe": _PE},
}
_NAME = re.compile(r"(TA-)?iismodcheck-\d+\.\d+\.\d+(-[a-z0-9.]+)*\.spl\Z")
_PICTURES = {
    "appIcon.png": (36, 36),
    "appIcon_2x.png": (72, 72),
    "appIconAlt.png": (36, 36),
    "appIconAlt_2x.png": (72, 72),
    "screenshot.png": (623, 350),
}
_REQUIRED = ("README.md", "LICENSE.txt", "THIRD_PARTY_LICENSES.txt", "sbom.cdx.json", "app.manifest")


def layout(package: Package):
    """One top folder, no dotfiles, no `./`, no owner, modes 755 and 644."""
    if not _NAME.match(package.path.name):
        yield f"{package.path.name}: the file name does not fit the deny pattern of distsearch.conf"
    for member in package.members:
        parts = member.name.split("/")
        if parts[0] != package.app_id:
            yield f"{member.name}: not below the one top folder {package.app_id}"
        if any(part.startswith(".") for part in parts):
            yield f"{member.name}: dotfile or ./ prefix"
        if parts[1:2] == ["local"]:
            yield f"{member.name}: local/ belongs to the site"
        if (member.uid, member.gid, member.uname, member.gname) != (0, 0, "", ""):
            yield f"{member.name}: has an owner ({member.uid}:{member.gid})"
        if not (member.isdir() or member.isfile()):
            yield f"{member.name}: neither file nor directory"
        mode = 0o755 if member.isdir() or "bin" in parts[1:-1] else 0o644
        if member.mode != mode:
            yield f"{member.name}: mode {member.mode:o}, should be {mode:o}"
    names = [member.name for member in package.members]
    if len(set(names)) != len(names):
        yield "a name is in the archive twice"
    for name in _REQUIRED:
        if f"{package.app_id}/{name}" not in names:
            yield f"{name}: missing"
    if re.search(r"iismodcheck/lookups/iismodcheck_(allowlist|packs)\.csv", "\n".join(names)):
        yield "lookups: the site's own file is in the package, an upgrade would overwrite it"


def pictures(package: Package):
    """Icons and screenshot: PNG files in the sizes of app.conf.spec."""
    for name, size in _PICTURES.items():
        path = package.app / "static" / name
        data = path.read_bytes() if path.is_file() else b""
        found = struct.unpack_from(">II", data, 16) if data[:8] == b"\x89PNG\r\n\x1a\n" else None
        if found != size:
            yield f"static/{name}: must be a PNG of {size[0]}x{size[1]} pixels, is {found or 'none'}"


def checksum(package: Package):
    """The .sha256 beside the package."""
    beside = package.path.with_name(package.path.name + ".sha256")
    digest = hashlib.sha256(package.path.read_bytes()).hexdigest()
    if not beside.is_file() or beside.read_text() != f"{digest}  {package.path.name}\n":
        yield f"{beside.name}: missing or not the checksum of the package"


def _elf_findings(name: str, data: bytes, machine: int):
    if data[:6] != b"\x7fELF\x02\x01":
        yield f"{name}: no 64-bit ELF"
        return
    if struct.unpack_from("<H", data, 18)[0] != machine:
        yield f"{name}: built for another processor"
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    kinds = [struct.unpack_from("<I", data, offset + i * size)[0] for i in range(count)]
    if 3 in kinds:  # PT_INTERP
        yield f"{name}: not static, it asks for a dynamic loader"


def binaries(package: Package):
    """Each executable is what its directory says, static, and free of this machine's paths."""
    found = {p.relative_to(package.app).as_posix(): p for p in package.app.rglob("*") if p.is_file() and p.parent.name == "bin"}
    expected = _EXPECTED[package.flavour]
    if next(iter(expected)) not in found:
        yield f"{next(iter(expected))}: missing"
    for name, path in found.items():
        data = path.read_bytes()
        machine = expected.get(name)
        if machine is None:
            yield f"{name}: not in the {package.flavour} package, where nothing but the program belongs here"
        elif machine == _PE:
            header = struct.unpack_from("<I", data, 0x3C)[0]
            if data[:2] != b"MZ" or data[header : header + 6] != b"PE\0\0\x64\x86":
                yield f"{name}: no x86-64 PE file"
        else:
            yield from _elf_findings(name, data, machine)
        for path_of_builder in (f"{ROOT}/", f"{Path.home()}/", "/.cargo/registry"):
            if path_of_builder.encode() in data:
                yield f"{name}: holds a path of the machine that built it ({path_of_builder}...)"
        if hashlib.sha256(data).hexdigest() not in (package.app / "sbom.cdx.json").read_text():
            yield f"{name}: its checksum is not in sbom.cdx.json"


def runs(package: Package):
    """The shipped Linux executable answers --version."""
    path = package.app / _LINUX
    done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, env={})
    version = package.conf("app.conf")["id"]["version"]
    if done.returncode or done.stdout.strip() != f"iismodcheck {version}":
        yield f"iismodcheck --version: {done.returncode} {done.stdout.strip()!r}, expected 'iismodcheck {version}'"


ANY = (layout, checksum, binaries)
APP = (*ANY, pictures, runs)
