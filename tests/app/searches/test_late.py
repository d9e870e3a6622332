"""What the hourly alert cannot see by its window is found by the daily one, and nothing twice."""

from dataclasses import replace

from searchhead.errors import SearchError
from searchhead.limits import Limits

from .events import Host
from .sources import SOURCES
from .support import CHANGES, EVIL, NOW, Installed, install_time

LATE = "IIS Module Check - Module change that arrived late"
DAY = 86400


def indexed(host: Host, hours_ago: float) -> list:
    """The events of a host, indexed some hours before NOW."""
    return [replace(event, indextime=NOW - hours_ago * 3600) for event in host.events]


class Windows(Installed):
    def raised(self, events, *, now: float = NOW, name: str = LATE, **options) -> list[str]:
        """What an alert without a memory raises."""
        return [row["iis_module_name"] for row in self.alert(self.head(extra=events, **options), name).run(now)]

    def test_whatever_its_own_time(self):
        for says, own, hourly, daily in (
            ("in time", 1.5, 1, 1),
            ("two days late", 49.5, 1, 1),
            ("four days late", 100, 0, 1),
            ("a year late", 365 * 24, 0, 1),
            ("of 1970", NOW / 3600 - 1, 0, 1),
            ("half an hour ahead", -0.4, 1, 1),
            ("three hours ahead", -3, 0, 1),
            ("a month ahead", -30 * 24, 0, 1),
            ("five years ahead", -5 * 365 * 24, 0, 1),
        ):
            with self.subTest(says):
                host = Host("web01.example.com")
                host.install(NOW - own * 3600, "EvilModule", EVIL)
                events = indexed(host, 1.5)
                self.assertEqual(len(self.raised(events, name=CHANGES)), hourly)
                self.assertEqual(len(self.raised(events)), daily)

    def test_of_every_source(self):
        for rendering, source, sourcetype in SOURCES:
            host = Host("web01.example.com", rendering, source=source, sourcetype=sourcetype)
            host.install(NOW - 100 * 3600, "EvilModule", EVIL)
            with self.subTest(rendering=rendering, source=source, sourcetype=sourcetype):
                self.assertEqual(self.raised(indexed(host, 1.5)), ["EvilModule"])

    def test_by_the_time_of_indexing(self):
        for hours, found in ((0.05, 0), (1.5, 1), (71, 1), (75, 0)):
            host = Host("web01.example.com")
            host.install(NOW - 100 * 3600, "EvilModule", EVIL)
            self.assertEqual(len(self.raised(indexed(host, hours))), found, hours)

    def test_a_peer_that_was_away(self):
        here, away = Host("web01.example.com"), Host("web02.example.com")
        here.install(install_time(), "AgentModule", r"C:\Program Files\Agent\agent.dll")
        away.install(install_time(), "EvilModule", EVIL)
        hourly, daily = self.alert(self.head(here)), self.alert(self.head(here), LATE)
        for hour in range(6):
            hourly.run(NOW + hour * 3600)
        daily.head = self.head(here, away)
        found = daily.run(NOW + 20 * 3600)
        self.assertEqual([row["iis_module_name"] for row in found], ["EvilModule"], "the other is known")
        self.assertEqual(daily.run(NOW + 44 * 3600), [])

    def test_nothing_came_in(self):
        host = Host("web01.example.com")
        host.install(NOW - 100 * 3600, "EvilModule", EVIL)
        self.assertEqual(self.raised(indexed(host, 99)), [])
        self.assertEqual(self.raised([]), [])

    def test_an_answer_of_tstats_that_took_too_long_does_not_count(self):
        host = Host("web01.example.com")
        host.install(NOW - 100 * 3600, "EvilModule", EVIL)
        for events in (0, 1, 3):
            self.assertEqual(self.raised(indexed(host, 1.5), limits=Limits(subsearch_events=events)), ["EvilModule"])

    def test_a_source_that_tstats_does_not_know_is_an_error(self):
        local = self.app / "local"
        local.mkdir()
        (local / "macros.conf").write_text('[iismodcheck_sources]\ndefinition = (source="x" "Microsoft-IIS-Configuration")\n')
        with self.assertRaisesRegex(SearchError, "no indexed field"):
            self.raised([])
