"""A package as the checks see it: its members, and its files unpacked."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

from searchhead.conf import parse
from searchhead.errors import SearchError


@dataclass(frozen=True)
class Package:
    """`app` is the unpacked app folder; `members` are the archive's entries; `flavour` is enterprise, cloud or addon."""

    path: Path
    app: Path
    members: list[tarfile.TarInfo]
    flavour: str

    @property
    def app_id(self) -> str:
        """What the folder of the package must be called."""
        return "TA-iismodcheck" if self.flavour == "addon" else "iismodcheck"

    def conf(self, name: str) -> dict[str, dict[str, str]]:
        """One file of default/ (or metadata/ for *.meta); empty when it is not there."""
        path = self.app / ("metadata" if name.endswith(".meta") else "default") / name
        return parse(path.read_text(encoding="utf-8"), f"{path.parent.name}/{name}") if path.is_file() else {}


def unpack(path: Path, folder: Path) -> Package:
    """Unpacks an archive into an empty folder."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        archive.extractall(folder, filter="tar")
    flavour = "addon" if path.name.startswith("TA-") else "cloud" if "cloud" in path.name else "enterprise"
    return Package(path, next(folder.iterdir()), members, flavour)


def parse_errors(package: Package):
    """A conf file that does not parse, or says a thing twice."""
    for path in sorted([*package.app.glob("default/*.conf"), *package.app.glob("metadata/*.meta")]):
        try:
            parse(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")
        except SearchError as error:
            yield str(error)


