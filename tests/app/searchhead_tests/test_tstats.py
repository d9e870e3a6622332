"""tstats: what is indexed, without the events."""

import unittest

from searchhead.errors import SearchError, Unsupported

from .support import NOW, event, rows

EVENTS = [
    event("a", -100, source="s1"),
    event("b", -50, source="s2", indextime=NOW - 10),
    event("c", -20, source="s1"),
]


class Indexed(unittest.TestCase):
    def test_counts_and_times(self):
        found = rows("| tstats count as n min(_time) as low max(_time) as high where source=s1", events=EVENTS)
        self.assertEqual(found, [{"n": "2", "low": f"{NOW - 100:.0f}", "high": f"{NOW - 20:.0f}"}])
        self.assertEqual(rows("| tstats count where source=none", events=EVENTS), [{"count": "0"}])
        found = rows("| tstats count where index=* by source", events=EVENTS)
        self.assertEqual(found, [{"source": "s1", "count": "2"}, {"source": "s2", "count": "1"}])

    def test_the_window_and_the_time_of_indexing(self):
        self.assertEqual(rows("| tstats count where index=*", events=EVENTS, earliest="-60s"), [{"count": "2"}])
        self.assertEqual(rows("| tstats count where index=* _index_earliest=-15s", events=EVENTS), [{"count": "1"}])

    def test_what_is_not_indexed_is_an_error(self):
        for search in ("| tstats count where index=* EventCode=29", '| tstats count where source=s1 "a"', "| tstats count where index=* (a)"):
            with self.assertRaises(SearchError):
                rows(search, events=EVENTS)
        with self.assertRaises(Unsupported):
            rows("| tstats dc(host) where index=*", events=EVENTS)
