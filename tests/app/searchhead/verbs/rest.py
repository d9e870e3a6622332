"""rest: of splunkd's endpoints the list of saved searches, with the columns that our searches use."""

import re

from ..conf import boolean
from ..errors import Unsupported
from ..lexer import options, unquote
from ..values import Table

_SAVED = re.compile(r"/servicesNS/-/(\w+)/saved/searches\Z")
_COLUMNS = ["title", "disabled", "is_scheduled", "cron_schedule", "eai:acl.app"]


def rest(table: Table, command, context) -> Table:
    """rest /servicesNS/-/APP/saved/searches splunk_server=local count=0: what the user may read, seen from an app.

    That is the app's own and what others export. Booleans are 0 and 1; disabled ones are listed as well.
    """
    values, left = options(command.arguments, {"splunk_server": None, "count": "0"})
    match = _SAVED.match(unquote(left[0])) if len(left) == 1 else None
    if not match or values != {"splunk_server": "local", "count": "0"}:
        raise Unsupported(f"rest {command.arguments}")
    rows = []
    for app in context.instance.apps.values():
        for title, keys in app.stanzas("savedsearches").items():
            exported = app.access("savedsearches", title).get("export", "none") == "system"
            if not context.instance.may(app, "savedsearches", title, "read", context) or not (exported or app.name == match[1]):
                continue
            disabled, scheduled = boolean(keys.get("disabled"), False), boolean(keys.get("enableSched"), False)
            row = {"title": title, "disabled": str(int(disabled)), "is_scheduled": str(int(scheduled)), "eai:acl.app": app.name}
            rows.append(row | ({"cron_schedule": keys["cron_schedule"]} if "cron_schedule" in keys else {}))
    return Table(rows, _COLUMNS)


VERBS = {"rest": rest}
