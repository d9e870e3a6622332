"""The add-on for IIS servers: inputs that are off, name no index and fit the app; a README that switches all of them on."""

import hashlib
import re

from packages import ROOT
from searchhead.conf import parse

from .package import Package

_SCRIPT = re.compile(r"script://\.\\bin\\(?P<file>[^\\ ]+) collect --every (?P<every>\d+)\Z")
_LOG = "WinEventLog://"
#: What only a forwarder reads (props.conf.spec): the app's stanza may have it or not.
_OF_FORWARDERS = {"force_local_processing", "EVENT_BREAKER_ENABLE", "EVENT_BREAKER"}
#: Channel -> the events of it that the app reads.
_CHANNELS = {"Microsoft-IIS-Configuration/Operational": "29,50", "Microsoft-IIS-Configuration/Administrative": "30"}


def _app(name: str) -> dict[str, dict[str, str]]:
    """A conf file of the app, whose sources the add-on is built beside."""
    path = ROOT / "splunk_app/default" / name
    return parse(path.read_text(encoding="utf-8"), f"splunk_app/default/{name}")


def inputs(package: Package):
    """Off, and without an index: what is sent to one that does not exist is dropped without a word."""
    stanzas = package.conf("inputs.conf")
    for stanza, keys in stanzas.items():
        if keys.get("disabled") != "1":
            yield f"inputs.conf [{stanza}]: not disabled"
        if "index" in keys:
            yield f"inputs.conf [{stanza}]: names an index, which is for the site to say"
    scripts = [stanza for stanza in stanzas if stanza.startswith("script:")]
    if len(scripts) != 1:
        yield f"inputs.conf: {len(scripts)} scripted inputs, expected one"


def collector(package: Package):
    """The scripted input starts what the package has, with its own interval, and without Splunk's additions."""
    for stanza, keys in package.conf("inputs.conf").items():
        if not stanza.startswith("script:"):
            continue
        command = _SCRIPT.match(stanza)
        if not command:
            yield f"inputs.conf [{stanza}]: not of the form script://.\\bin\\PROGRAM collect --every SECONDS"
            continue
        if not (package.app / "bin" / command["file"]).is_file():
            yield f"inputs.conf [{stanza}]: bin/{command['file']} is not in the package"
        if keys.get("interval") != command["every"]:
            yield f"inputs.conf [{stanza}]: interval = {keys.get('interval')}, and the program is told {command['every']}"
        for key in ("send_index_as_argument_for_path", "start_by_shell"):
            if keys.get(key) != "false":
                yield f"inputs.conf [{stanza}]: {key} = false is missing"
        if keys.get("sourcetype") not in package.conf("props.conf"):
            yield f"inputs.conf [{stanza}]: props.conf has no stanza for its sourcetype"


def channels(package: Package):
    """The channels come as XML, with the events that the app reads, under the names that its macro has."""
    stanzas = {stanza.removeprefix(_LOG): keys for stanza, keys in package.conf("inputs.conf").items() if stanza.startswith(_LOG)}
    if stanzas.keys() != _CHANNELS.keys():
        yield f"inputs.conf: the channels are {', '.join(stanzas)}, expected {', '.join(_CHANNELS)}"
    sources = _app("macros.conf")["iismodcheck_sources"]["definition"]
    for channel, keys in stanzas.items():
        if keys.get("renderXml") != "true":
            yield f"inputs.conf [{_LOG}{channel}]: renderXml = true is missing: only XML has images"
        if keys.get("whitelist") != _CHANNELS.get(channel):
            yield f"inputs.conf [{_LOG}{channel}]: whitelist = {keys.get('whitelist')}, expected {_CHANNELS.get(channel)}"
        if f'source="XmlWinEventLog:{channel}"' not in sources:
            yield f"inputs.conf [{_LOG}{channel}]: the app's macro iismodcheck_sources does not name it"


def same_props(package: Package):
    """One stanza, equal to the app's but for what only a forwarder reads: two that differ would quarrel on one instance."""

    def stanza(conf: dict[str, dict[str, str]]) -> dict[str, str]:
        return {key: value for key, value in conf.get("iismodcheck:inventory", {}).items() if key not in _OF_FORWARDERS}

    own, app = package.conf("props.conf"), _app("props.conf")
    if list(own) != ["iismodcheck:inventory"]:
        yield f"props.conf: the stanzas are {', '.join(own)}, expected iismodcheck:inventory"
    for key in sorted(stanza(own).items() ^ stanza(app).items()):
        yield f"props.conf [iismodcheck:inventory] {key[0]} = {key[1]}: not the same in the app and in the add-on"
    for key in sorted(_OF_FORWARDERS - own.get("iismodcheck:inventory", {}).keys()):
        yield f"props.conf [iismodcheck:inventory]: {key} is missing"


def readme(package: Package):
    """The README has the executable's sha256, and a local/inputs.conf that switches every input on."""
    text = (package.app / "README.md").read_text(encoding="utf-8")
    for path in package.app.glob("bin/*"):
        if hashlib.sha256(path.read_bytes()).hexdigest() not in text:
            yield f"README.md: the sha256 of bin/{path.name} is missing"
    blocks = [re.sub("^    ", "", block, flags=re.MULTILINE) for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)]
    found = [parse(block, "README.md") for block in blocks if block.lstrip().startswith("[script:")]
    switches = next((block for block in found if block.keys() == package.conf("inputs.conf").keys()), {})
    if not switches:
        yield "README.md: no block has every stanza of default/inputs.conf, to be copied into local/inputs.conf"
    for stanza, keys in switches.items():
        if keys.get("disabled") != "0" or "index" not in keys:
            yield f"README.md [{stanza}]: the block for local/inputs.conf must have disabled = 0 and an index"
    for stanza, keys in ((stanza, keys) for block in found for stanza, keys in block.items() if "interval" in keys):
        if not stanza.endswith(f"--every {keys['interval']}"):
            yield f"README.md [{stanza}]: interval = {keys['interval']}, and the program is told another"


def beside(packages: list[Package]):
    """All packages are of one version, and the add-on's program is the app's for Windows."""
    versions = {package.path.name: package.conf("app.conf").get("id", {}).get("version") for package in packages}
    if len(set(versions.values())) > 1:
        yield f"the versions differ: {', '.join(f'{name} is {version}' for name, version in versions.items())}"
    places = [package.app / ("bin" if package.flavour == "addon" else "windows_x86_64/bin") / "iismodcheck.exe" for package in packages]
    if len({path.read_bytes() for path in places if path.is_file()}) > 1:
        yield "iismodcheck.exe is not the same in the app and in the add-on"


CHECKS = (inputs, collector, channels, same_props, readme)
