"""multisearch, collect, terms of subsearches, and running values of streamstats."""

import unittest

from searchhead.errors import SearchError, Unsupported
from searchhead.instance import Instance
from searchhead.job import SearchHead
from searchhead.limits import Limits
from searchhead.store import EventStore

from .support import NOW, app, event, rows


class Multisearch(unittest.TestCase):
    EVENTS = [event("a n=1", -7200, source="old"), event("b n=2", -60, source="new")]

    def test_each_search_has_its_own_times_and_no_limit_holds(self):
        found = rows(
            "| multisearch [search source=old earliest=-3h latest=-1h | eval x=n+1] [search source=new earliest=-5m]",
            events=self.EVENTS,
            earliest="-1m",
            limits=Limits(subsearch_rows=0, subsearch_events=0, append_rows=0),
        )
        self.assertEqual([(row["source"], row.get("x")) for row in found], [("new", None), ("old", "2")], "newest first")

    def test_a_subsearch_may_stand_in_one_of_them(self):
        found = rows("| multisearch [search source=old [search source=new | eval search=\"n=1\" | fields search]] [search source=none]", events=self.EVENTS)
        self.assertEqual([row["n"] for row in found], ["1"])

    def test_only_streaming_commands_and_two_searches(self):
        for search in ("| multisearch [search a] [search b | stats count]", "| multisearch [search a]"):
            with self.assertRaises(SearchError):
                rows(search, events=self.EVENTS)


class Collect(unittest.TestCase):
    def kept(self, *searches: str) -> list[dict]:
        """Runs searches one after the other, and gives what the summary index has then."""
        with app({}) as instance:
            head = SearchHead(Instance(instance.apps_folder), EventStore("one", [event("x n=7")]))
            for search in searches:
                head.run(search, now=NOW, app="demo")
            return head.run("index=summary", now=NOW + 60, app="demo").rows

    def test_rows_become_events_of_the_sourcetype_stash(self):
        (row,) = self.kept('x | eval _time=1699990000, text="a b", gone=null() | table _time n text gone | collect index=summary source="kept"')
        expected = {"n": "7", "text": "a b", "sourcetype": "stash", "source": "kept", "index": "summary", "_time": "1699990000"}
        self.assertEqual({name: row.get(name) for name in expected}, expected)
        self.assertNotIn("gone", row)

    def test_the_rows_go_on_and_none_writes_none(self):
        with app({}) as instance:
            head = SearchHead(instance, EventStore("one", [event("x n=7")]))
            self.assertEqual(len(head.run("x | table n | collect index=summary", now=NOW, app="demo").rows), 1)
        self.assertEqual(self.kept("nothing | table n | collect index=summary"), [])

    def test_what_is_not_documented_is_refused(self):
        for search in ("x | collect index=summary", 'x | eval n="a\\"b" | table n | collect index=summary', "x | eval n=split(\"a,b\", \",\") | table n | collect index=summary", "x | table n | collect"):
            with self.assertRaises(Unsupported, msg=search):
                self.kept(search)


class Terms(unittest.TestCase):
    def test_many_values_of_one_field(self):
        events = [event(f"run={run} host_is={host}", source=host) for run, host in (("1", "A"), ("2", "b"), ("x*y", "c"))]
        for search, expected in [
            ('run="1" OR run="2"', ["A", "b"]),
            ("run=01 OR run=3", ["A"]),
            ("host_is=a OR host_is=B", ["A", "b"]),
            ("host_is=a OR run=2", ["A", "b"]),
            ("host_is=a* OR host_is=q", ["A"]),
            ("NOT (host_is=a OR host_is=b)", ["c"]),
        ]:
            self.assertEqual(sorted(row["source"] for row in rows(search, events=events)), expected, search)


class RunningValues(unittest.TestCase):
    def test_each_function_as_over_all_rows_so_far(self):
        events = [event(f"nth={number} v={value}", -100 + number) for number, value in enumerate(("5", "x", "12", "5", "a"))]
        found = rows("* | sort 0 nth | streamstats count as c count(v) as n dc(v) as d values(v) as all min(v) as low max(v) as high first(v) as f last(v) as l sum(v) as s", events=events)
        want = [
            ("1", "1", "1", "5", "5", "5", "5", "5", "5"),
            ("2", "2", "2", ["5", "x"], "5", "x", "5", "x", "5"),
            ("3", "3", "3", ["12", "5", "x"], "12", "x", "5", "12", "17"),
            ("4", "4", "3", ["12", "5", "x"], "12", "x", "5", "5", "22"),
            ("5", "5", "4", ["12", "5", "a", "x"], "12", "x", "5", "a", "22"),
        ]
        self.assertEqual([tuple(row[name] for name in ("c", "n", "d", "all", "low", "high", "f", "l", "s")) for row in found], want)

    def test_the_numbers_alone(self):
        events = [event(f"nth={number} v={value}", -100 + number) for number, value in enumerate(("5", "12", "9"))]
        found = rows("* | sort 0 nth | streamstats current=f min(v) as low max(v) as high by source", events=events)
        self.assertEqual([(row.get("low"), row.get("high")) for row in found], [(None, None), ("5", "5"), ("5", "12")])
