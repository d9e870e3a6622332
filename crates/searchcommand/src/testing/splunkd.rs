//! The double of splunkd.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use super::event::Event;
use super::reply::Reply;
use super::session::frame;
use super::style::Style;
use super::table::Table;
use crate::command::StreamingCommand;
use crate::error::Error;
use crate::serve::serve;

/// How long a reply is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

enum Other {
    Process(Child, JoinHandle<Vec<u8>>),
    Thread(JoinHandle<Result<(), Error>>),
}

/// Bytes to be written one piece after the other, and whether a reply is waited for.
struct Request {
    pieces: Vec<Vec<u8>>,
    replied: bool,
}

/// How a command ended.
#[derive(Debug)]
pub struct End {
    /// Exit code 0, or `serve` returned `Ok`.
    pub success: bool,
    /// The standard error of a process, or the error of `serve`.
    pub stderr: String,
    /// What came after the last reply that was read.
    pub rest: Vec<u8>,
    /// It stopped reading before its input ended.
    pub stopped_reading: bool,
}

/// What became of the events of one chunk.
#[derive(Debug)]
pub struct Merged {
    /// The reply as it came.
    pub reply: Reply,
    /// The events with the columns of the reply.
    pub events: Vec<Event>,
    /// The columns sent of which a cell came back with other bytes.
    pub changed: BTreeSet<String>,
}

/// A search process with one command.
///
/// It writes a whole request before it reads, so that a command which replies early blocks (and the test fails after a
/// while). It sends the fields that the command asked for, in the form recorded, and merges the replies into its events.
pub struct Splunkd {
    requests: Sender<Request>,
    replies: Receiver<io::Result<Option<Reply>>>,
    worker: JoinHandle<(Vec<u8>, bool)>,
    other: Other,
    required: Option<Vec<String>>,
    style: Style,
    cut: usize,
}

impl Splunkd {
    /// Starts a process as splunkd does: all three standard streams are pipes.
    pub fn spawn(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::with_child(command.spawn().expect("the command starts"))
    }

    /// Talks to a process that was started with three pipes.
    #[must_use]
    pub fn with_child(mut child: Child) -> Self {
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut errors = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.read_to_end(&mut text);
            text
        });
        Self::over(input, output, Other::Process(child, errors))
    }

    /// Runs a command in a thread, over real pipes.
    pub fn run(mut command: impl StreamingCommand + Send + 'static) -> Self {
        let ((requests, to), (from, replies)) = (io::pipe().unwrap(), io::pipe().unwrap());
        let thread = thread::spawn(move || serve(requests, replies, &mut command));
        Self::over(to, from, Other::Thread(thread))
    }

    fn over(mut to: impl Write + Send + 'static, mut from: impl Read + Send + 'static, other: Other) -> Self {
        let (requests, jobs) = channel::<Request>();
        let (answers, replies) = channel();
        let worker = thread::spawn(move || {
            let mut stopped_reading = false;
            for Request { pieces, replied } in jobs {
                let wrote = pieces.iter().try_for_each(|piece| to.write_all(piece).and_then(|()| to.flush()));
                stopped_reading |= wrote.is_err();
                if !replied {
                    continue;
                }
                let reply = wrote.and_then(|()| Reply::read(&mut from));
                if answers.send(reply).is_err() {
                    break;
                }
            }
            drop(to);
            let mut rest = Vec::new();
            let _ = from.read_to_end(&mut rest);
            (rest, stopped_reading)
        });
        Self { requests, replies, worker, other, required: None, style: Style::SELECTED, cut: usize::MAX }
    }

    /// Sends bodies of another form from now on.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Writes requests in pieces of that many bytes from now on.
    #[must_use]
    pub fn cut(mut self, bytes: usize) -> Self {
        self.cut = bytes;
        self
    }

    /// Sends one frame and waits for its reply. `None` when the command hung up instead.
    pub fn exchange(&mut self, metadata: &str, body: &[u8]) -> io::Result<Option<Reply>> {
        self.send(&frame(metadata, body))
    }

    /// Sends any bytes and waits for a reply.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<Option<Reply>> {
        let pieces = bytes.chunks(self.cut.min(bytes.len()).max(1)).map(<[u8]>::to_vec).collect();
        self.requests.send(Request { pieces, replied: true }).expect("the worker waits for requests");
        self.replies
            .recv_timeout(PATIENCE)
            .expect("the command replies: it may write before it has read, or hang")
    }

    /// Sends bytes to a command that will not reply to them.
    pub fn send_and_leave(&self, bytes: &[u8]) {
        self.requests
            .send(Request { pieces: vec![bytes.to_vec()], replied: false })
            .expect("the worker waits for requests");
    }

    /// The handshake, with what 8.2.1 sends. `args` are the tokens after the command's name, without outer quotes.
    pub fn getinfo(&mut self, args: &[&str]) -> Reply {
        self.getinfo_with(args, args, &json!({}))
    }

    /// The handshake, with the tokens as typed and other parts of `searchinfo` set; `null` takes a part away.
    pub fn getinfo_with(&mut self, args: &[&str], raw_args: &[&str], changes: &Value) -> Reply {
        let mut searchinfo = json!({
            "args": args, "raw_args": raw_args, "dispatch_dir": "", "sid": "1600000000.1", "app": "search", "owner": "admin",
            "username": "admin", "session_key": "", "splunkd_uri": "https://127.0.0.1:8089", "splunk_version": "8.2.1",
            "search": "litsearch%20index%3D%2A%20%7C%20mycommand", "command": "mycommand", "maxresultrows": 50000,
            "earliest_time": "0", "latest_time": "0",
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            searchinfo[key] = value.clone();
        }
        searchinfo.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let metadata = json!({
            "action": "getinfo", "preview": false, "streaming_command_will_restart": false, "searchinfo": searchinfo,
        });
        let reply = self.exchange(&metadata.to_string(), b"").unwrap().expect("a reply to getinfo");
        assert!(reply.body.is_empty(), "a getinfo reply has no body");
        self.required = reply.required_fields();
        reply
    }

    /// Sends events and merges the reply. What must hold for every streaming command is checked: the rows are the same in
    /// number and order, no sent column is lost, no column is there twice, `_chunked_idx` is as it was.
    pub fn execute(&mut self, events: &[Event], finished: bool) -> Merged {
        let columns = self.style.columns(events, self.required.as_deref());
        let body = self.style.body(events, &columns);
        let metadata = json!({ "action": "execute", "finished": finished }).to_string();
        let reply = self.exchange(&metadata, &body).unwrap().expect("a reply to execute");
        if reply.error().is_some() {
            return Merged { reply, events: events.to_vec(), changed: BTreeSet::new() };
        }
        assert_eq!(reply.finished(), Some(finished), "a reply is finished when its request is");
        let (sent, came) = (Table::read(&body), reply.table());
        assert_eq!(came.rows.len(), sent.rows.len(), "no row is dropped or added");
        assert_eq!(
            came.names.iter().collect::<BTreeSet<_>>().len(),
            came.names.len(),
            "no column is there twice"
        );
        let mut changed = BTreeSet::new();
        for (from, name) in sent.names.iter().enumerate() {
            let to = came.names.iter().position(|other| other == name);
            let to = to.unwrap_or_else(|| panic!("the column {name} is lost"));
            if sent.rows.iter().zip(&came.rows).any(|(sent, came)| sent[from] != came[to]) {
                changed.insert(name.clone());
            }
        }
        assert!(!changed.contains("_chunked_idx"), "_chunked_idx is changed");
        let selects = self.style.selects && self.required.is_some();
        let merged = events.iter().enumerate().map(|(row, event)| {
            let mut event = if selects { event.clone() } else { Event::default() };
            for name in came.names.iter().filter(|name| !name.starts_with("__mv_") && *name != "_chunked_idx")
            {
                event.set(name, &came.values(row, name));
            }
            event
        });
        Merged { events: merged.collect(), reply, changed }
    }

    /// The number that the operating system gave to the process; `None` for a command that runs in this one.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        match &self.other {
            Other::Process(child, _) => Some(child.id()),
            Other::Thread(_) => None,
        }
    }

    /// Closes the command's input and waits for its end.
    #[must_use]
    pub fn hang_up(self) -> End {
        drop(self.requests);
        let (rest, stopped_reading) = self.worker.join().unwrap();
        let (success, stderr) = match self.other {
            Other::Process(mut child, errors) => {
                let success = child.wait().unwrap().success();
                (success, String::from_utf8_lossy(&errors.join().unwrap()).into_owned())
            }
            Other::Thread(thread) => {
                let result = thread.join().expect("serve does not panic");
                (result.is_ok(), result.err().map(|error| error.to_string()).unwrap_or_default())
            }
        };
        End { success, stderr, rest, stopped_reading }
    }
}
