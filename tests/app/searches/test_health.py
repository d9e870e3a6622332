"""The alert Health tells what could make the others blind, and is silent when all is well."""

from dataclasses import replace

from searchhead.alerts import Alert
from searchhead.limits import Limits

from .events import GLOBAL, Host, inventory
from .support import CHANGES, EVIL, GOOD_IMAGE, GOOD_NAME, NOW, RULE, Installed, install_time
from .test_scheduler import AT, log

ALLOWLIST = "IIS Module Check - Allowlist was changed"
LATE = "IIS Module Check - Module change that arrived late"
LISTED = "IIS Module Check - Listed module needs a decision"
#: Alert -> the file of its memory.
MEMORIES = {CHANGES: "reported_changes", LATE: "reported_changes", RULE: "reported_rule", LISTED: "reported_listed", ALLOWLIST: "seen_allowlist"}
HEALTH = "IIS Module Check - Health"


class Health(Installed):
    def told(self, *hosts: Host, extra=(), **options) -> list[tuple[str, str]]:
        """(state, subject) of each row."""
        head = self.head(*hosts, extra=extra, **options)
        return sorted((row["iis_state"], row["iis_subject"].partition(" ")[0]) for row in self.alert(head, HEALTH).run(NOW))

    def host(self, name: str, hours_ago: float = 2, rendering: str = "xml") -> Host:
        host = Host(name, rendering)
        host.install(NOW - hours_ago * 3600, GOOD_NAME, GOOD_IMAGE)
        return host

    def test_what_is_told(self):
        well, old, classic = self.host("web01"), self.host("web02", 50), self.host("web03", rendering="classic")
        ends, broken = Host("web04"), self.host("web05")
        ends.commit(NOW - 7200)
        ends.row(NOW - 7100, f'{GLOBAL}/add[@name="{GOOD_NAME}"]/@image', new=GOOD_IMAGE, made=False)
        broken.row(NOW - 7000, f'{GLOBAL}/add[@name="Damaged')
        alive = replace(well.events[0], host="web02", source="XmlWinEventLog:System", sourcetype="x", raw="a", time=NOW - 60, indextime=NOW - 60)
        for says, hosts, extra, expected in [
            ("all is well", [well], [], []),
            ("nothing at all", [], [], []),
            ("silent", [well, old], [], [("silent", "web02")]),
            ("no change, but other events", [well, old], [alive], []),
            ("classic only", [well, classic], [], [("classic only", "web03")]),
            ("event 50 without 29", [well, ends], [], [("no event 29", "web04")]),
            ("not read", [broken], [], [("not read", "web05")]),
        ]:
            with self.subTest(says):
                self.assertEqual(self.told(*hosts, extra=extra), expected)

    def test_the_lists(self):
        for text, expected in [
            ("name,image\n", []),
            ("name,image,expires\nA,C:\\a.dll,soon\n", [("allowlist damaged", "IIS")]),
            ("user,password\n", [("allowlist damaged", "IIS")]),
            (f"effect,name,image\ndeny,{GOOD_NAME},\n", [("self test failed", "IIS")]),
        ]:
            self.allowlist().write_text(text)
            with self.subTest(text):
                self.assertEqual(self.told(self.host("web01")), expected)

    def test_a_lookup_that_shadows_the_apps(self):
        for folder, told in (("users/kim/iismodcheck", True), ("users/kim/search", True), ("apps/other", True)):
            for file, shadows in (("iismodcheck_allowlist.csv", True), ("iismodcheck_packs.csv", True), ("assets.csv", False)):
                path = self.home / "etc" / folder / "lookups" / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("name,image\n")
                with self.subTest(f"{folder}/{file}"):
                    expected = [("lookup shadowed", file)] if told and shadows else []
                    self.assertEqual(self.told(self.host("web01")), expected)
                path.unlink()

    def test_a_limit_is_told(self):
        told = self.told(self.host("web01"), limits=Limits(memory=1))
        self.assertIn(("limit reached", "IIS"), told)
        told = self.told(self.host("web01"), limits=Limits(append_rows=0))
        self.assertIn(("not looked at", "IIS"), told)
        self.assertIn(("not looked at", "web01"), told)


class Memories(Installed):
    """The alerts' memories: what is missing or damaged is told, whichever alert writes it."""

    def setUp(self):
        super().setUp()
        # Two hosts, so that the memory has two rows; a change that is late, so that each alert has a result.
        hosts = Host("web01"), Host("web02")
        for host in hosts:
            host.install(install_time(), "EvilModule", EVIL)
        self.events = [event for host in hosts for event in host.events]
        self.events += [event for host in hosts for event in inventory(host.name, NOW - 600, {"EvilModule": EVIL})]
        self.allowlist().write_text("name,image\nA,C:\\a.dll\nB,C:\\b.dll\n")

    def health(self, *log_lines, **options) -> list[tuple[str, str]]:
        """(file, what is said of it), of the memories."""
        head = self.head(extra=[*self.events, *log_lines], **options)
        return [(row["iis_subject"], row["iis_detail"]) for row in Alert(head, HEALTH).run(AT) if row["iis_state"] == "memory damaged"]

    def test_missing_damaged_and_begun_anew(self):
        for name, memory in MEMORIES.items():
            file = f"iismodcheck_{memory}.csv"
            path = self.app / "lookups" / file
            self.alert(self.head(extra=self.events), name).run(NOW)
            good = path.read_text()
            first, *lines = good.splitlines(keepends=True)
            self.assertGreater(len(lines), 1)
            cells = lines[-1].rstrip("\n").split(",")
            ran = log(name, 0.75, "success", results=2)
            with self.subTest(alert=name):
                self.assertEqual(self.health(ran), [], "it is well")
                path.unlink()
                self.assertEqual(self.health(), [], "nothing was reported yet")
                self.assertEqual(self.health(log(name, 0.75, "error"), log(name, 0.75, "skipped")), [], "nor by these")
                if name != ALLOWLIST:
                    self.assertEqual(self.health(log(name, 0.75, "success")), [], "nor by a run without results")
            damages = {
                "gone": None,
                "empty": "",
                "no row": first,
                "another file": "user,password\nx,y\n",
                "a row lost": first + "".join(lines[:-1]),
                "a row too many": good + lines[-1],
                "a row of another file": good + "x" * 9 + "," * (len(cells) - 1) + "\n",
                **{f"without {column}": first + "".join(lines[:-1]) + ",".join("" if n == at else cell for n, cell in enumerate(cells)) + "\n"
                   for at, column in enumerate(first.rstrip("\n").split(",")) if column in ("iis_act", "iis_host", "iis_module_verdict", "iis_first", "iis_last", "iis_entry", "iis_looked")},
                "a time that is none": good.replace(f"{NOW:.0f}", "yesterday"),
            }  # fmt: skip
            if name != ALLOWLIST:
                damages["a time far ahead"] = good.replace(f"{NOW:.0f}", f"{NOW + 40 * 86400:.0f}", 1)
            for damage, text in damages.items():
                with self.subTest(damage, alert=name):
                    path.unlink(missing_ok=True) if text is None else path.write_text(text)
                    (subject, detail), = self.health(ran)
                    self.assertEqual(subject, file)
                    self.assertIn("has no row" if text in (None, "", first) else "is damaged", detail)
            path.unlink()

    def test_a_memory_that_was_lost_and_begun_anew_is_told_for_a_day(self):
        before = log(CHANGES, 50, "success", results=3)
        alert = self.alert(self.head(extra=self.events))
        self.assertEqual(len(alert.run(NOW)), 1)
        self.assertEqual(self.health(log(CHANGES, 0.7, "success", results=1)), [], "the first run is no fault")
        (subject, detail), = self.health(before, log(CHANGES, 0.7, "success", results=1))
        self.assertEqual(subject, "iismodcheck_reported_changes.csv")
        self.assertIn("was begun anew", detail)
        self.assertEqual(self.health(log(CHANGES, 29.5 * 24, "success", results=3)), [], "a row is forgotten after 30 days")
        later = self.head(extra=[*self.events, before])
        self.assertEqual([row for row in Alert(later, HEALTH).run(AT + 26 * 3600) if row["iis_state"] == "memory damaged"], [])

    def test_a_log_that_was_not_searched_to_the_end_is_said(self):
        head = self.head(extra=self.events, limits=Limits(append_rows=0))
        rows = [row["iis_detail"] for row in Alert(head, HEALTH).run(AT) if row["iis_state"] == "not looked at" and "this part" in row["iis_detail"]]
        self.assertEqual(len(rows), 1)
