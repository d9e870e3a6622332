//! The floor of the comparison: reads each frame of a chunked search command session and writes its body back, without
//! looking inside. What any command must spend on the pipe alone, so it has pipes as wide as ours.

use std::io::{self, BufRead, Read, Write};

#[cfg(target_os = "linux")]
fn widen_pipes() {
    let _ = rustix::pipe::fcntl_setpipe_size(io::stdin(), 1 << 20);
    let _ = rustix::pipe::fcntl_setpipe_size(io::stdout(), 1 << 20);
}

#[cfg(not(target_os = "linux"))]
fn widen_pipes() {}

fn main() -> io::Result<()> {
    widen_pipes();
    let mut input = io::BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = io::stdout().lock();
    let mut header = String::new();
    let mut body = Vec::new();
    loop {
        header.clear();
        if input.read_line(&mut header)? == 0 {
            return Ok(());
        }
        let mut lengths =
            header.trim_end().split(',').skip(1).map(|n| n.parse::<usize>().unwrap_or_default());
        let (metadata, length) = (lengths.next().unwrap_or_default(), lengths.next().unwrap_or_default());
        body.resize(metadata, 0);
        input.read_exact(&mut body)?;
        let getinfo = body.windows(7).any(|part| part == b"getinfo");
        let finished = body.windows(15).any(|part| part == b"\"finished\":true");
        body.resize(length, 0);
        input.read_exact(&mut body)?;
        let reply: &[u8] = match (getinfo, finished) {
            (true, _) => b"{\"type\":\"stateful\"}",
            (_, true) => b"{\"finished\":true}",
            _ => b"{\"finished\":false}",
        };
        writeln!(output, "chunked 1.0,{},{}", reply.len(), body.len())?;
        output.write_all(reply)?;
        output.write_all(&body)?;
        output.flush()?;
    }
}
