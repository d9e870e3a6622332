"""Times: relative modifiers (`-70m@m`), strftime and strptime. The time zone of the test search head is UTC."""

import calendar
import re
from datetime import datetime, timedelta, timezone

from .errors import SearchError, Unsupported

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("mon", "month", "months"), "mon"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y"),
}
_PART = re.compile(r"([+-])(\d*)([a-z]+)|@([a-z]+\d?)")
_DIRECTIVES = set("YmdHMSyBbAajIpeFTzZ%")


def _shift_months(moment: datetime, months: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _snap(moment: datetime, unit: str) -> datetime:
    moment = moment.replace(microsecond=0)
    week = re.fullmatch(r"w([0-7])", unit)
    if week or _UNIT.get(unit) == "w":
        day = int(week[1]) % 7 if week else 0
        moment = moment.replace(hour=0, minute=0, second=0)
        return moment - timedelta(days=(moment.isoweekday() - day) % 7)
    zero = {
        "s": {},
        "m": {"second": 0},
        "h": {"minute": 0, "second": 0},
        "d": {"hour": 0, "minute": 0, "second": 0},
        "mon": {"day": 1, "hour": 0, "minute": 0, "second": 0},
        "y": {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0},
    }
    if unit not in _UNIT:
        raise SearchError(f"Invalid value \"@{unit}\" for time term")
    return moment.replace(**zero[_UNIT[unit]])


def relative(now: float, modifier: str) -> float:
    """The epoch time that a modifier means, seen from `now`. Epoch numbers, `now` and the empty text (= 0) included."""
    modifier = modifier.strip().lower()
    if modifier in ("", "0"):
        return 0.0
    if modifier in ("now", "now()"):
        return now
    if re.fullmatch(r"\d+(\.\d+)?", modifier):
        return float(modifier)
    if modifier.startswith("rt"):
        raise Unsupported("real-time windows")
    moment, position = datetime.fromtimestamp(now, timezone.utc), 0
    for match in _PART.finditer(modifier):
        if match.start() != position:
            break
        position = match.end()
        sign, count, unit, snap = match.groups()
        if snap:
            moment = _snap(moment, snap)
            continue
        if unit not in _UNIT:
            break
        amount = int(count or 1) * (1 if sign == "+" else -1)
        if _UNIT[unit] in ("mon", "y"):
            moment = _shift_months(moment, amount * (12 if _UNIT[unit] == "y" else 1))
        else:
            moment += timedelta(seconds=amount * _SECONDS[_UNIT[unit]])
    else:
        if position == len(modifier):
            return moment.timestamp()
    raise SearchError(f'Invalid value "{modifier}" for time term')


def strftime(epoch: float, form: str) -> str:
    """Splunk's strftime, with %N (subseconds), %Q (milliseconds), %s (epoch) and %3N-like widths."""
    moment = datetime.fromtimestamp(epoch, timezone.utc)

    def one(match: re.Match) -> str:
        width, letter = match[1], match[2]
        if letter in "NQ":
            return f"{int(round(epoch % 1 * 10**9)):09}"[: int(width or 3)]
        if letter == "s":
            return str(int(epoch))
        if letter == "c":
            return moment.strftime("%a %b %e %H:%M:%S %Y")
        if width or letter not in _DIRECTIVES:
            raise Unsupported(f"strftime directive %{width}{letter}")
        return moment.strftime("%" + letter)

    return re.sub(r"%(\d?)([A-Za-z%])", one, form)


def strptime(value, form: str):
    """Seconds since the epoch, or null when the text does not fit."""
    for letter in re.findall(r"%([A-Za-z%])", form):
        if letter not in _DIRECTIVES:
            raise Unsupported(f"strptime directive %{letter}")
    form = form.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S")
    try:
        moment = datetime.strptime(str(value), form)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
