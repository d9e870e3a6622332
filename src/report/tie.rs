//! What a finding has to do with others: the same module on other hosts, and what the same account did within the hour.

use std::collections::HashMap;

use super::group::Group;
use super::item::Item;
use super::shown::printable;
use crate::detect::{Column, time};

/// Findings that are named.
const MOST: usize = 3;
/// Neighbours that are looked at: there may be very many.
const LOOKED_AT: usize = 16;
/// An hour, in microseconds.
const HOUR: i64 = 3600 * time::SECOND;

/// Findings by what they share, each with its group.
type Shared<'i, K> = HashMap<K, Vec<(usize, &'i Item)>>;

/// For each group that needs a decision what others have to do with it, in words, each with its id.
pub(super) fn ties(groups: &[Group<'_>]) -> Vec<Vec<String>> {
    let (mut by_module, mut by_account): (Shared<'_, _>, Shared<'_, _>) = Default::default();
    for (place, group) in groups.iter().enumerate() {
        for item in group.items() {
            if let Some(module) = module(item) {
                by_module.entry(module).or_default().push((place, *item));
            }
            if let Some(account) = account(item) {
                by_account.entry(account).or_default().push((place, *item));
            }
        }
    }
    for items in by_account.values_mut() {
        items.sort_by_key(|(_, item)| item.time);
    }
    let of_group = |(place, group): (usize, &Group<'_>)| {
        let others = module(group.first()).and_then(|module| by_module.get(&module));
        let hosts = group.hosts();
        let mut found: Vec<(usize, String)> = Vec::new();
        for &(other, item) in others.into_iter().flatten().take(LOOKED_AT) {
            let is_new = other != place && found.iter().all(|(own, _)| *own != other);
            if is_new && !hosts.contains(&item.fact(Column::Host)) {
                found.push((other, elsewhere(item)));
            }
        }
        let neighbours = account(group.first()).and_then(|account| by_account.get(&account));
        for &(other, item) in neighbours.into_iter().flat_map(|all| near(all, group.first())) {
            if other != place && found.iter().all(|(own, _)| *own != other) {
                found.extend(by_same(group.first(), item).map(|words| (other, words)));
            }
        }
        let more = found.len().saturating_sub(MOST);
        let mut words: Vec<String> = found.into_iter().map(|(_, words)| words).take(MOST).collect();
        if let Some(last) = words.last_mut().filter(|_| more > 0) {
            *last = format!("{last}, and more");
        }
        words
    };
    groups.iter().enumerate().map(of_group).collect()
}

/// Name and what is loaded; `None` where that is not known, or nothing is to be decided.
fn module(item: &Item) -> Option<(String, String)> {
    let identity = match item.fact(Column::ImageNormalized) {
        "" => item.identity(),
        normal => normal,
    };
    let (name, host) = (item.fact(Column::Name), item.fact(Column::Host));
    let is_told = item.needs_decision && ![name, identity, host, &item.id].contains(&"");
    is_told.then(|| (name.to_lowercase(), identity.to_lowercase()))
}

/// Host and account; `None` where they or the time are not known, or nothing is to be decided.
fn account(item: &Item) -> Option<(String, String)> {
    let (host, actor) = (item.fact(Column::Host), item.fact(Column::Actor));
    let is_told = item.needs_decision && item.time.is_some() && ![host, actor, &item.id].contains(&"");
    is_told.then(|| (host.to_owned(), actor.to_owned()))
}

/// Those of the same account that lie next to a finding in time.
fn near<'a, 'i>(all: &'a [(usize, &'i Item)], item: &Item) -> &'a [(usize, &'i Item)] {
    let at = all.partition_point(|(_, other)| other.time < item.time);
    let until = at.saturating_add(LOOKED_AT).min(all.len());
    all.get(at.saturating_sub(LOOKED_AT)..until).unwrap_or_default()
}

/// The same module on another host.
fn elsewhere(item: &Item) -> String {
    let when = item.time.map_or_else(|| "time not known".to_owned(), time::to_the_second);
    let from = if item.is_listed() { "list, " } else { "" };
    format!("on {} ({from}{when}), {}", printable(item.fact(Column::Host)), item.short_id())
}

/// What the same account did on the host; `None` where more than an hour lies between.
fn by_same(item: &Item, other: &Item) -> Option<String> {
    let (own, time) = item.time.zip(other.time)?;
    let between = time.saturating_sub(own);
    let seconds = between.unsigned_abs() / time::SECOND.unsigned_abs();
    let how_long = match seconds {
        0 => String::new(),
        1..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    };
    let when = match between {
        _ if how_long.is_empty() => "at the same time".to_owned(),
        0.. => format!("{how_long} later"),
        _ => format!("{how_long} before"),
    };
    let name = printable(other.fact(Column::Name));
    let action = printable(other.fact(Column::Action));
    let done = if other.is_listed() || other.is_of_several() { name } else { format!("{name} {action}") };
    let is_near = between.unsigned_abs() <= HOUR.unsigned_abs();
    is_near.then(|| format!("same account, {when}: {done}, {}", other.short_id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Severity, Verdict};

    /// What is told of the finding `a` in each of these: id, host, name, image, action, account, and microseconds since noon; `-`
    /// where it is not known. An id with `.` needs no decision.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        ("alone", &["a w1 A a.dll added S 0"], &[]),
        (
            "later",
            &["a w1 A a.dll added S 0", "b w1 B b.dll removed S 240000000"],
            &["same account, 4 min later: B removed, b"],
        ),
        (
            "before",
            &["a w1 A a.dll added S 240000000", "b w1 B b.dll added S 0"],
            &["same account, 4 min before: B added, b"],
        ),
        (
            "in one moment",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 0"],
            &["same account, at the same time: B added, b"],
        ),
        (
            "within a second",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 999999"],
            &["same account, at the same time: B added, b"],
        ),
        (
            "a second",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 1000000"],
            &["same account, 1 s later: B added, b"],
        ),
        (
            "almost two minutes",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 119999999"],
            &["same account, 119 s later: B added, b"],
        ),
        (
            "two minutes",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 120000000"],
            &["same account, 2 min later: B added, b"],
        ),
        (
            "an hour",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 3600000000"],
            &["same account, 60 min later: B added, b"],
        ),
        ("more than an hour", &["a w1 A a.dll added S 0", "b w1 B b.dll added S 3600000001"], &[]),
        ("more than an hour before", &["a w1 A a.dll added S 3600000001", "b w1 B b.dll added S 0"], &[]),
        ("another account", &["a w1 A a.dll added S 0", "b w1 B b.dll added T 0"], &[]),
        ("another host", &["a w1 A a.dll added S 0", "b w2 B b.dll added S 0"], &[]),
        ("accounts that are not known", &["a w1 A a.dll added - 0", "b w1 B b.dll added - 0"], &[]),
        ("a time that is not known", &["a w1 A a.dll added S 0", "b w1 B b.dll added S -"], &[]),
        ("an own time that is not known", &["a w1 A a.dll added S -", "b w1 B b.dll added S 0"], &[]),
        ("hosts that are not known", &["a - A a.dll added S 0", "b - B b.dll added S 0"], &[]),
        ("nothing to decide", &["a w1 A a.dll added S 0", "b. w1 B b.dll added S 0"], &[]),
        (
            "a name that hides",
            &["a w1 A a.dll added S 0", "b w1 B\u{202e}\u{7} b.dll added S 0"],
            &["same account, at the same time: B\\u{202e}\\u{7} added, b"],
        ),
        (
            "in a list of another host",
            &["a w1 A a.dll added S 0", "b w2 A a.dll present - 0"],
            &["on w2 (list, 2026-03-01T12:00:00Z), b"],
        ),
        (
            "in a list without a time",
            &["a w1 A a.dll added S 0", "b w2 A a.dll present - -"],
            &["on w2 (list, time not known), b"],
        ),
        (
            "done elsewhere",
            &["a w1 A a.dll present - -", "b w2 A a.dll added T 61000000"],
            &["on w2 (2026-03-01T12:01:01Z), b"],
        ),
        (
            "in another case",
            &["a w1 Abc a.dll added S 0", "b w2 aBC A.DLL present - -"],
            &["on w2 (list, time not known), b"],
        ),
        ("another image", &["a w1 A a.dll added S 0", "b w2 A b.dll present - -"], &[]),
        ("another name", &["a w1 A a.dll added S 0", "b w2 B a.dll present - -"], &[]),
        ("an image that is not known", &["a w1 A - added S 0", "b w2 A - present - -"], &[]),
        ("in a list of the same host", &["a w1 A a.dll added S 0", "b w1 A a.dll present - -"], &[]),
        ("known elsewhere", &["a w1 A a.dll added S 0", "b. w2 A a.dll present - -"], &[]),
        (
            "elsewhere first, then the account",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 0", "c w2 A a.dll present - -"],
            &["on w2 (list, time not known), c", "same account, at the same time: B added, b"],
        ),
        (
            "the nearest before and behind, in the order of time",
            &["a w1 A a.dll added S 60000000", "b w1 B b.dll added S 61000000", "c w1 C c.dll added S 0"],
            &["same account, 60 s before: C added, c", "same account, 1 s later: B added, b"],
        ),
        (
            "a module twice is one",
            &["a w1 A a.dll added S 0", "b w1 B b.dll added S 1000000", "c w1 B b.dll added S 2000000"],
            &["same account, 1 s later: B added, b"],
        ),
        (
            "three",
            &[
                "a w1 A a.dll added S 0",
                "b w1 B b.dll added S 1000000",
                "c w1 C c.dll added S 2000000",
                "d w1 D d.dll added S 3000000",
            ],
            &[
                "same account, 1 s later: B added, b",
                "same account, 2 s later: C added, c",
                "same account, 3 s later: D added, d",
            ],
        ),
        (
            "four",
            &[
                "a w1 A a.dll added S 0",
                "b w1 B b.dll added S 1000000",
                "c w1 C c.dll added S 2000000",
                "d w1 D d.dll added S 3000000",
                "e w1 E e.dll added S 4000000",
            ],
            &[
                "same account, 1 s later: B added, b",
                "same account, 2 s later: C added, c",
                "same account, 3 s later: D added, d, and more",
            ],
        ),
    ];

    fn item(row: &str) -> Item {
        const NOON: &str = "2026-03-01T12:00:00Z";
        let cells: Vec<&str> = row.split(' ').map(|cell| if cell == "-" { "" } else { cell }).collect();
        let [id, host, name, image, action, actor, at] = cells[..] else { panic!("{row}") };
        let fact = |column: &Column| match column {
            Column::Host => host,
            Column::Name => name,
            Column::Image => image,
            Column::Action => action,
            Column::Actor => actor,
            _ => "",
        };
        Item {
            time: at.parse::<i64>().ok().and_then(|at| time::parse(NOON).map(|noon| noon + at)),
            verdict: Verdict::Unknown,
            severity: Severity::Medium,
            facts: Column::LISTED.iter().map(fact).collect(),
            reasons: Vec::new(),
            id: id.trim_end_matches('.').to_owned(),
            process: String::new(),
            needs_decision: !id.ends_with('.'),
            origins: Vec::new(),
            other_files: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn told(items: &[Item], id: &str) -> Vec<String> {
        let groups = Group::all(items);
        let place = groups.iter().position(|group| group.first().id == id).unwrap();
        ties(&groups).swap_remove(place)
    }

    #[test]
    fn what_belongs_to_a_finding() {
        for (case, rows, expected) in CASES {
            let items: Vec<Item> = rows.iter().map(|row| item(row)).collect();
            assert_eq!(told(&items, "a"), *expected, "{case}");
        }
    }

    #[test]
    fn several_that_went_together_have_no_action() {
        let together =
            Item { reasons: vec!["removed_together:x, y".to_owned()], ..item("b w1 5 - removed S 0") };
        let items = [item("a w1 A a.dll added S 0"), together];
        assert_eq!(told(&items, "a"), ["same account, at the same time: 5, b"]);
    }

    /// However many there are, few are looked at, and that there are more is told.
    #[test]
    fn very_many() {
        let others = (0..1000).map(|number| item(&format!("n{number} w1 N{number} n.dll added S 0")));
        let items: Vec<Item> = [item("a w1 A a.dll added S 0")].into_iter().chain(others).collect();
        let told = told(&items, "a");
        assert!(told.len() == MOST && told[2].ends_with(", and more"), "{told:?}");
    }
}
