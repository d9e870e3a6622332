"""Dashboard Studio definitions: what Splunk's own validator does not see."""

import json
import re
import xml.etree.ElementTree as ET

from .package import Package

_TOP = {"title", "description", "inputs", "defaults", "visualizations", "dataSources", "layout", "applicationProperties", "expressions"}
_SEARCH_OPTIONS = {"query", "queryParameters", "refresh", "refreshType", "enableSmartSources"}
#: Functions of the option language (> primary | seriesByName("x") | ...), as Splunk documents them.
_FUNCTIONS = {
    "seriesByName", "seriesByIndex", "seriesByType", "seriesByPrioritizedTypes", "frameBySeriesNames", "frameBySeriesIndexes",
    "frameBySeriesIndexRange", "frameBySeriesTypes", "frameWithoutSeriesNames", "firstPoint", "lastPoint", "pointByIndex", "delta",
    "getField", "type", "rangeValue", "matchValue", "formatByType", "prepend", "multiFormat", "gradient", "pick", "maxContrast",
    "getSeriesNames", "renameSeries", "setColorChannel", "objects", "config", "min", "max", "sum",
}  # fmt: skip
_CLICK = re.compile(r"(row\..+\.value|value|name|click\.\w+)\Z")


def definitions(package: Package):
    """(file name, definition) of every view."""
    for path in sorted(package.app.glob("default/data/ui/views/*.xml")):
        root = ET.parse(path).getroot()
        if root.tag == "dashboard" and root.get("version") == "2":
            yield path.name, json.loads(root.findtext("definition"))


def structure(package: Package):
    """Ids, top-level keys, search options and functions."""
    found = list(definitions(package))
    if not found:
        yield "default/data/ui/views: no Dashboard Studio view"
    for name, definition in found:
        for key in sorted(set(definition) - _TOP):
            yield f"{name}: unknown top-level key '{key}'"
        sources = definition.get("dataSources", {})
        used = set()
        for viz_id, viz in definition.get("visualizations", {}).items():
            for source in viz.get("dataSources", {}).values():
                used.add(source)
                if source not in sources:
                    yield f"{name} {viz_id}: data source '{source}' does not exist"
        for input_id, entry in definition.get("inputs", {}).items():
            for source in entry.get("dataSources", {}).values():
                used.add(source)
                if source not in sources:
                    yield f"{name} {input_id}: data source '{source}' does not exist"
        for source_id, source in sources.items():
            options = source.get("options", {})
            if source["type"] == "ds.search":
                for key in sorted(set(options) - _SEARCH_OPTIONS):
                    yield f"{name} {source_id}: unknown option '{key}' of ds.search"
                if not options.get("query"):
                    yield f"{name} {source_id}: no query"
            elif source["type"] == "ds.chain":
                used.add(options.get("extend"))
                if options.get("extend") not in sources:
                    yield f"{name} {source_id}: extends '{options.get('extend')}', which does not exist"
            else:
                yield f"{name} {source_id}: data source type {source['type']} is not for a shipped dashboard"
        for source_id in sorted(set(sources) - used):
            yield f"{name} {source_id}: nothing shows this data source"
        for function in sorted(set(re.findall(r"\|\s*(\w+)\(", json.dumps(definition.get("visualizations", {})))) - _FUNCTIONS):
            yield f"{name}: unknown function {function}()"


def _set_tokens(value) -> set[str]:
    """Names of the tokens that event handlers set."""
    found = set()
    if isinstance(value, dict):
        if value.get("type") == "drilldown.setToken":
            for token in value.get("options", {}).get("tokens", []):
                found.add(token["token"])
        for child in value.values():
            found |= _set_tokens(child)
    elif isinstance(value, list):
        for child in value:
            found |= _set_tokens(child)
    return found


def tokens(package: Package):
    """Every token used is defined; no value of a clicked row but a finding id gets into SPL or a link."""
    for name, definition in definitions(package):
        defined = _set_tokens(definition)
        for entry in definition.get("inputs", {}).values():
            token = entry.get("options", {}).get("token")
            defined |= {f"{token}.earliest", f"{token}.latest"} if entry["type"] == "input.timerange" else {token}
        for group in definition.get("defaults", {}).get("tokens", {}).values():
            defined |= set(group)
        for used in sorted(set(re.findall(r"\$([A-Za-z_][\w.: -]*?)(?:\|\w+)?\$", json.dumps(definition)))):
            if used not in defined and not _CLICK.match(used) and not used.startswith("env:"):
                yield f"{name}: token ${used}$ is used, nothing defines it"
        for source_id, source in definition.get("dataSources", {}).items():
            query = source.get("options", {}).get("query", "")
            for token in re.findall(r"\$([A-Za-z_][\w.:]*?)(?:\|\w+)?\$", query):
                if token.startswith(("row.", "click.")):
                    yield f"{name} {source_id}: the clicked value ${token}$ goes straight into SPL"
        for url in re.findall(r'"url":\s*"((?:[^"\\]|\\.)*)"', json.dumps(definition)):
            # Splunk's renderer opens nothing else, and says nothing.
            if not url.startswith(("/", "https://")):
                yield f"{name}: the link {url[:30]} is neither a path from the root nor a whole URL"
            for token in re.findall(r"\$(row\.[^$]+?)(?:\|\w+)?\$", url):
                if token not in ("row.iis_finding_id.value", "row.finding_id.value"):
                    yield f"{name}: the clicked value ${token}$ goes into a link"


CHECKS = (structure, tokens)
