//! What the earlier versions of a configuration tell: when something came and went; with the events of the server, what neither
//! of the two has.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::auditor::Auditor;
use super::earlier::written;
use super::events::{About, OfHost, about};
use super::timeline::{Line, State, Step, at, first_seen};
use crate::detect::{Column, Verdict, time};
use crate::iis::{Action, Section};
use crate::report::{Change, Evidence, Happened, History, Item, Told};
use crate::server::{Operation, Server};

/// Changes that are told of one server; of a configuration with thousands of sites there may be many.
const MOST_CHANGES: usize = 2_000;

impl Auditor<'_> {
    /// Tells what happened from version to version, and says of each finding since `first` since when it is there.
    pub(super) fn history(&mut self, server: &Server, host: &str, first: usize) {
        let mut events = std::mem::take(&mut self.events);
        let has_folder = server.history.folder.is_some();
        if let Some(own) = server.own().filter(|_| has_folder || events.is_given()) {
            let versions = server.history.versions.iter().map(|version| &version.config);
            let states: Vec<State<'_>> = versions.chain([own]).map(State::of).collect();
            let of_host = events.of(host);
            let mut history = History {
                host: host.to_owned(),
                folder: server.history.folder.clone().unwrap_or_default(),
                versions: server
                    .history
                    .versions
                    .iter()
                    .map(|version| (Arc::clone(&version.config.file), version.config.modified))
                    .collect(),
                written: own.modified,
                events_since: of_host.and_then(|own| own.since),
                ..History::default()
            };
            self.changes(&states, of_host, &mut history);
            self.since(&states, of_host, first);
            if let Some(of_host) = of_host {
                self.gone(server, of_host, &history);
            }
            self.histories.push(history);
        }
        self.events = events;
    }

    /// Writes down what happened from version to version.
    fn changes(&mut self, states: &[State<'_>], events: Option<&OfHost>, history: &mut History) {
        for (old, new) in states.iter().zip(states.iter().skip(1)) {
            let (after, by) = (old.config.modified, new.config.modified);
            for step in new.since(old) {
                if history.changes.len() == MOST_CHANGES {
                    history.more += 1;
                    continue;
                }
                let change = self.change(&history.host, &step, after, by, events);
                // An element is one change, however many of its settings are watched.
                let same = |last: &&mut Change| {
                    (last.what, &last.section, &last.place, &last.name, &last.origin)
                        == (change.what, &change.section, &change.place, &change.name, &change.origin)
                        && (last.value.is_empty() || change.value.is_empty() || last.value == change.value)
                };
                if let Some(last) = history.changes.last_mut().filter(|last| same(last)) {
                    if last.value.is_empty() {
                        *last = change;
                    }
                    continue;
                }
                history.changes.push(change);
            }
        }
    }

    fn change(
        &mut self,
        host: &str,
        step: &Step<'_>,
        after: Option<i64>,
        by: Option<i64>,
        events: Option<&OfHost>,
    ) -> Change {
        let about = self.about_line(host, step.line);
        let told = events.map_or(Told::NotCovered, |events| {
            let (section, place, name) = &about;
            events.told(&(section.as_str(), place.clone(), name.as_str()), after, by)
        });
        let (section, place, name) = about;
        Change {
            what: step.what,
            section,
            place,
            name,
            value: self.shown(host, step.line),
            before: step.before.map(|line| self.shown(host, line)).unwrap_or_default(),
            after,
            by,
            origin: step.line.origin().clone(),
            told,
        }
    }

    /// Section, place and name of a line, as findings have them.
    fn about_line(&mut self, host: &str, line: Line<'_>) -> (String, String, String) {
        let (section, place, name) = line.key();
        if let Line::Setting(row) = line
            && let Some(item) = self.configured_as(host, row)
            && !item.fact(Column::Name).is_empty()
        {
            let fact = |column| item.fact(column).to_owned();
            return (fact(Column::Section), item.fact(Column::Site).to_lowercase(), fact(Column::Name));
        }
        (section.to_owned(), place, name.to_owned())
    }

    /// What a line says, for people: of a setting only what a finding would show, for others may be secret.
    fn shown(&mut self, host: &str, line: Line<'_>) -> String {
        match line {
            Line::Entry(listing, entry) => {
                let element = match entry.operation {
                    Operation::Add => "",
                    _ => entry.operation.element(listing.section),
                };
                let texts = [element, &entry.image, &entry.type_name, &entry.precondition];
                texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
            }
            Line::Setting(row) => {
                self.configured_as(host, row).map(|item| item.identity().to_owned()).unwrap_or_default()
            }
        }
    }

    /// Says of each finding from the configuration since when it is there, and that no event tells of it.
    fn since(&mut self, states: &[State<'_>], events: Option<&OfHost>, first: usize) {
        let seen = first_seen(states);
        let last = states.len().saturating_sub(1);
        for item in self.items.iter_mut().skip(first) {
            if matches!(item.verdict, Verdict::KnownGood | Verdict::Allowed) {
                continue;
            }
            let here = item.origins.iter().find_map(|origin| seen.get(&at(origin)));
            let Some(&(number, line)) = here else { continue };
            let before =
                number.checked_sub(1).and_then(|before| states.get(before)).map(|state| state.config);
            let Some(time) = states.get(number).and_then(|state| state.config.modified) else { continue };
            let mut tell = |what: String| {
                item.evidence.push(Evidence { time, what, origin: line.origin().clone() });
            };
            match before {
                Some(before) if number == last => {
                    tell(format!(
                        "written into the configuration after its newest earlier version, of {}",
                        written(before)
                    ));
                }
                Some(before) => {
                    tell(format!(
                        "the first version of the configuration that has it; the one before is of {}",
                        written(before)
                    ));
                }
                None if last > 0 => tell("the oldest version of the configuration has it already".to_owned()),
                None => {}
            }
            if let Some((events, since)) = events.and_then(|events| Some((events, events.since?)))
                && !events.knows(&about(item))
            {
                let what = "no event tells of it since then, the first that was read: written before, by hand, or while the log was off";
                item.evidence.push(Evidence {
                    time: since,
                    what: what.to_owned(),
                    origin: line.origin().clone(),
                });
            }
        }
    }

    /// Keeps the findings of events whose module is gone, with what the history leaves of the time.
    fn gone(&mut self, server: &Server, events: &OfHost, history: &History) {
        let here = registered_now(server);
        let mut last: HashMap<About<'_>, (&Item, Option<&Item>)> = HashMap::new();
        for item in &events.items {
            let of = about(item);
            if !Section::ALL.iter().any(|section| section.as_str() == of.0) {
                continue;
            }
            let takes =
                [Action::Removed, Action::Cleared].map(Action::as_str).contains(&item.fact(Column::Action));
            match (takes, last.get_mut(&of)) {
                (true, Some((_, removed))) => *removed = Some(item),
                (true, None) => {}
                (false, _) => {
                    last.insert(of, (item, None));
                }
            }
        }
        let mut gone: Vec<(&Item, Option<&Item>)> = last
            .into_iter()
            .filter(|(of, (item, _))| {
                let own = (of.1.clone(), of.2.to_owned());
                here.get(&own).is_none_or(|images| {
                    !item.identity().is_empty() && !images.contains(&item.identity().to_lowercase())
                })
            })
            .map(|(_, found)| found)
            .collect();
        gone.sort_by_key(|(item, _)| (item.time, item.id.clone()));
        for (item, removed) in gone {
            if matches!(item.verdict, Verdict::KnownGood | Verdict::Allowed | Verdict::NotModule) {
                continue;
            }
            let mut item = item.clone();
            let origin = item.origins.first().cloned().unwrap_or_else(|| crate::origin::Origin::of_file(""));
            let went = history.changes.iter().find(|change| {
                change.what == Happened::Went
                    && change.name == item.fact(Column::Name)
                    && change.by >= item.time
            });
            let (time, what) = match (removed, went) {
                (Some(removed), _) => (removed.time, "an event tells that it was removed".to_owned()),
                (None, Some(went)) => (
                    went.by,
                    format!(
                        "not in the configuration any more: it went after the version of {}, and no event tells of that",
                        went.after.map_or_else(|| "an unknown time".to_owned(), time::format)
                    ),
                ),
                (None, None) => (
                    history.written,
                    "not in the configuration any more, and no event tells that it was removed".to_owned(),
                ),
            };
            if let Some(time) = time {
                let origin = removed.and_then(|removed| removed.origins.first().cloned()).unwrap_or(origin);
                item.evidence.push(Evidence { time, what, origin });
            }
            self.keep_event(item);
        }
    }
}

/// The images and types of each name that is registered at a place, in lower case.
fn registered_now(server: &Server) -> HashMap<(String, String), HashSet<String>> {
    let mut here: HashMap<(String, String), HashSet<String>> = HashMap::new();
    for (level, config) in &server.configs {
        for listing in &config.listings {
            let place = [level.place(), &listing.location.path].into_iter().filter(|part| !part.is_empty());
            let place = place.collect::<Vec<_>>().join("/").to_lowercase();
            for entry in listing.entries.iter().filter(|entry| entry.operation == Operation::Add) {
                let name = entry.name.clone().unwrap_or_default();
                let own = here.entry((place.clone(), name)).or_default();
                own.insert(entry.image.to_lowercase());
                own.insert(entry.type_name.to_lowercase());
            }
        }
    }
    here
}
