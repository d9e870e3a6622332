"""Where Splunk leaves something out without failing: what the documentation says of each limit."""

import unittest

from searchhead.alerts import Alert
from searchhead.job import SearchHead
from searchhead.limits import Limits
from searchhead.store import EventStore

from .support import NOW, app, event, table

ROWS = table("g,n\n" + "".join(f"g{n // 2},{n}\n" for n in range(10)))
DEFINED = {"default/transforms.conf": "[t]\nfilename = t.csv\n"}


class Reached(unittest.TestCase):
    def rows(self, search: str, events=(), **limits) -> list[dict]:
        with app({**ROWS, **DEFINED}) as instance:
            head = SearchHead(instance, EventStore("standalone", events), limits=Limits(**limits))
            return head.run(search, now=NOW, app="demo").rows

    def test_eventstats_goes_on_without_fields_beyond_both_limits(self):
        for limits, filled in [({}, 10), ({"rows": 4}, 10), ({"memory": 20}, 10), ({"rows": 4, "memory": 20}, 4)]:
            found = self.rows("| inputlookup t | eventstats count as c by g", **limits)
            self.assertEqual([row.get("c") for row in found], ["2"] * filled + [None] * (10 - filled), limits)

    def test_streamstats_goes_on_without_fields_when_its_groups_are_too_many(self):
        search = "| inputlookup t | streamstats {} count as c by g"
        self.assertEqual(sum("c" in row for row in self.rows(search.format(""), memory=20)), 8, "four bytes or so for each group")
        self.assertEqual(sum("c" in row for row in self.rows(search.format("reset_on_change=true"), memory=20)), 10)
        self.assertEqual(sum("c" in row for row in self.rows(search.format("reset_on_change=true"), memory=3)), 0)

    def test_stats_goes_to_the_disk(self):
        self.assertEqual(len(self.rows("| inputlookup t | stats count by g", rows=1, memory=1)), 5)

    def test_subsearches(self):
        events = [event(f"n={n}", -n - 1) for n in range(6)]
        self.assertEqual(len(self.rows("source=s [ search source=s | fields n ]", events)), 6)
        self.assertEqual(len(self.rows("source=s [ search source=s | fields n | fields - _* ]", events, subsearch_rows=2)), 2)
        self.assertEqual(len(self.rows("source=s [ search source=s | fields n ]", events, subsearch_events=3)), 3)
        self.assertEqual(len(self.rows("| makeresults | append [ search source=s ]", events, append_rows=2)), 3)
        self.assertEqual(len(self.rows("| makeresults | append maxout=4 [ search source=s ]", events, append_rows=2)), 5)
        self.assertEqual(len(self.rows("| makeresults | append [ search source=s ]", events, append_events=1)), 2)

    def test_results_of_an_alert_one_by_one(self):
        saved = "[a]\nsearch = | inputlookup t\ndispatch.earliest_time = -1h\ndispatch.latest_time = now\nalert.digest_mode = {}\n"
        for digest, raised in ((0, 3), (1, 10)):
            with app({**ROWS, **DEFINED, "default/savedsearches.conf": saved.format(digest)}) as instance:
                head = SearchHead(instance, EventStore("standalone"), limits=Limits(results_per_alert=3))
                self.assertEqual(len(Alert(head, "a", "demo").run(NOW)), raised)
