//! splunkd's side of the protocol, in memory: rows in, rows out.

use iismodcheck::command::{IisModCheck, Lookups};
use iismodcheck::searchcommand::serve;
use serde_json::{Value, json};

use super::{Record, csv};

/// Runs `| iismodcheck ARGUMENTS` over the rows, sent in chunks of `chunk` rows. Every row comes back, with the fields
/// that the command added. Panics where the command reports an error.
pub fn iismodcheck(arguments: &[&str], rows: &[Record], chunk: usize) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let lookups = Lookups::of_executable(&folder.path().join("bin").join("iismodcheck"));
    let mut input = Vec::new();
    let info = json!({"action": "getinfo", "preview": false, "searchinfo": {"args": arguments, "raw_args": arguments}});
    frame(&mut input, &info, b"");
    let chunks: Vec<&[Record]> = if rows.is_empty() { vec![rows] } else { rows.chunks(chunk).collect() };
    for (number, rows) in chunks.iter().enumerate() {
        let execute = json!({"action": "execute", "finished": number + 1 == chunks.len()});
        frame(&mut input, &execute, &csv(rows, true));
    }
    let mut output = Vec::new();
    serve(input.as_slice(), &mut output, &mut IisModCheck::new(lookups, false)).unwrap();
    let mut rest = output.as_slice();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (metadata, body) = read_frame(&mut rest);
        assert_eq!(metadata.get("error"), None, "{arguments:?}");
        found.extend(records(body));
    }
    assert_eq!(found.len(), rows.len(), "a row was lost or added");
    found
}

fn frame(output: &mut Vec<u8>, metadata: &Value, body: &[u8]) {
    let metadata = metadata.to_string();
    output.extend_from_slice(format!("chunked 1.0,{},{}\n", metadata.len(), body.len()).as_bytes());
    output.extend_from_slice(metadata.as_bytes());
    output.extend_from_slice(body);
}

fn read_frame<'a>(rest: &mut &'a [u8]) -> (Value, &'a [u8]) {
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let (head, tail) = rest.split_at(end + 1);
    let numbers: Vec<usize> = std::str::from_utf8(head)
        .unwrap()
        .trim_end()
        .split(',')
        .skip(1)
        .map(|number| number.parse().unwrap())
        .collect();
    let (metadata, tail) = tail.split_at(numbers[0]);
    let (body, tail) = tail.split_at(numbers[1]);
    *rest = tail;
    (serde_json::from_slice(metadata).unwrap(), body)
}

fn records(body: &[u8]) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(body);
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            let cell = |name: &str| header.iter().position(|known| known == name).map_or("", |at| &row[at]);
            header
                .iter()
                .filter(|field| !field.starts_with("__mv_") && !cell(field).is_empty())
                .map(|field| (field.clone(), values(cell(field), cell(&format!("__mv_{field}")))))
                .collect()
        })
        .collect()
}

fn values(plain: &str, twin: &str) -> Vec<String> {
    match twin.strip_prefix('$').and_then(|text| text.strip_suffix('$')) {
        Some(inner) => inner.split("$;$").map(|value| value.replace("$$", "$")).collect(),
        None => vec![plain.to_owned()],
    }
}
