//! Where a report goes: standard output, or a file that is written whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::{self, Report, TextOptions};

use super::args::{Format, Printed};
use super::replace;
use super::status::{self, Failure};

/// Columns of a line where no terminal tells.
const WIDTH: usize = 80;

/// What the ending of a file stands for.
const ENDINGS: [(&str, Format); 7] = [
    ("txt", Format::Text),
    ("html", Format::Html),
    ("htm", Format::Html),
    ("json", Format::Json),
    ("jsonl", Format::Jsonl),
    ("ndjson", Format::Jsonl),
    ("csv", Format::Csv),
];

/// How a report is printed: as was asked for, else as the ending of the file says. One that says something else is refused, for
/// whoever opens the file goes by it.
pub(super) fn format(printed: &Printed) -> Result<Format, Problem> {
    let ending = printed.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    let told = ending.and_then(|ending| {
        let known = ENDINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending));
        known.map(|(_, format)| *format)
    });
    match (printed.format, told) {
        // It is written as JSON lines.
        (Some(Format::Inventory), Some(Format::Jsonl)) => Ok(Format::Inventory),
        (Some(asked), Some(told)) if asked != told => {
            let ending = ending.unwrap_or_default();
            let what = format!("--format says something else than the ending .{ending} of --output");
            Err(Problem::new(ProblemKind::Argument, what)
                .with_hint("leave out --format, or give the file another ending"))
        }
        (asked, told) => Ok(asked.or(told).unwrap_or(Format::Text)),
    }
}

/// Prints a report as the options ask for.
pub(super) fn print(printed: &Printed, format: Format, report: &Report) -> Result<(), Failure> {
    if let Some(path) = &printed.output {
        write_file(path, |mut output| match format {
            Format::Text => write(&mut anstream::StripStream::new(output), printed, format, report),
            _ => write(&mut output, printed, format, report),
        })?;
        status::note(&format!("{} is written; {}", path.display(), report.to_decide()));
        return Ok(());
    }
    let output = io::stdout().lock();
    if format == Format::Text {
        let mut output = BufWriter::new(anstream::AutoStream::auto(output));
        return Ok(write(&mut output, printed, format, report).and_then(|()| output.flush())?);
    }
    // Not through a stream that takes colours out: what looks like one here is data, and a crafted name could make
    // it swallow the rows behind it.
    let mut output = BufWriter::new(output);
    Ok(write(&mut output, printed, format, report).and_then(|()| output.flush())?)
}

fn write(output: &mut impl Write, printed: &Printed, format: Format, report: &Report) -> io::Result<()> {
    match format {
        Format::Text => {
            let options = TextOptions { width: width(printed), all: printed.all, details: printed.details };
            report::write_text(output, report, options)
        }
        Format::Html => report::write_html(output, report),
        Format::Json => report::write_json(output, report),
        Format::Jsonl => report::write_json_lines(output, report),
        Format::Csv => report::write_csv(output, &report.items, printed.exact_bytes),
        Format::Inventory => Err(io::Error::other("an inventory has no findings to report")),
    }
}

/// The columns of the terminal; `COLUMNS` says it for whatever is none.
fn width(printed: &Printed) -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let of_terminal = || {
        let size = terminal_size::terminal_size_of(io::stdout()).filter(|_| printed.output.is_none());
        size.map(|(width, _)| usize::from(width.0))
    };
    told.filter(|width| *width > 0).or_else(of_terminal).unwrap_or(WIDTH)
}

/// Writes what `write` gives as the options ask for: to a file whole or not at all, else to standard output.
pub(super) fn put<T>(
    printed: &Printed,
    write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> Result<T, Failure> {
    let Some(path) = &printed.output else {
        let mut output = BufWriter::new(io::stdout().lock());
        let value = write(&mut output)?;
        output.flush()?;
        return Ok(value);
    };
    let value = write_file(path, |output| write(output))?;
    status::note(&format!("{} is written", path.display()));
    Ok(value)
}

/// A file is replaced in one step, when all of it is written. A pipe or a device cannot be replaced: it is written to.
fn write_file<T>(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + 'static)) -> io::Result<T>,
) -> Result<T, Problem> {
    let name = path.display().to_string();
    let unwritable =
        |what: String| Problem::new(ProblemKind::Unwritable, what).at(Origin::of_file(name.as_str()));
    let target = replace::target(path, &name)?;
    let found = fs::metadata(&target).ok();
    if found.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(unwritable("cannot be written: it is a folder".to_owned()).with_hint("name a file in it"));
    }
    if found.is_some_and(|found| !found.is_file()) {
        let written = fs::File::options().write(true).open(&target).and_then(|file| {
            let mut output = BufWriter::new(file);
            let value = write(&mut output)?;
            output.flush().map(|()| value)
        });
        return written.map_err(|error| unwritable(format!("cannot be written: {error}")));
    }
    // A report has no owner who must be told that it is somebody else's now.
    replace::replace(&target, &name, write).map(|(value, _)| value)
}
