//! Files read ahead: each by a thread of its own, as many at once as there are processors, their rows in the order of the files.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::{mem, vec};

use super::open::{self, Found};
use super::row::{Content, Row, Rows};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

type Batch = Vec<Result<Row, Problem>>;

/// Rows that are handed over at first: what a slow input has shown is there when the reading is interrupted.
const FIRST_ROWS: usize = 256;
/// Rows that are handed over at once, and the bytes in them, at most: so many that whoever takes them seldom waits.
const ROWS: usize = 4096;
const BYTES: usize = 512 * 1024;
/// Batches of a file that wait to be taken.
const WAITING: usize = 3;
/// Files that are read at once, at most: each holds its batches.
const MOST_AT_ONCE: usize = 16;

/// The rows of all files, and of all files in folders, in the order in which they are given and listed.
#[must_use]
pub fn read(paths: &[PathBuf]) -> Rows {
    let files = paths.iter().flat_map(|path| open::files(path)).collect();
    let at_once = thread::available_parallelism().map_or(1, usize::from).min(MOST_AT_ONCE);
    Box::new(Ahead { files, at_once, running: VecDeque::new(), batch: Vec::new().into_iter() })
}

struct Ahead {
    /// Files that nobody reads yet.
    files: VecDeque<Found>,
    at_once: usize,
    /// Files that are being read, the first is the one whose rows are next.
    running: VecDeque<Running>,
    batch: vec::IntoIter<Result<Row, Problem>>,
}

struct Running {
    batches: Receiver<Batch>,
    thread: Option<JoinHandle<()>>,
    file: PathBuf,
}

impl Running {
    fn start(found: Found) -> Self {
        let (sender, batches) = sync_channel(WAITING);
        let (file, thread) = match found {
            Ok(file) => {
                let path = file.clone();
                (file, Some(thread::spawn(move || send(&path, &sender))))
            }
            Err(problem) => {
                // Its channel has room for it.
                let _: Result<(), _> = sender.send(vec![Err(problem)]);
                (PathBuf::new(), None)
            }
        };
        Self { batches, thread, file }
    }

    /// What is to be told where the thread did not come to its end.
    fn end(self) -> Option<Problem> {
        self.thread?.join().err()?;
        let what = "reading it failed inside of iismodcheck: what follows was not read";
        let problem = Problem::new(ProblemKind::Unreadable, what)
            .with_hint("please report it, with the file if you may");
        Some(problem.at(Origin::of_file(open::name(&self.file))))
    }
}

/// Reads a file to its end, or until nobody takes its rows any more.
fn send(path: &Path, sender: &SyncSender<Batch>) {
    let (mut batch, mut bytes, mut most) = (Vec::new(), 0, FIRST_ROWS);
    for row in open::open(path) {
        bytes += match &row {
            Ok(Row { content: Content::Event(cells), .. }) => cells.iter().map(Vec::len).sum(),
            _ => 0,
        };
        batch.push(row);
        if batch.len() >= most || bytes >= BYTES {
            (bytes, most) = (0, ROWS.min(2 * most));
            if sender.send(mem::take(&mut batch)).is_err() {
                return;
            }
        }
    }
    // Nobody waits for rows that nobody takes.
    let _: Result<(), _> = sender.send(batch);
}

impl Iterator for Ahead {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.batch.next() {
                return Some(row);
            }
            while self.running.len() < self.at_once {
                let Some(found) = self.files.pop_front() else { break };
                self.running.push_back(Running::start(found));
            }
            match self.running.front()?.batches.recv() {
                Ok(batch) => self.batch = batch.into_iter(),
                Err(_) => {
                    if let Some(problem) = self.running.pop_front().and_then(Running::end) {
                        return Some(Err(problem));
                    }
                }
            }
        }
    }
}
