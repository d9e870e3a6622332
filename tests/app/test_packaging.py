"""The packaging command: the overlay rule, archives that depend on content only, the bill of materials, its refusals."""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path, PurePosixPath

from packages import ROOT, package

sys.path.insert(0, str(ROOT / "packaging"))

from pack import archive, crates, licences, manifest, sbom  # noqa: E402
from pack.errors import PackError  # noqa: E402
from pack.tree import Entry, collect  # noqa: E402

FILES = {
    "app.manifest": "{}",
    "default/commands.conf": "base",
    "default/app.conf": "app",
    "bin/README.md": "not shipped",
    "flavours/enterprise/default/distsearch.conf": "allow",
    "flavours/cloud/default/distsearch.conf": "deny",
    "flavours/cloud/default/commands.conf": "cloud",
}


class Tree(unittest.TestCase):
    """Which file comes from where."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.app = Path(folder.name) / "splunk_app"
        for name, content in FILES.items():
            self.write(name, content)
        self.binary = Path(folder.name) / "iismodcheck"
        self.binary.write_bytes(b"elf")

    def write(self, name: str, content: str) -> None:
        path = self.app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def collect(self, flavour: str, *targets: str) -> dict[str, Entry]:
        found = collect(self.app.parent, flavour, {target: self.binary for target in targets or ("linux-x86_64",)})
        return {str(path): entry for path, entry in found.items()}

    def test_overlay(self):
        cloud, enterprise = self.collect("cloud"), self.collect("enterprise")
        self.assertEqual(cloud["default/commands.conf"].content, b"cloud")
        self.assertEqual(enterprise["default/commands.conf"].content, b"base")
        self.assertEqual(cloud["default/distsearch.conf"].content, b"deny")
        self.assertFalse([name for name in cloud if name.startswith(("flavours", "bin"))])

    def test_binaries(self):
        found = self.collect("enterprise", "linux-x86_64", "windows-x86_64", "linux-aarch64")
        self.assertEqual(
            {name for name, entry in found.items() if entry.executable},
            {"linux_x86_64/bin/iismodcheck", "windows_x86_64/bin/iismodcheck.exe", "bin/iismodcheck"},
        )

    def test_refusals(self):
        with self.assertRaisesRegex(PackError, "does not ship the windows-x86_64"):
            self.collect("cloud", "windows-x86_64")
        with self.assertRaisesRegex(PackError, "unknown flavour"):
            self.collect("other")
        for name, text in [("default/.hidden", "dotfiles"), ("local/app.conf", "belongs to the site"), ("lookups/__pycache__/x", "caches")]:
            self.write(name, "")
            with self.subTest(name), self.assertRaisesRegex(PackError, text):
                self.collect("cloud")
            (self.app / name).unlink()
            (self.app / name).parent.rmdir() if not name.startswith("default") else None

    def test_the_archive_depends_on_content_only(self):
        tree = {PurePosixPath(name): entry for name, entry in self.collect("cloud").items()}
        digests = set()
        for number, order in enumerate((sorted(tree), sorted(tree, reverse=True))):
            path = self.app.parent / str(number) / "a.spl"
            archive.write("iismodcheck", {name: tree[name] for name in order}, path, 315532800)
            os.utime(path, (number, number))
            digests.add(path.read_bytes())
        self.assertEqual(len(digests), 1)

    def test_what_must_be_there(self):
        with self.assertRaises(PackError) as caught:
            manifest.check("iismodcheck", {PurePosixPath("README.md"): Entry(b"")}, "1.0.0")
        for text in ("LICENSE.txt: missing", "static/appIcon.png: missing", "default/distsearch.conf: missing"):
            self.assertIn(text, str(caught.exception))


class Contents(unittest.TestCase):
    """What the binary is made of."""

    def test_development_dependencies_are_not_in_the_binary(self):
        linked = {crate.name for crate in crates.of_targets(ROOT, ["linux-x86_64"]) if crate.linked}
        self.assertLessEqual({"serde_json", "memchr", "clap"}, linked)
        self.assertFalse(linked & {"proptest", "insta", "tempfile", "serde_derive"})

    def test_our_own_crates_are_no_third_party(self):
        found = {crate.name for crate in crates.of_targets(ROOT, crates.TRIPLES)}
        self.assertFalse(found & {"iismodcheck", "searchcommand", "xtask"})
        # What they use is.
        self.assertIn("foldhash", found)

    def test_every_linked_crate_brings_its_licence(self):
        found = crates.of_targets(ROOT, crates.TRIPLES)
        text = licences.document(found, [], ROOT / "LICENSE").decode()
        for crate in found:
            if crate.linked:
                self.assertRegex(text, rf"(?m)^{crate.name} {crate.version}\s+\S")
                self.assertGreater(text.count(f"{crate.name} {crate.version}"), 1, f"no text for {crate.key}")

    def test_the_bill_of_materials_is_whole(self):
        found = crates.of_targets(ROOT, ["linux-x86_64"])
        document = json.loads(sbom.document("1.0.0", found, [], {"bin/x": b"x"}, 315532800))
        references = {component["bom-ref"] for component in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
        for dependency in document["dependencies"]:
            self.assertIn(dependency["ref"], references)
            self.assertLessEqual(set(dependency["dependsOn"]), references)
        for component in document["components"]:
            if component["type"] == "library":
                self.assertEqual(len(component["hashes"][0]["content"]), 64, component["name"])
        self.assertEqual(document["metadata"]["timestamp"], "1980-01-01T00:00:00Z")

    def test_a_package_is_named_after_its_flavour(self):
        for flavour in ("enterprise", "cloud"):
            self.assertTrue(package(flavour).name.endswith(f"-{flavour}.spl"))
