"""A small estate for the dashboard: what its panels must show is known."""

from searches.events import Host, inventory
from searchhead.timetext import strftime

#: Tuesday 2026-09-22 10:07 UTC: all times are relative to it.
NOW = 1_790_071_620.0
DAY = 86400
AGENT = r"C:\Program Files\Agent\agentiis.dll"
HIJACKED = r"C:\inetpub\temp\loghttp.dll"


def events() -> list:
    """Two weeks of three servers, one of which sends classic text."""
    web01, web02, web03 = Host("web01.example.com"), Host("web02.example.com"), Host("old01.example.com", "classic")
    for day, host in ((13, web01), (13, web02), (12, web03)):
        host.install(NOW - day * DAY, "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll")
        host.install(NOW - day * DAY + 60, "StaticFileModule", r"%windir%\System32\inetsrv\static.dll")
        host.noise(NOW - day * DAY + 120)
    web01.install(NOW - 6 * DAY, "AgentModule", AGENT)
    web02.install(NOW - 6 * DAY + 600, "AgentModule", AGENT)
    web02.install(NOW - 4 * DAY, "ReportModule", r"C:\Program Files\Report\report.dll")
    web03.install(NOW - 3 * DAY, "AgentModule", AGENT)
    web01.hijack(NOW - DAY, "HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll", HIJACKED)
    web02.remove(NOW - 0.5 * DAY, "StaticFileModule")
    web02.install(NOW - 0.4 * DAY, "HttpLogginModule", r"C:\Windows\Temp\hl.dll")
    web03.row(NOW - 0.2 * DAY, '/system.webServer/globalModules/add[@name="Damaged')
    web03.commit(NOW - 0.2 * DAY)
    listed = {"HttpLoggingModule": r"%windir%\System32\inetsrv\loghttp.dll", "ShellModule": r"C:\Users\Public\shell.dll"}
    return web01.events + web02.events + web03.events + inventory("web04", NOW - 900, listed)


def day(offset: int) -> str:
    """A date some days from NOW."""
    return strftime(NOW + offset * DAY, "%Y-%m-%d")


def allowlist() -> str:
    """The site's allowlist."""
    return (
        "id,enabled,effect,kind,name,image,type,match,precondition,host,config_path,action,valid_from,expires,owner,ticket,reason\n"
        f"report,true,allow,native,ReportModule,C:\\Program Files\\Report\\report.dll,,exact,,,,,,{day(12)},web team,CHG-7,Reporting\n"
        f"old,true,allow,native,OldModule,C:\\Program Files\\Old\\old.dll,,exact,,,,,,{day(-20)},web team,CHG-1,Was used once\n"
        "kept,true,allow,native,KeptModule,C:\\Program Files\\Kept\\kept.dll,,exact,,,,,,,web team,CHG-2,Load balancer\n"
    )
