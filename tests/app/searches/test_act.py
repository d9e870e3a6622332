"""What one actor does to many modules of a host within minutes is one finding; nothing of it is left out, and nothing worse hidden."""

import itertools
import json

from searchhead.values import items

from .events import Host, inventory
from .support import CHANGES, EVIL, GOOD_IMAGE, GOOD_NAME, NOW, RULE, Installed, install_time

LATE = "IIS Module Check - Module change that arrived late"
# Each of them needs a decision by itself: other listed modules that are removed need none.
SERVICE = ["CustomErrorModule", "CustomLoggingModule", "FailedRequestsTracingModule", "HttpLoggingModule", "IpRestrictionModule", "RequestMonitorModule"]


class Acts(Installed):
    def raised(self, *hosts: Host, name: str = CHANGES) -> list[tuple[str, str, list[str]]]:
        """(name, severity, modules gathered) of each result."""
        severity = "severity" if name == RULE else "iis_module_severity"
        return sorted((row["iis_module_name"], row[severity], items(row.get("iis_together"))) for row in self.alert(self.head(*hosts), name).run(NOW))

    def test_a_role_service_is_removed(self):
        for rendering, name in itertools.product(("xml", "classic"), (CHANGES, RULE)):
            hosts = [Host("web01.example.com", rendering), Host("web02.example.com", rendering)]
            for host in hosts:
                for number, module in enumerate(SERVICE):
                    host.remove(install_time() + number * 20, module)
            with self.subTest(rendering=rendering, alert=name):
                found = self.raised(*hosts, name=name)
                if rendering == "classic":
                    # Classic text does not say what was done.
                    self.assertTrue(all(severity in ("low", "medium", "high") for _, severity, _ in found), found)
                    continue
                self.assertEqual(found, [("6 listed modules removed together", "high", sorted(SERVICE))], "the worst severity stays")

    def test_what_needs_no_decision_stands_in_the_list_of_the_one_finding(self):
        # A role service takes modules with it that nobody needs to decide on; two of these protect.
        rest = ["DefaultDocumentModule", "DirectoryListingModule", "HttpRedirectionModule", "StaticCompressionModule"]
        for name in (CHANGES, RULE, LATE):
            for says, modules, expected in (
                ("two protect", [*rest, "HttpLoggingModule", "RequestFilteringModule"], [6]),
                ("none protects", [*rest, "StaticFileModule", "UriCacheModule"], []),
                ("four in all", [*rest[:2], "HttpLoggingModule", "RequestFilteringModule"], [0, 0]),
            ):
                host = Host("web01.example.com")
                for number, module in enumerate(modules):
                    host.remove(install_time() + number * 20, module)
                with self.subTest(says, alert=name):
                    found = self.raised(host, name=name)
                    self.assertEqual([len(listed) for _, _, listed in found], expected)
                    if expected == [6]:
                        self.assertEqual(found, [("6 listed modules removed together", "high", sorted(modules))])

    def test_what_is_only_listed_is_not_remembered(self):
        host = Host("web01.example.com")
        for number, module in enumerate(["DefaultDocumentModule", "DirectoryListingModule", "HttpRedirectionModule", "StaticFileModule"]):
            host.remove(install_time(0.9) + number * 20, module)
        alert = self.alert(self.head(host))
        self.assertEqual(alert.run(NOW), [])
        host.remove(install_time(0.9) + 100, "HttpLoggingModule")
        alert.head = self.head(host)
        self.assertEqual([len(items(row["iis_together"])) for row in alert.run(NOW + 3600)], [5])
        self.assertEqual(alert.run(NOW + 3660), [])

    def test_the_technique_of_each_finding(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        host.remove(install_time() + 60, "HttpLoggingModule")
        host.remove(install_time() + 120, "RequestFilteringModule")
        expected = {"EvilModule": "T1505.004", "HttpLoggingModule": "T1562.002", "RequestFilteringModule": "T1562.001"}
        for name in (CHANGES, RULE):
            head = self.head(host)
            found = self.alert(head, name).run(NOW)
            self.assertEqual({row["iis_module_name"]: row["iis_module_technique"] for row in found}, expected)
        annotated = json.loads(self.alert(head, RULE).settings["action.correlationsearch.annotations"])["mitre_attack"]
        self.assertEqual(annotated, sorted(expected.values()), "those that a finding about a module can have")

    def test_the_actor_is_told_in_words(self):
        for sid, words in (("S-1-5-18", "no proof of setup"), ("S-1-5-21-1-2-3-1500", "Done by a user.")):
            host = Host("web01.example.com")
            host.sid = sid
            host.install(install_time(), "EvilModule", EVIL)
            why = [row["iis_why"] for row in self.alert(self.head(host), CHANGES).run(NOW)]
            self.assertTrue(len(why) == 1 and words in why[0], why)

    def test_four_are_four_and_so_are_two_actors_and_an_hour(self):
        four, others, slow = Host("web01"), Host("web02"), Host("web03")
        for number, module in enumerate(SERVICE[:4]):
            four.remove(install_time() + number * 20, module)
        for number, module in enumerate(SERVICE):
            others.sid = f"S-1-5-21-1-2-3-{500 + number % 2}"
            others.remove(install_time() + number * 20, module)
            slow.remove(install_time(1.9) + number * 300, module)
        for host, count in ((four, 4), (others, 6), (slow, 6)):
            self.assertEqual([modules for _, _, modules in self.raised(host)], [[]] * count)

    def test_an_import_hides_nothing_worse(self):
        host = Host("web01.example.com")
        for number in range(7):
            host.install(install_time() + number * 10, f"Agent{number}Service", rf"C:\Program Files\Agent{number}\agent.dll")
        host.install(install_time() + 80, "EvilModule", EVIL)
        host.hijack(install_time() + 90, GOOD_NAME, GOOD_IMAGE, EVIL)
        found = {name: (severity, len(modules)) for name, severity, modules in self.raised(host)}
        self.assertEqual(found, {"7 modules added together": ("medium", 7), "EvilModule": ("high", 0), GOOD_NAME: ("critical", 0)})

    def test_it_does_not_repeat_itself_and_tells_what_is_new(self):
        host = Host("web01.example.com")
        for number, module in enumerate(SERVICE):
            host.remove(install_time(0.9) + number * 20, module)
        alert = self.alert(self.head(host))
        self.assertEqual(len(alert.run(NOW)), 1)
        self.assertEqual(alert.run(NOW + 3600), [])
        host.remove(install_time(0.9) + 200, "RequestFilteringModule")
        alert.head = self.head(host)
        self.assertEqual([row["iis_module_name"] for row in alert.run(NOW + 3600)], ["RequestFilteringModule"])


class Registrations(Installed):
    """Rows of lists that are alike are not the same."""

    def listed(self, *events) -> list[tuple[str, str, str]]:
        found = self.head(extra=events).run("`iismodcheck_inventory` | `iismodcheck_modules`", now=NOW, earliest="-25h@h").rows
        return sorted((row["iis_host"], row["iis_module_name"], row.get("iis_config_path", "-")) for row in found)

    def row(self, host: str, text: str, ago: float = 600, source: str = "powershell://IISModules"):
        event = inventory(host, NOW - ago, {"EvilModule": EVIL})[0]
        return type(event)(event.time, f"{event.raw}\n{text}", host, source, event.sourcetype, "iis", event.time)

    def test_two_places_two_hosts_two_sources(self):
        place = "config_path=\"MACHINE/WEBROOT/APPHOST/Site {}\""
        site = "MACHINE/WEBROOT/APPHOST/Site {}"
        for says, events, expected in [
            ("the same twice", [self.row("web01", ""), self.row("web01", "", 599)], [("web01", "-")]),
            ("two places", [self.row("web01", place.format(n)) for n in "AB"], [("web01", site.format("A")), ("web01", site.format("B"))]),
            ("two hosts", [self.row("web01", ""), self.row("web02", "")], [("web01", "-"), ("web02", "-")]),
            ("two hosts of a collector", [self.row("wec01", f'PSComputerName="web0{n}"') for n in (1, 2)], [("web01", "-"), ("web02", "-")]),
            ("two sources", [self.row("web01", ""), self.row("web01", place.format("A"), 40000, "other")], [("web01", "-"), ("web01", site.format("A"))]),
            ("fixed since", [self.row("web01", place.format("A"), 4000), self.row("web01", "")], [("web01", "-")]),
        ]:
            with self.subTest(says):
                self.assertEqual([(host, path) for host, _, path in self.listed(*events)], expected)
