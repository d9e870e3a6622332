"""The gate speaks: what fails says so, with what it had to say."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from packages import ROOT

HELPERS = ROOT / "packaging/lib/common.sh"
SCRIPTS = [ROOT / "tests/app/check", ROOT / "tests/app/dashboard/build", ROOT / "tests/app/foreign/wine.sh", ROOT / "packaging/build"]
SCRIPTS += [path for folder in ("tests/app/stages", "packaging/lib", "packaging/targets") for path in (ROOT / folder).iterdir()]
#: Fails once, or always, with a word on each of its outputs.
FLAKY = 'flaky() { echo "on stdout"; echo "on stderr" >&2; [[ -e $work/tried ]] && return "$1"; touch "$work/tried"; return 7; }'
#: (what a stage does, its exit code, what it must say, what it must not say)
CASES = [
    ("quietly good echo nothing to tell", 0, [], ["nothing to tell"]),
    ("quietly bad flaky 7", 7, ["on stdout", "on stderr", "exit code 7 of: flaky 7", "logs/bad.log"], []),
    ("twice quietly mended flaky 0; echo goes on >&2", 0, ["on stderr", "once more: quietly mended flaky 0", "goes on"], []),
    ("twice quietly broken flaky 3", 3, ["exit code 7 of: flaky 3", "once more", "exit code 3 of: flaky 3"], []),
    ("false; echo goes on >&2", 1, ["line 5: exit code 1 of: false"], ["goes on"]),
    ("false || echo expected >&2", 0, ["expected"], ["exit code"]),
]


class Helpers(unittest.TestCase):
    """A stage in a repository of its own."""

    def stage(self, action: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            helpers = Path(folder) / "packaging/lib/common.sh"
            helpers.parent.mkdir(parents=True)
            helpers.write_text(HELPERS.read_text())
            script = Path(folder) / "stage"
            script.write_text(f"set -euo pipefail\nsource {helpers}\nwork={folder}\n{FLAKY}\n{action}\n")
            return subprocess.run(["bash", script], capture_output=True, text=True, timeout=20)

    def test_what_is_said(self):
        for action, code, said, unsaid in CASES:
            with self.subTest(action):
                done = self.stage(action)
                self.assertEqual(done.returncode, code, done.stderr)
                for text in said:
                    self.assertIn(text, done.stderr)
                for text in unsaid:
                    self.assertNotIn(text, done.stdout + done.stderr)

    def test_no_script_throws_away_what_a_failure_says(self):
        for path in SCRIPTS:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                with self.subTest(f"{path.relative_to(ROOT)}:{number}"):
                    self.assertIsNone(re.search(r"&>\s*/dev/null|/dev/null\s+2>&1|--silent", line))
