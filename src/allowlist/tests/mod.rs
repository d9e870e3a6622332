//! Tables of files: broken ones, what sound ones find, what the check says. And properties of the lookup.

use super::{AllowlistError, Candidates, Catalogue, EntryNumber, Identity, Index, Profile, SiteFile};
use crate::iis::{Class, Image, Kind, ManagedType};

mod builtin_data;
mod narrower;
mod packs;
mod properties;
mod tables;

/// A block of a table: title, file, expected lines.
struct Block {
    title: String,
    file: Vec<u8>,
    expected: Vec<String>,
}

fn blocks(table: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut in_file = true;
    for line in table.lines() {
        if let Some(title) = line.strip_prefix("=== ") {
            in_file = true;
            blocks.push(Block { title: title.to_owned(), file: Vec::new(), expected: Vec::new() });
            continue;
        }
        let Some(block) = blocks.last_mut() else { continue };
        match line {
            "---" => in_file = false,
            line if in_file => block.file.extend(unescaped(line).into_iter().chain([b'\n'])),
            line => block.expected.push(line.to_owned()),
        }
    }
    blocks
}

fn unescaped(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let special: [(&str, &[u8]); 5] = [
            ("{BOM}", b"\xEF\xBB\xBF"),
            ("{CR}", b"\r"),
            ("{FF}", b"\xFF"),
            ("{FE}", b"\xFE"),
            ("{NUL}", b"\0"),
        ];
        if let Some((name, value)) = special.iter().find(|(name, _)| rest.starts_with(name)) {
            bytes.extend_from_slice(value);
            rest = &rest[name.len()..];
        } else {
            bytes.extend_from_slice(c.to_string().as_bytes());
            rest = &rest[c.len_utf8()..];
        }
    }
    bytes
}

pub(super) fn catalogue(file: &[u8]) -> Result<Catalogue, AllowlistError> {
    Catalogue::new(SiteFile::parse(file, "site.csv"))
}

fn with_packs(packs: &[&str]) -> Profile {
    Profile { packs: packs.iter().map(|pack| (*pack).to_owned()).collect(), ..Profile::default() }
}

/// A module as a test writes it; `image` and `type_name` empty where not shown.
#[derive(Debug, Clone)]
struct Seen {
    kind: Option<Kind>,
    class: Class,
    name: String,
    image: Option<Image>,
    managed: Option<ManagedType>,
}

impl Seen {
    fn new(kind: &str, name: &str, shown: &str, profile: &Profile) -> Self {
        let kind = match kind {
            "native" => Some(Kind::Native),
            "managed" => Some(Kind::Managed),
            "isapi_filter" => Some(Kind::IsapiFilter),
            "handler" => Some(Kind::Handler),
            "?" => None,
            other => panic!("no kind: {other}"),
        };
        let shown = Some(shown).filter(|shown| *shown != "-");
        let managed = kind == Some(Kind::Managed);
        Self {
            kind,
            class: kind.map_or(Class::Module, Kind::class),
            name: name.to_owned(),
            image: shown.filter(|_| !managed).map(|image| Image::normalise(image, &profile.roots)),
            managed: shown.filter(|_| managed).map(ManagedType::parse),
        }
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            class: self.class,
            kind: self.kind,
            or_filter: false,
            name: &self.name,
            image: self.image.as_ref(),
            managed_type: self.managed.as_ref(),
        }
    }
}

/// Candidates with ids in place of numbers, as the tables write them.
fn written(candidates: &Candidates, index: &Index) -> String {
    let id = |number: &EntryNumber| index.entry(*number).unwrap().id.clone();
    let Candidates { deny, threat, threat_basename, known_pair, pack_not_chosen, .. } = candidates;
    let one = |number: &Option<EntryNumber>| number.iter().map(id).collect::<Vec<_>>();
    let all = |numbers: &[EntryNumber]| numbers.iter().map(id).collect::<Vec<_>>();
    let lists = [
        ("deny", all(deny)),
        ("threat", one(threat)),
        ("threat_basename", one(threat_basename)),
        ("known_pair", one(known_pair)),
        ("pack_not_chosen", one(pack_not_chosen)),
        ("site_exact", all(&candidates.site_exact)),
        ("site_glob", all(&candidates.site_glob)),
        ("site_name", all(&candidates.site_name)),
        ("known_name", all(&candidates.known_name)),
        ("known_image", all(&candidates.known_image)),
    ];
    let mut parts: Vec<String> = lists
        .iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(name, ids)| format!("{name}={}", ids.join(",")))
        .collect();
    if candidates.weak_identity {
        parts.push("weak".to_owned());
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" ") }
}
