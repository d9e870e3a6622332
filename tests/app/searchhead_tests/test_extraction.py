"""Search-time fields: automatic key=value, props and transforms, event types, visibility of an app's objects."""

import unittest

from searchhead.errors import Unsupported
from searchhead.limits import Limits

from .support import event, rows

CLASSIC = """12/19/2022 06:40:32 PM
LogName=Microsoft-IIS-Configuration/Operational
EventCode=29
Message=Changes to '/system.webServer/modules/add[@name="x" NewValue=C:\\evil.dll Computer=dev01"]' at 'MACHINE' done."""


class Automatic(unittest.TestCase):
    def test_a_value_ends_at_its_first_blank_and_a_crafted_name_forges_fields(self):
        row = rows("*", events=[event(CLASSIC)])[0]
        self.assertEqual(row["EventCode"], "29")
        self.assertEqual(row["Message"], "Changes")
        self.assertEqual((row["name"], row["NewValue"], row["Computer"]), ("x", "C:\\evil.dll", "dev01"))

    def test_the_first_of_several_values_wins(self):
        self.assertEqual(rows("*", events=[event("a=1 a=2")])[0]["a"], "1")


class Props(unittest.TestCase):
    FILES = {
        "default/props.conf": r"""
            [t]
            KV_MODE = none
            EXTRACT-a = (?ms)^Message=(?<Message>.+?)\s*\z
            REPORT-x = pairs, named
            FIELDALIAS-b = one AS uno
            EVAL-sum = one+two
            EVAL-shadow = sum
            EVAL-gone = nothing
            [source::Xml...:chan*]
            EXTRACT-s = (?<by_source>\w+)
            """,
        "default/transforms.conf": r"""
            [pairs]
            REGEX = <(\w+)>([^<]*)</
            FORMAT = $1::$2
            [named]
            REGEX = where=(?<place>\S+)
            """,
        "default/eventtypes.conf": "[change]\nsearch = one=1\n",
        "default/tags.conf": "[eventtype=change]\nchange = enabled\nnoise = disabled\n",
    }

    def test_order_and_rules(self):
        row = rows("*", files=self.FILES, events=[event("<one>1</one><two>2</two><empty></empty> where=here k=v\nMessage=a b\nc\n")])[0]
        expected = {"one": "1", "two": "2", "uno": "1", "sum": "3", "place": "here", "Message": "a b\nc"}
        self.assertEqual({key: row.get(key) for key in expected}, expected)
        for absent in ("k", "empty", "gone", "shadow"):
            self.assertNotIn(absent, row)

    def test_event_types_and_tags(self):
        found = rows("tag=change", files=self.FILES, events=[event("<one>1</one>"), event("<one>2</one>")])
        self.assertEqual([(row["eventtype"], row["tag"]) for row in found], [("change", "change")])

    def test_source_patterns(self):
        found = rows("*", files=self.FILES, events=[event("word", source="XmlAny:thing:channel"), event("word", -70, source="Xml:thing/chan")])
        self.assertEqual([row.get("by_source") for row in found], ["word", None])

    def test_an_automatic_lookup_leaves_events_without_its_field_alone(self):
        for output, expected in [("OUTPUT", ["of the table", None, "own"]), ("OUTPUTNEW", ["own", "own", "own"])]:
            files = {
                "default/props.conf": f"[t]\nLOOKUP-x = table key {output} label\n",
                "default/transforms.conf": "[table]\nfilename = t.csv\n",
                "lookups/t.csv": "key,label\na,of the table\n",
            }
            found = rows("*", files=files, events=[event(f"{key} label=own", at) for at, key in ((-1, "key=a"), (-2, "key=b"), (-3, ""))])
            with self.subTest(output):
                self.assertEqual([row.get("label") for row in found], expected)

    def test_a_flat_object_of_json(self):
        files, object_ = {"default/props.conf": "[t]\nKV_MODE = json\n"}, r'{"a":"C:\\x \"y\"","n":12,"empty":"","end":1}'
        whole = {"a": r'C:\x "y"', "n": "12", "end": "1"}
        for text, limits, expected in [
            (object_, Limits(), whole),
            (object_, Limits(json_bytes=len(object_)), whole),
            (object_, Limits(json_bytes=len(object_) - 3), {"a": whole["a"], "n": "12"}),
            (object_[:-3], Limits(), {}),
            ("a=1", Limits(), {}),
        ]:
            row = rows("*", files=files, events=[event(text)], limits=limits)[0]
            self.assertEqual({name: row[name] for name in ("a", "n", "empty", "end") if name in row}, expected, text)
        for text in ('{"a":[1]}', '{"a":{"b":1}}', '{"a":null}', '{"a":true}'):
            with self.assertRaises(Unsupported):
                rows("*", files=files, events=[event(text)])

    def test_unknown_keys_are_refused(self):
        with self.assertRaises(Unsupported):
            rows("*", files={"default/props.conf": "[t]\nKV_MODE = xml\n"}, events=[event("a")])
        with self.assertRaises(Unsupported):
            rows("*", files={"default/props.conf": "[t]\nEXTRAKT-a = x\n"}, events=[event("a")])
