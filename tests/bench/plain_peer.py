"""The job of sdk_peer.py in plain Python, without the SDK: reads frames and CSV with the standard library. What a careful author
who knows the protocol gets out of Python."""

import csv
import io
import re
import sys

FORM = re.compile(
    r"^Changes to '/system\.webServer/(globalModules|modules)/(add|remove)\[@name=\"(.*)\"\](?:/@(\w+))?' "
    r"at '(.*)' have successfully been committed\.?\s*$"
)
KNOWN = {"StaticFileModule", "HttpLoggingModule", "DefaultDocumentModule", "RequestFilteringModule", "RewriteModule"}
ADDED = ["iis_module_name", "iis_module_section", "iis_module_attribute", "iis_config_path", "iis_module_verdict",
         "iis_module_severity"]


def answer(text):
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, None)
    if header is None:
        return ""
    place = header.index("Message")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header + ADDED)
    for row in reader:
        match = FORM.match(row[place])
        if match:
            section, _element, name, attribute, config_path = match.groups()
            known = name in KNOWN
            row += [name, section, attribute or "element", config_path, "incomplete" if known else "unknown",
                    "info" if known else "medium"]
        else:
            row += [""] * len(ADDED)
        writer.writerow(row)
    return out.getvalue()


def main():
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        header = source.readline()
        if not header:
            return
        metadata, length = (int(part) for part in header.split(b",")[1:])
        asked, payload = source.read(metadata), source.read(length)
        if b"getinfo" in asked:
            reply, payload = b'{"type":"streaming","required_fields":["Message"]}', b""
        else:
            reply = b'{"finished":true}' if b'"finished":true' in asked else b'{"finished":false}'
            payload = answer(payload.decode()).encode()
        sink.write(b"chunked 1.0,%d,%d\n" % (len(reply), len(payload)) + reply + payload)
        sink.flush()


main()
