"""The add-on for IIS servers: packed from its sources around a stand-in for the executable, and damaged in one place at a time.

The stage `full` runs the same checks over the package with the real one.
"""

import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from owncheck import addon, searches
from owncheck.__main__ import findings
from owncheck.package import Package, unpack
from packages import ROOT, package

INPUTS = "default/inputs.conf"
README = "README.md"
#: (file, pattern, replacement, what the finding must say)
FAULTS = [
    (INPUTS, r"^disabled = 1", "disabled = 0", "not disabled"),
    (INPUTS, r"^renderXml = true", "renderXml = true\nindex = wineventlog", "names an index"),
    (INPUTS, r"--every 14400", "--every 3600", "the program is told 3600"),
    (INPUTS, r"iismodcheck\.exe collect", "iismodchek.exe collect", "bin/iismodchek.exe is not in the package"),
    (INPUTS, r"collect --every", "audit --every", "not of the form"),
    (INPUTS, r"^send_index_as_argument_for_path = false", "", "send_index_as_argument_for_path = false is missing"),
    (INPUTS, r"^start_by_shell = false", "start_by_shell = true", "start_by_shell = false is missing"),
    (INPUTS, r"^interval =", "intervall =", "unknown key 'intervall'"),
    (INPUTS, r"^sourcetype = .*$", "sourcetype = iismodcheck", "no stanza for its sourcetype"),
    (INPUTS, r"^renderXml = true", "renderXml = false", "only XML has images"),
    (INPUTS, r"^whitelist = 29,50", "whitelist = 29", "expected 29,50"),
    (INPUTS, r"Configuration/Administrative", "Configuration/Admin", "does not name it"),
    ("default/props.conf", r"^TRUNCATE = 0", "TRUNCATE = 10000", "not the same in the app and in the add-on"),
    ("default/props.conf", r"^KV_MODE = json", "", "not the same in the app and in the add-on"),
    ("default/props.conf", r"^force_local_processing = true", "", "force_local_processing is missing"),
    ("default/app.conf", r"^version = .*$", "version = 9.9.9", "should be '9.9.9'"),
    ("default/app.conf", r"^id = .*$", "id = iismodcheck", "should be 'TA-iismodcheck'"),
    ("metadata/default.meta", r"export = system", "export = none", "[props]: export = system is missing"),
    ("app.manifest", r"\"version\": \"[^\"]+\"", '"version": "0.0.1"', "app.manifest version"),
    (README, r"[0-9a-f]{64}", "0" * 64, "sha256 of bin/iismodcheck.exe is missing"),
    (README, r"^    \[WinEventLog://Microsoft-IIS-Configuration/Administrative\]", "    [WinEventLog://Application]", "no block has every stanza"),
    (README, r"^    disabled = 0", "    disabled = 1", "must have disabled = 0 and an index"),
    (README, r"^    interval = 3600", "    interval = 60", "the program is told another"),
    (README, r"`bin/iismodcheck.exe`", "`bin/iismodcheck64.exe`", "is not in the package"),
    (README, r"\(#rights\)", "(RIGHTS.md)", "leads nowhere"),
]


def executable() -> bytes:
    """The headers of an x86-64 PE file, and no program."""
    file = bytearray(512)
    file[:2], file[0x80:0x84] = b"MZ", b"PE\0\0"
    struct.pack_into("<I", file, 0x3C, 0x80)
    struct.pack_into("<H", file, 0x84, 0x8664)
    return bytes(file)


class AddOn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        for target, name in (("windows-x86_64", "iismodcheck.exe"), ("linux-x86_64", "iismodcheck")):
            (cls.folder / target).mkdir()
            (cls.folder / target / name).write_bytes(executable())
            (cls.folder / target / "runtime.json").write_text("[]")
        done = cls.pack("--flavour", "addon", targets=["windows-x86_64"])
        assert done.returncode == 0, done.stderr
        cls.good = unpack(next((cls.folder / "out").glob("*.spl")), cls.folder / "unpacked")

    @classmethod
    def pack(cls, *options: str, targets: list[str], sources: Path = ROOT) -> subprocess.CompletedProcess:
        """The packing command, on the stand-ins of these targets."""
        command = [sys.executable, "-m", "pack", "--root", ROOT, "--sources", sources, "--out", cls.folder / "out", *options]
        command += [f"--binary={target}={cls.folder / target}" for target in targets]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "packaging"), "SOURCE_DATE_EPOCH": "315532800"}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    def broken(self) -> Package:
        """A copy that may be damaged."""
        folder = Path(tempfile.mkdtemp(dir=self.folder)) / self.good.app_id
        shutil.copytree(self.good.app, folder)
        return Package(self.good.path, folder, self.good.members, self.good.flavour)

    def expect(self, package_: Package, text: str):
        found = findings([package_])
        self.assertTrue(any(text in line for line in found), f"no finding says {text!r}: {found}")

    def test_it_is_clean(self):
        self.assertEqual(findings([self.good]), [])
        self.assertRegex(self.good.path.name, r"\ATA-iismodcheck-\d+\.\d+\.\d+\.spl\Z")

    def test_faults(self):
        for name, pattern, replacement, text in FAULTS:
            with self.subTest(name, text=text):
                package_ = self.broken()
                path = package_.app / name
                changed, count = re.subn(pattern, lambda _: replacement, path.read_text(), flags=re.MULTILINE)
                self.assertGreater(count, 0, f"{pattern} is not in {name}")
                path.write_text(changed)
                self.expect(package_, text)

    def test_an_executable_that_is_missing_or_another(self):
        package_ = self.broken()
        (package_.app / "bin/iismodcheck.exe").rename(package_.app / "bin/iismodcheck")
        self.expect(package_, "bin/iismodcheck.exe: missing")
        self.expect(package_, "bin/iismodcheck: not in the addon package")
        package_ = self.broken()
        (package_.app / "bin/iismodcheck.exe").write_bytes(executable().replace(b"PE\0\0\x64\x86", b"PE\0\0\x4c\x01"))
        self.expect(package_, "no x86-64 PE file")
        self.expect(package_, "not in sbom.cdx.json")

    def test_what_it_is_made_of(self):
        licences = (self.good.app / "THIRD_PARTY_LICENSES.txt").read_text()
        self.assertIn("serde_json", licences)
        self.assertNotIn("GNU C library", licences)
        parts = json.loads((self.good.app / "sbom.cdx.json").read_text())["components"]
        files = {part["name"]: part["hashes"][0]["content"] for part in parts if part["type"] == "file"}
        self.assertEqual(files, {"bin/iismodcheck.exe": hashlib.sha256(executable()).hexdigest()})

    def test_without_windows_among_the_targets_it_is_left_out_and_said(self):
        done = self.pack(targets=["linux-x86_64"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("no TA-iismodcheck is made: it needs windows-x86_64, and the targets are linux-x86_64\n", done.stdout)
        self.assertEqual(done.stdout.count(".spl"), 2)
        done = self.pack("--flavour", "addon", targets=["linux-x86_64"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("no binary given that the addon package ships (windows-x86_64)", done.stderr)

    def test_packages_that_do_not_fit_each_other(self):
        self.pack("--flavour", "enterprise", targets=["linux-x86_64", "windows-x86_64"])
        app = unpack(next((self.folder / "out").glob("*-enterprise.spl")), self.folder / "beside")
        self.assertEqual(list(addon.beside([app, self.good])), [])
        package_ = self.broken()
        (package_.app / "bin/iismodcheck.exe").write_bytes(executable() + b"\0")
        conf = package_.app / "default/app.conf"
        conf.write_text(conf.read_text().replace("version = ", "version = 1"))
        told = "\n".join(addon.beside([app, package_]))
        self.assertIn("the versions differ", told)
        self.assertIn("iismodcheck.exe is not the same", told)

    def test_a_readme_that_wants_the_hash_of_nothing(self):
        sources = self.folder / "sources"
        shutil.copytree(ROOT / "splunk_addon", sources / "splunk_addon")
        readme = sources / "splunk_addon/README.md"
        readme.write_text(readme.read_text().replace("<sha256 of bin/", "<sha256 of lib/"))
        done = self.pack("--flavour", "addon", targets=["windows-x86_64"], sources=sources)
        self.assertEqual(done.returncode, 1)
        self.assertIn("README.md asks for the sha256 of lib/iismodcheck.exe", done.stderr)

    def test_the_account_of_the_forwarder(self):
        """A virtual account's SID is the SHA-1 of the service's name in capitals."""
        digest = hashlib.sha1("SPLUNKFORWARDER".encode("utf-16-le")).digest()
        sid = "S-1-5-80-" + "-".join(map(str, struct.unpack("<5I", digest)))
        text = (self.good.app / README).read_text()
        self.assertEqual(set(re.findall(r"S-1-5-80-[\d-]+", text)), {sid})

    def test_the_program_takes_its_command_line_and_the_props_take_its_rows(self):
        app = unpack(package("enterprise"), self.folder / "program")
        stanza, keys = next(iter(self.good.conf("inputs.conf").items()))
        system = self.folder / "image/Windows/System32"
        (system / "inetsrv/config").mkdir(parents=True)
        (system / "kernel32.dll").write_bytes(executable())
        shutil.copy(ROOT / "tests/fixtures/audit/07-replace/applicationHost.config", system / "inetsrv/config")
        command = [app.app / "linux_x86_64/bin/iismodcheck", *stanza.split()[1:], "--host", "web01", "--root", self.folder / "image"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        props = self.good.conf("props.conf")["iismodcheck:inventory"]
        events = re.split(props["LINE_BREAKER"], done.stdout)[::2]
        self.assertEqual(events.pop(), "")
        self.assertGreater(len(events), 5)
        for event in events:
            begins = re.search(props["TIME_PREFIX"], event).end()
            seconds = re.match(r"\d+", event[begins:][: int(props["MAX_TIMESTAMP_LOOKAHEAD"])])[0]
            self.assertEqual(json.loads(event)["time"], int(seconds))
        last = json.loads(events[-1])
        self.assertEqual((last["record"], last["every"]), ("run", int(keys["interval"])))

    def test_its_search(self):
        app = unpack(package("enterprise"), self.folder / "app")
        text = (self.good.app / README).read_text()
        found = [block for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE) if "sourcetype=" in block]
        self.assertTrue(found)
        for block in found:
            self.assertEqual(list(searches.faults(app, searches.Search(block, block.strip()))), [])


if __name__ == "__main__":
    unittest.main()
