"""What to do about a finding: the app says of each row of the tables of verdicts what the program says of it."""

import re
from pathlib import Path

from searchhead.job import SearchHead
from searchhead.instance import Instance
from searchhead.store import EventStore
from searchhead.values import Table

from .support import NOW, USERS, Installed

#: Written by tests/it/advice.rs: verdict, severity, action, kind, whether a type is named, reasons, case, what to do.
TOLD = Path(__file__).parents[3] / "tests/it/snapshots/advice.snap"
COLUMNS = ("iis_module_verdict", "iis_module_severity", "iis_module_action", "iis_module_kind", "iis_module_type", "iis_module_reasons")
STEPS = ("iis_secure", "iis_change_then", "iis_take_out")


def rows(*, filled: bool) -> list[tuple[dict, str, str]]:
    """Each row, its case and what to do; columns without a value are missing, or `-` where a search has filled them."""
    found = []
    for line in TOLD.read_text(encoding="utf-8").split("\n---\n", 1)[1].strip().split("\n"):
        *cells, case, todo = line.split(" | ")
        row = {name: cell for name, cell in zip(COLUMNS, cells, strict=True) if cell}
        if "iis_module_reasons" in row:
            row["iis_module_reasons"] = row["iis_module_reasons"].split(" ")
        if filled:
            row = dict.fromkeys(COLUMNS[2:5], "-") | row
        found.append((row, case, todo))
    return found


class Advice(Installed):
    """The macros over rows."""

    def explained(self, given: list[dict]) -> list[dict]:
        head = SearchHead(Instance(self.apps, users=USERS), EventStore("standalone"))
        return head.run("| `iismodcheck_explain`", now=NOW, base=Table(given)).rows

    def test_each_row_of_the_tables_of_verdicts(self):
        for filled in (False, True):
            expected = rows(filled=filled)
            self.assertGreater(len(expected), 250)
            found = self.explained([dict(row) for row, _, _ in expected])
            for (row, case, todo), told in zip(expected, found, strict=True):
                with self.subTest(row=row):
                    self.assertEqual(told["iis_response"], case)
                    self.assertEqual(told["iis_next"].removesuffix(" If it belongs there, allow it from the dashboard."), f"{todo[0].upper()}{todo[1:]}.")

    def test_the_steps_of_a_case_are_lines_of_a_mail(self):
        seen = {}
        for told in self.explained([row for row, _, _ in rows(filled=False)]):
            seen.setdefault(told["iis_response"], []).append([told[name] for name in STEPS])
        self.assertEqual(len(seen), 8)
        for case, steps in seen.items():
            with self.subTest(case):
                self.assertEqual(len({tuple(texts) for texts in steps}), 1)
                for text in steps[0]:
                    self.assertLess(len(text), 1500)
                    self.assertIsNone(re.search(r"[\n`$]|[^\x20-\x7e]", text), text)
        self.assertEqual(seen["-"][0], ["-"] * 3)
        self.assertIn(r"C:\Windows\System32\winevt\Logs", seen["native"][0][0])

    def test_the_twin_of_a_dll(self):
        row = {"iis_module_verdict": "unknown", "iis_module_severity": "medium", "iis_module_action": "added", "iis_module_kind": "native"}
        images = {r"%windir%\System32\x.dll": True, r"C:\WINDOWS\syswow64\x.dll": True, r"D:\Apps\x.dll": False, r"D:\System32x\x.dll": False}
        found = self.explained([row | {"iis_module_image": image} for image in images])
        self.assertEqual(["Its twin" in told["iis_secure"] for told in found], list(images.values()))

    def test_what_is_about_the_search_asks_for_no_steps_on_a_host(self):
        row = {"iis_module_verdict": "unknown", "iis_module_severity": "high", "iis_module_name": "x"}
        found = self.explained([
            row | {"iis_module_action": "undecided"},
            row | {"iis_module_action": "added", "iis_module_reasons": ["limit_reached"]},
            row | {"iis_module_action": "added", "iis_module_reasons": ["location_temp"]},
        ])
        self.assertEqual([told["iis_response"] for told in found], ["-", "-", "native"])
        self.assertEqual([told["iis_next"].split(" ")[0] for told in found], ["Mend", "Raise", "Dump"])
