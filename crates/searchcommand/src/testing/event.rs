//! Events: what a search is about.

/// An event: fields with one value or several. A field without a value is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub(super) fields: Vec<(String, Vec<Vec<u8>>)>,
}

impl Event {
    /// An event of single values; empty ones are left out.
    #[must_use]
    pub fn new<V: AsRef<[u8]>>(fields: &[(&str, V)]) -> Self {
        let mut event = Self::default();
        for (name, value) in fields {
            event.set(name, &[value.as_ref()]);
        }
        event
    }

    /// The event with one more field of several values.
    #[must_use]
    pub fn with(mut self, name: &str, values: &[&[u8]]) -> Self {
        self.set(name, values);
        self
    }

    /// Sets a field. One empty value, or none, takes it away.
    pub fn set<V: AsRef<[u8]>>(&mut self, name: &str, values: &[V]) {
        self.fields.retain(|(field, _)| field != name);
        let values: Vec<_> = values.iter().map(|value| value.as_ref().to_vec()).collect();
        if values.len() > 1 || values.first().is_some_and(|value| !value.is_empty()) {
            self.fields.push((name.to_owned(), values));
        }
    }

    /// The values of a field; none when it is not there.
    #[must_use]
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.fields.iter().find(|(field, _)| field == name).map_or(&[], |(_, values)| values)
    }

    /// The values of a field joined by line feeds, as text.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.values(name).join(&b'\n')).into_owned()
    }
}
