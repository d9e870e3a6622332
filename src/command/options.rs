//! The options that an analyst types after `| iismodcheck`.

use searchcommand::{Argument, Arguments};

use crate::allowlist::date;
use crate::detect::time;

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Event rows.
    Event,
    /// Rows of the roll-up: all parts of one change.
    Change,
    /// Rows that list modules.
    Module,
}

/// The options, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// File name of the site allowlist in the app's lookups folder; `None`: the default file, if it exists.
    pub allowlist: Option<String>,
    /// Packs chosen for all hosts.
    pub packs: Option<String>,
    /// The column that holds the message.
    pub message_field: String,
    /// Ask for `_raw`.
    pub raw: bool,
    /// Ask for all columns.
    pub all_fields: bool,
    /// Run on the indexers.
    pub distributed: bool,
    /// Add the roll-up columns.
    pub parts: bool,
    /// What the rows are.
    pub input: Input,
    /// Columns of an inventory row: name, image, type, preCondition.
    pub inventory: [String; 4],
    /// Compare dates with this time, in microseconds since 1970-01-01T00:00Z.
    pub as_of: Option<i64>,
}

/// Every option with what it takes, for error texts.
const OPTIONS: [(&str, &str); 13] = [
    ("allowlist", "the name of a CSV file in the app's lookups folder"),
    ("packs", "names of product packs, separated by commas"),
    ("message_field", "the name of a field"),
    ("raw", "true or false"),
    ("all_fields", "true or false"),
    ("distributed", "true or false"),
    ("parts", "true or false"),
    ("input", "event, change or module"),
    ("name_field", "the name of a field"),
    ("image_field", "the name of a field"),
    ("type_field", "the name of a field"),
    ("precondition_field", "the name of a field"),
    ("as_of", "a date or time such as 2026-03-31 or 2026-03-31T12:00:00Z"),
];

const INVENTORY: [(&str, &str); 4] = [
    ("name_field", "name"),
    ("image_field", "image"),
    ("type_field", "type"),
    ("precondition_field", "preCondition"),
];

impl Options {
    /// Reads the arguments of the search. The error names the option, the value and what is valid.
    pub fn read(arguments: &Arguments) -> Result<Self, String> {
        let mut options = Self {
            allowlist: None,
            packs: None,
            message_field: "Message".to_owned(),
            raw: true,
            all_fields: false,
            distributed: false,
            parts: false,
            input: Input::Event,
            inventory: INVENTORY.map(|(_, column)| column.to_owned()),
            as_of: None,
        };
        let mut given: Vec<&str> = Vec::new();
        for argument in arguments.iter() {
            let (name, value) = match argument {
                Argument::Option { name, value } => (name.as_str(), value.as_str()),
                Argument::Word(word) => {
                    return Err(format!("`{word}` is not an option: write name=value. {}", valid()));
                }
            };
            if given.contains(&name) {
                return Err(format!("the option {name}= is given twice: leave one out"));
            }
            given.push(name);
            options.set(name, value)?;
        }
        options.check(&given)?;
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let wrong = || {
            let takes = OPTIONS.iter().find(|(option, _)| *option == name).map_or("", |(_, takes)| takes);
            format!("{name}={value}: {name}= takes {takes}")
        };
        let text = || if value.is_empty() { Err(wrong()) } else { Ok(value.to_owned()) };
        if let Some(number) = INVENTORY.iter().position(|(option, _)| *option == name) {
            if let Some(column) = self.inventory.get_mut(number) {
                *column = text()?;
            }
            return Ok(());
        }
        match name {
            "allowlist" => self.allowlist = Some(text()?),
            "packs" => self.packs = Some(text()?),
            "message_field" => self.message_field = text()?,
            "raw" => self.raw = boolean(value).ok_or_else(wrong)?,
            "all_fields" => self.all_fields = boolean(value).ok_or_else(wrong)?,
            "distributed" => self.distributed = boolean(value).ok_or_else(wrong)?,
            "parts" => self.parts = boolean(value).ok_or_else(wrong)?,
            "input" => {
                self.input = match value {
                    "event" => Input::Event,
                    "change" => Input::Change,
                    "module" => Input::Module,
                    _ => return Err(wrong()),
                }
            }
            "as_of" => self.as_of = Some(as_of(value).ok_or_else(wrong)?),
            _ => return Err(format!("{name}={value}: there is no such option. {}", valid())),
        }
        Ok(())
    }

    /// Options that mean nothing together.
    fn check(&self, given: &[&str]) -> Result<(), String> {
        let goes_with = |option: &str, input: &str| {
            Err(format!("{option}= goes with input={input} only: leave it out, or add input={input}"))
        };
        if self.input != Input::Event {
            for option in ["parts", "message_field", "raw"] {
                if given.contains(&option) {
                    return goes_with(option, "event");
                }
            }
        }
        if self.input != Input::Module {
            for (option, _) in INVENTORY {
                if given.contains(&option) {
                    return goes_with(option, "module");
                }
            }
        }
        if self.input == Input::Change && self.distributed {
            return Err(
                "distributed=true does not go with input=change: the rows of a change come together on the \
                        search head. Leave distributed= out of this pass."
                    .to_owned(),
            );
        }
        Ok(())
    }
}

fn valid() -> String {
    format!("The options are {}", OPTIONS.map(|(option, _)| format!("{option}=")).join(", "))
}

fn boolean(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" => Some(true),
        "false" | "f" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// A time, or a date, which stands for its first moment in UTC.
fn as_of(value: &str) -> Option<i64> {
    time::parse(value).or_else(|| date::valid_from(value))
}
