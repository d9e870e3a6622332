"""Beside the published detection: its own search piped into the command, its macros, the fields that CIM asks for."""

from .events import CHANNEL, DELETE, GLOBAL, MODIFY, Host
from .sources import OTHER_LOGS, SOURCES
from .support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, Installed, install_time

FORWARDED = "WinEventLog:ForwardedEvents"
#: The published search up to its statistics, with its own macro's definition (sourcetype) in place of the macro.
PUBLISHED = (
    'sourcetype="IIS:Configuration:Operational" EventCode=29'
    " | stats count min(_time) as firstTime max(_time) as lastTime by OpCode EventCode ComputerName Message"
    " | rename ComputerName AS dest"
)


def published_host() -> Host:
    """A host whose events arrive as in the published detection's test data."""
    host = Host("web01.example.com", "classic", source="iis", sourcetype="IIS:Configuration:Operational")
    host.install(install_time(), GOOD_NAME, GOOD_IMAGE)
    host.install(install_time() + 60, "EvilModule", EVIL)
    return host


class Published(Installed):
    """The published detection's search and ours, over the same events."""

    def run_search(self, search: str):
        return self.head(published_host()).run(search, now=NOW, earliest="-1d", latest="now")

    def test_the_published_search_piped_into_the_command(self):
        rows = self.run_search(f"{PUBLISHED} | iismodcheck").rows
        self.assertEqual(len(rows), 10)
        verdicts = {(row["iis_module_name"], row["iis_module_verdict"]) for row in rows}
        self.assertEqual({name for name, _ in verdicts}, {GOOD_NAME, "EvilModule"})
        self.assertNotIn(("EvilModule", "known_good"), verdicts)
        self.assertTrue(all(row["iis_host"] == "web01.example.com" and row["dest"] == "web01.example.com" for row in rows))
        self.assertTrue(all(row["count"] == "1" and row["Message"].startswith("Changes to '") for row in rows))

    def test_the_message_is_whole_without_the_windows_add_on(self):
        rows = self.run_search('sourcetype="IIS:Configuration:Operational" EventCode=29 | table Message').rows
        self.assertTrue(all(row["Message"].endswith("committed.") for row in rows))

    def test_nothing_of_the_published_detection_is_redefined(self):
        names = set(self.head().instance.apps["iismodcheck"].stanzas("macros"))
        self.assertFalse(names & {"iis_operational_logs", "security_content_ctime", "windows_iis_components_new_module_added_filter"})

    def test_change_model(self):
        for rendering, source, sourcetype in SOURCES:
            with self.subTest(rendering=rendering, source=source, sourcetype=sourcetype):
                host = Host("web01.example.com", rendering, source=source, sourcetype=sourcetype)
                host.install(install_time(), "EvilModule", EVIL)
                host.noise(install_time() + 60)
                rows = self.head(host).run("index=win tag=change tag=endpoint", now=NOW, earliest="-1d").rows
                self.assertEqual(len(rows), 0 if source == "replayed" else 5, "tagged if and only if mapped")
                for row in rows:
                    for name in ("action", "change_type", "command", "dest", "dvc", "object", "object_attrs", "object_category"):
                        self.assertTrue(row.get(name), name)
                    for name in ("object_id", "object_path", "result", "src", "status", "user", "vendor_product"):
                        self.assertTrue(row.get(name), name)
                    self.assertEqual((row["object"], row["status"], row["dest"]), ("EvilModule", "success", "web01.example.com"))
                    self.assertIn(row["action"], ("created", "modified"))


    def test_a_change_of_a_whole_section(self):
        for rendering, source in (("xml", None), ("classic", None), ("xml", "Xml" + FORWARDED), ("classic", FORWARDED)):
            host = Host("web01.example.com", rendering, source=source)
            host.row(install_time(), GLOBAL, DELETE)
            host.row(install_time() + 1, "/system.webServer/modules/@runAllManagedModulesForAllRequests", MODIFY, "false", "true")
            host.row(install_time() + 2, "/system.webServer/modulesOfSomebody", DELETE)
            host.row(install_time() + 3, "/system.webServer/handlers/other", DELETE)
            rows = self.head(host).run("index=win tag=change | sort 0 _time", now=NOW, earliest="-1d").rows
            shown = [[row[name] for name in ("action", "object", "object_attrs", "object_category", "object_id")] for row in rows]
            attribute = "runAllManagedModulesForAllRequests" + ("=true" if rendering == "xml" and not source else "")
            whole = "/system.webServer/globalModules" if source else "globalModules"
            part = "/system.webServer/modules/@runAllManagedModulesForAllRequests" if source else "modules"
            self.assertEqual(
                shown,
                [
                    # Classic text does not tell what was done.
                    ["deleted" if rendering == "xml" else "modified", "globalModules", "section", "iis_section", whole],
                    ["modified", "modules", attribute, "iis_section", part],
                ],
            )

    def test_nothing_that_an_add_on_gives_is_taken_away(self):
        for rendering, sourcetype in (("xml", "XmlWinEventLog"), ("classic", "WinEventLog")):
            add_on = self.apps / "Splunk_TA_windows"
            (add_on / "default").mkdir(parents=True, exist_ok=True)
            (add_on / "metadata").mkdir(exist_ok=True)
            (add_on / "metadata/default.meta").write_text("[]\naccess = read : [ * ]\nexport = system\n")
            for user, expected in [("", Host.sid), ("EXTRACT-who = APP(?<user>HOST)\n", "HOST")]:
                (add_on / "default/props.conf").write_text(
                    f'[{sourcetype}]\n{user}EVAL-user = "somebody"\nEVAL-vendor_product = "Microsoft Windows"\n'
                )
                host = Host("web01.example.com", rendering)
                host.install(install_time(), "EvilModule", EVIL)
                host.commit(install_time() + 90)
                rows = self.head(host).run("index=win", now=NOW, earliest="-1d").rows
                with self.subTest(rendering=rendering, user=user):
                    self.assertEqual({row.get("vendor_product") for row in rows}, {"Microsoft IIS", "Microsoft Windows"})
                    self.assertEqual({row.get("user") for row in rows}, {expected})


    def test_forwarded_events_of_other_logs_stay_as_they_are(self):
        add_on = self.apps / "Splunk_TA_windows"
        (add_on / "default").mkdir(parents=True)
        (add_on / "metadata").mkdir()
        (add_on / "metadata/default.meta").write_text("[]\naccess = read : [ * ]\nexport = system\n")
        calculated = "".join(f'EVAL-{name} = "of the add-on"\n' for name in ("action", "dest", "object", "src", "status", "user", "vendor_product"))
        (add_on / "default/props.conf").write_text("".join(f"[{name}]\n{calculated}" for name in ("WinEventLog", "XmlWinEventLog", FORWARDED)))
        for rendering, source, sourcetype in SOURCES:
            if "Forwarded" not in f"{source} {sourcetype}":
                continue
            host = Host("web01.example.com", rendering, source=source, sourcetype=sourcetype)
            for channel, provider in OTHER_LOGS:
                host.foreign(install_time(), 29, f"appcmd set config {GLOBAL}/add[@name='Evil']/@image", channel, provider)
                host.foreign(install_time(), 4688, f"wevtutil sl {CHANNEL}\nLogName={CHANNEL}\nMessage=Changes to '{GLOBAL}' at 'MACHINE' x", channel, provider)
            props = self.app / "default/props.conf"
            ours = props.read_text()
            shown = [self.head(host).run("index=win", now=NOW, earliest="-1d").rows]
            props.write_text("")
            shown.append(self.head(host).run("index=win", now=NOW, earliest="-1d").rows)
            props.write_text(ours)
            with self.subTest(rendering=rendering, source=source, sourcetype=sourcetype):
                self.assertEqual(len(shown[0]), 4)
                self.assertEqual(shown[0], shown[1])


class Reports(Installed):
    """The report of entries that expire."""

    def test_expiring_entries(self):
        from searchhead.timetext import strftime

        def day(offset: int) -> str:
            return strftime(NOW + offset * 86400, "%Y-%m-%d")

        self.allowlist().write_text(
            "id,enabled,name,image,expires\n"
            f"past,true,A,a.dll,{day(-3)}\nsoon,true,B,b.dll,{day(5)}\nlater,true,C,c.dll,{day(90)}\n"
            f"never,true,D,d.dll,\noff,false,E,e.dll,{day(1)}\nbroken,true,F,f.dll,tomorrow\n"
        )
        head = self.head()
        search = head.instance.saved_search("IIS Module Check - Allowlist entries that expire soon", "iismodcheck")["search"]
        rows = {row["id"]: row["state"] for row in head.run(search, now=NOW).rows}
        self.assertEqual(rows, {"past": "expired", "soon": "expires soon", "broken": "not a date"})
