//! The record cursor against the `csv` crate, on generated bodies.

use proptest::prelude::*;
use proptest::test_runner::Config;
use searchcommand::internal::Rewriter;
use searchcommand::testing::csv_text;
use searchcommand::{Cells, Input, Output, Plan, RunsOn};

/// 10,000 cases, or as many as `PROPTEST_CASES` says.
fn config() -> Config {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10_000);
    Config { cases, failure_persistence: None, ..Config::default() }
}

fn plan(inputs: &[String], outputs: &[String]) -> Plan {
    let input = |name: &String| Input { name: name.clone(), multivalue: false };
    let output = |name: &String| Output { name: name.clone(), multivalue: false };
    Plan {
        runs_on: RunsOn::SearchHead,
        inputs: inputs.iter().map(input).collect(),
        all_fields: true,
        outputs: outputs.iter().map(output).collect(),
    }
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{prefix}{index}")).collect()
}

/// All records of a body by the `csv` crate, which skips empty lines.
fn read_csv(body: &[u8], terminator: csv::Terminator) -> Vec<Vec<Vec<u8>>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).terminator(terminator).from_reader(body);
    let records = reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect());
    records.collect()
}

/// Text of any form, line feeds included: many separators and quotes, long cells now and then.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => Just(b",".to_vec()),
        4 => Just(b"\"".to_vec()),
        3 => Just(b"\n".to_vec()),
        3 => Just(b"a".to_vec()),
        1 => Just(b" ".to_vec()),
        1 => Just(b"$".to_vec()),
        1 => Just(vec![0xff]),
        2 => Just(b"\"\"".to_vec()),
        2 => Just(b"\",\"".to_vec()),
        2 => Just(b"\"\n\"".to_vec()),
        1 => (1..40usize).prop_map(|count| vec![b','; count]),
        1 => (1..700usize).prop_map(|count| vec![b'x'; count]),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Cells of well-formed records, carriage returns and line feeds included.
fn cell() -> impl Strategy<Value = Vec<u8>> {
    let byte =
        prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'$'), Just(b'a'), any::<u8>()];
    prop_oneof![
        4 => Just(Vec::new()),
        2 => "[A-Za-z0-9]{1,40}".prop_map(String::into_bytes),
        2 => proptest::collection::vec(byte, 0..40),
    ]
}

/// Rewrites `body`, and gives the reply and the cells of each record that was visited.
fn rewrite(plan: Plan, body: &[u8], mut set: impl FnMut(usize, &mut Cells)) -> (Vec<u8>, Vec<Vec<Vec<u8>>>) {
    let inputs = plan.inputs.len();
    let mut rewriter = Rewriter::new(plan).unwrap();
    let mut seen = Vec::new();
    let mut work = body.to_vec();
    let reply = rewriter.rewrite(&mut work, |record, cells| {
        set(seen.len(), cells);
        seen.push((0..inputs).map(|input| record.cell(input).to_vec()).collect());
        Ok(())
    });
    (reply.unwrap().to_vec(), seen)
}

/// The cells of `record` in `columns` columns, and what it has beyond them.
fn squared(record: &[Vec<u8>], columns: usize) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut cells = record.to_vec();
    let beyond = cells.split_off(columns.min(cells.len()));
    cells.resize(columns, Vec::new());
    (cells, beyond)
}

proptest! {
    #![proptest_config(config())]

    /// Whatever the text: the same records and cells as the `csv` crate reads, and in the reply each of them unchanged, each
    /// new cell in its column, and cells beyond the last column behind the new ones.
    #[test]
    fn any_text(columns in 2..9usize, soup in soup(), wanted in 0..9usize) {
        let header = names("in", columns);
        let body = [header.join(",").as_bytes(), b"\n", &soup].concat();
        let expected = read_csv(&body, csv::Terminator::Any(b'\n')).split_off(1);
        let inputs: Vec<_> = header.iter().take(wanted).cloned().collect();
        let value = |row: usize| format!("new, {row}").into_bytes();
        let (reply, seen) =
            rewrite(plan(&inputs, &names("out", 3)), &body, |row, cells| cells.set(1, &value(row)));
        let wanted = |record: &Vec<Vec<u8>>| squared(record, columns).0[..inputs.len()].to_vec();
        prop_assert_eq!(seen, expected.iter().map(wanted).collect::<Vec<_>>());

        let mut replied = read_csv(&reply, csv::Terminator::Any(b'\n'));
        prop_assert_eq!(replied.remove(0).len(), columns + 3);
        prop_assert_eq!(replied.len(), expected.len());
        for (row, (record, reply)) in expected.iter().zip(replied).enumerate() {
            let (cells, beyond) = squared(record, columns);
            prop_assert_eq!(reply, [cells, vec![Vec::new(), value(row), Vec::new()], beyond].concat());
        }
    }

    /// The bytes of the reply without the new cells are the bytes of the request.
    #[test]
    fn bytes_stay(
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 4), 0..6),
        much in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let style = if much { csv::QuoteStyle::NonNumeric } else { csv::QuoteStyle::Necessary };
        let end = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(end).from_writer(Vec::new());
        let header: Vec<_> = names("in", 4).into_iter().map(String::into_bytes).collect();
        for row in std::iter::once(&header).chain(&rows) {
            writer.write_record(row).unwrap();
        }
        let body = writer.into_inner().unwrap();
        let (reply, seen) = rewrite(plan(&names("in", 4), &names("out", 2)), &body, |_, cells| cells.set(0, b"new"));
        prop_assert_eq!(&seen, &rows);

        let mut expected = Vec::new();
        for (row, cells) in csv_text::records(&body).into_iter().enumerate() {
            expected.extend(cells.join(&b','));
            expected.extend_from_slice(if row == 0 { b",out0,out1" } else { b",new," });
            expected.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
        prop_assert_eq!(reply, expected);
    }

    /// Columns that are there are replaced where they stand, whatever the text and the order of setting; the others are
    /// appended; `__mv_` cells are written or blanked.
    #[test]
    fn replaced_columns(
        columns in 2..7usize,
        soup in soup(),
        // For each output: the column it takes (or a new one), its twin's column, multi-value.
        outputs in proptest::collection::vec((0..9usize, 0..9usize, any::<bool>()), 1..4),
        order in proptest::collection::vec((0..4usize, 0..4usize), 0..6),
    ) {
        let mut header = names("in", columns);
        for (index, (column, twin, _)) in outputs.iter().enumerate() {
            if let Some(name) = header.get_mut(*column) {
                *name = format!("out{index}");
            }
            if let Some(name) = header.get_mut(*twin) {
                *name = format!("__mv_out{index}");
            }
        }
        let inputs = header.clone();
        let body = [header.join(",").as_bytes(), b"\n", &soup].concat();
        let mut plan = plan(&inputs, &names("out", outputs.len()));
        for (output, (_, _, multivalue)) in plan.outputs.iter_mut().zip(&outputs) {
            output.multivalue = *multivalue;
        }
        let order: Vec<_> = order.into_iter().filter(|(output, _)| *output < outputs.len()).collect();
        let values = |output: usize, count: usize| (0..count).map(|n| format!("v\"{output}{n}")).collect::<Vec<_>>();
        let (reply, seen) = rewrite(plan.clone(), &body, |_, cells| {
            for (output, count) in &order {
                let values = values(*output, *count);
                cells.set_values(*output, values.iter().map(String::as_bytes));
            }
        });
        let expected = read_csv(&body, csv::Terminator::Any(b'\n')).split_off(1);
        prop_assert_eq!(&seen, &expected.iter().map(|record| squared(record, columns).0).collect::<Vec<_>>());

        // What a column holds afterwards: `None` for what it held before.
        let cell_of = |name: &str| {
            let twin = name.starts_with("__mv_");
            let output = plan.outputs.iter().position(|output| output.name == name.trim_start_matches("__mv_"))?;
            let count = order.iter().rev().find(|(set, _)| *set == output).map_or(0, |(_, count)| *count);
            let values = values(output, count);
            Some(match (twin, count) {
                (false, _) => values.join("\n").into_bytes(),
                (true, 0 | 1) => Vec::new(),
                (true, _) if !plan.outputs[output].multivalue => Vec::new(),
                (true, _) => values.iter().map(|value| format!("${value}$")).collect::<Vec<_>>().join(";").into_bytes(),
            })
        };
        let mut added = Vec::new();
        for output in &plan.outputs {
            let twin = format!("__mv_{}", output.name);
            added.extend((!header.contains(&output.name)).then(|| output.name.clone()));
            added.extend((output.multivalue && !header.contains(&twin)).then_some(twin));
        }
        let mut replied = read_csv(&reply, csv::Terminator::Any(b'\n'));
        let replied_header: Vec<_> = replied.remove(0).into_iter().map(|name| String::from_utf8(name).unwrap()).collect();
        prop_assert_eq!(replied_header, [header.clone(), added.clone()].concat());
        prop_assert_eq!(replied.len(), expected.len());
        for (record, reply) in expected.iter().zip(replied) {
            let (cells, beyond) = squared(record, columns);
            let kept = cells.into_iter().zip(&header).map(|(cell, name)| cell_of(name).unwrap_or(cell));
            let added = added.iter().map(|name| cell_of(name).unwrap());
            prop_assert_eq!(reply, kept.chain(added).chain(beyond).collect::<Vec<_>>());
        }
    }
}
