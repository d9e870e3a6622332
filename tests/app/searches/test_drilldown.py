"""From a finding to its events and the processes around it, whatever the host is called."""

import re

from searchhead.errors import SearchError

from .events import Host
from .sources import OTHER_LOGS
from .support import CHANGES, EVIL, NOW, RULE, Installed, install_time

PROCESSES = "WinEventLog:ForwardedEvents"


class Hosts(Installed):
    def shown(self, name: str, *others: str) -> dict[str, list[dict]]:
        """What the drill-downs show of a finding on a host; each host, this one too, has started one process."""
        host = Host(name)
        host.install(install_time(), "EvilModule", EVIL)
        started = []
        for one in (name, *others):
            log = Host(one, "classic", source=PROCESSES)
            log.foreign(install_time() - 5, 4688, f"of {one}.", *OTHER_LOGS[0])
            started += log.events
        head = self.head(host, extra=started)
        change = self.changes(head)[0]
        finding, window = change["iis_finding_id"], change["iis_window"]
        # The window alone says when: the drill-downs to events need no time range.
        return {
            macro: head.run(f"`iismodcheck_{macro}({arguments})`", now=NOW, earliest=earliest, latest="now").rows
            for macro, arguments, earliest in (
                ("finding", f'"{finding}"', "-7d@d"),
                ("finding_events", f'"{finding}", "{window}"', "-1h"),
                ("finding_processes", f'"{finding}", "{window}"', "-1h"),
                ("finding_host", f'"{finding}"', "-7d@d"),
            )
        }

    def test_names_and_addresses(self):
        for name, others in (
            ("web01.corp.example", ["web02.corp.example", "10.99.1.1"]),
            ("10.20.30.40", ["db07.corp.example", "10.99.1.1", "10.20.30.4"]),
            ("fe80::1", ["fe80::2", "fe80::11"]),
            ("2001:db8::7", ["2001:db8::8"]),
            ("web_1-a", ["web"]),
        ):
            with self.subTest(name):
                shown = self.shown(name, *others)
                self.assertEqual(len(shown["finding_events"]), 6)
                self.assertEqual([row["ComputerName"] for row in shown["finding_processes"]], [name])
                self.assertEqual([row["iis_host"] for row in shown["finding_host"]], [name])

    def test_names_that_cannot_be_searched_for(self):
        for name in ("müller-web.example", "-", "web*", 'a"b', "server münchen"):
            with self.subTest(name):
                shown = self.shown(name, "web02.corp.example")
                self.assertEqual(len(shown["finding_events"]), 6)
                self.assertEqual(len(shown["finding"]), 1)
                self.assertEqual(len(shown["finding_processes"]), 1)
                self.assertIn("the host has no name or one with characters", shown["finding_processes"][0]["iis_what"])

    def test_the_data_model_where_a_site_has_it(self):
        host = Host("web01.corp.example")
        host.install(install_time(), "EvilModule", EVIL)
        started = [
            {"_time": str(install_time() + after), "Processes.dest": dest, "Processes.user": "kim", "Processes.parent_process_name": "w3wp.exe", "Processes.process": dest, "Processes.process_id": "7"}
            for dest, after in (("web01", -5), ("web01.corp.example", 200), ("web01x", 0), ("web02.corp.example", 0), ("web01", 400))
        ]  # fmt: skip
        head = self.head(host, models={"Endpoint.Processes": started})
        change = self.changes(head)[0]
        search = f'`iismodcheck_finding_processes("{change["iis_finding_id"]}", "{change["iis_window"]}")`'
        shown = lambda: [row.get("dest", row.get("iis_what")) for row in head.run(search, now=NOW, earliest="-1h").rows]  # noqa: E731
        self.assertIn("No process creation was found", shown()[0])
        local = self.app / "local"
        local.mkdir()
        (local / "macros.conf").write_text('[iismodcheck_more_processes(1)]\nargs = window\ndefinition = `iismodcheck_processes_of_model("$window$")`\n')
        head = self.head(host, models={"Endpoint.Processes": started})
        self.assertEqual(shown(), ["web01", "web01.corp.example"])

    def test_the_data_model_whatever_the_host_is_called(self):
        local = self.app / "local"
        local.mkdir()
        (local / "macros.conf").write_text('[iismodcheck_more_processes(1)]\nargs = window\ndefinition = `iismodcheck_processes_of_model("$window$")`\n')
        for name, others, found in (
            ("10.20.30.40", ["10.20.30.4", "10.20.30.41", "10", "db07.corp.example"], ["10.20.30.40"]),
            ("fe80::1", ["fe80::2", "fe80::11"], ["fe80::1"]),
            ("-", ["web01"], []),
            ("müller-web.example", ["web01"], []),
        ):
            host = Host(name)
            host.install(install_time(), "EvilModule", EVIL)
            started = [{"_time": str(install_time()), "Processes.dest": dest, "Processes.process": dest, "Processes.process_id": "7"} for dest in (name, *others)]
            for row in started:
                row |= {"Processes.user": "kim", "Processes.parent_process_name": "w3wp.exe"}
            head = self.head(host, models={"Endpoint.Processes": started})
            change = self.changes(head)[0]
            rows = head.run(f'`iismodcheck_finding_processes("{change["iis_finding_id"]}", "{change["iis_window"]}")`', now=NOW, earliest="-1h").rows
            with self.subTest(name):
                self.assertEqual([row["dest"] for row in rows if "dest" in row], found)
                if not found:
                    self.assertIn("the host has no name or one with characters", rows[0]["iis_what"])

    def test_what_a_window_must_not_be(self):
        head = self.head()
        for window in ("", "1-2", "1-2/", "1-2/web01 | delete", "x-y/web01", "1-2/WEB01", "1-2/a OR b"):
            for macro in ("finding_events", "finding_processes"):
                with self.subTest(window), self.assertRaisesRegex(SearchError, "iis_window"):
                    head.run(f'`iismodcheck_{macro}("{"0" * 32}", "{window}")`', now=NOW)

    def test_everything_of_the_host(self):
        host, other = Host("web01"), Host("web02")
        host.install(install_time(), "EvilModule", EVIL)
        host.remove(install_time() + 600, "EvilModule")
        other.install(install_time(), "EvilModule", EVIL)
        head = self.head(host, other)
        finding = next(row["iis_finding_id"] for row in self.changes(head) if row["iis_host"] == "web01")
        found = head.run(f'`iismodcheck_finding_host("{finding}")`', now=NOW, earliest="-7d@d", latest="now").rows
        self.assertEqual([(row["iis_host"], row["iis_module_action"]) for row in found], [("web01", "added"), ("web01", "removed")])
        none = head.run(f'`iismodcheck_finding_host("{"0" * 32}")`', now=NOW, earliest="-7d@d", latest="now").rows
        self.assertIn("No finding has this id now", none[0]["iis_what"])


class Menu(Installed):
    """The menu of a result: what it opens, from an alert's result or a row of a search by hand."""

    #: Action -> what its search shows of a host with one installation.
    SHOWN = {"iismodcheck_finding": 1, "iismodcheck_events": 6, "iismodcheck_processes": 1, "iismodcheck_host": 1, "iismodcheck_allow": 1}

    def test_each_action_from_each_result(self):
        for name in ("web01.corp.example", "10.20.30.40", "2001:db8::7", "-", "müller-web.example", 'a"] | delete'):
            host, other = Host(name), Host("web02.corp.example")
            host.install(install_time(), "EvilModule", EVIL)
            other.install(install_time() - 1200, "EvilModule", EVIL)
            head = self.head(host, other)
            actions = head.instance.apps["iismodcheck"].stanzas("workflow_actions")
            self.assertEqual(set(actions), set(self.SHOWN))
            results = [self.changes(head), self.alert(self.head(host), CHANGES).run(NOW), self.alert(self.head(host), RULE).run(NOW)]
            for number, rows in enumerate(results):
                row = next(row for row in rows if name in (row.get("iis_host", "-"), row.get("iis_hosts")))
                for action, keys in actions.items():
                    needed = [field.strip() for field in keys["fields"].split(",")]
                    if any(field not in row for field in needed):
                        self.assertTrue(action == "iismodcheck_host" and (number > 0 or name == "-"), "only the host is none of an alert's fields")
                        continue
                    search = keys["search.search_string"]
                    used = set(re.findall(r"\$(\w+)\$", search))
                    self.assertLessEqual(used, {"iis_finding_id", "iis_window"}, "nothing that somebody else writes")
                    self.assertLessEqual(used, set(needed))
                    for field in used:
                        search = search.replace(f"${field}$", row[field])
                    found = head.run(search, now=NOW, earliest="-7d@d", latest="now").rows
                    with self.subTest(host=name, action=action, result=number):
                        self.assertEqual(len(found), self.SHOWN[action])
                        self.assertNotIn("No finding has this id", str(found))
                        if action in ("iismodcheck_finding", "iismodcheck_host"):
                            self.assertEqual(found[0]["iis_host"], name)
