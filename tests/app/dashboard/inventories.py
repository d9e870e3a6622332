"""Servers of a few modules that print what `iismodcheck collect` prints, for the dashboard of the estate."""

import json
from hashlib import sha256

from searchhead.store import Event

SIGNED = {"signature": "valid", "signer_class": "windows"}
UNSIGNED = {"signature": "none", "signer_class": "none"}
WINDOWS = "10.0.20348.2340"
INETSRV = "c:\\windows\\system32\\inetsrv\\"


def module(name: str, dll: str, **facts) -> dict:
    """A native module of Windows that is registered for the server, or what `facts` make of it."""
    row = {
        "record": "module", "section": "globalModules", "operation": "add", "kind": "native", "name": name, "image": rf"%windir%\System32\inetsrv\{dll}",
        "config_path": "MACHINE/WEBROOT/APPHOST", "file": INETSRV + dll, "bits": "64", "file_status": "read",
        "file_sha256": sha256(dll.encode()).hexdigest(), "pe_machine": "x64", "pe_entry_points": "RegisterModule", "pe_original_name": dll,
        "pe_version": WINDOWS, "windows_version": WINDOWS, **SIGNED,
    }  # fmt: skip
    return row | facts


def usual() -> list[dict]:
    """What every server has."""
    return [module("HttpLoggingModule", "loghttp.dll"), module("StaticFileModule", "static.dll"), module("DefaultDocumentModule", "defdoc.dll")]


def run(host: str, time: float, modules: list[dict], full: bool = True, problems: tuple[dict, ...] = ()) -> list[Event]:
    """The rows of one run; a run between two full ones has here what Windows did not sign."""
    printed = [row for row in modules if full or row["signer_class"] != "windows"]
    digests = [sha256(json.dumps([[row.get(name) for name in names] for row in modules]).encode()).hexdigest()[:32] for names in (("name", "image"), ("file", "file_sha256"))]
    files = [{"record": "file"} | {key: row[key] for key in ("file", "bits", "file_status", "file_sha256", "signature", "signer_class", "pe_version")} for row in printed]
    ends = {
        "record": "run", "rows": len(printed) + len(files) + len(problems) + 1, "problems": len(problems), "version": "0.2.0", "complete": "false" if problems else "true",
        "extent": "full" if full else "between", "reason": "daily" if full else "between", "every": 14_400, "config_digest": digests[0],
        "registrations_digest": digests[0], "files_digest": digests[1], "windows_version": WINDOWS,
    }  # fmt: skip
    head = {"time": int(time), "run": f"{int(time)}000000", "iis_host": host}
    rows = [head | row | {"schema": 1} for row in (*printed, *files, *problems, ends)]
    return [Event(float(int(time)), json.dumps(row, separators=(",", ":")), host, "iismodcheck", "iismodcheck:inventory", "iis", time + 20) for row in rows]
