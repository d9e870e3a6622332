//! An event out of a JSON text, by the keys of the collectors.

use super::collectors::{COLLECTORS, Collector, PAIR, VALUES, WRAPPERS};
use super::walk::{Fault, Leaf, walk};
use crate::event::log::{self, Log};
use crate::event::parts::{Part, Parts};
use crate::event::reasons::Unreadable;

/// The strings that an event 29 has.
pub(in crate::event) const STRINGS: usize = 7;

/// What a JSON says about one event. Texts are as written: escapes still stand.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::event) struct Json<'a> {
    pub(in crate::event) parts: Parts<'a>,
    /// Values without names, in their order. Some collectors leave out those that are empty.
    list: [&'a [u8]; STRINGS],
    listed: usize,
    pub(in crate::event) problem: Option<Unreadable>,
    /// A pair whose other half is still to come: the object that it stands in, name and text.
    pair: (usize, Option<&'a [u8]>, Option<&'a [u8]>),
}

/// What a JSON says of an event of any log: host, time, provider and the like, as the collector has them that fits best.
pub(in crate::event) fn own(text: &[u8]) -> Parts<'_> {
    let (found, _) = by_collector(text);
    found.into_iter().max_by_key(Json::weight).map(|json| json.parts).unwrap_or_default()
}

/// What each collector's keys lead to.
fn by_collector(text: &[u8]) -> ([Json<'_>; COLLECTORS.len()], Result<(), Fault>) {
    let mut found = [Json::default(); COLLECTORS.len()];
    let walked = walk(text, |leaf| {
        if leaf.is_null {
            return;
        }
        for (collector, json) in COLLECTORS.iter().zip(&mut found) {
            json.take(collector, leaf);
        }
    });
    (found, walked)
}

/// Reads a JSON; `None` where it has no event in the shape of a known collector.
pub(in crate::event) fn read(text: &[u8]) -> Option<Json<'_>> {
    let (found, walked) = by_collector(text);
    let mut best = found.into_iter().filter(Json::says_something).max_by_key(Json::weight)?;
    let own = best.parts[Part::Configuration];
    let others = found.iter().filter_map(|json| json.parts[Part::Configuration]);
    match walked {
        Ok(()) if others.into_iter().any(|other| Some(other) != own) => {
            best.problem = Some(Unreadable::RepeatedValue);
        }
        Ok(()) => {}
        Err(Fault::RepeatedKey) => best.problem = Some(Unreadable::RepeatedValue),
        Err(Fault::NoJson | Fault::TooLarge) => return None,
    }
    Some(best)
}

impl<'a> Json<'a> {
    /// The values without names, if there are any.
    pub(in crate::event) fn list(&self) -> Option<&[&'a [u8]]> {
        self.list.get(..self.listed).filter(|list| !list.is_empty())
    }

    /// Whether it has what can name a change.
    pub(in crate::event) fn can_be_change(&self) -> bool {
        self.parts[Part::Configuration].is_some()
            || self.list().is_some()
            || !self.parts.get(Part::Message).is_empty()
    }

    /// The end of a commit may say nothing but whose it is.
    fn says_something(&self) -> bool {
        self.can_be_change()
            || self.parts[Part::ConfigPath].is_some()
            || log::of_parts(&self.parts) == Log::Iis
    }

    /// Of several shapes in one text the one with the values counts, then the one that knows most.
    fn weight(&self) -> (bool, bool, usize) {
        let known = self.parts.of_event().count() + self.parts.own().filter(|text| !text.is_empty()).count();
        (self.parts[Part::Configuration].is_some(), self.listed > 0, known)
    }

    fn take(&mut self, collector: &Collector, leaf: &Leaf<'_, 'a>) {
        let mut path = leaf.path;
        loop {
            if self.take_at(collector, path, leaf) {
                return;
            }
            let inner = WRAPPERS.iter().find_map(|wrapper| behind(path, wrapper));
            match inner {
                Some(inner) => path = inner,
                None => return,
            }
        }
    }

    /// Takes a leaf at a path that is one of the collector's.
    fn take_at(&mut self, collector: &Collector, path: &[u8], leaf: &Leaf<'_, 'a>) -> bool {
        let part_of = |table: &[(&str, Part)], name: &[u8]| {
            table.iter().find(|(known, _)| is(name, known)).map(|(_, part)| *part)
        };
        for values in collector.values {
            let Some(name) = behind_joint(path, values, collector.joint) else { continue };
            if let Some(part) = part_of(&VALUES, name) {
                self.set(part, leaf.text);
                return true;
            }
            if is(name, PAIR.0) {
                self.half(leaf.within, Some(leaf.text), None);
                return true;
            }
            if is(name, PAIR.1) {
                self.half(leaf.within, None, Some(leaf.text));
                return true;
            }
        }
        if collector.lists.iter().any(|list| is(path, list)) {
            match self.list.get_mut(self.listed) {
                Some(place) => *place = leaf.text,
                None => self.problem = Some(Unreadable::RepeatedValue),
            }
            self.listed = (self.listed + 1).min(STRINGS);
            return true;
        }
        let part = part_of(collector.parts, path);
        if let Some(part) = part {
            self.set(part, leaf.text);
        }
        part.is_some()
    }

    /// Takes one half of a pair; the other stands in the same object, before or behind.
    fn half(&mut self, within: usize, name: Option<&'a [u8]>, text: Option<&'a [u8]>) {
        let (_, first_name, first_text) =
            if self.pair.0 == within { self.pair } else { (within, None, None) };
        self.pair = (within, name.or(first_name), text.or(first_text));
        if let (_, Some(name), Some(text)) = self.pair
            && let Some((_, part)) = VALUES.iter().find(|(known, _)| is(name, known))
        {
            self.set(*part, text);
        }
    }

    fn set(&mut self, part: Part, text: &'a [u8]) {
        if self.parts[part].replace(text).is_some_and(|first| first != text) {
            self.problem = Some(Unreadable::RepeatedValue);
        }
    }
}

/// Whether a name is a known one, in any case.
pub(super) fn is(name: &[u8], known: &str) -> bool {
    name.eq_ignore_ascii_case(known.as_bytes())
}

/// What follows the keys `first` and their dot in a path; all of it where there are none.
pub(super) fn behind<'p>(path: &'p [u8], first: &str) -> Option<&'p [u8]> {
    behind_joint(path, first, b'.')
}

fn behind_joint<'p>(path: &'p [u8], first: &str, joint: u8) -> Option<&'p [u8]> {
    if first.is_empty() {
        return Some(path);
    }
    let (head, rest) = path.split_at_checked(first.len())?;
    if is(head, first) { rest.strip_prefix(&[joint]) } else { None }
}
