"""Listed modules that were added and that neither servicing nor the Windows Installer brought."""

from dataclasses import replace

from searchhead.limits import Limits

from .events import Host
from .support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, Installed, install_time

HUNT = "IIS Module Check - Hunt: listed modules without an installer"
SETUP = ("Setup", "Microsoft-Windows-Servicing")
APPLICATION = ("Application", "MsiInstaller")


class Hunt(Installed):
    def found(self, *hosts: Host, extra=(), **options) -> list[tuple[str, str]]:
        """(state, hosts) of each row."""
        head = self.head(*hosts, extra=extra, **options)
        return [(row.get("iis_state", "-"), row.get("iis_hosts", row["iis_what"])) for row in self.alert(head, HUNT).run(NOW)]

    def log(self, host: str, rendering: str, *events: tuple, forwarded: bool = False) -> list:
        """Events of other logs: (channel, provider, seconds from the installation)."""
        prefix = "XmlWinEventLog" if rendering == "xml" else "WinEventLog"
        found = []
        for channel, provider, after in events:
            one = Host(host, rendering, source=f"{prefix}:{'ForwardedEvents' if forwarded else channel}")
            one.foreign(install_time() + after, 2, f"Package IIS {GOOD_NAME}", channel, provider)
            found += one.events
        return found

    def added(self, name: str = "web01.example.com", rendering: str = "xml", **options) -> Host:
        """A host on which a listed pair was added."""
        host = Host(name, rendering, **options)
        host.install(install_time(), GOOD_NAME, GOOD_IMAGE)
        return host

    def test_with_and_without_an_installer(self):
        days = -86400
        both = [(*SETUP, days), (*APPLICATION, days)]
        none, found = "In this time range each listed module", [("no installer", "web01.example.com")]
        for says, logs, expected in [
            ("neither ran", both, found),
            ("servicing a minute before", [*both, (*SETUP, -60)], none),
            ("an installer 14 minutes after", [*both, (*APPLICATION, 840)], none),
            ("an installer 16 minutes after", [*both, (*APPLICATION, 960)], found),
            ("servicing 16 minutes before", [*both, (*SETUP, -960)], found),
            ("servicing of another name", [*both, ("Setup", "Microsoft-Windows-WUSA", -60)], found),
            ("nothing is collected", [], [("not collected: Setup and Application", "web01.example.com")]),
            ("one log is", [(*SETUP, days)], [("not collected: Application", "web01.example.com")]),
            ("the other is", [(*APPLICATION, days)], [("not collected: Setup", "web01.example.com")]),
            ("one log is, and it tells", [(*SETUP, 5)], none),
            ("a log without such an event", [*both[:1], ("Application", "Something", days)], found),
        ]:
            for rendering in ("xml", "classic"):
                with self.subTest(says, rendering=rendering):
                    told = self.found(self.added(), extra=self.log("web01.example.com", rendering, *logs))
                    if isinstance(expected, str):
                        self.assertEqual(len(told), 1)
                        self.assertTrue(told[0][1].startswith(expected), told)
                    else:
                        self.assertEqual(told, expected)

    def test_of_another_host_and_of_a_collector(self):
        days = -86400
        both = self.log("web01.example.com", "xml", (*SETUP, days), (*APPLICATION, days))
        other = self.log("web02.example.com", "xml", (*SETUP, 0), (*APPLICATION, 0))
        self.assertEqual(self.found(self.added(), extra=both + other), [("no installer", "web01.example.com")])
        forwarded = self.added(source="XmlWinEventLog:ForwardedEvents")
        near = self.log("web01.example.com", "xml", (*SETUP, 9), forwarded=True)
        self.assertIn("In this time range", self.found(forwarded, extra=near)[0][1])
        far = self.log("web01.example.com", "xml", (*SETUP, days), (*APPLICATION, days), forwarded=True)
        self.assertEqual(self.found(forwarded, extra=far), [("no installer", "web01.example.com")])

    def test_what_is_not_asked_about(self):
        both = self.log("web01.example.com", "xml", (*SETUP, -86400), (*APPLICATION, -86400))
        host = Host("web01.example.com")
        host.install(install_time(), "EvilModule", EVIL)
        host.remove(install_time() + 60, GOOD_NAME)
        self.assertIn("In this time range", self.found(host, extra=both)[0][1])

    def test_nobody_passes_for_an_installer_by_a_name(self):
        both = self.log("web01.example.com", "xml", (*SETUP, -86400), (*APPLICATION, -86400))
        crafted = self.added()
        for name in ("MsiInstaller", "<Provider Name='MsiInstaller'/>", "SourceName=MsiInstaller \n"):
            crafted.install(install_time() + 30, name, EVIL)
        self.assertEqual(self.found(crafted, extra=both), [("no installer", "web01.example.com")])

    def test_a_limit_is_told(self):
        both = self.log("web01.example.com", "xml", (*SETUP, -86400), (*APPLICATION, -86400))
        for limits, expected in [
            (Limits(memory=1), "limit reached"),
            (Limits(append_rows=0), "no installer"),
            (Limits(append_events=0), "no installer"),
        ]:
            self.assertIn(expected, [state for state, _ in self.found(self.added(), extra=both, limits=limits)])
        # Without the rows that tell which logs there are, a log that had no event of an installer counts as not collected.
        quiet = [replace(event, raw="<Event></Event>") for event in both]
        self.assertEqual(self.found(self.added(), extra=quiet), [("no installer", "web01.example.com")])
        self.assertEqual([state for state, _ in self.found(self.added(), extra=quiet, limits=Limits(append_rows=0))], ["not collected: Setup and Application"])
