"""python3 -m detection BUILT OURS: the Enterprise Security stanza of our savedsearches.conf against what contentctl built."""

import json
import sys
from pathlib import Path

from searchhead.conf import parse

_ANNOTATIONS = "action.correlationsearch.annotations"
#: contentctl adds the kill chain phase only when it can download ATT&CK; the published detection names this one.
_ADDED = {"kill_chain_phases": ["Installation"]}
#: contentctl writes "N/A" here, which leaves a finding of Enterprise Security 8 without an entity.
_ENTITIES = "action.notable.param._entities"


def differences(built: dict[str, str], ours: dict[str, str]):
    """One line for each key that differs; action.escu.* belongs to ESCU itself and is left out of ours."""
    expected = {key: value for key, value in built.items() if not key.startswith("action.escu")}
    annotations = json.loads(expected[_ANNOTATIONS])
    expected[_ANNOTATIONS] = json.dumps(dict(sorted({**annotations, **_ADDED}.items())))
    entities = [{**entry, "risk_score": 0} for entry in json.loads(expected["action.risk.param._risk"]) if "risk_object_field" in entry]
    expected[_ENTITIES] = json.dumps(entities)
    for key in sorted(expected.keys() | ours.keys()):
        if expected.get(key) != ours.get(key):
            yield f"{key}:\n  contentctl: {expected.get(key)}\n  ours:       {ours.get(key)}"


def main(built_path: str, ours_path: str) -> int:
    """Prints the differences."""
    built, ours = (parse(Path(path).read_text(encoding="utf-8"), path) for path in (built_path, ours_path))
    found = []
    for name in (name for name in built if name.endswith(" - Rule")):
        if name not in ours:
            found.append(f"[{name}]: not in our savedsearches.conf")
            continue
        found += [f"[{name}] {line}" for line in differences(built[name], ours[name])]
    extra = [name for name in ours if name.endswith(" - Rule") and name not in built]
    found += [f"[{name}]: contentctl does not build it" for name in extra]
    for line in found:
        print(line)
    print(f"detection: {len(found)} differences from what contentctl builds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
