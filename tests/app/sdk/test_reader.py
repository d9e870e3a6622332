"""What the official SDK reads in a reply is what splunkd's own form says: metadata, cells, `__mv_` cells.

SDK_PYTHON is the interpreter that has splunk-sdk; it runs tests/bench/sdk_reader.py, a reader that we did not write.
"""

import json
import os
import subprocess
from pathlib import Path

from foreign.test_exchange import GETINFO, chunk
from searches.events import Host
from searches.support import EVIL, NOW, Installed
from searchhead.chunked import body, rows_of

READER = Path(__file__).resolve().parents[2] / "bench" / "sdk_reader.py"
COLUMNS = ["_raw", "_time", "host", "tags", "_chunked_idx"]


def rows() -> list[dict]:
    """Events whose cells and reasons hold what multi-value cells are written with: `$`, `;`, quotes, line feeds."""
    host = Host("web01.example.com")
    host.install(NOW - 60, 'Cost$ "high"; $$', EVIL)
    host.install(NOW - 30, "StaticFileModule", "C:\\Temp\\$x$;y.dll\n")
    tags = [["one", "two;$", 'th"ree'], ["a\nb", "$"], "single", None]
    return [
        {"_raw": event.raw, "_time": str(event.time), "host": event.host, "tags": tags[number % 4], "_chunked_idx": str(number)}
        for number, event in enumerate(host.events)
    ]


class Reader(Installed):
    """One search, its replies read twice."""

    def test_the_sdk_reads_what_was_written(self):
        sent = rows()
        # The SDK does not decode getinfo's reply, which has no rows: its own replies are execute replies.
        stream = chunk(GETINFO) + chunk({"action": "execute", "finished": True}, body(sent, COLUMNS))
        binary = str(self.app / "linux_x86_64/bin/iismodcheck")
        replies = subprocess.run([binary], input=stream, capture_output=True, check=True, timeout=60).stdout
        read = subprocess.run(
            [os.environ["SDK_PYTHON"], str(READER)], input=replies, capture_output=True, check=True, timeout=60
        ).stdout
        setup, execute = [json.loads(line) for line in read.splitlines()]
        self.assertEqual(setup["metadata"]["type"], "stateful")
        self.assertIn("_raw", setup["metadata"]["required_fields"])
        told = execute["metadata"].pop("inspector")["messages"]
        self.assertEqual([level for level, _ in told], ["INFO"], "what decided, and nothing else")
        self.assertEqual(execute["metadata"], {"finished": True})

        _, ours = rows_of(self.execute_body(replies))
        theirs = [
            {name: value for name, value in record.items() if value and not name.startswith("__mv_")}
            for record in execute["records"]
        ]
        self.assertEqual(theirs, ours)
        for record, row in zip(theirs, sent, strict=True):
            self.assertEqual({name: record.get(name) for name in COLUMNS}, row)
        reasons = [record["iis_module_reasons"] for record in theirs if isinstance(record.get("iis_module_reasons"), list)]
        self.assertTrue(any("location_temp" in several for several in reasons), reasons)

    def execute_body(self, replies: bytes) -> bytes:
        """The body of the second reply."""
        for _ in range(2):
            line, _, replies = replies.partition(b"\n")
            head, length = (int(size) for size in line.split(b",")[1:])
            content, replies = replies[head : head + length], replies[head + length :]
        return content
