//! Functions that are imported by number and known by name: the exports of three DLLs of Windows. Only the imphash
//! needs them, and all who compute it must use the same ones; these are those of the Python module pefile.

use std::borrow::Cow;

/// `NUMBER NAME` lines of a DLL; empty for the others.
pub(super) fn of(dll: &str) -> &'static str {
    match dll {
        "oleaut32.dll" => include_str!("ordinals/oleaut32.txt"),
        "ws2_32.dll" => include_str!("ordinals/ws2_32.txt"),
        "wsock32.dll" => include_str!("ordinals/wsock32.txt"),
        _ => "",
    }
}

/// The name of a function by these lines, else `ordN`.
pub(super) fn name(lines: &'static str, ordinal: u16) -> Cow<'static, str> {
    let number = ordinal.to_string();
    let name = |line: &'static str| line.strip_prefix(&number)?.strip_prefix(' ');
    lines.lines().find_map(name).map_or_else(|| format!("ord{number}").into(), Cow::Borrowed)
}
