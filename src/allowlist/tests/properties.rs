//! Random site files: the order of rows does not matter, and the index agrees with looking at every entry.

use proptest::prelude::*;
use proptest::sample::select;

use super::{Seen, catalogue, with_packs, written};
use crate::allowlist::glob::Glob;
use crate::allowlist::{Effect, Entry, EntrySource, Index, Match, SiteFile, lint};
use crate::iis::fold::fold;
use crate::iis::{Image, Oddity};

const NAMES: [&str; 6] = ["A", "B", "a", "StaticFileModule", "modrpflt", ""];
const IMAGES: [&str; 10] = [
    r"D:\a.dll",
    r"d:\x\..\a.dll",
    r"D:\x\a.dll",
    r"a.dll",
    r"\\server\a.dll",
    r"%windir%\System32\inetsrv\static.dll",
    r"C:\Program Files\x\a.dll",
    r"%ProgramData%\a.dll",
    r"%UNKNOWN%\a.dll",
    "",
];
const PATTERNS: [&str; 11] = [
    r"D:\*.dll",
    r"D:\**\a.dll",
    r"*\a.dll",
    r"**",
    r"\\server\*",
    r"%windir%\**",
    r"C:\**",
    r"C:\*\a.dll",
    r"C:\Program Files*\**",
    r"?:\**\a.dll",
    r"%ProgramData%\*",
];
const TYPES: [&str; 4] = ["T.M", "T.M, T", "T.M, T, PublicKeyToken=aaaaaaaaaaaaaaaa", "T.M, U"];

fn rows() -> impl Strategy<Value = Vec<String>> {
    let exact = (select(&NAMES[..]), select(&IMAGES[..]), select(&["", "name"][..]))
        .prop_map(|(name, image, matching)| format!("{name},{image},,{matching}"));
    let glob = (select(&["A*", "*", "?", ""][..]), select(&PATTERNS[..]))
        .prop_map(|(name, image)| format!("{name},{image},,glob"));
    let typed = (select(&NAMES[..]), select(&TYPES[..])).prop_map(|(name, t)| format!("{name},,\"{t}\","));
    let row = (
        prop_oneof![exact, glob, typed],
        select(&["allow", "deny"][..]),
        select(&["", "native", "managed", "isapi_filter"][..]),
        select(&["", "web01", "web*"][..]),
        select(&["", "true", "false"][..]),
    )
        .prop_map(|(head, effect, kind, host, enabled)| format!("{head},{effect},{kind},{host},{enabled}"));
    // Rows that the reader refuses (an image for a managed module, say) are not the matter here.
    prop::collection::vec(row, 0..12).prop_map(|rows| rows.into_iter().filter(|row| sound(row)).collect())
}

const HEADER: &str = "id,name,image,type,match,effect,kind,host,enabled";

fn sound(row: &str) -> bool {
    let site = SiteFile::parse(format!("{HEADER}\nx,{row}\n").as_bytes(), "f");
    let is_switch = |e: &Entry| e.name.is_empty() && e.image.is_empty() && e.type_name.is_empty();
    site.errors.is_empty() && !site.entries.iter().any(is_switch)
}

fn index(rows: &[(usize, &String)]) -> Index {
    let lines: Vec<String> = rows.iter().map(|(id, row)| format!("e{id},{row}")).collect();
    catalogue(format!("{HEADER}\n{}\n", lines.join("\n")).as_bytes()).unwrap().index(&with_packs(&[]))
}

fn subject() -> impl Strategy<Value = Seen> {
    let native = (select(&["native", "isapi_filter", "?"][..]), select(&NAMES[..]), select(&IMAGES[..]))
        .prop_map(|(kind, name, image)| (kind, name, if image.is_empty() { "-" } else { image }));
    let managed = (select(&NAMES[..]), select(&TYPES[..])).prop_map(|(name, t)| ("managed", name, t));
    prop_oneof![native, managed]
        .prop_map(|(kind, name, shown)| Seen::new(kind, name, shown, &with_packs(&[])))
}

/// The slow twin: whether one site entry matches, straight from the rules of the file.
fn matches(entry: &Entry, seen: &Seen) -> [bool; 4] {
    let roots = with_packs(&[]).roots;
    let (deny, glob) = (entry.effect == Effect::Deny, entry.matching == Match::Glob);
    let kind =
        entry.kind.is_none_or(|kind| seen.class == kind.class() && seen.kind.is_none_or(|k| k == kind));
    // A name that is denied is denied in any case.
    let cased = |name: &str| if deny { fold(name) } else { name.to_owned() };
    let [own, seen_name] = [entry.name.as_str(), &seen.name].map(cased);
    let name =
        own.is_empty() || if glob { Glob::new(&own, None).matches(&seen_name) } else { own == seen_name };
    if !entry.enabled || !kind || !name {
        return [false; 4];
    }
    let own = Image::normalise(&entry.image, &roots);
    let image = match &seen.image {
        _ if entry.image.is_empty() => entry.type_name.is_empty() && (deny || glob),
        None => false,
        Some(image) if glob => {
            let certain = !own
                .flags
                .oddities()
                .any(|odd| !matches!(odd, Oddity::Wildcard | Oddity::Relative | Oddity::OtherDrive));
            // What is denied is denied however uncertain its path is.
            let alike = |own: &str, seen: &str| Glob::new(own, Some('\\')).matches(seen);
            alike(&own.on_drive(&roots), &image.on_drive(&roots))
                && (deny || certain && image.is_resolved() && alike(&own.normal, &image.normal))
        }
        Some(image) if deny => image.normal == own.normal,
        Some(image) => {
            let certain = image.is_resolved() && own.is_resolved();
            image.normal == own.normal && (certain || image.is_relative() && own.is_relative())
        }
    };
    let managed = !entry.type_name.is_empty()
        && seen.managed.as_ref().is_some_and(|managed| {
            let own = crate::iis::ManagedType::parse(&entry.type_name);
            if deny { own.may_be(managed) } else { own.compare(managed).is_match() }
        });
    let pair = image || managed;
    let by_name = entry.matching == Match::Name;
    [deny && (pair || by_name), !deny && !glob && pair, !deny && glob && pair, !deny && by_name]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in rows().prop_flat_map(|rows| {
            let order: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(order).prop_shuffle())
        }),
        subjects in prop::collection::vec(subject(), 1..6),
    ) {
        let plain: Vec<(usize, &String)> = rows.iter().enumerate().collect();
        let mixed: Vec<(usize, &String)> = shuffled.iter().map(|at| (*at, &rows[*at])).collect();
        let (one, other) = (index(&plain), index(&mixed));
        for seen in &subjects {
            let found = [&one, &other].map(|index| written(&index.candidates(&seen.identity()), index));
            prop_assert_eq!(&found[0], &found[1]);
        }
    }

    #[test]
    fn the_index_agrees_with_looking_at_every_entry(rows in rows(), seen in subject()) {
        let rows: Vec<(usize, &String)> = rows.iter().enumerate().collect();
        let index = index(&rows);
        let found = index.candidates(&seen.identity());
        for (number, entry) in index.entries.list.iter().enumerate().filter(|(_, e)| e.source == EntrySource::Site) {
            let lists = [&found.deny, &found.site_exact, &found.site_glob, &found.site_name];
            let listed = lists.map(|list| list.iter().filter(|n| **n == number).count());
            prop_assert_eq!(listed, matches(entry, &seen).map(usize::from), "{:?}", entry);
        }
    }

    #[test]
    fn an_uncertain_image_is_never_good(rows in rows(), name in select(&NAMES[..]), image in r"[A-Za-z:\\/.%~*?\- ]{0,24}") {
        let rows: Vec<(usize, &String)> = rows.iter().enumerate().collect();
        let index = index(&rows);
        let seen = Seen::new("native", name, if image.is_empty() { "." } else { &image }, &with_packs(&[]));
        let found = index.candidates(&seen.identity());
        let certain = seen.image.as_ref().is_some_and(Image::is_resolved);
        prop_assert!(certain || found.known_pair.is_none() && found.pack_not_chosen.is_none());
        prop_assert!(certain || found.site_glob.is_empty());
        let relative = seen.image.as_ref().is_some_and(Image::is_relative);
        prop_assert!(certain || relative || found.site_exact.is_empty());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = SiteFile::parse(&bytes, "f");
    }

    #[test]
    fn any_cells_are_read_without_panic(text in "(id|name|image|type|match|,|\"|\n|\r|glob|a|\\*|é| ){0,40}") {
        let site = SiteFile::parse(format!("name,image,type,match\n{text}").as_bytes(), "f");
        let _ = lint::check(site, &with_packs(&[]), 0).unwrap();
    }
}
