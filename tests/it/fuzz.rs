//! What cargo-fuzz calls (`tests/fuzz`), over its seeds and what is near to them: so each target compiles and holds here too, and
//! what fuzzing once found stays found.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::cli::fixtures;
use crate::damage::samples;

/// Changes of each seed.
const NEAR: u64 = 40;
/// Bytes of a seed, at most, so that all of it is soon done.
const LONGEST: usize = 20_000;

type Target = fn(&[u8]);

/// Numbers without an order, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// A seed with a piece of it changed, cut out, or put in once more.
fn near(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let (at, length) = (numbers.below(seed.len()), numbers.below(12));
    let end = (at + length).min(seed.len());
    let (before, piece, behind) = (&seed[..at], &seed[at..end], &seed[end..]);
    match numbers.below(4) {
        0 => [before, behind].concat(),
        1 => [before, piece, piece, behind].concat(),
        2 => before.to_vec(),
        _ => {
            let other: Vec<u8> = piece.iter().map(|byte| byte ^ (1 << numbers.below(8))).collect();
            [before, &other, behind].concat()
        }
    }
}

/// The bytes behind the first `mark` of a file.
fn behind(file: &[u8], mark: &[u8]) -> Vec<u8> {
    let at = file.windows(mark.len()).position(|window| window == mark);
    file[at.unwrap()..].to_vec()
}

fn of_folder(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(fixtures().join(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The name of each target, what it does, and its seeds.
fn targets() -> [(&'static str, Target, Vec<Vec<u8>>); 7] {
    let programs = of_folder("file", ".dll");
    let signatures: Vec<Vec<u8>> = programs
        .iter()
        .filter_map(|file| {
            let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
            let optional = number(0x3C) + 24;
            let is_wide = file[optional..optional + 2] == [0x0B, 2];
            let start = number(optional + if is_wide { 112 } else { 96 } + 32);
            (start > 0).then(|| file[start + 8..].to_vec())
        })
        .collect();
    let metadata = fs::read(fixtures().join("file/starter.dll")).unwrap();
    let cases = fs::read_dir(fixtures().join("audit")).unwrap();
    let configuration =
        |case: std::io::Result<fs::DirEntry>| fs::read(case.unwrap().path().join("applicationHost.config"));
    let mut configurations: Vec<Vec<u8>> = cases.filter_map(|case| configuration(case).ok()).collect();
    configurations.extend(of_folder("../fuzz/lists", ""));
    let events = samples().into_iter().map(|(_, bytes, _)| bytes);
    let mut logs: Vec<Vec<u8>> = events.clone().collect();
    logs.push(of_folder("formats", "three.evtx").remove(0));
    logs.extend(of_folder("../fuzz/seeds", ""));
    [
        ("pe", targets::pe, programs),
        ("cms", targets::cms, signatures),
        ("clr", targets::clr, vec![behind(&metadata, b"BSJB")]),
        ("catalog", targets::any_catalog, of_folder("file", ".cat")),
        ("configuration", targets::configuration, configurations),
        ("event", targets::any_event, events.collect()),
        ("log", targets::log, logs),
    ]
}

#[test]
fn every_target_holds_near_to_its_seeds() {
    let mut numbers = Numbers(20_261_130);
    for (name, target, seeds) in targets() {
        assert!(!seeds.is_empty(), "{name}");
        for seed in seeds {
            target(&seed);
            let short = &seed[..seed.len().min(LONGEST)];
            for _ in 0..NEAR {
                target(&near(short, &mut numbers));
            }
        }
    }
}

/// What is further away: `FUZZ_SECONDS=120 cargo test --test it -- --ignored --nocapture fuzz`, for each target in its turn.
#[test]
#[ignore = "takes as long as it is told"]
fn every_target_holds_far_from_its_seeds() {
    let seconds = std::env::var("FUZZ_SECONDS").map_or(10, |text| text.parse().unwrap());
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let mut numbers = Numbers(u64::try_from(start & u128::from(u64::MAX)).unwrap());
    for (name, target, seeds) in targets() {
        let (until, mut tried) = (Instant::now() + Duration::from_secs(seconds), 0_u64);
        let mut slowest = Duration::ZERO;
        while Instant::now() < until {
            let seed = &seeds[numbers.below(seeds.len())];
            let mut input = seed[..seed.len().min(LONGEST)].to_vec();
            for _ in 0..=numbers.below(16) {
                input = near(&input, &mut numbers);
            }
            // Where it stops, the input is here.
            fs::write(std::env::temp_dir().join(format!("fuzz-{name}")), &input).unwrap();
            let begun = Instant::now();
            target(&input);
            (slowest, tried) = (slowest.max(begun.elapsed()), tried + 1);
        }
        writeln!(std::io::stdout(), "{name}: {tried} inputs, the slowest in {slowest:?}").unwrap();
    }
}
