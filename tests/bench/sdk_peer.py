"""The same job on the official Python SDK, written as a fair user would: find the module in the message, look it up in
a set of known names, add the fields. It does far less than iismodcheck (no paths, no roots, no lookalikes)."""

import re
import sys

from splunklib.searchcommands import Configuration, StreamingCommand, dispatch

FORM = re.compile(
    r"^Changes to '/system\.webServer/(globalModules|modules)/(add|remove)\[@name=\"(.*)\"\](?:/@(\w+))?' "
    r"at '(.*)' have successfully been committed\.?\s*$"
)
KNOWN = {"StaticFileModule", "HttpLoggingModule", "DefaultDocumentModule", "RequestFilteringModule", "RewriteModule"}


class Check(StreamingCommand):
    def stream(self, records):
        for record in records:
            match = FORM.match(record.get("Message") or "")
            if match:
                section, _element, name, attribute, place = match.groups()
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


options = {"required_fields": ["Message"]} if "--selected" in sys.argv else {}
sys.argv = [argument for argument in sys.argv if argument != "--selected"]
Command = Configuration(**options)(Check)
dispatch(Command, sys.argv, sys.stdin, sys.stdout, "__main__")
