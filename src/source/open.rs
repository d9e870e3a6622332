//! Files, folders and streams: unpacked, decoded, and given to the reader of their form.

use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::iter;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::classic::ClassicReader;
use super::clixml::ClixmlReader;
use super::csv::CsvReader;
use super::evtx::EvtxReader;
use super::form::{self, Form, TextForm};
use super::input::{Faults, Input, Noted};
use super::json::JsonReader;
use super::limits::{Budget, Budgeted, bounded};
use super::lines::LineReader;
use super::results::ResultsReader;
use super::row::Rows;
use super::text::{Encoding, Utf16};
use super::xml::XmlReader;
use super::zip::{self, Packed};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// What is looked at of a file to tell what it is.
const HEAD: usize = 4096;
/// Archives in archives.
const DEEPEST: usize = 3;
/// Bytes of an archive that has no file of its own: it comes from standard input, or from another archive.
const LONGEST_INNER: u64 = 256 << 20;

/// What a file is called in errors and reports: its path as given, or `standard input` for `-`.
#[must_use]
pub fn name(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether a path stands for standard input, which can be read once.
#[must_use]
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The rows of a file, or of all files in a folder and below; `-` is standard input. What cannot be read is a problem among
/// the rows.
#[must_use]
pub fn open(path: &Path) -> Rows {
    let origin = Origin::of_file(name(path));
    if is_standard_input(path) {
        return of_stream(Box::new(io::stdin()), &origin, None, 0);
    }
    if path.is_dir() {
        let rows = |found: Found| match found {
            Ok(file) => open(&file),
            Err(problem) => failed(problem),
        };
        return Box::new(folder(path).into_iter().flat_map(rows));
    }
    match File::open(path) {
        Ok(file) => of_stream(Box::new(file), &origin, Some(path), 0),
        Err(error) => failed(not_opened(path, &error).at(origin)),
    }
}

fn failed(problem: Problem) -> Rows {
    Box::new(iter::once(Err(problem)))
}

/// A file to read, or why there is none.
pub(super) type Found = Result<PathBuf, Problem>;

/// The file, or all files in the folder and below.
pub(super) fn files(path: &Path) -> Vec<Found> {
    if is_standard_input(path) || !path.is_dir() { vec![Ok(path.to_owned())] } else { folder(path) }
}

/// All files in a folder and below, in the order of their names. Where there is none at all, that is told; among others an empty
/// folder is nothing that was missed.
fn folder(path: &Path) -> Vec<Found> {
    let found = below(path);
    if found.is_empty() {
        return vec![Err(unreadable("the folder is empty").at(Origin::of_file(name(path))))];
    }
    found
}

/// What there is in a folder and below. Links are not followed into other folders: they may lead in a circle.
fn below(path: &Path) -> Vec<Found> {
    let listed = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => return vec![Err(not_opened(path, &error).at(Origin::of_file(name(path))))],
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    let is_linked_folder =
        |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_symlink()) && entry.path().is_dir();
    entries.retain(|entry| !is_linked_folder(entry));
    let found = |entry: fs::DirEntry| {
        let path = entry.path();
        if path.is_dir() { below(&path) } else { vec![Ok(path)] }
    };
    entries.into_iter().flat_map(found).collect()
}

/// The rows of a stream; `path` is where it can be read again from any place.
fn of_stream(stream: Box<dyn Read>, origin: &Origin, path: Option<&Path>, depth: usize) -> Rows {
    let faults = Faults::default();
    let mut stream = Noted::new(stream, faults.clone());
    let mut head = Vec::new();
    // A fault is noted, and told behind the rows.
    let _: io::Result<usize> = stream.by_ref().take(HEAD as u64).read_to_end(&mut head);
    let form = form::of_bytes(&head);
    let stream: Box<dyn Read> = Box::new(Cursor::new(head.clone()).chain(stream));
    let rows = match form {
        // Why nothing could be read says more than that there is nothing.
        Form::Refused(refusal) => match faults.take() {
            Some(fault) => failed(
                unreadable(&fault).with_hint("copy it again from where it was made").at(origin.clone()),
            ),
            None => failed(refusal.problem(&origin.file).at(origin.clone())),
        },
        Form::Gzip | Form::Zip if depth == DEEPEST => {
            let hint = "unpack it yourself";
            failed(unreadable("it is an archive in archives in archives").with_hint(hint).at(origin.clone()))
        }
        Form::Gzip => of_stream(Box::new(bounded(stream, MultiGzDecoder::new)), origin, None, depth + 1),
        Form::Zip => archive(stream, origin, path, depth),
        Form::Evtx => Box::new(EvtxReader::new(stream, origin.file.clone())),
        Form::Text => of_text(stream, &head, origin, &faults),
    };
    let origin = origin.clone();
    Box::new(rows.chain(iter::from_fn(move || {
        let fault = faults.take()?;
        let problem = Problem::new(ProblemKind::Damaged, format!("what follows cannot be read: {fault}"));
        Some(Err(problem
            .with_hint("what stands before was read; copy it again from where it was made")
            .at(origin.clone())))
    })))
}

fn of_text(mut stream: Box<dyn Read>, head: &[u8], origin: &Origin, faults: &Faults) -> Rows {
    let (encoding, mark) = Encoding::of(head);
    // It is in the head, and so can be read.
    let _: io::Result<()> = stream.read_exact(&mut vec![0; mark]);
    let mut input = match encoding {
        Encoding::Bytes => Input::new(stream),
        _ => Input::new(Box::new(Utf16::new(stream, encoding == Encoding::Big, faults.clone()))),
    };
    match form::of_text(input.fill(HEAD)) {
        TextForm::Refused(refusal) => failed(refusal.problem(&origin.file).at(origin.clone())),
        TextForm::Xml => Box::new(XmlReader::new(input, origin.file.clone())),
        TextForm::Json => Box::new(JsonReader::new(input, origin.file.clone())),
        TextForm::Classic => Box::new(ClassicReader::new(input, origin.file.clone())),
        TextForm::Results => Box::new(ResultsReader::new(input, origin.file.clone())),
        TextForm::Clixml => Box::new(ClixmlReader::new(input, origin.file.clone())),
        TextForm::Lines(lines) => Box::new(LineReader::new(lines, input, origin.file.clone())),
        TextForm::Csv => match CsvReader::new(input, &origin.file) {
            Ok(reader) => Box::new(reader),
            Err(problem) => failed(problem),
        },
    }
}

/// The rows of all files in a zip archive, called by their place in it.
fn archive(stream: Box<dyn Read>, origin: &Origin, path: Option<&Path>, depth: usize) -> Rows {
    let packed = match path.map_or_else(|| inner(stream), of_path) {
        Ok(packed) => packed,
        Err(error) => return failed(unreadable(&error.to_string()).at(origin.clone())),
    };
    let entries = match zip::entries(packed.as_ref()) {
        Ok(entries) => entries,
        Err(what) => {
            let problem = Problem::new(ProblemKind::Damaged, what).with_hint("copy or download it again");
            return failed(problem.at(origin.clone()));
        }
    };
    if entries.iter().any(|entry| entry.name == "[Content_Types].xml") {
        let problem = Problem::new(ProblemKind::Form, "this is an Excel workbook or another document");
        return failed(problem.with_hint("save the sheet as CSV (UTF-8)").at(origin.clone()));
    }
    if entries.is_empty() {
        return failed(unreadable("the archive is empty").at(origin.clone()));
    }
    let file = origin.file.clone();
    let budget = Budget::of(packed.length());
    Box::new(entries.into_iter().flat_map(move |entry| {
        let origin = Origin::of_file(format!("{file}/{}", entry.name));
        match entry.unpack(packed.as_ref()) {
            Ok(stream) => {
                of_stream(Box::new(Budgeted::new(stream, budget.clone())), &origin, None, depth + 1)
            }
            Err(what) => failed(unreadable(&what).at(origin)),
        }
    }))
}

/// An archive in a file.
struct OfPath(PathBuf, u64);

fn of_path(path: &Path) -> io::Result<Rc<dyn Packed>> {
    Ok(Rc::new(OfPath(path.to_owned(), fs::metadata(path)?.len())))
}

impl Packed for OfPath {
    fn length(&self) -> u64 {
        self.1
    }

    fn from(&self, offset: u64) -> io::Result<Box<dyn Read>> {
        let mut file = File::open(&self.0)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(io::BufReader::new(file)))
    }
}

/// An archive in memory.
struct Inner(Rc<[u8]>);

fn inner(stream: Box<dyn Read>) -> io::Result<Rc<dyn Packed>> {
    let mut bytes = Vec::new();
    stream.take(LONGEST_INNER + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_INNER {
        return Err(io::Error::other(
            "an archive without a file of its own may have 256 MiB: unpack it yourself",
        ));
    }
    Ok(Rc::new(Inner(bytes.into())))
}

impl Packed for Inner {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn from(&self, offset: u64) -> io::Result<Box<dyn Read>> {
        let mut cursor = Cursor::new(Rc::clone(&self.0));
        cursor.set_position(offset);
        Ok(Box::new(cursor))
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemKind::Unreadable, format!("cannot be read: {why}"))
}

fn not_opened(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        // Which kind it is depends on the system: Windows has no file of such a name.
        _ if path.to_string_lossy().contains('*') => {
            unreadable("no file has this name, and the shell found none for the pattern")
                .with_hint("give scan the folder: all files in it are read, whatever they are called")
        }
        ErrorKind::NotFound => unreadable("there is no such file"),
        ErrorKind::PermissionDenied => unreadable("you may not read it")
            .with_hint("run it as an administrator, or copy the file to where you may"),
        _ => unreadable(&error.to_string()),
    }
}
