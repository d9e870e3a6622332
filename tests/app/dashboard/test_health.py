"""The dashboard Health: what it shows where all is well, where something is not, and where it could not look."""

import html
import os
import re
import unittest
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from packages import ROOT
from searches.events import Host
from searches.test_allowlist_changes import ID, audit
from searches.test_scheduler import log
from searches.support import CHANGES
from searchhead.limits import Limits

from . import estate
from .browser import Browser
from .drawn import Drawn

TITLES = ["What could make the alerts blind As the", "Alerts Every enabled", "What decides", "Who wrote the allowlist", "From here"]
LISTED = "IIS Module Check - Listed module needs a decision"
OLD = 40 * 3600


class Health(Drawn):
    view = "iismodcheck_health.xml"

    def setUp(self):
        super().setUp()
        local = self.app / "local"
        local.mkdir()
        (local / "savedsearches.conf").write_text("".join(f"[{name}]\ndisabled = 0\n" for name in (CHANGES, LISTED)))

    def runs(self, outcome: str = "success") -> list:
        """The scheduler's log: one alert ran, the other with `outcome`."""
        lines = [log(name, 0, status) for name, status in ((CHANGES, "success"), (LISTED, outcome))]
        return [replace(line, time=estate.NOW - 1800, indextime=estate.NOW - 1800) for line in lines]

    def well(self) -> Host:
        """A host of which nothing is to be said."""
        host = Host("web01.example.com")
        host.install(estate.NOW - 7200, "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll")
        return host

    def number(self, page, title: str) -> str:
        """The single value under a title."""
        return re.search(rf"{title} (\S+) ", page.text())[1]

    def numbers(self, page) -> list[str]:
        """The three numbers."""
        descriptions = ("What could make the alerts blind", "Hosts that fell silent or send less than is needed", "Enabled alerts that failed, were skipped or did not run")
        return [self.number(page, description) for description in descriptions]

    def test_all_is_well(self):
        self.hold(self.well().events + self.runs())
        page = self.browser.open("def=dashboard.json")
        self.valid(page)
        self.assertEqual(self.numbers(page), ["0", "0", "0"])
        for title, texts in zip(TITLES, (["well", "All of it was looked at"], ["ran", CHANGES, LISTED], ["self test", "ok", "2 entries in force"], ["Nobody in the time range"])):
            for text in texts:
                self.assertIn(text, page.panel(title, until=TITLES))

    def ill(self) -> list:
        """A host that is silent, one that sends classic text, an alert that failed, a list that is damaged, and who wrote it."""
        silent, classic = Host("web02.example.com"), Host("old01.example.com", "classic")
        for host, at in ((silent, estate.NOW - OLD), (classic, estate.NOW - 7200)):
            host.install(at, "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll")
        self.allowlist().write_text("name,image,expires\nA,C:\\a.dll,soon\n")
        private = self.home / "etc/users/kim/iismodcheck/lookups/iismodcheck_allowlist.csv"
        private.parent.mkdir(parents=True)
        private.write_text("name,image\n")
        wrote = audit("kim", f'`iismodcheck_allow("{ID}", "host", "o", "r", "9")`', estate.NOW - 86400)
        return self.well().events + silent.events + classic.events + self.runs("error") + [wrote]

    def test_what_is_not_well(self):
        (self.app / "lookups/iismodcheck_reported_listed.csv").write_text("user,password\nkim,x\n")
        self.hold(self.ill())
        page = self.browser.open("def=dashboard.json")
        self.valid(page)
        self.assertEqual(self.numbers(page), ["5", "2", "1"])
        shown = {
            0: ["silent", "web02", "classic only", "old01.example.com", "allowlist damaged", "lookup shadowed", "of kim alone", "memory damaged", "iismodcheck_reported_listed.csv", "Set renderXml = true"],
            1: ["failed", LISTED, "expected a date"],
            2: ["has bad rows", "1 bad rows"],
            3: ["kim", "a search", f"finding-{ID}"],
        }
        for number, texts in shown.items():
            for text in texts:
                with self.subTest(text):
                    self.assertIn(text, page.panel(TITLES[number], until=TITLES))

    def test_nothing_there_and_a_limit_are_no_all_clear(self):
        (self.app / "local/savedsearches.conf").unlink()
        self.hold([])
        page = self.browser.open("def=dashboard.json")
        self.valid(page)
        self.assertEqual(self.numbers(page)[2], "1")
        self.assertIn("nobody is told of a module change", page.panel(TITLES[1], until=TITLES))
        self.hold(self.well().events, limits=Limits(append_rows=0))
        page = self.browser.open("def=dashboard.json")
        self.assertIn("not looked at", page.panel(TITLES[0], until=TITLES))
        self.assertNotEqual(self.numbers(page)[0], "0")

    def test_clicks_and_links(self):
        self.hold(self.ill())
        page = self.browser.open(urlencode([("def", "dashboard.json"), ("click", "silent"), ("click", LISTED), ("click", "kim")]))
        opened = page.report["opened"]
        self.assertEqual([urlsplit(url).path for url in opened], ["/app/iismodcheck/search", "/app/iismodcheck/alerts", "/app/iismodcheck/search"])
        links = [html.unescape(url) for url in re.findall(r'href="(search\?[^"]*)"', page.dom)]
        self.assertEqual(len(links), 2)
        self.assertIn('href="iismodcheck"', page.dom)
        for url in [opened[0], opened[2], *links]:
            query = parse_qs(urlsplit(url).query, strict_parsing=True)
            found = self.jobs.head.run(query["q"][0], now=estate.NOW, earliest=query["earliest"][0], latest=query["latest"][0])
            self.assertTrue(found.rows or "unparsed" in url, url)

    @unittest.skipUnless(os.environ.get("SCREENSHOTS"), "SCREENSHOTS=1 writes the pictures")
    def test_pictures(self):
        self.hold(self.ill())
        for theme in ("light", "dark"):
            path = Path(os.environ.get("SCREENSHOT_DIR", ROOT / "docs/images")) / f"health-{theme}.png"
            Browser(self.browser.port, "1280,900").picture(f"def=dashboard.json&theme={theme}", path)
            self.assertTrue(20_000 < path.stat().st_size < 300 * 1024, f"{path}: {path.stat().st_size} bytes")
