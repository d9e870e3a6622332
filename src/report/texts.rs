//! The texts of a finding. An estate has a hundred thousand findings with thirty texts each: those of many hosts that say the same
//! share them.

use std::collections::HashSet;
use std::sync::Arc;

use crate::detect::Column;

/// Texts by their place in [`Column::LISTED`]; empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    host: Arc<str>,
    /// All but the host.
    others: Arc<Others>,
}

/// In one piece of memory.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Others {
    text: Box<str>,
    /// Where each text ends.
    ends: Box<[u32]>,
}

impl Texts {
    /// The text of a column.
    #[must_use]
    pub fn get(&self, column: Column) -> &str {
        match column.place() {
            _ if column == Column::Host => &self.host,
            Some(place) => self.others.get(place),
            None => "",
        }
    }

    /// Bytes of all texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.host.len() + self.others.text.len()
    }
}

impl Others {
    fn get(&self, place: usize) -> &str {
        let end = |place: usize| self.ends.get(place).and_then(|end| usize::try_from(*end).ok());
        let start = place.checked_sub(1).map_or(Some(0), end);
        start.zip(end(place)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    /// In the order of the columns. A text that would make it longer than four gigabytes is left out: nothing has one.
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let (mut host, mut text, mut ends) = (Arc::default(), String::new(), Vec::new());
        for (place, own) in texts.into_iter().enumerate() {
            let before = text.len();
            if Some(place) == Column::Host.place() {
                host = own.as_ref().into();
            } else {
                text.push_str(own.as_ref());
            }
            ends.push(u32::try_from(text.len()).unwrap_or_else(|_| {
                text.truncate(before);
                u32::try_from(before).unwrap_or_default()
            }));
        }
        Self { host, others: Arc::new(Others { text: text.into(), ends: ends.into() }) }
    }
}

/// What findings said already.
#[derive(Debug, Default)]
pub struct Said {
    hosts: HashSet<Arc<str>>,
    others: HashSet<Arc<Others>>,
}

impl Said {
    /// Lets a finding have the texts of an earlier one that says the same.
    pub fn share(&mut self, texts: &mut Texts) {
        texts.host = one(&mut self.hosts, &texts.host);
        texts.others = one(&mut self.others, &texts.others);
    }
}

fn one<T: ?Sized + Eq + std::hash::Hash>(known: &mut HashSet<Arc<T>>, own: &Arc<T>) -> Arc<T> {
    if let Some(same) = known.get(own) {
        return Arc::clone(same);
    }
    known.insert(Arc::clone(own));
    Arc::clone(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text for each column.
    fn texts(of: impl Fn(Column) -> &'static str) -> Texts {
        Column::LISTED.iter().map(|column| of(*column)).collect()
    }

    #[test]
    fn each_text_is_at_its_place() {
        let all = texts(Column::name);
        for column in Column::LISTED {
            assert_eq!(all.get(column), column.name());
        }
        assert_eq!(all.get(Column::FindingId), "");
        assert_eq!(all.bytes(), Column::LISTED.iter().map(|column| column.name().len()).sum::<usize>());
        let few: Texts = ["ä", ""].into_iter().collect();
        assert_eq!([few.get(Column::Name), few.get(Column::Kind), few.get(Column::Host)], ["ä", "", ""]);
    }

    #[test]
    fn what_hosts_say_alike_is_kept_once() {
        let mut said = Said::default();
        let of = |host: &'static str, name: &'static str| {
            texts(move |column| match column {
                Column::Host => host,
                Column::Name => name,
                _ => "",
            })
        };
        let mut all = [of("web01", "A"), of("web02", "A"), of("web02", "B")];
        let before = all.clone();
        for texts in &mut all {
            said.share(texts);
        }
        assert_eq!(all, before);
        let [one, other, third] = all;
        assert!(Arc::ptr_eq(&one.others, &other.others) && Arc::ptr_eq(&other.host, &third.host));
        assert!(!Arc::ptr_eq(&one.host, &other.host) && !Arc::ptr_eq(&other.others, &third.others));
    }
}
