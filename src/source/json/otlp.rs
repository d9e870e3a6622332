//! What OpenTelemetry's file exporter writes: log records in scopes in resources, and each value as an object that names its
//! kind. A record becomes the JSON that the collector's other exporters write, so that one table of keys serves both.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::event;

/// A document of log records.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, rename = "resourceLogs", alias = "resource_logs", deserialize_with = "or_null")]
    resources: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(
        borrow,
        rename = "scopeLogs",
        alias = "scope_logs",
        alias = "instrumentationLibraryLogs",
        alias = "instrumentation_library_logs",
        deserialize_with = "or_null"
    )]
    scopes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Scope<'a> {
    #[serde(
        borrow,
        rename = "logRecords",
        alias = "log_records",
        alias = "logs",
        deserialize_with = "or_null"
    )]
    records: Vec<&'a RawValue>,
}

/// A list that may be null, but not missing.
fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(reader)?.unwrap_or_default())
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    attributes: Vec<Pair<'a>>,
}

#[derive(Deserialize)]
struct Pair<'a> {
    key: &'a RawValue,
    #[serde(borrow)]
    value: Option<Any<'a>>,
}

/// A value that names its kind; with none it is nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Any<'a> {
    #[serde(
        borrow,
        rename = "stringValue",
        alias = "string_value",
        alias = "boolValue",
        alias = "bool_value",
        alias = "intValue",
        alias = "int_value",
        alias = "doubleValue",
        alias = "double_value",
        alias = "bytesValue",
        alias = "bytes_value"
    )]
    scalar: Option<&'a RawValue>,
    #[serde(borrow, rename = "arrayValue", alias = "array_value")]
    array: Option<Values<Self>>,
    #[serde(borrow, rename = "kvlistValue", alias = "kvlist_value")]
    pairs: Option<Values<Pair<'a>>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Values<T> {
    #[serde(default = "Vec::new", deserialize_with = "or_null")]
    values: Vec<T>,
}

/// The log records of a document, and each part of it that is about an event but has its records under no key that is known;
/// `None` where it is no such document, or damaged.
pub(super) fn records(text: &[u8]) -> Option<Vec<&RawValue>> {
    let document: Document<'_> = serde_json::from_slice(text).ok()?;
    let mut records = Vec::new();
    for resource in document.resources {
        let Ok(Resource { scopes }) = serde_json::from_str(resource.get()) else {
            records.extend(lost(resource));
            continue;
        };
        for scope in scopes {
            match serde_json::from_str(scope.get()) {
                Ok(Scope { records: inside }) => records.extend(inside),
                Err(_) => records.extend(lost(scope)),
            }
        }
    }
    Some(records)
}

/// A part without records, where it is about an event.
fn lost(part: &RawValue) -> Option<&RawValue> {
    event::is_event(part.get().as_bytes()).then_some(part)
}

/// A log record as a JSON object of its body and attributes; `None` where it is none.
pub(super) fn event(record: &[u8]) -> Option<Vec<u8>> {
    let record: Record<'_> = serde_json::from_slice(record).ok()?;
    if record.body.is_none() && record.attributes.is_empty() {
        return None;
    }
    let mut json = b"{\"body\":".to_vec();
    let body = record.body.map_or("null", RawValue::get);
    match serde_json::from_str(body) {
        Ok(value) => write(&value, &mut json),
        // A map or a text as it is, from exporters that name no kinds.
        Err(_) => json.extend_from_slice(body.as_bytes()),
    }
    json.extend_from_slice(b",\"attributes\":");
    object(&record.attributes, &mut json);
    json.push(b'}');
    Some(json)
}

/// Keys that come twice stay so: whoever reads the event tells them.
fn object(pairs: &[Pair<'_>], json: &mut Vec<u8>) {
    list(*b"{}", pairs, json, |pair, json| {
        json.extend_from_slice(pair.key.get().as_bytes());
        json.push(b':');
        match &pair.value {
            Some(value) => write(value, json),
            None => json.extend_from_slice(b"null"),
        }
    });
}

fn write(value: &Any<'_>, json: &mut Vec<u8>) {
    match value {
        Any { scalar: Some(text), array: None, pairs: None } => json.extend_from_slice(text.get().as_bytes()),
        Any { scalar: None, array: Some(array), pairs: None } => list(*b"[]", &array.values, json, write),
        Any { scalar: None, array: None, pairs: Some(pairs) } => object(&pairs.values, json),
        // None, or several of which nobody knows which counts.
        _ => json.extend_from_slice(b"null"),
    }
}

fn list<T>([open, close]: [u8; 2], values: &[T], json: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    json.push(open);
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        write(value, json);
    }
    json.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_lose_the_kinds_of_their_values() {
        for (record, expected) in [
            (r#"{"body":{"stringValue":"<a b=\"c\"/>"}}"#, r#"{"body":"<a b=\"c\"/>","attributes":{}}"#),
            (
                r#"{"body":{"kvlistValue":{"values":[{"key":"a","value":{"kvlistValue":{"values":
                [{"key":"b","value":{"boolValue":true}}]}}},{"key":"a","value":{"intValue":"2"}},{"key":"left"},{"key":"none","value":{}}]}}}"#,
                r#"{"body":{"a":{"b":true},"a":"2","left":null,"none":null},"attributes":{}}"#,
            ),
            (
                r#"{"body":{"arrayValue":{"values":[{"stringValue":"x"},{"doubleValue":1.5}]}},
                "attributes":[{"key":"x\"y","value":{"stringValue":"z"}}]}"#,
                r#"{"body":["x",1.5],"attributes":{"x\"y":"z"}}"#,
            ),
            // As exporters write it that name no kinds.
            (r#"{"body":{"channel":"c"}}"#, r#"{"body":{"channel":"c"},"attributes":{}}"#),
            (r#"{"body":"text"}"#, r#"{"body":"text","attributes":{}}"#),
            // Two kinds, and a kind twice: nobody knows which counts.
            (
                r#"{"body":{"stringValue":"a","kvlistValue":{"values":[]}}}"#,
                r#"{"body":null,"attributes":{}}"#,
            ),
            (
                r#"{"body":{"stringValue":"a","stringValue":"b"}}"#,
                r#"{"body":{"stringValue":"a","stringValue":"b"},"attributes":{}}"#,
            ),
            (r#"{"body":"x","attributes":null}"#, r#"{"body":"x","attributes":{}}"#),
        ] {
            let found = event(record.as_bytes()).map(|json| String::from_utf8(json).unwrap());
            assert_eq!(found.as_deref(), Some(expected), "{record}");
        }
        assert_eq!((event(br#"{"body":1,"body":2}"#), event(b"{}")), (None, None));
        for (text, expected) in [
            (r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{}]},{}]}]}"#, Some(2)),
            (r#"{"resource_logs":[{"scope_logs":[{"log_records":[{}]}]},{}]}"#, Some(1)),
            (r#"{"resource_logs":[{"instrumentation_library_logs":[{"logs":[{}]}]}]}"#, Some(1)),
            (r#"{"resourceLogs":[{"scopeLogs":null},{"scopeLogs":[{"logRecords":null}]}]}"#, Some(0)),
            // What is about an event under a key that is not known.
            (
                r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]},{"x":[{"event_id":29}]}]},{"y":{"event_id":29}}]}"#,
                Some(3),
            ),
            (r#"{"resourceLogs":[{"scopeLogs":[{"x":[{}]}]},{"y":1}]}"#, Some(0)),
            ("{}", None),
            (r#"{"resourceLogs":1}"#, None),
            (r#"{"resourceLogs":["#, None),
        ] {
            assert_eq!(records(text.as_bytes()).map(|records| records.len()), expected, "{text}");
        }
    }
}
