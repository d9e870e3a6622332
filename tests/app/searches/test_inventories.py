"""Inventories of servers: what is quiet, what is an update, what attacks look like, what is missing."""

import json
from collections import Counter

from searchhead.values import items

from .estate import CHANGED, LISTED, MISSING, REMEMBER, START, Estate
from .events import Host
from .inventories import digest, image

CONFIG = r"C:\Windows\System32\inetsrv\config\applicationHost.config"
AGENT = {
    "record": "module", "section": "globalModules", "operation": "add", "kind": "native", "name": "AgentModule", "image": r"C:\Program Files\Agent\agent.dll",
    "config_path": "MACHINE/WEBROOT/APPHOST", "config_file": CONFIG, "config_line": 7, "enabled": "no", "file": r"c:\program files\agent\agent.dll", "bits": "64",
    "file_status": "read", "file_sha256": "ab" * 32, "signature": "none", "pe_machine": "x64", "pe_entry_points": "RegisterModule",
    "pe_original_name": "agent.dll", "pe_version": "1.0.0.0", "signature_extra_bytes": "0",
}  # fmt: skip
#: Columns that make a file another one.
FACTS = ("file_sha256", "pe_version")


def titles(found: list[dict]) -> list[str]:
    """Their titles."""
    return sorted(row["iis_title"] for row in found)


def of_windows(server) -> list[str]:
    """The paths of the files of Windows below inetsrv."""
    paths = {row["file"] for row in server.rows if row["record"] == "file" and row.get("signer_class") == "windows" and r"\inetsrv" in row["file"]}
    return sorted(paths)


def update(server, paths: list[str], version: str) -> None:
    """Windows puts files of another version in the place of these."""
    for row in server.rows:
        if row.get("file") in paths:
            row |= {"file_sha256": digest([{"file": row["file"], "of": version}], ("file", "of")) * 2, "pe_version": version}


class Quiet(Estate):
    """What must not be told."""

    def test_two_quiet_days_give_nothing(self):
        self.add("web01", "web02")
        found = self.passes(50, every=2)
        self.assertEqual({name: titles(rows) for name, rows in found.items()}, dict.fromkeys(found, []))
        self.assertEqual(self.updates(), [])

    def test_an_update_of_windows_in_three_rings_gives_nothing_but_its_count(self):
        servers = self.add(*(f"web{number:03}" for number in range(300)))
        whole = [json.dumps(row) for row in servers[0].rows]
        # The files of Windows below inetsrv, each with what registers it: the rest of a server would only take time.
        paths = of_windows(servers[0])[:45]
        self.assertEqual(len(paths), 45)
        kept = [row for row in map(json.loads, whole) if row.get("file") in paths]
        for server in servers:
            server.rows = [dict(row) for row in kept]
        # A day before, so that each has a state; then a ring every four hours, and a day in which each prints everything.
        for server in servers:
            self.store.add(server.run(START + 60 * (server.minute % 60), full=True))
        self.at = START + 2 * 3600
        self.alerts[REMEMBER].run(self.at)
        raised, at = [], self.at
        for ring in range(3):
            for server in servers[100 * ring : 100 * ring + 100]:
                update(server, paths, "10.0.20348.2700")
                self.store.add(server.run(at + 600 + ring))
                self.store.add(server.run(at + 7200 + ring, full=True))
            at += 3 * 3600
            self.alerts[REMEMBER].run(at + 720)
            for name in (CHANGED, LISTED, MISSING):
                raised += self.alerts[name].run(at + 2820)
        self.at = at + 3600
        self.assertEqual(titles(raised), [])
        self.assertEqual(self.updates(), [("update", "10.0.20348.2700", "300", str(300 * 45))])

    def test_what_is_no_update(self):
        for what, change, told in [
            ("an older version", {"pe_version": "10.0.14393.0"}, 1),
            ("another signer", {"signer_class": "microsoft"}, 1),
            ("without a signature", {"signature": "none", "signer_class": None}, 1),
            ("another genuine file", {"pe_original_name": "iisres.dll"}, 1),
            ("the same again", {}, 0),
        ]:
            with self.subTest(what):
                self.setUp()
                (server,) = self.add("web01")
                self.store.add(server.run(START + 600, full=True))
                self.alerts[REMEMBER].run(START + 3600)
                path = of_windows(server)[3]
                for row in server.rows:
                    if row.get("file") == path and change:
                        row |= {"file_sha256": "cd" * 32, **change}
                server.rows = [{name: value for name, value in row.items() if value is not None} for row in server.rows]
                self.store.add(server.run(START + 7200, full=True))
                self.alerts[REMEMBER].run(START + 3 * 3600)
                found = self.alerts[CHANGED].run(START + 3 * 3600 + 1200)
                self.assertEqual(len(found), told, titles(found))
                for row in found:
                    self.assertEqual(row["iis_module_action"], "replaced")
                    self.assertIn("event 29 never shows that", row["iis_how"])


class Attacked(Estate):
    """The image with twenty attacks that no event shows (tests/it/audit/beyond.rs)."""

    #: Of a worker's copy and of the history: they are no configuration, so that only what they list is judged.
    ELSEWHERE = {"Aux4", "Aux5"}
    ATTACKS = ELSEWHERE | {
        "Aux1", "Aux2", "Aux3", "CgiModule", "DefaultAppPool", "DOTNET_STARTUP_HOOKS", "ErrorHandlerModule", "Session", "RequestFilteringModule", "HttpLoggingModule",
        "StaticFileModule", "CustomErrorModule", "DirectoryListingModule", "DefaultDocumentModule", "UriCacheModule", "ScriptModule-4.0", "starter", "wmiaux",
    }  # fmt: skip

    def test_each_is_reported_once_by_each_alert_that_can_see_it_and_nothing_else_is(self):
        self.assertEqual(len(self.ATTACKS), 20)
        (server,) = self.add("web01")
        self.store.add(server.run(START + 600, full=True))
        self.alerts[REMEMBER].run(START + 3600)
        self.assertEqual(self.alerts[LISTED].run(START + 3700), [])
        server.rows = [json.loads(row) for row in image("attacked")]
        found = {CHANGED: [], LISTED: [], MISSING: []}
        for hours, full in ((4, False), (8, False), (24, True)):
            self.store.add(server.run(START + hours * 3600 + 600, full=full))
            self.alerts[REMEMBER].run(START + (hours + 1) * 3600)
            for name in found:
                found[name] += self.alerts[name].run(START + (hours + 1) * 3600 + 1200)
        told = {name: Counter(row["iis_module_name"] for row in rows) for name, rows in found.items() if name != MISSING}
        self.assertEqual(told, {LISTED: Counter(self.ATTACKS), CHANGED: Counter(self.ATTACKS - self.ELSEWHERE)})
        self.assertEqual(titles(found[MISSING]), [])
        # The change names the finding of the list.
        listed = {row["iis_module_name"]: row["iis_finding_id"] for row in found[LISTED]}
        self.assertEqual({row["iis_module_name"]: row["iis_finding_id"] for row in found[CHANGED]}, {name: listed[name] for name in self.ATTACKS - self.ELSEWHERE})
        self.assertTrue(all(row["iis_module_severity"] in ("medium", "high") and row["iis_how"] for row in found[CHANGED]))


class Compared(Estate):
    """How a change is told."""

    def told(self, *changes, host: Host | None = None, hours: int = 4) -> list[dict]:
        """What the alert about changes tells of one server when something is done to its rows."""
        (server,) = self.add("web01")
        self.store.add(server.run(START + 600, full=True))
        self.alerts[REMEMBER].run(START + 3600)
        for change in changes:
            change(server)
        if host is not None:
            self.store.add(host.events)
        at = START + hours * 3600
        self.store.add(server.run(at))
        self.alerts[REMEMBER].run(at + 1800)
        found = self.alerts[CHANGED].run(at + 2400)
        self.assertEqual(self.alerts[CHANGED].run(at + 2500), [], "once")
        return found

    @staticmethod
    def register(server) -> None:
        """Adds a module by hand."""
        server.rows += [dict(AGENT), {"record": "file", **{name: value for name, value in AGENT.items() if name.startswith(("file", "bits", "sig", "pe_"))}}]

    def test_a_registration_without_an_event_and_with_one(self):
        (row,) = self.told(self.register)
        self.assertIn("no event 29 tells of it", row["iis_how"])
        self.assertNotIn("iis_told_by", row)
        self.setUp()
        host = Host("web01.example.com")
        host.install(START + 7200, "AgentModule", AGENT["image"])
        (row,) = self.told(self.register, host=host)
        self.assertIn("event 29 told of it as well", row["iis_how"])
        events = self.heads.run("`iismodcheck_events` | `iismodcheck_changes`", now=START + 6 * 3600, earliest="-1d").rows
        self.assertIn(row["iis_told_by"], [event["iis_finding_id"] for event in events if event["iis_module_name"] == "AgentModule"])

    def test_an_event_from_before_the_state_tells_of_something_else(self):
        host = Host("web01.example.com")
        host.install(START - 3600, "AgentModule", AGENT["image"])
        (row,) = self.told(self.register, host=host)
        self.assertIn("no event 29 tells of it", row["iis_how"])

    def test_a_protection_that_is_taken_out_by_hand(self):
        def remove(server):
            server.rows = [row for row in server.rows if row.get("name") != "RequestFilteringModule"]

        found = self.told(remove)
        self.assertEqual({(row["iis_module_name"], row["iis_module_action"]) for row in found}, {("RequestFilteringModule", "removed")})
        self.assertTrue(all(row["iis_module_severity"] in ("medium", "high") for row in found), found)

    def test_a_role_service_that_comes_or_goes_needs_nobody(self):
        def comes(server):
            server.rows.insert(0, {"record": "module", "section": "globalModules", "operation": "add", "kind": "native", "name": "WebSocketModule", "image": r"%windir%\System32\inetsrv\iiswsock.dll", "config_path": "MACHINE/WEBROOT/APPHOST", "config_file": CONFIG, "precondition": "bitness64"})

        self.assertEqual(titles(self.told(comes)), [])

    def test_a_forged_time_is_told_at_once(self):
        def forge(server):
            self.register(server)
            # The file of the configuration seems not to have been written, and the module to be known: only the digest differs.
            server.rows[-2] |= {"name": "StaticFileModule2", "image": r"%windir%\System32\inetsrv\static.dll"}
            server.written = lambda rows: set()
            server.lists.settle = lambda rows: [True] * len(rows)

        (row,) = self.told(forge)
        self.assertIn("no row that was printed shows how", row["iis_why"])

    def test_a_host_that_comes_back_after_nine_days_changed(self):
        (server,) = self.add("web01")
        self.add("web02")
        self.passes(26, every=2)
        self.silent.add("web01")
        raised = self.passes(9 * 24, REMEMBER, MISSING, CHANGED, every=6)
        self.assertEqual([(row["iis_state"], items(row["iis_all_hosts"])) for row in raised[MISSING]], [("stopped", ["web01"])])
        self.assertEqual(titles(raised[CHANGED]), [])
        self.silent.clear()
        self.register(server)
        (row,) = self.passes(6, CHANGED, every=2)[CHANGED]
        self.assertEqual((row["iis_module_name"], row["iis_host_count"], row["iis_gap"]), ("AgentModule", "1", "9"))

    def test_a_roll_out_to_300_hosts_is_one_finding(self):
        servers = self.add(*(f"web{number:03}.corp.example.com" for number in range(300)))
        base = [row for row in servers[0].rows if row.get("name") in ("StaticFileModule", "UriCacheModule")]
        for server in servers:
            server.rows = [dict(row) for row in base]
            self.store.add(server.run(START + 600 + server.minute % 60, full=True))
        self.alerts[REMEMBER].run(START + 3600)
        for server in servers:
            self.register(server)
            self.store.add(server.run(START + 4 * 3600 + server.minute % 60))
        self.alerts[REMEMBER].run(START + 5 * 3600 + 720)
        for name in (CHANGED, LISTED):
            (row,) = self.alerts[name].run(START + 5 * 3600 + 2000)
            self.assertEqual((row["iis_module_name"], row["iis_host_count"], len(items(row["iis_all_hosts"]))), ("AgentModule", "300", 300))
            text = {field: len("".join(items(value))) for field, value in row.items() if field != "iis_all_hosts"}
            self.assertEqual({field: size for field, size in text.items() if size > 2500}, {}, name)
            self.assertLessEqual(len(row["iis_title"]), 200)


class Crafted(Estate):
    """What a server says of itself."""

    def test_no_text_of_a_server_becomes_a_field_of_another_host(self):
        (server,) = self.add("web01")
        evil = 'x", iis_host="web02", iis_row="state'
        lines = server.run(START + 600, full=True)
        forged = [type(line)(**{**line.__dict__, "raw": line.raw.replace('"0.2.0"', json.dumps(evil)).replace('"true"', json.dumps(evil))}) for line in lines]
        named = [type(line)(**{**line.__dict__, "raw": line.raw.replace('"iis_host":"web01"', f'"iis_host":{json.dumps(evil)}')}) for line in lines]
        self.store.add(forged + named)
        self.alerts[REMEMBER].run(START + 3600)
        kept = self.heads.run("`iismodcheck_states`", now=START + 7200, earliest="-1d").rows
        self.assertEqual([(row["iis_row"], row["iis_host"]) for row in kept if row["iis_row"] != "ran"], [("state", "web01")])
        # A version of a file, in what is counted.
        path = of_windows(server)[0]
        update(server, [path], evil)
        self.store.add(server.run(START + 4 * 3600, full=True))
        self.alerts[REMEMBER].run(START + 5 * 3600)
        self.alerts[CHANGED].run(START + 5 * 3600 + 1200)
        kept = self.heads.run("`iismodcheck_states`", now=START + 9 * 3600, earliest="-1d").rows
        self.assertEqual({row["iis_host"] for row in kept} - {"-"}, {"web01"})


class Missing(Estate):
    """What is not there."""

    def states(self, found) -> dict[str, list[str]]:
        """state -> hosts."""
        return {row["iis_state"]: items(row["iis_all_hosts"]) for row in found[MISSING]}

    def test_never_came_not_complete_never_full(self):
        host, forwarded = Host("web09.example.com"), Host("web10.example.com", source="XmlWinEventLog:ForwardedEvents")
        for one in (host, forwarded):
            one.noise(START - 86400)
        self.store.add(host.events + forwarded.events)
        (good, broken) = self.add("web01", "web02")
        broken.complete = False
        broken.problems = [{"record": "problem", "problem": "denied", "file": r"C:\Sites\web.config", "detail": "access is denied"}]
        found = self.passes(4, every=2)
        self.assertEqual(self.states(found), {"never came": ["web09"], "not complete": ["web02"]})
        (row,) = [row for row in found[MISSING] if row["iis_state"] == "not complete"]
        self.assertIn(r"denied: C:\Sites\web.config", row["iis_what"])
        self.assertEqual(self.states(self.passes(4, every=2)), {}, "once")

    def test_a_search_that_does_not_remember_is_told(self):
        self.add("web01")
        self.assertEqual(self.states({MISSING: self.alerts[MISSING].run(START + 3600)}), {"not looked at": ["-"]})
        (row,) = self.alerts[CHANGED].run(START + 3600)
        self.assertIn("wrote nothing for three hours", row["iis_why"])
