//! An ISAPI extension has two halves: the handler that sends requests to it, and the restriction that lets it run. Each is a
//! finding of its own, and names the other where both are there. The macro `iismodcheck_other_half` of the app does the same.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use crate::detect::{Code, Column};

/// The kind of a handler.
const HANDLER: &str = "handler";
/// The reason of a restriction: the row of the table of watched settings.
const EXTENSION: &str = "setting:isapi-extension";
/// How a restriction is named.
const RESTRICTION: &str = "isapiCgiRestriction";

/// The halves of one file on one host, by their names: the handlers, and the restrictions.
type Halves = [BTreeSet<String>; 2];

/// Adds the other half of an extension to the reasons of each. Nothing else of a finding changes.
pub(super) fn name(items: &mut [Item]) {
    let mut known: BTreeMap<(String, String), Halves> = BTreeMap::new();
    for item in items.iter() {
        if let Some((file, half, name)) = half(item)
            && let Some(names) = known.entry(file).or_default().get_mut(half)
        {
            names.insert(name);
        }
    }
    for item in items {
        let Some((file, half, _)) = half(item) else { continue };
        let others = known.get(&file).and_then(|halves| halves.get(1 - half));
        let others: Vec<&str> = others.into_iter().flatten().map(String::as_str).collect();
        if !others.is_empty() {
            item.reasons.push(format!("{}:{}", Code::OtherHalf.as_str(), others.join(", ")));
        }
    }
}

/// Host and file, which half it is of that file, and its name.
fn half(item: &Item) -> Option<((String, String), usize, String)> {
    let image = item.fact(Column::ImageNormalized);
    let (half, name) = if item.fact(Column::Kind) == HANDLER {
        (0, format!("handlers {}", item.fact(Column::Name)))
    } else if item.reasons.iter().any(|reason| reason == EXTENSION) {
        (1, RESTRICTION.to_owned())
    } else {
        return None;
    };
    (!image.is_empty()).then(|| ((item.fact(Column::Host).to_owned(), image.to_owned()), half, name))
}
