use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{How, Known, Likeness, Lookalikes, Part, Resemblance};
use crate::iis::{Image, Roots};

/// Columns: `default` or `pack`, name, DLL.
const KNOWN: &str = include_str!("../../../tests/fixtures/iis/known_names.tsv");
/// Columns: name, DLL, module it resembles, reason code.
const LOOKALIKES: &str = include_str!("../../../tests/fixtures/iis/lookalikes.tsv");
/// Columns: name, DLL.
const LEGITIMATE: &str = include_str!("../../../tests/fixtures/iis/legitimate_names.tsv");

fn rows(table: &'static str) -> Vec<Vec<String>> {
    let unescape = |cell: &str| {
        ["0000", "0020", "00AD", "200B"].iter().fold(cell.to_owned(), |cell, code| {
            let c = char::from_u32(u32::from_str_radix(code, 16).expect("hex")).expect("character");
            cell.replace(&format!("{{U+{code}}}"), &c.to_string())
        })
    };
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(unescape).collect()).collect()
}

fn stem(dll: &str) -> Option<String> {
    (!dll.is_empty()).then(|| Image::normalise(dll, &Roots::default()).stem().to_owned())
}

/// Group, name and stem of every known module.
fn known() -> Vec<(String, String, Option<String>)> {
    let row = |row: Vec<String>| (row[0].clone(), row[1].clone(), stem(&row[2]));
    rows(KNOWN).into_iter().map(row).collect()
}

fn index(modules: &[(String, String, Option<String>)]) -> Lookalikes {
    Lookalikes::new(modules.iter().map(|(_, name, stem)| Known { name, stem: stem.as_deref() }))
}

fn by_default() -> Lookalikes {
    let modules: Vec<_> = known().into_iter().filter(|(group, ..)| group == "default").collect();
    assert!(modules.len() > 60);
    index(&modules)
}

#[test]
fn silent_on_every_known_module() {
    let modules = known();
    let all = index(&modules);
    for (_, name, stem) in &modules {
        assert_eq!(all.find(name, stem.as_deref()), None, "{name} {stem:?}");
        assert_eq!(all.find(name, None), None, "{name}");
    }
}

#[test]
fn table_of_lookalikes() {
    let known = by_default();
    for row in rows(LOOKALIKES) {
        let [name, dll, resembled, code] = row.as_slice() else { panic!("four cells: {row:?}") };
        let found = known.find(name, stem(dll).as_deref());
        let seen = found.as_ref().map_or(("", ""), |found| (found.known.as_str(), found.code().as_str()));
        assert_eq!(seen, (resembled.as_str(), code.as_str()), "{name} {dll}: {found:?}");
    }
}

#[test]
fn silent_on_legitimate_modules() {
    let known = by_default();
    let hits: Vec<_> = rows(LEGITIMATE)
        .iter()
        .filter_map(|row| Some((row[0].clone(), known.find(&row[0], stem(&row[1]).as_deref())?.describe())))
        .collect();
    assert_eq!(hits, []);
}

/// How far the packs' own modules would be taken for others if they were not members: the price of the rules, kept
/// in sight.
#[test]
fn pack_modules_against_the_default_set() {
    let default = by_default();
    let hits: Vec<_> = known()
        .iter()
        .filter(|(group, ..)| group == "pack")
        .filter_map(|(_, name, stem)| {
            Some(format!("{name}: {}", default.find(name, stem.as_deref())?.describe()))
        })
        .collect();
    assert_eq!(hits, Vec::<String>::new());
}

#[test]
fn says_what_is_resembled_and_how() {
    let known = by_default();
    for (name, stem, expected) in [
        ("StatlcFileModule", None, "its name is 1 edit away from StaticFileModule"),
        ("HttpLogingModul", None, "its name is 2 edits away from HttpLoggingModule"),
        ("staticfilemodule", None, "its name differs in case only from StaticFileModule"),
        ("FastCgiModule_64bit", None, "its name is derived from FastCgiModule"),
        ("UrlAuth\u{43e}rizationModule", None, "its name looks like UrlAuthorizationModule"),
        (" CgiModule", None, "its name has invisible characters or white space but is otherwise CgiModule"),
        ("x", Some("static"), "the file name of its DLL is static.dll of StaticFileModule"),
        (
            "x",
            Some("modrpflt"),
            "the file name of its DLL is 1 edit away from modrqflt.dll of RequestFilteringModule",
        ),
        ("x", Some("managedengine64"), "the file name of its DLL is ManagedEngine64"),
    ] {
        assert_eq!(known.find(name, stem).expect(name).describe(), expected);
    }
}

#[test]
fn every_likeness_is_given() {
    let hows = [How::Invisible, How::Case, How::Same, How::Confusable, How::Edits(1), How::Affix];
    let mut given: Vec<_> = [Part::Name, Part::Stem]
        .into_iter()
        .flat_map(|part| hows.map(|how| (part, how)))
        .map(|(part, how)| {
            Resemblance { known: String::new(), part, target: Part::Name, text: String::new(), how }.code()
        })
        .collect();
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), Likeness::ALL.len());
}

#[test]
fn order_of_the_known_does_not_matter() {
    let mut modules = known();
    let forward = index(&modules);
    modules.reverse();
    let backward = index(&modules);
    for row in rows(LOOKALIKES).iter().chain(&rows(LEGITIMATE)) {
        let stem = stem(&row[1]);
        assert_eq!(
            forward.find(&row[0], stem.as_deref()),
            backward.find(&row[0], stem.as_deref()),
            "{row:?}"
        );
    }
}

#[test]
fn a_known_name_as_if_it_were_not() {
    let known = Lookalikes::new([
        Known { name: "StaticFileModule", stem: Some("static") },
        Known { name: "StatlcFileModule", stem: Some("acme") },
        Known { name: "Acme", stem: Some("acme") },
    ]);
    let other = |name, stem| known.find_other(name, stem).map(|found| (found.known, found.part));
    assert_eq!(other("StatlcFileModule", None), Some(("StaticFileModule".to_owned(), Part::Name)));
    assert_eq!(other("Acme", Some("acme")), Some(("StatlcFileModule".to_owned(), Part::Stem)));
    assert_eq!(other("Acme", None), None);
    assert_eq!(known.find("StatlcFileModule", Some("acme")), None);
}

#[test]
fn nothing_known_resembles_nothing() {
    assert_eq!(Lookalikes::default().find("StaticFileModule", Some("static")), None);
}

#[test]
fn hostile_lengths() {
    let known = by_default();
    let long = "StaticFileModule_".to_owned() + &"x".repeat(1_000_000);
    assert_eq!(known.find(&long, None).map(|found| found.how), Some(How::Affix));
    let hidden = "StaticFileModule".to_owned() + &"\u{200b}".repeat(400);
    assert_eq!(known.find(&hidden, None).map(|found| found.how), Some(How::Invisible));
    for text in ["\u{fdfa}".repeat(1_000_000), "\u{200b}".repeat(1_000_000), "a".repeat(1_000_000)] {
        assert_eq!(known.find(&text, Some(&text)), None);
    }
}

/// Every text that is one insertion, deletion, substitution or swap away, with a few letters to stand for all.
fn one_edit_away(text: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut mutants = BTreeSet::new();
    let mut add = |mutant: Vec<char>| mutants.insert(mutant.into_iter().collect::<String>());
    for at in 0..characters.len() {
        let mut shorter = characters.clone();
        shorter.remove(at);
        add(shorter);
        let mut swapped = characters.clone();
        swapped.swap(at, (at + 1).min(characters.len() - 1));
        add(swapped);
        for letter in ['a', 'e', 'x', '0', '_'] {
            let mut other = characters.clone();
            other[at] = letter;
            add(other);
            let mut longer = characters.clone();
            longer.insert(at + 1, letter);
            add(longer);
        }
    }
    mutants
}

/// Found, whatever else the module says, unless what is distinctive in the name is shorter than five letters.
#[test]
fn one_edit_in_a_default_name() {
    let (known, modules) = (by_default(), known());
    let names: BTreeSet<_> =
        modules.iter().filter(|(group, ..)| group == "default").map(|(_, name, _)| name).collect();
    for name in &names {
        let missed: Vec<_> = one_edit_away(name)
            .into_iter()
            .filter(|mutant| !names.contains(mutant) && known.find(mutant, Some("zzz")).is_none())
            .collect();
        let short = ["CgiModule", "CorsModule"].contains(&name.as_str());
        assert!(missed.is_empty() || short, "{name}: {missed:?}");
    }
}

#[test]
fn one_edit_in_a_default_dll() {
    let known = by_default();
    for (group, _, stem) in self::known() {
        let Some(stem) = stem.filter(|_| group == "default") else { continue };
        let missed: Vec<_> = one_edit_away(&stem)
            .into_iter()
            .filter(|mutant| known.find("zzz", Some(mutant)).is_none())
            .collect();
        assert!(missed.is_empty() || stem == "cgi", "{stem}: {missed:?}");
    }
}

/// One character of another script that looks the same is found, however short the name.
#[test]
fn one_confusable_in_a_default_name() {
    const TWINS: &[(char, char)] = &[
        ('a', '\u{430}'),
        ('c', '\u{441}'),
        ('e', '\u{435}'),
        ('o', '\u{43e}'),
        ('p', '\u{440}'),
        ('i', '\u{456}'),
        ('s', '\u{455}'),
        ('A', '\u{410}'),
        ('C', '\u{421}'),
        ('H', '\u{397}'),
        ('M', '\u{41c}'),
        ('S', '\u{405}'),
    ];
    let known = by_default();
    let mut mutants = 0;
    for (_, name, _) in self::known().iter().filter(|(group, ..)| group == "default") {
        for (at, c) in name.char_indices() {
            let Some((plain, twin)) = TWINS.iter().find(|(plain, _)| *plain == c) else { continue };
            let mutant = format!("{}{twin}{}", &name[..at], &name[at + plain.len_utf8()..]);
            let found = known.find(&mutant, None).map(|found| (found.known, found.how));
            assert_eq!(found, Some((name.clone(), How::Confusable)), "{mutant}");
            mutants += 1;
        }
    }
    assert!(mutants > 500, "{mutants}");
}

proptest! {
    #[test]
    fn any_text_is_taken(name in any::<String>(), stem in any::<Option<String>>()) {
        let known = Lookalikes::new([Known { name: "StaticFileModule", stem: Some("static") }]);
        let found = known.find(&name, stem.as_deref());
        prop_assert!(found.is_none_or(|found| !found.describe().is_empty()));
    }
}

proptest! {
    /// What is looked up of names that begin with another letter, and compared of the others, is what all comparisons give.
    #[test]
    fn edits_are_found_wherever_they_are(name in "[ac]{5,9}", others in proptest::collection::vec("[ac]{5,9}", 1..20)) {
        let modules = || others.iter().map(|name| Known { name, stem: None });
        let characters = |text: &str| text.chars().collect::<Vec<_>>();
        let edits = |other: &String| {
            let edits = super::distance::within(&characters(&name), &characters(other), 2)?;
            let counts = edits == 1 || (name[..1] == other[..1] && name.len().min(other.len()) >= 7);
            counts.then_some((edits, other.clone()))
        };
        let expected = others.iter().filter_map(edits).min().filter(|_| !others.contains(&name));
        let found = Lookalikes::new(modules()).find(&name, None).map(|found| (found.how, found.known));
        prop_assert_eq!(found, expected.map(|(edits, known)| (How::Edits(edits), known)));
    }
}

#[test]
fn an_edit_changes_at_most_two_letters_of_the_set() {
    let set = |text: &str| super::letters(text);
    for (a, b, changed) in [
        ("static", "static", 0),
        ("static", "sttatic", 0),
        ("static", "staticx", 1),
        ("static", "stxtic", 2),
        ("", "abc", 3),
        ("abc", "xyz", 6),
    ] {
        assert_eq!((set(a) ^ set(b)).count_ones(), changed, "{a} {b}");
    }
}

/// What does not show, however long, hides nothing: neither behind a name, nor before or in it.
#[test]
fn fillings_of_any_length_hide_no_resemblance() {
    let known = by_default();
    for filling in ["\u{200b}", "\u{2060}\u{ad}", "\u{34f}", " ", "\u{3000}", "\t"] {
        for length in [1, 600, 5_000] {
            let filling = filling.repeat(length);
            for name in [
                format!("StaticFileModule{filling}"),
                format!("{filling}StaticFileModule"),
                format!("{filling}StaticFileModule{filling}"),
            ] {
                let found = known.find(&name, None).expect(&name);
                assert_eq!((found.known.as_str(), found.how), ("StaticFileModule", How::Invisible));
            }
            // One blank is an edit, and so are many.
            assert_eq!(
                known.find(&format!("Static{filling}FileModule"), None).unwrap().known,
                "StaticFileModule"
            );
            assert_eq!(known.find(&format!("Zeta{filling}"), None), None);
        }
    }
}
