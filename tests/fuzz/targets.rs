//! What is done with any bytes, for each parser: what the targets of cargo-fuzz call, and the gate with the seeds and what is near
//! to them (`tests/it/fuzz.rs`).

use std::fs;
use std::sync::{Arc, OnceLock};

use iismodcheck::allowlist::Watched;
use iismodcheck::audit::WatchedSettings;
use iismodcheck::event::{self, Fields, INPUTS, Scratch};
use iismodcheck::file::{Contents, Root, Status, Trust, catalog, roots};
use iismodcheck::server::{Config, Level, Server};
use iismodcheck::source::{self, Content, Row};

const UNSIGNED: &[u8] = include_bytes!("../fixtures/file/unsigned.dll");
const ASSEMBLY: &[u8] = include_bytes!("../fixtures/file/starter.dll");

/// The root of the fixtures, so that what is reached behind a good signature is reached.
fn with_root<T>(look: impl FnOnce(Trust<'_>) -> T) -> T {
    let digits = include_str!("../fixtures/file/root.txt").trim().as_bytes();
    let digit = |letter: u8| u8::try_from(char::from(letter).to_digit(16).unwrap()).unwrap();
    let modulus: Vec<u8> = digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    let root = Root {
        id: roots::OF_2010,
        subject: "CN=Example Root, O=Example",
        modulus: &modulus,
        exponent: &[1, 0, 1],
        not_before: 0,
        not_after: i64::MAX,
        sha256: [0; 32],
    };
    look(Trust { roots: &[root], now: 1_719_792_000 })
}

fn u32_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize
}

/// Any bytes as a catalog.
pub fn any_catalog(bytes: &[u8]) {
    with_root(|trust| {
        let contents = Contents::of(UNSIGNED, trust);
        let (hashes, _) = contents.program.unwrap().unwrap().signed.unwrap();
        let verified = catalog::verify(bytes, &hashes, trust);
        let mut builder = catalog::IndexBuilder::default();
        let _ = builder.add(7, bytes);
        // What is found in a catalog is found by the index, whatever stands behind it there.
        if let Ok(Some(_)) = verified {
            assert!(builder.finish().candidates(&hashes).next() == Some(7));
        }
    });
}

/// Any bytes as the metadata of an assembly.
pub fn clr(metadata: &[u8]) {
    let mut file = ASSEMBLY.to_vec();
    let start = file.windows(4).position(|mark| mark == b"BSJB").unwrap();
    let length = metadata.len().min(file.len() - start);
    file[start..start + length].copy_from_slice(&metadata[..length]);
    let contents = with_root(|trust| Contents::of(&file, trust));
    assert!(contents.program.unwrap().is_some());
}

/// Any bytes as the signature of a file.
pub fn cms(blob: &[u8]) {
    let mut file = UNSIGNED.to_vec();
    let security = u32_at(&file, 0x3C) + 24 + 112 + 32;
    let entry = u32::try_from(8 + blob.len()).unwrap().to_le_bytes();
    let start = u32::try_from(file.len()).unwrap().to_le_bytes();
    file[security..security + 4].copy_from_slice(&start);
    file[security + 4..security + 8].copy_from_slice(&entry);
    file.extend(entry);
    file.extend([0, 2, 2, 0]);
    file.extend(blob);
    let contents = with_root(|trust| Contents::of(&file, trust));
    let (_, embedded) = contents.program.unwrap().unwrap().signed.unwrap();
    // Nobody can make a signature of the example authority by changing bytes.
    if embedded.primary.status == Status::Valid {
        let signer = embedded.primary.signer.unwrap();
        assert!(
            signer.issuer.ends_with("CN=Example Code CA, O=Example")
                || signer.issuer.contains("Code Signing PCA")
        );
    }
}

/// Any bytes as applicationHost.config, and again as the web.config of a site below it.
pub fn configuration(file: &[u8]) {
    static WATCHED: OnceLock<Watched> = OnceLock::new();
    let watched = WATCHED.get_or_init(|| Watched::builtin().unwrap());
    let name: Arc<str> = "f".into();
    let read = || {
        Config::read(file, &name, &WatchedSettings(watched), &|_| Some((file.to_vec(), Arc::clone(&name))))
    };
    let mut server = Server::named(String::new());
    server.add(Level::Server, read());
    server.add(Level::of("Shop"), read());
    for place in ["", "Shop", "Shop/api"] {
        let effective = server.effective(place);
        assert!(effective.modules.iter().all(|module| module.origin.line.is_some()));
    }
}

/// Any bytes as the cells of a row: XML, classic text, JSON of collectors, fields. Reading it changes nothing of what it says,
/// and a host is never longer than the cells.
pub fn any_event(bytes: &[u8]) {
    let mut fields = Fields::default();
    // Each cell behind a byte that says which; the first is the whole event.
    for (number, cell) in bytes.split(|byte| *byte == 0xFE).enumerate() {
        let (place, cell) = match cell.split_first() {
            Some((place, rest)) if number > 0 => (usize::from(*place) % INPUTS.len(), rest),
            _ => (0, cell),
        };
        fields.cells[place] = cell;
    }
    any_row(&fields);
}

fn any_row(fields: &Fields<'_>) {
    let (mut one, mut other) = (Scratch::default(), Scratch::default());
    let first = event::read(fields, &mut one);
    assert!(first == event::read(fields, &mut other));
    let length: usize = fields.cells.iter().map(|cell| cell.len()).sum();
    assert!(first.host.len() <= length * 3);
    let _ = event::neighbour(fields, &mut Scratch::default());
}

/// Any bytes as a file: the target's name says which reader its seeds lead to. Whatever it is, reading it ends, and gives no more
/// than it can hold.
pub fn log(bytes: &[u8]) {
    let file = std::env::temp_dir().join(format!("iismodcheck-fuzz-{}", std::process::id()));
    fs::write(&file, bytes).unwrap();
    let mut rows = 0_usize;
    for row in source::open(&file) {
        rows += 1;
        assert!(rows <= bytes.len() * 1100 + 100);
        if let Ok(Row { content: Content::Event(cells), .. }) = &row {
            let mut fields = Fields::default();
            for (field, cell) in fields.cells.iter_mut().zip(cells.iter()) {
                *field = cell;
            }
            any_row(&fields);
        }
    }
    fs::remove_file(file).unwrap();
}

/// Any bytes as a file.
pub fn pe(file: &[u8]) {
    let contents = with_root(|trust| Contents::of(file, trust));
    assert_eq!(contents.size, file.len());
}
