"""rest: of splunkd's endpoints the lists of saved searches and of lookup files, with the columns that our searches use."""

import re

from ..conf import boolean
from ..errors import Unsupported
from ..lexer import options, unquote
from ..values import Table

_SAVED = re.compile(r"/servicesNS/-/(\w+)/saved/searches\Z")
_LOOKUPS = "/servicesNS/-/-/data/lookup-table-files"
_COLUMNS = ["title", "disabled", "is_scheduled", "cron_schedule", "eai:acl.app"]


def rest(table: Table, command, context) -> Table:
    """rest ENDPOINT splunk_server=local count=0."""
    values, left = options(command.arguments, {"splunk_server": None, "count": "0"})
    endpoint = unquote(left[0]) if len(left) == 1 else ""
    match = _SAVED.match(endpoint)
    if values != {"splunk_server": "local", "count": "0"} or not (match or endpoint == _LOOKUPS):
        raise Unsupported(f"rest {command.arguments}")
    return _saved_searches(match[1], context) if match else _lookup_files(context)


def _lookup_files(context) -> Table:
    """/servicesNS/-/-/data/lookup-table-files: files of apps, and those in the folders of users, of which a user sees the own ones only."""
    rows = [
        {"title": path.name, "eai:acl.app": app.name, "eai:acl.sharing": "global", "eai:acl.owner": "nobody"}
        for app in context.instance.apps.values()
        for path in sorted(app.path.glob("lookups/*.csv"))
    ]
    everything = "admin" in context.instance.roles(context.user)
    for path in sorted(context.instance.apps_folder.parent.glob("users/*/*/lookups/*.csv")):
        owner, app = path.parts[-4], path.parts[-3]
        if everything or owner == context.user:
            rows.append({"title": path.name, "eai:acl.app": app, "eai:acl.sharing": "user", "eai:acl.owner": owner})
    return Table(rows, ["title", "eai:acl.app", "eai:acl.sharing", "eai:acl.owner"])


def _saved_searches(seen_from: str, context) -> Table:
    """/servicesNS/-/APP/saved/searches: what the user may read, seen from an app.

    That is the app's own and what others export. Booleans are 0 and 1; disabled ones are listed as well.
    """
    rows = []
    for app in context.instance.apps.values():
        for title, keys in app.stanzas("savedsearches").items():
            exported = app.access("savedsearches", title).get("export", "none") == "system"
            if not context.instance.may(app, "savedsearches", title, "read", context) or not (exported or app.name == seen_from):
                continue
            disabled, scheduled = boolean(keys.get("disabled"), False), boolean(keys.get("enableSched"), False)
            row = {"title": title, "disabled": str(int(disabled)), "is_scheduled": str(int(scheduled)), "eai:acl.app": app.name}
            rows.append(row | ({"cron_schedule": keys["cron_schedule"]} if "cron_schedule" in keys else {}))
    return Table(rows, _COLUMNS)


VERBS = {"rest": rest}
