"""Each of our own checks finds the fault that it is there for: the package is broken in one place at a time."""

import copy
import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from owncheck.__main__ import findings
from owncheck.dashboard import definitions
from owncheck.package import Package, unpack
from owncheck.replication import flavours
from packages import package
from timemodifiers import wrong_offsets

SAVED = "default/savedsearches.conf"
MACROS = "default/macros.conf"
PROPS = "default/props.conf"
README = "README.md"
#: (flavour, file, pattern, replacement, what the finding must say)
FAULTS = [
    ("enterprise", SAVED, r"^counttype =", "conttype =", "unknown key 'conttype'"),
    ("enterprise", SAVED, r"\| `iismodcheck_filter`", "| `iismodcheck_filtr`", "iismodcheck_filtr"),
    ("enterprise", SAVED, r"where `iismodcheck_needs_decision`", "where (`iismodcheck_needs_decision`", "Mismatched"),
    ("enterprise", SAVED, r"\| table _time", "| tabel _time", "unknown command 'tabel'"),
    ("enterprise", SAVED, r"inputlookup iismodcheck_allowlist", "inputlookup iismodcheck_allowlst", "iismodcheck_allowlst"),
    ("enterprise", SAVED, r"\$result\.iis_what\$", "$result.iis_waht$", "'iis_waht' is used"),
    ("enterprise", SAVED, r"alert.suppress.fields = iis_alert,iis_state", "alert.suppress.fields = iis_alert,state", "'state' is used"),
    ("enterprise", SAVED, r"^disabled = (1|true)", "disabled = 0", "not disabled"),
    ("enterprise", SAVED, r"^dispatch.latest_time = .*$", "", "no dispatch.latest_time"),
    ("enterprise", SAVED, r"iis_module_verdict", "iis_module_verdikt", "'iis_module_verdikt'"),
    ("enterprise", SAVED, r"^enableSched = 1", "enableSched = 1\nenableSched = 0", "is there twice"),
    ("enterprise", MACROS, r"\| iismodcheck parts=true `iismodcheck_options` \| `", '| iismodcheck "parts=true `iismodcheck_options` | `', "Mismatched"),
    ("enterprise", MACROS, r"\| streamstats count", "| streamstat count", "unknown command 'streamstat'"),
    ("enterprise", "default/transforms.conf", r"^filename = iis_module_threats", "filename = iis_module_threads", "does not exist"),
    ("enterprise", "default/app.conf", r"^version = .*$", "version = 9.9.9", "should be '9.9.9'"),
    ("enterprise", "metadata/default.meta", r"\[macros\]\nexport = system", "[macros]\nexport = none", "[macros]"),
    ("enterprise", "metadata/default.meta", r", sc_admin", "", "sc_admin may not"),
    ("enterprise", "default/distsearch.conf", r"linux_x86_64/bin/\.\.\.", "linux_x86_64/lib/...", "not taken to the peers"),
    ("enterprise", "default/distsearch.conf", r"iismodcheck_linux", "other", "must begin with iismodcheck_"),
    ("cloud", "default/distsearch.conf", r"\.\.\.$", "", "would not match"),
    ("cloud", "default/distsearch.conf", r"\(-\[a-z0-9\.-\]\+\)\?", "", "AppInspect would not match"),
    ("cloud", "default/distsearch.conf", r"linux_x86_64\[/\\\\\]bin\[/\\\\\]", "", "also matches"),
    ("enterprise", PROPS, r"^\[source::XmlWinEventLog:Microsoft-W.*$", "[x]", "which iismodcheck_sources names"),
    ("enterprise", PROPS, r"^\[source::XmlWinEventLog:ForwardedEvents\]", "[x]", "which iismodcheck_sources names"),
    ("enterprise", PROPS, r"^EVAL-iismodcheck_change", "EVAL-action", "may replace a field of other logs"),
    ("enterprise", PROPS, r"iismodcheck_sid ASNEW user", "iismodcheck_sid AS user", "may replace a field of other logs"),
    ("enterprise", "default/searchbnf.conf", r"as_of=<string>", "as_off=<string>", "option as_off="),
    ("enterprise", "default/searchbnf.conf", r"^example2 = `iismodcheck_events`", "example2 = `iismodcheck_event`", "iismodcheck_event'"),
    ("enterprise", README, r"`lookups/iismodcheck_packs.csv`", "`lookups/iismodcheck_pack.csv`", "is not in the package"),
    ("enterprise", README, r"755 linux_x86_64/bin/iismodcheck", "755 linux_x86_64/bin/iismodchek", "is not in the package"),
    ("enterprise", README, r"\(#install\)", "(INSTALL.md)", "leads nowhere"),
    ("enterprise", README, r"`iismodcheck_tuner`", "`iismodcheck_tuners`", "neither a macro nor a role"),
    ("enterprise", README, r"`iis_actor`", "`iis_actr`", "no search has the field"),
    ("enterprise", README, r"`iismodcheck_same_module`", "it", "says nothing of the macro iismodcheck_same_module"),
    ("enterprise", README, r"expire soon", "expire", "there is no saved search"),
    ("enterprise", README, r"^    `iismodcheck_events` \| iismodcheck parts", "    `iismodcheck_events` | (iismodcheck parts", "Mismatched"),
    ("enterprise", "app.manifest", r"\"version\": \"[^\"]+\"", '"version": "0.0.1"', "app.manifest version"),
]


class Broken(unittest.TestCase):
    """Both packages unpacked, and copies of them that may be damaged."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.good = {f: unpack(package(f), Path(cls.folder.name) / f) for f in ("enterprise", "cloud")}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def broken(self, flavour: str) -> Package:
        """A copy of a package's files that may be damaged."""
        folder = Path(tempfile.mkdtemp(dir=self.folder.name))
        shutil.copytree(self.good[flavour].app, folder / "iismodcheck", symlinks=True)
        return Package(self.good[flavour].path, folder / "iismodcheck", self.good[flavour].members, flavour)

    def expect(self, package_: Package, text: str):
        found = findings([package_])
        self.assertTrue(any(text in line for line in found), f"no finding says {text!r}: {found}")


class Faults(Broken):
    """Conf files, lookups, the archive."""

    def test_the_packages_are_clean(self):
        self.assertEqual(findings(list(self.good.values())), [])

    def test_faults_in_conf_files(self):
        for flavour, name, pattern, replacement, text in FAULTS:
            with self.subTest(name, text=text):
                package_ = self.broken(flavour)
                path = package_.app / name
                changed, count = re.subn(pattern, lambda _: replacement, path.read_text(), flags=re.MULTILINE)
                self.assertGreater(count, 0, f"{pattern} is not in {name}")
                path.write_text(changed)
                self.expect(package_, text)

    def test_faults_in_lookups(self):
        for content, text in [("a,b\n1\n", "1 cells under 2"), ("a,a\n1,2\n", "column twice"), ("", "no header")]:
            package_ = self.broken("enterprise")
            (package_.app / "lookups/iis_module_threats.csv").write_text(content)
            self.expect(package_, text)

    def test_drilldown_offsets_that_enterprise_security_does_not_take(self):
        self.assertEqual(list(wrong_offsets(self.good["enterprise"])), [])
        for key, value in [("earliest", "-30d@d"), ("latest", "now"), ("earliest", "$info_max_time$"), ("latest", "-7d")]:
            package_ = self.broken("enterprise")
            path = package_.app / SAVED
            path.write_text(re.sub(rf'("{key}_offset": )"[^"]*"', rf'\1"{value}"', path.read_text(), count=1))
            self.assertEqual(len(list(wrong_offsets(package_))), 1, value)

    def test_names_of_one_rendering_that_are_not_mapped_alike(self):
        package_ = self.broken("enterprise")
        path = package_.app / PROPS
        stanza = "[source::WinEventLog:Microsoft-IIS-Configuration/Operational]\n"
        self.assertEqual(path.read_text().count(stanza), 1)
        path.write_text(path.read_text().replace(stanza, stanza + "EVAL-severity_id = 1\n"))
        self.expect(package_, "differs from the first classic stanza")

    def test_a_picture_of_the_wrong_size(self):
        package_ = self.broken("enterprise")
        shutil.copy(package_.app / "static/appIcon.png", package_.app / "static/screenshot.png")
        self.expect(package_, "static/screenshot.png: must be a PNG of 623x350 pixels, is (36, 36)")

    def test_faults_in_the_archive(self):
        def member(change):
            package_ = self.broken("enterprise")
            members = copy.deepcopy(package_.members)
            change(next(m for m in members if m.name.endswith("linux_x86_64/bin/iismodcheck")))
            return Package(package_.path, package_.app, members, "enterprise")

        self.expect(member(lambda m: setattr(m, "mode", 0o644)), "mode 644, should be 755")
        self.expect(member(lambda m: setattr(m, "uid", 1000)), "has an owner")
        self.expect(member(lambda m: setattr(m, "name", "./" + m.name)), "not below the one top folder")
        self.expect(member(lambda m: setattr(m, "name", "iismodcheck/.gitkeep")), "dotfile")
        self.expect(member(lambda m: setattr(m, "name", "iismodcheck/lookups/iismodcheck_allowlist.csv")), "upgrade would overwrite")

    def test_a_binary_that_is_not_what_it_should_be(self):
        package_ = self.broken("enterprise")
        shutil.copy("/bin/ls", package_.app / "linux_x86_64/bin/iismodcheck")
        self.expect(package_, "not static")
        self.expect(package_, "not in sbom.cdx.json")
        for flavour, text in [("enterprise", "no x86-64 PE file"), ("cloud", "not in the cloud package")]:
            package_ = self.broken(flavour)
            (package_.app / "windows_x86_64/bin").mkdir(parents=True, exist_ok=True)
            shutil.copy("/bin/ls", package_.app / "windows_x86_64/bin/iismodcheck.exe")
            self.expect(package_, text)

    def test_flavours_that_differ_too_much_or_too_little(self):
        package_ = self.broken("cloud")
        (package_.app / "default/macros.conf").write_text("")
        self.assertIn("default/macros.conf: differs", "\n".join(flavours(self.good["enterprise"], package_)))
        same = self.broken("enterprise")
        self.assertIn("is the same in both flavours", "\n".join(flavours(self.good["enterprise"], same)))


class DashboardFaults(Broken):
    """The dashboard's definition, damaged in one place at a time."""

    def damaged(self, change) -> Package:
        package_ = self.broken("enterprise")
        name, definition = next(definitions(package_))
        change(definition)
        path = package_.app / "default/data/ui/views" / name
        text = re.sub(r"<definition>.*</definition>", "", path.read_text(), flags=re.DOTALL)
        body = f"<definition><![CDATA[{json.dumps(definition)}]]></definition>"
        path.write_text(text.replace("</dashboard>", body + "</dashboard>"))
        return package_

    def test_faults(self):
        def source(definition):
            return next(s for s in definition["dataSources"].values() if s["type"] == "ds.search")

        def viz(definition):
            return next(v for v in definition["visualizations"].values() if v.get("dataSources"))

        def handler(definition):
            handlers = [h for v in definition["visualizations"].values() for h in v.get("eventHandlers", [])]
            return next(h for h in handlers if h["type"] == "drilldown.customUrl")

        for change, text in [
            (lambda d: viz(d)["dataSources"].update(primary="ds_nope"), "'ds_nope' does not exist"),
            (lambda d: viz(d).setdefault("options", {}).update(majorValue="> primary | noSuchFn('x')"), "noSuchFn"),
            (lambda d: source(d)["options"].update(qry="x"), "unknown option 'qry'"),
            (lambda d: d.update(bogus=1), "top-level key 'bogus'"),
            (lambda d: source(d)["options"].update(query="search $nowhere$ | stats count"), "$nowhere$"),
            (lambda d: source(d)["options"].update(query="search x=$row.name.value$"), "straight into SPL"),
            (lambda d: source(d)["options"].update(query="search (a | stats count"), "Mismatched"),
            (lambda d: d.update(description="[x](search?q=%60iismodcheck_finding_evnts%28%22$finding_id|u$%22%29%60&earliest=0)"), "evnts"),
            (lambda d: handler(d)["options"].update(url="search?q=index%3D_internal"), "neither a path from the root nor a whole URL"),
            (lambda d: d["dataSources"].update(unused=source(d)), "nothing shows"),
            (lambda d: d["dataSources"].update(t={"type": "ds.test", "options": {}}), "is not for a shipped dashboard"),
        ]:
            with self.subTest(text):
                self.expect(self.damaged(change), text)

