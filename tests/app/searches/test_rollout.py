"""A module is rolled out to a fleet in the course of a day, while servers are switched off and two people allow it."""

from searchhead.values import items

from .events import Host, inventory
from .support import CHANGES, NOW, RULE, Installed

AGENT = r"C:\Program Files\Agent\agent.dll"
LISTED = "IIS Module Check - Listed module needs a decision"
HOUR = 3600
WAVES = 12  #: In each of the first hours of the day every twelfth host gets the module.


class Rollout(Installed):
    def events(self, names: list[str]) -> list:
        """Each host's installation, an hour before the run that may report it first."""
        found = []
        for number, name in enumerate(names):
            host = Host(name)
            host.install(NOW + (number % WAVES - 1) * HOUR + number // WAVES * 2, "AgentModule", AGENT)
            found += host.events
        return found

    def listed(self, names: list[str], hour: int) -> list:
        """The inventories of an hour: every tenth host is switched off from the 14th to the 20th."""
        at = NOW + hour * HOUR - 600
        off = lambda number: number % 10 == 3 and 14 <= hour < 20  # noqa: E731
        return [event for number, name in enumerate(names) if number % WAVES <= hour and not off(number) for event in inventory(name, at, {"AgentModule": AGENT})]

    def allow(self, head, hour: int, host: str, scope: str) -> None:
        """What somebody does who clicks the change of a host."""
        window = {"now": NOW + hour * HOUR, "earliest": "-7d@d", "latest": "now"}
        found = head.run("`iismodcheck_events` | `iismodcheck_changes`", **window).rows
        finding = next(row["iis_finding_id"] for row in found if row["iis_host"] == host)
        head.run(f'`iismodcheck_allow("{finding}", "{scope}", "kim", "CHG-1", "90")`', **window)

    def day(self, count: int, name: str) -> tuple[dict[int, list[str]], list[dict]]:
        """hour -> the hosts that are reported in it; and every result."""
        names = [f"web{number:04}.corp.example.com" for number in range(count)]
        changes = self.events(names)
        self.allowlist().write_text("id,enabled,effect,kind,name,image,type,match,precondition,host,config_path,action,valid_from,expires,owner,ticket,reason\n")
        alert = self.alert(self.head(extra=changes), name)
        raised, rows = {}, []
        for hour in range(24):
            if hour in (6, 9):
                # One person allows one host, the other, three hours later, all that have it by then.
                so_far = [event for event in changes if event.time < NOW + hour * HOUR]
                self.allow(self.head(extra=so_far), hour, names[hour - 6], "host" if hour == 6 else "fleet")
            alert.head = self.head(extra=changes if name != LISTED else self.listed(names, hour))
            found = alert.run(NOW + hour * HOUR)
            rows += found
            if found:
                raised[hour] = sorted(host for row in found for host in items(row["dest" if name == RULE else "iis_all_hosts"]))
        return raised, rows

    def test_each_host_once_whoever_leaves_comes_or_is_allowed(self):
        for count, alerts in ((300, (RULE, LISTED)), (1000, (CHANGES,))):
            for name in alerts:
                with self.subTest(count=count, alert=name):
                    raised, rows = self.day(count, name)
                    waves = {wave: [f"web{number:04}.corp.example.com" for number in range(wave, count, WAVES)] for wave in range(WAVES) if wave != 9}
                    self.assertEqual(raised, waves, "the ninth was allowed before it could be reported")
                    self.assertEqual(len(rows), len(waves), "an hour of a roll-out is one result")
                    for row in rows:
                        self.assertLessEqual(max(len(row["iis_title"]), len(row["iis_hosts"])), 200)
                    entries = self.allowlist().read_text().splitlines()
                    self.assertEqual(len(entries), 3, "two entries, whatever the number of hosts")
