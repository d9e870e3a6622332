"""Every example of the search assistant, of the two READMEs and of what they lead to is run as it stands; none is of a kind that nobody runs."""

import json
import re
import subprocess

from packages import ROOT
from searches.events import Host, inventory
from searches.support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, Installed, install_time
from searchhead.conf import parse
from searchhead.errors import SearchError

READMES = (ROOT / "README.md", ROOT / "splunk_app/README.md", ROOT / "docs/search.md", ROOT / "docs/scan.md")
AGENT = r"C:\Program Files\Agent\agent.dll"
#: What begins a block that only another system can run, or that the gate itself is.
ELSEWHERE = ("wevtutil ", "(Get-FileHash ", "Get-WinEvent ", "cargo ", "packaging/build")
#: What begins a block that test_readme.py runs, or puts into a file.
BY_HAND = ("cd target/package", "printf ", "$ iismodcheck scan ", "$ iismodcheck audit ", "iismodcheck scan ", "iismodcheck allowlist ", "name,image")
SEARCH = re.compile(r"`iismodcheck|\|\s*iismodcheck\b")


def blocks(text: str) -> list[str]:
    """The code blocks of a README."""
    return [re.sub("^    ", "", found, flags=re.MULTILINE).strip() for found in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]


def inline(text: str) -> list[str]:
    """What stands between backticks in the text around the blocks."""
    return re.findall(r"`([^`\n]+)`", "\n".join(line for line in text.split("\n") if not line.startswith("    ")))


class Examples(Installed):
    """An estate with something of everything that the examples ask for."""

    def setUp(self):
        super().setUp()
        modern, classic = Host("web01.example.com"), Host("web02.example.com", "classic", source="iis", sourcetype="IIS:Configuration:Operational")
        for host in (modern, classic):
            host.install(install_time(), GOOD_NAME, GOOD_IMAGE)
            host.install(install_time() + 60, "AgentModule", AGENT)
        self.search_head = self.head(modern, classic, extra=inventory("web03", NOW - 600, {"EvilModule": EVIL}))
        create = self.search_head.instance.saved_search("IIS Module Check - Create the allowlist", "iismodcheck")
        self.run_search(create["search"])
        self.finding = next(row["iis_finding_id"] for row in self.changes(self.search_head) if row["iis_module_name"] == "AgentModule")

    def run_search(self, search: str) -> list[dict]:
        """The rows of an example; what it says besides them must be no complaint."""
        found = self.search_head.run(search, now=NOW, earliest="-30d@d", latest="now")
        complaints = [text for level, text in found.messages if level in ("ERROR", "FATAL", "WARN")]
        if complaints:
            raise SearchError("; ".join(complaints))
        return found.rows

    def conf(self, name: str) -> dict[str, dict[str, str]]:
        return parse((self.app / "default" / name).read_text(encoding="utf-8"), name)

    def option_names(self) -> set[str]:
        """What the search assistant gives as options; that these are the command's is a check of owncheck.documents."""
        stanzas = self.conf("searchbnf.conf").items()
        return {option for name, keys in stanzas if name.endswith("-option") for option in re.findall(r"(\w+)=", keys["syntax"])}

    def examples(self) -> dict[str, str]:
        """Where a search stands, and the search."""
        found = {}
        for stanza, keys in self.conf("searchbnf.conf").items():
            found |= {f"searchbnf.conf [{stanza}] {key}": value for key, value in keys.items() if key.startswith("example")}
        for path in READMES:
            for block in blocks(path.read_text(encoding="utf-8")):
                if SEARCH.search(block):
                    name = path.relative_to(ROOT)
                    found[f"{name}: {block[:60]}"] = re.sub(r"\A…", "search *", block).replace("<finding id>", self.finding)
        return found

    def values(self) -> dict[str, str]:
        """Where an option stands with a value, and both."""
        texts = {str(path.relative_to(ROOT)): "\n".join(inline(path.read_text(encoding="utf-8"))) for path in READMES}
        for name in ("searchbnf.conf", "macros.conf"):
            for stanza, keys in self.conf(name).items():
                texts[f"{name} [{stanza}]"] = keys.get("description", "")
        option = re.compile(rf'(?<![\w(])(?:{"|".join(self.option_names())})=(?:"[^"]*"|[a-z]\w*)')
        return {f"{where}: {value}": value for where, text in texts.items() for value in option.findall(text)}

    def test_every_search(self):
        found = self.examples()
        self.assertGreater(len(found), 13)
        for where, search in found.items():
            with self.subTest(where):
                self.assertTrue(self.run_search(search), "an example that finds nothing shows nothing")

    def test_every_value_of_an_option(self):
        found = self.values()
        self.assertTrue({'packs="exchange,iisexpress"', 'packs="exchange"', "raw=false", "distributed=true"} <= set(found.values()), found)
        for where, value in found.items():
            with self.subTest(where):
                self.assertTrue(self.run_search(f"`iismodcheck_events` | iismodcheck {value}"))

    def test_a_wrong_pack_or_option_would_fail(self):
        path = self.app / "default/searchbnf.conf"
        right = path.read_text()
        for old, new, said in [
            ('packs="exchange,iisexpress"', 'packs="exchange,iis_express"', "no pack 'iis_express'"),
            ("packs=exchange", "packs=exchang", "no pack 'exchang'"),
            ("name_field=name image_field", "name_feld=name image_field", "name_feld"),
        ]:
            self.assertEqual(right.count(old), 1, old)
            path.write_text(right.replace(old, new))
            searches = [*self.examples().values(), *(f"search * | iismodcheck {value}" for value in self.values().values())]
            with self.subTest(new), self.assertRaisesRegex(SearchError, said):
                for search in searches:
                    self.run_search(search)

    def test_every_block_is_of_a_kind_that_is_run(self):
        for path in READMES:
            for block in blocks(path.read_text(encoding="utf-8")):
                with self.subTest(f"{path.relative_to(ROOT)}: {block[:60]}"):
                    if not SEARCH.search(block) and not block.startswith(ELSEWHERE + BY_HAND):
                        self.assertTrue(any(parse(block).values()), "neither a search, nor a command, nor a conf stanza")

    def test_the_commands_for_the_allowlist(self):
        readme = READMES[0].read_text(encoding="utf-8")
        section = readme.partition("\n## Tuning the allowlist\n")[2].partition("\n## ")[0]
        rows, commands = blocks(section)
        path = {"PATH": f"{self.app / 'linux_x86_64/bin'}:/usr/bin:/bin"}
        columns = re.search(r"`(host,packs,[^`]+)`", section)[1]
        files = {
            "FILE": rows,
            "inventory.csv": f"name,image\n{GOOD_NAME},{GOOD_IMAGE}\nAgentModule,{AGENT}\n",
            "export.csv": (ROOT / "tests/fixtures/iis-operational.csv").read_text(encoding="utf-8"),
            "iismodcheck_packs.csv": f"{columns}\nmail*,exchange,D:\\Windows,,\n",
        }
        for name, content in files.items():
            (self.home / name).write_text(content, encoding="utf-8")
        done = 0
        for line in commands.splitlines():
            if " ID " in line:
                findings = json.loads((self.home / "scan.json").read_text(encoding="utf-8"))["findings"]
                unlisted = next(f["iis_finding_id"] for f in findings if f.get("iis_module_name") == "ContosoHeaderModule")
                line = line.replace(" ID ", f" {unlisted} ")
            with self.subTest(line):
                run = subprocess.run(["bash", "-c", line], cwd=self.home, env=path, capture_output=True, text=True, timeout=20)
                self.assertEqual(run.returncode, 0, run.stderr + run.stdout)
                done += 1
        self.assertGreater(done, 5)
        self.assertIn("ContosoHeaderModule", (self.home / "FILE").read_text())
        self.assertIn("AgentModule", (self.home / "proposal.csv").read_text())
