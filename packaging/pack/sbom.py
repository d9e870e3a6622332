"""The bill of materials: CycloneDX 1.5 as JSON, with nothing in it that changes from build to build."""

import hashlib
import json
from datetime import datetime, timezone
from urllib.parse import quote

from .crates import Crate

#: What every package holds and is described, whatever the package is called.
_PROGRAM = "iismodcheck"


def _crate(crate: Crate) -> dict:
    url = f"pkg:cargo/{quote(crate.name)}@{quote(crate.version)}"
    component = {
        "type": "library",
        "bom-ref": url,
        "name": crate.name,
        "version": crate.version,
        "scope": "required" if crate.linked else "excluded",
        "licenses": [{"expression": crate.license}],
        "purl": url,
    }
    if crate.sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": crate.sha256}]
    return component


def _runtime(part: dict) -> dict:
    url = f"pkg:generic/{quote(part['name'])}@{quote(part['version'], safe='')}"
    return {
        "type": "library",
        "bom-ref": url,
        "name": part["name"],
        "version": part["version"],
        "scope": "required",
        "licenses": [{"expression": part["license"]}],
        "purl": url,
    }


def document(version: str, crates: list[Crate], runtime: list[dict], binaries: dict[str, bytes], epoch: int) -> bytes:
    """sbom.cdx.json. `binaries` maps each path in the package to the file's bytes."""
    own = f"pkg:cargo/{_PROGRAM}@{version}"
    files = [
        {
            "type": "file",
            "bom-ref": f"file:{path}",
            "name": path,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
        }
        for path, content in sorted(binaries.items())
    ]
    libraries = [_crate(crate) for crate in crates] + [_runtime(part) for part in runtime]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": _PROGRAM,
                "version": version,
                "licenses": [{"expression": "Apache-2.0"}],
                "purl": own,
            },
        },
        "components": libraries + files,
        "dependencies": [{"ref": own, "dependsOn": [part["bom-ref"] for part in libraries if part["scope"] == "required"]}]
        + [
            {
                "ref": f"pkg:cargo/{quote(crate.name)}@{quote(crate.version)}",
                "dependsOn": [f"pkg:cargo/{quote(name)}@{quote(number)}" for name, number in (d.split("@") for d in crate.depends_on)],
            }
            for crate in crates
        ],
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
