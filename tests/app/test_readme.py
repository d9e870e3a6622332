"""The READMEs followed word by word: their commands are run as they stand, the tools they name are those of the stages."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from packages import FOLDER, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SEARCH = (ROOT / "docs/search.md").read_text(encoding="utf-8")
BINARY = "etc/apps/iismodcheck/linux_x86_64/bin/iismodcheck"
#: What the READMEs call a tool -> where its version is fixed.
TOOLS = {
    "AppInspect": ("stages/appinspect", r"splunk-appinspect==([\d.]+)"),
    "(slim)": ("stages/slim", r"splunk-packaging-toolkit==([\d.]+)"),
    "ksconf": ("stages/ksconf", r"ksconf==([\d.]+)"),
    "contentctl": ("stages/contentctl", r"contentctl==([\d.]+)"),
    "@splunk/time-range-utils": ("time/package.json", r'"@splunk/time-range-utils": "([\d.]+)"'),
    "@splunk/dashboard-core": ("dashboard/package.json", r'"@splunk/dashboard-core": "([\d.]+)"'),
}


def block(heading: str, beginning: str, document: str = README) -> str:
    """The code block of a section of a document that begins with a text."""
    section = document.partition(f"\n{heading}\n")[2]
    found = [block for block in re.findall(r"(?:^    .*\n)+", section, re.MULTILINE) if block.strip().startswith(beginning)]
    if not found:
        raise AssertionError(f"there is no block '{beginning}...' below '{heading}'")
    return re.sub("^    ", "", found[0], flags=re.MULTILINE)


class Commands(unittest.TestCase):
    """On a Splunk home that holds nothing yet."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        (self.home / "etc/apps").mkdir(parents=True)

    def shell(self, script: str) -> str:
        """Runs a block; its output."""
        environment = os.environ | {"SPLUNK_HOME": str(self.home)}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), script)
        return done.stdout

    def test_install_by_hand(self):
        output = self.shell(block("## Install into Splunk", "cd target/package").replace("target/package", str(FOLDER)))
        self.assertRegex(output, r"\Aiismodcheck-\S+\.spl: OK\niismodcheck \d+\.\d+\.\d+\n\Z")
        self.assertTrue((self.home / "etc/apps/iismodcheck/default/app.conf").is_file())

    def test_a_session_by_hand(self):
        self.test_install_by_hand()
        session = block("## By hand, without Splunk", "printf", SEARCH)
        output = self.shell(session.replace("target/release/iismodcheck", str(self.home / BINARY)))
        self.assertEqual(output.count("chunked 1.0,"), 2)
        self.assertIn("Evil", output)
        self.assertNotIn('"error"', output)

    def test_the_sample_by_hand(self):
        self.test_install_by_hand()
        scan = re.search(r"cargo run --release -- (scan .*)", README)[1]
        done = subprocess.run([self.home / BINARY, *scan.split()], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        for verdict in ("known_good", "lookalike", "unknown"):
            self.assertIn(verdict, done.stdout)

    def test_what_is_seen_first(self):
        self.test_install_by_hand()
        command, *shown = README.partition("    $ iismodcheck scan ")[2].split("\n\n")[0].splitlines()
        done = subprocess.run([self.home / BINARY, "scan", *command.split()], cwd=ROOT, capture_output=True, text=True, env=os.environ | {"COLUMNS": "80"})
        self.assertEqual([line.removeprefix("    ") for line in shown], done.stdout.splitlines()[: len(shown)])
        self.assertGreater(len(shown), 3)

    def test_five_minutes_for_a_responder(self):
        self.test_install_by_hand()
        shutil.copytree(ROOT / "docs/replay", self.home / "docs/replay")
        path = os.environ | {"PATH": f"{(self.home / BINARY).parent}:{os.environ['PATH']}", "COLUMNS": "80"}
        said = []
        for command in block("## Five minutes for a responder", "iismodcheck scan").splitlines():
            done = subprocess.run(["bash", "-c", command], cwd=self.home, env=path, capture_output=True, text=True)
            # Where a file is written, standard error says so, and nothing else.
            written = re.search("--output (.*)", command)
            told = f"iismodcheck: {written[1]} is written; 4 findings need a decision: 3 high, 1 medium\n" if written else ""
            self.assertEqual((done.returncode, done.stderr), (0, told), command)
            said.append(done.stdout)
        for part in ("4 findings need a decision", "SessionCacheModule added on web02.example.com  2023-11-18T03:13:20Z", "by S-1-5-21-1-2-3-1108"):
            self.assertIn(part, said[0])
        self.assertIn("<title>", (self.home / "report.html").read_text(encoding="utf-8"))
        self.assertIn("ContosoAgent", said[3] + said[4])
        self.assertIn("3 findings need a decision", said[-1])

    def test_an_audit(self):
        self.test_install_by_hand()
        command, *shown = README.partition("    $ iismodcheck audit ")[2].split("\n\n")[0].splitlines()
        done = subprocess.run([self.home / BINARY, "audit", *command.split()], cwd=ROOT, capture_output=True, text=True, env=os.environ | {"COLUMNS": "80"})
        self.assertEqual([line.removeprefix("    ") for line in shown], done.stdout.splitlines()[: len(shown)])
        self.assertGreater(len(shown), 3)

    def test_a_scan_without_splunk(self):
        self.test_install_by_hand()
        collected = self.home / "collected"
        collected.mkdir()
        shutil.copy(ROOT / "tests/fixtures/formats/three.evtx", self.home / "web01.evtx")
        shutil.copy(ROOT / "tests/fixtures/iis-operational.csv", collected)
        (collected / "modules.csv").write_text("name,image\nAcme,C:\\Acme\\acme.dll\n")
        (self.home / "allow.csv").write_text("name,image\nAcme,C:\\Acme\\acme.dll\n")
        commands = block("## Without Splunk", "iismodcheck scan").splitlines()
        path = {"PATH": f"{(self.home / BINARY).parent}:{os.environ['PATH']}"}
        codes = [
            subprocess.run(["bash", "-c", command], cwd=self.home, env=os.environ | path, stdout=subprocess.PIPE).returncode
            for command in commands
        ]
        self.assertEqual(codes, [0, 1])
        findings = json.loads((self.home / "scan.json").read_text())["findings"]
        self.assertIn("allowed", {finding["iis_module_verdict"] for finding in findings})
        self.assertIn(["collected/modules.csv:2"], [finding["rows"] for finding in findings])


class Coverage(unittest.TestCase):
    """What covers what stands in both READMEs."""

    def test_both_tables_are_the_same(self):
        app = (ROOT / "splunk_app/README.md").read_text(encoding="utf-8")
        found = [re.findall(r"^\| what \| event 29.*\n(?:\|.*\n)+", text, re.MULTILINE) for text in (README, app)]
        self.assertEqual([len(tables) for tables in found], [1, 1])
        self.assertEqual(found[0], found[1])


class Versions(unittest.TestCase):
    """The limits name what was really used."""

    def test_tools(self):
        app = (ROOT / "splunk_app/README.md").read_text(encoding="utf-8")
        addon = (ROOT / "splunk_addon/README.md").read_text(encoding="utf-8")
        for name, (place, pattern) in TOOLS.items():
            version = re.search(pattern, (ROOT / "tests/app" / place).read_text())[1]
            documents = [("README.md", README), ("splunk_app/README.md", app)]
            if name in ("AppInspect", "(slim)", "ksconf"):
                documents.append(("splunk_addon/README.md", addon))
            for document, text in documents:
                with self.subTest(name, document=document):
                    self.assertIn(f"{name} {version}", text)

    def test_every_tool_of_the_dashboard_is_in_the_lock_file(self):
        for folder in ("dashboard", "time"):
            wanted = json.loads((ROOT / "tests/app" / folder / "package.json").read_text())["dependencies"]
            locked = json.loads((ROOT / "tests/app" / folder / "package-lock.json").read_text())["packages"]
            for name, version in wanted.items():
                self.assertEqual(locked[f"node_modules/{name}"]["version"], version, name)
