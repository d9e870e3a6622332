"""The same job on the official Python SDK, written as a fair user would: find the module in the message, or in the XML of the raw
event, look it up in a set of known names, add the fields. It does far less than iismodcheck (no paths, no roots, no lookalikes).
`--selected FIELD` asks for that field alone."""

import re
import sys

from splunklib.searchcommands import Configuration, StreamingCommand, dispatch

ELEMENT = r"/system\.webServer/(globalModules|modules)/(?:add|remove)\[@name=\"(.*?)\"\](?:/@(\w+))?"
FORMS = {
    "Message": re.compile(rf"^Changes to '{ELEMENT}' at '(.*)' have successfully been committed\.?\s*$"),
    "_raw": re.compile(rf"<Data Name='ConfigPath'>(?P<place>[^<]*)</Data>.*?<Data Name='Configuration'>{ELEMENT}</Data>"),
}
KNOWN = {"StaticFileModule", "HttpLoggingModule", "DefaultDocumentModule", "RequestFilteringModule", "RewriteModule"}


def option(name):
    """The value behind an option, taken from the arguments: the SDK would not know it."""
    if name not in sys.argv:
        return None
    place = sys.argv.index(name)
    value = sys.argv[place + 1]
    del sys.argv[place:place + 2]
    return value


SELECTED = option("--selected")
FIELD = SELECTED or "Message"
FORM = FORMS[FIELD]


class Check(StreamingCommand):
    def stream(self, records):
        for record in records:
            match = FORM.search(record.get(FIELD) or "")
            if match:
                if FIELD == "Message":
                    section, name, attribute, place = match.groups()
                else:
                    place, section, name, attribute = match.groups()
                record["iis_module_name"] = name
                record["iis_module_section"] = section
                record["iis_module_attribute"] = attribute or "element"
                record["iis_config_path"] = place
                record["iis_module_verdict"] = "incomplete" if name in KNOWN else "unknown"
                record["iis_module_severity"] = "info" if name in KNOWN else "medium"
            else:
                for field in ("name", "section", "attribute", "verdict", "severity"):
                    record["iis_module_" + field] = ""
                record["iis_config_path"] = ""
            yield record


OPTIONS = {"required_fields": [SELECTED]} if SELECTED else {}
Command = Configuration(**OPTIONS)(Check)
dispatch(Command, sys.argv, sys.stdin, sys.stdout, "__main__")
