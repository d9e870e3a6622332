"""The search commands. Each takes a Table, its Command and the Context, and gives a Table.

`VERBS` maps a name to its function, `DISTRIBUTABLE` says which may run on a search peer, `GENERATING` which start a search.
"""

from . import fields, filters, lookups, multivalue, ordering, rest, statistics, summary, timeline, tstats

VERBS = {
    **fields.VERBS,
    **filters.VERBS,
    **lookups.VERBS,
    **multivalue.VERBS,
    **ordering.VERBS,
    **rest.VERBS,
    **statistics.VERBS,
    **summary.VERBS,
    **timeline.VERBS,
    **tstats.VERBS,
}
DISTRIBUTABLE = {"search", "where", "eval", "fields", "rename", "rex", "makemv", "mvexpand", "lookup", "bin"}
GENERATING = {"makeresults", "inputlookup", "rest", "tstats", "from", "multisearch"}
