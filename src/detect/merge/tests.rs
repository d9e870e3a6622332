//! Merging, rule by rule, and the property that the order of coming does not matter.

mod deletions;
mod removals;
use std::borrow::Cow;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::detect::Verdict;
use crate::detect::time::SECOND;
use crate::iis::{Kind, ValueSource};

const PATH: &str = "MACHINE/WEBROOT/APPHOST";

/// A part written as `record section element/@attribute operation old -> new`; `-` for no value, and the values left
/// out where the rendering hides them.
fn part(text: &str) -> Part<'static> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (element, attribute) = words[2].split_once("/@").unwrap_or((words[2], ""));
    let value = |at: usize| words.get(at).map(|word| Cow::Owned(word.trim_matches('-').to_owned()));
    let hidden = words[3] == "hidden";
    Part {
        record: Cow::Owned(words[0].to_owned()),
        time: 1_700_000_000_000_000 + words[0].parse::<i64>().unwrap_or_default() * 1000,
        actor: Cow::Borrowed("S-1-5-21-1-500"),
        process: Cow::Borrowed(if hidden { "" } else { "4242" }),
        time_assumed: false,
        indexed: None,
        unparsed: None,
        change: Some(PartChange {
            section: match words[1] {
                "global" => Section::GlobalModules,
                "modules" => Section::Modules,
                _ => Section::IsapiFilters,
            },
            element: match element {
                "add" => Element::Add,
                "remove" => Element::Remove,
                "clear" => Element::Clear,
                _ => Element::Section,
            },
            name: Cow::Borrowed(if matches!(element, "add" | "remove") { "X" } else { "" }),
            attribute: Cow::Owned(attribute.to_owned()),
            operation: match words[3] {
                "1" => Operation::Add,
                "2" => Operation::Delete,
                "3" => Operation::Modify,
                _ => Operation::Hidden,
            },
            old: value(4),
            new: value(6),
            appended_image: None,
            config_path: Cow::Borrowed(PATH),
            location: Cow::Borrowed(""),
            source: (!hidden).then_some(ValueSource::EventData),
            secret: None,
            attempted: false,
        }),
    }
}

fn merged(rows: &[&str]) -> Change {
    merge(rows.iter().map(|row| part(row)).collect()).unwrap()
}

#[test]
fn a_precondition_that_goes_is_none() {
    for (rows, expected) in [
        (&["1 modules add/@preCondition 3 - -> bitness32"][..], Some("bitness32")),
        (&["1 modules add/@preCondition 3 bitness32 -> -"], None),
        (&["1 modules add/@preCondition 2 bitness32 -> bitness32"], None),
        (&["1 modules add/@preCondition 2 - -> bitness32"], None),
        (&["1 modules add/@preCondition 2 bitness32 -> bitness64"], Some("bitness64")),
    ] {
        assert_eq!(merged(rows).precondition.as_deref(), expected, "{rows:?}");
    }
}

#[test]
fn actions_follow_from_the_rows() {
    use Action::{Added, Changed, Cleared, Modified, Removed, Reordered, Replaced, Restored};
    let cases: &[(&[&str], Action, bool)] = &[
        (&["1 global add 1", "2 global add/@name 1 - -> X"], Added, false),
        (&["1 global add 2", "2 modules add 2"], Removed, false),
        (&["1 modules remove 1", "2 modules remove/@name 1 - -> X"], Removed, false),
        (&["1 modules remove 2"], Restored, false),
        (&["1 global add/@image 3 a -> b"], Modified, false),
        (&["1 modules add/@lockItem 1 - -> true"], Modified, false),
        (&["1 modules add 3"], Modified, false),
        (&["1 modules clear 1"], Cleared, false),
        (&["1 modules clear hidden"], Cleared, false),
        (&["1 modules section 2"], Cleared, false),
        (&["1 modules section hidden"], Changed, false),
        (&["1 modules section hidden", "2 modules clear hidden"], Cleared, false),
        (&["1 modules add 2", "2 modules add 1", "3 modules add/@name 1 - -> X"], Reordered, false),
        (&["1 global add 2", "2 global add 1", "3 global add/@image 1 a -> a"], Reordered, false),
        (&["1 global add 2", "2 global add 1", "3 global add/@image 1 a -> b"], Replaced, false),
        (&["1 modules add 2", "2 modules add 1", "3 modules add/@type 1 A -> B"], Replaced, false),
        // A native module under `remove`, added again by its name, is the same; one with a type of its own is another.
        (&["1 modules remove 1", "2 modules add 1", "3 modules add/@name 1 - -> X"], Reordered, false),
        (&["1 modules remove 1", "2 modules add 1", "3 modules add/@type 1 - -> T"], Replaced, false),
        // Hidden operations.
        (&["1 global add hidden", "2 global add/@name hidden", "3 global add/@image hidden"], Added, true),
        (&["1 global add hidden", "2 modules add hidden"], Removed, true),
        (&["1 modules remove hidden", "2 modules remove/@name hidden"], Removed, true),
        (&["1 modules remove hidden"], Restored, true),
        (&["1 global add/@image hidden"], Modified, false),
        (&["1 modules add hidden", "2 modules add hidden", "3 modules add/@name hidden"], Reordered, true),
        (
            &[
                "1 global add hidden",
                "2 global add hidden",
                "3 global add/@name hidden",
                "4 global add/@image hidden",
            ],
            Replaced,
            true,
        ),
        // Each section for itself: a native module goes, a managed one of its name comes.
        (&["1 global add hidden", "2 modules add hidden", "3 modules add/@name hidden"], Reordered, true),
        (
            &[
                "1 global add hidden",
                "2 modules add hidden",
                "3 modules add/@name hidden",
                "4 modules add/@type hidden",
            ],
            Replaced,
            true,
        ),
        // An image written unseen is not covered up by enabling the module in the same commit.
        (
            &["1 global add/@image hidden", "2 modules add hidden", "3 modules add/@name hidden"],
            Modified,
            true,
        ),
        (
            &[
                "1 global add/@image hidden",
                "2 global add/@name hidden",
                "3 modules add hidden",
                "4 modules add/@name hidden",
            ],
            Modified,
            true,
        ),
        (&["1 global add/@image hidden", "2 modules add 1"], Modified, false),
        // That of a registration which was made in the same commit is no change of one.
        (&["1 global add 1", "2 global add/@image hidden"], Added, false),
        // Both renderings in part: what is shown counts.
        (&["1 global add hidden", "2 global add/@name 1 - -> X"], Added, true),
        (&["1 global add 2", "2 modules add hidden"], Removed, true),
    ];
    for (rows, action, inferred) in cases {
        let change = merged(rows);
        assert_eq!((change.action, change.inferred), (*action, *inferred), "{rows:?}");
    }
}

#[test]
fn one_installation_is_one_change() {
    let change = merged(&[
        "5 modules add 1 - -> -",
        "6 modules add/@name 1 - -> X",
        "1 global add 1 - -> -",
        "2 global add/@name 1 - -> X",
        "3 global add/@image 1 - -> c:\\x.dll",
        "4 global add/@preCondition 1 - -> bitness64",
    ]);
    assert_eq!(change.section, Section::GlobalModules);
    assert_eq!((change.kind, change.action), (Some(Kind::Native), Action::Added));
    assert_eq!(change.image.as_deref(), Some("c:\\x.dll"));
    assert_eq!(change.precondition.as_deref(), Some("bitness64"));
    assert_eq!((change.record.as_str(), change.rows, change.source()), ("1", 6, "commit"));
    assert_eq!((change.name.as_str(), change.renamed, change.attribute.as_str()), ("X", false, ""));
    assert_eq!((change.process.as_str(), change.config_path.as_str()), ("4242", PATH));
}

#[test]
fn a_hijack_shows_the_first_old_and_the_last_new_value() {
    let change = merged(&["2 global add/@image 3 b -> c", "1 global add/@image 1 a -> b"]);
    assert_eq!((change.old.as_deref(), change.image.as_deref()), (Some("a"), Some("c")));
    assert_eq!(change.attribute, "image");
    // What a deletion shows is the value that goes.
    let change = merged(&["1 global add/@image 2 a -> -"]);
    assert_eq!(
        (change.old.as_deref(), change.image.as_deref(), change.value_unseen),
        (Some("a"), None, false)
    );
}

#[test]
fn a_value_that_did_not_stay_is_kept() {
    use Overwritten::{Image, Type};
    for (rows, overwritten) in [
        (&["1 global add/@image 3 a -> b", "2 global add/@image 3 b -> a"][..], vec![Image("b".to_owned())]),
        (&["1 global add/@image 3 a -> b", "2 global add/@image 3 b -> b"], vec![]),
        (
            &["2 modules add/@type 3 B -> C", "1 modules add/@type 3 A -> B", "3 modules add/@type 3 C -> A"],
            vec![Type("B".to_owned()), Type("C".to_owned())],
        ),
        (
            &[
                "1 global add 1",
                "2 global add/@image 1 - -> evil",
                "3 global add 2",
                "4 global add 1",
                "5 global add/@image 1 - -> good",
            ],
            vec![Image("evil".to_owned())],
        ),
        (&["1 global add/@image 1 - -> a", "2 modules add/@type 1 - -> T"], vec![]),
    ] {
        assert_eq!(merged(rows).overwritten, overwritten, "{rows:?}");
    }
    let change = merged(&["1 global add/@image 3 a -> b", "2 global add/@image 3 b -> a"]);
    let subjects: Vec<_> = change.overwritten("h").collect();
    assert_eq!(subjects.len(), 1);
    assert_eq!((subjects[0].image, subjects[0].old, subjects[0].overwritten), (Some("b"), Some("a"), true));
    assert!(!change.subject("h").overwritten);
    let change = merged(&["1 modules add/@type 3 A -> B", "2 modules add/@type 3 B -> A"]);
    let subjects: Vec<_> = change.overwritten("h").collect();
    assert_eq!((subjects[0].type_name, subjects[0].image, subjects[0].overwritten), (Some("B"), None, true));
}

#[test]
fn hidden_values_are_unseen_and_shown_empty_ones_are_not() {
    assert!(merged(&["1 global add/@image hidden"]).value_unseen);
    assert!(merged(&["1 modules add/@type hidden"]).value_unseen);
    assert!(merged(&["1 isapi add/@path hidden"]).value_unseen);
    assert!(!merged(&["1 global add/@preCondition hidden"]).value_unseen);
    assert!(!merged(&["1 global add/@image 1 - -> -"]).value_unseen);
}

#[test]
fn kinds_follow_from_section_and_attributes() {
    for (rows, kind) in [
        (&["1 global add 1"][..], Some(Kind::Native)),
        (&["1 modules add 1", "2 modules add/@name 1 - -> X"], Some(Kind::Native)),
        (
            &["1 modules add 1", "2 modules add/@name 1 - -> X", "3 modules add/@type 1 - -> T"],
            Some(Kind::Managed),
        ),
        (&["1 modules add 2"], None),
        (&["1 modules remove 1", "2 modules remove/@name 1 - -> X"], None),
        (&["1 isapi add 1"], Some(Kind::IsapiFilter)),
    ] {
        assert_eq!(merged(rows).kind, kind, "{rows:?}");
    }
}

#[test]
fn a_rename_shows_in_either_value() {
    for (row, name, renamed) in [
        ("1 global add/@name 3 X -> Y", "Y", true),
        ("1 global add/@name 3 W -> X", "X", true),
        ("1 global add/@name 1 - -> X", "X", false),
        ("1 global add/@name 3 X -> X", "X", false),
        ("1 modules remove/@name 3 X -> Y", "X", false),
    ] {
        let change = merged(&[row]);
        assert_eq!((change.name.as_str(), change.renamed), (name, renamed), "{row}");
    }
}

#[test]
fn two_renderings_of_one_event_count_once() {
    let xml = part("7 global add/@image 1 - -> c:\\x.dll");
    let mut classic = part("7 global add/@image hidden");
    classic.time = classic.time.div_euclid(SECOND) * SECOND;
    for parts in [vec![xml.clone(), classic.clone()], vec![classic, xml]] {
        let change = merge(parts).unwrap();
        assert_eq!((change.rows, change.value_unseen, change.source()), (1, false, "event_data"));
        assert_eq!(change.image.as_deref(), Some("c:\\x.dll"));
    }
}

#[test]
fn the_rendering_that_shows_most_counts() {
    let sources =
        [None, Some(ValueSource::Fallback), Some(ValueSource::Message), Some(ValueSource::EventData)];
    for (at, more) in sources.into_iter().enumerate() {
        for less in &sources[..at] {
            for (shown, events) in [("hidden", 1), ("1 - -> a", 1), ("1 - -> b", 2)] {
                let rendering = |source, values: &str| {
                    let mut part = part(&format!("7 global add/@image {values}"));
                    part.change.as_mut().unwrap().source = source;
                    part
                };
                let change = merge(vec![rendering(*less, shown), rendering(more, "1 - -> a")]).unwrap();
                assert_eq!(change.rows, events, "{less:?} {shown} {more:?}");
                if events == 1 {
                    assert_eq!((change.image.as_deref(), change.source), (Some("a"), more));
                }
            }
        }
    }
}

/// Two rows of one record number and one second: renderings of one event, or events with a cleared log in between.
#[test]
fn rows_that_contradict_each_other_are_two_events() {
    for (first, second, events) in [
        ("3 global add/@image 3 good -> evil", "3 global add/@image 3 evil -> good", 2),
        ("3 global add/@image 3 good -> evil", "3 global add/@image 3 good -> other", 2),
        ("3 global add/@image 3 good -> evil", "3 global add/@image 1 good -> evil", 2),
        ("3 global add/@image 1 - -> evil", "3 global add/@image 1 - -> -", 2),
        ("3 global add 1", "3 global add 2", 2),
        ("3 global add/@image 3 good -> evil", "3 modules add/@type 3 good -> evil", 2),
        ("3 global add/@image 3 good -> evil", "3 global add/@image 3 good -> evil", 1),
        ("3 global add/@image 3 good -> evil", "3 global add/@image hidden", 1),
        ("3 global add/@image hidden", "3 global add/@image hidden", 1),
        ("3 global add 1", "3 global add hidden", 1),
    ] {
        let mut second = part(second);
        second.time += 900_000;
        for parts in [vec![part(first), second.clone()], vec![second, part(first)]] {
            assert_eq!(merge(parts).map(|change| change.rows), Some(events), "{first}");
        }
    }
}

#[test]
fn a_hijack_that_was_taken_back_under_its_own_record_number_is_seen() {
    let hijack = part("3 global add/@image 3 good -> evil");
    let mut restored = part("3 global add/@image 3 evil -> good");
    restored.time += 500_000;
    let mut classic = part("3 global add/@image hidden");
    classic.time = classic.time.div_euclid(SECOND) * SECOND;
    for parts in [
        vec![hijack.clone(), restored.clone()],
        vec![restored.clone(), classic.clone(), hijack.clone()],
        vec![classic.clone(), restored, hijack, classic],
    ] {
        let change = merge(parts).unwrap();
        assert_eq!((change.rows, change.image.as_deref(), change.value_unseen), (2, Some("good"), false));
        assert_eq!(change.overwritten, [Overwritten::Image("evil".to_owned())]);
    }
}

#[test]
fn what_one_rendering_alone_shows_is_kept() {
    let mut appended = part("1 global add hidden");
    appended.change.as_mut().unwrap().appended_image = Some(Cow::Borrowed("c:\\appended.dll"));
    let mut first = part("1 global add 1");
    first.change.as_mut().unwrap().new = None;
    let change = merge(vec![first, appended]).unwrap();
    assert_eq!((change.rows, change.action), (1, Action::Added));
    assert_eq!(change.image.as_deref(), Some("c:\\appended.dll"));
}

#[test]
fn an_id_needs_a_record_number_or_a_time() {
    let id = |record: &str, later: i64, assumed: bool| {
        let mut part = part("1 global add 1");
        part.record = Cow::Owned(record.to_owned());
        part.time += later;
        part.time_assumed = assumed;
        merge(vec![part]).unwrap().finding_id("h", "k", Verdict::Unknown, "i")
    };
    // The fraction of a second differs between renderings; an assumed time between searches.
    for (one, other, same) in [
        (("", 0, false), ("", 300 * SECOND, false), false),
        (("", 0, false), ("", SECOND / 2, false), true),
        (("", 0, true), ("", 300 * SECOND, true), true),
        (("7", 0, false), ("7", 300 * SECOND, false), true),
        (("7", 0, false), ("8", 0, false), false),
    ] {
        assert_eq!(id(one.0, one.1, one.2) == id(other.0, other.1, other.2), same, "{one:?} {other:?}");
    }
}

#[test]
fn a_change_is_about_its_chief_attribute() {
    for (rows, attribute) in [
        (["1 global add/@image 3 a -> b", "2 global add/@name 3 W -> X"], "image"),
        (["1 global add/@preCondition 3 a -> b", "2 global add/@image 3 a -> b"], "image"),
        (["1 global add/@bitness 3 a -> b", "2 global add/@image 3 a -> b"], "image"),
        (["1 modules add/@name 3 W -> X", "2 modules add/@type 3 A -> B"], "type"),
        (["1 modules add/@lockItem 3 a -> b", "2 modules add/@type 3 A -> B"], "type"),
        (["1 modules add/@lockItem 3 a -> b", "2 modules add/@name 3 W -> X"], "name"),
        (["1 modules add/@preCondition 3 a -> b", "2 modules add/@lockItem 3 a -> b"], "lockItem"),
        (["1 modules add 3", "2 modules add/@type 3 A -> B"], ""),
    ] {
        assert_eq!(merged(&rows).attribute, attribute, "{rows:?}");
    }
}

#[test]
fn a_record_number_that_starts_again_is_another_event() {
    let before = part("1 global add/@image 3 a -> b");
    let mut after = part("1 global add/@image 3 b -> c");
    after.time += 2 * SECOND;
    let change = merge(vec![after, before]).unwrap();
    assert_eq!((change.rows, change.old.as_deref(), change.image.as_deref()), (2, Some("a"), Some("c")));
}

#[test]
fn without_record_numbers_time_orders_and_only_identical_rows_are_one() {
    let mut first = part("- global add/@image 3 a -> b");
    first.record = Cow::Borrowed("");
    let mut second = part("- global add/@image 3 b -> c");
    second.record = Cow::Borrowed("");
    second.time += 1;
    let change = merge(vec![second.clone(), first.clone(), second]).unwrap();
    assert_eq!((change.rows, change.old.as_deref(), change.image.as_deref()), (2, Some("a"), Some("c")));
    assert_eq!(change.record, "");
}

#[test]
fn an_application_pool_among_the_actors_is_shown() {
    let mut by_pool = part("2 modules add/@name 1 - -> X");
    by_pool.actor = Cow::Borrowed("S-1-5-82-1-2-3-4-5");
    assert_eq!(merge(vec![part("1 modules add 1"), by_pool]).unwrap().actor, "S-1-5-82-1-2-3-4-5");
}

#[test]
fn unreadable_events_and_assumed_times_stay_what_they_are() {
    let mut unread = part("3 global add 1");
    unread.change = None;
    unread.unparsed = Some(Cow::Borrowed("truncated_path"));
    unread.time_assumed = true;
    let change = merge(vec![unread]).unwrap();
    assert_eq!(change.unparsed.as_deref(), Some("truncated_path"));
    assert!(change.time_assumed && change.subject("").time_assumed);
    assert_eq!(merge(Vec::new()), None);
}

#[test]
fn an_appended_image_stands_until_the_image_row_shows_one() {
    let mut element = part("1 global add 1");
    element.change.as_mut().unwrap().appended_image = Some(Cow::Borrowed("c:\\appended.dll"));
    assert_eq!(merge(vec![element.clone()]).unwrap().image.as_deref(), Some("c:\\appended.dll"));
    let image = part("2 global add/@image 1 - -> c:\\x.dll");
    assert_eq!(merge(vec![image.clone(), element.clone()]).unwrap().image.as_deref(), Some("c:\\x.dll"));
    // One that comes later than the row, or is empty, says nothing.
    element.record = Cow::Borrowed("3");
    element.time += SECOND;
    assert_eq!(merge(vec![image, element.clone()]).unwrap().image.as_deref(), Some("c:\\x.dll"));
    element.change.as_mut().unwrap().appended_image = Some(Cow::Borrowed(""));
    assert_eq!(merge(vec![element]).unwrap().image, None);
}

prop_compose! {
    fn any_part()(
        record in 0..5_u8,
        late in 0..3_i64,
        section in select(vec!["global", "modules"]),
        place in select(vec!["add", "add/@name", "add/@image", "add/@type", "remove", "clear", "section"]),
        operation in select(vec!["1", "2", "3", "hidden"]),
        old in select(vec!["-", "a", "b"]),
        new in select(vec!["-", "X", "a", "b"]),
        actor in select(vec!["", "S-1-5-21-1", "S-1-5-82-1"]),
        unread in prop::bool::weighted(0.1),
        appended in prop::bool::weighted(0.1),
    ) -> Part<'static> {
        let values = if operation == "hidden" { String::new() } else { format!(" {old} -> {new}") };
        let mut part = part(&format!("{record} {section} {place} {operation}{values}"));
        part.time += late * 700_000;
        part.actor = Cow::Borrowed(actor);
        if appended && let Some(change) = &mut part.change {
            change.appended_image = Some(Cow::Borrowed("appended.dll"));
        }
        if unread {
            part.change = None;
            part.unparsed = Some(Cow::Borrowed("truncated_path"));
        }
        part
    }
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(
        (parts, other) in vec(any_part(), 1..8).prop_flat_map(|parts| {
            let twice: Vec<_> = parts.iter().chain(&parts[..parts.len() / 2]).cloned().collect();
            (Just(parts), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(merge(parts), merge(other));
    }

    #[test]
    fn a_part_survives_the_trip_through_text(part in any_part()) {
        let mut text = Vec::new();
        part.write(&mut text);
        prop_assert!(!text.contains(&b'\n'));
        prop_assert_eq!(Part::read(&text).unwrap(), part);
    }
}
