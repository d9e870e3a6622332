//! Names in certificates: who a signer says he is.

use std::fmt;

use super::bytes::Malformed;
use super::der::{Reader, SEQUENCE, SET};
use super::oid::{self, Oid};

/// A distinguished name as the certificate holds it. Two are the same if their bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a>(pub &'a [u8]);

impl<'a> Name<'a> {
    /// The first attribute of this kind.
    pub fn attribute(self, kind: Oid<'_>) -> Option<String> {
        self.attributes().ok()?.into_iter().find(|(name, _)| *name == kind).map(|(_, value)| value)
    }

    pub fn attributes(self) -> Result<Vec<(Oid<'a>, String)>, Malformed> {
        let mut attributes = Vec::new();
        let mut sets = Reader::new(self.0).next(SEQUENCE)?.inside();
        while !sets.is_empty() {
            let mut set = sets.next(SET)?.inside();
            while !set.is_empty() {
                let mut pair = set.next(SEQUENCE)?.inside();
                let kind = pair.any()?.oid()?;
                let value = pair.any()?;
                attributes.push((kind, text(value.tag, value.value)));
            }
        }
        Ok(attributes)
    }
}

impl fmt::Display for Name<'_> {
    /// `CN=…, O=…, C=…`, the last written first as Windows shows it. What could be taken for a border between two
    /// attributes is escaped: a common name cannot pretend to an organisation.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(attributes) = self.attributes() else { return out.write_str("?") };
        for (at, (kind, value)) in attributes.iter().rev().enumerate() {
            if at > 0 {
                out.write_str(", ")?;
            }
            match *kind {
                oid::COMMON_NAME => out.write_str("CN=")?,
                oid::COUNTRY => out.write_str("C=")?,
                oid::LOCALITY => out.write_str("L=")?,
                oid::STATE => out.write_str("ST=")?,
                oid::ORGANIZATION => out.write_str("O=")?,
                oid::DOMAIN => out.write_str("DC=")?,
                oid::ORGANIZATIONAL_UNIT => out.write_str("OU=")?,
                other => write!(out, "{other}=")?,
            }
            for letter in value.chars() {
                match letter {
                    ',' | '+' | '=' | '\\' | '"' | '<' | '>' | ';' => write!(out, "\\{letter}")?,
                    letter if letter.is_control() => write!(out, "\\u{{{:x}}}", u32::from(letter))?,
                    letter => write!(out, "{letter}")?,
                }
            }
        }
        Ok(())
    }
}

/// The text of a string of DER. Bytes that are no text of their kind become U+FFFD.
fn text(tag: u8, bytes: &[u8]) -> String {
    const T61: u8 = 0x14;
    const BMP: u8 = 0x1E;
    match tag {
        BMP => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => u16::from(b'?'),
            });
            char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        T61 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
