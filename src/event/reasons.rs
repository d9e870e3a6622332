//! Why an event cannot be read: one code for each case.

use crate::iis::config_path::PathFault;
use crate::words::words;

words! {
    /// Why an event cannot be read.
    pub enum Unreadable {
        EmptyMessage = "empty_message" {
            since: "0.1.0",
            means: "the row has neither a message nor event data",
            seen: "neither a message nor event data",
            why: "the row says nothing",
            todo: "check the fields that reach the command",
            example: "`Message` dropped by a `fields`",
        }
        CutMessage = "cut_message" {
            since: "0.1.0",
            means: "the message is only its first word: automatic key=value extraction cut it; the whole text is in _raw, which a search reads with raw=true and an export must have",
            seen: "only the first word of the message",
            why: "automatic extraction stopped at the first space",
            todo: "search with `raw=true`",
            example: "`Message=Changes`",
        }
        TruncatedMessage = "truncated_message" {
            since: "0.1.0",
            means: "the message breaks off",
            seen: "the message breaks off",
            why: "a limit of the pipeline, or a crafted name",
            todo: "look at TRUNCATE and MAX_EVENTS of the sourcetype",
            example: "`Changes to '/system.web`",
        }
        AmbiguousMessage = "ambiguous_message" {
            since: "0.1.0",
            means: "the message can be read in more than one way, for example because of quotes or line breaks in a name",
            seen: "the message can be read in more than one way",
            why: "a name can be crafted to look like the rest of the sentence",
            todo: "read the XML of the event",
            example: "a name with `' at '` in it",
        }
        DescriptionMissing = "description_missing" {
            since: "0.1.0",
            means: "the collector could not render the message (the provider's message file is missing) and did not list the values either",
            seen: "the collector could not render the message, and lists no values",
            why: "the provider's message file is missing there",
            todo: "collect with `renderXml=true`",
            example: r#""The description for Event ID … cannot be found""#,
        }
        NoConfigurationPath = "no_configuration_path" {
            since: "0.1.0",
            means: "there is a text, but no configuration path where one belongs, or the event data has none",
            seen: "a text without a configuration path",
            why: "not an event of this provider, or an unknown form",
            todo: "report the form",
            example: "a message in another language",
        }
        TruncatedPath = "truncated_path" {
            since: "0.1.0",
            means: "the configuration path breaks off",
            seen: "the configuration path breaks off",
            why: "as truncated_message",
            todo: "as truncated_message",
            example: r#"`/system.webServer/modules/add[@name="X`"#,
        }
        UnknownElement = "unknown_element" {
            since: "0.1.0",
            means: "the configuration path names an element that its section does not have",
            seen: "an element that the section does not have",
            why: "a newer IIS, or a forged event",
            todo: "report the form",
            example: "`/system.webServer/modules/insert[…]`",
        }
        UnknownPathForm = "unknown_path_form" {
            since: "0.1.0",
            means: "the configuration path has a form that no known event has",
            seen: "a path in a form that no known event has",
            why: "it must not be guessed",
            todo: "report the form",
            example: r#"`/location[@path="Shop"]/…`"#,
        }
        NoNameKey = "no_name_key" {
            since: "0.1.0",
            means: "the element in the configuration path has no name key",
            seen: "an element without a name key",
            why: "no module is named",
            todo: "report the form",
            example: r#"`add[@id="1"]`"#,
        }
        EmptyName = "empty_name" {
            since: "0.1.0",
            means: "the name in the configuration path is empty",
            seen: "the name is empty",
            why: "no module is named",
            todo: "read the event itself",
            example: r#"`add[@name=""]`"#,
        }
        JoinedKeys = "joined_keys" {
            since: "0.1.0",
            means: "the element has keys beside its name, which these sections do not know: a crafted name looks the same, and the row has nothing to check it with",
            seen: "keys beside the name, and nothing to check it with",
            why: "a crafted name looks the same",
            todo: "read the XML of the event",
            example: r#"`add[@name="X" and @id="1"]`"#,
        }
        FieldsDisagree = "fields_disagree" {
            since: "0.1.0",
            means: "two parts of the row contradict each other, for example a field extracted from a crafted module name and the event's own text",
            seen: "two parts of the row contradict each other",
            why: "automatic extraction lets a crafted name forge fields",
            todo: "read `_raw`; it is the event",
            example: "a name that holds `NewValue=`",
        }
        MultivalueInput = "multivalue_input" {
            since: "0.1.0",
            means: "a field that is needed has several different values",
            seen: "a field has several different values",
            why: "two events in one row, or forged fields",
            todo: "do not merge events before the command",
            example: "two values of `_raw`, `Message` or `EventCode`",
        }
        RepeatedValue = "repeated_value" {
            since: "0.1.0",
            means: "a value that an event has once occurs twice, with different contents",
            seen: "a value that an event has once occurs twice",
            why: "a forged second one",
            todo: "read the XML of the event",
            example: "two `NewValue` elements",
        }
        InvalidUtf8 = "invalid_utf8" {
            since: "0.1.0",
            means: "a text that is needed is not valid UTF-8",
            seen: "a needed text is not UTF-8",
            why: "it cannot be compared",
            todo: "check the CHARSET of the sourcetype",
            example: "a Latin-1 export",
        }
        TruncatedXml = "truncated_xml" {
            since: "0.1.0",
            means: "the XML of the event breaks off before the end of its data",
            seen: "the XML breaks off before the end of its data",
            why: "a limit of the pipeline",
            todo: "look at TRUNCATE of the sourcetype",
            example: "no `</EventData>`",
        }
        MalformedXml = "malformed_xml" {
            since: "0.1.0",
            means: "the XML of the event is not well formed",
            seen: "the XML is not well formed",
            why: "another tool changed it, or a forged event",
            todo: "read the event in its source",
            example: "an unclosed element",
        }
        TrailingText = "trailing_text" {
            since: "0.1.0",
            means: "text follows the end of the event: several events in one, or a forged end",
            seen: "text after the end of the event",
            why: "several events in one, or a forged end",
            todo: "check the line breaking of the sourcetype",
            example: "two `<Event>`, or two classic events, in one row",
        }
        UnknownForm = "unknown_form" {
            since: "0.1.1",
            means: "an event 29 of the IIS configuration in a form that is not read, such as JSON of an unknown shape or XML behind a header: collect the XML of the event as it is",
            seen: "an event 29 of this provider in a form that is not read",
            why: "its module is not known",
            todo: "collect the XML of the event as it is, or extract its values into the fields of the Windows add-on",
            example: "JSON of an unknown shape in `_raw`; XML behind a syslog header",
        }
        UnreadableId = "unreadable_id" {
            since: "0.1.1",
            means: "the event's number is none, and the rest points to the IIS configuration",
            seen: "the number of the event is none, beside the provider, the channel or a configuration path",
            why: "it may be an event 29",
            todo: "look at the field that holds it",
            example: r##"`EventID` is `{"#text": 29}`"##,
        }
    }
}

impl From<PathFault> for Unreadable {
    fn from(fault: PathFault) -> Self {
        match fault {
            PathFault::None => Self::NoConfigurationPath,
            PathFault::Truncated => Self::TruncatedPath,
            PathFault::UnknownElement => Self::UnknownElement,
            PathFault::UnknownForm => Self::UnknownPathForm,
            PathFault::NoNameKey => Self::NoNameKey,
            PathFault::EmptyName => Self::EmptyName,
        }
    }
}
