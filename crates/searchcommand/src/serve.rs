//! The session: one reply for each request, until the input ends.

use std::any::Any;
use std::io::{BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::command::StreamingCommand;
use crate::error::{Error, ErrorKind};
use crate::fatal::Fatal;
use crate::frame::{FrameReader, write_frame};
use crate::messages::Messages;
use crate::metadata::{Request, error_reply, execute_reply, getinfo_reply, parse_request};
use crate::record::{Reply, Rewriter};

/// A reply is put together in stretches of this size: larger than a pipe takes by default, and small enough to stay in a
/// core's cache.
const WRITE_BUFFER: usize = 128 << 10;

/// Speaks the protocol on `input` and `output` until the input ends.
///
/// A request is read whole before its reply is written, and each reply is flushed: splunkd writes a whole chunk before it
/// reads. Neither needs a buffer of its own.
///
/// `Ok` means that the process should exit with 0. That is so when the input ended at a frame border (splunkd starts a
/// command several times per search and hangs up), when the reader of the replies went away, and also when the command failed
/// or panicked: then the reply has told splunkd, as an `error` in the place of the rows.
///
/// `Err` is a stream that breaks the protocol, or a pipe that failed: to be printed as one line on standard error, with a
/// non-zero exit code.
///
/// Memory: the largest body, what its reply has beyond it, 24 bytes for each record, the buffers of both pipes, and what is
/// remembered of records that repeat, which is bounded. Records whose cells were decoded, or in which existing columns are
/// replaced, count twice.
pub fn serve(input: impl Read, output: impl Write, command: &mut impl StreamingCommand) -> Result<(), Error> {
    let mut frames = FrameReader::new(input);
    let mut output = BufWriter::with_capacity(WRITE_BUFFER, output);
    let mut messages = Messages::default();
    let mut rewriter = None;
    while frames.read()? {
        let (chunk, offset) = (frames.chunk(), frames.metadata_at());
        let refused = |kind, what: String| Error::at(kind, chunk, offset, what);
        let request = parse_request(frames.metadata()).map_err(|problem| {
            refused(ErrorKind::Metadata, format!("the metadata is not a JSON object: {problem}"))
        })?;
        let mut body = Reply::default();
        let answer = match request {
            Request::Unknown(found) => {
                let what = format!("expected the action \"getinfo\" or \"execute\", found \"{found}\"");
                return Err(refused(ErrorKind::Action, what));
            }
            Request::Getinfo(search) => guarded(|| {
                let plan = command.setup(&search)?;
                let reply = getinfo_reply(&plan);
                rewriter = Some(Rewriter::new(plan)?);
                Ok(reply)
            }),
            Request::Execute { finished } => {
                let rewriter = rewriter.as_mut().ok_or_else(|| {
                    let what = "expected the action \"getinfo\" before the first \"execute\"";
                    refused(ErrorKind::Order, what.to_owned())
                })?;
                guarded(|| {
                    body =
                        rewriter.rewrite(frames.body_mut(), |record, cells| command.record(record, cells))?;
                    if finished {
                        command.finish(&mut messages);
                    }
                    Ok(execute_reply(finished, &messages.take()))
                })
            }
        };
        match answer {
            Ok(metadata) => {
                if !write_frame(&mut output, &metadata, body, chunk)? {
                    return Ok(());
                }
            }
            Err(fatal) => {
                let reply = error_reply(&fatal.to_string(), messages.take());
                if write_frame(&mut output, &reply, Reply::default(), chunk)? {
                    frames.drain();
                }
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Turns a panic into a failure. Nothing that the panic may have left half done is used afterwards, so that crossing the
/// border with a mutable reference is safe.
fn guarded<T>(work: impl FnOnce() -> Result<T, Fatal>) -> Result<T, Fatal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        Err(Fatal::internal(format!("the command panicked: {}", panic_text(&*payload))))
    })
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

/// Makes a panic one line on standard error: `splunkd` logs every line of it as an error of its own. Changes the
/// process's panic hook, so it is for a program's `main` and not called by [`serve`].
pub fn print_panics_in_one_line() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        let text = panic_text(panic.payload()).replace(['\r', '\n'], " ");
        // Nobody may be reading standard error, and a panic within a panic would end the process.
        let _ = writeln!(std::io::stderr(), "panic{}: {text}", place.unwrap_or_default());
    }));
}
