//! The texts of an event that a collector wrote as JSON.

use super::fields::{Data, Own, Reading};
use super::json::Json;
use super::parts::Part;
use super::text::{self, Text};

impl<'a> Reading<'_, 'a> {
    /// The event data of a JSON, else its message: what is in it by name, else its list of values, else its sentence.
    pub(super) fn texts_of_json(&mut self, json: &Json<'a>) -> (Option<Data<'a>>, Text<'a>) {
        if let Some(problem) = json.problem {
            self.problem.get_or_insert(problem);
        }
        if let Some(path) = json.parts[Part::Configuration] {
            let path = self.json_text(path);
            // A collector that escapes once more does so in every value.
            let escaped = text::is_json_escaped(path.get(self.buffer));
            let value = |row: &mut Self, text: Text<'a>| {
                if escaped { text::from_json_again(text, row.buffer) } else { text }
            };
            let part = |row: &mut Self, part| {
                let text = row.json_text(json.parts.get(part));
                value(row, text)
            };
            let data = Data {
                path: value(self, path),
                config_path: part(self, Part::ConfigPath),
                location: part(self, Part::Location),
                operation: part(self, Part::Operation),
                old: part(self, Part::Old),
                new: part(self, Part::New),
            };
            return (Some(data), Text::default());
        }
        if let Some(list) = json.list() {
            return (None, self.lines(list));
        }
        (None, self.json_text(json.parts.get(Part::Message)))
    }

    /// Values without names, one a line: the same list as in the text of an event whose message file is missing.
    fn lines(&mut self, values: &[&'a [u8]]) -> Text<'a> {
        let start = self.buffer.len();
        for value in values {
            let value = self.utf8(value);
            text::from_json(value, self.buffer);
            self.buffer.push('\n');
        }
        Text::Decoded { start, end: self.buffer.len() }
    }

    /// Host and the like of a JSON; where it has none, what the fields know.
    pub(super) fn own_of_json(&mut self, json: &Json<'a>, fields: Own<'a>) -> Own<'a> {
        let part = |row: &mut Self, part, field: Text<'a>| {
            let text = row.json_text(json.parts.get(part));
            if text.is_empty() { field } else { text }
        };
        let time = json.parts.get(Part::Time);
        Own {
            host: part(self, Part::Computer, fields.host),
            actor: part(self, Part::Sid, fields.actor),
            process: part(self, Part::Process, fields.process),
            record: part(self, Part::Record, fields.record),
            // A time without a zone is less than what Splunk made of it.
            time: if fields.time.is_empty() || time.ends_with(b"Z") {
                part(self, Part::Time, fields.time)
            } else {
                fields.time
            },
        }
    }

    /// A string of a JSON, decoded.
    fn json_text(&mut self, raw: &'a [u8]) -> Text<'a> {
        let raw = self.utf8(raw);
        if memchr::memchr(b'\\', raw.as_bytes()).is_some() {
            text::from_json(raw, self.buffer)
        } else {
            Text::Here(raw)
        }
    }
}
