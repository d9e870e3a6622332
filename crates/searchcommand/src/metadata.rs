//! The JSON of requests and replies.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::arguments::Arguments;
use crate::plan::Plan;
use crate::search::SearchInfo;

/// What a request asks for.
pub(crate) enum Request {
    Getinfo(Box<SearchInfo>),
    Execute {
        finished: bool,
    },
    /// Anything else, escaped.
    Unknown(String),
}

/// Reads the metadata of a request. No bytes at all count as `{}`, as some writers send; white space may follow the object.
/// `Err` is what the JSON reader expected; it never quotes the input.
pub(crate) fn parse_request(metadata: &[u8]) -> Result<Request, String> {
    let map: Map<String, Value> = if metadata.trim_ascii().is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(metadata).map_err(|error| error.to_string())?
    };
    Ok(match map.get("action").and_then(Value::as_str) {
        Some("getinfo") => Request::Getinfo(Box::new(search_info(&map))),
        Some("execute") => Request::Execute { finished: map.get("finished") == Some(&Value::Bool(true)) },
        // An execute chunk is the only kind of which a nearly empty header is known.
        None if map.is_empty() => Request::Execute { finished: false },
        other => Request::Unknown(
            other.unwrap_or_default().chars().take(40).collect::<String>().escape_default().to_string(),
        ),
    })
}

fn search_info(map: &Map<String, Value>) -> SearchInfo {
    let empty = Map::new();
    let info = map.get("searchinfo").and_then(Value::as_object).unwrap_or(&empty);
    let text = |name| info.get(name).and_then(text);
    SearchInfo {
        arguments: Arguments::from_tokens(&texts(info.get("args")), &texts(info.get("raw_args"))),
        earliest_time: info.get("earliest_time").and_then(seconds),
        latest_time: info.get("latest_time").and_then(seconds),
        sid: text("sid"),
        app: text("app"),
        owner: text("owner"),
        command: text("command"),
        splunk_version: text("splunk_version"),
        preview: map.get("preview") == Some(&Value::Bool(true)),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).map(|list| list.iter().filter_map(text).collect()).unwrap_or_default()
}

/// Epoch seconds, sent as a string by 8.2.1 and as a number by others.
fn seconds(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    number.is_finite().then_some(number)
}

/// A reply. The order of the keys matters: splunkd wants `inspector` before `error`.
#[derive(Serialize)]
struct Reply<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    inspector: Option<Inspector<'a>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_fields: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Inspector<'a> {
    messages: &'a [(&'static str, String)],
}

impl<'a> Reply<'a> {
    fn new(messages: &'a [(&'static str, String)]) -> Self {
        let inspector = (!messages.is_empty()).then_some(Inspector { messages });
        Self { inspector, kind: None, required_fields: None, finished: None, error: None }
    }

    fn into_json(self) -> Vec<u8> {
        // Strings, lists and booleans into a vector of bytes: there is nothing in it that can fail.
        serde_json::to_vec(&self).unwrap_or_default()
    }
}

/// The answer to `getinfo`.
pub(crate) fn getinfo_reply(plan: &Plan) -> Vec<u8> {
    let mut fields: Vec<&str> = Vec::with_capacity(plan.inputs.len());
    if plan.all_fields {
        fields.push("*");
    } else {
        for input in &plan.inputs {
            if !fields.contains(&input.name.as_str()) {
                fields.push(&input.name);
            }
        }
    }
    Reply { kind: Some(plan.runs_on.protocol_type()), required_fields: Some(fields), ..Reply::new(&[]) }
        .into_json()
}

/// The answer to `execute`.
pub(crate) fn execute_reply(finished: bool, messages: &[(&'static str, String)]) -> Vec<u8> {
    Reply { finished: Some(finished), ..Reply::new(messages) }.into_json()
}

/// The answer that fails the search.
pub(crate) fn error_reply(error: &str, mut messages: Vec<(&'static str, String)>) -> Vec<u8> {
    messages.push(("ERROR", error.to_owned()));
    Reply { finished: Some(true), error: Some(error), ..Reply::new(&messages) }.into_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(json: &str) -> SearchInfo {
        match parse_request(json.as_bytes()) {
            Ok(Request::Getinfo(info)) => *info,
            _ => panic!("not a getinfo: {json}"),
        }
    }

    #[test]
    fn every_part_of_getinfo_is_optional() {
        let info = info(r#"{"action":"getinfo"}"#);
        assert_eq!((info.earliest_time, info.sid, info.preview), (None, None, false));
        assert_eq!(info.arguments.iter().count(), 0);
    }

    #[test]
    fn strings_or_numbers() {
        let time = |json: &str| {
            info(&format!(r#"{{"action":"getinfo","searchinfo":{{"earliest_time":{json}}}}}"#)).earliest_time
        };
        assert_eq!(time("\"1600000000.250\""), Some(1_600_000_000.25));
        assert_eq!(time("1600000000"), Some(1_600_000_000.0));
        assert_eq!(time("\"0\""), Some(0.0));
        for none in ["\"\"", "null", "[]", "\"inf\"", "\"soon\""] {
            assert_eq!(time(none), None, "{none}");
        }
        let info = info(
            r#"{"action":"getinfo","searchinfo":{"sid":1600000000.1,"args":["n",3,"=",true]},"preview":true}"#,
        );
        assert_eq!(info.sid.as_deref(), Some("1600000000.1"));
        assert_eq!(info.arguments.words().collect::<Vec<_>>(), ["n"]);
        assert_eq!(info.arguments.options().collect::<Vec<_>>(), [("3", "true")]);
        assert!(info.preview);
    }

    #[test]
    fn execute_and_its_odd_forms() {
        for (json, expected) in [
            (r#"{"action":"execute","finished":false}"#, false),
            ("{\"finished\":true,\"action\":\"execute\"} \r\n", true),
            (r#"{"action":"execute"}"#, false),
            ("", false),
            ("  \n", false),
            ("{}", false),
        ] {
            match parse_request(json.as_bytes()) {
                Ok(Request::Execute { finished }) => assert_eq!(finished, expected, "{json}"),
                _ => panic!("not an execute: {json}"),
            }
        }
    }

    #[test]
    fn what_is_not_a_request() {
        for json in ["[]", "3", "{", "{}x", "{\"action\":\"exec\u{0}"] {
            assert!(parse_request(json.as_bytes()).is_err(), "{json}");
        }
        for (json, shown) in [
            (r#"{"action":"terminate"}"#, "terminate"),
            (r#"{"finished":true}"#, ""),
            ("{\"action\":\"a\\nb\"}", "a\\nb"),
        ] {
            match parse_request(json.as_bytes()) {
                Ok(Request::Unknown(found)) => assert_eq!(found, shown),
                _ => panic!("known: {json}"),
            }
        }
    }

    #[test]
    fn the_inspector_precedes_the_error() {
        let reply = String::from_utf8(error_reply("no \"x\"", vec![("WARN", "w".into())])).unwrap();
        assert_eq!(
            reply,
            r#"{"inspector":{"messages":[["WARN","w"],["ERROR","no \"x\""]]},"finished":true,"error":"no \"x\""}"#
        );
    }
}
