//! Memory: nothing is allocated per row.

use allocation_counter::measure;
use searchcommand::internal::Rewriter;
use searchcommand::testing::{Event, Style};

use crate::commands::plan;

const ROWS: usize = 5_000;

fn events() -> Vec<Event> {
    let message =
        |row: usize| format!("Changes to 'add[@name=\"Module{row}\"]', \"quoted\"\nhave been $committed$");
    (0..ROWS)
        .map(|row| {
            let event = Event::new(&[("word", message(row)), ("host", format!("web-{}", row % 7))]);
            if row % 3 == 0 { event.with("host", &[b"a", b"b$\"", b""]) } else { event }
        })
        .collect()
}

fn allocations(outputs: &[&str], existing: &[&str]) -> u64 {
    let style = Style::ALL_FIELDS;
    let events: Vec<_> = events()
        .into_iter()
        .map(|event| existing.iter().fold(event, |event, name| event.with(name, &[b"old", b"er"])))
        .collect();
    let body = style.body(&events, &style.columns(&events, None));
    let mut rewriter = Rewriter::new(plan(&["word", "host*", "missing"], outputs)).unwrap();
    let mut count = 0;
    let mut rows = 0;
    for warm in [true, false] {
        let mut work = body.clone();
        let allocations = measure(|| {
            let reply = rewriter.rewrite(&mut work, |record, cells| {
                rows += 1;
                cells.set(1, record.cell(0));
                cells.set_values(0, record.values(1));
                cells.set(2, record.cell(2));
                Ok(())
            });
            assert!(reply.unwrap().len() > body.len());
        });
        if !warm {
            count = allocations.count_total;
        }
    }
    assert_eq!(rows, 2 * ROWS);
    count
}

#[test]
fn none_per_row_when_columns_are_appended() {
    assert_eq!(allocations(&["first*", "second", "third"], &[]), 0);
}

#[test]
fn none_per_row_when_columns_are_replaced() {
    assert_eq!(allocations(&["first*", "second", "third"], &["second", "first"]), 0);
}
