"""Where the packages under test lie: target/package, or the folder that PACKAGE_DIR names."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PACKAGE_DIR", ROOT / "target" / "package"))


def package(flavour: str) -> Path:
    """The one package of a flavour, or the add-on; `packaging/build` makes it."""
    found = sorted(FOLDER.glob("TA-iismodcheck-*.spl" if flavour == "addon" else f"iismodcheck-*-{flavour}.spl"))
    if len(found) != 1:
        raise FileNotFoundError(f"{FOLDER} has {len(found)} {flavour} packages, expected one: run packaging/build")
    return found[0]
