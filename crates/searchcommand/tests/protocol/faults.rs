//! Streams that break off or are no protocol: a clean end at a frame border, else one clear error; never a hang or a panic.

use std::io;

use searchcommand::serve;
use searchcommand::testing::faults::{Failing, Slow};
use searchcommand::testing::{EXECUTE, GETINFO, LAST, Reply, frame, session};

use crate::commands::measure;

fn frames() -> [Vec<u8>; 4] {
    [
        frame(GETINFO, b""),
        frame(EXECUTE, b"word,\"_chunked_idx\"\n\"so, \"\"what\"\"\",0\nab,1\n"),
        frame(EXECUTE, b""),
        frame(LAST, b"word,\"_chunked_idx\"\n"),
    ]
}

#[test]
fn cut_at_every_byte() {
    let frames = frames();
    let whole = frames.concat();
    let borders: Vec<usize> =
        (0..=frames.len()).map(|count| frames[..count].iter().map(Vec::len).sum()).collect();
    let (expected, _) = session(&whole, &mut measure());
    for length in 0..=whole.len() {
        let (output, result) = session(&whole[..length], &mut measure());
        let complete = borders.iter().filter(|border| **border <= length).count() - 1;
        assert_eq!(Reply::read_all(&output).len(), complete, "a reply to each whole request");
        assert!(expected.starts_with(&output));
        if borders.contains(&length) {
            result.unwrap();
        } else {
            let text = result.unwrap_err().to_string();
            let place = format!("chunk {}, byte {length}: the input ends inside the ", complete + 1);
            assert!(text.starts_with(&place), "{text}");
            assert!(!text.contains('\n'));
        }
        let mut slow = Vec::new();
        let result = serve(Slow::new(&whole[..length]), &mut slow, &mut measure());
        assert_eq!((slow, result.is_ok()), (output, borders.contains(&length)));
    }
}

#[test]
fn each_byte_changed() {
    let whole = frames().concat();
    for at in 0..whole.len() {
        for byte in [b'\0', b'\n', b'"', b'9', b',', b'}', 0xff] {
            let mut broken = whole.clone();
            broken[at] = byte;
            let (output, result) = session(&broken, &mut measure());
            // Whatever happens, what went out is whole frames, and an error is one line.
            let _ = Reply::read_all(&output);
            if let Err(error) = result {
                let text = error.to_string();
                assert!(text.starts_with("chunk ") && !text.contains('\n'), "{text}");
            }
        }
    }
}

#[test]
fn each_kind_of_fault_has_its_line() {
    let after = |text: &str| [frame(GETINFO, b""), text.as_bytes().to_vec()].concat();
    let start = frame(GETINFO, b"").len();
    let header = "expected a frame header `chunked 1.0,<metadata length>,<body length>`, found";
    let hint = "; the input must be what splunkd sends to a command with `chunked = true`";
    let cases = [
        (b"hello\n".to_vec(), format!("chunk 1, byte 0: {header} \"hello\\n\"{hint}")),
        (vec![b'x'; 1000], format!("chunk 1, byte 0: {header} \"{}\"{hint}", "x".repeat(40))),
        (after("chunked 2.0,1,1\n"), format!("chunk 2, byte {start}: {header} \"chunked 2.0,1,1\\n\"{hint}")),
        (
            after("chunked 1.0,2,99999999999999999999\n"),
            format!(
                "chunk 2, byte {start}: the frame header declares 18446744073709551615 bytes of body, more than the limit of \
                 4294967295"
            ),
        ),
        (
            after("chunked 1.0,100000000,2\n"),
            format!(
                "chunk 2, byte {start}: the frame header declares 100000000 bytes of metadata, more than the limit of 67108864"
            ),
        ),
        (
            after("chunked 1.0,2,4294967295\n{}"),
            format!(
                "chunk 2, byte {}: the input ends inside the body, after 0 of 4294967295 declared bytes",
                start + 27
            ),
        ),
        (
            after("chunked 1.0"),
            format!(
                "chunk 2, byte {}: the input ends inside the frame header, after 11 bytes of it",
                start + 11
            ),
        ),
        (
            after("chunked 1.0,5,0\n[1,2]"),
            format!(
                "chunk 2, byte {}: the metadata is not a JSON object: invalid type: sequence, expected a map at line 1 column 0",
                start + 16
            ),
        ),
        (
            after("chunked 1.0,4,0\n{\"a\""),
            format!(
                "chunk 2, byte {}: the metadata is not a JSON object: EOF while parsing an object at line 1 column 4",
                start + 16
            ),
        ),
        (
            after("chunked 1.0,14,0\n{\"action\":\"x\"}"),
            format!(
                "chunk 2, byte {}: expected the action \"getinfo\" or \"execute\", found \"x\"",
                start + 17
            ),
        ),
        (
            frame(EXECUTE, b"word\na\n"),
            "chunk 1, byte 17: expected the action \"getinfo\" before the first \"execute\"".to_owned(),
        ),
    ];
    for (input, expected) in cases {
        let (output, result) = session(&input, &mut measure());
        assert_eq!(result.unwrap_err().to_string(), expected);
        assert!(Reply::read_all(&output).iter().all(|reply| reply.error().is_none()));
    }
}

#[test]
fn a_pipe_that_fails() {
    let whole = frames().concat();
    serve(Failing::new(&whole, io::ErrorKind::BrokenPipe), io::sink(), &mut measure()).unwrap();
    let cut =
        serve(Failing::new(&whole[..30], io::ErrorKind::BrokenPipe), io::sink(), &mut measure()).unwrap_err();
    assert!(
        cut.to_string().starts_with("chunk 1, byte 30: the input ends inside the metadata, after "),
        "{cut}"
    );
    for length in [0, 5, 30, whole.len() - 1, whole.len()] {
        let error = serve(
            Failing::new(&whole[..length], io::ErrorKind::PermissionDenied),
            io::sink(),
            &mut measure(),
        );
        let text = error.unwrap_err().to_string();
        assert!(text.contains(&format!(", byte {length}: cannot read the request: ")), "{text}");
    }
}
