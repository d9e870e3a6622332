//! What a part holds, and how its texts are written.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::iis::{Element, Operation, Secret, Section, ValueSource};

/// One row's facts (`iis_change_part`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part<'a> {
    /// Record number of the event; empty when unknown.
    #[serde(borrow)]
    pub record: Cow<'a, str>,
    /// Microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// SID or user; empty when unknown.
    #[serde(borrow)]
    pub actor: Cow<'a, str>,
    /// Process id; empty when unknown.
    #[serde(borrow)]
    pub process: Cow<'a, str>,
    /// The row had no time of its own: `time` is that of the search or the scan.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_assumed: bool,
    /// When the row was indexed, where that is known and far from `time`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indexed: Option<i64>,
    /// Why the event could not be read, instead of the facts below.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub unparsed: Option<Cow<'a, str>>,
    /// The facts of a row that could be read.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub change: Option<PartChange<'a>>,
}

/// The facts of a change row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartChange<'a> {
    /// Section.
    pub section: Section,
    /// Element.
    pub element: Element,
    /// Name as written.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Attribute; empty for an element row.
    #[serde(borrow)]
    pub attribute: Cow<'a, str>,
    /// Operation.
    pub operation: Operation,
    /// Old value, where shown.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Cow<'a, str>>,
    /// New value, where shown.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Cow<'a, str>>,
    /// An image that a shipper appended to the message of another row than that of the image attribute.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub appended_image: Option<Cow<'a, str>>,
    /// Configuration path as written.
    #[serde(borrow)]
    pub config_path: Cow<'a, str>,
    /// Location path as written.
    #[serde(borrow)]
    pub location: Cow<'a, str>,
    /// The rendering that gave the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ValueSource>,
    /// What is told of a value that is not copied: it stands nowhere else in the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// The change was not made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attempted: bool,
}

/// Writes a JSON string. By hand, because each control character is written with four digits.
pub(super) fn write_string(buffer: &mut Vec<u8>, text: &str) {
    let is_escaped = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    let mut rest = text.as_bytes();
    buffer.push(b'"');
    while let Some((plain, [escaped, behind @ ..])) =
        rest.iter().position(is_escaped).and_then(|at| rest.split_at_checked(at))
    {
        buffer.extend_from_slice(plain);
        match escaped {
            b'"' | b'\\' => buffer.extend_from_slice(&[b'\\', *escaped]),
            control => {
                let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' - 10 + value };
                buffer.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    digit(control >> 4),
                    digit(control & 0xF),
                ]);
            }
        }
        rest = behind;
    }
    buffer.extend_from_slice(rest);
    buffer.push(b'"');
}
