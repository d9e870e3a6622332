"""The packages installed as an administrator installs them: unpacked below etc/apps."""

import contextlib
import tarfile
import tempfile
import unittest
from pathlib import Path

from packages import package
from searchhead.alerts import Alert
from searchhead.bundle import replicate
from searchhead.instance import Instance
from searchhead.job import Peer, SearchHead
from searchhead.store import EventStore

from .events import Host

NOW = 1_790_000_000.0 // 3600 * 3600 + 7 * 60  #: A run at seven minutes past the hour, as the alerts are scheduled.
USERS = {"admin": ("admin",), "tuner": ("user", "iismodcheck_tuner"), "analyst": ("user",)}
CHANGES = "IIS Module Check - Module change needs a decision"
RULE = "IISMODCHECK - Windows IIS Module Not On Allowlist - Rule"
EVIL = r"C:\Windows\Temp\evil.dll"
GOOD_NAME, GOOD_IMAGE = "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll"


def unpack(flavour: str, apps: Path) -> Path:
    """Installs (or upgrades) the app; gives its folder."""
    with tarfile.open(package(flavour)) as archive:
        archive.extractall(apps, filter="tar")
    return apps / "iismodcheck"


def install_time(hours_ago: float = 1.5) -> float:
    """A time whose rows are indexed in one of the two hours that a run at NOW reports."""
    return NOW - hours_ago * 3600


class Installed(unittest.TestCase):
    """A search head with the app of `flavour`; each test has its own."""

    flavour = "enterprise"

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.home = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.apps = self.home / "etc" / "apps"
        self.apps.mkdir(parents=True)
        self.app = unpack(self.flavour, self.apps)

    def head(self, *hosts: Host, extra=(), **options) -> SearchHead:
        """A search head that holds the hosts' events itself."""
        events = [event for host in hosts for event in host.events] + list(extra)
        return SearchHead(Instance(self.apps, users=USERS), EventStore("standalone", events), **options)

    def cluster(self, *parts) -> SearchHead:
        """A search head with one peer for each list of events, each from a bundle folder of its own."""
        instance = Instance(self.apps, users=USERS)
        peers = []
        for number, events in enumerate(parts, 1):
            home = self.home / f"peer{number}"
            bundle = replicate(instance, home, epoch=number)
            peers.append(Peer(EventStore(f"peer{number}", events), Instance(bundle, users=USERS)))
        return SearchHead(instance, peers=peers)

    def alert(self, head: SearchHead, name: str = CHANGES) -> Alert:
        """A saved search with an empty throttle, and none of the alerts has reported or seen anything yet."""
        for memory in ("reported_*", "seen_*"):
            for path in self.app.glob(f"lookups/iismodcheck_{memory}.csv"):
                path.unlink()
        return Alert(head, name)

    def changes(self, head: SearchHead, **options) -> list[dict]:
        """Every change in the events, decided."""
        found = head.run("`iismodcheck_events` | `iismodcheck_changes`", now=NOW, earliest="-30d@d", latest="+2d@d", **options)
        return found.rows

    def allowlist(self) -> Path:
        """The site's own file."""
        return self.app / "lookups" / "iismodcheck_allowlist.csv"
