"""Events 29 and 50 as Splunk holds them, made for these tests: no real event of a module change is public.

The classic frame imitates WinEventLog with renderXml = false, the XML form renderXml = true; which rows one change
makes follows the project's table of inferred rows.
"""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from xml.sax.saxutils import escape

from searchhead.store import Event

CHANNEL = "Microsoft-IIS-Configuration/Operational"
FAILED = "Microsoft-IIS-Configuration/Administrative"  #: The channel of what was not made.
PROVIDER = "Microsoft-Windows-IIS-Configuration"
COLLECTOR = "wec01"  #: Of Windows Event Forwarding: the host of all that it forwards.
SERVER = "MACHINE/WEBROOT/APPHOST"
GLOBAL = "/system.webServer/globalModules"
MODULES = "/system.webServer/modules"
ADD, DELETE, MODIFY = 1, 2, 3
SID = "S-1-5-21-1-2-3-500"


@dataclass
class Host:
    """One IIS server: numbers its records and renders what happens on it."""

    name: str
    rendering: str = "xml"
    record: int = 100
    process: int = 4242
    #: source and sourcetype of the events; None = what an input of that rendering gives by default.
    source: str | None = None
    sourcetype: str | None = None
    sid: str = SID
    events: list[Event] = field(default_factory=list)

    def row(self, time: float, configuration: str, operation: int = ADD, old: str = "", new: str = "", path: str = SERVER, made=True) -> None:
        """Writes one event 29, or the event 30 of what was not made."""
        message = f"Changes to '{configuration}' at '{path}' have successfully been committed."
        data = {
            "PhysicalPath": r"\\?\C:\Windows\system32\inetsrv\config\applicationHost.config",
            "ConfigPath": path,
            "EffectiveLocationPath": "",
            "Configuration": configuration,
            "EditOperationType": str(operation),
            "OldValue": old,
            "NewValue": new,
        }
        if made:
            self._write(time, 29, message, data)
        else:
            self._write(time, 30, f"Failed to commit changes to '{configuration}' at '{path}'.", data, FAILED)

    def commit(self, time: float, path: str = SERVER) -> None:
        """Writes the event 50 that closes a commit."""
        self._write(time, 50, f"Changes have successfully been committed to '{path}'.", {"ConfigPath": path})
        self.process += 4

    def foreign(self, time: float, code: int, text: str, channel: str, provider: str) -> None:
        """Writes an event of another log."""
        self._write(time, code, text, {"CommandLine": text}, channel, provider)

    def _write(self, time: float, code: int, message: str, data: dict[str, str], channel=CHANNEL, provider=PROVIDER) -> None:
        self.record += 1
        content = data if self.rendering == "xml" else message
        raw = (self._xml if self.rendering == "xml" else self._classic)(time, code, content, channel, provider)
        forwarded = "ForwardedEvents" in f"{self.source} {self.sourcetype}"
        prefix = "XmlWinEventLog" if self.rendering == "xml" else "WinEventLog"
        self.events.append(
            Event(
                time=time,
                raw=raw,
                host=COLLECTOR if forwarded else self.name.partition(".")[0],
                source=self.source or f"{prefix}:{channel}",
                sourcetype=self.sourcetype or prefix,
                index="win",
                indextime=time + 2,
            )
        )

    def _xml(self, time: float, code: int, data: dict[str, str], channel: str, provider: str) -> str:
        moment = datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        cells = "".join(f"<Data Name='{name}'>{escape(value)}</Data>" for name, value in data.items())
        return (
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
            f"<Provider Name='{provider}' Guid='{{DC0B8E51-4863-407A-BC3C-1B479B2978AC}}'/>"
            f"<EventID>{code}</EventID><Version>0</Version><Level>5</Level><Task>0</Task><Opcode>0</Opcode>"
            f"<Keywords>0x4000000000000000</Keywords><TimeCreated SystemTime='{moment}'/>"
            f"<EventRecordID>{self.record}</EventRecordID><Correlation/>"
            f"<Execution ProcessID='{self.process}' ThreadID='1632'/><Channel>{channel}</Channel>"
            f"<Computer>{self.name}</Computer><Security UserID='{self.sid}'/></System>"
            f"<EventData>{cells}</EventData></Event>"
        )

    def _classic(self, time: float, code: int, message: str, channel: str, provider: str) -> str:
        moment = datetime.fromtimestamp(time, timezone.utc).strftime("%m/%d/%Y %I:%M:%S %p")
        return (
            f"{moment}\nLogName={channel}\nEventCode={code}\nEventType=5\nComputerName={self.name}\nUser=NOT_TRANSLATED\n"
            f"Sid={self.sid}\nSidType=0\nSourceName={provider}\nType=Verbose\n"
            f"RecordNumber={self.record}\nKeywords=None\nTaskCategory=None\nOpCode=Info\nMessage={message}"
        )

    def install(self, time: float, name: str, image: str, sections=(GLOBAL, MODULES)) -> None:
        """`appcmd install module`: element, name and image in globalModules, element and name in modules, commit."""
        self.add(time, name, image, sections)
        self.commit(time)

    def add(self, time: float, name: str, image: str, sections=(GLOBAL, MODULES), made=True) -> None:
        """The events of an installation without the one that closes it, or of one that failed."""
        for section in sections:
            key = f'{section}/add[@name="{name}"]'
            self.row(time, key, made=made)
            self.row(time, f"{key}/@name", new=name, made=made)
            if section == GLOBAL:
                self.row(time, f"{key}/@image", new=image, made=made)

    def hijack(self, time: float, name: str, old: str, new: str) -> None:
        """The image of a registered module is set to another file."""
        self.row(time, f'{GLOBAL}/add[@name="{name}"]/@image', MODIFY, old, new)
        self.commit(time)

    def remove(self, time: float, name: str) -> None:
        """`appcmd uninstall module`."""
        for section in (GLOBAL, MODULES):
            self.row(time, f'{section}/add[@name="{name}"]', DELETE)
        self.commit(time)

    def noise(self, time: float) -> None:
        """A change that is no module's."""
        self.row(time, '/system.applicationHost/sites/site[@name="Default Web Site" and @id="1"]/@state', ADD, "Starting", "Started")
        self.commit(time)


def inventory(host: str, time: float, modules: dict[str, str]) -> list[Event]:
    """The Get-WebGlobalModule input: one event for each module."""
    return [
        Event(time, f'name="{name}"\nimage="{image}"', host, "powershell://IISModules", "Pwsh:InstalledIISModules", "iis", time)
        for name, image in modules.items()
    ]
