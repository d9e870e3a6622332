"""The shipped alerts fire on the attacker's module, stay silent on built-in ones, and do not repeat themselves."""

import itertools
import json
import re

from searchhead.alerts import fill
from searchhead.timetext import relative

from .events import CHANNEL, FAILED, GLOBAL, MODIFY, MODULES, PROVIDER, Host, inventory
from .sources import ATTEMPTS, OTHER_LOGS, SOURCES
from .support import CHANGES, EVIL, GOOD_IMAGE, GOOD_NAME, NOW, RULE, Installed, install_time

LATE = "IIS Module Check - Module change that arrived late"
LISTED = "IIS Module Check - Listed module needs a decision"


class Mails(Installed):
    """What an alert sends."""

    def mail(self, head, name: str = CHANGES):
        """The first result, its subject and its text; the search in the text finds the result again."""
        alert = self.alert(head, name)
        row = alert.run(NOW)[0]
        subject = fill(alert.settings["action.email.subject.alert"], row)
        text = fill(alert.settings["action.email.message.alert"], row)
        search = re.search("`iismodcheck_finding.*`", text)[0]
        found = head.run(search, now=NOW, earliest="-30d@d", latest="now", user="analyst").rows
        self.assertEqual([r["iis_what"] for r in found], [row["iis_what"]])
        return row, subject, text

    def test_mails_are_plain_text(self):
        # In the HTML form of a mail \n and \r become ends of lines: C:\inetpub\rewrite\native.dll would lose two letters.
        stanzas = self.head().instance.apps["iismodcheck"].stanzas("savedsearches")
        mails = {name: keys for name, keys in stanzas.items() if "action.email" in keys}
        self.assertEqual(len(mails), 9)
        self.assertEqual({keys.get("action.email.content_type") for keys in mails.values()}, {"plain"})

    def test_a_mail_says_what_to_do_as_the_page_does(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        row, _, text = self.mail(self.head(host))
        self.assertEqual(row["iis_next"].partition(";")[0], "Dump w3wp.exe, keep DLL, config, logs")
        for words in ("What to secure now: (1) The memory", "What to change afterwards: (1) The validation", "How to take it out: (1) When all of that"):
            self.assertIn(words, text)

    def test_each_alert_leads_to_the_dashboard_health(self):
        stanzas = self.head().instance.apps["iismodcheck"].stanzas("savedsearches")
        alerts = {name: keys["action.email.message.alert"] for name, keys in stanzas.items() if "alert.track" in keys}
        self.assertEqual(len(alerts), 8)
        for name, text in alerts.items():
            with self.subTest(name):
                self.assertIn("the app IIS Module Check", text)
                self.assertIn("/app/iismodcheck/iismodcheck_health on your search head", text)
        # Enterprise Security sends no mail of ours: its results have the note.
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        for name in (CHANGES, RULE):
            self.assertIn("/app/iismodcheck/iismodcheck_health", self.alert(self.head(host), name).run(NOW)[0]["iis_note"])

    def test_each_address_of_the_app_is_a_view(self):
        ui = self.app / "default/data/ui"
        views = {path.stem for path in ui.glob("views/*.xml")}
        menu = set(re.findall(r'<view name="(\w+)"', (ui / "nav/default.xml").read_text()))
        self.assertLessEqual({"iismodcheck", "iismodcheck_health"}, views & menu)
        own = views | {"search", "reports", "alerts"}
        self.assertLessEqual(menu, own)
        named = 0
        for path in [*self.app.rglob("*.conf"), *self.app.rglob("*.xml"), *self.app.rglob("*.md")]:
            for view in re.findall(r"/app/iismodcheck/(\w+)", path.read_text()):
                self.assertIn(view, own, path)
                named += 1
        self.assertGreater(named, 7)


class Changes(Mails):
    """Both alerts about changes."""

    def test_fires_on_the_attackers_module_and_only_on_it(self):
        for (rendering, source, sourcetype), name in itertools.product(SOURCES, (CHANGES, RULE)):
            with self.subTest(rendering=rendering, source=source, sourcetype=sourcetype, alert=name):
                host = Host("web01.example.com", rendering, source=source, sourcetype=sourcetype)
                host.noise(install_time(1.6))
                host.install(install_time(), GOOD_NAME, GOOD_IMAGE)
                host.install(install_time() + 60, "EvilModule", EVIL)
                head = self.head(host)
                found = self.alert(head, name).run(NOW)
                self.assertEqual([row["iis_module_name"] for row in found], ["EvilModule"])
                self.assertEqual(found[0]["iis_hosts"], "web01.example.com")
                severity = found[0]["severity" if name == RULE else "iis_module_severity"]
                self.assertEqual(severity, "high" if rendering == "xml" else "medium")
                self.assertIn(EVIL if rendering == "xml" else "EvilModule", found[0]["iis_what"])

    def test_a_change_that_failed_is_an_attempt_and_no_change(self):
        for rendering, source in ATTEMPTS:
            host = Host("web01.example.com", rendering, source=source)
            for name, image in (("EvilModule", EVIL), (GOOD_NAME, GOOD_IMAGE)):
                host.add(install_time(), name, image, made=False)
            host.foreign(install_time(), 12, "Unable to find schema for config section 'system.webServer/modules'. This section will be ignored.", FAILED, PROVIDER)
            head = self.head(host)
            with self.subTest(rendering=rendering, source=source):
                for name in (CHANGES, RULE, LATE):
                    found = self.alert(head, name).run(NOW)
                    self.assertEqual([(row["iis_module_name"], row["iis_module_action"]) for row in found], [("EvilModule", "attempted")])
                    self.assertNotIn("clock_moved", found[0]["iis_module_reasons"])
                found = head.run("`iismodcheck_events` | iismodcheck", now=NOW, earliest="-1d")
                self.assertEqual([text for level, text in found.messages if level != "INFO"], [])
                self.assertEqual(head.run("index=win tag=change", now=NOW, earliest="-1d").rows, [], "CIM: nothing was changed")

    def test_an_attempt_beside_the_same_change_is_another_finding(self):
        for rendering in ("xml", "classic"):
            host = Host("web01.example.com", rendering)
            # Each log has numbers of its own, here the same ones.
            host.add(install_time(), "EvilModule", EVIL, made=False)
            host.record = 100
            host.install(install_time() + 5, "EvilModule", EVIL)
            found = self.alert(self.head(host)).run(NOW)
            self.assertEqual(sorted(row["iis_module_action"] for row in found), ["added", "attempted"], rendering)

    def test_forwarded_events_of_other_logs_are_not_counted(self):
        for rendering, source, sourcetype in SOURCES:
            if "Forwarded" not in f"{source} {sourcetype}":
                continue
            host = Host("web01.example.com", rendering, source=source, sourcetype=sourcetype)
            for channel, provider in OTHER_LOGS:
                host.foreign(install_time(), 29, "Something of its own", channel, provider)
                host.foreign(install_time(), 4688, f"wevtutil sl {CHANNEL} /e:false", channel, provider)
            with self.subTest(rendering=rendering, source=source, sourcetype=sourcetype):
                # Words may stand in any text: what an event is, the command decides.
                host.foreign(install_time(), 29, f"Changes to '{GLOBAL}/add[@name=\"Evil\"]' at 'MACHINE' in {CHANNEL}", *OTHER_LOGS[0])
                head = self.head(host)
                found = head.run("`iismodcheck_events` | iismodcheck", now=NOW, earliest="-1d")
                self.assertEqual(len(found.rows), 1 + len(OTHER_LOGS))
                self.assertEqual([row for row in found.rows if row.get("iis_module_verdict")], [])
                self.assertEqual([text for level, text in found.messages if level != "INFO"], [])
                self.assertEqual(self.changes(head), [])
                for name in (CHANGES, RULE):
                    self.assertEqual(self.alert(head, name).run(NOW), [])

    def test_the_drilldowns_of_a_forwarded_event(self):
        for rendering, source in (("xml", "XmlWinEventLog:ForwardedEvents"), ("classic", "WinEventLog:ForwardedEvents")):
            host = Host("web01.example.com", rendering, source=source)
            host.install(install_time(), "EvilModule", EVIL)
            other = Host("web02.example.com", "classic", source="WinEventLog:ForwardedEvents")
            processes = Host("web01.example.com", "classic", source="WinEventLog:ForwardedEvents")
            for where, name in ((processes, "appcmd.exe"), (other, "notepad.exe")):
                where.foreign(install_time() - 5, 4688, name, *OTHER_LOGS[0])
            head = self.head(host, other, processes)
            raised = self.alert(head).run(NOW)[0]
            finding = f'"{raised["iis_finding_id"]}"'
            both = f'{finding}, "{raised["iis_window"]}"'
            shown = {
                macro: head.run(f"`iismodcheck_{macro}({arguments})`", now=NOW, earliest="-1d", latest="now").rows
                for macro, arguments in (("finding", finding), ("finding_events", both), ("finding_processes", both))
            }
            with self.subTest(rendering):
                self.assertEqual([row["iis_hosts"] for row in shown["finding"]], ["web01.example.com"])
                self.assertEqual(len(shown["finding_events"]), 6)
                self.assertEqual(len(shown["finding_processes"]), 1)
                self.assertIn("appcmd.exe", shown["finding_processes"][0]["_raw"])

    def test_silent_on_every_built_in_module(self):
        with (self.app / "lookups/iis_module_baseline.csv").open() as file:
            import csv

            rows = [row for row in csv.DictReader(file) if row.get("kind") == "native" and not row.get("pack")]
        self.assertGreater(len(rows), 30)
        for rendering in ("xml", "classic"):
            host = Host("web01.example.com", rendering)
            for number, row in enumerate(rows):
                host.install(install_time() + number, row["name"], row["image"])
            self.assertEqual(self.alert(self.head(host)).run(NOW), [], rendering)

    def test_one_installation_is_one_finding(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        found = self.changes(self.head(host))
        self.assertEqual(len(found), 1)
        self.assertEqual((found[0]["iis_module_action"], found[0]["iis_module_image"]), ("added", EVIL))

    def test_event_50_ends_a_commit(self):
        for rendering in ("xml", "classic"):
            host = Host("web01.example.com", rendering)
            host.install(install_time(), "EvilModule", EVIL)
            host.process -= 4  # One process makes two commits, seconds apart.
            host.install(install_time() + 5, "EvilModule", r"C:\Windows\Temp\other.dll")
            head = self.head(host)
            self.assertEqual([row["iis_commit"] for row in self.changes(head)], ["1", "2"], rendering)
            columns = ("iis_event_role", "iis_host", "iis_process", "iis_record", "iis_change_key", "iis_change_part")
            for row in head.run("`iismodcheck_events` | iismodcheck parts=true", now=NOW, earliest="-1d").rows:
                self.assertEqual([name for name in columns if name not in row], [], f"{rendering}: {row['_raw']}")

    def test_a_hijack_after_an_installation_alerts_again(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        head = self.head(host)
        alert = self.alert(head)
        self.assertEqual(len(alert.run(NOW)), 1)
        self.assertEqual(alert.run(NOW + 3600), [], "the throttle must hold back the same change")
        host.events.clear()
        host.hijack(NOW + 600, GOOD_NAME, GOOD_IMAGE, EVIL)
        head.peers[0].store.add(host.events)
        found = alert.run(NOW + 3600)
        self.assertEqual([(row["iis_module_name"], row["iis_module_verdict"]) for row in found], [(GOOD_NAME, "image_hijack")])
        self.assertEqual(found[0]["iis_module_severity"], "critical")

    def test_a_rollout_is_one_alert_with_its_hosts(self):
        hosts = [Host(f"web{n:02}.example.com") for n in range(1, 6)]
        for number, host in enumerate(hosts):
            host.install(install_time() + number * 20, "AgentModule", r"C:\Program Files\Agent\agent.dll")
        found = self.alert(self.head(*hosts)).run(NOW)
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["iis_host_count"], "5")
        self.assertEqual(found[0]["iis_hosts"], ", ".join(host.name for host in hosts))
        again = self.head(*hosts).run(f'`iismodcheck_finding("{found[0]["iis_finding_id"]}")`', now=NOW, earliest="-30d@d").rows
        self.assertEqual([row["iis_hosts"] for row in again], [found[0]["iis_hosts"]], "the finding of one host names them all")

    def test_no_commit_is_lost_or_repeated_wherever_it_falls_in_the_hours(self):
        # One installation every 7 minutes for six hours, the alert once an hour: each is raised exactly once.
        host = Host("web01.example.com")
        start = NOW - 6 * 3600
        names = [f"Agent{n:02}Service" for n in range(51)]
        for number, name in enumerate(names):
            host.install(start + number * 420, name, rf"C:\Program Files\{name}\agent.dll")
        alert = self.alert(self.head(host))
        raised = [row["iis_module_name"] for hour in range(-5, 4) for row in alert.run(NOW + hour * 3600)]
        self.assertEqual(sorted(raised), names)

    def test_whoever_keeps_writing_is_reported_by_the_first_run(self):
        # Without event 50, and one more row of the same process every 25 seconds for five hours.
        others = ("/system.webServer/httpErrors/@errorMode", f'{MODULES}/add[@name="{GOOD_NAME}"]/@lockItem')
        own = f'{GLOBAL}/add[@name="EvilModule"]/@lockItem'
        for (rendering, name), written in itertools.product((("xml", CHANGES), ("classic", RULE)), (*others, own)):
            with self.subTest(rendering=rendering, written=written, alert=name):
                host = Host("web01.example.com", rendering)
                start = NOW - 5.5 * 3600
                host.add(start, "EvilModule", EVIL)
                for number in range(1, 721):
                    host.row(start + 25 * number, written, MODIFY, "false", "true")
                alert = self.alert(self.head(host), name)
                runs = [alert.run(NOW + hour * 3600) for hour in range(-5, 1)]
                raised = [[(row["iis_module_name"], row["iis_module_action"]) for row in run] for run in runs]
                self.assertIn(("EvilModule", "added"), raised[0])
                self.assertEqual(sum(run.count(("EvilModule", "added")) for run in raised), 1)
                going_on = [row for run in runs for row in run if row["iis_module_action"] != "added"]
                if written == own:
                    self.assertTrue(all(raised), "each hour of it is told")
                    for row in going_on:
                        self.assertIn("continues:", row["iis_why"])
                else:
                    self.assertEqual(going_on, [])

    def test_a_long_import_is_reported_by_the_first_run(self):
        # One process adds 150 modules in 40 minutes, over the end of an hour; its event 50 comes at the end, or is not collected.
        modules = {f"Agent{n:03}Service": rf"C:\Program Files\Agent{n:03}\agent.dll" for n in range(150)}
        for closed in (True, False):
            host = Host("web01.example.com")
            start = NOW - 147 * 60
            for number, (name, image) in enumerate(modules.items()):
                host.add(start + number * 16, name, image)
            if closed:
                host.commit(start + 150 * 16)
            head = self.head(host)
            alert = self.alert(head)
            first, second = (alert.run(NOW + hour * 3600) for hour in (-2, -1))
            listed = [[name for row in run for name in row["iis_together"]] for run in (first, second)]
            self.assertEqual([len(names) for names in listed], [75, 75], "what was indexed in the hour before")
            self.assertLess(len(first), 4, "ten minutes of it are one finding")
            self.assertEqual(sorted(listed[0] + listed[1]), sorted(modules))
            again = {name for row in self.alert(head).run(NOW - 3600) for name in row["iis_together"]}
            self.assertLess(set(listed[0]), again, "the second look finds the same")

    def test_a_late_event_still_alerts(self):
        host = Host("web01.example.com")
        host.install(NOW - 3 * 86400, "EvilModule", EVIL)
        late = [type(e)(**{**e.__dict__, "indextime": NOW - 3600 - 600}) for e in host.events]
        self.assertEqual(len(self.alert(self.head(extra=late)).run(NOW)), 1)
        self.assertEqual(self.alert(self.head(host)).run(NOW), [], "the same event, indexed in time, is old news")

    def test_what_cannot_be_read_alerts_too(self):
        host = Host("web01.example.com", "classic")
        host.row(install_time(), f'{GLOBAL}/add[@name="Evil')
        host.commit(install_time())
        found = self.alert(self.head(host)).run(NOW)
        self.assertEqual([row["iis_module_verdict"] for row in found], ["unparsed"])

    def test_a_bad_row_of_the_allowlist_does_not_stop_the_alert(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        host.install(install_time() + 60, "GoodModule", r"C:\Good\good.dll")
        for says, row in (
            ("no ISO date", f"EvilModule,{EVIL},31.03.2027,kim"),
            ("an umlaut as Excel saves it", f"EvilModule,{EVIL},,M\xfcller"),
            ("a comma short", f"EvilModule,{EVIL},kim"),
        ):
            self.allowlist().write_bytes(f"name,image,expires,owner\n{row}\nGoodModule,C:\\Good\\good.dll,,kim\n".encode("latin-1"))
            for name in (CHANGES, RULE):
                with self.subTest(says, alert=name):
                    found = self.alert(self.head(host), name).run(NOW)
                    self.assertEqual([row["iis_module_name"] for row in found], ["EvilModule"])
                    self.assertIn("allowlist_damaged", found[0]["iis_module_reasons"])

    def test_an_unreadable_allowlist_is_one_finding(self):
        self.allowlist().write_bytes("name,image\n".encode("utf-16"))
        host = Host("web01.example.com")
        for number in range(3):
            host.install(install_time() + number * 60, f"Agent{number}Service", rf"C:\Agent\agent{number}.dll")
        host.install(install_time() + 300, "EvilModule", EVIL)
        for name in (CHANGES, RULE):
            head = self.head(host)
            alert = self.alert(head, name)
            found = {row["iis_what"]: row for row in alert.run(NOW)}
            self.assertEqual(len(found), 2, found)
            one = found["IIS: allowlist unreadable, 3 modules undecided"]
            self.assertEqual(one["severity" if name == RULE else "iis_module_severity"], "high")
            self.assertEqual(alert.run(NOW + 60), [], "once a day")
            again = head.run(f'`iismodcheck_finding("{one["iis_finding_id"]}")`', now=NOW, earliest="-30d@d", latest="now")
            self.assertEqual([row["iis_what"] for row in again.rows], [one["iis_what"]])

    def test_classic_data_still_makes_sense(self):
        host = Host("web01.example.com", "classic")
        host.install(install_time(), "EvilModule", EVIL)
        host.remove(install_time() + 100, GOOD_NAME)
        found = {row["iis_module_name"]: row for row in self.alert(self.head(host)).run(NOW)}
        self.assertEqual(set(found), {"EvilModule", GOOD_NAME})
        self.assertEqual(found[GOOD_NAME]["iis_module_action"], "removed")
        self.assertIn("not shown", found["EvilModule"]["iis_what"])

    def test_two_renderings_of_one_change_are_one_finding(self):
        xml, classic = Host("web01.example.com"), Host("web01.example.com", "classic")
        for host in (xml, classic):
            host.install(install_time(), "EvilModule", EVIL)
        found = self.changes(self.head(xml, classic))
        self.assertEqual([(r["iis_module_name"], r["iis_module_image"]) for r in found], [("EvilModule", EVIL)])

    def test_the_result_does_not_depend_on_how_numbers_and_texts_sort(self):
        host, other = Host("web01.example.com"), Host("web01.example.com", "classic", record=5000)
        host.install(install_time(), "EvilModule", EVIL)
        other.install(install_time() + 5, "OtherModule", EVIL)
        results = []
        for numbers_first in (True, False):
            head = self.head(host, other)
            head.mixed_numbers_first = numbers_first
            results.append(self.changes(head))
        self.assertEqual(results[0], results[1])

    def test_the_drilldowns_of_the_enterprise_security_detection(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        (self.apps / "SplunkEnterpriseSecuritySuite").mkdir()
        risk = [{"_time": str(NOW), "normalized_risk_object": name, "risk_message": name} for name in ("web01", "web01.example.com", "web011", "web02")]
        head = self.head(host, models={"Risk.All_Risk": risk})
        alert = self.alert(head, RULE)
        row = alert.run(NOW)[0]
        edges = {name: relative(NOW, alert.settings[f"dispatch.{key}_time"]) for name, key in (("min", "earliest"), ("max", "latest"))}
        notable = row | {f"info_{name}_time": f"{time:.0f}" for name, time in edges.items()}
        shown = {}
        for drilldown in json.loads(alert.settings["action.notable.param.drilldown_searches"]):
            search = fill(drilldown["search"], notable)
            window = {key: fill(drilldown[f"{key}_offset"], notable) for key in ("earliest", "latest")}
            if "datamodel" in search:
                # The data model is Enterprise Security's, and so are the words of its time range.
                self.assertEqual(window, {"earliest": "7d", "latest": "0"})
                window = {"earliest": "-7d", "latest": "now"}
            for later in (0, 86400):
                found = head.run(search, now=NOW + later, app="SplunkEnterpriseSecuritySuite", **window).rows
                shown.setdefault(drilldown["name"], []).append(found)
        finding, events, processes, entry, risk, own = shown.values()
        for found in finding:
            self.assertEqual([r["iis_finding_id"] for r in found], [row["iis_finding_id"]])
        for found in events:
            self.assertEqual(len(found), 6)
        for found in processes:
            self.assertIn("No process creation was found", found[0]["iis_what"])
        for found in entry:
            self.assertEqual([r["name"] for r in found], ["EvilModule"])
        for found in risk:
            self.assertEqual([r["normalized_risk_object"] for r in found], ["web01", "web01.example.com"])
        self.assertEqual([r["iis_finding_id"] for r in own[0]], [row["iis_finding_id"]])
        self.assertIn("the last two complete hours only", own[1][0]["iis_what"], "a day later")

    def test_the_mail_says_what_why_and_what_next(self):
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        row, subject, text = self.mail(self.head(host))
        self.assertIn(row["iis_module_severity"], subject)
        for part in ("EvilModule", EVIL, "web01.example.com", "S-1-5-21-1-2-3-500", "What to do next", "keep DLL, config, logs; then find what wrote it"):
            self.assertIn(part, text)

    def test_the_mail_speaks_of_allowing_only_what_can_be_allowed(self):
        for rows, verdict, said in [
            ('effect,name,image\ndeny,EvilModule,\n', "denied", False),
            ('name,image\nOther,C:\\o.dll\n', "suspicious_location", True),
        ]:
            with self.subTest(verdict):
                self.allowlist().write_text(rows)
                host = Host("web01.example.com")
                host.install(install_time(), "EvilModule", EVIL)
                row, _, text = self.mail(self.head(host))
                self.assertEqual(row["iis_module_verdict"], verdict)
                self.assertEqual("allow it from the dashboard" in text, said, text)
        host = Host("web01.example.com", "classic")
        host.row(install_time(), f'{GLOBAL}/add[@name="Evil')
        host.commit(install_time())
        row, _, text = self.mail(self.head(host))
        self.assertEqual(row["iis_module_verdict"], "unparsed")
        self.assertNotIn("allow it", text)


class Inventory(Mails):
    """The hourly check of what is configured now."""

    def listed(self, *inventories) -> dict[tuple[str, str], str]:
        """(host, module) -> verdict of each row of `iismodcheck_modules`."""
        head = self.head(extra=[event for events in inventories for event in events])
        found = head.run("`iismodcheck_inventory` | `iismodcheck_modules`", now=NOW, earliest="-25h@h", latest="now").rows
        self.assertEqual(len({row["iis_finding_id"] for row in found}), len(found))
        return {(row["iis_host"], row["iis_module_name"]): row["iis_module_verdict"] for row in found}

    def test_fires_on_what_event_29_never_showed(self):
        listed = {GOOD_NAME: GOOD_IMAGE, "EvilModule": EVIL, "UriCacheModule": r"C:\Temp\cachuri.dll"}
        head = self.head(extra=inventory("web01", NOW - 600, listed) + inventory("web01", NOW - 4200, listed))
        alert = self.alert(head, LISTED)
        found = {row["iis_module_name"]: row["iis_module_verdict"] for row in alert.run(NOW)}
        self.assertEqual(set(found), {"EvilModule", "UriCacheModule"})
        self.assertEqual(found["UriCacheModule"], "masquerade_path")
        self.assertEqual(alert.run(NOW + 60), [])

    def test_an_unreadable_allowlist_is_one_finding(self):
        self.allowlist().write_text("user,password\n")
        listed = {GOOD_NAME: GOOD_IMAGE, "EvilModule": EVIL, "AgentService": r"C:\Agent\agent.dll"}
        head = self.head(extra=inventory("web01", NOW - 600, listed) + inventory("web02", NOW - 600, listed))
        found = {row["iis_what"]: row["iis_module_severity"] for row in self.alert(head, LISTED).run(NOW)}
        self.assertEqual(len(found), 2, found)
        self.assertEqual(found["IIS: allowlist unreadable, 1 module undecided"], "high")

    def test_what_was_fixed_or_removed_is_no_longer_listed(self):
        before = {GOOD_NAME: EVIL, "UriCacheModule": r"%windir%\System32\inetsrv\cachuri.dll", "EvilModule": EVIL}
        after = {GOOD_NAME: GOOD_IMAGE, "UriCacheModule": r"%windir%\System32\inetsrv\cachuri.dll"}
        self.assertEqual(
            self.listed(
                inventory("web01", NOW - 20 * 3600, before),
                inventory("web01", NOW - 19 * 3600, after),
                # Once a day: the latest inventory of this host is older than the other's.
                inventory("web02", NOW - 22 * 3600, before),
            ),
            {
                ("web01", GOOD_NAME): "known_good",
                ("web01", "UriCacheModule"): "known_good",
                ("web02", GOOD_NAME): "masquerade_path",
                ("web02", "UriCacheModule"): "known_good",
                ("web02", "EvilModule"): "suspicious_location",
            },
        )

    def test_one_inventory_may_take_minutes(self):
        events = inventory("web01", NOW - 900, {GOOD_NAME: GOOD_IMAGE}) + inventory("web01", NOW - 700, {"EvilModule": EVIL})
        self.assertEqual(set(self.listed(events)), {("web01", GOOD_NAME), ("web01", "EvilModule")})

    def test_a_finding_of_an_inventory_has_no_events_and_says_so(self):
        head = self.head(extra=inventory("web01", NOW - 600, {"EvilModule": EVIL}))
        finding = self.alert(head, LISTED).run(NOW)[0]["iis_finding_id"]
        for macro in ("finding_events", "finding_processes"):
            found = head.run(f'`iismodcheck_{macro}("{finding}", "none")`', now=NOW, earliest="-7d@d", latest="now").rows
            self.assertEqual(len(found), 1)
            self.assertRegex(found[0]["iis_what"], "(it|the finding) is of an inventory")
            self.assertEqual(found[0]["_raw"], found[0]["iis_what"], "a search of events shows nothing else")

    def test_the_mail_fits_an_inventory(self):
        _, _, text = self.mail(self.head(extra=inventory("web01", NOW - 600, {"EvilModule": EVIL})), LISTED)
        self.assertIn(EVIL, text)
        self.assertNotIn("processes around the change", text, "no change was seen")
