"""The shipped, unmodified dashboard: valid for Splunk's validator, its searches run, its panels show what they must.

SCREENSHOTS=1 also writes the README's pictures, docs/images/dashboard-light.png and dashboard-dark.png, and the app's
own, splunk_app/static/screenshot.png. SCREENSHOT_DIR puts all of them into another folder.
"""

import copy
import html
import json
import os
import re
import unittest
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from packages import ROOT
from searches.events import Host, inventory

from . import estate
from .browser import Browser
from .drawn import PAGE, Drawn

TITLES = [
    "Modules that need a decision",
    "Selected finding",
    "What changed",
    "How common each module is",
    "Listed modules that need a decision",
    "Allowlist The site's entries",
    "Data health Hosts in",
    "What event 29 does not show",
]


def _table(definition: dict) -> dict:
    return next(viz for viz in definition["visualizations"].values() if viz["type"] == "splunk.table")


class Dashboard(Drawn):
    """The dashboard of findings."""

    def broken(self) -> str:
        """Writes variants that Splunk's validator must refuse, or its silence means nothing; gives their names."""
        variants = {
            "layout": lambda d: d["layout"]["structure"][0].update(item="viz_nope"),
            "type": lambda d: _table(d).update(type="splunk.nosuchviz"),
            "option": lambda d: _table(d).update(options={"nosuchOption": True, "count": "abc"}),
            "source": lambda d: next(iter(d["dataSources"].values())).update(type="ds.bogus"),
        }
        for name, change in variants.items():
            definition = copy.deepcopy(self.definition)
            change(definition)
            (PAGE / f"broken_{name}.json").write_text(json.dumps(definition))
        return ",".join(f"broken_{name}.json" for name in variants)

    def test_panels(self):
        page = self.browser.open(f"def=dashboard.json&also={self.broken()}")
        refused = page.report.pop("also")
        self.assertEqual(len(refused), 4)
        self.assertTrue(all(refused.values()), refused)
        self.valid(page)
        # Six modules: the hijack, the imitation, the agent with and without a visible image, the removal, the damaged event.
        for title, description, value in [
            ("Modules to decide on", "Different modules that no list explains", "5"),
            ("High or critical changes", "Hijacks, imitations, suspicious places, removed protection", "2"),
            ("Not readable", "Events 29 that could not be read: they alert, too", "1"),
            ("Hosts with changes", "Hosts whose modules changed", "3"),
        ]:
            with self.subTest(title):
                self.assertIn(f"{title} {description} {value} ", page.text())
        for title, expected in {
            "Modules that need a decision": ["critical", "image_hijack", "HttpLoggingModule", "lookalike", "HttpLogginModule"],
            "Allowlist The site's entries": ["expired", "OldModule", "expires soon", "ReportModule", "CHG-7", "never expires"],
            "Data health Hosts in": ["web01.example.com", "good", "old01.example.com", "classic only", "no change recorded in 1 day"],
        }.items():
            with self.subTest(title):
                panel = page.panel(title, until=TITLES)
                for text in expected:
                    self.assertIn(text, panel)
        self.assertIn(estate.HIJACKED, page.text())
        self.assertIn("ShellModule", page.panel("Listed modules that need a decision", until=TITLES))

    def test_nothing_to_show_is_a_sentence(self):
        change = Host("web01.example.com")
        change.install(estate.NOW - estate.DAY, "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll")
        noise = Host("web01.example.com")
        noise.noise(estate.NOW - estate.DAY)
        listed = inventory("web01", estate.NOW - 900, {"HttpLoggingModule": r"%windir%\System32\inetsrv\loghttp.dll"})
        no_event, no_inventory = "No event 29 or 50 of Microsoft-IIS-Configuration/Operational", "No inventory came in within 25 hours"
        for name, events, number, expected in [
            ("empty", [], "no data", [no_event, no_event, no_event, no_inventory, "No event of the channel"]),
            ("other settings", noise.events, "0", ["Nothing to decide", "No module was changed", "No module was changed", no_inventory, "good"]),
            ("nothing new", change.events + listed, "0", ["Nothing to decide", "known_good", "HttpLoggingModule", "Nothing to decide", "good"]),
        ]:
            with self.subTest(name):
                self.hold(events)
                page = self.browser.open("def=dashboard.json")
                self.valid(page)
                self.assertIn(f"Different modules that no list explains {number} ", page.text())
                self.assertNotIn("No data!", page.text())
                self.assertNotIn("Set token value", page.text())
                titles = [TITLES[number] for number in (0, 2, 3, 4, 6)]
                for title, text in zip(titles, expected):
                    self.assertIn(text, page.panel(title, until=TITLES), title)

    def test_an_allowlist_that_was_not_made(self):
        self.allowlist().unlink()
        page = self.browser.open("def=dashboard.json")
        self.assertIn("Create the allowlist once", page.panel("Allowlist The site's entries", until=TITLES))

    def test_nothing_selected_is_a_sentence(self):
        page = self.browser.open("def=dashboard.json")
        said = "No finding is selected. Click a row of a table of the dashboard first."
        self.assertIn(said, page.panel("Selected finding", until=TITLES))
        links = [html.unescape(url) for url in re.findall(r'href="(search\?[^"]*)"', page.dom)]
        self.assertEqual(len(links), 4)
        for url in links:
            self.assertEqual([row["iis_what"] for row in self.followed(url, "none")[1]], [said])

    def followed(self, url: str, finding: str) -> tuple[str, list[dict]]:
        """The macro that a link calls, and the rows that its search gives; nothing but the finding's id and window may be in it."""
        parts = urlsplit(url)
        query = parse_qs(parts.query, strict_parsing=True)
        self.assertEqual((parts.path.rpartition("/")[2], set(query)), ("search", {"q", "earliest", "latest"}))
        self.assertEqual((query["earliest"], query["latest"]), (["-7d@d"], ["now"]), "the time range of the dashboard")
        call = re.fullmatch(r'`(iismodcheck_\w+)\("([0-9a-f]{32}|none)"((?:, "(?:host|fleet|<owner>|<reason>|90|none|[0-9]+-[0-9]+/[a-z0-9]+)")*)\)`', query["q"][0])
        self.assertIsNotNone(call, query["q"])
        self.assertEqual(call[2], finding)
        return call[1], self.jobs.head.run(query["q"][0], now=estate.NOW, earliest="-7d@d", latest="now").rows

    def test_a_clicked_row_selects_its_finding(self):
        hijack = next(row for row in self.changes_of_the_estate() if row["iis_module_verdict"] == "image_hijack")
        finding = hijack["iis_finding_id"]
        what = f"IIS module HttpLoggingModule ({estate.HIJACKED}): modified"
        page = self.browser.open(urlencode([("def", "dashboard.json"), ("click", "image_hijack"), ("click", what)]))
        self.assertIn(what, page.panel("Selected finding", until=TITLES))
        asked = [job["search"] for job in self.jobs.log if "iismodcheck_finding(" in job["search"]]
        self.assertTrue(any(finding in search for search in asked), asked)
        self.assertIn("isolate the server", page.text(), "what to do next is shown")
        for job in self.jobs.log:
            self.assertNotIn("loghttp", job["search"], "nothing of a clicked row but the finding id may get into a search")
        links = [html.unescape(url) for url in re.findall(r'href="(search\?[^"]*)"', page.dom)]
        self.assertEqual(len(links), 4)
        self.assertEqual(len(page.report["opened"]), 1)
        shown = [self.followed(url, finding) for url in links + page.report["opened"]]
        names = ["finding_events", "finding_processes", "allow_entry", "allow_entry", "allow_entry"]
        self.assertEqual([macro for macro, _ in shown], [f"iismodcheck_{name}" for name in names])
        (_, events), (_, processes), *entries = shown
        self.assertEqual([row["iis_module_image"] for row in events if "iis_module_image" in row], [estate.HIJACKED])
        self.assertIn("No process creation was found", processes[0]["iis_what"])
        for _, rows in entries:
            self.assertEqual([(row["name"], row["image"]) for row in rows], [("HttpLoggingModule", estate.HIJACKED)])

    def test_what_cannot_be_allowed_says_why(self):
        damaged = next(row for row in self.changes_of_the_estate() if row["iis_module_verdict"] == "unparsed")
        page = self.browser.open(urlencode([("def", "dashboard.json"), ("click", "unparsed")]))
        links = [html.unescape(url) for url in re.findall(r'href="(search\?[^"]*allow_entry[^"]*)"', page.dom)]
        for url in links:
            _, rows = self.followed(url, damaged["iis_finding_id"])
            self.assertEqual([row["iis_what"][:17] for row in rows], ["Nothing to allow:"])
        self.assertEqual(len(links), 2)

    def changes_of_the_estate(self):
        found = self.jobs.head.run("`iismodcheck_events` | `iismodcheck_changes`", now=estate.NOW, earliest="-30d@d", latest="now")
        return found.rows

    def picture(self, browser: Browser, folder: str, name: str, theme: str, scale: float = 1) -> None:
        path = Path(os.environ.get("SCREENSHOT_DIR", ROOT / folder)) / name
        browser.picture(f"def=dashboard.json&theme={theme}&click=image_hijack", path, scale)
        self.assertTrue(20_000 < path.stat().st_size < 300 * 1024, f"{path}: {path.stat().st_size} bytes")

    @unittest.skipUnless(os.environ.get("SCREENSHOTS"), "SCREENSHOTS=1 writes the pictures of README and app")
    def test_pictures(self):
        # A window of this height shows the upper half, which is what the README needs.
        upper = Browser(self.browser.port, "1280,1500")
        for theme in ("light", "dark"):
            self.picture(upper, "docs/images", f"dashboard-{theme}.png", theme)
        # Half of this window is 623x350 pixels, the size that app.conf.spec asks for.
        self.picture(Browser(self.browser.port, "1246,700"), "splunk_app/static", "screenshot.png", "light", 0.5)
