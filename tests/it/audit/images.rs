//! Images of servers with the files behind every name: a quiet one, and what is told of each file that is not as it should be.

use std::fs;

use iismodcheck::audit::{Auditor, Events};
use iismodcheck::detect::{Column, Engine, Severity};
use iismodcheck::file::Trust;
use iismodcheck::knowledge::assemble;
use iismodcheck::report::{Item, Report};
use iismodcheck::server::image_in;

use crate::made::image::{BUILD, CACHE, HOST, Image, dll};
use crate::made::signed::{By, signed, with_trust};

/// The day of the trust.
pub const NOW: i64 = 1_719_792_000_000_000;

/// An engine without any list of a site.
pub fn engine() -> Engine {
    let known = assemble(None, None, None).unwrap();
    Engine::new(known.catalogue, known.hosts, None)
}

fn audited(image: &Image, events: Events, trust: Trust<'_>) -> Report {
    let mut auditor = Auditor::trusting(engine(), NOW, trust).with_events(events);
    auditor.read(&image_in(image.path()).unwrap(), Some("web01"), None);
    auditor.finish()
}

pub fn report(image: &Image) -> Report {
    report_with(image, Events::default())
}

/// With what events tell.
pub fn report_with(image: &Image, events: Events) -> Report {
    with_trust(|trust| audited(image, events, trust))
}

pub fn is_loud(item: &Item) -> bool {
    item.severity >= Severity::Medium || item.needs_decision
}

/// Name, verdict, severity and reasons of what is of medium severity or above.
pub fn told(report: &Report) -> Vec<String> {
    let brief = |item: &Item| {
        let reasons = item.reasons.join(",");
        let (verdict, severity) = (item.verdict.as_str(), item.severity.as_str());
        format!("{} {verdict} {severity} {reasons}", item.fact(Column::Name))
    };
    let mut told: Vec<String> = report.items.iter().filter(|item| is_loud(item)).map(brief).collect();
    told.sort();
    told
}

pub fn problems(report: &Report) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

const STATIC: &str = "Windows/System32/inetsrv/static.dll";
const TWIN: &str = "Windows/SysWOW64/inetsrv/static.dll";
const MODULE: [&str; 1] = ["RegisterModule"];

#[test]
fn a_quiet_image_has_nothing_to_tell() {
    let report = report(&Image::new());
    assert_eq!(told(&report), Vec::<String>::new());
    assert_eq!(problems(&report), Vec::<String>::new());
    // Every module that is registered has its file behind it.
    let read = report.items.iter().filter(|item| item.fact(Column::FileStatus) == "read");
    assert!(read.clone().count() > 60, "{}", read.count());
    let valid = |item: &&Item| item.fact(Column::FileSignature) == "valid";
    let others: Vec<_> = read.filter(|item| !valid(item)).collect();
    assert_eq!(others, Vec::<&Item>::new());
}

/// What is done to the files of an image.
pub type Change = fn(&mut Image);

/// Each row: what is done to the files, and what is told of it.
const CHANGES: &[(&str, Change, &[&str])] = &[
    (
        "one byte of a file of Windows",
        |image| {
            let mut file = image.read(STATIC);
            file[0x205] ^= 1;
            image.put(STATIC, &file);
        },
        &["StaticFileModule file_altered high signer_unexpected:none"],
    ),
    (
        "one byte of a file with a signature of its own",
        |image| {
            let path = "Program Files/IIS/Application Request Routing/requestRouter.dll";
            let mut file = image.read(path);
            file[0x205] ^= 1;
            image.put(path, &file);
        },
        &["ApplicationRequestRouting file_altered critical signature_broken:hash_mismatch"],
    ),
    (
        "another file of the same size without a signature",
        |image| {
            let size = image.read(STATIC).len();
            let mut file = dll(STATIC, BUILD, &MODULE, "own");
            file.truncate(size);
            image.put(STATIC, &file);
        },
        &["StaticFileModule file_altered high signer_unexpected:none"],
    ),
    (
        "the same while an update waits for a restart",
        |image| {
            image.put("Windows/WinSxS/pending.xml", b"<PendingTransaction/>");
            image.put(STATIC, &dll(STATIC, BUILD, &MODULE, "own"));
        },
        &["StaticFileModule file_altered medium signer_unexpected:none,update_pending"],
    ),
    (
        "a file that a vendor signed",
        |image| image.put(STATIC, &signed(&dll(STATIC, BUILD, &MODULE, "own"), By::Vendor)),
        &["StaticFileModule file_altered high signer_unexpected:root_not_known"],
    ),
    (
        "a product of Microsoft in the place of a file of Windows",
        |image| image.put(STATIC, &signed(&dll(STATIC, BUILD, &MODULE, "own"), By::Product)),
        &["StaticFileModule file_altered high signer_unexpected:microsoft"],
    ),
    (
        "an own catalog",
        |image| {
            let file = dll(STATIC, BUILD, &MODULE, "own");
            image.put(STATIC, &file);
            image.own_catalog(&file, By::Fake);
        },
        &["StaticFileModule file_altered high signer_unexpected:root_not_known"],
    ),
    (
        "the twin only",
        |image| image.put(TWIN, &dll(TWIN, BUILD, &MODULE, "own")),
        &["StaticFileModule file_altered high signer_unexpected:none"],
    ),
    (
        "the twin only, and no pool that loads it",
        |image| {
            image.edit(HOST, r#" enable32BitAppOnWin64="true""#, "");
            image.put(TWIN, &dll(TWIN, BUILD, &MODULE, "own"));
        },
        &["StaticFileModule file_altered high signer_unexpected:none"],
    ),
    (
        "no twin, and no pool that would load it",
        |image| {
            image.edit(HOST, r#" enable32BitAppOnWin64="true""#, "");
            fs::remove_file(image.at(TWIN)).unwrap();
        },
        &[],
    ),
    (
        "no twin",
        |image| fs::remove_file(image.at(TWIN)).unwrap(),
        &["StaticFileModule file_altered medium file_missing"],
    ),
    (
        "no file",
        |image| fs::remove_file(image.at(STATIC)).unwrap(),
        &["StaticFileModule file_altered medium file_missing"],
    ),
    (
        "an older file of Windows",
        |image| {
            let file = dll(STATIC, [10, 0, 14393, 0], &MODULE, "");
            image.put(STATIC, &file);
            image.own_catalog(&file, By::Windows);
        },
        &["StaticFileModule file_altered high older_than_in_box"],
    ),
    (
        "another genuine file",
        |image| {
            let other = image.read("Windows/System32/inetsrv/w3wp.exe");
            image.put(STATIC, &other);
        },
        &["StaticFileModule file_altered high other_file_name:w3wp.exe,not_a_module"],
    ),
    (
        "the twin in the place of the 64-bit file",
        |image| {
            let twin = image.read(TWIN);
            image.put(STATIC, &twin);
        },
        &["StaticFileModule file_altered medium wrong_machine:x86"],
    ),
    (
        "an assembly in the global cache",
        |image| {
            let path = format!(
                "{CACHE}/GAC_64/System.Web.Mobile/v4.0_4.0.0.0__b03f5f7f11d50a3a/System.Web.Mobile.dll"
            );
            image.put(&path, &dll(&path, [4, 8, 4494, 0], &[], "own"));
        },
        &["ErrorHandlerModule file_altered high signer_unexpected:none"],
    ),
    (
        "the image of a listed module",
        |image| {
            image.put("Windows/System32/inetsrv/statics.dll", &dll("statics.dll", BUILD, &MODULE, "own"));
            image.edit(HOST, r"inetsrv\static.dll", r"inetsrv\statics.dll");
            fs::remove_file(image.at(TWIN)).unwrap();
        },
        &["StaticFileModule masquerade_path high expected_image:%windir%\\System32\\inetsrv\\static.dll"],
    ),
    (
        "an update of a product",
        |image| {
            let path = "Program Files/IIS/Application Request Routing/requestRouter.dll";
            image.put(path, &signed(&dll(path, [7, 2, 1993, 2400], &MODULE, "update"), By::Product));
        },
        &[],
    ),
];

#[test]
fn each_file_that_is_not_as_it_should_be_is_told() {
    for (what, change, expected) in CHANGES {
        let mut image = Image::new();
        change(&mut image);
        assert_eq!(told(&report(&image)), *expected, "{what}");
    }
}

/// What is not there is said, and nobody is accused for it.
#[test]
fn what_was_not_collected_is_said_once_for_a_server() {
    let image = Image::new();
    fs::remove_dir_all(image.at("Windows/System32/CatRoot")).unwrap();
    let without = report(&image);
    assert_eq!(told(&without), Vec::<String>::new());
    let [problem] = problems(&without).try_into().unwrap();
    assert!(problem.starts_with("the catalogs of web01 are not in the collection"), "{problem}");
    assert!(problem.ends_with(r"collect the folder C:\Windows\System32\CatRoot as well"), "{problem}");
    // A file that has a signature of its own is checked all the same.
    let path = "Program Files/IIS/Application Request Routing/requestRouter.dll";
    let mut file = image.read(path);
    file[0x205] ^= 1;
    image.put(path, &file);
    assert_eq!(told(&report(&image)).len(), 1);
    // The configuration alone: no file of Windows is there.
    for file in ["ntoskrnl.exe", "kernel32.dll", "ntdll.dll", "wsmsvc.dll"] {
        fs::remove_file(image.at(&format!("Windows/System32/{file}"))).unwrap();
    }
    for folder in [
        "Windows/SysWOW64",
        "Windows/System32/rpcproxy",
        "Windows/Microsoft.NET",
        "Windows/assembly",
        "Program Files",
        "inetpub/wwwroot/bin",
    ] {
        fs::remove_dir_all(image.at(folder)).unwrap();
    }
    for entry in fs::read_dir(image.at("Windows/System32/inetsrv")).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let report = report(&image);
    assert_eq!(told(&report), Vec::<String>::new());
    let [problem] = problems(&report).try_into().unwrap();
    assert!(
        problem.contains("files that the configuration of web01 names are not in the collection"),
        "{problem}"
    );
    assert!(report.is_whole());
}
