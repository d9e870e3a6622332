"""An estate whose servers print inventories hour by hour, and the searches about them, each at its minute."""

from searchhead.alerts import Alert

from .inventories import EVERY, Lists, Server
from .support import NOW, Installed

REMEMBER = "IIS Module Check - Remember the inventories"
CHANGED = "IIS Module Check - What is there changed"
LISTED = "IIS Module Check - Listed module needs a decision"
MISSING = "IIS Module Check - Inventory stopped, incomplete or never came"
UPDATES = "IIS Module Check - Updates by day and version"
MINUTES = {REMEMBER: 12, CHANGED: 32, LISTED: 37, MISSING: 47}
START = NOW // 86400 * 86400  #: Midnight.


class Estate(Installed):
    """Each test begins at midnight, with an empty index."""

    def setUp(self):
        super().setUp()
        self.at, self.servers, self.lists = START, [], Lists(self.apps)
        self.heads = self.head()
        self.alerts = {name: self.alert(self.heads, name) for name in MINUTES}
        self.silent: set[str] = set()

    @property
    def store(self):
        """The events of all servers."""
        return self.heads.peers[0].store

    def add(self, *names: str, rows="quiet") -> list[Server]:
        """Servers whose minutes of the day are spread over it, each with its own offset in the interval."""
        made = [Server(name, self.lists, rows, minute=(240 * (number % 6) + 7 * number) % 1440) for number, name in enumerate(names, len(self.servers))]
        self.servers += made
        return made

    def prints(self, server: Server, begin: float, end: float) -> None:
        """What the server's input writes from one time to the other."""
        first = START + (60 * server.minute) % EVERY
        time = first + max(0, -(-(begin - first) // EVERY)) * EVERY
        while time < end:
            if server.name not in self.silent:
                self.store.add(server.run(time))
            time += EVERY

    def passes(self, hours: int, *names: str, every: int = 1) -> dict[str, list[dict]]:
        """Some hours go by; gives what each search raised. The searches (all, where none is named) run every so many hours."""
        raised = {name: [] for name in names or MINUTES}
        for _ in range(hours // every):
            for server in self.servers:
                self.prints(server, self.at, self.at + 3600 * every)
            self.at += 3600 * every
            for name in MINUTES:
                if name in raised or name == REMEMBER:
                    found = self.alerts[name].run(self.at + 60 * MINUTES[name])
                    if name != REMEMBER:
                        raised[name] += found
        return raised

    def updates(self) -> list[tuple[str, str, str, str]]:
        """What the report of updates says: difference, version, hosts, changes."""
        keys = self.heads.instance.saved_search(UPDATES, "iismodcheck")
        found = self.heads.run(keys["search"], now=self.at + 3599, earliest=keys["dispatch.earliest_time"]).rows
        return [(row["iis_difference"], row["iis_to_version"], row["iis_host_count"], row["iis_changes"]) for row in found]
