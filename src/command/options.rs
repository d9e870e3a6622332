//! The options that an analyst types after `| iismodcheck`.

use searchcommand::{Argument, Arguments, Fatal};

use crate::allowlist::date;
use crate::detect::time;

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputRows {
    /// Event rows.
    Event,
    /// Rows of the roll-up: all parts of one change.
    Change,
    /// Rows that list modules.
    Module,
}

impl InputRows {
    const ALL: [Self; 3] = [Self::Event, Self::Change, Self::Module];

    /// What is typed behind `input=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Change => "change",
            Self::Module => "module",
        }
    }
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
    pub input: InputRows,
    /// Columns of an inventory row: name, image, type, preCondition.
    pub inventory: [String; 4],
    /// Compare dates with this time, in microseconds since 1970-01-01T00:00Z.
    pub as_of: Option<i64>,
    /// Say what runs here, and decide nothing about the rows.
    pub self_test: bool,
}

/// Whether an option goes with what the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesWith {
    /// Whatever they are.
    Any,
    /// Rows of one kind only.
    Only(InputRows),
    /// Rows of any kind but one, and why.
    Not(InputRows, &'static str),
}

/// Makes the options of a table.
macro_rules! options {
    ($($option:ident = $name:literal {
        takes: $takes:literal,
        syntax: $syntax:literal,
        goes_with: $goes_with:expr,
        help: $help:literal,
    })*) => {
        /// An option of the search command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Name {
            $(#[doc = concat!("`", $name, "=`")] $option,)*
        }

        impl Name {
            /// Every option, in the order of the documentation.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$option),*];

            /// What is typed before the `=`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$option => $name,)*
                }
            }

            /// What it takes, for error texts.
            #[must_use]
            pub const fn takes(self) -> &'static str {
                match self {
                    $(Self::$option => $takes,)*
                }
            }

            /// What is typed behind the `=`, in the words of searchbnf.conf.
            #[must_use]
            pub const fn syntax(self) -> &'static str {
                match self {
                    $(Self::$option => $syntax,)*
                }
            }

            /// Which rows it goes with.
            #[must_use]
            pub const fn goes_with(self) -> GoesWith {
                match self {
                    $(Self::$option => $goes_with,)*
                }
            }

            /// What it does, for the documentation.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self {
                    $(Self::$option => $help,)*
                }
            }
        }
    };
}

options! {
    Allowlist = "allowlist" {
        takes: "the name of a CSV file in the app's lookups folder",
        syntax: "<string>",
        goes_with: GoesWith::Any,
        help: "File in this app's lookups folder to use as the site's allowlist; .csv is added when missing. The default is iismodcheck_allowlist.csv, which may be absent. A named file must exist.",
    }
    Packs = "packs" {
        takes: "names of product packs, separated by commas",
        syntax: "<string>",
        goes_with: GoesWith::Any,
        help: r#"Names of the known-good packs to use on every host, divided by commas, such as packs="exchange,iisexpress". By host: iismodcheck_packs.csv."#,
    }
    MessageField = "message_field" {
        takes: "the name of a field",
        syntax: "<field>",
        goes_with: GoesWith::Only(InputRows::Event),
        help: "The field with the event's message. Default Message.",
    }
    Raw = "raw" {
        takes: "true or false",
        syntax: "<bool>",
        goes_with: GoesWith::Only(InputRows::Event),
        help: "false: leave _raw out; faster, but extracted fields can be forged by a crafted module name. Default true.",
    }
    AllFields = "all_fields" {
        takes: "true or false",
        syntax: "<bool>",
        goes_with: GoesWith::Any,
        help: "true: have every field sent through the command; slower, for use after commands that need it. Default false.",
    }
    Distributed = "distributed" {
        takes: "true or false",
        syntax: "<bool>",
        goes_with: GoesWith::Not(InputRows::Change, "the rows of a change come together on the search head"),
        help: "true: run on the indexers. The search peers must be able to run the executable; not available in Splunk Cloud. Default false: run on the search head.",
    }
    Parts = "parts" {
        takes: "true or false",
        syntax: "<bool>",
        goes_with: GoesWith::Only(InputRows::Event),
        help: "Also write iis_event_role, iis_change_key, iis_change_part, iis_process and iis_record, which `iismodcheck_rollup` needs. Default false.",
    }
    InputRows = "input" {
        takes: "event, change or module",
        syntax: "(event|change|module)",
        goes_with: GoesWith::Any,
        help: "What a row is. event: one Windows event (the default). change: one change with all its parts, as `iismodcheck_rollup` collects them; only iis_host, iis_change_key, iis_change_part and iis_continues are read. module: a row that simply lists a module, such as an inventory; beside the four fields that options name, section, kind, operation (add, remove, clear), config_path, location, record and facts about the file are read where they are there.",
    }
    NameField = "name_field" {
        takes: "the name of a field",
        syntax: "<field>",
        goes_with: GoesWith::Only(InputRows::Module),
        help: "The column of an inventory with the module's name. Default name.",
    }
    ImageField = "image_field" {
        takes: "the name of a field",
        syntax: "<field>",
        goes_with: GoesWith::Only(InputRows::Module),
        help: "The column of an inventory with the path of the DLL. Default image.",
    }
    TypeField = "type_field" {
        takes: "the name of a field",
        syntax: "<field>",
        goes_with: GoesWith::Only(InputRows::Module),
        help: "The column of an inventory with the type of a managed module. Default type.",
    }
    PreconditionField = "precondition_field" {
        takes: "the name of a field",
        syntax: "<field>",
        goes_with: GoesWith::Only(InputRows::Module),
        help: "The column of an inventory with the preCondition. Default preCondition.",
    }
    AsOf = "as_of" {
        takes: "a date or time such as 2026-03-31 or 2026-03-31T12:00:00Z",
        syntax: "<string>",
        goes_with: GoesWith::Any,
        help: "ISO 8601 date or time that the dates of entries are compared with. The default is the time of each event.",
    }
    SelfTest = "selftest" {
        takes: "true or false",
        syntax: "<bool>",
        goes_with: GoesWith::Only(InputRows::Event),
        help: "true: decide nothing about the rows; say in each which version runs, where it looks for lookups, how it found the allowlist, and how it decides on a known good and a known bad module (after `| makeresults`). Default false. Since 0.2.0.",
    }
}

impl Options {
    /// Reads the arguments of the search. The error names the option, the value and what is valid.
    pub fn read(arguments: &Arguments) -> Result<Self, Fatal> {
        let mut options = Self {
            allowlist: None,
            packs: None,
            message_field: "Message".to_owned(),
            raw: true,
            all_fields: false,
            distributed: false,
            parts: false,
            input: InputRows::Event,
            inventory: ["name", "image", "type", "preCondition"].map(str::to_owned),
            as_of: None,
            self_test: false,
        };
        let mut given: Vec<Name> = Vec::new();
        for argument in arguments.iter() {
            let (name, value) = match argument {
                Argument::Option { name, value } => (name.as_str(), value.as_str()),
                Argument::Word(word) => {
                    return Err(Fatal::new(format!("`{word}` is not an option"))
                        .with_hint(format!("write name=value; {}", valid())));
                }
            };
            let option = Name::ALL.into_iter().find(|option| option.as_str() == name).ok_or_else(|| {
                Fatal::new(format!("{name}={value}: there is no such option")).with_hint(valid())
            })?;
            if given.contains(&option) {
                return Err(
                    Fatal::new(format!("the option {name}= is given twice")).with_hint("leave one out")
                );
            }
            given.push(option);
            options
                .set(option, value)
                .ok_or_else(|| Fatal::new(format!("{name}={value}: {name}= takes {}", option.takes())))?;
        }
        given.into_iter().try_for_each(|option| options.check(option))?;
        Ok(options)
    }

    /// `None` for a value that the option does not take.
    fn set(&mut self, option: Name, value: &str) -> Option<()> {
        let text = || (!value.is_empty()).then(|| value.to_owned());
        let [name, image, type_name, precondition] = &mut self.inventory;
        match option {
            Name::InputRows => {
                self.input = InputRows::ALL.into_iter().find(|input| input.as_str() == value)?;
            }
            Name::Allowlist => self.allowlist = Some(text()?),
            Name::Packs => self.packs = Some(text()?),
            Name::Parts => self.parts = boolean(value)?,
            Name::AsOf => self.as_of = Some(as_of(value)?),
            Name::MessageField => self.message_field = text()?,
            Name::Raw => self.raw = boolean(value)?,
            Name::NameField => *name = text()?,
            Name::ImageField => *image = text()?,
            Name::TypeField => *type_name = text()?,
            Name::PreconditionField => *precondition = text()?,
            Name::AllFields => self.all_fields = boolean(value)?,
            Name::Distributed => self.distributed = boolean(value)?,
            Name::SelfTest => self.self_test = boolean(value)?,
        }
        Some(())
    }

    /// Whether an option that is given goes with what the rows are.
    fn check(&self, option: Name) -> Result<(), Fatal> {
        let name = option.as_str();
        match option.goes_with() {
            GoesWith::Only(input) if input != self.input => {
                let input = input.as_str();
                Err(Fatal::new(format!("{name}= goes with input={input} only"))
                    .with_hint(format!("leave it out, or add input={input}")))
            }
            // What an option is by default goes with everything.
            GoesWith::Not(input, why) if input == self.input && self.distributed => {
                Err(Fatal::new(format!("{name}=true does not go with input={}: {why}", input.as_str()))
                    .with_hint(format!("leave {name}= out of this pass")))
            }
            _ => Ok(()),
        }
    }
}

fn valid() -> String {
    format!("the options are {}", Name::ALL.map(|option| format!("{}=", option.as_str())).join(", "))
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
