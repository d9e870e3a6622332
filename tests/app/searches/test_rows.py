"""Rows that SPL makes of events, and forms that collectors give them: never a wrong verdict, never silence."""

from dataclasses import replace

from searchhead.values import items

from .events import GLOBAL, MODIFY, Host
from .support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, Installed, install_time


def images(rendering: str) -> Host:
    """A listed module with its own image, a hijack, and an unlisted one: one event each."""
    host = Host("web01.example.com", rendering)
    host.row(install_time(), f'{GLOBAL}/add[@name="{GOOD_NAME}"]/@image', new=GOOD_IMAGE)
    host.row(install_time() + 1, f'{GLOBAL}/add[@name="UriCacheModule"]/@image', MODIFY, r"%windir%\System32\inetsrv\cachuri.dll", EVIL)
    host.row(install_time() + 2, f'{GLOBAL}/add[@name="EvilModule"]/@image', new=EVIL)
    return host


class Rows(Installed):
    def judged(self, events: list, rest: str = "") -> tuple[list[tuple[str, list[str]]], list[str]]:
        """(verdict, reasons) of each row, and the warnings."""
        found = self.head(extra=events).run(f"`iismodcheck_events` {rest} | iismodcheck", now=NOW, earliest="-1d")
        warnings = [text for level, text in found.messages if level == "WARN"]
        return [(row.get("iis_module_verdict", "-"), items(row.get("iis_module_reasons"))) for row in found.rows], warnings

    def test_several_events_in_one_row(self):
        for rendering, rest in (
            ("xml", "| stats values(_raw) as _raw by host"),
            ("classic", "| stats values(_raw) as _raw by host"),
            ("classic", "| stats values(Message) as Message by ComputerName"),
            ("classic", '| stats values(Message) as Message by ComputerName | eval EventCode=mvappend("29", "50")'),
            ("classic", '| head 1 | fields Message | fields - _raw | eval EventCode=mvappend("29", "50")'),
            ("classic", '| head 1 | fields Message | fields - _raw | eval EventCode=mvappend("50", "29")'),
        ):
            with self.subTest(rendering=rendering, rest=rest):
                (verdict, reasons), = self.judged(images(rendering).events, rest)[0]
                self.assertEqual((verdict, reasons[0]), ("unparsed", "multivalue_input"))
        # One event for each row stays as it is.
        rows, warnings = self.judged(images("xml").events, "| stats values(_raw) as _raw by host iismodcheck_name")
        self.assertEqual(sorted(verdict for verdict, _ in rows), ["image_hijack", "known_good", "suspicious_location"])
        self.assertEqual(warnings, [])

    def test_several_events_in_one_text(self):
        for rendering in ("xml", "classic"):
            events = images(rendering).events
            joined = replace(events[0], raw="\n".join(event.raw for event in events[:2]))
            with self.subTest(rendering):
                (verdict, reasons), = self.judged([joined])[0]
                self.assertEqual((verdict, reasons[0].partition(":")[0]), ("unparsed", "trailing_text"))

    def test_an_event_behind_the_header_of_another_program(self):
        event = images("xml").events[2]
        wrapped = replace(event, raw=f"<13>1 2026-11-28T10:00:00Z wec01 winlog - - - {event.raw}")
        rows, warnings = self.judged([wrapped, event])
        self.assertEqual([verdict for verdict, _ in rows], ["suspicious_location"] * 2, "it is read as the event alone is")
        self.assertTrue(all(reasons for _, reasons in rows))
        self.assertEqual(warnings, [])
        text = replace(event, raw="<13>Mar  4 09:14:10 web01 Changes to '/system.webServer/globalModules' at 'MACHINE' in Microsoft-IIS-Configuration/Operational")
        rows, warnings = self.judged([text])
        self.assertEqual((rows, len(warnings)), ([("-", [])], 1), "and where it does not, the search warns")

    def test_a_bad_cell_of_the_allowlist(self):
        host = Host("web01.example.com")
        host.install(install_time(), "Acme", r"C:\Acme\acme.dll")
        for text, line in (
            ("name,image\nAcme,C:\\Acme\\acme.dll\0\n", 2),
            ("name,image\nOther,C:\\o.dll\n*,C:\\Acme\\acme.dll\n", 3),
            ("name,image,expires\nAcme,C:\\Acme\\acme.dll,31.03.2027\n", 2),
        ):
            self.allowlist().write_text(text)
            with self.subTest(text):
                head = self.head(host)
                found, = self.changes(head)
                self.assertEqual(found["iis_module_verdict"], "unknown")
                self.assertIn("allowlist_damaged", items(found["iis_module_reasons"]))
                _, warnings = self.judged(host.events)
                self.assertTrue(any(f"Line {line}, column " in text for text in warnings), warnings)
