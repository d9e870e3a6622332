"""The page of `scan --format html` in headless Chromium, with names that would be markup.

SCREENSHOTS=1 also writes the README's pictures, docs/images/page-light.png and page-dark.png. SCREENSHOT_DIR puts them into
another folder.
"""

import os
import re
import subprocess
import unittest
from pathlib import Path

from packages import ROOT
from searches.support import Installed

from .browser import Browser, Page

SAMPLE = ROOT / "tests/fixtures/iis-operational.csv"
HOSTILE = [
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "</style><h1 id=forged>x",
    "\" onmouseover=\"document.title='run'",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/>",
]
DARK = "--blink-settings=preferredColorScheme=0"


class ReportPage(Installed):
    def page(self, *files: Path) -> str:
        """The address of a page about files."""
        page = self.home / "page.html"
        program = self.app / "linux_x86_64/bin/iismodcheck"
        subprocess.run([program, "scan", *files, "--format", "html", "--output", page], check=True)
        return page.as_uri()

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

    def test_the_sample_is_read_at_a_glance(self):
        address = self.page(SAMPLE)
        text = Page(Browser(0).dom(address)).text()
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
