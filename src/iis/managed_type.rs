//! Managed type strings: `Namespace.Type, Assembly, Version=…, Culture=…, PublicKeyToken=…`.

use super::fold::fold;

/// How far two type strings name the same type. Ordered: the best of several matches is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TypeMatch {
    /// Another type, assembly, culture or key; or one of the two cannot be read.
    Different,
    /// The same as far as written, but nothing known names a key: any assembly of that name is meant.
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

/// The assembly in which a bare type is looked for first, its key, and its versions.
const SYSTEM_WEB: &str = "system.web";
const SYSTEM_WEB_KEY: &str = "b03f5f7f11d50a3a";
const SYSTEM_WEB_VERSIONS: [&str; 2] = ["2.0.0.0", "4.0.0.0"];
/// The modules in it (documented by Microsoft).
const SYSTEM_WEB_MODULES: [&str; 13] = [
    "System.Web.Caching.OutputCacheModule",
    "System.Web.Profile.ProfileModule",
    "System.Web.Routing.UrlRoutingModule",
    "System.Web.Security.AnonymousIdentificationModule",
    "System.Web.Security.DefaultAuthenticationModule",
    "System.Web.Security.FileAuthorizationModule",
    "System.Web.Security.FormsAuthenticationModule",
    "System.Web.Security.PassportAuthenticationModule",
    "System.Web.Security.RoleManagerModule",
    "System.Web.Security.UrlAuthorizationModule",
    "System.Web.Security.WindowsAuthenticationModule",
    "System.Web.SessionState.SessionStateModule",
    "System.Web.UrlMappingsModule",
];
/// How the assemblies of the .NET Framework begin that register modules.
const FRAMEWORK: &str = "system.";
/// The version that all of these have with .NET Framework 4 (documented by Microsoft).
const FRAMEWORK_VERSION: &str = "4.0.0.0";
/// The versions that assemblies of the .NET Framework have where IIS 7 and later run.
const FRAMEWORK_VERSIONS: [&str; 4] = ["2.0.0.0", "3.0.0.0", "3.5.0.0", FRAMEWORK_VERSION];

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
    /// A known key has to be there: without it, or with another one, the runtime may load another file. A bare known type means
    /// just what it says, so that a seen assembly makes it another type. Where nothing known names a key, any assembly of that
    /// name is meant: weak. The version counts only where both sides have one; another version under the same key is the same
    /// module after an update or on another framework.
    #[must_use]
    pub fn compare(&self, seen: &Self) -> TypeMatch {
        if self.malformed || seen.malformed || self.name != seen.name {
            return TypeMatch::Different;
        }
        let ((assembly, key), (seen_assembly, seen_key)) = (self.file(), seen.file());
        if seen_assembly.is_some() && (assembly != seen_assembly || self.culture() != seen.culture()) {
            return TypeMatch::Different;
        }
        match (key, seen_key) {
            (None, _) => TypeMatch::Weak,
            (Some(known), Some(other)) if known == other && self.knows_version_of(seen) => TypeMatch::Same,
            (Some(known), Some(other)) if known == other => TypeMatch::OtherVersion,
            (Some(_), _) => TypeMatch::Different,
        }
    }

    /// Whether what was seen may be this type: what is denied stays denied in a weaker or a fuller spelling.
    ///
    /// A bare type is that type wherever it comes from; an assembly or a key that only one side names is no difference,
    /// because the runtime then takes the file that it finds.
    #[must_use]
    pub fn may_be(&self, seen: &Self) -> bool {
        if self.malformed || seen.malformed || self.name != seen.name {
            return false;
        }
        if self.assembly.is_none() {
            return true;
        }
        let ((assembly, key), (seen_assembly, seen_key)) = (self.file(), seen.file());
        seen_assembly.is_none()
            || assembly == seen_assembly
                && self.culture() == seen.culture()
                && (key.is_none() || seen_key.is_none() || key == seen_key)
    }

    /// The assembly and the key by which the runtime finds the file. A bare type is looked for in System.Web first
    /// (documented), so that the bare names of its own modules mean that assembly.
    #[must_use]
    pub fn file(&self) -> (Option<&str>, Option<&str>) {
        if self.is_of_system_web() {
            return (Some(SYSTEM_WEB), Some(SYSTEM_WEB_KEY));
        }
        (self.assembly.as_deref(), self.token.as_deref().filter(|token| *token != "null"))
    }

    /// Whether a key says which file is loaded.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.file().1.is_some()
    }

    /// Whether it names no assembly, and is no module of System.Web: every assembly at hand is looked through.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.file().0.is_none()
    }

    /// Whether it is the type of `old` without what said which file is loaded: its key, or what else a full name has.
    #[must_use]
    pub fn lost_key_of(&self, old: &Self) -> bool {
        let same_assembly = self.is_bare() || self.file().0 == old.file().0;
        let less = old.is_full() && !self.is_full() && self.file() == old.file();
        let weaker = old.has_key() && !self.has_key() || less;
        self.name == old.name && same_assembly && weaker
    }

    /// Whether the assembly is named like those of the .NET Framework itself, with a key and a version that IIS 7 and later run
    /// on (`System.Web.Extensions` 1.0 was a product of its own). Only to be asked about what is known.
    #[must_use]
    pub fn is_of_framework(&self) -> bool {
        let (assembly, key) = self.file();
        let beside = self.version.as_deref().is_some_and(|version| version.starts_with("1."));
        key.is_some() && !beside && assembly.is_some_and(|name| name.starts_with(FRAMEWORK))
    }

    /// The versions of its assembly that it tells of.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        let own: &[&str] = if self.is_of_system_web() { &SYSTEM_WEB_VERSIONS } else { &[] };
        let later = self.is_of_framework().then_some(FRAMEWORK_VERSION);
        own.iter().copied().chain(self.version.as_deref()).chain(later)
    }

    /// Whether all is written that the global cache is asked for (documented: name, version, culture and key; whatever has less is
    /// looked for in the folder of the application only).
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_of_system_web() || self.has_key() && self.version.is_some() && self.culture.is_some()
    }

    /// Whether another spelling of this type of the .NET Framework is one that the global cache may have: a full name, in a version
    /// of the framework.
    #[must_use]
    pub fn has_in_cache(&self, seen: &Self) -> bool {
        let there_is = |version: &str| FRAMEWORK_VERSIONS.contains(&version);
        !self.is_of_framework() || seen.is_full() && seen.version.as_deref().is_none_or(there_is)
    }

    fn is_of_system_web(&self) -> bool {
        self.assembly.is_none() && SYSTEM_WEB_MODULES.binary_search(&self.name.as_str()).is_ok()
    }

    /// Whether another type with this assembly and key is of a version that is known.
    fn knows_version_of(&self, seen: &Self) -> bool {
        match (self.version.as_deref(), seen.version.as_deref()) {
            (Some(known), Some(seen)) => known == seen,
            (None, Some(seen)) if self.is_of_system_web() => SYSTEM_WEB_VERSIONS.contains(&seen),
            _ => true,
        }
    }

    fn culture(&self) -> &str {
        self.culture.as_deref().unwrap_or("neutral")
    }

    /// Takes one part after the type's name: the assembly's name, then its properties.
    fn take(&mut self, position: usize, part: &str) {
        let Some((key, value)) = part.split_once('=') else {
            if position == 0 && !part.is_empty() {
                // The runtime takes quotes around the name of an assembly away, as around the whole.
                self.assembly = Some(fold(unquoted(part)));
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
    fn modules_of_system_web_are_sorted_for_the_search() {
        assert!(super::SYSTEM_WEB_MODULES.is_sorted());
    }

    #[test]
    fn the_cache_has_full_names_in_versions_of_the_framework() {
        let key = "PublicKeyToken=31bf3856ad364e35";
        let known = ManagedType::parse(&format!(
            "A.H, System.Web.Extensions, Version=4.0.0.0, Culture=neutral, {key}"
        ));
        for (version, has) in [
            ("Version=3.5.0.0, Culture=neutral", true),
            ("Version=9.9.9.9, Culture=neutral", false),
            ("Version=4.0.0.0", false),
            ("Culture=neutral", false),
        ] {
            let seen = ManagedType::parse(&format!("A.H, System.Web.Extensions, {version}, {key}"));
            assert_eq!(known.has_in_cache(&seen), has, "{version}");
        }
        // What is not of the framework has no such place.
        let other = ManagedType::parse(&format!("A.H, Acme, Version=1.2.0.0, Culture=neutral, {key}"));
        assert!(other.has_in_cache(&ManagedType::parse("A.H, Acme")));
    }

    #[test]
    fn a_key_is_lost_where_only_it_went() {
        let full = "A.M, Acme, Version=1.0.0.0, PublicKeyToken=00";
        let whole = "A.M, Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=00";
        for (old, new, lost) in [
            (full, "A.M, Acme", true),
            (full, "A.M", true),
            (full, "A.M, Acme, PublicKeyToken=null", true),
            (full, full, false),
            (full, "A.M, Acme, Version=2.0.0.0, PublicKeyToken=00", false),
            (whole, "A.M, Acme, Version=2.0.0.0, Culture=neutral, PublicKeyToken=00", false),
            (whole, full, true),
            (whole, "A.M, Acme, Culture=neutral, PublicKeyToken=00", true),
            (whole, "A.M, Acme, Culture=neutral, PublicKeyToken=11", false),
            (full, whole, false),
            (full, "A.M, Acme, PublicKeyToken=00", false),
            (full, "A.M, Other", false),
            (full, "A.N, Acme", false),
            ("A.M, Acme", "A.M", false),
            ("System.Web.Profile.ProfileModule", "System.Web.Profile.ProfileModule, System.Web", true),
            ("System.Web.Mvc.M", "System.Web.Mvc.M, System.Web", false),
        ] {
            let [old, new] = [old, new].map(ManagedType::parse);
            assert_eq!(new.lost_key_of(&old), lost, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_weaker_spelling_may_be_what_is_known() {
        let full = "A.M, Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=00";
        let own = "System.Web.Profile.ProfileModule";
        for (known, seen, may_be) in [
            (full, full, true),
            (full, "A.M", true),
            (full, "A.M, acme", true),
            (full, "A.M, Acme, Version=2.0.0.0, PublicKeyToken=null", true),
            (full, "A.M, Acme, PublicKeyToken=01", false),
            (full, "A.M, Acme, Culture=de, PublicKeyToken=00", false),
            (full, "A.M, Other", false),
            (full, "a.m, Acme", false),
            (full, "A.M, Acme, Version=", false),
            ("A.M, Acme", full, true),
            ("A.M", full, true),
            ("A.M", "A.M, Acme, Culture=de", true),
            (own, "System.Web.Profile.ProfileModule, Evil", true),
            ("System.Web.Profile.ProfileModule, Evil", own, false),
            ("System.Web.Profile.ProfileModule, System.Web, PublicKeyToken=b03f5f7f11d50a3a", own, true),
        ] {
            let [known, seen] = [known, seen].map(ManagedType::parse);
            assert_eq!(known.may_be(&seen), may_be, "{known:?} {seen:?}");
        }
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
            prop_assert_eq!(parsed.may_be(&parsed), !parsed.malformed);
        }

        #[test]
        fn any_text_is_taken(text in any::<String>()) {
            let parsed = ManagedType::parse(&text);
            prop_assert!(parsed.name.len() <= text.len());
        }
    }
}
