"""Scheduled searches: does one trigger, for which results, and what does the throttle hold back."""

import re
from dataclasses import dataclass, field

from .conf import boolean
from .errors import SearchError, Unsupported
from .values import items, number

_PERIOD = re.compile(r"(\d+)([smhd])\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RELATIONS = {
    "greater than": lambda a, b: a > b,
    "less than": lambda a, b: a < b,
    "equal to": lambda a, b: a == b,
    "not equal to": lambda a, b: a != b,
}


def seconds(period: str) -> int:
    """`24h` in seconds."""
    match = _PERIOD.match(period.strip())
    if not match:
        raise SearchError(f"'{period}' is not a period")
    return int(match[1]) * _UNITS[match[2]]


def fill(template: str, result: dict, name: str = "") -> str:
    """`$result.field$` and `$field$` replaced by a result's values; an unknown token stays empty, as in Splunk."""

    def one(match: re.Match) -> str:
        key = match[1].removeprefix("result.")
        return name if key == "name" else "\n".join(items(result.get(key)))

    return re.sub(r"\$([\w.]+)\$", one, template)


@dataclass
class Alert:
    """One saved search with the memory of its throttle."""

    head: object
    name: str
    app: str = "iismodcheck"
    seen: dict[tuple, float] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """The stanza."""
        return self.head.instance.saved_search(self.name, self.app)

    def run(self, now: float) -> list[dict]:
        """Runs the search as of `now` and gives the results that raise the alert."""
        keys = self.settings
        found = self.head.run(
            keys["search"], now=now, earliest=keys["dispatch.earliest_time"], latest=keys["dispatch.latest_time"], app=self.app, scheduled=True
        ).rows
        if keys.get("counttype", "number of events") != "number of events":
            raise Unsupported(f"counttype = {keys['counttype']}")
        if not _RELATIONS[keys.get("relation", "greater than")](len(found), number(keys.get("quantity", "0"))):
            return []
        if not boolean(keys.get("alert.digest_mode"), True):
            found = found[: self.head.limits.results_per_alert]
        if not boolean(keys.get("alert.suppress"), False):
            return found
        fields = [name.strip() for name in keys["alert.suppress.fields"].split(",")]
        period = seconds(keys["alert.suppress.period"])
        raised = []
        for row in found:
            key = tuple(tuple(items(row.get(name))) for name in fields)
            if now - self.seen.get(key, float("-inf")) >= period:
                self.seen[key] = now
                raised.append(row)
        return raised
