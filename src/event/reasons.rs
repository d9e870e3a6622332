//! Why an event cannot be read: one code for each case.

use crate::iis::config_path;

pub(super) const EMPTY_MESSAGE: &str = "empty_message";
pub(super) const CUT_MESSAGE: &str = "cut_message";
pub(super) const TRUNCATED_MESSAGE: &str = "truncated_message";
pub(super) const AMBIGUOUS_MESSAGE: &str = "ambiguous_message";
pub(super) const DESCRIPTION_MISSING: &str = "description_missing";
pub(super) const INVALID_UTF8: &str = "invalid_utf8";
pub(super) const FIELDS_DISAGREE: &str = "fields_disagree";
pub(super) const MULTIVALUE_INPUT: &str = "multivalue_input";
pub(super) const JOINED_KEYS: &str = "joined_keys";
pub(super) const REPEATED_VALUE: &str = "repeated_value";
pub(super) const TRUNCATED_XML: &str = "truncated_xml";
pub(super) const MALFORMED_XML: &str = "malformed_xml";
pub(super) const TRAILING_TEXT: &str = "trailing_text";
pub(super) const UNKNOWN_FORM: &str = "unknown_form";
pub(super) const UNREADABLE_ID: &str = "unreadable_id";
pub(super) use config_path::NO_CONFIGURATION_PATH;

/// Every reason that [`Says::Unparsed`](super::Says::Unparsed) can give, with its meaning.
pub const REASONS: &[(&str, &str)] = &[
    (EMPTY_MESSAGE, "the row has neither a message nor event data"),
    (
        CUT_MESSAGE,
        "the message is only its first word: automatic key=value extraction cut it; the whole text is in _raw, which a search reads with raw=true and an export must have",
    ),
    (TRUNCATED_MESSAGE, "the message breaks off"),
    (
        AMBIGUOUS_MESSAGE,
        "the message can be read in more than one way, for example because of quotes or line breaks in a name",
    ),
    (
        DESCRIPTION_MISSING,
        "the collector could not render the message (the provider's message file is missing) and did not list the values either",
    ),
    (
        NO_CONFIGURATION_PATH,
        "there is a text, but no configuration path where one belongs, or the event data has none",
    ),
    (config_path::TRUNCATED_PATH, "the configuration path breaks off"),
    (config_path::UNKNOWN_ELEMENT, "the configuration path names an element that its section does not have"),
    (config_path::UNKNOWN_PATH_FORM, "the configuration path has a form that no known event has"),
    (config_path::NO_NAME_KEY, "the element in the configuration path has no name key"),
    (config_path::EMPTY_NAME, "the name in the configuration path is empty"),
    (
        JOINED_KEYS,
        "the element has keys beside its name, which these sections do not know: a crafted name looks the same, and the row has nothing to check it with",
    ),
    (
        FIELDS_DISAGREE,
        "two parts of the row contradict each other, for example a field extracted from a crafted module name and the event's own text",
    ),
    (MULTIVALUE_INPUT, "a field that is needed has several different values"),
    (REPEATED_VALUE, "a value that an event has once occurs twice, with different contents"),
    (INVALID_UTF8, "a text that is needed is not valid UTF-8"),
    (TRUNCATED_XML, "the XML of the event breaks off before the end of its data"),
    (MALFORMED_XML, "the XML of the event is not well formed"),
    (TRAILING_TEXT, "text follows the end of the event: several events in one, or a forged end"),
    (
        UNKNOWN_FORM,
        "an event 29 of the IIS configuration in a form that is not read, such as JSON or XML behind a header: collect the XML of the event as it is",
    ),
    (UNREADABLE_ID, "the event's number is none, and the rest points to the IIS configuration"),
];
