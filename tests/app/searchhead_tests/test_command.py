"""The protocol peer, seen from a small command written for the purpose, and what runs on which machine."""

import shutil
import tempfile
import unittest
from pathlib import Path

from searchhead.bundle import replicate
from searchhead.chunked import body, join_multivalue, quote, rows_of, split_multivalue
from searchhead.errors import SearchError
from searchhead.external import _arguments
from searchhead.instance import Instance
from searchhead.job import Peer, SearchHead
from searchhead.store import EventStore

from .support import NOW, app, event, run

# A chunked command: adds `seen` (the columns it was sent) and `double`; its arguments choose how it misbehaves.
COMMAND = '''\
#!/usr/bin/env python3
import csv, io, json, sys, os
inp, out = sys.stdin.buffer, sys.stdout.buffer
def reply(meta, body=""):
    m, b = json.dumps(meta).encode(), body.encode()
    out.write(b"chunked 1.0,%d,%d\\n" % (len(m), len(b)) + m + b); out.flush()
args = []
while True:
    head = inp.readline()
    if not head:
        sys.exit(3 if "exit" in args else 0)
    _, m, b = head.decode().split(",")
    meta, text = json.loads(inp.read(int(m))), inp.read(int(b)).decode()
    if meta["action"] == "getinfo":
        args = sys.argv[1:] + meta["searchinfo"]["args"]
        info = {"type": "streaming" if "distributed=true" in args else "stateful"}
        if "all" not in args:
            info["required_fields"] = ["n", "m"]
        if "error" in args:
            info.update(inspector={"messages": [["WARN", "before"]]}, error="no good", finished=True)
        if "order" in args:
            info = {"error": "x", "inspector": {"messages": []}}
        if "unknown" in args:
            info["maxinputs"] = 1
        reply(info)
        continue
    if "die" in args:
        sys.exit(5)
    if "noise" in args:
        sys.stderr.write("noise\\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    names = list(rows[0]) if rows else text.strip().replace('"', "").split(",")
    names = [n for n in names if n not in ("seen", "__mv_seen")] + ["seen", "__mv_seen", "where"]
    s = io.StringIO()
    w = csv.DictWriter(s, names, lineterminator="\\n", restval="")
    w.writeheader()
    for i, row in enumerate(rows):
        plain = [c for c in row if not c.startswith("__mv_")]
        row["seen"], row["__mv_seen"] = "\\n".join(plain), ";".join("$" + c + "$" for c in plain)
        row["where"] = os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0])))
        if "shuffle" in args: row["_chunked_idx"] = str(i + 1)
        w.writerow(row)
        if "drop" in args: break
    reply({"finished": meta["finished"], "inspector": {"messages": [["INFO", "same"]]}}, s.getvalue())
'''
FILES = {
    "default/commands.conf": "[demo]\nchunked = true\nfilename = demo\n",
    "linux_x86_64/bin/demo": COMMAND,
    "default/distsearch.conf": "[replicationAllowlist]\ndemo = apps/demo/linux_x86_64/bin/...\n",
}
EVENTS = [event("n=1 m=a k=v"), event('n=2 m="x, y"', -70)]


class Exchange(unittest.TestCase):
    def test_selected_fields_are_sent_and_merged_back(self):
        found = run("search * | demo", files=FILES, events=EVENTS)
        self.assertEqual([row["seen"] for row in found.rows], [["n", "m", "_chunked_idx"]] * 2)
        self.assertEqual([row.get("k") for row in found.rows], ["v", None])
        self.assertEqual(found.rows[1]["m"], "x, y")
        self.assertNotIn("_chunked_idx", found.rows[0])
        self.assertEqual(found.messages, [("INFO", "same")])

    def test_all_fields_replace_the_rows(self):
        found = run("search * | demo all", files=FILES, events=EVENTS).rows
        self.assertIn("_raw", found[0]["seen"])
        self.assertNotIn("_chunked_idx", found[0]["seen"])

    def test_chunks_of_one_row_give_the_same(self):
        self.assertEqual(
            [{**row, "where": ""} for row in run("search * | demo", files=FILES, events=EVENTS).rows],
            [{**row, "where": ""} for row in run("search * | demo", files=FILES, events=EVENTS, chunk_rows=1).rows],
        )

    def test_errors_read_as_in_the_search_bar(self):
        for arguments, text in [
            ("error", "Error in 'demo' command: no good"),
            ("exit", "non-zero error code 3"),
            ("die", "non-zero error code 5"),
            ("noise", "wrote to stderr: noise"),
            ("order", "'error' before 'inspector'"),
            ("unknown", "Unsupported metadata field sent by custom search command: maxinputs"),
            ("shuffle", "did not echo _chunked_idx"),
            ("drop", "answered 1 rows to 2"),
        ]:
            with self.subTest(arguments), self.assertRaises(SearchError) as caught:
                run(f"search * | demo {arguments}", files=FILES, events=EVENTS)
            self.assertIn(text, str(caught.exception))

    def test_unknown_command_and_missing_executable(self):
        with self.assertRaisesRegex(SearchError, "Unknown search command 'demi'"):
            run("search * | demi", files=FILES)
        with self.assertRaisesRegex(SearchError, "Cannot find program"):
            run("search * | demo", files={**FILES, "linux_x86_64/bin/demo": "", "default/commands.conf": "[demo]\nchunked = 1\nfilename = x\n"})


class Resolution(unittest.TestCase):
    def path(self, files: dict, platform: str = "linux_x86_64") -> str:
        with app(files) as instance:
            context = type("C", (), {"user": "admin", "app": "demo"})
            found = Instance(instance.apps_folder, platform).executable("demo", context)[0]
            return found.relative_to(instance.apps_folder / "demo").as_posix()

    def test_platform_directory_before_bin(self):
        files = {**FILES, "bin/demo": "", "windows_x86_64/bin/demo.exe": "", "default/commands.conf": "[demo]\nchunked = true\n"}
        self.assertEqual(self.path(files), "linux_x86_64/bin/demo")
        self.assertEqual(self.path(files, "linux_aarch64"), "bin/demo")
        self.assertEqual(self.path(files, "windows_x86_64"), "windows_x86_64/bin/demo.exe")


class Distributed(unittest.TestCase):
    def placed(self, search: str):
        with app(FILES) as head, tempfile.TemporaryDirectory() as folder:
            stores = [EventStore("p1", EVENTS[:1]), EventStore("p2", EVENTS[1:])]
            peers = []
            for store in stores:
                peers.append(Peer(store, Instance(replicate(head, Path(folder) / store.server))))
            found = SearchHead(head, peers=peers).run(search, now=NOW, app="demo")
            return found.placed, [row["where"].removeprefix(folder)[:4] for row in found.rows]

    def test_streaming_runs_on_each_peer_from_its_bundle(self):
        placed, where = self.placed("search * | eval x=1 | demo distributed=true")
        self.assertEqual(placed, [("demo", "peer")] * 2)
        self.assertEqual(where, ["/p1/", "/p2/"])

    def test_stateful_and_what_follows_a_local_command_runs_on_the_search_head(self):
        self.assertEqual(self.placed("search * | demo")[0], [("demo", "search head")])
        self.assertEqual(self.placed("search * | sort 0 n | demo distributed=true")[0], [("demo", "search head")])

    def test_the_bundle_obeys_distsearch(self):
        files = {**FILES, "lookups/a.csv": "a\n1\n", "bin/x": "", "static/i.png": "", "README.md": ""}

        def bundle(distsearch: str) -> list[str]:
            with app({**files, "default/distsearch.conf": distsearch}) as head, tempfile.TemporaryDirectory() as folder:
                apps = replicate(head, Path(folder))
                shipped = [p.relative_to(apps / "demo").as_posix() for p in apps.rglob("*") if p.is_file()]
                shutil.rmtree(apps)
                return sorted(p for p in shipped if not p.endswith((".conf", ".meta")))

        self.assertEqual(bundle(""), ["bin/x", "lookups/a.csv"])
        self.assertEqual(bundle(FILES["default/distsearch.conf"]), ["bin/x", "linux_x86_64/bin/demo", "lookups/a.csv"])
        denied = "[replicationDenylist]\nd = apps[/\\\\]demo(-[0-9.]+)?(.spl)?[/\\\\]linux_x86_64[/\\\\]bin[/\\\\]...\n"
        self.assertEqual(bundle(FILES["default/distsearch.conf"] + denied), ["bin/x", "lookups/a.csv"])


class Encoding(unittest.TestCase):
    def test_cells_are_quoted_like_splunkd(self):
        self.assertEqual([quote(v) for v in ("abc9", "", "1.5", 'a"b', "é")], ["abc9", "", '"1.5"', '"a""b"', '"é"'])

    def test_multivalue_round_trip(self):
        for values in (["a", "b"], ["", "x$y", "a;b\nc"], ["$$", "$"]):
            self.assertEqual(split_multivalue(join_multivalue(values)), values)
        self.assertEqual(join_multivalue(["one"]), "")
        with self.assertRaises(SearchError):
            split_multivalue("$a$x")

    def test_bytes_that_are_not_utf8_survive(self):
        sent = [{"a": b"\xff\xfe".decode("utf-8", "surrogateescape")}]
        self.assertEqual(rows_of(body(sent, ["a"])), (["a"], sent))

    def test_arguments_as_recorded(self):
        self.assertEqual(
            _arguments('a=one b = "two" "c"="three"'),
            (["a=one", "b", "=", "two", "c=three"], ["a=one", "b", "=", '"two"', '"c"="three"']),
        )
        self.assertEqual(_arguments(r'r="A \"b\" C"')[0], ['r=A "b" C'])
