//! What OpenTelemetry's file exporter writes: log records in scopes in resources, and each value as an object that names its
//! kind. A record becomes the JSON that the collector's other exporters write, so that one table of keys serves both.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A document of log records.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, rename = "resourceLogs", alias = "resource_logs")]
    resources: Vec<Resource<'a>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(
        borrow,
        default,
        rename = "scopeLogs",
        alias = "scope_logs",
        alias = "instrumentationLibraryLogs"
    )]
    scopes: Vec<Scope<'a>>,
}

#[derive(Deserialize)]
struct Scope<'a> {
    #[serde(borrow, default, rename = "logRecords", alias = "log_records", alias = "logs")]
    records: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
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
struct Values<T> {
    #[serde(default = "Vec::new")]
    values: Vec<T>,
}

/// The log records of a document; `None` where it is none, or damaged.
pub(super) fn records(text: &[u8]) -> Option<Vec<&RawValue>> {
    let document: Document<'_> = serde_json::from_slice(text).ok()?;
    let scopes = document.resources.into_iter().flat_map(|resource| resource.scopes);
    Some(scopes.flat_map(|scope| scope.records).collect())
}

/// A log record as a JSON object of its body and attributes; `None` where it is none.
pub(super) fn event(record: &[u8]) -> Option<Vec<u8>> {
    let record: Record<'_> = serde_json::from_slice(record).ok()?;
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
            ("{}", r#"{"body":null,"attributes":{}}"#),
        ] {
            let found = event(record.as_bytes()).map(|json| String::from_utf8(json).unwrap());
            assert_eq!(found.as_deref(), Some(expected), "{record}");
        }
        assert_eq!(event(br#"{"body":1,"body":2}"#), None);
        for (text, expected) in [
            (r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{}]},{}]}]}"#, Some(2)),
            (r#"{"resource_logs":[{"scope_logs":[{"log_records":[{}]}]},{}]}"#, Some(1)),
            ("{}", None),
            (r#"{"resourceLogs":1}"#, None),
            (r#"{"resourceLogs":["#, None),
        ] {
            assert_eq!(records(text.as_bytes()).map(|records| records.len()), expected, "{text}");
        }
    }
}
