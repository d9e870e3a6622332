//! Events, and the chunk bodies splunkd makes of them.

use super::csv_text;

/// An event: fields with one value or several. A field without a value is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    fields: Vec<(String, Vec<Vec<u8>>)>,
}

impl Event {
    /// An event of single values; empty ones are left out.
    pub fn new<V: AsRef<[u8]>>(fields: &[(&str, V)]) -> Self {
        let mut event = Self::default();
        for (name, value) in fields {
            event.set(name, &[value.as_ref()]);
        }
        event
    }

    /// The event with one more field of several values.
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
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.fields.iter().find(|(field, _)| field == name).map_or(&[], |(_, values)| values)
    }

    /// The values of a field joined by line feeds, as text.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.values(name).join(&b'\n')).into_owned()
    }
}

/// Where the `__mv_` columns stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twins {
    /// Behind all plain columns, in their order: what splunkd sends.
    Behind,
    /// Each behind its plain column.
    Beside,
    /// Nowhere.
    Missing,
}

/// Which cells are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Each one with a byte outside `[A-Za-z0-9]`: what splunkd sends.
    Splunkd,
    /// Those with a comma, a quote or a line end.
    Necessary,
}

/// The form of the bodies.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Sends only what `required_fields` lists, and `_chunked_idx`.
    pub selects: bool,
    pub twins: Twins,
    pub line_end: &'static str,
    pub quoting: Quoting,
    pub byte_order_mark: bool,
    /// The last record has its line end.
    pub ends_last_line: bool,
}

impl Style {
    /// Selected fields as recorded from 8.2.1.
    pub const SELECTED: Self = Self {
        selects: true,
        twins: Twins::Behind,
        line_end: "\n",
        quoting: Quoting::Splunkd,
        byte_order_mark: false,
        ends_last_line: true,
    };
    /// All fields as recorded from 8.0.3 and 6.3, and for commands of type `events` from 8.2.1.
    pub const ALL_FIELDS: Self = Self { selects: false, ..Self::SELECTED };

    /// Every form that was recorded, and those a tolerant reader must take.
    pub fn all() -> Vec<Self> {
        let mut styles = Vec::new();
        for base in [Self::SELECTED, Self::ALL_FIELDS] {
            styles.push(base);
            styles.push(Self { twins: Twins::Beside, ..base });
            styles.push(Self { twins: Twins::Missing, ..base });
            styles.push(Self { quoting: Quoting::Necessary, ..base });
            styles.push(Self { line_end: "\r\n", ..base });
            styles.push(Self { line_end: "\r\n", quoting: Quoting::Necessary, twins: Twins::Beside, ..base });
            styles.push(Self { byte_order_mark: true, ..base });
            styles.push(Self { ends_last_line: false, ..base });
            styles.push(Self {
                ends_last_line: false,
                quoting: Quoting::Necessary,
                twins: Twins::Missing,
                ..base
            });
        }
        styles
    }

    /// The columns of the events: the required ones, or all that some event has.
    pub fn columns(&self, events: &[Event], required: Option<&[String]>) -> Vec<String> {
        let mut columns: Vec<String> = match required {
            Some(required) if self.selects => {
                required.iter().cloned().chain(["_chunked_idx".into()]).collect()
            }
            _ => {
                let mut all: Vec<String> = Vec::new();
                for (name, _) in events.iter().flat_map(|event| &event.fields) {
                    if !all.contains(name) {
                        all.push(name.clone());
                    }
                }
                all
            }
        };
        let twins: Vec<_> = columns.iter().map(|name| format!("__mv_{name}")).collect();
        match self.twins {
            Twins::Behind => columns.extend(twins),
            Twins::Beside => {
                columns = columns.into_iter().zip(twins).flat_map(|(name, twin)| [name, twin]).collect();
            }
            Twins::Missing => {}
        }
        columns
    }

    /// The body of a chunk: a header row, and a row for each event.
    pub fn body(&self, events: &[Event], columns: &[String]) -> Vec<u8> {
        let mut lines = vec![self.line(columns.iter().map(String::as_bytes))];
        for (row, event) in events.iter().enumerate() {
            let cells: Vec<Vec<u8>> = columns.iter().map(|name| cell(event, name, row)).collect();
            lines.push(self.line(cells.iter().map(Vec::as_slice)));
        }
        let mut body = if self.byte_order_mark { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        body.extend(lines.join(self.line_end.as_bytes()));
        if self.ends_last_line {
            body.extend_from_slice(self.line_end.as_bytes());
        }
        body
    }

    fn line<'c>(&self, cells: impl Iterator<Item = &'c [u8]>) -> Vec<u8> {
        let quoted = cells.map(|cell| self.quote(cell)).collect::<Vec<_>>();
        quoted.join(&b',')
    }

    fn quote(&self, cell: &[u8]) -> Vec<u8> {
        let asks = |byte: &u8| match self.quoting {
            Quoting::Splunkd => !byte.is_ascii_alphanumeric(),
            Quoting::Necessary => matches!(byte, b',' | b'"' | b'\n' | b'\r'),
        };
        if !cell.iter().any(asks) {
            return cell.to_vec();
        }
        let mut quoted = vec![b'"'];
        for &byte in cell {
            quoted.push(byte);
            if byte == b'"' {
                quoted.push(byte);
            }
        }
        quoted.push(b'"');
        quoted
    }
}

fn cell(event: &Event, column: &str, row: usize) -> Vec<u8> {
    if column == "_chunked_idx" {
        return row.to_string().into_bytes();
    }
    match column.strip_prefix("__mv_") {
        None => event.values(column).join(&b'\n'),
        Some(name) => match event.values(name) {
            values @ [_, _, ..] => {
                let items = values.iter().map(|value| {
                    let text: Vec<u8> =
                        value.iter().flat_map(|b| vec![*b; if *b == b'$' { 2 } else { 1 }]).collect();
                    [b"$", text.as_slice(), b"$"].concat()
                });
                items.collect::<Vec<_>>().join(&b';')
            }
            _ => Vec::new(),
        },
    }
}

/// The values that a row gives to a field: those of its `__mv_` cell, else its plain cell.
pub fn values_in_row(names: &[String], row: &[Vec<u8>], name: &str) -> Vec<Vec<u8>> {
    let cell = |name: &str| {
        let index = names.iter().position(|column| column == name);
        index.and_then(|index| row.get(index)).map(|cell| csv_text::unquote(cell)).unwrap_or_default()
    };
    let several = csv_text::multivalues(&cell(&format!("__mv_{name}")));
    if several.is_empty() { vec![cell(name)] } else { several }
}
