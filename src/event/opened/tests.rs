//! What is read is compared: rows of one key say the same, whatever else is written into them.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::event::{INPUTS, Says};

/// The cells of every row of the tables.
static ROWS: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| {
    let tables = [
        include_str!("../../../tests/fixtures/messages.json"),
        include_str!("../../../tests/fixtures/events.json"),
    ];
    let cases = tables.iter().flat_map(|table| serde_json::from_str::<Vec<Value>>(table).unwrap());
    let cell =
        |case: &Value, name: &str| case["fields"][name].as_str().unwrap_or_default().as_bytes().to_vec();
    cases.map(|case| INPUTS.iter().map(|name| cell(&case, name)).collect()).collect()
});

/// What tells the reader something, wherever it stands.
const TELLING: [&[u8]; 20] = [
    b"",
    b"2",
    b"29",
    b"50",
    b"30",
    b"x",
    b" ",
    b"\"",
    b"&",
    b"<",
    b"\xff",
    b"\n",
    b"EventID=29",
    b"\nEventCode=29",
    b"/system.webServer/modules/",
    b"MACHINE",
    b"IIS-Configuration",
    b"Microsoft-IIS-Configuration/Operational",
    b"Failed to commit",
    b"Changes have successfully been committed to 'MACHINE'",
];

fn fields(cells: &[Vec<u8>]) -> Fields<'_> {
    let mut fields = Fields::default();
    for (slot, cell) in fields.cells.iter_mut().zip(cells) {
        *slot = cell;
    }
    fields
}

/// The key of a row, and what the row says but for what is its own; host and time are checked.
fn seen(cells: &[Vec<u8>]) -> (Option<Vec<u8>>, String) {
    let fields = fields(cells);
    let opened = Opened::new(&fields);
    let mut key = Vec::new();
    let own = opened.identity(&mut key);
    let mut scratch = Scratch::default();
    let event = opened.read(&mut scratch);
    if let (Some(own), true) = (own, event != Event::OTHER) {
        assert_eq!((own.host, own.time.trim_ascii()), (event.host, event.time), "{event:?}");
    }
    let said = format!("{:?}", Event { host: "", time: "", record: "", process: "", ..event });
    (own.map(|_| key), said)
}

fn assert_compared(one: &[Vec<u8>], other: &[Vec<u8>]) {
    let ((one_key, one_says), (other_key, other_says)) = (seen(one), seen(other));
    if one_key.is_some() && one_key == other_key {
        assert_eq!(one_says, other_says, "{}", String::from_utf8_lossy(&other.concat()));
    }
}

#[test]
fn every_input_that_is_read_is_compared() {
    for row in ROWS.iter() {
        for place in 0..INPUTS.len() {
            for text in TELLING {
                let mut changed = row.clone();
                text.clone_into(&mut changed[place]);
                assert_compared(row, &changed);
            }
        }
    }
}

/// Without log or number, all of the text of XML can make a row one of ours.
#[test]
fn xml_is_compared_by_its_parts_where_they_tell_log_and_number() {
    let row = |id: &str, provider: &str, keywords: &str| {
        let raw = format!(
            "<Event><System><Provider Name='{provider}'/><EventID>{id}</EventID><Keywords>{keywords}</Keywords></System></Event>"
        );
        let mut cells = vec![Vec::new(); INPUTS.len()];
        cells[EventField::Raw as usize] = raw.into_bytes();
        cells
    };
    let ours = "Microsoft-Windows-IIS-Configuration";
    for (id, provider, is_by_parts) in [
        ("29", ours, true),
        ("", ours, false),
        (" ", ours, false),
        ("29", "", false),
        ("x", ours, true),
        ("", "Other", true),
    ] {
        let (plain, plain_says) = seen(&row(id, provider, "0x8"));
        let (telling, telling_says) = seen(&row(id, provider, "EventID=29 /system.web/httpModules"));
        assert_eq!(plain.is_some() && plain == telling, is_by_parts, "{id:?} of {provider}");
        assert!(!is_by_parts || plain_says == telling_says, "{id:?} of {provider}");
    }
    let number_in_words = seen(&row("", ours, "EventID=29")).1;
    assert_ne!(number_in_words, seen(&row("", ours, "0x8")).1, "the case shows what must be compared");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_row_of_the_same_key_says_the_same(
        row in any::<prop::sample::Index>(),
        place in prop_oneof![3 => Just(EventField::Raw as usize), 1 => 0..INPUTS.len()],
        at in any::<prop::sample::Index>(),
        length in 0_usize..3,
        by in prop::sample::select(TELLING.to_vec()),
    ) {
        let row = &ROWS[row.index(ROWS.len())];
        let mut changed = row.clone();
        let cell = &mut changed[place];
        let from = at.index(cell.len() + 1);
        cell.splice(from..(from + length).min(cell.len()), by.iter().copied());
        assert_compared(row, &changed);
    }
}

#[test]
fn the_tables_have_rows_of_each_form() {
    let forms = ROWS.iter().map(|cells| Opened::new(&fields(cells)).whole);
    let count = |is: fn(&Whole<'_>) -> bool| forms.clone().filter(is).count();
    assert!(count(|whole| matches!(whole, Whole::Xml(_))) > 20);
    assert!(count(|whole| matches!(whole, Whole::Classic(_))) > 10);
    assert!(count(|whole| matches!(whole, Whole::None)) > 100);
    let mut scratch = Scratch::default();
    let is_change =
        |cells: &&Vec<Vec<u8>>| matches!(read(&fields(cells), &mut scratch).says, Says::Change(_));
    assert!(ROWS.iter().filter(is_change).count() > 50);
}
