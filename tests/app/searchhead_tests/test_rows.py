"""sort, dedup, rename, fields, table, fillnull, multi-value commands, lookups and who may write them."""

import unittest

from searchhead.errors import SearchError, Unsupported

from .support import app, event, rows, table
from .support import NOW, SearchHead

DATA = table("n,v\n1,10\n2,9\n3,\n4,b\n5,a\n")


def order(search: str, **options) -> str:
    return "".join(row["n"] for row in rows(f"| inputlookup t.csv {search}", files=DATA, **options))


class Order(unittest.TestCase):
    def test_sort(self):
        for search, expected in [
            ("| where n<4 | sort v", "213"),
            ("| where n<4 | sort - v", "123"),
            ("| where n<4 | sort -v", "123"),
            ("| where n<4 | sort str(v)", "123"),
            ("| sort 2 - n", "54"),
            ("| sort 0 -num(n)", "54321"),
            ("| where n>3 | sort v, - n", "54"),
        ]:
            with self.subTest(search):
                self.assertEqual(order(search), expected)

    def test_numbers_beside_texts_can_be_tried_both_ways(self):
        self.assertEqual(order("| sort v"), "21543")
        self.assertEqual(order("| sort v", numbers_first=False), "54213")

    def test_sort_is_limited_unless_told_zero(self):
        self.assertEqual(len(rows("| makeresults count=10050 | sort _time")), 10000)
        self.assertEqual(len(rows("| makeresults count=10050 | sort 0 _time")), 10050)

    def test_dedup_drops_rows_without_the_field(self):
        self.assertEqual(order("| dedup v"), "1245")
        self.assertEqual(order("| dedup keepempty=t v"), "12345")

    def test_head_and_reverse(self):
        self.assertEqual(order("| head 2"), "12")
        self.assertEqual(order("| reverse"), "54321")

    def test_refused(self):
        for search in ("| sort ip(v)", "| dedup n consecutive=t", "| dedup n sortby v", "| head n>2"):
            with self.subTest(search), self.assertRaises((Unsupported, SearchError)):
                order(search)


class Columns(unittest.TestCase):
    def test_rename_overwrites_and_takes_wildcards(self):
        found = rows("| inputlookup t.csv | head 1 | rename n AS v", files=DATA)
        self.assertEqual(found, [{"v": "1"}])
        found = rows("| inputlookup t.csv | head 1 | rename * AS x_*", files=DATA)
        self.assertEqual(found, [{"x_n": "1", "x_v": "10"}])

    def test_fields_keeps_time_and_raw_and_table_does_not(self):
        events = [event("a=1 b=2")]
        self.assertEqual(set(rows("* | fields a", events=events)[0]), {"a", "_time", "_raw"})
        self.assertEqual(set(rows("* | table a nothing", events=events)[0]), {"a"})
        self.assertEqual(set(rows("* | table a b | fields - a", events=events)[0]), {"b"})

    def test_fillnull(self):
        found = rows('| inputlookup t.csv | where n=3 | fillnull value="-" v w', files=DATA)
        self.assertEqual(found, [{"n": "3", "v": "-", "w": "-"}])

    def test_makemv_and_mvexpand(self):
        found = rows('| makeresults | eval a="x;y;;z" | makemv delim=";" a | mvexpand a | table a')
        self.assertEqual([row["a"] for row in found], ["x", "y", "z"])

    def test_rex_and_convert(self):
        found = rows(r'| makeresults | eval a="k1 k2" | rex field=a max_match=0 "k(?<d>\d)" | table d')
        self.assertEqual(found, [{"d": ["1", "2"]}])
        found = rows('| makeresults | convert timeformat="%Y" ctime(_time) AS y | table y')
        self.assertEqual(found, [{"y": "2023"}])


class Lookups(unittest.TestCase):
    FILES = {
        "default/transforms.conf": """\
            [plain]
            filename = t.csv
            [loose]
            filename = t.csv
            case_sensitive_match = false
            match_type = WILDCARD(image)
            min_matches = 1
            default_match = none
            [other]
            filename = other.csv
            [kept]
            filename = other.csv
            check_permission = true
            """,
        "lookups/t.csv": "image,label\nC:\\Windows\\*,system\nx.dll,first\nx.dll,second\n",
        "metadata/default.meta": """\
            []
            access = read : [ * ], write : [ admin ]
            [lookups/other.csv]
            access = read : [ * ], write : [ keeper ]
            """,
    }

    def label(self, name: str, image: str):
        return rows(f'| makeresults | eval image="{image}" | lookup {name} image OUTPUT label | table label', files=self.FILES)[0].get("label")

    def test_matching(self):
        self.assertEqual(self.label("plain", "x.dll"), ["first", "second"])
        self.assertIsNone(self.label("plain", "X.DLL"))
        self.assertEqual(self.label("loose", "X.DLL"), ["first", "second"])
        self.assertEqual(self.label("loose", "c:\\\\windows\\\\a.dll"), "system")
        self.assertEqual(self.label("loose", "none.dll"), "none")

    def test_a_missing_file_is_empty_unless_strict(self):
        self.assertEqual(rows("| inputlookup other", files=self.FILES), [])
        with self.assertRaises(SearchError):
            rows("| inputlookup strict=true other", files=self.FILES)

    def head(self, search: str, user: str = "admin", files=()):
        """Runs a search and gives what other.csv holds then."""
        with app({**self.FILES, **dict(files)}, users={"admin": ("admin",), "guest": ("user",), "kim": ("user", "keeper")}) as instance:
            (instance.apps_folder / "demo/default/authorize.conf").write_text("[role_keeper]\nimportRoles = user\n")
            path = instance.apps_folder / "demo/lookups/other.csv"
            path.write_text("a,b\n1,2\n")
            SearchHead(instance).run(search, now=NOW, user=user, app="demo")
            return path.read_text()

    def test_outputlookup(self):
        search = '| makeresults | eval a="3", c="4" | table a c '
        self.assertEqual(self.head(search + "| outputlookup other"), "a,c\n3,4\n")
        self.assertEqual(self.head(search + "| outputlookup append=t other"), "a,b\n1,2\n3,\n")
        self.assertEqual(self.head(search + "| inputlookup append=t other | outputlookup other"), "a,c,b\n3,4,\n1,,2\n")

    def test_who_may_write(self):
        asked = {"default/limits.conf": "[outputlookup]\noutputlookup_check_permission = true\n"}
        elsewhere = {"default/limits.conf": "[lookup]\noutputlookup_check_permission = true\n"}
        for name, files, anyone in [
            ("kept", {}, True),
            ("kept", elsewhere, True),
            ("other", asked, True),
            ("kept", asked, False),
        ]:
            with self.subTest(lookup=name, files=files):
                search = f'| makeresults | eval a="3" | table a | outputlookup {name}'
                self.assertEqual(self.head(search, user="kim", files=files), "a\n3\n")
                if anyone:
                    self.assertEqual(self.head(search, user="guest", files=files), "a\n3\n")
                else:
                    with self.assertRaises(SearchError):
                        self.head(search, user="guest", files=files)

    def test_rest_lists_saved_searches(self):
        saved = "[on]\nenableSched = 1\ncron_schedule = 7 * * * *\n[off]\ndisabled = true\n[hidden]\n"
        files = {
            "default/savedsearches.conf": saved,
            "metadata/default.meta": "[]\naccess = read : [ * ]\n[savedsearches/hidden]\naccess = read : [ keeper ]\n",
        }
        search = "| rest /servicesNS/-/demo/saved/searches splunk_server=local count=0 | table title disabled is_scheduled cron_schedule eai:acl.app"
        found = rows(search, files=files, user="guest")
        on = {"title": "on", "disabled": "0", "is_scheduled": "1", "cron_schedule": "7 * * * *", "eai:acl.app": "demo"}
        self.assertEqual(found, [on, {"title": "off", "disabled": "1", "is_scheduled": "0", "eai:acl.app": "demo"}])
        self.assertEqual(len(rows(search, files=files)), 3)
        self.assertEqual(rows(search.replace("/-/demo", "/-/other"), files=files), [], "nothing is exported")
        for refused in ("/services/server/info splunk_server=local", "/servicesNS/-/demo/saved/searches", "/servicesNS/-/demo/saved/searches timeout=9"):
            with self.subTest(refused), self.assertRaises(Unsupported):
                rows(f"| rest {refused}", files=files)

    def test_internal_indexes_are_named(self):
        events = [event("a=1", index="_internal"), event("a=2", index="main")]
        for terms, expected in [("index=*", ["2"]), ("index=_*", ["1"]), ("index=_internal", ["1"]), ("index=main", ["2"])]:
            with self.subTest(terms):
                self.assertEqual([row["a"] for row in rows(terms, events=events)], expected)

    def test_appendpipe(self):
        idiom = "| appendpipe [ stats count as n | where n=0 | eval label=\"nothing\" | fields - n ] | table label"
        for search, expected in [("| where label=\"none\"", ["nothing"]), ("| head 1", ["system"])]:
            with self.subTest(search):
                found = rows(f"| inputlookup plain {search} {idiom}", files=self.FILES)
                self.assertEqual([row["label"] for row in found], expected)

    def test_append(self):
        found = rows("| inputlookup plain | head 1 | append [ | makeresults | eval label=\"z\" | table label ]", files=self.FILES)
        self.assertEqual([row["label"] for row in found], ["system", "z"])
        window = {"events": [event("a=1", -600), event("a=2", -60)], "earliest": "-5m", "latest": "now"}
        found = rows("* | append [ search earliest=-1h * ] | addinfo | table a info_min_time", **window)
        self.assertEqual([row["a"] for row in found], ["2", "2", "1"])
        self.assertEqual({row["info_min_time"] for row in found}, {f"{NOW - 300:.0f}"}, "the window of the search itself")
