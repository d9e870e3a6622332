"""eval, where, the search language, macros, and what is refused."""

import unittest

from searchhead.errors import SearchError, Unsupported
from searchhead.lexer import expand_macros, pipeline
from searchhead.timetext import relative

from .support import NOW, event, rows, table


def value(expression: str, setup: str = "x=1"):
    """What `eval v=` makes of an expression."""
    return rows(f"| makeresults | eval {setup} | eval v={expression} | fields v")[0].get("v")


class Eval(unittest.TestCase):
    CASES = [
        ('if(x=1, "yes", "no")', "yes"),
        ('if(nothing=1, "yes", "no")', "no"),
        ('if(NOT nothing=1, "yes", "no")', "no"),
        ('if(isnull(nothing) OR nothing=1, "yes", "no")', "yes"),
        ('case(x=2, "two", true(), "other")', "other"),
        ('case(x=2, "two")', None),
        ('coalesce(nothing, "y")', "y"),
        ("1+2*3", "7"),
        ("7/2", "3.5"),
        ("x/0", None),
        ('"a".x."b"', "a1b"),
        ('"a".nothing', None),
        ('len("abc")', "3"),
        ('substr("abcdef", 2, 3)', "bcd"),
        ('substr("abcdef", -2)', "ef"),
        (r'replace("a.b", "(\w)\.(\w)", "\2-\1")', "b-a"),
        (r'if(match("C:\\Temp\\x.dll", "(?i)\\\\temp\\\\"), 1, 0)', "1"),
        ('if("Abc" LIKE "A%", 1, 0)', "1"),
        ('if("Abc" LIKE "a%", 1, 0)', "0"),
        ('if(x IN ("1", "2"), 1, 0)', "1"),
        ('mvjoin(split("a b", " "), "+")', "a+b"),
        ('mvcount(split("a b", " "))', "2"),
        ("mvcount(nothing)", None),
        ('mvindex(split("a b c", " "), -1)', "c"),
        ('mvindex(split("a b c", " "), 0, 1)', ["a", "b"]),
        ('mvdedup(split("a b a", " "))', ["a", "b"]),
        ('mvfilter(match(m, "^a"))', ["a1", "a2"]),
        ('mvmap(m, m."!")', ["a1!", "b1!", "a2!"]),
        ('tonumber("ff", 16)', "255"),
        ('tonumber("x")', None),
        ("round(2.5)", "3"),
        ('strftime(1700000000.25, "%Y-%m-%dT%H:%M:%S.%3N")', "2023-11-14T22:13:20.250"),
        ('strptime("2023-11-14", "%Y-%m-%d")', "1699920000"),
        ('relative_time(1700000000, "-1d@d")', "1699833600"),
        ('if("10"<"9", 1, 0)', "0"),
        ('if("10"<"9a", 1, 0)', "1"),
        ('max(1, "b", 3)', "b"),
    ]

    def test_cases(self):
        for expression, expected in self.CASES:
            with self.subTest(expression):
                self.assertEqual(value(expression, 'x=1, m=split("a1 b1 a2", " ")'), expected)

    def test_where_takes_true_only(self):
        data = table("a\n1\n\n2\n")
        data["lookups/t.csv"] = "a,b\n1,x\n,y\n2,z\n"
        self.assertEqual([r["b"] for r in rows("| inputlookup t.csv | where a!=1", files=data)], ["z"])
        self.assertEqual([r["b"] for r in rows("| inputlookup t.csv | where NOT a=1", files=data)], ["z"])

    def test_malformed_or_unknown(self):
        for expression in ('noSuchFunction("a")', "1 + ", 'if(x=1, "a")', 'x=1', 'm="a"', '"a".1+2', "(1", '"open'):
            with self.subTest(expression), self.assertRaises((SearchError, Unsupported)):
                value(expression, 'x=1, m=split("a b", " ")')


class Search(unittest.TestCase):
    EVENTS = [event("kind=a size=1 text"), event("kind=B size=20"), event("other.word, kind=c")]

    def matches(self, terms: str) -> list[str]:
        return [row["kind"] for row in rows(terms, events=self.EVENTS)]

    def test_terms(self):
        for terms, expected in [
            ("*", "aBc"),
            ("kind=b", "B"),
            ("kind!=a", "Bc"),
            ("NOT kind=a", "Bc"),
            ("size!=1", "B"),
            ("NOT size=1", "Bc"),
            ("size>3", "B"),
            ("size=1.0", "a"),
            ("kind IN (a, C)", "ac"),
            ("kind=*", "aBc"),
            ("TEXT", "a"),
            ("tex", ""),
            ("tex*", "a"),
            ('"other.word"', "c"),
            # OR binds more strongly than AND: (kind=a OR kind=b) AND size=20.
            ("kind=a OR kind=b size=20", "B"),
            ("size=20 kind=a OR kind=b", "B"),
            ("NOT kind=a OR kind=a", "aBc"),
            ("(kind=a OR kind=b) NOT size=20", "a"),
        ]:
            with self.subTest(terms):
                self.assertEqual("".join(sorted(self.matches(terms), key="aBc".index)), expected)

    def test_time_terms_and_windows(self):
        events = [event("n=1", -30, indextime=NOW), event("n=2", -3000, indextime=NOW), event("n=3", -30, indextime=NOW - 9000)]
        self.assertEqual([r["n"] for r in rows("earliest=-10m", events=events)], ["3", "1"])
        self.assertEqual([r["n"] for r in rows("_index_earliest=-1h", events=events)], ["1", "2"])

    def test_newest_first(self):
        self.assertEqual([r["n"] for r in rows("*", events=[event("n=1", -9), event("n=2", -3)])], ["2", "1"])

    def test_subsearch_becomes_terms(self):
        data = {"lookups/t.csv": "kind,size\na,\n,20\n"}
        self.assertEqual(len(rows("[| inputlookup t.csv]", events=self.EVENTS, files=data)), 2)
        self.assertEqual(rows("[| inputlookup t.csv | where size=99]", events=self.EVENTS, files=data), [])
        raw = rows('[| makeresults | eval search="kind=B" | fields search | format]', events=self.EVENTS)
        self.assertEqual([r["kind"] for r in raw], ["B"])


class Macros(unittest.TestCase):
    STANZAS = {
        "m": {"definition": "search *"},
        "pair(2)": {"definition": "$a$ + $b$", "args": "a, b"},
        "outer(1)": {"definition": '`pair("$x$", 2)`', "args": "x"},
        "loop": {"definition": "`loop`"},
        "checked(1)": {"definition": "$n$", "args": "n", "validation": 'isnum(tonumber("$n$"))', "errormsg": "a number"},
        "bare(2)": {"definition": "$a$ $b$", "args": "a, b", "validation": "a > b", "errormsg": "a must be greater than b"},
        "told(1)": {"definition": "$n$", "args": "n", "validation": 'validate(isnum(n), "no number", n<=9, "too large")'},
        "null(1)": {"definition": "$n$", "args": "n", "validation": "n > nothing", "errormsg": "null is not true"},
    }

    def expand(self, text: str) -> str:
        return expand_macros(text, self.STANZAS.get)

    def test_expansion(self):
        self.assertEqual(self.expand("a | `m`"), "a | search *")
        self.assertEqual(self.expand('`pair(1, "x, y")`'), "1 + x, y")
        self.assertEqual(self.expand('`outer("q")`'), "q + 2")
        self.assertEqual(self.expand("`checked(7)`"), "7")

    def test_validation(self):
        self.assertEqual(self.expand("`bare(7, 6)` `told(9)`"), "7 6 9")
        for text, message in [
            ("`checked(x)`", "a number"),
            ("`bare(6, 7)`", "a must be greater than b"),
            ("`null(1)`", "null is not true"),
            ("`told(x)`", "no number"),
            ("`told(10)`", "too large"),
        ]:
            with self.subTest(text), self.assertRaisesRegex(SearchError, message):
                self.expand(text)

    def test_errors(self):
        for text in ("`nothing`", "`pair(1)`", "`loop`", "`m"):
            with self.subTest(text), self.assertRaises(SearchError):
                self.expand(text)

    def test_pipes_in_quotes_and_brackets(self):
        commands = pipeline('search a="x|y" | append [ search b | stats count ] | eval c="]|["')
        self.assertEqual([c.name for c in commands], ["search", "append", "eval"])
        self.assertEqual(commands[1].subsearches, ["search b | stats count"])

    def test_unbalanced(self):
        for text in ('search "a', "search (a", "append [ search a", "eval a=1)"):
            with self.subTest(text), self.assertRaises(SearchError):
                pipeline(text)


class Times(unittest.TestCase):
    def test_modifiers(self):
        for modifier, expected in [
            ("now", 1_700_000_000),
            ("-70m@m", 1_699_995_780),
            ("@d", 1_699_920_000),
            ("-1mon@mon", 1_696_118_400),
            ("@w1", 1_699_833_600),
            ("+1h", 1_700_003_600),
            ("-2h@h", 1_699_992_000),
            ("1699999999", 1_699_999_999),
        ]:
            with self.subTest(modifier):
                self.assertEqual(relative(NOW, modifier), expected)

    def test_what_is_no_modifier(self):
        for modifier in ("-70q@z", "-24h@", "yesterday", "-1.5h", "h"):
            with self.subTest(modifier), self.assertRaises(SearchError):
                relative(NOW, modifier)
