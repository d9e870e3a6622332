"""stats, eventstats, streamstats, timechart against Splunk's documented semantics."""

import unittest

from searchhead.errors import SearchError, Unsupported

from .support import NOW, event, rows, table

DATA = table(
    """\
    n,host,app,size
    1,a,x,10
    2,a,,9
    3,b,x,100
    4,,x,1
    5,b,y,
    """
)


def over(search: str) -> list[dict]:
    return rows(f"| inputlookup t.csv {search}", files=DATA)


class Stats(unittest.TestCase):
    def test_by_drops_rows_with_a_null_field(self):
        self.assertEqual(
            over("| stats count by host app"),
            [
                {"host": "a", "app": "x", "count": "1"},
                {"host": "b", "app": "x", "count": "1"},
                {"host": "b", "app": "y", "count": "1"},
            ],
        )

    def test_by_counts_a_multivalue_row_once_for_each_value(self):
        found = rows('| makeresults | eval a=split("x,y,x", ",") | stats count by a')
        self.assertEqual(found, [{"a": "x", "count": "1"}, {"a": "y", "count": "1"}])

    def test_values_sorts_by_code_point_and_removes_repeats(self):
        found = rows('| makeresults | eval a=split("b,a,B,10,9,a", ",") | stats values(a) as a')
        self.assertEqual(found, [{"a": ["10", "9", "B", "a", "b"]}])

    def test_values_drops_empty_text(self):
        self.assertEqual(rows('| makeresults | eval a=mvappend("", "x") | stats values(a) as a'), [{"a": "x"}])

    def test_list_keeps_order_and_repeats_and_stops_at_100(self):
        found = rows("| makeresults count=150 | streamstats count as n | eval n=n%140 | stats list(n) as n")[0]["n"]
        self.assertEqual(found, [str(n) for n in range(1, 101)])

    def test_min_and_max_are_numeric_only_when_every_value_is(self):
        self.assertEqual(over("| stats min(size) as low max(size) as high"), [{"low": "1", "high": "100"}])
        mixed = rows('| makeresults | eval a=split("10,9,x", ",") | stats min(a) as low max(a) as high')
        self.assertEqual(mixed, [{"low": "10", "high": "x"}])

    def test_count_of_a_field_and_of_an_expression(self):
        found = over('| stats count count(size) as sized count(eval(host="a")) as a dc(app) as apps')
        self.assertEqual(found, [{"count": "5", "sized": "4", "a": "2", "apps": "2"}])

    def test_no_rows(self):
        self.assertEqual(over("| where n>9 | stats count"), [{"count": "0"}])
        self.assertEqual(over("| where n>9 | stats count by host"), [])
        self.assertEqual(over("| where n>9 | stats values(host) as host"), [])

    def test_first_last_earliest_latest(self):
        events = [event("k=1", -10), event("k=2", -30), event("k=3", -20)]
        found = rows("search * | stats first(k) as f last(k) as l earliest(k) as e latest(k) as t", events=events)
        self.assertEqual(found, [{"f": "1", "l": "2", "e": "2", "t": "1"}])

    def test_what_is_not_implemented_is_refused(self):
        for search in ("| stats perc95(size)", "| stats values(*) as *", "| streamstats time_window=5m count", "| top host"):
            with self.subTest(search), self.assertRaises((Unsupported, SearchError)):
                over(search)


class Eventstats(unittest.TestCase):
    def test_rows_with_a_null_field_stay_without_a_value(self):
        found = over("| eventstats count by host | table n count")
        self.assertEqual([row.get("count") for row in found], ["2", "2", "2", None, "2"])


class Streamstats(unittest.TestCase):
    def column(self, search: str, name: str = "v") -> list:
        return [row.get(name) for row in over(search)]

    def test_running_values(self):
        self.assertEqual(self.column("| streamstats sum(n) as v"), ["1", "3", "6", "10", "15"])

    def test_current_false_sees_the_rows_before(self):
        self.assertEqual(self.column("| streamstats current=f last(n) as v"), [None, "1", "2", "3", "4"])

    def test_by_runs_within_the_group_and_skips_null(self):
        self.assertEqual(self.column("| streamstats sum(n) as v by host"), ["1", "3", "3", None, "8"])

    def test_a_window_is_one_for_all_groups_unless_global_is_false(self):
        # Row 5 (host b): the last two rows before it are 3 (b) and 4 (no host).
        self.assertEqual(self.column("| streamstats current=f window=1 last(n) as v by host"), [None, "1", None, None, None])
        self.assertEqual(self.column("| streamstats current=f window=1 global=f last(n) as v by host"), [None, "1", None, None, "3"])

    def test_reset_on_change(self):
        data = table("g\na\na\nb\na\n")
        found = rows("| inputlookup t.csv | streamstats reset_on_change=true count as v by g", files=data)
        self.assertEqual([row["v"] for row in found], ["1", "2", "1", "1"])
        plain = rows("| inputlookup t.csv | streamstats count as v by g", files=data)
        self.assertEqual([row["v"] for row in plain], ["1", "2", "1", "3"])

    def test_reset_before_and_after(self):
        self.assertEqual(self.column('| streamstats reset_before="(n==3)" count as v'), ["1", "2", "1", "2", "3"])
        self.assertEqual(self.column('| streamstats reset_after="(n==3)" count as v'), ["1", "2", "3", "1", "2"])

    def test_reset_after_sees_the_value_of_its_row(self):
        self.assertEqual(self.column('| streamstats reset_after="(v>=3)" sum(n) as v'), ["1", "3", "3", "4", "5"])
        self.assertEqual(self.column('| streamstats reset_after="(n-v>=2)" first(n) as v'), ["1", "1", "1", "4", "4"])

    def test_a_reset_resets_every_group(self):
        data = table("host,bytes,reboot\nx,100,0\ny,200,0\nx,400,0\nx,50,1\ny,150,0\nx,100,0\n")
        found = rows('| inputlookup t.csv | streamstats reset_after="(reboot=1)" sum(bytes) as v by host', files=data)
        self.assertEqual([row["v"] for row in found], ["100", "200", "500", "550", "150", "100"])


class Timechart(unittest.TestCase):
    def test_every_span_is_there_and_counts_are_zero(self):
        events = [event("v=bad", -3600 * 2), event("v=bad", -10), event("v=good", -10), event("none", -10)]
        found = rows("search * | timechart span=1h count by v", events=events, earliest="-2h@h", latest="now")
        self.assertEqual([(row["bad"], row["good"], row["NULL"]) for row in found], [("1", "0", "0"), ("0", "0", "0"), ("1", "1", "1")])
        self.assertEqual(float(found[0]["_time"]), (NOW - 7200) // 3600 * 3600)

    def test_limit_and_useother(self):
        events = [event(f"v={v}") for v in ("a", "a", "b", "c")]
        found = rows("search * | timechart span=1h limit=1 count by v", events=events, earliest="-10m", latest="now")
        self.assertEqual({k: v for k, v in found[-1].items() if k[0] != "_"}, {"a": "2", "OTHER": "2"})
