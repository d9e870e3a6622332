"""The dashboard Estate: what the inventories of a few servers show, what is missing, and what a click leads to.

SCREENSHOTS=1 writes estate-light.png and estate-dark.png into docs/images, or into the folder SCREENSHOT_DIR.
"""

import html
import os
import re
import unittest
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from packages import ROOT
from searches.events import Host
from searchhead.alerts import Alert
from searchhead.limits import Limits

from . import estate
from .browser import Browser
from .drawn import Drawn
from .inventories import UNSIGNED, module, run, usual

TITLES = [
    "Modules by prevalence What",
    "The selected row Click",
    "The host of the selected row What",
    "Hosts by state Every",
    "How many hosts By",
    "Registrations without an event Changed",
    "Files that differ Same",
    "Updates Files",
    "From here",
]
REMEMBER, MODULES, CHANGED = (f"IIS Module Check - {name}" for name in ("Remember the inventories", "Remember the modules", "What is there changed"))
NUMBERS = ["Hosts with a full, complete inventory", "Never came, stopped, never full or not complete", "Different modules that no list explains", "Under one path and version of Windows"]
AGENT = module("AgentModule", "agentiis.dll", image=estate.AGENT, file=estate.AGENT.lower(), pe_version="7.1.0.3", **UNSIGNED)
HAND = module("HandMadeModule", "hand.dll", image=r"C:\Tools\hand.dll", file=r"c:\tools\hand.dll", pe_version="1.0.0.0", **UNSIGNED)
UPDATED = "10.0.20348.2400"
NEWER = module("StaticFileModule", "static.dll", file_sha256="77" * 32, pe_version=UPDATED, windows_version=UPDATED)
OTHER = module("DefaultDocumentModule", "defdoc.dll", file_sha256="99" * 32, **UNSIGNED)
NOT_READ = {"record": "problem", "problem": "denied", "file": r"C:\inetpub\wwwroot\web.config", "hint": "grant read"}


class Estate(Drawn):
    view = "iismodcheck_estate.xml"

    def follows(self) -> None:
        """Three days: the reports that remember run hourly and daily, then somebody opens the dashboard."""
        hosts = {name: usual() for name in ("web01", "web02", "web03", "web04", "web05")}
        hosts["web02"].append(AGENT)
        channel = [Host(f"{name}.example.com") for name in ("web01", "web02", "web03", "web09")]
        for host in channel:
            host.install(estate.NOW - 3 * estate.DAY, "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll")
        head = self.jobs.head
        store = head.peers[0].store
        store.add([event for host in channel for event in host.events])

        def prints(hours_ago: float, *names: str, full: bool = True, **options) -> None:
            store.add([event for name in names for event in run(name, estate.NOW - 3600 * hours_ago, hosts[name], full, **options)])
            Alert(head, REMEMBER).run(estate.NOW - 3600 * hours_ago + 900)
            Alert(head, CHANGED).run(estate.NOW - 3600 * hours_ago + 1800)

        prints(50, *hosts)
        Alert(head, MODULES).run(estate.NOW - 49 * 3600)
        hosts["web01"][1] = NEWER
        hosts["web03"].append(HAND)
        hosts["web05"][2] = OTHER
        prints(5, "web01", "web02", "web03", "web05")
        prints(1, "web02", full=False, problems=(NOT_READ,))

    def setUp(self):
        super().setUp()
        self.hold([])
        self.follows()

    def number(self, page, description: str) -> str:
        """The single value under a description."""
        return re.search(rf"{description} (no data|\S+) ", page.text())[1]

    def test_panels(self):
        page = self.browser.open("def=dashboard.json")
        self.valid(page)
        self.assertNotIn("No data!", page.text())
        # Whole: web01, web03, web05. Not: web02 (a problem), web04 (stopped), web09 (never came).
        self.assertEqual([self.number(page, description) for description in NUMBERS], ["3", "3", "3", "1"])
        shown = {
            0: ["1 AgentModule", "2026-09-20", "signature none", "1 HandMadeModule", "not remembered yet", "4 DefaultDocumentModule", "file_altered", "10.0.20348.2340, 10.0.20348.2400"],
            3: ["never came web09", "TA-iismodcheck", "stopped web04", "not complete web02", "web.config", "no event web05", "complete web01"],
            5: ["web03 added HandMadeModule", "edited by hand"],
            6: ["defdoc.dll (64 bit)", "999999999999, signature none", "1 web05 3 hosts have", "file_altered"],
            7: [f"update {UPDATED} 1 1 web01"],
        }
        for number, texts in shown.items():
            panel = page.panel(TITLES[number], until=TITLES)
            for text in texts:
                with self.subTest(text):
                    self.assertIn(text, panel)
        modules = page.panel(TITLES[0], until=TITLES)
        names = ("AgentModule", "HandMadeModule", "DefaultDocumentModule")
        self.assertEqual(sorted(names, key=modules.index), list(names), "the rarest first")
        # Another version of Windows has another file, and event 29 told of nothing else.
        self.assertNotIn("static.dll", page.panel(TITLES[6], until=TITLES))
        self.assertNotIn("AgentModule", page.panel(TITLES[5], until=TITLES))

    def test_nothing_there_and_a_limit_are_no_all_clear(self):
        head, said = self.jobs.head, "No inventory came in within 25 hours"
        self.hold([])
        page = self.browser.open("def=dashboard.json")
        self.valid(page)
        self.assertEqual([self.number(page, description) for description in NUMBERS], ["no data", "1", "no data", "no data"])
        self.assertNotIn("No data!", page.text())
        for number, text in ((0, said), (2, "No host is selected"), (3, "put the add-on TA-iismodcheck"), (3, "not looked at"), (5, "did not run in seven days"), (6, said), (7, "Nothing was counted")):
            with self.subTest(text):
                self.assertIn(text, page.panel(TITLES[number], until=TITLES))
        for name, limits in (("streamstats", Limits(memory=1)), ("append", Limits(append_rows=0))):
            with self.subTest(name):
                self.jobs.head, head.limits = head, limits
                found = {search: self.search(search) for search in ("| `iismodcheck_estate` | `iismodcheck_file_differs`", "| `iismodcheck_hosts_by_state`")}
                told = "limit reached" if name == "streamstats" else "not looked at"
                self.assertIn(told, str(found), found)

    def search(self, search: str, earliest: str = "-25h@h", latest: str = "now") -> list[dict]:
        """The rows of a search over the estate."""
        return self.jobs.head.run(search, now=estate.NOW, earliest=earliest, latest=latest).rows

    def test_clicks_and_links(self):
        listed = self.search("`iismodcheck_inventory` | `iismodcheck_modules`")
        finding = next(row["iis_finding_id"] for row in listed if row["iis_module_name"] == "HandMadeModule")
        page = self.browser.open(urlencode([("def", "dashboard.json"), ("click", "HandMadeModule")]))
        self.valid(page)
        selected = page.panel(TITLES[2], until=TITLES)
        self.assertIn("HandMadeModule", selected)
        self.assertNotIn("AgentModule", selected, "the list of another host")
        for job in self.jobs.log:
            self.assertNotRegex(job["search"], "HandMade|hand.dll", "nothing of a clicked row but ids and the checked window may get into a search")
        links = [html.unescape(url) for url in re.findall(r'href="(search\?[^"]*)"', page.dom)]
        self.assertEqual(len(links), 6)
        told = []
        for url in links[:5]:
            query = parse_qs(urlsplit(url).query, strict_parsing=True)
            self.assertRegex(query["q"][0], rf'\A`iismodcheck_\w+\("({finding}|[0-9]+-[0-9]+/web03)"(, "(host|fleet|<owner>|<reason>|90)")*\)`\Z')
            told.append(self.search(query["q"][0], query["earliest"][0], query["latest"][0]))
        events, inventory, words, entry, everywhere = told
        self.assertEqual([(row["iis_module_name"], row["iis_host"]) for row in events], [("HttpLoggingModule", "web03.example.com")])
        self.assertEqual({row["iis_host"] for row in inventory}, {"web03"})
        self.assertEqual(len(inventory), 4)
        self.assertEqual([row["iis_finding_id"] for row in words], [finding])
        for rows in (entry, everywhere):
            self.assertEqual([(row["name"], row["image"], row["host"]) for row in rows], [("HandMadeModule", HAND["image"], "web03")])

    @unittest.skipUnless(os.environ.get("SCREENSHOTS"), "SCREENSHOTS=1 writes the pictures")
    def test_pictures(self):
        for theme in ("light", "dark"):
            path = Path(os.environ.get("SCREENSHOT_DIR", ROOT / "docs/images")) / f"estate-{theme}.png"
            Browser(self.browser.port, "1280,1250").picture(f"def=dashboard.json&theme={theme}&click=HandMadeModule", path)
            self.assertTrue(20_000 < path.stat().st_size < 300 * 1024, f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    unittest.main()
