//! The rewriting of bodies, beside a plain copy of the same bytes.

use std::fmt::Write as _;
use std::hint::black_box;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use searchcommand::internal::Rewriter;
use searchcommand::{Input, Output, Plan, RunsOn};

const ROWS: usize = 5_000;
const INPUTS: usize = 28;
const OUTPUTS: usize = 19;

/// What the rows look like.
#[derive(Clone, Copy)]
enum Shape {
    /// Selected fields: 28 columns and their twins, four cells filled, one of them a message with doubled quotes.
    Sparse,
    /// The same, and a quoted cell of 1 KB.
    Raw,
    /// All fields: 54 columns, 20 cells filled.
    Wide,
}

fn plan(multivalue: bool) -> Plan {
    let name = |index| format!("field{index:02}");
    Plan {
        runs_on: RunsOn::SearchHead,
        inputs: (0..INPUTS).map(|index| Input { name: name(index), multivalue }).collect(),
        all_fields: false,
        outputs: (0..OUTPUTS)
            .map(|index| Output { name: format!("out{index:02}"), multivalue: index == 13 })
            .collect(),
    }
}

fn body(shape: Shape) -> Vec<u8> {
    let filled = |column: usize| match shape {
        Shape::Sparse => matches!(column, 0 | 1 | 9 | 15),
        Shape::Raw => matches!(column, 0 | 1 | 3 | 9 | 15),
        Shape::Wide => column < 20,
    };
    let mut text = String::new();
    let names: Vec<_> =
        (0..INPUTS).map(|index| format!("field{index:02}")).chain(["_chunked_idx".into()]).collect();
    let twins = names.iter().map(|name| format!("\"__mv_{name}\""));
    text.push_str(&names.iter().cloned().chain(twins).collect::<Vec<_>>().join(","));
    text.push('\n');
    for row in 0..ROWS {
        for column in 0..INPUTS {
            if filled(column) {
                match column {
                    0 => text.push_str("29"),
                    1 => write!(
                        text,
                        "\"Changes to '/system.webServer/globalModules/add[@name=\"\"Module{row}\"\"]' at \
                         'MACHINE/WEBROOT/APPHOST' have successfully been committed.\""
                    )
                    .unwrap(),
                    3 => write!(text, "\"LogName=x\nEventCode=29\n{}\"", "some words, ".repeat(80)).unwrap(),
                    _ => write!(text, "\"web-{:02}.example.test\"", row % 40).unwrap(),
                }
            }
            text.push(',');
        }
        writeln!(text, "{row}{}", ",".repeat(names.len())).unwrap();
    }
    text.into_bytes()
}

fn run(bencher: Bencher<'_, '_>, shape: Shape, plan: Plan, cells_set: usize) {
    let body = body(shape);
    let mut work = body.clone();
    let mut rewriter = Rewriter::new(plan).unwrap();
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::new(body.len())).bench_local(|| {
        work.copy_from_slice(&body);
        let reply = rewriter.rewrite(&mut work, |record, cells| {
            for input in 0..INPUTS {
                black_box(record.cell(input));
            }
            for output in 0..cells_set {
                cells.set(output, b"C:\\Windows\\System32\\inetsrv\\cachuri.dll");
            }
            Ok(())
        });
        black_box(reply.unwrap().len())
    });
}

/// What cannot be had for less: the bytes in and out.
#[divan::bench]
fn copy_raw(bencher: Bencher<'_, '_>) {
    let body = body(Shape::Raw);
    let (mut work, mut reply) = (body.clone(), body.clone());
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::new(body.len())).bench_local(|| {
        work.copy_from_slice(&body);
        reply.copy_from_slice(&work);
        black_box(reply.len())
    });
}

#[divan::bench]
fn sparse_untouched(bencher: Bencher<'_, '_>) {
    run(bencher, Shape::Sparse, plan(true), 0);
}

#[divan::bench]
fn sparse_ten_cells_set(bencher: Bencher<'_, '_>) {
    run(bencher, Shape::Sparse, plan(true), 10);
}

#[divan::bench]
fn raw_ten_cells_set(bencher: Bencher<'_, '_>) {
    run(bencher, Shape::Raw, plan(true), 10);
}

#[divan::bench]
fn wide_ten_cells_set(bencher: Bencher<'_, '_>) {
    run(bencher, Shape::Wide, plan(true), 10);
}

/// Eight of the outputs are there already, as after `… | cmd | cmd`.
#[divan::bench]
fn replaced_ten_cells_set(bencher: Bencher<'_, '_>) {
    let mut plan = plan(true);
    for (index, output) in plan.outputs.iter_mut().take(8).enumerate() {
        output.name = format!("field{:02}", index + 10);
    }
    run(bencher, Shape::Wide, plan, 10);
}
