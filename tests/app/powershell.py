"""Whether PowerShell files are well-formed, by tree-sitter's grammar; each is damaged as well, which must be seen."""

import sys
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_powershell.language()))


def faults(node: Node) -> list[str]:
    """Where the grammar is left."""
    own = [f"line {node.start_point.row + 1}"] if node.is_error or node.is_missing else []
    return own + [fault for child in node.children for fault in faults(child)]


def of(text: str) -> list[str]:
    return faults(PARSER.parse(text.encode()).root_node)


bad = False
for name in sys.argv[1:]:
    text = Path(name).read_text(encoding="utf-8")
    found = of(text)
    for fault in found:
        print(f"error: {name}, {fault}: no PowerShell")
    without = text[: text.rindex("}")] + text[text.rindex("}") + 1 :]
    if not of(without):
        print(f"error: {name}: a missing brace was not seen")
    bad = bad or bool(found) or not of(without)
sys.exit(bad)
