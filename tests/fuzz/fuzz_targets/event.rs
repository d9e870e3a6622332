//! Any bytes as the cells of a row: XML, classic text, JSON of collectors, fields. Reading it changes nothing of what it says,
//! and a host is never longer than the cells.
#![no_main]

use iismodcheck::event::{self, Fields, INPUTS, Scratch};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut fields = Fields::default();
    // Each cell behind a byte that says which; the first is the whole event.
    for (number, cell) in bytes.split(|byte| *byte == 0xFE).enumerate() {
        let (place, cell) = match cell.split_first() {
            Some((place, rest)) if number > 0 => (usize::from(*place) % INPUTS.len(), rest),
            _ => (0, cell),
        };
        fields.cells[place] = cell;
    }
    let (mut one, mut other) = (Scratch::default(), Scratch::default());
    let first = event::read(&fields, &mut one);
    assert!(first == event::read(&fields, &mut other));
    assert!(first.host.len() <= bytes.len() * 3);
});
