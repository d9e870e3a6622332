"""What an alert has reported is remembered for each host: nothing repeats itself, and nothing new is hidden."""

import json
from dataclasses import replace

from searchhead.alerts import fill
from searchhead.values import items

from .events import Host, inventory
from .support import CHANGES, EVIL, NOW, RULE, Installed, install_time

LISTED = "IIS Module Check - Listed module needs a decision"
AGENT = r"C:\Program Files\Agent\agent.dll"
MEMORIES = {CHANGES: "changes", RULE: "rule", LISTED: "listed"}


class Remembered(Installed):
    def memory(self, name: str):
        """The file of an alert."""
        return self.app / "lookups" / f"iismodcheck_reported_{MEMORIES[name]}.csv"

    def rollout(self, *hosts: str, hours_ago: float = 1.5) -> list[Host]:
        """The same module on several hosts."""
        made = [Host(host) for host in hosts]
        for host in made:
            host.install(install_time(hours_ago), "AgentModule", AGENT)
        return made

    def test_a_host_that_is_allowed_between_the_two_looks(self):
        for name in (CHANGES, RULE):
            self.allowlist().unlink(missing_ok=True)
            head = self.head(*self.rollout("web01", "web02", "web03", hours_ago=0.9))
            alert = self.alert(head, name)
            self.assertEqual([row["iis_host_count"] for row in alert.run(NOW)], ["3"])
            self.allowlist().write_text(f'name,image,host\nAgentModule,"{AGENT}",web02\n')
            self.assertEqual(alert.run(NOW + 3600), [], name)

    def test_two_people_allow_and_hosts_come_and_go_for_a_day(self):
        # Six hosts list the module; one is switched off, two are allowed, one is added, one comes back.
        def listed(*numbers):
            return [event for n in numbers for event in inventory(f"web{n:02}", NOW + hour * 3600 - 600, {"AgentModule": AGENT})]

        head = self.head()
        alert = self.alert(head, LISTED)
        raised = {}
        for hour in range(24):
            present = [n for n in range(1, 7) if not (n == 3 and 4 <= hour < 20)] + ([7] if hour >= 12 else [])
            # An inventory counts for 25 hours: a host that is off leaves the list when its last one is taken away.
            head = self.head(extra=listed(*present))
            if hour in (6, 9):
                rows = self.allowlist().read_text() if hour == 9 else "name,image,host\n"
                self.allowlist().write_text(rows + f'AgentModule,"{AGENT}",web{hour // 3:02}\n')
            alert.head = head
            found = alert.run(NOW + hour * 3600)
            if found:
                raised[hour] = [row["iis_hosts"] for row in found]
        self.assertEqual(raised, {0: ["web01, web02, web03, web04, web05, web06"], 12: ["web07"]})

    def test_another_file_under_the_same_path_is_news(self):
        def listed(**hashes):
            return [
                replace(event, raw=f'{event.raw}\nfile_sha256="{value}"') if value else event
                for host, value in hashes.items()
                for event in inventory(host, NOW - 600, {"AgentModule": AGENT})
            ]

        alert = self.alert(self.head(), LISTED)
        for says, hashes, told in (
            ("two hosts with the same file", {"web01": "A" * 64, "web02": "a" * 64}, [["web01", "web02"]]),
            ("nothing new", {"web01": "a" * 64, "web02": "a" * 64}, []),
            ("another file on one of them", {"web01": "b" * 64, "web02": "a" * 64}, [["web01"]]),
            ("a third host with a file of its own, a fourth with a known one", {"web03": "c" * 64, "web04": "a" * 64}, [["web03"], ["web04"]]),
            ("a host of which no hash is known", {"web05": ""}, [["web05"]]),
        ):
            with self.subTest(says):
                alert.head = self.head(extra=listed(**hashes))
                found = alert.run(NOW + 60)
                self.assertEqual(sorted(items(row["iis_all_hosts"]) for row in found), told)
                self.assertEqual(len({row["iis_alert_key"] for row in found}), len(found))

    def test_another_verdict_is_news(self):
        listed = inventory("web01", NOW - 600, {"AgentModule": AGENT})
        alert = self.alert(self.head(extra=listed), LISTED)
        self.assertEqual(len(alert.run(NOW)), 1)
        for rows, told in (
            ('name,image,host\nAgentModule,"{}",web02\n', []),
            ('effect,name,image\ndeny,AgentModule,\n', ["denied"]),
            ('name,image,expires\nAgentModule,"{}",2026-01-01\n', ["allow_expired"]),
        ):
            self.allowlist().write_text(rows.format(AGENT))
            self.assertEqual([row["iis_module_verdict"] for row in alert.run(NOW + 60)], told)
            self.assertEqual(alert.run(NOW + 120), [])

    def test_a_new_host_of_the_same_hour_alerts_and_only_it(self):
        first, later = self.rollout("web01"), self.rollout("web02", hours_ago=0.9)
        for name in (CHANGES, RULE):
            alert = self.alert(self.head(*first), name)
            self.assertEqual([row["iis_hosts"] for row in alert.run(NOW)], ["web01"])
            alert.head = self.head(*first, *later)
            self.assertEqual([row["iis_hosts"] for row in alert.run(NOW + 3600)], ["web02"])

    def test_the_same_module_installed_again_is_told_again(self):
        host = Host("web01")
        host.install(install_time(), "EvilModule", EVIL)
        host.remove(install_time() + 600, "EvilModule")
        host.install(install_time() + 1200, "EvilModule", EVIL)
        for name in (CHANGES, RULE):
            found = self.alert(self.head(host), name).run(NOW)
            self.assertEqual({row["iis_module_action"]: row["iis_changes"] for row in found}, {"added": "2", "removed": "1"})
        again = Host("web01", record=900)
        again.install(NOW + 600, "EvilModule", EVIL)
        alert = self.alert(self.head(host, again))
        self.assertEqual([row["iis_changes"] for row in alert.run(NOW + 3600)], ["1"])

    def test_missing_or_damaged_everything_is_reported_again_and_said(self):
        for name in (CHANGES, RULE, LISTED):
            hosts = self.rollout("web01", "web02")
            listed = inventory("web01", NOW - 600, {"AgentModule": AGENT}) + inventory("web02", NOW - 600, {"AgentModule": AGENT})
            alert = self.alert(self.head(*hosts, extra=listed), name)
            first = alert.run(NOW)
            self.assertIn("no memory of what was reported", first[0]["iis_note"])
            self.assertEqual(alert.run(NOW + 60), [])
            good = self.memory(name).read_text()
            lines = good.splitlines(keepends=True)
            for damage, text in {
                "gone": None,
                "empty": "",
                "another file": "user,password\nx,y\n",
                "a row lost": "".join(lines[:-1]),
                "a row too many": good + lines[-1],
                "a row of another file": good + "x,y\n",
                "a row without its time": good.replace(f"{NOW:.0f}", "yesterday", 1),
                "a time far ahead, which would be kept for ever": good.replace(f"{NOW:.0f}", f"{NOW + 40 * 86400:.0f}", 1),
            }.items():
                with self.subTest(damage, alert=name):
                    self.memory(name).unlink() if text is None else self.memory(name).write_text(text)
                    again = alert.run(NOW + 120)
                    self.assertEqual([row["iis_hosts"] for row in again], ["web01, web02"])
                    self.assertIn("no memory of what was reported", again[0]["iis_note"])
                    self.assertEqual(alert.run(NOW + 180), [], "and remembered again")

    def test_rows_are_forgotten_after_30_days(self):
        listed = {"AgentModule": AGENT}
        alert = self.alert(self.head(), LISTED)
        days = []
        for day in range(0, 62):
            alert.head = self.head(extra=inventory("web01", NOW + day * 86400 - 600, listed))
            days += [day] * len(alert.run(NOW + day * 86400))
        self.assertEqual(days, [0, 31], "what is still there is told again")
        alert.head = self.head(extra=inventory("web02", NOW + 100 * 86400 - 600, listed))
        alert.run(NOW + 100 * 86400)
        self.assertEqual(self.memory(LISTED).read_text().count("web"), 1)

    def test_somebody_who_runs_the_search_by_hand_hides_nothing(self):
        head = self.head(*self.rollout("web01"))
        for name in (CHANGES, RULE):
            alert = self.alert(head, name)
            for _ in range(2):
                by_hand = head.run(alert.settings["search"], now=NOW, earliest="-30d@d", latest="+1h").rows
                self.assertEqual([row["iis_hosts"] for row in by_hand], ["web01"])
                self.assertNotIn("iis_note", by_hand[0])
            self.assertFalse(self.memory(name).exists())
            self.assertEqual(len(alert.run(NOW)), 1)
            self.assertEqual(len(head.run(alert.settings["search"], now=NOW, earliest="-30d@d", latest="+1h").rows), 1)


class Readable(Installed):
    """Titles, mails and risk messages whatever the number of hosts."""

    def test_a_rollout_to_many_hosts(self):
        for count in (1, 21, 300):
            hosts = [Host(f"web{n:04}.corp.example.com") for n in range(1, count + 1)]
            for number, host in enumerate(hosts):
                host.install(install_time() + number, "AgentModule", AGENT)
            head = self.head(*hosts)
            for name in (CHANGES, RULE):
                alert = self.alert(head, name)
                keys, found = alert.settings, alert.run(NOW)
                with self.subTest(count=count, alert=name):
                    self.assertEqual(len(found), 1)
                    row = found[0]
                    self.assertEqual(row["iis_host_count"], str(count))
                    self.assertLessEqual(len(row["iis_hosts"]), 200)
                    self.assertLessEqual(len(row["iis_title"]), 200)
                    self.assertTrue(row["iis_hosts"].endswith(".com"), "no name is cut")
                    self.assertIn("web0001.corp.example.com", row["iis_hosts"])
                    if count > 1:
                        self.assertTrue(row["iis_hosts"].startswith(f"{count} hosts, first web0001"), row["iis_hosts"])
                    self.assertEqual(len(row["iis_alert_key"]), 64)
                    names = [host.name for host in hosts]
                    if name == CHANGES:
                        self.assertEqual(row["iis_all_hosts"], names if count > 1 else names[0])
                        steps = ("iis_secure", "iis_change_then", "iis_take_out")
                        self.assertLess(sum(len(row[name]) for name in steps), 2500)
                        self.assertLess(len(fill(keys["action.email.message.alert"], row | dict.fromkeys(steps, "-"))), 2000)
                        continue
                    self.assertEqual(row["dest"], names if count > 1 else names[0])
                    self.assertLessEqual(len(fill(keys["action.notable.param.rule_title"], row)), 200)
                    self.assertLess(len(fill(keys["action.notable.param.rule_description"], row)), 1000)
                    self.assertNotIn("web0", fill(keys["action.risk.param._risk_message"], row))
                    fields = {entry.get("risk_object_field") or entry["threat_object_field"] for entry in json.loads(keys["action.risk.param._risk"])}
                    self.assertEqual(fields, {"dest", "user", "file_path", "file_name", "process"})
                    self.assertEqual((row["user"], row["file_path"], row["file_name"]), (Host.sid, AGENT, "agent.dll"))
                    self.assertEqual(row.get("process"), "process 4242 of web0001.corp.example.com" if count == 1 else None)

    def test_names_that_are_too_long(self):
        for name, host in (("A" * 300, "web01"), ("AgentModule", "h" * 250), ("A" * 300, "h" * 250)):
            made = [Host(host), Host(host + "2")]
            for number, one in enumerate(made):
                one.install(install_time() + number, name, AGENT)
            for hosts in (made[:1], made):
                found = self.alert(self.head(*hosts)).run(NOW)
                self.assertEqual(len(found), 1)
                self.assertTrue(0 < len(found[0]["iis_hosts"]) <= 200)
                self.assertTrue(0 < len(found[0]["iis_title"]) <= 200)

    def test_a_host_without_a_name_is_told_once_and_is_no_risk_object(self):
        for name in (CHANGES, RULE):
            host, other = Host("-"), Host("web01")
            host.install(install_time(0.9), "EvilModule", EVIL)
            alert = self.alert(self.head(host), name)
            row, = alert.run(NOW)
            self.assertEqual((row["iis_hosts"], row["iis_host_count"]), ("-", "1"))
            self.assertEqual(row["iis_title"], "suspicious_location: IIS module EvilModule on -")
            self.assertNotIn("dest", row)
            self.assertEqual(alert.run(NOW + 3600), [], "it is remembered")
            other.install(install_time(0.9), "EvilModule", EVIL)
            alert.head = self.head(host, other)
            self.assertEqual([row["iis_hosts"] for row in alert.run(NOW + 3660)], ["web01"])

    def test_nobody_is_no_risk_object(self):
        host = Host("web01", sid="")
        host.install(install_time(), "EvilModule", EVIL)
        row = self.alert(self.head(host), RULE).run(NOW)[0]
        self.assertNotIn("user", row)
        self.assertEqual(row["dest"], "web01")
