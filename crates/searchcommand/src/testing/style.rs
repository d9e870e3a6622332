//! The chunk bodies that splunkd makes of events.

use super::event::Event;

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
    /// Where the `__mv_` columns stand.
    pub twins: Twins,
    /// What ends each line.
    pub line_end: &'static str,
    /// Which cells are quoted.
    pub quoting: Quoting,
    /// The body starts with a byte order mark.
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
    #[must_use]
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
    #[must_use]
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
    #[must_use]
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
