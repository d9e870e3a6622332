"""What the two READMEs, what they lead to and the search assistant name must be there: files, macros, fields, searches, options."""

import json
import re
import subprocess

from packages import ROOT

from . import searches
from .package import Package

#: Files that the READMEs name and no package may contain: they are the site's or another product's.
_NOT_OURS = {
    "lookups/iismodcheck_reported_changes.csv", "lookups/iismodcheck_reported_rule.csv", "lookups/iismodcheck_seen_allowlist.csv", "lookups/iismodcheck_allowlist.csv", "iismodcheck_allowlist.csv", "lookups/iismodcheck_packs.csv", "iismodcheck_packs.csv",
    "inputs.conf", "limits.conf", "serverclass.conf",
}  # fmt: skip
#: Names in the form of ours that belong to the published detection or to a package as a whole.
_NOT_OURS |= {"iis_operational_logs"}
_PATH = re.compile(r"((lookups|default|metadata|static|bin|linux_x86_64|windows_x86_64)/)?[\w./-]*\w\.(csv|conf|json|txt|png)\Z")
_BINARY = re.compile(r"(linux_x86_64|windows_x86_64|bin)/\S+\Z")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_SEARCH = re.compile(r"`iismodcheck|\|\s*iismodcheck\b")


def _documents(package: Package):
    """(name, text, folder that its links start from)"""
    yield "README.md of the package", (package.app / "README.md").read_text(encoding="utf-8"), package.app
    if package.flavour == "addon":
        return
    for name in ("README.md", "docs/search.md", "docs/scan.md", "docs/troubleshooting.md"):
        yield f"{name} of the repository", (ROOT / name).read_text(encoding="utf-8"), (ROOT / name).parent


def _code(text: str):
    """The pieces between backticks, code blocks left out."""
    lines = [line for line in text.split("\n") if not line.startswith("    ")]
    return re.findall(r"`([^`\n]+)`", "\n".join(lines))


def files(package: Package):
    """Every file that a README names is in the package; every link of it leads to a file."""
    shipped = {path.relative_to(package.app).as_posix() for path in package.app.rglob("*") if path.is_file()}
    names = shipped | {path.rpartition("/")[2] for path in shipped}
    for document, text, base in _documents(package):
        for code in _code(text):
            for word in code.split():
                known = word in names or word in _NOT_OURS or word.startswith("local/")
                if (_PATH.match(word) or _BINARY.match(word)) and not known:
                    yield f"{document}: `{word}` is not in the package"
        for link in _LINK.findall(text):
            if "://" not in link and not (base / link).exists():
                yield f"{document}: the link to {link} leads nowhere"


def names(package: Package):
    """Macros, roles and fields that a README names exist; the package's README names every macro."""
    macros = {name.partition("(")[0] for name in package.conf("macros.conf")}
    roles = {stanza.removeprefix("role_") for stanza in package.conf("authorize.conf")}
    fields = searches.known_fields(package)
    for document, text, _ in _documents(package):
        for code in _code(text):
            name = code.partition("(")[0]
            if re.fullmatch(r"iismodcheck_\w+", name) and name not in macros | roles:
                yield f"{document}: `{name}` is neither a macro nor a role of the app"
            if re.fullmatch(r"iis_\w+", name) and name not in fields | _NOT_OURS:
                yield f"{document}: no search has the field `{name}`"
    text = (package.app / "README.md").read_text(encoding="utf-8")
    for macro in sorted(macros):
        if not re.search(rf"`{macro}[`(]", text):
            yield f"README.md of the package: says nothing of the macro {macro}"


def saved_searches(package: Package):
    """The package's README names every saved search, and no other."""
    text = (package.app / "README.md").read_text(encoding="utf-8")
    shipped = set(package.conf("savedsearches.conf"))
    named = {name.strip(" |*") for name in re.findall(r"IIS(?: Module Check|MODCHECK) - [^|*\n]+", text)}
    for name in sorted(shipped - named):
        yield f"README.md of the package: says nothing of the saved search {name}"
    for name in sorted(named - shipped):
        yield f"README.md of the package: there is no saved search {name}"


def examples(package: Package):
    """Every search in a code block of a README and in the search assistant can be run."""
    found = []
    for document, text, _ in _documents(package):
        for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE):
            if _SEARCH.search(block):
                search = re.sub(r"^\s*…", "search *", block).replace("<finding id>", searches.SAMPLE["finding_id"])
                found.append(searches.Search(f"{document}: {block.strip()[:40]}", search.strip()))
    for stanza, keys in package.conf("searchbnf.conf").items():
        found += [searches.Search(f"searchbnf.conf [{stanza}] {key}", keys[key]) for key in keys if key.startswith("example")]
    if len(found) < 10:
        yield f"only {len(found)} examples were found"
    for search in found:
        yield from searches.faults(package, search)


def options(package: Package):
    """The executable's options are those of the search assistant, and of docs/search.md."""
    request = json.dumps({"action": "getinfo", "searchinfo": {"args": ["nosuch=1"]}})
    command = [package.app / "linux_x86_64/bin/iismodcheck"]
    done = subprocess.run(command, input=f"chunked 1.0,{len(request)},0\n{request}", capture_output=True, text=True, timeout=20, env={})
    known = set(re.findall(r"(\w+)=[,\"]", done.stdout.partition("the options are")[2].partition("\n")[0]))
    if "allowlist" not in known:
        yield f"the executable does not tell its options: {done.stdout!r}"
    syntax = " ".join(keys.get("syntax", "") for keys in package.conf("searchbnf.conf").values())
    table = (ROOT / "docs/search.md").read_text(encoding="utf-8").partition("words:options ")[2].partition("/words")[0]
    table = " ".join(re.findall(r"^\| `(\w+=)`", table, re.MULTILINE))
    for where, text in (("searchbnf.conf", syntax), ("docs/search.md of the repository", table)):
        documented = set(re.findall(r"\b(\w+)=", text))
        for name in sorted(known ^ documented):
            yield f"{where}: option {name}= is {'not documented' if name in known else 'none of the command'}"


CHECKS = (files, names, saved_searches, examples, options)
