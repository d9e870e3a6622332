"""At each limit where Splunk leaves something out without failing, the shipped searches are right or say so; never empty."""

from searchhead.limits import Limits

from .events import Host, inventory
from .support import CHANGES, EVIL, NOW, RULE, Installed, install_time

LATE = "IIS Module Check - Module change that arrived late"
LISTED = "IIS Module Check - Listed module needs a decision"
#: Each limit so low that it is reached.
REACHED = {
    "rows of eventstats": Limits(rows=1, memory=1),
    "memory of streamstats": Limits(memory=1),
    "rows of a subsearch": Limits(subsearch_rows=1),
    "time of a subsearch": Limits(subsearch_events=0),
    "rows of append": Limits(append_rows=0),
    "time of append": Limits(append_events=0),
}


class Drilldowns(Installed):
    """The searches by the id of a finding."""

    def test_a_limit_hides_no_finding(self):
        host, other = Host("web01.example.com"), Host("web02.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        other.install(install_time(), "EvilModule", EVIL)
        listed = inventory("web03", NOW - 600, {"EvilModule": EVIL}) + inventory("web04", NOW - 600, {"EvilModule": EVIL})
        whole = self.head(host, other, extra=listed)
        ids = [row["iis_finding_id"] for row in whole.run("`iismodcheck_findings`", now=NOW, earliest="-7d@d").rows]
        self.assertEqual(len(ids), 4)
        for reason, limits in REACHED.items():
            head = self.head(host, other, extra=listed, limits=limits)
            for number, finding in enumerate(ids):
                with self.subTest(reason, finding=number):
                    found = head.run(f'`iismodcheck_finding("{finding}")`', now=NOW, earliest="-7d@d").rows
                    told = " ".join(row["iis_what"] for row in found)
                    self.assertTrue("EvilModule" in told or "limit reached" in told, told)
                    for scope in ("host", "fleet"):
                        entry = f'`iismodcheck_allow_entry("{finding}", "{scope}", "o", "r", "90")`'
                        for row in head.run(entry, now=NOW, earliest="-7d@d").rows:
                            self.assertTrue(row.get("host") or row.get("iis_what"), "never an entry for every host")


class Alerts(Installed):
    """The searches that alert."""

    def told(self, name: str, limits: Limits, *hosts: Host, extra=()) -> dict[str, str]:
        """name of the module -> verdict, of what an alert raises."""
        found = self.alert(self.head(*hosts, extra=extra, limits=limits), name).run(NOW)
        return {row["iis_module_name"].partition(",")[0]: row["iis_module_verdict"] for row in found}

    def test_a_limit_hides_no_finding(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        classic = Host("web02.example.com", "classic")
        classic.install(install_time(), "OtherModule", EVIL)
        listed = inventory("web01", NOW - 600, {"EvilModule": EVIL})
        for reason, limits in REACHED.items():
            for name in (CHANGES, RULE, LISTED):
                with self.subTest(reason, alert=name):
                    expected = {"EvilModule": "suspicious_location"}
                    if name != LISTED:
                        expected["OtherModule"] = "unknown"
                    if limits.memory == 1:
                        expected["limit reached"] = "unknown"
                    self.assertEqual(self.told(name, limits, host, classic, extra=listed), expected)

    def test_nothing_is_said_below_the_limit_and_without_events(self):
        host = Host("web01.example.com")
        host.noise(install_time())
        for hosts in ((), (host,)):
            for name in (CHANGES, RULE, LISTED):
                self.assertEqual(self.told(name, Limits(), *hosts), {})

    def test_more_results_than_splunk_raises(self):
        for count, told in ((3, 3), (503, 500)):
            names = {f"Agent{number:03}Service": rf"C:\Agent\agent{number:03}.dll" for number in range(count - 1)}
            host = Host("web01.example.com")
            for number, (name, image) in enumerate(names.items()):
                # An actor of its own, so that no ten minutes of one have five of them.
                host.sid = f"S-1-5-21-1-2-3-{number}"
                host.install(install_time(), name, image)
            host.install(install_time(), "EvilModule", EVIL)
            events = inventory("web01", NOW - 600, {**names, "EvilModule": EVIL})
            for alert in (CHANGES, LATE, LISTED):
                with self.subTest(alert, count=count):
                    found = self.alert(self.head(host, extra=events), alert).run(NOW)
                    self.assertEqual(len(found), told)
                    self.assertEqual(found[0]["iis_module_name"], "EvilModule", "the worst come first")
                    if count > told:
                        self.assertIn("4 more findings", found[-1]["iis_what"])

    def test_the_memory_that_is_needed_does_not_grow_with_the_estate(self):
        hosts = [Host(f"web{number:02}.example.com") for number in range(30)]
        for host in hosts:
            host.install(install_time(), "EvilModule", EVIL)
            host.install(install_time() + 60, "OtherModule", EVIL)
        self.assertEqual(set(self.told(CHANGES, Limits(rows=1, memory=400), *hosts)), {"EvilModule", "OtherModule"})
