"""The licence texts that must travel with the binary."""

import html.parser
import re
from pathlib import Path

from .crates import Crate
from .errors import PackError

_NAMES = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?$")
_RULE = "=" * 100

_HEAD = """Licences of what the iismodcheck binaries contain.

iismodcheck itself is under the Apache License 2.0 (LICENSE.txt). Its binaries contain the parts listed below; each
text is printed once, under the names of all parts that it came with.
"""
#: Behind it where the GNU C library is one of the parts.
_RELINK = """
The Linux x86-64 binary has the GNU C library linked statically, which is under the LGPL 2.1. The complete source of
iismodcheck and the script that builds this package are public, so that you can relink it with a changed GNU C library:
`packaging/build --targets linux-x86_64` in the project's source tree.
"""


class _Text(html.parser.HTMLParser):
    """Plain text of an HTML page."""

    def __init__(self):
        super().__init__()
        self.parts: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag, attrs):
        self.hidden = tag in ("style", "script")
        if tag in ("p", "li", "h1", "h2", "h3", "h4", "br", "pre", "div", "summary"):
            self.parts.append("\n")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise PackError(f"{path}: the licence text cannot be read ({error.strerror})") from error
    if path.suffix == ".html":
        reader = _Text()
        reader.feed(text)
        text = "".join(reader.parts)
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _texts_of(crate: Crate, own_licence: Path) -> list[str]:
    files = [path for path in sorted(crate.source.iterdir()) if path.is_file() and _NAMES.match(path.name)]
    folder = crate.source / "LICENSES"
    if not files and folder.is_dir():
        files = sorted(path for path in folder.iterdir() if path.is_file())
    if files:
        return [_read(path) for path in files]
    if "Apache-2.0" in crate.license:
        return [_read(own_licence)]
    raise PackError(f"crate {crate.key} ({crate.license}) carries no licence text: {crate.source}")


def document(crates: list[Crate], runtime: list[dict], own_licence: Path) -> bytes:
    """THIRD_PARTY_LICENSES.txt: a list of the linked parts, then each licence text once."""
    rows: list[str] = []
    # Keyed without white space: many crates carry the same text with other line breaks.
    texts: dict[str, tuple[str, list[str]]] = {}

    def add(text: str, label: str) -> None:
        texts.setdefault(" ".join(text.split()), (text, []))[1].append(label)

    for crate in crates:
        if crate.linked:
            label = f"{crate.name} {crate.version}"
            rows.append(f"{label:45} {crate.license}")
            for text in _texts_of(crate, own_licence):
                add(text, label)
    for part in runtime:
        label = f"{part['name']} {part['version']}"
        rows.append(f"{label:45} {part['license']}")
        for path in part["texts"]:
            add(_read(Path(path)), label)
    head = _HEAD + (_RELINK if any(part["name"] == "glibc" for part in runtime) else "")
    sections = [head, "\n".join(rows) + "\n"]
    for text, labels in texts.values():
        names = ", ".join(dict.fromkeys(labels))
        sections.append(f"{_RULE}\n{names}\n{_RULE}\n\n{text}")
    return "\n".join(sections).encode()
