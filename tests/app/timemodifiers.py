"""python3 -m timemodifiers APP: every time modifier of the app with the place where it stands, one per line.

Also checks, and says on stderr, that each scheduled search looks back at least as far as its interval, and the offsets of
the drill-downs, which are no time modifiers.
"""

import json
import re
import sys
from pathlib import Path

from owncheck.dashboard import definitions
from owncheck.package import Package
from searchhead.timetext import relative

_NOW = 1_700_000_000.0
#: What Enterprise Security takes as an offset: an edge of the detection's own window, or a length of time before (after) the
#: finding. As in splunk/security_content since pull request 4016; a time modifier such as -7d@d is neither.
_OFFSETS = {
    "earliest_offset": re.compile(r"\$info_min_time\$|\d+[smhdwy]"),
    "latest_offset": re.compile(r"\$info_max_time\$|0|\d+[smhdwy]"),
}


def modifiers(package: Package):
    """(where, modifier)"""
    for name, keys in package.conf("savedsearches.conf").items():
        for key in ("dispatch.earliest_time", "dispatch.latest_time"):
            if key in keys:
                yield f"savedsearches.conf [{name}] {key}", keys[key]
    texts = {f"macros.conf [{name}]": keys["definition"] for name, keys in package.conf("macros.conf").items()}
    texts |= {f"savedsearches.conf [{name}]": keys["search"] for name, keys in package.conf("savedsearches.conf").items()}
    for name, definition in definitions(package):
        texts[name] = json.dumps(definition)
        for source in definition.get("dataSources", {}).values():
            for key, value in source.get("options", {}).get("queryParameters", {}).items():
                if "$" not in value:
                    yield f"{name} {source.get('name')} {key}", value
        for entry in definition.get("inputs", {}).values():
            if entry["type"] == "input.timerange":
                for value in entry["options"].get("defaultValue", "").split(","):
                    yield f"{name} {entry['options']['token']}", value
    for where, text in texts.items():
        # What an eval makes is no modifier: the name of a function follows.
        for value in re.findall(r"\b(?:_index_)?(?:earliest|latest)=\"?([-+@\w]++)(?!\()", text):
            yield where, value
        for value in re.findall(r"relative_time\([^,]+,\s*\\?\"([^\"\\]+)", text):
            yield where, value


def interval(cron: str) -> int:
    """Seconds between two runs of a schedule, for the forms that the app uses."""
    minute, hour, day, _, weekday = cron.split()
    if not minute.isdigit():
        raise ValueError(f"cron schedule {cron}")
    if hour == "*":
        return 3600
    return 7 * 86400 if weekday != "*" else 86400 if day == "*" else 31 * 86400


def short_windows(package: Package):
    """Searches over events whose window is shorter than the time between two runs."""
    for name, keys in package.conf("savedsearches.conf").items():
        reads_events = not keys["search"].lstrip().startswith("|")
        if "cron_schedule" in keys and reads_events:
            window = relative(_NOW, keys["dispatch.latest_time"]) - relative(_NOW, keys["dispatch.earliest_time"])
            if window < interval(keys["cron_schedule"]):
                yield f"savedsearches.conf [{name}]: looks back {window:.0f} s but runs every {interval(keys['cron_schedule'])} s"


def wrong_offsets(package: Package):
    """Drill-downs that Enterprise Security would open over another time than is meant."""
    for name, keys in package.conf("savedsearches.conf").items():
        for drilldown in json.loads(keys.get("action.notable.param.drilldown_searches", "[]")):
            for key, form in _OFFSETS.items():
                if not form.fullmatch(drilldown[key]):
                    yield f"savedsearches.conf [{name}] drilldown '{drilldown['name']}': {key} {drilldown[key]!r}"


def main(app: str) -> int:
    """Prints the list; 1 when a window is too short or an offset is none."""
    package = Package(Path(app), Path(app), [], "enterprise")
    for where, modifier in modifiers(package):
        print(f"{where}\t{modifier}")
    found = [*short_windows(package), *wrong_offsets(package)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
