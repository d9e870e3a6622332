#!/usr/bin/env python3
"""Prints what the official Python SDK reads in a command's replies.

Reads chunked frames from standard input and writes one line of JSON per frame:
{"metadata": {...}, "records": [{"field": "value" or ["value", ...]}, ...]}.
It is a reader that we did not write: it checks our `__mv_` cells and our quoting.
Needs `splunk-sdk` from PyPI; see README.md beside this file.
"""

import json
import sys
from io import StringIO

from splunklib.searchcommands import StreamingCommand


class Reader(StreamingCommand):
    """Lends us the frame and record readers of the SDK."""

    def stream(self, records):
        return records


def plain(value):
    """Turns the SDK's attribute views into JSON values."""
    if hasattr(value, "__dict__"):
        value = vars(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def main():
    reader = Reader()
    while True:
        chunk = reader._read_chunk(sys.stdin.buffer)
        if not chunk:
            break
        metadata, body = chunk
        records = [dict(record) for record in reader._read_csv_records(StringIO(body, newline=""))]
        print(json.dumps({"metadata": plain(metadata), "records": records}))


if __name__ == "__main__":
    main()
