"""Event logs read by `scan` and by python-evtx: the same events with the same values. See `logs`."""

import datetime
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

from Evtx.Evtx import Evtx

import mkevtx

NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
PROVIDER = "Microsoft-Windows-IIS-Configuration"


def long_log(path):
    """Several chunks: images of 600 modules, between events of another provider in the same channel."""
    start = datetime.datetime(2026, 3, 4, 9, 14, 10)
    events = []
    for number in range(1200):
        ours = number % 2 == 0
        values = [
            ("PhysicalPath", "\\\\?\\C:\\Windows\\system32\\inetsrv\\config\\applicationHost.config"),
            ("ConfigPath", "MACHINE/WEBROOT/APPHOST"),
            ("EffectiveLocationPath", ""),
            ("Configuration", f'/system.webServer/globalModules/add[@name="Modül & <{number}>"]/@image'),
            ("EditOperationType", 3),
            ("OldValue", f"C:\\old\\{number}.dll"),
            ("NewValue", f"C:\\Program Files\\Wörk\\{number}.dll"),
        ]
        events.append(
            {
                "id": 29 if ours else 4624,
                "level": 5,
                "time": start + datetime.timedelta(minutes=number),
                "record": 100 + number,
                "pid": 4000 + number,
                "tid": 1632,
                "computer": "web01.example.com",
                "sid": "S-1-5-21-1111111111-2222222222-3333333333-500",
                "channel": "Microsoft-IIS-Configuration/Operational" if ours else "Application",
                "provider": PROVIDER if ours else "Contoso",
                "guid": "dc0b8e51-4863-407a-bc3c-1b479b2978ac",
                "data": values if ours else [("x", "y")],
            }
        )
    mkevtx.write(str(path), events)


def by_oracle(path):
    """Image rows: record to name, image, old image, host and time."""
    rows = {}
    with Evtx(str(path)) as log:
        for record in log.records():
            event = ET.fromstring(record.xml())
            system = event.find(f"{NAMESPACE}System")
            if system.find(f"{NAMESPACE}Provider").get("Name") != PROVIDER:
                continue
            data = {d.get("Name"): d.text or "" for d in event.iter(f"{NAMESPACE}Data")}
            path_text = data.get("Configuration", "")
            if system.find(f"{NAMESPACE}EventID").text != "29" or not path_text.endswith("/@image"):
                continue
            name = path_text.split('[@name="')[1].removesuffix('"]/@image')
            number = int(system.find(f"{NAMESPACE}EventRecordID").text)
            time = system.find(f"{NAMESPACE}TimeCreated").get("SystemTime")
            host = system.find(f"{NAMESPACE}Computer").text
            old = "" if data["EditOperationType"] == "1" else data["OldValue"]
            rows[number] = (name, data["NewValue"], old, host, time[:19].replace(" ", "T"))
    return rows


def by_scan(program, path):
    command = [program, "scan", "--level", "row", "--format", "json", str(path)]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    rows = {}
    for finding in json.loads(run.stdout)["findings"]:
        if finding["iis_module_attribute"] != "image":
            continue
        number = finding["origins"][0]["record"]
        text = finding.get
        rows[number] = (
            text("iis_module_name", ""),
            text("iis_module_image", ""),
            text("iis_module_image_old", ""),
            text("iis_host", ""),
            finding["_time"][:19],
        )
    return rows


def main():
    program, work = sys.argv[1], pathlib.Path(sys.argv[2])
    long = work / "long.evtx"
    long_log(long)
    for path in (pathlib.Path("tests/fixtures/formats/three.evtx"), long):
        expected, found = by_oracle(path), by_scan(program, path)
        assert expected, path
        differing = {number for number in expected.keys() | found.keys() if expected.get(number) != found.get(number)}
        for number in sorted(differing)[:5]:
            print(f"{path}: record {number}: {expected.get(number)} {found.get(number)}")
        print(f"{path}: {len(expected)} rows of images, {len(differing)} differ")
        if differing:
            sys.exit(1)


main()
