"""The shipped, unmodified dashboard: valid for Splunk's validator, its searches run, its panels show what they must.

SCREENSHOTS=1 also writes docs/images/dashboard-light.png and dashboard-dark.png.
"""

import json
import os
import unittest
from pathlib import Path

from owncheck.dashboard import definitions
from owncheck.package import Package
from packages import ROOT
from searches.support import Installed
from searchhead.server import Jobs, serve

from . import estate
from .browser import Browser

PAGE = ROOT / "target" / "tools" / "dashboard" / "page"


class Dashboard(Installed):
    """One server for each test."""

    def setUp(self):
        super().setUp()
        self.allowlist().write_text(estate.allowlist())
        name, definition = next(definitions(Package(self.app, self.app, [], "enterprise")))
        self.assertEqual(name, "iismodcheck.xml")
        (PAGE / "dashboard.json").write_text(json.dumps(definition))
        self.jobs = Jobs(self.head(extra=estate.events()), estate.NOW)
        server = serve(self.jobs, str(PAGE))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.browser = Browser(server.server_address[1])

    def test_panels(self):
        page = self.browser.open("def=dashboard.json")
        self.assertEqual({k: v for k, v in page.report.items() if v}, {})
        failed = [(job["label"], job["error"]) for job in self.jobs.log if job["error"] and "finding_id" not in job["error"]]
        self.assertEqual(failed, [])
        for title, expected in {
            "Modules to decide on": ["5"],
            "High or critical changes": ["3"],
            "Not readable": ["1"],
            "Hosts with changes": ["3"],
            "Modules that need a decision": ["critical", "image_hijack", "HttpLoggingModule", "lookalike", "HttpLogginModule"],
            "Allowlist": ["expired", "OldModule", "expires soon", "ReportModule", "CHG-7", "never expires"],
            "Data health": ["web01", "good", "old01", "classic only"],
        }.items():
            with self.subTest(title):
                panel = page.panel(title, 4000)
                for text in expected:
                    self.assertIn(text, panel)
        self.assertIn(estate.HIJACKED, page.text())
        self.assertIn("ShellModule", page.text())

    def test_a_clicked_row_selects_its_finding(self):
        changes = self.changes_of_the_estate()
        hijack = next(row for row in changes if row["iis_module_verdict"] == "image_hijack")
        page = self.browser.open("def=dashboard.json&click=image_hijack")
        self.assertIn(hijack["iis_finding_id"], page.panel("Selected finding", 200))
        asked = [job["search"] for job in self.jobs.log if "iismodcheck_finding(" in job["search"]]
        self.assertTrue(any(hijack["iis_finding_id"] in search for search in asked), asked)
        self.assertIn("isolate it", page.text(), "what to do next is shown")
        for job in self.jobs.log:
            self.assertNotIn("loghttp", job["search"], "nothing of a clicked row but the finding id may get into a search")

    def changes_of_the_estate(self):
        found = self.jobs.head.run("`iismodcheck_events` | `iismodcheck_changes`", now=estate.NOW, earliest="-30d@d", latest="now")
        return found.rows

    @unittest.skipUnless(os.environ.get("SCREENSHOTS"), "SCREENSHOTS=1 writes the pictures of the README")
    def test_pictures(self):
        for theme in ("light", "dark"):
            path = Path(os.environ.get("SCREENSHOT_DIR", ROOT / "docs" / "images")) / f"dashboard-{theme}.png"
            self.browser.picture(f"def=dashboard.json&theme={theme}&click=image_hijack", path)
            self.assertGreater(path.stat().st_size, 20_000)
