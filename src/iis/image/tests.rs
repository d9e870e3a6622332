use proptest::prelude::*;

use super::{Image, ImageFlags, Oddity, Place, Suspicion};
use crate::iis::roots::{Roots, RootsError};
use crate::iis::spelling::MAX_CHARACTERS;

/// Columns: written, roots, normal form, flags in any order, suspicious location.
const IMAGES: &str = include_str!("../../../tests/fixtures/iis/images.tsv");

struct Row {
    written: String,
    roots: Roots,
    normal: String,
    flags: Vec<String>,
    location: Option<String>,
}

/// Replaces `{U+000A}` by the character.
fn unescape(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("{U+") {
        let (hex, tail) = after.split_once('}').expect("closed escape");
        out.push_str(before);
        out.push(char::from_u32(u32::from_str_radix(hex, 16).expect("hex")).expect("character"));
        rest = tail;
    }
    out + rest
}

fn roots_of(cell: &str) -> Roots {
    let mut roots = Roots::default();
    for pair in cell.split(';').filter(|pair| !pair.is_empty()) {
        let (variable, folder) = pair.split_once('=').expect("VARIABLE=folder");
        roots.set(variable, folder).expect("a good root");
    }
    roots
}

fn rows() -> Vec<Row> {
    let row = |line: &str| {
        let cells: Vec<_> = line.split('\t').map(unescape).collect();
        let [written, roots, normal, flags, location] = cells.as_slice() else {
            panic!("five cells: {line}")
        };
        let mut flags: Vec<_> = flags.split_whitespace().map(str::to_owned).collect();
        flags.sort();
        Row {
            written: written.clone(),
            roots: roots_of(roots),
            normal: normal.clone(),
            flags,
            location: (!location.is_empty()).then(|| location.clone()),
        }
    };
    IMAGES.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

#[test]
fn table_of_images() {
    let rows = rows();
    assert!(rows.len() > 130, "{} rows", rows.len());
    for row in rows {
        let image = Image::normalise(&row.written, &row.roots);
        let mut flags: Vec<_> = image.flags.oddities().map(Oddity::as_str).collect();
        flags.sort_unstable();
        assert_eq!(image.normal, row.normal, "{:?}", row.written);
        assert_eq!(flags, row.flags, "{:?}", row.written);
        let location = image.suspicious_location(&row.roots).map(Suspicion::as_str);
        assert_eq!(location, row.location.as_deref(), "{:?}", row.written);
        assert_eq!(Image::normalise(&image.normal, &row.roots).normal, row.normal, "{:?}", row.written);
    }
}

#[test]
fn the_table_shows_every_flag_and_every_place() {
    let rows = rows();
    for oddity in Oddity::ALL {
        assert_eq!(ImageFlags::of(oddity).oddities().collect::<Vec<_>>(), [oddity]);
        let shown = rows.iter().any(|row| row.flags.iter().any(|flag| flag == oddity.as_str()));
        assert!(shown || oddity == Oddity::TooLong, "{oddity}");
    }
    for place in Place::ALL {
        assert!(rows.iter().any(|row| row.location.as_deref() == Some(place.as_str())), "{place}");
    }
}

/// Which flags leave a path resolved is policy: it is written out here a second time on purpose.
#[test]
fn resolved_and_relative() {
    let harmless = [
        "collapsed_separators",
        "surrounding_whitespace",
        "quoted",
        "traversal",
        "trailing_dots",
        "non_ascii",
        "syswow64",
        "other_drive",
    ];
    for row in rows() {
        let image = Image::normalise(&row.written, &row.roots);
        let odd: Vec<_> = row.flags.iter().filter(|f| !harmless.contains(&f.as_str())).collect();
        assert_eq!(image.is_resolved(), odd.is_empty(), "{:?}", row.written);
        assert_eq!(image.is_relative(), odd == ["relative"], "{:?}", row.written);
    }
}

#[test]
fn parts_of_a_normal_form() {
    for (written, directory, file, stem) in [
        (r"C:\Windows\System32\inetsrv\Static.DLL", r"%windir%\system32\inetsrv", "static.dll", "static"),
        (r"CosignModule.dll", "", "cosignmodule.dll", "cosignmodule"),
        (r"C:\Windows\x.dll:evil.dll", r"c:\windows", "x.dll:evil.dll", "x"),
        (r"\\?\C:\x.dll. ", r"\\?\c:", "x.dll.", "x"),
        (r"C:\a\isapicache_.dll_", r"c:\a", "isapicache_.dll_", "isapicache_.dll_"),
        (r"C:\a\iis.so", r"c:\a", "iis.so", "iis.so"),
        (r"C:\a\", r"c:\a", "", ""),
        ("", "", "", ""),
    ] {
        let image = Image::normalise(written, &Roots::default());
        assert_eq!(
            (image.directory(), image.file_name(), image.stem()),
            (directory, file, stem),
            "{written}"
        );
    }
}

#[test]
fn system32_root() {
    for (written, expected) in [
        (r"C:\Windows\System32\system.dll", true),
        (r"%windir%\SysWOW64\system.dll", true),
        (r"C:\Windows\System32\inetsrv\static.dll", false),
        (r"C:\Windows\static.dll", false),
        (r"C:\Windows\System32.\system.dll", true),
        (r"\Windows\System32\system.dll", true),
        (r"C:Windows\System32\system.dll", true),
        (r"C:\Windows\System32.\inetsrv\system.dll", false),
        (r"D:\Windows\System32\system.dll", false),
    ] {
        let roots = Roots::default();
        assert_eq!(Image::normalise(written, &roots).in_system32_root(&roots), expected, "{written}");
    }
}

/// What Windows opens, written in the normal form, for spellings that keep a shape of their own.
#[test]
fn opened() {
    for (written, expected) in [
        (r"C:\Apps.\evil.dll", r"c:\apps\evil.dll"),
        (r"C:/Apps./evil.dll", r"c:\apps\evil.dll"),
        (r"C:\Apps.\.\evil.dll", r"c:\apps\evil.dll"),
        (r"C:\Apps . .\evil.dll. ", r"c:\apps\evil.dll"),
        (r"C:\Apps\...\evil.dll", r"c:\apps\evil.dll"),
        (r"C:\x.\..\Apps\evil.dll", r"c:\apps\evil.dll"),
        (r"C:\..\..\Apps\evil.dll", r"c:\apps\evil.dll"),
        (r"\Apps\evil.dll", r"c:\apps\evil.dll"),
        (r"/Apps/evil.dll", r"c:\apps\evil.dll"),
        (r"\x\..\Apps.\evil.dll", r"c:\apps\evil.dll"),
        (r"C:Apps\evil.dll", r"c:\apps\evil.dll"),
        (r"D:Apps\evil.dll", r"d:\apps\evil.dll"),
        (r"%SystemDrive%Apps\evil.dll", r"c:\apps\evil.dll"),
        (r"%windir%\Temp.\x.dll", r"%windir%\temp\x.dll"),
        (r"%IIS_BIN%\a.\x.dll", r"%iis_bin%\a\x.dll"),
        (r"C:\Windows.\System32.\inetsrv\static.dll", r"%windir%\system32\inetsrv\static.dll"),
        (r"\\.\C:\Apps.\evil.dll", r"c:\apps\evil.dll"),
        (r"\\?\C:\Apps\evil.dll", r"c:\apps\evil.dll"),
        (r"\\?\UNC\server\share\x.dll", r"\\server\share\x.dll"),
        (r"\\server\share\a.\..\..\..\x.dll.", r"\\server\share\x.dll"),
        (r"x.dll.", r"x.dll"),
        (r"..\a.\x.dll", r"..\a\x.dll"),
        (r"C:\Apps.\evil\", r"c:\apps\evil\"),
        // What Windows takes as it is written stays so.
        (r"C:\Apps\.evil\e.dll", r"c:\apps\.evil\e.dll"),
        (r"C:\Apps\ evil\e.dll", r"c:\apps\ evil\e.dll"),
        (r"\Device\HarddiskVolume2\a.\x.dll", r"\device\harddiskvolume2\a.\x.dll"),
        (r"\\?\Volume{1}\a.\x.dll", r"\\?\volume{1}\a.\x.dll"),
        (r"a\x.dll", r"a\x.dll"),
        ("", ""),
    ] {
        let roots = Roots::default();
        let opened = Image::normalise(written, &roots).opened(&roots);
        assert_eq!(opened.normal, expected, "{written}");
        assert_eq!(opened.opened(&roots).normal, expected, "{written}");
    }
    let roots = roots_of(r"system_root=D:\Windows");
    assert_eq!(Image::normalise(r"\Apps\x.dll", &roots).opened(&roots).normal, r"d:\apps\x.dll");
}

#[test]
fn an_overlong_path_is_not_looked_at() {
    let at_most = "a".repeat(MAX_CHARACTERS);
    assert_eq!(Image::normalise(&at_most, &Roots::default()).normal, at_most);
    for text in ["a".repeat(MAX_CHARACTERS + 1), r"\..".repeat(1_000_000), "%tmp%".to_owned() + &at_most] {
        let image = Image::normalise(&text, &Roots::default());
        assert_eq!((image.normal.as_str(), image.flags), ("", ImageFlags::TOO_LONG));
        assert!(!image.is_resolved());
    }
    // A variable that is longer spelled out than its name.
    let grows = r"%tmp%\".to_owned() + &"a".repeat(MAX_CHARACTERS - 6);
    assert_eq!(Image::normalise(&grows, &Roots::default()).flags, ImageFlags::TOO_LONG);
}

#[test]
fn roots_that_are_refused() {
    let set = |variable: &str, folder: &str| Roots::default().set(variable, folder);
    for variable in ["", "%%", "a=b", r"a\b", "a b", "%windir"] {
        assert_eq!(set(variable, r"D:\x"), Err(RootsError::BadVariable(variable.to_owned())));
    }
    assert_eq!(set("%SystemDrive%", "D:"), Err(RootsError::FollowsSystemRoot));
    for folder in [
        "",
        "Windows",
        "D:",
        r"D:\",
        r"\\server\x",
        r"\\?\D:\x",
        r"%windir%\x",
        r"D:\a\..\b",
        r"D:\PROGRA~1",
        r"D:\a:b",
        r"D:\a*",
        r"D:\a. \b",
    ] {
        let error = set("system_root", folder).expect_err(folder);
        assert!(matches!(&error, RootsError::BadFolder { folder: named, .. } if named == folder), "{error}");
        assert!(error.to_string().contains("for system_root"), "{error}");
    }
    for variable in ["%windir%", "IIS_BIN", "ProgramFiles", "exchange_root", "Public"] {
        assert!(matches!(set(variable, r"D:\"), Err(RootsError::BadFolder { .. })), "{variable}");
    }
}

#[test]
fn roots_that_are_taken() {
    let normal = |variable: &str, folder: &str, written: &str| {
        let mut roots = Roots::default();
        roots.set(variable, folder).expect(folder);
        Image::normalise(written, &roots).normal
    };
    assert_eq!(normal("system_root", "\"D:/Windows/\"", r"D:\Windows\x.dll"), r"%windir%\x.dll");
    assert_eq!(normal("WinDir", r"D:\\Windows\\", r"%SystemRoot%\x.dll"), r"%windir%\x.dll");
    assert_eq!(normal("DATA", r"E:\", r"%data%\x.dll"), r"e:\x.dll");
    assert_eq!(normal("ProgramFiles", r"E:\PF", r"E:\PF\Common Files\x.dll"), r"%commonprogramfiles%\x.dll");
    let mut twice = Roots::default();
    twice.set("system_root", r"E:\W").expect("first");
    twice.set("windir", r"D:\Windows").expect("second");
    assert_eq!(twice, roots_of(r"system_root=D:\Windows"));
    assert_ne!(twice, Roots::default());
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => Just("\\".to_owned()),
        3 => prop::sample::select(vec![
            "/", "..", ".", "...", " ", "c:", "C:\\Windows", "%windir%", "%SystemDrive%", "%ProgramFiles%", "%TEMP%",
            "%IIS_BIN%", "%ExchangeInstallPath%", "%foo%", "%", "system32", "sysnative", "\\\\?\\", "\\\\.\\", "\\??\\",
            "unc", "\"", ":", "~1", "*", "?", "\n", "\t", "\0", "Ö", "ſ", "\u{a0}", "\u{200b}", "static.dll", "users",
        ]).prop_map(str::to_owned),
        1 => "[a-zA-Z]{1,3}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn some_roots() -> impl Strategy<Value = Roots> {
    prop::sample::select(vec![
        "",
        r"system_root=D:\Windows",
        r"exchange_root=F:\Exchange;iis_bin=C:\Program Files\IIS Express",
        r"ProgramFiles=C:\Windows;TEMP=E:\t;foo=C:\Windows\System32;APP=E:\",
    ])
    .prop_map(roots_of)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn normalising_twice_is_normalising_once(text in hostile(), roots in some_roots()) {
        let once = Image::normalise(&text, &roots);
        let twice = Image::normalise(&once.normal, &roots);
        prop_assert_eq!(&twice.normal, &once.normal, "{:?}", once.flags.oddities().collect::<Vec<_>>());
    }

    /// A resolved path is plain: nothing is left in it that Windows would interpret once more.
    #[test]
    fn a_resolved_path_is_plain(text in hostile(), roots in some_roots()) {
        let image = Image::normalise(&text, &roots);
        if image.is_resolved() {
            let (root, rest) = image.normal.split_once('\\').unwrap_or((&image.normal, ""));
            let drive = root.len() == 2 && root.ends_with(':');
            prop_assert!(drive || root.starts_with('%') && root.ends_with('%'), "{}", image.normal);
            prop_assert!(!rest.contains([':', '"', '*', '?', '/', '\n', '\0']), "{}", image.normal);
            let plain = |c: &str| !matches!(c, "" | "." | "..");
            prop_assert!(rest.is_empty() || rest.split('\\').all(plain), "{}", image.normal);
        }
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let roots = Roots::default();
        let image = Image::normalise(&text, &roots);
        prop_assert_eq!(Image::normalise(&image.normal, &roots).normal, image.normal);
    }

    /// Spelling a known path in another way of the same meaning gives the same normal form.
    #[test]
    fn spellings_of_one_path(
        root in prop::sample::select(vec![r"C:\Windows", "%windir%", "%SystemRoot%", r"%SystemDrive%\Windows"]),
        upper in prop::collection::vec(any::<bool>(), 64),
        separators in prop::collection::vec(prop::sample::select(vec!["\\", "/", "\\\\", "\\.\\", "\\x\\..\\"]), 3),
        around in prop::sample::select(vec![("", ""), ("\"", "\""), ("", "\r\n"), (" ", " "), ("", ".")]),
    ) {
        let path = format!("{root}{}system32{}inetsrv{}static.dll", separators[0], separators[1], separators[2]);
        let cased: String = path
            .chars()
            .zip(upper.iter().cycle())
            .map(|(c, up)| if *up { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        let image = Image::normalise(&format!("{}{cased}{}", around.0, around.1), &Roots::default());
        prop_assert_eq!(image.normal.as_str(), r"%windir%\system32\inetsrv\static.dll");
        prop_assert!(image.is_resolved());
    }
}
