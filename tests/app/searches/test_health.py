"""The alert Health tells what could make the others blind, and is silent when all is well."""

from dataclasses import replace

from searchhead.limits import Limits

from .events import GLOBAL, Host
from .support import GOOD_IMAGE, GOOD_NAME, NOW, Installed

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
