//! Bounds: memory, and time for the worst that a file of its size can hold.

use std::time::{Duration, Instant};

use allocation_counter::measure;
use iismodcheck::file::{Status, catalog};

use super::many::Catalogs;
use super::support::{IN_TIME, contents, entry, fields, primary, read, set_u32, u32_at, with_table};

/// Generous, for a test build on a busy machine; what it really takes is in `tests/bench`.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_file_is_looked_at_in_place() {
    let mut file = read("signed.dll");
    file.resize(16 << 20, 7);
    let memory = measure(|| {
        contents(&file, IN_TIME);
    });
    assert!(memory.bytes_max < 1 << 20, "{memory:?}");
}

#[test]
fn thousands_of_catalogs_take_a_few_megabytes() {
    let mut builder = catalog::IndexBuilder::default();
    let made = Catalogs::new();
    let start = Instant::now();
    let memory = measure(|| {
        for number in 0..8_000 {
            builder.add(number, &made.catalog(number)).unwrap();
        }
        builder = catalog::IndexBuilder::default();
    });
    assert!(memory.bytes_max < 16 << 20, "{memory:?}");
    assert!(start.elapsed() < SOON);
}

#[test]
fn an_index_that_is_full_tells_what_it_left_out() {
    let mut builder = catalog::IndexBuilder::default();
    let made = Catalogs::new();
    let members = Catalogs::MEMBERS;
    let room = u32::try_from(catalog::IndexBuilder::MOST_MEMBERS).unwrap() / members;
    for number in 0..room + 2 {
        builder.add(number, &made.catalog(number)).unwrap();
    }
    let index = builder.finish();
    assert_eq!(index.members(), catalog::IndexBuilder::MOST_MEMBERS);
    assert_eq!(index.members() + index.left_out(), usize::try_from(members * (room + 2)).unwrap());
}

/// Nanoseconds of a core that the work takes, the least of three: what else the machine does makes it dearer only.
#[cfg(target_os = "linux")]
fn cost(mut work: impl FnMut()) -> u64 {
    let spent = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        text.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let once = |()| {
        let before = spent();
        work();
        spent() - before
    };
    [(), (), ()].map(once).into_iter().min().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn four_times_as_much_costs_about_four_times_as_much() {
    let made = Catalogs::new();
    let index = |count: u32| {
        let mut builder = catalog::IndexBuilder::default();
        (0..count).for_each(|number| builder.add(number, &made.catalog(number)).unwrap());
        assert!(builder.finish().members() > 0);
    };
    // This and the next often enough that it shows where the kernel counts by ticks of a few milliseconds.
    let file = |size: usize| {
        let mut file = read("unsigned.dll");
        file.resize(size, 7);
        (0..8).for_each(|_| drop(contents(&file, IN_TIME)));
    };
    let table = |directory: usize, count: usize, times: usize| {
        let file = crowded(directory, count);
        (0..times).for_each(|_| drop(contents(&file, IN_TIME)));
    };
    let pairs: [[&dyn Fn(); 2]; 4] = [
        [&|| index(500), &|| index(2_000)],
        [&|| file(2 << 20), &|| file(8 << 20)],
        [&|| table(0, 1 << 14, 20), &|| table(0, 1 << 16, 20)],
        [&|| table(1, 1 << 14, 1), &|| table(1, 1 << 16, 1)],
    ];
    for (number, [less, more]) in pairs.into_iter().enumerate() {
        // Whoever shares the processor can spoil one measurement, but makes no square of a straight line three times.
        let is_straight = |()| cost(less) * 12 > cost(more);
        assert!([(); 3].into_iter().any(is_straight), "pair {number} costs more than its size");
    }
}

/// A file that says that it exports, or imports, as much as is looked at, everything under one name.
fn crowded(directory: usize, count: usize) -> Vec<u8> {
    let mut file = read("unsigned.dll");
    let at = u32_at(&file, 0x3C) + 24 + 112 + 8 * directory;
    // A last section that holds what is written behind the others.
    let sections = u32_at(&file, 0x3C) + 24 + 240;
    let (address, place) = (0x3000, file.len());
    let size = 64 + 32 * count;
    for (field, value) in [(8, size), (12, address), (16, size), (20, place)] {
        set_u32(&mut file, sections + 80 + field, value);
    }
    file.resize(place + size, 0);
    set_u32(&mut file, at, address);
    set_u32(&mut file, at + 4, 64);
    let names = address + 64 + 8 * count;
    if directory == 0 {
        for (field, value) in
            [(20, count), (24, count), (28, address + 64), (32, address + 64), (36, address + 64)]
        {
            set_u32(&mut file, place + field, value);
        }
        (0..count).for_each(|number| set_u32(&mut file, place + 64 + 4 * number, names));
        file[place + 64 + 8 * count..][..16].copy_from_slice(b"RegisterModulex\0");
    } else {
        set_u32(&mut file, place, address + 64);
        set_u32(&mut file, place + 12, names);
        for number in 0..count {
            set_u32(&mut file, place + 64 + 8 * number, 425);
            set_u32(&mut file, place + 64 + 8 * number + 4, 1 << 31);
        }
        file[names - address + place + 8..][..13].copy_from_slice(b"OLEAUT32.dll\0");
        set_u32(&mut file, place + 12, names + 8);
    }
    file
}

#[test]
fn tables_as_large_as_they_may_be_are_read_soon_and_larger_ones_are_told() {
    let start = Instant::now();
    let look = |file: &[u8]| contents(file, IN_TIME).program.unwrap().unwrap().facts;
    assert_eq!(look(&crowded(0, 1 << 16)).entry_points, Ok(Vec::new()));
    assert!(look(&crowded(1, 1 << 16)).imphash.is_ok());
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let fault = look(&crowded(0, (1 << 16) + 1)).entry_points.unwrap_err().to_string();
    assert!(fault.contains("more names than can be numbered"), "{fault}");
    let fault = look(&crowded(1, (1 << 16) + 1)).imphash.unwrap_err().to_string();
    assert!(fault.contains("more functions than are read"), "{fault}");
}

#[test]
fn more_signatures_than_are_judged_are_told_as_hidden() {
    let file = read("signed.dll");
    let one = entry(2, &super::support::blob(&file));
    let embedded = super::support::signed(&with_table(&file, &one.repeat(20)), IN_TIME).1;
    assert_eq!(embedded.others.len(), 7);
    assert!(embedded.hidden_bytes >= 12 * (one.len() - 16));
}

#[test]
fn frames_within_frames_end_the_reading() {
    let file = read("unsigned.dll");
    let (_, security) = fields(&file);
    assert!(security > 0);
    let mut nested = Vec::new();
    for _ in 0..5_000 {
        let length = u32::try_from(nested.len()).unwrap().to_be_bytes();
        let head = match nested.len() {
            0..0x80 => vec![0x30, length[3]],
            0x80..0x100 => vec![0x30, 0x81, length[3]],
            _ => vec![0x30, 0x82, length[2], length[3]],
        };
        nested = [head, nested].concat();
    }
    assert_eq!(primary(&with_table(&file, &entry(2, &nested))).status, Status::Malformed);
}
