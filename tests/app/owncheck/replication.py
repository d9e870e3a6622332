"""distsearch.conf under both readings of its patterns, and what the two flavours may differ in."""

import re
from pathlib import PurePosixPath

from searchhead.conf import path_pattern

from .package import Package

_BINARY = "linux_x86_64/bin/iismodcheck"
#: Paths that may differ between the flavours. The listings of contents differ with the Windows executable.
_MAY_DIFFER = {
    "default/distsearch.conf",
    "default/commands.conf",
    "windows_x86_64/bin/iismodcheck.exe",
    "sbom.cdx.json",
    "THIRD_PARTY_LICENSES.txt",
}


def _patterns(package: Package, *stanzas: str) -> dict[str, str]:
    conf = package.conf("distsearch.conf")
    return {key: value for stanza in stanzas for key, value in conf.get(stanza, {}).items()}


def deny(package: Package):
    """cloud: the pattern must match the binary for Splunk (path below etc) and for AppInspect (package file name)."""
    if package.flavour != "cloud":
        if _patterns(package, "replicationDenylist", "replicationBlacklist"):
            yield "distsearch.conf: the enterprise package may deny nothing"
        return
    patterns = _patterns(package, "replicationDenylist")
    if not patterns:
        yield "distsearch.conf: no [replicationDenylist]"
    version = package.conf("app.conf")["id"]["version"]
    for key, pattern in patterns.items():
        splunk, appinspect = path_pattern(pattern), re.compile(pattern)
        for separator in "/\\":
            path = separator.join(["apps", "iismodcheck", *_BINARY.split("/")])
            if not splunk.match(path):
                yield f"distsearch.conf {key}: Splunk would not match {path}"
        for name in ("iismodcheck", "iismodcheck.spl", package.path.name, f"iismodcheck-{version}.tgz", f"iismodcheck-{version}.tar.gz"):
            if not appinspect.match(f"apps/{name}/{_BINARY}"):
                yield f"distsearch.conf {key}: AppInspect would not match a package named {name}"
        for member in package.members:
            path = f"apps/{member.name}"
            if member.isfile() and splunk.match(path) and not member.name.endswith(_BINARY):
                yield f"distsearch.conf {key}: also matches {path}"
        for other in ("apps/other/linux_x86_64/bin/iismodcheck", "apps/iismodcheck2/linux_x86_64/bin/x", "apps/iismodcheck/lookups/a.csv"):
            if splunk.match(other):
                yield f"distsearch.conf {key}: also matches {other}"


def allow(package: Package):
    """enterprise: every executable outside bin/ reaches the peers, under the old stanza name as well."""
    if package.flavour != "enterprise":
        if _patterns(package, "replicationAllowlist", "replicationWhitelist"):
            yield "distsearch.conf: the cloud package may add nothing to the bundle"
        return
    for stanza in ("replicationAllowlist", "replicationWhitelist"):
        patterns = [path_pattern(value) for value in _patterns(package, stanza).values()]
        for name in (_BINARY, "windows_x86_64/bin/iismodcheck.exe"):
            if not any(pattern.match(f"apps/iismodcheck/{name}") for pattern in patterns):
                yield f"distsearch.conf [{stanza}]: {name} is not taken to the peers"


def key_names(package: Package):
    """The lists are global and merged by key: ours must carry the app's name."""
    for stanza, keys in package.conf("distsearch.conf").items():
        for key in keys:
            if not key.startswith("iismodcheck_"):
                yield f"distsearch.conf [{stanza}] {key}: must begin with iismodcheck_"


def flavours(first: Package, second: Package):
    """The two packages differ where they must and nowhere else."""
    trees = []
    for package in (first, second):
        files = [path for path in package.app.rglob("*") if path.is_file()]
        trees.append({path.relative_to(package.app).as_posix(): path.read_bytes() for path in files})
    for name in sorted(set(trees[0]) | set(trees[1])):
        if trees[0].get(name) != trees[1].get(name) and name not in _MAY_DIFFER:
            yield f"{PurePosixPath(name)}: differs between {first.path.name} and {second.path.name}"
    for name in ("default/distsearch.conf", "default/commands.conf"):
        if trees[0].get(name) == trees[1].get(name):
            yield f"{name}: is the same in both flavours"


CHECKS = (deny, allow, key_names)
