"""The knowledge bundle: which files of the search head a search peer gets.

Splunk's own list (distsearch.conf of 9.0.3) takes `bin` and `lookups` of every app, and conf files by
`replicate.<conf> = true`; the lists of all apps are added to it, and a deny pattern beats every allow pattern.
"""

import shutil
from pathlib import Path

from .conf import path_pattern
from .instance import Instance

_DEFAULT_ALLOW = r"(system|(apps/(?!pdfserver)*)|users(/_reserved)?/*/*)/(bin|lookups)/..."
_REPLICATED_CONF = {"commands", "eventtypes", "fields", "props", "tags", "transforms", "macros", "authorize", "distsearch", "app"}
_ALLOW, _DENY = ("replicationAllowlist", "replicationWhitelist"), ("replicationDenylist", "replicationBlacklist")


def _patterns(instance: Instance, stanzas) -> list:
    return [
        path_pattern(pattern)
        for app in instance.apps.values()
        for stanza in stanzas
        for pattern in app.stanzas("distsearch").get(stanza, {}).values()
    ]


def replicate(instance: Instance, peer_home: Path, head: str = "head", epoch: int = 1) -> Path:
    """Copies the bundle below a peer's folder and gives the `apps` folder in it."""
    target = peer_home / "var" / "run" / "searchpeers" / f"{head}-{epoch}" / "apps"
    target.mkdir(parents=True)
    allow = [path_pattern(_DEFAULT_ALLOW), *_patterns(instance, _ALLOW)]
    deny = _patterns(instance, _DENY)
    for app in instance.apps.values():
        for path in sorted(p for p in app.path.rglob("*") if p.is_file()):
            relative = path.relative_to(app.path)
            name = f"apps/{app.name}/{relative.as_posix()}"
            conf = relative.parts[0] in ("default", "local") and path.suffix == ".conf" and path.stem in _REPLICATED_CONF
            wanted = conf or relative.parts[0] == "metadata" or any(pattern.match(name) for pattern in allow)
            if wanted and not any(pattern.match(name) for pattern in deny):
                (target / app.name / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target / app.name / relative)
    return target
