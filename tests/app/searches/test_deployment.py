"""Where the command runs: search head or peers, platform directories, the cloud package, an upgrade."""

import shutil
import tarfile

from searchhead.context import Context
from searchhead.errors import SearchError
from searchhead.instance import Instance

from .events import Host
from .support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, USERS, Installed, install_time, unpack

ROWS = "`iismodcheck_events` | iismodcheck distributed={} | table _time host iis_*"


def estate():
    """Two hosts with different renderings."""
    first, second = Host("web01.example.com"), Host("web02.example.com", "classic")
    for host in (first, second):
        host.noise(install_time() - 50)
        host.install(install_time(), GOOD_NAME, GOOD_IMAGE)
        host.install(install_time() + 60, "EvilModule", EVIL)
        host.hijack(install_time() + 120, "UriCacheModule", r"%windir%\System32\inetsrv\cachuri.dll", EVIL)
    return first, second


def canonical(rows: list[dict]) -> list:
    """Rows without regard to their order."""
    return sorted(sorted((key, str(value)) for key, value in row.items()) for row in rows)


class Distributed(Installed):
    """The enterprise package on a search head with two peers."""

    def test_peers_and_search_head_give_the_same_rows(self):
        first, second = estate()
        options = {"now": NOW, "earliest": "-1d", "latest": "now"}
        cluster = self.cluster(first.events, second.events)
        remote = cluster.run(ROWS.format("true"), **options)
        local = cluster.run(ROWS.format("false"), **options)
        alone = self.head(first, second).run(ROWS.format("false"), **options)
        self.assertEqual(remote.placed, [("iismodcheck", "peer")] * 2)
        self.assertEqual(local.placed, [("iismodcheck", "search head")])
        self.assertGreater(len(remote.rows), 20)
        self.assertEqual(canonical(remote.rows), canonical(local.rows))
        self.assertEqual(canonical(remote.rows), canonical(alone.rows))

    def test_the_rollup_after_a_distributed_first_pass_finds_the_same_changes(self):
        first, second = estate()
        # One host's events spread over both peers, as a load-balancing forwarder does.
        mixed = first.events + second.events
        cluster = self.cluster(mixed[::2], mixed[1::2])
        search = "`iismodcheck_events` | iismodcheck parts=true distributed=true | `iismodcheck_rollup`"
        remote = cluster.run(search, now=NOW, earliest="-1d", latest="now")
        self.assertEqual(canonical(remote.rows), canonical(self.changes(self.head(first, second))))
        self.assertEqual(len(remote.rows), 6)

    def test_a_site_allowlist_reaches_the_peers(self):
        self.allowlist().write_text(f'name,image\nEvilModule,"{EVIL}"\n')
        first, second = estate()
        found = self.cluster(first.events, second.events).run(
            "`iismodcheck_events` | iismodcheck distributed=true | search iis_module_verdict=allowed | stats count by host",
            now=NOW, earliest="-1d", latest="now",
        )  # fmt: skip
        self.assertEqual([row["host"] for row in found.rows], ["web01"])

    def test_the_alert_is_the_same_on_a_cluster(self):
        first, second = estate()
        alone = self.alert(self.head(first, second)).run(NOW)
        spread = self.alert(self.cluster(first.events, second.events)).run(NOW)
        self.assertEqual(canonical(spread), canonical(alone))


class Platforms(Installed):
    """Which executable a host starts."""

    def test_executables(self):
        context = Context(None, NOW)
        expected = {"linux_x86_64": "linux_x86_64/bin/iismodcheck"}
        if (self.app / "bin/iismodcheck").exists():
            expected["linux_aarch64"] = "bin/iismodcheck"
        if (self.app / "windows_x86_64").exists():
            expected["windows_x86_64"] = "windows_x86_64/bin/iismodcheck.exe"
        for platform, path in expected.items():
            found, _ = Instance(self.apps, platform, USERS).executable("iismodcheck", context)
            self.assertEqual(found.relative_to(self.app).as_posix(), path)

    def test_another_app_can_use_the_command_and_the_macros(self):
        (self.apps / "search").mkdir()
        host = estate()[0]
        found = self.head(host).run("`iismodcheck_events` | `iismodcheck_changes`", now=NOW, earliest="-1d", app="search", user="analyst")
        self.assertEqual(len(found.rows), 3)


class Cloud(Installed):
    """The cloud package."""

    flavour = "cloud"

    def test_runs_on_the_search_head(self):
        first, second = estate()
        cluster = self.cluster(first.events, second.events)
        found = sorted((row["iis_module_name"], row["iis_module_verdict"]) for row in self.alert(cluster).run(NOW))
        # web01 sends XML, which shows the images; web02 sends classic text, which does not.
        self.assertEqual(
            found,
            [
                ("EvilModule", "suspicious_location"),
                ("EvilModule", "unknown"),
                ("UriCacheModule", "image_hijack"),
                ("UriCacheModule", "unverified"),
            ],
        )

    def test_no_x86_binary_reaches_a_peer(self):
        first, second = estate()
        self.cluster(first.events, second.events)
        self.assertEqual(list(self.home.glob("peer*/**/linux_x86_64/**/iismodcheck")), [])
        self.assertNotEqual(list(self.home.glob("peer*/**/lookups/iis_module_baseline.csv")), [])

    def test_distributed_is_refused_in_words(self):
        first, second = estate()
        with self.assertRaisesRegex(SearchError, "Error in 'iismodcheck' command: .*distributed"):
            self.cluster(first.events, second.events).run(ROWS.format("true"), now=NOW, earliest="-1d")


class Upgrade(Installed):
    """Version N+1 unpacked over an edited N."""

    def version(self) -> str:
        """What the installed app says it is."""
        return (self.app / "default/app.conf").read_text().rpartition("version = ")[2].strip()

    def upgrade(self) -> None:
        """Unpacks the package with its version raised: what a later release does to an installed app."""
        unpack(self.flavour, self.home)
        new = self.home / "iismodcheck"
        conf = new / "default/app.conf"
        conf.write_text(conf.read_text().replace(f"version = {self.version()}", "version = 99.0.0"))
        package_ = self.home / "next.spl"
        with tarfile.open(package_, "w:gz") as archive:
            archive.add(new, "iismodcheck")
        with tarfile.open(package_) as archive:
            archive.extractall(self.apps, filter="tar")

    def test_the_sites_own_files_survive(self):
        self.allowlist().write_text("name,image\nMine,C:\\mine.dll\n")
        packs = self.app / "lookups" / "iismodcheck_packs.csv"
        packs.write_text("host,packs\n*,exchange\n")
        local = self.app / "local"
        local.mkdir()
        (local / "macros.conf").write_text("[iismodcheck_index]\ndefinition = index=win\n")
        baseline = self.app / "lookups" / "iis_module_baseline.csv"
        shipped = baseline.read_text()
        baseline.write_text("edited\n")
        before = self.version()
        self.upgrade()
        self.assertNotEqual(self.version(), before)
        self.assertEqual(self.allowlist().read_text(), "name,image\nMine,C:\\mine.dll\n")
        self.assertEqual(packs.read_text(), "host,packs\n*,exchange\n")
        self.assertEqual((local / "macros.conf").read_text(), "[iismodcheck_index]\ndefinition = index=win\n")
        self.assertEqual(baseline.read_text(), shipped, "what is ours is replaced")

    def test_the_display_copies_decide_nothing(self):
        for name in ("iis_module_baseline.csv", "iis_module_threats.csv"):
            (self.app / "lookups" / name).write_text("name,image\nEvilModule,C:\\evil.dll\n")
        shutil.rmtree(self.app / "lookups")
        host = Host("web01.example.com")
        host.install(install_time(), GOOD_NAME, GOOD_IMAGE)
        host.install(install_time() + 60, "EvilModule", EVIL)
        self.assertEqual([row["iis_module_name"] for row in self.alert(self.head(host)).run(NOW)], ["EvilModule"])
