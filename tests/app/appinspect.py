"""python3 -m appinspect TOOL PACKAGE VARIANT: runs AppInspect and compares every result with what is expected and why."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_UNDENIED = "without the deny pattern an x86-64 executable would reach ARM indexers: this shows that the pattern is what passes the check"
_X86 = "an x86-64 executable cannot be an ARM one; the check is not part of Splunk Cloud's vetting (no tag cloud)"
_WINDOWS = "the enterprise package ships a Windows executable for Windows search heads"
_NO_FILENAME = (
    "commands.conf names no file, because only the search by stanza name is documented to try both iismodcheck and iismodcheck.exe"
)
_VERSIONS = "version numbers of .NET assemblies (Version=3.5.0.0) in the shipped lists have the form of an IP address"
#: check -> (result, why it is expected, what each of its messages must match).
_BOTH = {
    "check_hostnames_and_ips": ("warning", _VERSIONS, r"PUBLIC IP \d+\.\d+\.\d+\.0 is found in lookups/iis_(module_(baseline|threats)|watched_(known|settings))\.csv:"),
}
_ENTERPRISE = {
    "check_command_scripts_exist_for_cloud": ("warning", _NO_FILENAME, "iismodcheck"),
    "check_that_app_contains_any_windows_specific_components": ("warning", _WINDOWS, r"(?i)windows"),
}
_FORWARDER = "the add-on is for Windows forwarders, which a deployment server hands it to: it is no app for Splunk Cloud, and nothing of it is for indexers"
_SCRIPTED = "the inventory is what the add-on is for"
_RELATIVE = "a leading dot is documented for a path inside of the app's own folder, whatever that folder is called and wherever Splunk is"
_ADDON = {
    "check_that_app_contains_any_windows_specific_components": ("warning", _FORWARDER, r"(?i)windows"),
    "check_for_indexer_synced_configs": ("warning", _FORWARDER, r"\Adefault/inputs\.conf will not be synced"),
    "check_for_scripted_inputs": ("warning", _SCRIPTED, r"script://\.\\bin\\iismodcheck\.exe collect .*No action required"),
    "check_scripted_inputs_cmd_path_pattern": ("warning", _RELATIVE, r"script://\.\\bin\\iismodcheck\.exe collect"),
}
_FOUND_X86 = {"check_aarch64_compatibility": ("failure", _X86, r"linux_x86_64/bin/iismodcheck")}
#: Variant -> what is expected of it. Everything else must be success or not_applicable.
EXPECTED = {
    "enterprise": {**_BOTH, **_ENTERPRISE},
    "cloud": _BOTH,
    "addon": _ADDON,
    # check_idx_binary_compatibility passes, which means nothing: it looks only at executables that commands.conf names.
    "enterprise-nopie": {**_BOTH, **_ENTERPRISE, **_FOUND_X86},
    "cloud-nopie": {**_BOTH, **_FOUND_X86},
    "cloud-undenied": {
        **_BOTH,
        **_FOUND_X86,
        "check_idx_binary_compatibility": ("failure", _UNDENIED, "linux_x86_64/bin/iismodcheck"),
    },
}
_CHECKS = 252  #: What version 4.3.1 runs when no tag is given: all it has.


def inspect(tool: str, package: Path) -> dict:
    """The JSON report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [tool, "inspect", str(package), "--mode", "precert", "--ci", "--max-messages", "all"]
        command += ["--skip-trusted-libraries-update", "--data-format", "json", "--output-file", str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.is_file():
            raise SystemExit(f"AppInspect wrote no report (exit code {done.returncode}):\n{done.stdout}\n{done.stderr}")
        return json.loads(report.read_text())


def compare(report: dict, expected: dict, has_windows: bool):
    """One line for each result that is not expected, or expected and not there."""
    checks = [check for r in report["reports"] for group in r["groups"] for check in group["checks"]]
    if len(checks) != _CHECKS:
        yield f"AppInspect ran {len(checks)} checks, expected {_CHECKS}"
    wanted = {name: (result, pattern) for name, (result, _, pattern) in expected.items()}
    if not has_windows:
        wanted.pop("check_that_app_contains_any_windows_specific_components", None)
    for check in checks:
        name, result = check["name"], check["result"]
        if result in ("success", "not_applicable") and name not in wanted:
            continue
        messages = [message["message"] for message in check["messages"] if message["result"] == result]
        expected_result, pattern = wanted.pop(name, (None, ""))
        if expected_result != result or not all(re.search(pattern, message) for message in messages):
            yield f"{name}: {result}: {'; '.join(messages)}"
    for name, (result, _) in wanted.items():
        yield f"{name}: {result} was expected, but the check is not in the report"


def main(tool: str, package: str, variant: str) -> int:
    """Prints what is not as expected."""
    import tarfile

    with tarfile.open(package) as archive:
        has_windows = any(name.endswith(".exe") for name in archive.getnames())
    report = inspect(tool, Path(package))
    found = list(compare(report, EXPECTED[variant], has_windows))
    for line in found:
        print(f"{variant}: {line}")
    summary = {name: count for name, count in report["summary"].items() if count}
    print(f"AppInspect, {variant}: {summary}, {len(found)} unexpected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
