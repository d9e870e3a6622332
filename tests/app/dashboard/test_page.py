"""The page of `scan --format html` in headless Chromium: names that would be markup, and what the first screen shows.

SCREENSHOTS=1 also writes the README's pictures, docs/images/page-light.png and page-dark.png. SCREENSHOT_DIR puts them into
another folder.
"""

import html
import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from packages import ROOT
from searches.support import Installed

from .browser import Browser, Page

SAMPLE = ROOT / "tests/fixtures/iis-operational.csv"
STORIES = ROOT / "tests/fixtures/stories/events.tsv"
#: The same events in the same order, a line each.
EVENTS = ROOT / "docs/replay/stories-xml.txt"
HOSTILE = [
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "</style><h1 id=forged>x",
    "\" onmouseover=\"document.title='run'",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/>",
]
DARK = "--blink-settings=preferredColorScheme=0"
#: A page that holds another in a frame of the size of a screen and writes down the words that are whole in it.
FRAME = """<!DOCTYPE html><iframe id="page" width="1280" height="800" style="border:0"></iframe><pre id="seen"></pre><script>
const frame = document.getElementById("page");
frame.onload = () => {
  const inner = frame.contentDocument, seen = [], range = inner.createRange();
  const walker = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (box.height && box.bottom <= 800 && box.right <= 1280) seen.push(walker.currentNode.data);
  }
  document.getElementById("seen").textContent = JSON.stringify(seen);
};
frame.srcdoc = %s;
</script>"""


class ReportPage(Installed):
    def scan(self, kind: str, *files: Path) -> Path:
        """A report about files. What is drawn shows their names: those of the repository are named within it."""
        report = self.home / f"report.{kind}"
        program = self.app / "linux_x86_64/bin/iismodcheck"
        names = [file.relative_to(ROOT) if file.is_relative_to(ROOT) else file for file in files]
        subprocess.run([program, "scan", *names, "--format", kind, "--output", report], check=True, cwd=ROOT)
        return report

    def page(self, *files: Path) -> str:
        """The address of a page about files."""
        return self.scan("html", *files).as_uri()

    def first_screen(self, page: Path) -> str:
        """What stands in the first 1,280 x 800 of a page."""
        frame = self.home / "frame.html"
        frame.write_text(FRAME % json.dumps(page.read_text(encoding="utf-8")).replace("</", "<\\/"), encoding="utf-8")
        seen = re.search(r'<pre id="seen">(.+?)</pre>', Browser(0, "1400,1000").dom(frame.as_uri()))
        return " ".join(json.loads(html.unescape(seen[1])))

    def test_names_are_text(self):
        listed = self.home / "list.csv"
        cells = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
        listed.write_text("name,image,host\n" + "".join(f"{cell},D:\\x.dll,{cell}\n" for cell in cells))
        dom = Browser(0).dom(self.page(listed))
        self.assertEqual(re.findall(r"<(script|img|meta http-equiv=.refresh|h1 id)", dom), [])
        self.assertIn("<title>Changes of IIS modules</title>", dom)
        text = Page(dom).text()
        for name in HOSTILE:
            self.assertIn(re.sub(r"\s+", " ", name), text)

    def test_each_story_at_a_glance(self):
        table = (line for line in STORIES.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        stories = [line.partition("\t")[0] for line in table][1:]
        events = EVENTS.read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(stories), len(events))
        asked = 0
        for story in sorted(set(stories)):
            with self.subTest(story):
                own = self.home / "story.xml"
                own.write_text("\n".join(event for name, event in zip(stories, events) if name == story), encoding="utf-8")
                findings = json.loads(self.scan("json", own).read_text(encoding="utf-8"))["findings"]
                findings = [finding for finding in findings if finding["needs_decision"]]
                screen = self.first_screen(self.scan("html", own))
                if not findings:
                    self.assertIn("Nothing needs a decision", screen)
                for finding in findings:
                    asked += 1
                    image = finding.get("iis_module_image") or finding.get("iis_module_type") or ""
                    name = finding.get("iis_module_name") or "the list"
                    for part in (name, finding["iis_host"], image, finding["iis_actor"], finding["_time"][:19], "Do now:"):
                        self.assertIn(part, screen)
        self.assertGreater(asked, 5)

    def test_the_sample_is_read_at_a_glance(self):
        address = self.page(SAMPLE)
        text = Page(Browser(0).dom(address)).text()
        self.assertNotIn(str(ROOT), text)
        self.assertIn("What to secure now", self.first_screen(self.scan("html", SAMPLE)))
        first = text[text.index("First: ") : text.index("What needs a decision")]
        for part in ("FastCgiModule_64bit", "web02.corp.example", "iisfcgix64.dll", "isolate the server"):
            self.assertIn(part, first)
        folder = Path(os.environ.get("SCREENSHOT_DIR", ROOT / "docs/images" if os.environ.get("SCREENSHOTS") else self.home))
        for name, size, options in [("light", "1280,800", []), ("dark", "1280,800", [DARK]), ("phone", "400,900", [])]:
            path = (self.home if name == "phone" else folder) / f"page-{name}.png"
            Browser(0, size).draw(address, path, *options)
            self.assertGreater(path.stat().st_size, 20_000, name)


if __name__ == "__main__":
    unittest.main()
