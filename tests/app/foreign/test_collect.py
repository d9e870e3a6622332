"""`collect` of the Windows executable under Wine, on a server that the test makes on Wine's own drive: the rows of `--root` on Linux,
and nothing but reading.

COLLECT_BINARY is the executable, COLLECT_NATIVE that for Linux, COLLECT_RUNNER Wine, WINEPREFIX its prefix.
"""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "file"
DRIVE = Path(os.environ["WINEPREFIX"]) / "drive_c"
WINDOWS = DRIVE / "windows"
SECRETS = [f"Geheim-{number}" for number in range(1, 6)]
CATALOGS = "system32/catroot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}"

APPLICATION_HOST = r"""<?xml version="1.0" encoding="UTF-8"?>
<configuration>
<configSections><sectionGroup name="system.webServer"><section name="globalModules" allowDefinition="AppHostOnly" overrideModeDefault="Deny" /></sectionGroup></configSections>
<configProtectedData><providers><add name="P" type="T" sessionKey="Geheim-1" /></providers></configProtectedData>
<system.applicationHost>
<applicationPools><add name="DefaultAppPool"><processModel identityType="SpecificUser" userName="svc" password="Geheim-2" /></add><add name="Old" enable32BitAppOnWin64="true" /></applicationPools>
<sites>
<site name="Shop" id="1">
<application path="/" applicationPool="DefaultAppPool"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot" /></application>
<application path="/api" applicationPool="DefaultAppPool"><virtualDirectory path="/" physicalPath="C:\inetpub\api" /></application>
</site>
<site name="Far" id="2"><application path="/"><virtualDirectory path="/" physicalPath="\\files\web" userName="u" password="Geheim-3" /></application></site>
</sites>
</system.applicationHost>
<system.webServer>
<isapiFilters><filter name="Filter" path="%windir%\System32\inetsrv\filter32.dll" /></isapiFilters>
<globalModules>
<add name="SignedModule" image="%windir%\System32\inetsrv\signed.dll" />
<add name="TamperedModule" image="%windir%\System32\inetsrv\tampered.dll" />
<add name="CatalogModule" image="%windir%\System32\inetsrv\bycatalog.dll" />
<add name="MissingModule" image="%windir%\System32\inetsrv\missing.dll" />
<add name="FarModule" image="\\files\share\far.dll" />
<add name="UnknownVariable" image="%NOT_THERE%\x.dll" />
<add name="StreamModule" image="C:\inetpub\a.dll:b.dll" />
</globalModules>
</system.webServer>
<location path=""><system.webServer><modules>
<add name="SignedModule" /><add name="Dangling" />
</modules></system.webServer></location>
</configuration>
"""
WEB = r"""<?xml version="1.0" encoding="UTF-16"?>
<configuration><connectionStrings><add name="db" connectionString="Password=Geheim-4" /></connectionStrings>
<system.webServer><modules><remove name="RequestFilteringModule" /><add name="Grüße" type="Acme.Module, Acme" /></modules>
<httpProtocol><customHeaders><add name="X" value="Geheim-5" /></customHeaders></httpProtocol></system.webServer></configuration>
"""


def server() -> dict[Path, bytes]:
    """The files of the server."""
    signed = (FIXTURES / "signed.dll").read_bytes()
    tampered = bytearray(signed)
    tampered[0x205] ^= 1
    inetsrv = WINDOWS / "system32/inetsrv"
    return {
        inetsrv / "config/applicationHost.config": APPLICATION_HOST.encode(),
        inetsrv / "signed.dll": signed,
        inetsrv / "tampered.dll": bytes(tampered),
        inetsrv / "bycatalog.dll": (FIXTURES / "alone.dll").read_bytes(),
        inetsrv / "filter32.dll": (FIXTURES / "filter32.dll").read_bytes(),
        WINDOWS / "syswow64/inetsrv/signed.dll": signed,
        WINDOWS / CATALOGS / "Own.cat": (FIXTURES / "sha256.cat").read_bytes(),
        DRIVE / "inetpub/wwwroot/web.config": WEB.encode("utf-16"),
        DRIVE / "inetpub/wwwroot/bin/starter.dll": (FIXTURES / "starter.dll").read_bytes(),
        DRIVE / "inetpub/api/web.config": b"<configuration>\n<oops>",
        DRIVE / "inetpub/history/CFGHISTORY_0000000001/applicationHost.config": APPLICATION_HOST.replace(
            "SignedModule", "EarlierModule"
        ).encode(),
    }


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """A run that may print to both streams."""
    return subprocess.run(command, capture_output=True, timeout=120, check=False, env={**os.environ, **environment})


class Collect(unittest.TestCase):
    """The server stands on Wine's drive while the tests run."""

    @classmethod
    def setUpClass(cls):
        cls.made = server()
        cls.tops = [WINDOWS / "system32/inetsrv", WINDOWS / "syswow64/inetsrv", WINDOWS / "system32/catroot", DRIVE / "inetpub"]
        cls.tearDownClass()
        for path, content in cls.made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @classmethod
    def tearDownClass(cls):
        for top in cls.tops:
            shutil.rmtree(top, ignore_errors=True)

    def collected(self, *command: str) -> list[dict]:
        done = run(*command)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for secret in SECRETS:
            self.assertNotIn(secret.encode(), done.stdout)
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def wine(self, *arguments: str) -> list[dict]:
        return self.collected(os.environ["COLLECT_RUNNER"], os.environ["COLLECT_BINARY"], "collect", *arguments)

    def test_the_rows_of_a_root_on_linux(self):
        here = self.wine("--full")
        host = here[0]["iis_host"]
        self.assertNotEqual(host, "")
        there = self.collected(os.environ["COLLECT_NATIVE"], "collect", "--full", "--root", str(DRIVE), "--host", host)

        def facts(rows: list[dict]) -> list[str]:
            # Of the run, and the words of a system about one and the same error; when a file was made is told of the server itself
            # alone. Names are as they were asked for.
            of_run = {"time", "run", "milliseconds", "detail", "file_created"}
            own = [{key: value for key, value in row.items() if key not in of_run} for row in rows]
            text = sorted(json.dumps(row, ensure_ascii=False).lower() for row in own)
            # These are over paths as they are spelled.
            return [re.sub(r'("(?:\w+_)?digest": )"[0-9a-f]{32}"', r"\1", line) for line in text]

        self.maxDiff = None
        self.assertEqual(facts(here), facts(there))
        told = {}
        for row in here:
            told.setdefault((row["record"], row.get("name")), row)
        for name, column, value in [
            ("SignedModule", "file_status", "read"),
            ("TamperedModule", "signature", "hash_mismatch"),
            ("MissingModule", "file_status", "missing"),
            ("FarModule", "file_status", "not_resolved"),
            ("UnknownVariable", "file_status", "not_resolved"),
            ("StreamModule", "file_status", "not_resolved"),
            ("EarlierModule", "found_in", "history"),
            ("Grüße", "type", "Acme.Module, Acme"),
            ("RequestFilteringModule", "operation", "remove"),
            ("starter", "found_in", "disk"),
        ]:
            self.assertEqual(told["module", name].get(column), value, name)
        problems = [row["detail"] for row in here if row["record"] == "problem"]
        self.assertTrue(any("lies on another machine" in what for what in problems), problems)
        self.assertEqual((here[-1]["record"], here[-1]["complete"]), ("run", "false"))

    def test_it_reads_and_nothing_else(self):
        done = run(
            os.environ["COLLECT_RUNNER"], os.environ["COLLECT_BINARY"], "collect", "--full", WINEDEBUG="+file,+process,+winsock"
        )
        lines = done.stderr.decode(errors="replace").splitlines()
        # Wine starts programs of its own. Ours has one thread, and begins with the configuration.
        first = next(number for number, line in enumerate(lines) if "inetsrv\\\\config" in line)
        thread = lines[first].split(":")[0]
        trace = "\n".join(line for line in lines[first:] if line.startswith(thread))
        opened = re.findall(r'CreateFileW L"([^"]*)" ((?:[A-Z]+_\w+ )*) *creation (\d+)', trace)
        self.assertGreater(sum("inetpub" in path.lower() for path, _, _ in opened), 5)
        shared = {"FILE_SHARE_READ", "FILE_SHARE_WRITE", "FILE_SHARE_DELETE"}
        for path, words, creation in opened:
            # 3: opens what is there.
            self.assertEqual((creation, set(words.split()) - shared - {"GENERIC_READ", "QUERY_ACCESS"}), ("3", set()), path)
            self.assertTrue(shared <= set(words.split()), path)
            self.assertFalse("files\\\\share" in path or "NOT_THERE" in path or path.startswith("\\\\\\\\"), path)
        accesses = [int(access, 16) for access in re.findall(r"NtCreateFile handle=\S+ access=([0-9a-f]{8})", trace)]
        self.assertGreaterEqual(len(accesses), len(opened))
        # To write, to append, to delete, all.
        self.assertEqual([access for access in accesses if access & 0x5001_0006], [])
        for call in ["NtCreateUserProcess", "CreateProcess", "NtCreateNamedPipeFile", "CreateDirectoryW", "MoveFile", "DeleteFile"]:
            self.assertNotIn(call, trace)
        # Standard output alone is written to, and only the manager of drives and the console are asked: a socket would be as well.
        self.assertEqual(len(set(re.findall(r"NtWriteFile \((0x[0-9a-f]+)", trace))), 1)
        asked = re.findall(r"NtDeviceIoControlFile \((?:[^,]*,){5}(0x[0-9a-f]+)", trace)
        self.assertLessEqual({int(code, 16) >> 16 for code in asked}, {0x6D, 0x50})
        self.assertNotIn("winsock", trace)

    def test_on_linux_it_reads_and_nothing_else(self):
        native = os.environ["COLLECT_NATIVE"]
        trace = Path(os.environ["COLLECT_TRACE"])
        done = run("strace", "-f", "-o", str(trace), native, "collect", "--full", "--root", str(DRIVE), "--host", "web01")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = re.findall(r"^\d+ +(\w+)\((.*)", trace.read_text(errors="replace"), re.M)
        self.assertGreater(sum(name == "openat" for name, _ in calls), 20)
        for name, rest in calls:
            if name in ("open", "openat"):
                self.assertNotRegex(rest, r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", rest)
            if name in ("write", "writev"):
                self.assertRegex(rest, r"^[12],", rest)
            self.assertNotIn(name, {"socket", "connect", "fork", "vfork", "unlink", "unlinkat", "rename", "renameat", "mkdir", "chmod"})
        self.assertEqual(sum(name == "execve" for name, _ in calls), 1)

    def test_a_wrong_argument_is_one_line(self):
        done = run(os.environ["COLLECT_RUNNER"], os.environ["COLLECT_BINARY"], "collect", "-index", "main")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertEqual(len(done.stderr.decode().splitlines()), 1, done.stderr)
