"""Search-time fields of an event: EXTRACT, REPORT, automatic key=value, FIELDALIAS, EVAL, LOOKUP, event types, tags.

In the order that Splunk documents ("The sequence of search-time operations").
"""

import functools
import itertools
import json
import re

from . import expr
from .conf import boolean, path_pattern
from .errors import Unsupported
from .functions import regex
from .lexer import Command, expand_macros
from .searchterms import Parser
from .values import Table, items, store
from .values import text as shown

#: Keys that matter when an event is indexed; the test events are indexed already.
_INDEX_TIME = {
    "SHOULD_LINEMERGE", "LINE_BREAKER", "TIME_PREFIX", "TIME_FORMAT", "MAX_TIMESTAMP_LOOKAHEAD", "TRUNCATE", "TZ", "CHARSET",
    "DATETIME_CONFIG", "BREAK_ONLY_BEFORE", "EVENT_BREAKER", "EVENT_BREAKER_ENABLE", "category", "description",
    "pulldown_type", "NO_BINARY_CHECK", "rename",
}  # fmt: skip
# Automatic extraction: a word, an equals sign, a quoted text or what reaches to the next blank, comma or semicolon.
_AUTOMATIC = re.compile(r'([A-Za-z0-9_.:-]+)=(?:"((?:\\.|[^"\\])*)"|([^\s,;"]+))')
_ALIAS = re.compile(r"(\S+|\"[^\"]+\")\s+(AS|ASNEW)\s+(\S+|\"[^\"]+\")", re.IGNORECASE)


def _stanza_rank(name: str, event: dict) -> int | None:
    """How strongly a props.conf stanza speaks for an event: source over host over sourcetype; None when it does not."""
    for rank, (prefix, field) in enumerate((("host::", "host"), ("source::", "source")), 1):
        if name.startswith(prefix):
            return rank if path_pattern(name[len(prefix) :]).match(event.get(field, "")) else None
    return 0 if name == event.get("sourcetype") else None


@functools.lru_cache(maxsize=1 << 16)
def _members(raw: str, most: int) -> list[tuple[str, str]]:
    """Names and values of a flat object, those that end within the first bytes."""
    try:
        members = json.loads(raw, object_pairs_hook=list)
    except ValueError:
        return []
    if not isinstance(members, list) or any(isinstance(value, (bool, list, type(None))) for _, value in members):
        raise Unsupported(f"KV_MODE = json of {raw[:80]}")
    if len(raw.encode()) > most:
        lengths = itertools.accumulate(len(json.dumps({name: value}, ensure_ascii=False, separators=(",", ":")).encode()) - 1 for name, value in members)
        members = [member for member, length in zip(members, lengths) if 1 + length <= most]
    return [(name, shown(value)) for name, value in members if value != ""]


class Extractor:
    """The extractions of one instance as one user sees them."""

    def __init__(self, instance, context):
        self.instance, self.context = instance, context
        self.apps = sorted(instance.apps.values(), key=lambda app: (app.name == context.app, app.name))
        self.props = [
            (app, stanza, keys)
            for app in self.apps
            for stanza, keys in app.stanzas("props").items()
            if app.name == context.app or app.access("props", stanza).get("export", "none") == "system"
        ]
        self.eventtypes = self._eventtypes()
        self.cache: dict[tuple, dict[str, str]] = {}
        self.expressions: dict[str, object] = {}
        self.transforms: dict[str, dict[str, str]] = {}

    def _settings(self, event: dict) -> dict[str, str]:
        key = (event.get("host"), event.get("source"), event.get("sourcetype"))
        if key not in self.cache:
            ranked = []
            for order, (app, stanza, keys) in enumerate(self.props):
                rank = _stanza_rank(stanza, event)
                if rank is not None:
                    ranked.append((rank, order, keys))
            merged: dict[str, str] = {}
            for _, _, keys in sorted(ranked, key=lambda entry: entry[:2]):
                merged.update(keys)
            self.cache[key] = merged
        return self.cache[key]

    def fields(self, event: dict) -> dict:
        """The event with its search-time fields."""
        settings, row = self._settings(event), dict(event)
        for key in sorted(settings):
            kind = key.split("-")[0]
            if kind not in ("EXTRACT", "REPORT", "FIELDALIAS", "EVAL", "LOOKUP", "KV_MODE") and key not in _INDEX_TIME:
                raise Unsupported(f"props.conf key {key}")
        for key in sorted(k for k in settings if k.startswith("EXTRACT-")):
            self._extract(row, settings[key])
        for key in sorted(k for k in settings if k.startswith("REPORT-")):
            for name in settings[key].split(","):
                self._report(row, name.strip())
        mode = settings.get("KV_MODE", "auto").lower()
        if mode == "auto":
            for name, quoted, bare in _AUTOMATIC.findall(row.get("_raw", "")):
                row.setdefault(re.sub(r"\W", "_", name).lstrip("_0123456789") or name, quoted.replace('\\"', '"') or bare)
        elif mode == "json":
            self._json(row)
        elif mode != "none":
            raise Unsupported(f"KV_MODE = {mode}")
        for key in sorted(k for k in settings if k.startswith("FIELDALIAS-")):
            self._alias(row, settings[key])
        before = dict(row)
        for key in sorted(k for k in settings if k.startswith("EVAL-")):
            # Calculated fields do not see each other.
            store(row, key[5:], self._expression(settings[key])(before))
        for key in sorted(k for k in settings if k.startswith("LOOKUP-")):
            self._lookup(row, settings[key])
        self._tag(row)
        return {field: value for field, value in row.items() if value not in ("", None)}

    def _expression(self, source: str):
        """A calculated field's expression; that of each stanza is parsed once."""
        if source not in self.expressions:
            self.expressions[source] = expr.parse(source, self.context)
        return self.expressions[source]

    def _json(self, row: dict) -> None:
        """The members of a flat object that end within the bytes that are looked at; of other text, nothing."""
        for name, value in _members(row.get("_raw", ""), self.context.head.limits.json_bytes):
            row.setdefault(name, value)

    def _extract(self, row: dict, value: str) -> None:
        match = re.match(r"(.*)\s+in\s+(\w+)\s*\Z", value, re.DOTALL)
        pattern, field = (match[1], match[2]) if match else (value, "_raw")
        for item in items(row.get(field))[:1]:
            found = regex(pattern).search(item)
            if found:
                for name, text in found.groupdict().items():
                    if text:
                        row.setdefault(name, text)

    def _transform(self, name: str) -> dict[str, str]:
        """The keys of a transform, which are read once."""
        if name not in self.transforms:
            found = self.instance.visible("transforms", "transforms", name, self.context)
            if found is None:
                raise Unsupported(f"REPORT names the transform {name}, which does not exist")
            unknown = set(found[1]) - {"REGEX", "FORMAT", "SOURCE_KEY", "MV_ADD", "CLEAN_KEYS", "KEEP_EMPTY_VALS", "CAN_OPTIMIZE"}
            if unknown:
                raise Unsupported(f"transforms.conf [{name}]: {', '.join(sorted(unknown))}")
            self.transforms[name] = found[1]
        return self.transforms[name]

    def _report(self, row: dict, name: str) -> None:
        keys = self._transform(name)
        adds, clean = boolean(keys.get("MV_ADD"), False), boolean(keys.get("CLEAN_KEYS"), True)
        for source in items(row.get(keys.get("SOURCE_KEY", "_raw")))[:1]:
            for match in regex(keys["REGEX"]).finditer(source):
                for field, text in self._pairs(match, keys.get("FORMAT")):
                    field = re.sub(r"\W", "_", field).lstrip("_0123456789") if clean and not match.groupdict() else field
                    if not text:
                        continue
                    if field not in row:
                        row[field] = text
                    elif adds:
                        row[field] = items(row[field]) + [text]
                if not keys.get("FORMAT", "").startswith("$"):
                    break

    @staticmethod
    def _pairs(match: re.Match, form: str | None):
        if form is None:
            return list(match.groupdict().items())
        fill = lambda text: re.sub(r"\$(\d)", lambda m: match[int(m[1])] or "", text.strip('"'))  # noqa: E731
        return [(fill(name), fill(value)) for name, value in re.findall(r"(\S+?)::(\"[^\"]*\"|\S+)", form)]

    def _alias(self, row: dict, value: str) -> None:
        for source, kind, target in _ALIAS.findall(value):
            source, target = source.strip('"'), target.strip('"')
            if source in row and (kind.upper() == "AS" or target not in row):
                row[target] = row[source]
            elif source not in row and kind.upper() == "AS":
                row.pop(target, None)

    def _lookup(self, row: dict, value: str) -> None:
        from .verbs.lookups import lookup

        lookup(Table([row]), Command("lookup", value), self.context)

    def _eventtypes(self) -> list:
        found = []
        for app in self.apps:
            for name, keys in app.stanzas("eventtypes").items():
                if app.name == self.context.app or app.access("eventtypes", name).get("export", "none") == "system":
                    source = expand_macros(keys["search"], lambda macro: self.instance.macro(macro, self.context))
                    tags = app.stanzas("tags").get(f"eventtype={name}", {})
                    enabled = [tag for tag, state in tags.items() if boolean(state, False)]
                    found.append((name, Parser(source, short=True).whole(), enabled))
        return found

    def _tag(self, row: dict) -> None:
        names, tags = [], []
        for name, predicate, enabled in self.eventtypes:
            if predicate(row):
                names.append(name)
                tags += enabled
        store(row, "eventtype", names)
        store(row, "tag", sorted(set(tags)))
