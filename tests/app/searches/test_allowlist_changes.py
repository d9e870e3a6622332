"""Who changed the allowlist, when, and which entries came and went; and an entry that somebody asked for and that was lost."""

from searchhead.limits import Limits
from searchhead.store import Event
from searchhead.timetext import strftime
from searchhead.values import items

from .events import Host
from .support import EVIL, NOW, Installed, install_time

CHANGED = "IIS Module Check - Allowlist was changed"
HEADER = "id,enabled,effect,kind,name,image,type,match,precondition,host,config_path,action,valid_from,expires,owner,ticket,reason\n"
ID = "0123456789abcdef0123456789abcdef"


def entry(name: str, owner: str = "kim") -> str:
    """A line of the allowlist."""
    return f"{name},true,allow,native,{name},C:\\{name}.dll,,exact,,,,,,,{owner},,r\n"


def audit(user: str, search: str, time: float, info: str = "granted") -> Event:
    """A line of audit.log, as Splunk's documentation shows it."""
    stamp = strftime(time, "%m-%d-%Y %H:%M:%S.000")
    raw = f"Audit:[timestamp={stamp}, user={user}, action=search, info={info}, search_id='1.1', search='search {search}', autojoin='1']"
    return Event(time, raw, "sh1", "audittrail", "audittrail", "_audit")


def trail(user: str, search: str, time: float) -> Event:
    """The same in JSON, of later versions."""
    quoted = search.replace('"', '\\"')
    raw = f'{{"timestamp": "{time:.3f}", "user": "{user}", "action": "search", "info": "granted", "search": "search {quoted}"}}'
    return Event(time, raw, "sh1", "audittrail", "audittrailv2", "_audit")


def editor(user: str, time: float, file: str = "iismodcheck_allowlist.csv") -> Event:
    """The Lookup Editor's line."""
    raw = f'{strftime(time, "%Y-%m-%d %H:%M:%S,000")} INFO Lookup edited successfully, user={user}, namespace=iismodcheck, lookup_file={file}'
    return Event(time, raw, "sh1", "lookup_editor_rest_handler.log", "lookup_editor_rest_handler", "_internal")


def request(user: str, time: float, method: str = "POST") -> Event:
    """A line of splunkd_access.log."""
    uri = "/servicesNS/nobody/iismodcheck/data/lookup-table-files/iismodcheck_allowlist.csv"
    raw = f'127.0.0.1 - {user} [{strftime(time, "%d/%b/%Y:%H:%M:%S.000 +0000")}] "{method} {uri} HTTP/1.1" 200 1 - - - 3ms'
    return Event(time, raw, "sh1", "/opt/splunk/var/log/splunk/splunkd_access.log", "splunkd_access", "_internal")


class Changed(Installed):
    def setUp(self):
        super().setUp()
        self.memory = self.app / "lookups/iismodcheck_seen_allowlist.csv"
        self.allowlist().write_text(HEADER + entry("A") + entry("B"))
        self.watch = self.alert(self.head(), CHANGED)
        first = self.watch.run(NOW)
        self.assertEqual([(row["iis_state"], row["iis_number"]) for row in first], [("first look", "2")])

    def told(self, *events: Event, minutes: float = 60, **options) -> list[tuple]:
        """(state, by whom, gained, lost) of each row, an hour later."""
        self.watch.head = self.head(extra=events, **options)
        found = self.watch.run(NOW + minutes * 60)
        for row in found:
            self.assertTrue(row["iis_what"] and row["iis_next"])
        return [(row["iis_state"], row["iis_changed_by"], items(row.get("iis_gained")), items(row.get("iis_lost"))) for row in found]

    def test_nothing_changed(self):
        reads = audit("kim", "| inputlookup iismodcheck_allowlist", NOW + 600), audit("kim", '`iismodcheck_allow_entry("x")`', NOW + 600)
        self.assertEqual(self.told(), [])
        self.assertEqual(self.told(*reads), [])

    def test_who_and_what(self):
        at = NOW + 1800
        when = strftime(at, "%Y-%m-%d %H:%M")
        write = "| inputlookup x | outputlookup iismodcheck_allowlist"
        for says, event, by in [
            ("a search", audit("kim", write, at), f"kim (a search, {when})"),
            ("the macro", audit("kim", f'`iismodcheck_allow("{ID}", "host", "o", "r", "9")`', at + 1700), f"kim (a search, {strftime(at + 1700, '%Y-%m-%d %H:%M')})"),
            ("the newer log", trail("kim", write, at), f"kim (a search, {when})"),
            ("the Lookup Editor", editor("jo", at), f"jo (the Lookup Editor, {when})"),
            ("a request", request("root", at), f"root (a request to splunkd, {when})"),
            ("before the last look", audit("kim", write, NOW - 600), "nobody"),
            ("another file", editor("jo", at, "other.csv"), "nobody"),
            ("only read", request("root", at, "GET"), "nobody"),
            ("no trace", request("root", at - 90000), "nobody"),
        ]:
            with self.subTest(says):
                self.watch.run(NOW)
                before = self.allowlist().read_text()
                self.allowlist().write_text(before.replace(entry("B"), "") + entry(f"New{says}"))
                (state, who, gained, lost), = self.told(event)
                self.assertEqual((state, gained), ("changed", [f"New{says}"]))
                self.assertEqual(lost, ["B"] if "B" in before else [])
                self.assertTrue(who == by or by == "nobody" and who.startswith("nobody that Splunk's logs name"), who)

    def test_a_cell_that_changed_and_a_list_that_is_gone(self):
        self.allowlist().write_text(HEADER + entry("A") + entry("B", "mallory"))
        self.assertEqual([row[2:] for row in self.told()], [(["B"], ["B"])])
        self.allowlist().write_text("name,image\nShort,C:\\s.dll\n")
        self.assertEqual([row[2:] for row in self.told()], [(["Short C:\\s.dll"], ["A", "B"])])
        self.allowlist().unlink()
        self.assertEqual([row[2:] for row in self.told()], [([], ["Short C:\\s.dll"])])

    def test_two_people_who_write_at_once(self):
        # Both read the list before the other has written it: the first entry is lost.
        hosts = Host("web01.example.com"), Host("web02.example.com")
        for number, host in enumerate(hosts):
            host.install(install_time(), f"Agent{number}Module", EVIL)
        head, asked = self.head(*hosts), []
        findings = {row["iis_host"]: row["iis_finding_id"] for row in self.changes(head)}
        before = self.allowlist().read_text()
        for user, host, at in (("kim", hosts[0], 1000), ("jo", hosts[1], 1001)):
            self.allowlist().write_text(before)
            search = f'`iismodcheck_allow("{findings[host.name]}", "host", "o", "CHG-1", "90")`'
            head.run(search, now=NOW, earliest="-7d@d", latest="now")
            asked.append(audit(user, search, NOW + at))
        found = self.told(*asked, audit("sam", f'`iismodcheck_allow("{ID}", "fleet", "o", "r", "9")`', NOW + 1100))
        self.assertEqual(sorted(row[0] for row in found), ["changed", "entry missing", "entry missing"])
        changed = next(row for row in found if row[0] == "changed")
        self.assertEqual(changed[2:], ([f"finding-{findings['web02.example.com']}"], []))
        for user in ("kim (", "sam ("):
            self.assertEqual(len([row for row in found if row[0] == "entry missing" and row[1].startswith(user)]), 1)
        self.assertEqual(self.told(*asked, minutes=120), [], "each is told once")

    def test_a_memory_that_is_lost_or_damaged_is_said(self):
        good = self.memory.read_text()
        for damage, text in {"gone": None, "empty": "", "another file": "user,password\nx,y\n", "a row lost": "".join(good.splitlines(keepends=True)[:-1])}.items():
            with self.subTest(damage):
                self.memory.unlink() if text is None else self.memory.write_text(text)
                self.assertEqual([row[0] for row in self.told()], ["first look"])
                self.assertEqual(self.told(), [])

    def test_by_hand_it_remembers_nothing(self):
        before = self.memory.read_text()
        self.allowlist().write_text(HEADER + entry("A"))
        self.head().run("| `iismodcheck_allowlist_changes`", now=NOW + 60, earliest="-25h@h")
        self.assertEqual(self.memory.read_text(), before)

    def test_logs_that_were_not_searched_to_the_end_are_said(self):
        self.assertEqual([row[0] for row in self.told(limits=Limits(append_rows=0))], ["not looked at"])
        self.allowlist().write_text(HEADER + entry("A"))
        (state, who, *_), = self.told(limits=Limits(append_rows=0))
        self.assertEqual(state, "changed")
        self.assertIn("not looked at", who)
