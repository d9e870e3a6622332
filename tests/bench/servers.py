"""Servers to audit, made of what the shipped lists have: their configuration, and a drive with catalogs and large files."""

import csv
import hashlib
import pathlib
from xml.sax.saxutils import quoteattr

HERE = pathlib.Path(__file__).resolve().parent
LISTS = HERE.parents[1] / "splunk_app" / "lookups"
FILES = HERE.parent / "fixtures" / "file"
HOST = pathlib.PurePosixPath("Windows/System32/inetsrv/config/applicationHost.config")
# What Windows has beside the sections that matter, so that a file has the size of a real one: 374 types of content.
MIME = "".join(f'<mimeMap fileExtension=".{number:03}" mimeType="application/x-kind-{number}" />\n' for number in range(374))
HANDLERS = 70


def rows(name):
    with (LISTS / name).open(newline="") as file:
        return list(csv.DictReader(file))


BASELINE = rows("iis_module_baseline.csv")
KNOWN = rows("iis_watched_known.csv")


def element(tag, **attributes):
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)
    return f"<{tag}{written} />\n"


def of_kind(kind, pack=""):
    """The first row of each name."""
    found = {}
    for row in BASELINE:
        if row["pack"] == pack and row["kind"] == kind:
            found.setdefault(row["name"], row)
    return list(found.values())


def configuration(natives, filters, pools, sites, more=""):
    """An applicationHost.config with these rows of the baseline, further entries, and sites with their applications as
    `{site: {path: folder}}`."""
    managed = of_kind("managed")
    types = [row["value"] for row in KNOWN if row["setting"] == "handler-type" and not row["pack"]]
    handlers = "".join(
        element("add", name=f"Handler-{number}", path=f"*.h{number}", verb="GET,HEAD", type=types[number % len(types)],
                preCondition="integratedMode")
        for number in range(HANDLERS)
    )
    site_list = "".join(
        f'<site name={quoteattr(site)} id="{number}">'
        + "".join(
            f'<application path={quoteattr(path)} applicationPool="{pools[0]}"><virtualDirectory path="/"'
            f" physicalPath={quoteattr(folder)} /></application>"
            for path, folder in applications.items()
        )
        + f'<bindings><binding protocol="http" bindingInformation="*:80:{site}" /></bindings></site>\n'
        for number, (site, applications) in enumerate(sites.items(), 1)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<configuration>
<configSections><sectionGroup name="system.webServer"><section name="globalModules" allowDefinition="AppHostOnly" overrideModeDefault="Deny" /><section name="modules" allowDefinition="MachineToApplication" overrideModeDefault="Deny" /></sectionGroup></configSections>
<system.applicationHost>
<applicationPools>{"".join(element("add", name=pool) for pool in pools)}<applicationPoolDefaults managedRuntimeLoader="webengine4.dll" /></applicationPools>
<sites>
{site_list}</sites>
</system.applicationHost>
<system.webServer>
<globalModules>
{"".join(element("add", name=row["name"], image=row["image"], preCondition=row["precondition"]) for row in natives)}</globalModules>
<httpCompression><scheme name="gzip" dll="%Windir%\\system32\\inetsrv\\gzip.dll" /></httpCompression>
<isapiFilters>
{"".join(element("filter", name=row["name"], path=row["image"], preCondition=row["precondition"]) for row in filters)}</isapiFilters>
<staticContent>
{MIME}</staticContent>
</system.webServer>
<location path="" overrideMode="Allow"><system.webServer>
<handlers accessPolicy="Read, Script">
{handlers}</handlers>
<modules>
{"".join(element("add", name=row["name"]) for row in natives)}{"".join(element("add", name=row["name"], type=row["type"], preCondition=row["precondition"]) for row in managed)}</modules>
</system.webServer></location>
{more}</configuration>
"""


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def estate(folder, hosts):
    """Configurations of hosts of which no two are the same: an agent of its own folder, names of sites and pools, and modules of
    each application."""
    natives, filters = of_kind("native")[:35], of_kind("isapi_filter")
    for number in range(hosts):
        host = folder / f"web{number:04}.example.com"
        own = {"name": f"Agent{number}", "image": f"C:\\Program Files\\Agent {number}\\agent.dll", "precondition": "bitness64"}
        sites = {
            f"Shop{number}-{site}": {"/": f"D:\\Sites\\Shop{number}-{site}", "/api": f"D:\\Sites\\Shop{number}-{site}\\api"}
            for site in range(1 + number % 4)
        }
        put(host / "applicationHost.config", configuration([*natives, own], filters, [f"Pool{number}"], sites))
        for site in sites:
            module = element("add", name=f"Own{number}", type=f"Shop{number}.Web.Module, Shop{number}.Web", preCondition="managedHandler")
            body = f'<remove name="FormsAuthentication" />\n<remove name="WebDAVModule" />\n{module}'
            put(host / site / "web.config",
                f"<configuration>\n<system.webServer><modules>\n{body}</modules></system.webServer>\n</configuration>\n")


def exchange(folder):
    """A server of Exchange with 22 applications: 33 native modules, and some 330 entries that Exchange adds and removes by application."""
    removals = {}
    for row in KNOWN:
        if row["setting"] == "module-removal" and row["pack"] == "exchange":
            removals.setdefault(row["value"], []).append(row["name"])
    places = [place for place in sorted(removals) if "/" in place]
    places += [f"Exchange Back End/app{number}" for number in range(22 - len(places))]
    sites = {}
    for place in places:
        site, _, path = place.partition("/")
        sites.setdefault(site, {"/": f"C:\\inetpub\\{site}"})["/" + path] = f"C:\\Exchange\\{place.replace('/', '-')}"
    natives = of_kind("native")[:31] + of_kind("native", "exchange")[:2]
    put(folder / "applicationHost.config",
        configuration(natives, of_kind("isapi_filter"), ["MSExchangeOWAAppPool"], sites))
    managed = of_kind("managed", "exchange")
    for number, place in enumerate(places):
        removed = removals.get(place, []) + ["WebDAVModule", "Profile", "Session", "OutputCache", "RoleManager", "DefaultAuthentication"]
        added = [managed[(number * 7 + step) % len(managed)] for step in range(7)]
        body = "".join(element("remove", name=name) for name in removed)
        body += "".join(element("add", name=row["name"], type=row["type"]) for row in added)
        put(folder / place / "web.config",
            f"<configuration><system.webServer><modules>\n{body}</modules></system.webServer></configuration>\n")


def drive(folder, catalogs, megabytes):
    """A drive with the configuration of a plain server, so many catalogs, and so large files behind its modules."""
    natives = of_kind("native")[:35]
    for name in ("ntoskrnl.exe", "kernel32.dll", "ntdll.dll"):
        put(folder / "Windows/System32" / name, (FILES / "windows.dll").read_bytes())
    put(folder / HOST, configuration(natives, [], ["Pool"], {"Shop": {"/": "C:\\inetpub\\wwwroot"}}))
    if megabytes:
        plain = (FILES / "unsigned.dll").read_bytes()
        in_box = [row for row in natives if "System32\\inetsrv" in row["image"]]
        each = megabytes * 1_000_000 // len(in_box)
        for number, row in enumerate(in_box):
            path = row["image"].replace("%windir%", "Windows").replace("\\", "/")
            put(folder / path, plain + hashlib.sha256(bytes([number])).digest() * ((each - len(plain)) // 32))
    store = folder / "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}"
    for number in range(catalogs):
        put(store / f"Package_{number}.cat", catalog(number))


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def catalog(number, members=32):
    """A catalog of the size that those of Windows have, 15 kB, with members of its own. Nobody signed it."""
    oid = lambda *body: der(6, bytes([0x2B, 6, 1, 4, 1, 0x82, 0x37, *body]))
    sha256 = der(0x30, der(6, bytes.fromhex("608648016503040201")), der(5))
    image = der(0x30, oid(2, 1, 15), der(0x30, der(3, b"\0"), der(0xA0, der(0xA2, der(0x80)))))

    def member(place):
        digest = hashlib.sha256(f"{number} {place}".encode()).digest()
        data = der(0x30, image, der(0x30, sha256, der(4, digest)))
        return der(0x30, der(4, digest), der(0x31, der(0x30, oid(2, 1, 4), der(0x31, data))))

    listed = b"".join(member(place) for place in range(members))
    trust = der(0x30, der(0x30, oid(12, 1, 1)), der(4, bytes(16)), der(0x17, b"240601000000Z"), der(0x30, oid(12, 1, 3), der(5)),
                der(0x30, listed))
    content = der(0x30, oid(10, 1), der(0xA0, trust))
    filling = der(0xA0, der(0x30, bytes(9_000)))
    signed = der(0x30, der(2, b"\1"), der(0x31), content, filling, der(0x31))
    return der(0x30, der(6, bytes.fromhex("2a864886f70d010702")), der(0xA0, signed))
