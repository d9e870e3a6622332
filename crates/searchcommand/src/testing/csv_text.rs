//! CSV read the slow, obvious way: one byte at a time, raw cells kept.

/// The raw cells of all records, quotes included. Records end with LF or CR LF; an empty line is a record of one empty cell.
#[must_use]
pub fn records(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Bare,
        Quoted,
        Quote,
    }
    let mut records = Vec::new();
    let mut cells = vec![Vec::new()];
    let mut at = At::Start;
    for &byte in text {
        let cell: &mut Vec<u8> = cells.last_mut().unwrap();
        if byte == b',' && at != At::Quoted {
            cells.push(Vec::new());
            at = At::Start;
        } else if byte == b'\n' && at != At::Quoted {
            if cell.ends_with(b"\r") {
                cell.pop();
            }
            records.push(std::mem::replace(&mut cells, vec![Vec::new()]));
            at = At::Start;
        } else {
            cell.push(byte);
            at = match (at, byte) {
                (At::Quoted, b'"') => At::Quote,
                (At::Start | At::Quote, b'"') | (At::Quoted, _) => At::Quoted,
                _ => At::Bare,
            };
        }
    }
    if cells.len() > 1 || !cells[0].is_empty() {
        records.push(cells);
    }
    records
}

/// The value of a raw cell.
#[must_use]
pub fn unquote(cell: &[u8]) -> Vec<u8> {
    match cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) {
        None => cell.to_vec(),
        Some(inner) => {
            let mut value = Vec::new();
            let mut bytes = inner.iter();
            while let Some(&byte) = bytes.next() {
                value.push(byte);
                if byte == b'"' {
                    assert_eq!(bytes.next(), Some(&b'"'), "a lone quote in {}", cell.escape_ascii());
                }
            }
            value
        }
    }
}

/// The values of a multi-value cell in the form `$one$;$two$`; panics on any other form.
#[must_use]
pub fn multivalues(cell: &[u8]) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    let mut rest = cell;
    while !rest.is_empty() {
        rest = rest.strip_prefix(b"$").unwrap_or_else(|| panic!("no opening $ in {}", cell.escape_ascii()));
        let mut value = Vec::new();
        loop {
            match rest {
                [b'$', b'$', tail @ ..] => {
                    value.push(b'$');
                    rest = tail;
                }
                [b'$', b';', tail @ ..] if !tail.is_empty() => {
                    rest = tail;
                    break;
                }
                [b'$'] => {
                    rest = &[];
                    break;
                }
                [byte, tail @ ..] if *byte != b'$' => {
                    value.push(*byte);
                    rest = tail;
                }
                _ => panic!("not a multi-value cell: {}", cell.escape_ascii()),
            }
        }
        values.push(value);
    }
    values
}
