//! Managed type strings: `Namespace.Type, Assembly, Version=…, Culture=…, PublicKeyToken=…`.

use super::fold::fold;

/// How far two type strings name the same type. Ordered: the best of several matches is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TypeMatch {
    /// Another type, assembly, culture or key; or one of the two cannot be read.
    Different,
    /// The same as far as written, but the assembly or its key is missing on one side.
    Weak,
    /// The same type of the same assembly and key, in another version.
    OtherVersion,
    /// The same type, assembly and key.
    Same,
}

impl TypeMatch {
    /// Whether the two are taken for the same type.
    #[must_use]
    pub fn is_match(self) -> bool {
        self != Self::Different
    }
}

/// A managed type string, taken apart.
///
/// Space and line breaks around the parts do not count, nor do double quotes around the whole. The type's name is
/// compared with case, the assembly's name, culture and key without.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ManagedType {
    /// Namespace and type name, with the arguments of a generic type as written; compared with case.
    pub name: String,
    /// The assembly's simple name in lower case; `None` for a bare type.
    pub assembly: Option<String>,
    /// `Version`, as written.
    pub version: Option<String>,
    /// `Culture` in lower case.
    pub culture: Option<String>,
    /// `PublicKeyToken` in lower case (`null` for an unsigned assembly).
    pub token: Option<String>,
    /// The string breaks the grammar of type names or says one thing twice: it never matches anything.
    pub malformed: bool,
}

/// The longest type string that is taken apart, in bytes.
const MAX_BYTES: usize = 4096;

/// The namespace whose bare types the runtime finds in the assembly [`SYSTEM_WEB`].
const SYSTEM_WEB_NAMESPACE: &str = "System.Web.";
const SYSTEM_WEB: &str = "system.web";
const SYSTEM_WEB_TOKEN: &str = "b03f5f7f11d50a3a";

impl ManagedType {
    /// Takes a type string apart. Never fails: any text gives a type.
    #[must_use]
    pub fn parse(written: &str) -> Self {
        let mut parsed = Self {
            name: String::new(),
            assembly: None,
            version: None,
            culture: None,
            token: None,
            malformed: false,
        };
        let text = unquoted(written);
        if text.len() > MAX_BYTES {
            parsed.malformed = true;
            return parsed;
        }
        let Some(parts) = parts(text) else {
            text.clone_into(&mut parsed.name);
            parsed.malformed = true;
            return parsed;
        };
        let mut parts = parts.into_iter();
        parts.next().unwrap_or_default().clone_into(&mut parsed.name);
        parsed.malformed = parsed.name.is_empty();
        for (position, part) in parts.enumerate() {
            parsed.take(position, part);
        }
        parsed
    }

    /// Compares what is known (baseline or allowlist) with what was seen.
    ///
    /// A bare known type of the namespace `System.Web` means the assembly System.Web with Microsoft's key; any
    /// other bare known type means just what it says, so that a seen assembly makes it another type. A bare seen type
    /// is found in the global cache or the `bin` folder, and a missing key lets any assembly of that name in: weak.
    /// The version counts only where both sides have one; another version under the same key is the
    /// same module after an update or on another framework.
    #[must_use]
    pub fn compare(&self, seen: &Self) -> TypeMatch {
        if self.malformed || seen.malformed || self.name != seen.name {
            return TypeMatch::Different;
        }
        let bare_system_web = self.assembly.is_none() && self.name.starts_with(SYSTEM_WEB_NAMESPACE);
        let (assembly, token) = if bare_system_web {
            (Some(SYSTEM_WEB), Some(SYSTEM_WEB_TOKEN))
        } else {
            (self.assembly.as_deref(), self.token.as_deref())
        };
        let Some(seen_assembly) = seen.assembly.as_deref() else {
            return TypeMatch::Weak;
        };
        if assembly != Some(seen_assembly) || self.culture() != seen.culture() {
            return TypeMatch::Different;
        }
        match (token, seen.token.as_deref()) {
            (Some(known), Some(seen)) if known != seen => TypeMatch::Different,
            (Some("null") | None, _) | (_, None) => TypeMatch::Weak,
            (Some(_), Some(_)) => match (self.version.as_deref(), seen.version.as_deref()) {
                (Some(known), Some(seen)) if known != seen => TypeMatch::OtherVersion,
                _ => TypeMatch::Same,
            },
        }
    }

    fn culture(&self) -> &str {
        self.culture.as_deref().unwrap_or("neutral")
    }

    /// Takes one part after the type's name: the assembly's name, then its properties.
    fn take(&mut self, position: usize, part: &str) {
        let Some((key, value)) = part.split_once('=') else {
            if position == 0 && !part.is_empty() {
                self.assembly = Some(fold(part));
            } else {
                self.malformed = true;
            }
            return;
        };
        let value = value.trim_ascii();
        let (slot, value) = match key.trim_ascii().to_ascii_lowercase().as_str() {
            "version" => (&mut self.version, value.to_owned()),
            "culture" => (&mut self.culture, value.to_ascii_lowercase()),
            "publickeytoken" => (&mut self.token, value.to_ascii_lowercase()),
            // Properties that do not change which assembly is meant.
            "processorarchitecture" | "retargetable" | "contenttype" | "custom" | "publickey" => return,
            _ => {
                self.malformed = true;
                return;
            }
        };
        // Properties without an assembly, an empty property, or one that is there twice.
        self.malformed |= position == 0 || value.is_empty() || slot.is_some();
        *slot = Some(value);
    }
}

fn unquoted(written: &str) -> &str {
    let trimmed = written.trim_ascii();
    trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map_or(trimmed, str::trim_ascii)
}

/// The parts between commas that stand outside the brackets of generic arguments and are not escaped by `\`.
/// `None` when brackets do not pair, or for a control character inside a part.
fn parts(text: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    let mut escaped = false;
    for (position, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(text.get(start..position)?.trim_ascii());
                start = position + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?.trim_ascii());
    let sound = depth == 0 && !escaped && !parts.iter().any(|part| part.contains(char::is_control));
    sound.then_some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MAX_BYTES, ManagedType, TypeMatch};

    /// Columns: known, seen, expected; `\n` for a line break.
    const PAIRS: &str = include_str!("../../tests/fixtures/iis/types.tsv");

    #[test]
    fn pairs_of_type_strings() {
        let mut rows = 0;
        for line in PAIRS.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<_> = line.split('\t').map(|cell| cell.replace("{LF}", "\n")).collect();
            let [known, seen, expected] = cells.as_slice() else { panic!("three cells: {line}") };
            let found = ManagedType::parse(known).compare(&ManagedType::parse(seen));
            assert_eq!(&format!("{found:?}"), expected, "{line}");
            rows += 1;
        }
        assert!(rows > 35, "{rows} rows");
    }

    #[test]
    fn parts_of_a_full_name() {
        let parsed = ManagedType::parse(
            " \"A.B`1[[C, D, Version=1.0.0.0],[E]]+F\\,G , My.Asm,\n version = 4.0.0.0,CULTURE=Neutral, PublicKeyToken=31BF3856AD364E35, Custom=null\"\r\n",
        );
        assert_eq!(parsed.name, "A.B`1[[C, D, Version=1.0.0.0],[E]]+F\\,G");
        assert_eq!(parsed.assembly.as_deref(), Some("my.asm"));
        assert_eq!(parsed.version.as_deref(), Some("4.0.0.0"));
        assert_eq!(parsed.culture.as_deref(), Some("neutral"));
        assert_eq!(parsed.token.as_deref(), Some("31bf3856ad364e35"));
        assert!(!parsed.malformed);
    }

    /// Other white space and other letters are part of a name, not a spelling of it.
    #[test]
    fn only_ascii_is_dropped_or_folded() {
        let known = ManagedType::parse("A.B, Kit, PublicKeyToken=00");
        for seen in [
            "A.B\u{a0}, Kit, PublicKeyToken=00",
            "A.B, Kit\u{a0}, PublicKeyToken=00",
            "A.B, \u{212a}it, PublicKeyToken=00",
        ] {
            assert_eq!(known.compare(&ManagedType::parse(seen)), TypeMatch::Different, "{seen}");
        }
    }

    #[test]
    fn the_better_match_is_the_greater() {
        let matches = [TypeMatch::Different, TypeMatch::Weak, TypeMatch::OtherVersion, TypeMatch::Same];
        assert_eq!(matches.map(TypeMatch::is_match), [false, true, true, true]);
        assert!(matches.is_sorted());
    }

    #[test]
    fn an_overlong_string_is_not_taken_apart() {
        assert!(!ManagedType::parse(&"a".repeat(MAX_BYTES)).malformed);
        assert!(ManagedType::parse(&"a".repeat(MAX_BYTES + 1)).malformed);
        let parsed = ManagedType::parse(&"[".repeat(1_000_000));
        assert!(parsed.malformed && parsed.name.is_empty());
    }

    proptest! {
        #[test]
        fn total_and_equal_to_itself(text in r#"[A-Za-z.,=\[\]\\" \n`+]{0,60}"#) {
            let parsed = ManagedType::parse(&text);
            let found = parsed.compare(&parsed);
            prop_assert_eq!(found == TypeMatch::Different, parsed.malformed);
        }

        #[test]
        fn any_text_is_taken(text in any::<String>()) {
            let parsed = ManagedType::parse(&text);
            prop_assert!(parsed.name.len() <= text.len());
        }
    }
}
