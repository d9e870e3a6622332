"""The watch over the alerts: it tells of each that failed, was skipped or did not run, and never gives an empty all-clear."""

from searchhead.store import Event
from searchhead.timetext import strftime

from .support import CHANGES, NOW, RULE, Installed

WATCH = "IIS Module Check - An alert did not run"
LISTED = "IIS Module Check - Listed module needs a decision"
EXPIRE = "IIS Module Check - Allowlist entries that expire soon"
AT = NOW + 45 * 60  #: The watch runs at 52 minutes past the hour.
BROKEN = "Error in 'iismodcheck' command: iismodcheck_allowlist.csv, line 3, column expires: expected a date"
BUSY = "The maximum number of concurrent historical scheduled searches on this instance has been reached"


def log(name: str, hours: float, status: str, owner: str = "nobody", app: str = "iismodcheck", results: int = 0) -> Event:
    """A line of scheduler.log, some hours before the watch. `error` names no status, as Splunk writes it."""
    time = AT - hours * 3600
    head = f'{strftime(time, "%m-%d-%Y %H:%M:%S")}.831 +0000'
    search = f'SavedSplunker - savedsearch_id="{owner};{app};{name}"'
    if status == "error":
        raw = f'{head} ERROR {search}, message="{BROKEN}". No actions executed'
    else:
        reason = f', reason="{BUSY}"' if status == "skipped" else ""
        raw = (
            f'{head} INFO  {search}, search_type="scheduled", user="{owner}", app="{app}", savedsearch_name="{name}",'
            f" priority=default, status={status}{reason}, scheduled_time={int(time)}, window_time=0, result_count={results}"
        )
    return Event(time, raw, "sh1", "/opt/splunk/var/log/splunk/scheduler.log", "scheduler", "_internal")


def hourly(name: str, until: float = 0.75) -> list[Event]:
    """A good run in each hour of a day, up to some hours before the watch."""
    return [log(name, hours + 0.75, "success") for hours in range(24) if hours + 0.75 >= until]


class Watch(Installed):
    """What it says of a log."""

    def told(self, enabled: dict[str, str], *lines: Event) -> dict[str, tuple[str, str]]:
        """alert -> (state, why). `enabled`: alert -> its cron schedule, empty for the shipped one."""
        local = self.app / "local"
        local.mkdir(exist_ok=True)
        stanzas = {name: "disabled = 0\n" + (f"cron_schedule = {cron}\n" if cron else "") for name, cron in enabled.items()}
        (local / "savedsearches.conf").write_text("".join(f"[{name}]\n{keys}" for name, keys in stanzas.items()))
        found = self.alert(self.head(extra=lines), WATCH).run(AT)
        for row in found:
            self.assertTrue(all(row.get(name) for name in ("iis_what", "iis_why", "iis_next", "iis_last_run")), row)
        return {row["iis_alert"]: (row["iis_state"], row["iis_why"]) for row in found}

    def test_what_is_told(self):
        good, weekly = hourly(CHANGES), log(EXPIRE, 6.9 * 24, "success")
        for name, enabled, lines, expected in [
            ("all is well", {CHANGES: "", EXPIRE: ""}, [*good, weekly], {}),
            ("failed once, well again", {CHANGES: ""}, [*good, log(CHANGES, 1.7, "error")], {CHANGES: "failed"}),
            ("failed long ago", {CHANGES: ""}, [*good, log(CHANGES, 3.1, "error")], {}),
            ("fails always", {CHANGES: ""}, [log(CHANGES, h + 0.7, "error") for h in range(24)], {CHANGES: "failed"}),
            ("failed on another search head", {RULE: ""}, [*hourly(RULE), log(RULE, 1, "delegated_remote_error")], {RULE: "failed"}),
            ("a status of no known name", {CHANGES: ""}, [*good, log(CHANGES, 1, "exploded")], {CHANGES: "failed"}),
            ("skipped once", {CHANGES: ""}, [*good, log(CHANGES, 1, "skipped")], {CHANGES: "skipped"}),
            ("only put off", {CHANGES: ""}, [*good, log(CHANGES, 0.7, "continued"), log(CHANGES, 0.7, "deferred")], {}),
            ("silent for two hours and a half", {CHANGES: ""}, hourly(CHANGES, 2.6), {}),
            ("silent for more than three", {CHANGES: ""}, hourly(CHANGES, 3.6), {CHANGES: "did not run"}),
            ("put off for ever", {CHANGES: ""}, [*hourly(CHANGES, 3.6), log(CHANGES, 0.7, "continued")], {CHANGES: "did not run"}),
            ("never ran", {CHANGES: "", LISTED: ""}, good, {LISTED: "never ran"}),
            ("another owner's", {CHANGES: ""}, [log(CHANGES, 0.7, "success", owner="kim")], {}),
            ("another app's of that name", {CHANGES: ""}, [log(CHANGES, 0.7, "success", app="search")], {CHANGES: "never ran"}),
            ("disabled ones are not expected", {CHANGES: ""}, [*good, log(LISTED, 1, "error")], {}),
            ("daily, ran yesterday", {LISTED: "37 6 * * *"}, [log(LISTED, 25, "success")], {}),
            ("daily, missed", {LISTED: "37 6 * * *"}, [log(LISTED, 27, "success")], {LISTED: "did not run"}),
            ("every four hours", {LISTED: "37 */4 * * *"}, [log(LISTED, 5, "success")], {}),
            ("every four hours, missed", {LISTED: "37  */4 * * *"}, [log(LISTED, 6.1, "success")], {LISTED: "did not run"}),
            ("weekly, missed", {EXPIRE: ""}, [log(EXPIRE, 7.2 * 24, "success")], {EXPIRE: "did not run"}),
            ("weekly, enabled since", {CHANGES: "", EXPIRE: ""}, good, {}),
            ("monthly", {EXPIRE: "0 7 1 * *"}, good, {}),
            ("the log cannot be read", {CHANGES: "", EXPIRE: ""}, [], {CHANGES: "never ran", EXPIRE: "never ran"}),
            ("nothing is enabled", {}, good, {"-": "nothing to watch"}),
            ("only the watch is enabled", {WATCH: ""}, hourly(WATCH), {"-": "nothing to watch"}),
        ]:
            with self.subTest(name):
                self.assertEqual({alert: state for alert, (state, _) in self.told(enabled, *lines).items()}, expected)

    def test_it_says_what_splunk_says(self):
        told = self.told({CHANGES: "", LISTED: ""}, log(CHANGES, 1, "error"), *hourly(LISTED), log(LISTED, 1, "skipped"))
        self.assertIn(BROKEN, told[CHANGES][1])
        self.assertIn(BUSY, told[LISTED][1])
        self.assertIn("no line about this app", self.told({CHANGES: ""})[CHANGES][1])

    def test_an_owner_who_may_not_list_is_told(self):
        self.told({CHANGES: ""})
        (self.app / "metadata/local.meta").write_text("[savedsearches]\naccess = read : [ admin ]\n")
        head = self.head(extra=hourly(CHANGES))
        search = head.instance.saved_search(WATCH, "iismodcheck")["search"]
        for user, expected in (("admin", []), ("analyst", ["nothing to watch"])):
            found = head.run(search, now=AT, earliest="-8d@h", latest="now", user=user).rows
            self.assertEqual([row["iis_state"] for row in found], expected)

    def test_it_does_not_repeat_itself(self):
        self.told({CHANGES: ""})
        alert = self.alert(self.head(extra=[*hourly(CHANGES, 3.6), log(CHANGES, -0.5, "error")]), WATCH)
        self.assertEqual([[row["iis_state"] for row in alert.run(AT + hours * 3600)] for hours in (0, 0.1, 1, 2)], [["did not run"], [], ["failed"], []])
