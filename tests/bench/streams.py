"""Rows as splunkd sends them: events of the IIS configuration, changes and lists of modules, all of them made here.

In the streams called distinct no row is like another: each has a host, an actor, a name, an image, a record number and a text of
its own. `repeats` is the opposite: what nightly configuration management writes, the same few changes over and over."""

KNOWN = ["StaticFileModule", "HttpLoggingModule", "DefaultDocumentModule", "RequestFilteringModule", "RewriteModule",
         "AcmeFilter", "IISTelemetry", "UriCacheModule"]
LOG = "Microsoft-IIS-Configuration/Operational"
PROVIDER = "Microsoft-Windows-IIS-Configuration"
PLACE = "MACHINE/WEBROOT/APPHOST"
ATTRIBUTES = ["", "/@name", "/@image"]


def fact(number, host, actor, module, image):
    """What one event says: the rows of one added module are three, the element and its two attributes."""
    attribute = ATTRIBUTES[number % 3]
    return {"number": number, "host": host, "actor": actor, "module": module, "attribute": attribute,
            "value": {"/@name": module, "/@image": image}.get(attribute, "")}


def distinct(number):
    change = number // 3
    return fact(number, f"web{change:06}.corp.example.com", f"S-1-5-21-{change % 977}-2-3-{change}", f"Acme{change}Module",
                f"C:\\Program Files\\Acme {change}\\module{change}.dll")


def rollout(number):
    """One module on every host of a fleet."""
    change = number // 3
    return fact(number, f"web{change:06}.corp.example.com", "S-1-5-18", "AcmeAgentModule", r"C:\Program Files\Acme\agent.dll")


def repeats(number):
    """Eight modules on forty hosts, by one actor."""
    return fact(number, f"web{number % 40:02}.corp.example.com", "S-1-5-21-1-2-3-500", KNOWN[number % len(KNOWN)],
                r"%windir%\System32\inetsrv\x.dll")


def of_hosts(hosts):
    """Distinct rows of so many hosts."""
    return lambda number: {**distinct(number), "host": f"web{number // 3 % hosts:06}.corp.example.com"}


def section(said):
    return f'/system.webServer/globalModules/add[@name="{said["module"]}"]{said["attribute"]}'


def classic(said):
    """A row of the Windows add-on for classic text, with every field of it."""
    number, host = said["number"], said["host"]
    message = f"Changes to '{section(said)}' at '{PLACE}' have successfully been committed."
    raw = (f"11/20/2026 03:40:31 PM\nLogName={LOG}\nEventCode=29\nEventType=5\nComputerName={host}\nUser=NOT_TRANSLATED\n"
           f"Sid={said['actor']}\nSidType=0\nSourceName={PROVIDER}\nType=Verbose\nRecordNumber={number}\nKeywords=None\n"
           f"TaskCategory=None\nOpCode=Info\nMessage={message}")
    return {"_raw": raw, "_time": f"{1790000000 + number // 10}.000", "Message": message, "EventCode": "29", "EventType": "5",
            "ComputerName": host, "User": "NOT_TRANSLATED", "Sid": said["actor"], "SidType": "0", "SourceName": PROVIDER,
            "Type": "Verbose", "RecordNumber": str(number), "Keywords": "None", "TaskCategory": "None", "OpCode": "Info",
            "name": said["module"], "LogName": LOG, "host": host.split(".")[0], "index": "win",
            "source": "WinEventLog:" + LOG, "sourcetype": "WinEventLog"}


def xml(said):
    """A row collected as XML (renderXml = true), with every field that automatic extraction gives."""
    number, host = said["number"], said["host"]
    path = section(said)
    data = {"PhysicalPath": r"\\?\C:\Windows\system32\inetsrv\config\applicationHost.config", "ConfigPath": PLACE,
            "EffectiveLocationPath": "", "Configuration": path, "EditOperationType": "1", "OldValue": "",
            "NewValue": said["value"]}
    raw = ("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
           f"<Provider Name='{PROVIDER}' Guid='{{DC0B8E51-4863-407A-BC3C-1B479B2978AC}}'/><EventID>29</EventID>"
           "<Version>0</Version><Level>5</Level><Task>0</Task><Opcode>0</Opcode><Keywords>0x4000000000000000</Keywords>"
           f"<TimeCreated SystemTime='2026-11-20T15:40:31.{number % 10**7:07}Z'/><EventRecordID>{number}</EventRecordID>"
           f"<Correlation/><Execution ProcessID='{4000 + number % 997}' ThreadID='4144'/><Channel>{LOG}</Channel>"
           f"<Computer>{host}</Computer><Security UserID='{said['actor']}'/></System><EventData>"
           + "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in data.items()) + "</EventData></Event>")
    return {"_raw": raw, "_time": f"{1790000000 + number // 10}.{number % 1000:03}", "EventCode": "29", "EventID": "29",
            "EventRecordID": str(number), "Channel": LOG, "Computer": host, "UserID": said["actor"],
            "ProcessID": str(4000 + number % 997), **data, "host": host.split(".")[0], "index": "win",
            "source": "XmlWinEventLog:" + LOG, "sourcetype": "XmlWinEventLog"}


def listed(number):
    """A row of an inventory: thirty modules of a host, of which one is nobody's."""
    host, place = divmod(number, 30)
    name = f"Acme{host}Module" if place == 29 else f"Vendor{place}Module"
    image = f"C:\\Program Files\\Acme {host}\\module.dll" if place == 29 else f"C:\\Program Files\\Vendor\\module{place}.dll"
    return {"_time": "1790000000.000", "name": name, "image": image, "preCondition": "bitness64",
            "section": "globalModules", "config_path": PLACE, "host": f"web{host:06}", "index": "win", "sourcetype": "modules"}


def cell(value):
    """Quoted exactly as splunkd does it: when any byte is outside [A-Za-z0-9]."""
    if value == "" or (value.isascii() and value.isalnum()):
        return value
    return '"' + value.replace('"', '""') + '"'


def many(values):
    """A multi-value cell."""
    return ";".join("$" + value.replace("$", "$$") + "$" for value in values)


def body(columns, rows, indexed):
    """The CSV of a chunk. A list in a row is a field of many values. `indexed`: with the column that numbers rows where only
    some fields are sent."""
    columns = columns + ["_chunked_idx"] if indexed else columns
    lines = [",".join([cell(c) for c in columns] + [cell("__mv_" + c) for c in columns])]
    for number, row in enumerate(rows):
        values = [str(number) if c == "_chunked_idx" else row.get(c, "") for c in columns]
        plain = [cell("\n".join(v) if isinstance(v, list) else v) for v in values]
        lists = [cell(many(v)) if isinstance(v, list) else "" for v in values]
        lines.append(",".join(plain + lists))
    return ("\n".join(lines) + "\n").encode()


def chunks(rows, columns, indexed, size):
    """All rows as the bodies of chunks of a size."""
    return [body(columns, rows[start:start + size], indexed) for start in range(0, len(rows), size)]
