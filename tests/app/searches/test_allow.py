"""The search that allows a module: it silences exactly that module on exactly those hosts, and nothing gets into SPL."""

import csv

from searchhead.errors import SearchError
from searchhead.expr import parse

from .events import GLOBAL, Host
from .support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, Installed, install_time

AGENT = r"C:\Program Files\Agent\agent.dll"
COLUMNS = (
    "id enabled effect kind name image type match precondition host config_path action valid_from expires owner ticket reason"
).split()
#: Names that an attacker may choose, each aimed at something that reads it on the way.
CRAFTED = [
    'x" OR 1=1 | delete',
    'a"] | outputlookup iismodcheck_allowlist | eval b="[',
    "`iismodcheck_filter`",
    "$finding_id$",
    "x,allow,*,*",
    "[| makeresults]",
    'x" NewValue=C:\\Windows\\System32\\inetsrv\\loghttp.dll Computer=dev01 name=HttpLoggingModule',
    "=cmd|' /C calc'!A0",
    "evil\\",
    "*",
    "Ünïcode \u202e Modul",
    "<b>bold</b>",
]


class Allow(Installed):
    """`iismodcheck_allow`, run by hand from a finding."""

    def allow(self, head, finding: str, scope: str = "host", user: str = "tuner", owner="ops", reason="ticket 7", days="90"):
        """Runs the search that the dashboard prepares."""
        search = f'`iismodcheck_allow("{finding}", "{scope}", "{owner}", "{reason}", "{days}")`'
        return head.run(search, now=NOW, earliest="-30d@d", latest="now", user=user)

    def entries(self) -> list[dict]:
        """What the site's allowlist holds."""
        with self.allowlist().open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def create(self, head) -> None:
        """Runs the report that makes the allowlist, as the README says."""
        head.run(head.instance.saved_search("IIS Module Check - Create the allowlist", "iismodcheck")["search"], now=NOW)

    def installed(self, *hosts: str, name: str = "AgentModule", image: str = AGENT):
        """The same module on several hosts, and another one on the first."""
        made = [Host(host) for host in hosts]
        for host in made:
            host.install(install_time(), name, image)
        made[0].install(install_time() + 100, "OtherModule", EVIL)
        return made

    def verdicts(self, head) -> dict[tuple[str, str], str]:
        """(module, host) -> verdict."""
        return {(r["iis_module_name"], r["iis_host"]): r["iis_module_verdict"] for r in self.changes(head)}

    def finding(self, head, name: str, host: str) -> str:
        """The id of a finding."""
        return next(r["iis_finding_id"] for r in self.changes(head) if (r["iis_module_name"], r["iis_host"]) == (name, host))

    def test_the_file_is_made_once_and_kept(self):
        head = self.head()
        self.assertFalse(self.allowlist().exists(), "no package may contain the site's allowlist")
        self.create(head)
        self.assertEqual(list(self.entries()[0]), COLUMNS)
        before = self.allowlist().read_text()
        self.create(head)
        self.assertEqual(self.allowlist().read_text(), before)

    def test_an_allowlist_that_cannot_be_read_is_not_lost(self):
        # Saved by a program in another encoding.
        before = 'name,image,reason\nKept,C:\\k.dll,"für alle"\n'.encode("cp1252")
        self.allowlist().write_bytes(before)
        head = self.head()
        with self.assertRaises(SearchError):
            head.run("| inputlookup strict=true iismodcheck_allowlist", now=NOW)
        self.create(head)
        self.assertTrue(self.allowlist().read_bytes().startswith(before))

    def test_silences_that_module_on_that_host_only(self):
        hosts = self.installed("web01.example.com", "web02.example.com")
        head = self.head(*hosts)
        self.create(head)
        before = self.verdicts(head)
        self.allow(head, self.finding(head, "AgentModule", "web01.example.com"))
        entry = next(e for e in self.entries() if e["id"] != "example")
        self.assertEqual((entry["match"], entry["image"], entry["host"]), ("exact", AGENT, "web01.example.com"))
        self.assertEqual((entry["owner"], entry["reason"], entry["effect"], entry["enabled"]), ("ops", "ticket 7", "allow", "true"))
        after = self.verdicts(head)
        changed = {key for key in after if after[key] == "allowed"}
        self.assertEqual(changed, {("AgentModule", "web01.example.com")})
        self.assertEqual(after[("OtherModule", "web01.example.com")], before[("OtherModule", "web01.example.com")])
        names = {(r["iis_module_name"], r["iis_hosts"]) for r in self.alert(head).run(NOW)}
        self.assertEqual(names, {("AgentModule", "web02.example.com"), ("OtherModule", "web01.example.com")})

    def test_the_same_name_with_another_image_still_alerts(self):
        host = Host("web01.example.com")
        host.install(install_time(), "AgentModule", AGENT)
        head = self.head(host)
        self.create(head)
        self.allow(head, self.finding(head, "AgentModule", "web01.example.com"))
        later = Host("web01.example.com", record=900)
        later.hijack(install_time() + 500, "AgentModule", AGENT, EVIL)
        head.peers[0].store.add(later.events)
        self.assertEqual([r["iis_module_image"] for r in self.alert(head).run(NOW)], [EVIL])

    def test_fleet_scope_takes_the_hosts_that_show_the_module_and_no_other(self):
        hosts = self.installed("web01.example.com", "web02.example.com")
        head = self.head(*hosts)
        self.create(head)
        self.allow(head, self.finding(head, "AgentModule", "web01.example.com"), scope="fleet")
        late = Host("web03.example.com")
        late.install(install_time() + 300, "AgentModule", AGENT)
        head.peers[0].store.add(late.events)
        allowed = {host for (name, host), verdict in self.verdicts(head).items() if verdict == "allowed"}
        self.assertEqual(allowed, {"web01.example.com", "web02.example.com"})
        self.assertEqual([e["host"] for e in self.entries() if e["id"] != "example"], ["web01.example.com|web02.example.com"])

    def test_everywhere_is_one_entry_also_for_hosts_to_come(self):
        hosts = self.installed("web01.example.com", "web02.example.com", "müller")
        head = self.head(*hosts)
        self.create(head)
        self.allow(head, self.finding(head, "AgentModule", "web01.example.com"))
        self.allow(head, self.finding(head, "AgentModule", "web02.example.com"), scope="everywhere")
        self.assertCountEqual([e["host"] for e in self.entries() if e["id"] != "example"], ["web01.example.com", ""])
        late = Host("web03.example.com")
        late.install(install_time() + 300, "AgentModule", AGENT)
        head.peers[0].store.add(late.events)
        self.assertEqual({verdict for (name, _), verdict in self.verdicts(head).items() if name == "AgentModule"}, {"allowed"})
        self.assertEqual([row["iis_module_name"] for row in self.alert(head).run(NOW)], ["OtherModule"])

    def test_existing_entries_and_extra_columns_stay(self):
        hosts = self.installed("web01.example.com")
        self.allowlist().write_text('name,image,note\nKept,"C:\\Program Files\\Kept\\k.dll",mine\n')
        head = self.head(*hosts)
        self.allow(head, self.finding(head, "AgentModule", "web01.example.com"))
        entries = self.entries()
        self.assertEqual({e["name"] for e in entries}, {"Kept", "AgentModule"})
        self.assertEqual(next(e["note"] for e in entries if e["name"] == "Kept"), "mine")
        self.assertEqual(self.verdicts(head)[("AgentModule", "web01.example.com")], "allowed")

    def test_twice_is_once(self):
        hosts = self.installed("web01.example.com")
        head = self.head(*hosts)
        self.create(head)
        finding = self.finding(head, "AgentModule", "web01.example.com")
        self.allow(head, finding)
        before = self.entries()
        self.allow(head, finding)
        self.assertEqual(self.entries(), before)
        # Somebody switches the entry off: the finding is back under its id, and the entry is still the same one.
        self.allowlist().write_text(self.allowlist().read_text().replace("true", "false"))
        self.assertEqual(self.finding(head, "AgentModule", "web01.example.com"), finding)
        self.allow(head, finding)
        self.assertEqual([e["id"] for e in self.entries()], [e["id"] for e in before])

    def test_without_the_file_nothing_is_written(self):
        hosts = self.installed("web01.example.com")
        head = self.head(*hosts)
        with self.assertRaises(SearchError):
            self.allow(head, self.finding(head, "AgentModule", "web01.example.com"))
        self.assertFalse(self.allowlist().exists())

    def test_who_may_do_it(self):
        hosts = self.installed("web01.example.com")
        head = self.head(*hosts)
        self.create(head)
        before = self.allowlist().read_text()
        finding = self.finding(head, "AgentModule", "web01.example.com")
        self.allow(head, finding, user="analyst")
        self.assertNotEqual(self.allowlist().read_text(), before, "as Splunk is delivered, anyone may write a lookup")
        # The setting that the README asks for, in an app of the site.
        self.allowlist().write_text(before)
        limits = self.apps / "site" / "local" / "limits.conf"
        limits.parent.mkdir(parents=True)
        limits.write_text("[outputlookup]\noutputlookup_check_permission = true\n")
        head = self.head(*hosts)
        with self.assertRaises(SearchError):
            self.allow(head, finding, user="analyst")
        self.assertEqual(self.allowlist().read_text(), before)
        self.allow(head, finding, user="tuner")
        self.assertNotEqual(self.allowlist().read_text(), before)

    def test_arguments_that_are_not_what_they_should_be(self):
        hosts = self.installed("web01.example.com")
        head = self.head(*hosts)
        self.create(head)
        good = self.finding(head, "AgentModule", "web01.example.com")
        for wrong, message in (
            ({"finding": 'x" OR "1"="1'}, "finding_id must be|malformed"),
            ({"finding": good[:-1]}, "finding_id must be"),
            ({"finding": good, "scope": "everything"}, "scope host, fleet or everywhere"),
            ({"finding": good, "days": "9999"}, "days a number from 1 to 730"),
            ({"finding": good, "owner": "<owner>"}, "Fill in owner and reason"),
            ({"finding": good, "reason": " "}, "Fill in owner and reason"),
        ):
            with self.subTest(**wrong), self.assertRaisesRegex(SearchError, message):
                self.allow(head, **wrong)

    def test_arguments_are_checked_whether_splunk_fills_in_tokens_or_names(self):
        # The manual and the example of macros.conf differ; nobody has seen which of them (or both) splunkd does.
        instance = self.head().instance
        good = {"finding_id": "0123456789abcdef" * 2, "scope": "host", "owner": "ops", "reason": "CHG-1", "days": "90", "margin": "5", "otherwise": "*", "memory": "iismodcheck_reported_rule", "window": "1789980820-1789981120/web01", "field": "Processes.dest"}
        wrong = {"finding_id": "0" * 31 + "G", "scope": "all", "owner": "<owner>", "reason": "<reason>", "days": "0", "margin": "x", "otherwise": "index=*", "memory": "iismodcheck_allowlist", "window": "index=*", "field": "x=1 OR y"}
        checked = 0
        for name, keys in instance.apps["iismodcheck"].stanzas("macros").items():
            if "validation" not in keys:
                continue
            arguments = [word.strip() for word in keys["args"].split(",")]
            used = [argument for argument in arguments if argument in keys["validation"]]
            for bad in [None, *used]:
                values = {a: wrong[a] if a == bad else good[a] for a in arguments}
                tokens = keys["validation"]
                for argument, value in values.items():
                    tokens = tokens.replace(f"${argument}$", value)
                accepted = None if keys["validation"].startswith("validate(") else True
                for expression, row in [(tokens, {}), (keys["validation"], values), (tokens, values)]:
                    with self.subTest(name, bad=bad, expression=expression, row=row):
                        self.assertEqual(parse(expression, None)(row) is accepted, bad is None)
                        checked += 1
        self.assertGreater(checked, 40)

    def shown(self, head, finding: str, scope: str = "host") -> list[dict]:
        """The search that the dashboard opens."""
        search = f'`iismodcheck_allow_entry("{finding}", "{scope}", "<owner>", "<reason>", "90")`'
        return head.run(search, now=NOW, earliest="-30d@d", latest="now", user="tuner").rows

    def test_the_entry_is_shown_first(self):
        hosts = self.installed("web01.example.com", "web02.example.com")
        head = self.head(*hosts)
        finding = self.finding(head, "AgentModule", "web01.example.com")
        self.assertEqual([(e["host"], e["image"], e.get("iis_what")) for e in self.shown(head, finding)], [(hosts[0].name, AGENT, None)])
        self.assertEqual([e["host"] for e in self.shown(head, finding, "fleet")], ["|".join(host.name for host in hosts)])
        self.assertEqual([e.get("host", "") for e in self.shown(head, finding, "everywhere")], [""])

    def test_why_there_is_nothing_to_allow(self):
        host = Host("web01.example.com", "classic")
        host.install(install_time(), "DeniedModule", AGENT)
        host.row(install_time() + 100, f'{GLOBAL}/add[@name="Damaged')
        host.commit(install_time() + 100)
        host.install(install_time() + 200, "AgentModule", AGENT)
        self.allowlist().write_text("effect,name,image\ndeny,DeniedModule,\n")
        head = self.head(host)
        before = self.allowlist().read_text()
        ids = {row["iis_module_verdict"]: row["iis_finding_id"] for row in self.changes(head)}
        for verdict, text in [("denied", "deny beats allow"), ("unparsed", "could not be read")]:
            found = self.shown(head, ids[verdict])
            self.assertEqual(len(found), 1)
            self.assertIn(text, found[0]["iis_what"])
            self.assertEqual(set(found[0]), {"iis_what"}, "no entry is shown that nobody may use")
            self.allow(head, ids[verdict])
            self.assertEqual([e["name"] for e in self.entries()], ["DeniedModule"], before)

    def test_a_finding_that_was_allowed_says_so(self):
        hosts = self.installed("web01.example.com")
        head = self.head(*hosts)
        self.create(head)
        finding = self.finding(head, "AgentModule", "web01.example.com")
        self.allow(head, finding)
        for search, text in [
            (f'`iismodcheck_finding("{finding}")`', "decided otherwise since"),
            (f'`iismodcheck_allow_entry("{finding}", "host", "o", "r", "90")`', "decided otherwise since"),
        ]:
            with self.subTest(search):
                found = head.run(search, now=NOW, earliest="-30d@d", latest="now").rows
                self.assertEqual(len(found), 1)
                self.assertIn(text, found[0]["iis_what"])

    def test_published_malware_and_deny_entries_cannot_be_allowed_this_way(self):
        host = Host("web01.example.com")
        host.install(install_time(), "DeniedModule", AGENT)
        self.allowlist().write_text("effect,name,image\ndeny,DeniedModule,\n")
        head = self.head(host)
        before = self.allowlist().read_text()
        self.allow(head, self.finding(head, "DeniedModule", "web01.example.com"))
        self.assertEqual([e["name"] for e in self.entries()], ["DeniedModule"], before)

    def test_a_crafted_name_is_data_all_the_way(self):
        for rendering in ("xml", "classic"):
            for name in CRAFTED:
                with self.subTest(name=name, rendering=rendering):
                    self.allowlist().unlink(missing_ok=True)
                    host = Host("web01.example.com", rendering)
                    host.install(install_time(), name, EVIL)
                    host.install(install_time() + 60, "OtherModule", EVIL)
                    head = self.head(host)
                    self.create(head)
                    raised = self.alert(head).run(NOW)
                    self.assertEqual({row["iis_hosts"] for row in raised}, {"web01.example.com"})
                    self.assertNotIn(GOOD_IMAGE, {row.get("iis_module_image") for row in raised})
                    self.assertEqual(len(raised), 2, raised)
                    crafted = next(row for row in raised if row["iis_module_name"] != "OtherModule")
                    self.assertEqual(crafted["iis_module_name"], name)
                    self.allow(head, crafted["iis_finding_id"])
                    added = [e for e in self.entries() if e["id"] != "example"]
                    self.assertEqual([e["name"] for e in added], [name])
                    silenced = [r["iis_module_name"] for r in self.alert(head).run(NOW)]
                    self.assertIn("OtherModule", silenced, "nothing but the module itself may be silenced")

    def test_the_baseline_name_of_another_image_cannot_be_used_to_hide(self):
        host = Host("web01.example.com")
        host.install(install_time(), GOOD_NAME, EVIL)
        found = self.alert(self.head(host)).run(NOW)
        self.assertEqual([row["iis_module_verdict"] for row in found], ["masquerade_path"])
