"""At each limit at which Splunk leaves something out without failing, every shipped search is right or says so; never empty."""

import json
import re

from owncheck.dashboard import definitions
from owncheck.package import Package
from searchhead.alerts import Alert, fill
from searchhead.limits import Limits

from .estate import CHANGED, REMEMBER
from .events import GLOBAL, Host, inventory
from .inventories import Lists, Server
from .sources import OTHER_LOGS
from .support import EVIL, GOOD_IMAGE, GOOD_NAME, NOW, RULE, Installed, install_time
from .test_allowlist_changes import audit
from .test_scheduler import log

#: Each limit so low that it is reached wherever a search can reach it.
REACHED = {
    "rows of eventstats": Limits(rows=1, memory=1),
    "memory of eventstats": Limits(rows=1, memory=1000),
    "memory of streamstats": Limits(memory=1),
    "rows of a subsearch": Limits(subsearch_rows=1),
    "time of a subsearch": Limits(subsearch_events=0),
    "rows of append": Limits(append_rows=0),
    "time of append": Limits(append_events=0),
}
#: How a result says that it may not be whole.
LOUD = re.compile(r"inventories not compared|limit (of Splunk was )?reached|limit_reached|not looked at|No enabled alert of IIS Module Check was found|Nothing was added")
TOKEN = re.compile(r"\$(?:row\.|result\.)?([\w.]+?)(?:\.value)?(?:\|\w)?\$")


def tokens(text: str, values: dict) -> str:
    """A search of a dashboard or of Enterprise Security with its tokens filled in; a token that nobody fills is an error."""
    return TOKEN.sub(lambda match: values[match[1]], text)


class Shipped(Installed):
    """Every search of the app: those that are saved, their drill-downs, the menu of a result, the dashboards and their links."""

    def setUp(self):
        super().setUp()
        host, classic = Host("web01.example.com"), Host("web02.example.com", "classic")
        host.install(install_time(), "EvilModule", EVIL)
        host.install(install_time() + 600, "OtherModule", r"C:\Other\other.dll")
        host.install(install_time() + 1200, GOOD_NAME, GOOD_IMAGE)
        classic.install(install_time(), "OtherModule", EVIL)
        late, broken, ends = Host("web03.example.com"), Host("web04.example.com"), Host("web05.example.com")
        late.install(NOW - 100 * 3600, "LateModule", EVIL)
        broken.row(install_time(), f'{GLOBAL}/add[@name="Damaged')
        ends.commit(install_time())
        started = Host("web01.example.com", "classic", source="WinEventLog:ForwardedEvents")
        started.foreign(install_time() - 5, 4688, "appcmd.exe", *OTHER_LOGS[0])
        late_events = [type(event)(**{**event.__dict__, "indextime": install_time()}) for event in late.events]
        self.events = host.events + classic.events + late_events + broken.events + ends.events + started.events
        self.events += inventory("web01", NOW - 600, {"EvilModule": EVIL}) + inventory("web02", NOW - 600, {"OtherModule": EVIL})
        self.events += [log(RULE, 1, "error"), audit("kim", "| outputlookup iismodcheck_allowlist", NOW - 3000)]
        self.events += self.inventories()
        (self.app / "local").mkdir()
        (self.app / "local/savedsearches.conf").write_text(f"[{RULE}]\ndisabled = 0\n")
        self.package = Package(self.app, self.app, [], "enterprise")
        self.list = "name,image,expires,owner\nAgentModule,C:\\Agent\\agent.dll,2026-01-01,kim\n"

    def inventories(self):
        """A server whose inventory is another than half a day ago, with what the searches about that wrote in between."""
        server = Server("web06", Lists(self.apps))
        # One module with its files is enough, and one that an update replaces.
        server.rows = [row for row in server.rows if r"\inetsrv\static.dll" in row.get("file", "") or r"\inetsrv\loghttp.dll" in row.get("file", "")]
        head = self.head(extra=server.run(NOW - 12 * 3600, full=True))
        self.alert(head, REMEMBER).run(NOW - 11 * 3600)
        for row in server.rows:
            row["file_sha256"] = "cd" * 32
            if "static" in row["file"]:
                row["signature"] = "none"
        head.peers[0].store.add(server.run(NOW - 7200, full=True))
        self.alert(head, REMEMBER).run(NOW - 5400)
        self.alert(head, CHANGED).run(NOW - 3600)
        # Another run for the search that remembers to keep.
        head.peers[0].store.add(server.run(NOW - 1800, full=True))
        return head.peers[0].store.events()

    def whole(self, limits: Limits = Limits()):
        """A search head over the estate, with a fresh allowlist."""
        self.allowlist().write_text(self.list)
        risk = [{"_time": str(NOW - 60), "normalized_risk_object": "web01.example.com", "risk_message": "m", "search_name": RULE}]
        return self.head(extra=self.events, limits=limits, models={"Risk.All_Risk": risk})

    def searches(self) -> dict[str, list[tuple[list[str], str, str]]]:
        """name -> (the search and what is run over its rows, earliest, latest): of a dashboard one for each panel, of an alert none."""
        found = {}
        head = self.whole()
        finding = next(row for row in self.alert(head, RULE).run(NOW) if row["iis_module_name"] == "EvilModule")
        values = {name: value if isinstance(value, str) else value[0] for name, value in finding.items()}
        values |= {"finding_id": values["iis_finding_id"], "finding_window": values["iis_window"], "iis_host": "web01.example.com"}
        values |= {"info_min_time": str(NOW - 86400), "info_max_time": str(NOW), "global_time.earliest": "-7d@d", "global_time.latest": "now"}
        for name, keys in self.package.conf("savedsearches.conf").items():
            found[name] = []
            for drilldown in json.loads(keys.get("action.notable.param.drilldown_searches", "[]")):
                found[f"{name}: {drilldown['name']}"] = [([fill(drilldown["search"], values)], "-3d@h", "+1h")]
        for name, keys in self.package.conf("workflow_actions.conf").items():
            found[f"workflow action {name}"] = [([tokens(keys["search.search_string"], values)], "-7d@d", "now")]
        for view, definition in definitions(self.package):
            sources = definition["dataSources"]
            found[view] = []
            for name in sorted({name for panel in definition["visualizations"].values() for name in panel.get("dataSources", {}).values()}):
                source, chain = sources[name], []
                options = source["options"]
                while source["type"] == "ds.chain":
                    chain.insert(0, options["query"])
                    source = sources[options["extend"]]
                    options = source["options"]
                times = options["queryParameters"]
                query = tokens(re.sub(r"\$(\w+)\|s\$", lambda match: f'"{values[match[1]]}"', options["query"]), values)
                found[view].append(([query, *chain], tokens(times["earliest"], values), tokens(times["latest"], values)))
        allow = f'`iismodcheck_allow("{values["finding_id"]}", "host", "kim", "CHG-1", "90")`'
        found["iismodcheck_allow"] = [([allow], "-7d@d", "now")]
        return found

    def result(self, head, name: str, searches: list[tuple[list[str], str, str]]) -> list[str]:
        """The rows that somebody sees, as texts."""
        if name.endswith("Create the allowlist"):
            self.allowlist().unlink()
            Alert(head, name).run(NOW)
            return self.allowlist().read_text().splitlines()
        rows = [] if searches else self.alert(head, name).run(NOW + 45 * 60 if "did not run" in name else NOW)
        for (search, *chain), earliest, latest in searches:
            found = head.run(search, now=NOW, earliest=earliest, latest=latest)
            for post in chain:
                found = head.run(post, now=NOW, earliest=earliest, latest=latest, base=found.table)
            rows += found.rows
        return [json.dumps(row, sort_keys=True) for row in rows]

    def test_right_or_loud(self):
        searches = self.searches()
        self.assertGreater(len(searches), 20)
        for name, search in searches.items():
            whole = self.result(self.whole(), name, search)
            with self.subTest(name):
                self.assertTrue(whole, "the estate has nothing for it")
            for reason, limits in REACHED.items():
                found = self.result(self.whole(limits), name, search)
                with self.subTest(name, reason=reason):
                    missing = [row for row in whole if row not in found]
                    self.assertTrue(not missing or LOUD.search(" ".join(found)), f"without a word: {missing[:1]} in {found[:1]}")
