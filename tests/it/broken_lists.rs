//! Site files that are broken, as a search reads them: what they still say, what is told, and that nothing denied passes.

use iismodcheck::allowlist::{AllowlistError, SiteFile};
use iismodcheck::detect::{Engine, ReasonTexts, Verdict};
use iismodcheck::iis::Registration;
use iismodcheck::knowledge::{Knowledge, assemble_what_is_sound};

/// What a search knows of these files.
fn read(allowlist: Option<&[u8]>, packs: Option<&[u8]>) -> Knowledge {
    let named = |bytes: Option<&[u8]>, name: &str| Ok(bytes.map(|bytes| (bytes.to_vec(), name.to_owned())));
    assemble_what_is_sound(named(allowlist, "list.csv"), named(packs, "packs.csv"), None).unwrap()
}

/// Verdict and reasons of a listed module.
fn judge(engine: &mut Engine, host: &str, name: &str, image: &str) -> (Verdict, Vec<String>) {
    let row = Registration { name, image, ..Registration::default() };
    let decision = engine.decide(&row.subject(host, 0, false));
    let mut texts = ReasonTexts::default();
    texts.take(&decision);
    (decision.finding.verdict, texts.iter().map(str::to_owned).collect())
}

/// Verdict, and how it is in doubt: `?` damaged, `!` unreadable.
fn short(engine: &mut Engine, host: &str, name: &str, image: &str) -> String {
    let (verdict, reasons) = judge(engine, host, name, image);
    let mark = |code: &str, mark: &'static str| if reasons.iter().any(|r| r == code) { mark } else { "" };
    format!("{verdict}{}{}", mark("allowlist_damaged", "?"), mark("allowlist_unreadable", "!"))
}

const ACME: (&str, &str) = ("Acme", r"C:\Acme\acme.dll");
const ZETA: (&str, &str) = ("Zeta", r"C:\Zeta\zeta.dll");
const LOGGING: (&str, &str) = ("HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll");

/// A file; then what is said of Acme, Zeta and `HttpLoggingModule`. `\u{1}` stands for a byte that is not UTF-8.
const FILES: &[(&str, &str, &str)] = &[
    ("sound", "name,image\nAcme,C:\\Acme\\acme.dll\n", "allowed unknown known_good"),
    (
        "an allow row with a bad date",
        "name,image,expires\nAcme,C:\\Acme\\acme.dll,31.03.2027\nZeta,C:\\Zeta\\zeta.dll,\n",
        "unknown? allowed known_good",
    ),
    (
        "one ANSI letter in a cell for people",
        "name,image,owner\nAcme,C:\\Acme\\acme.dll,M\u{1}ller\nZeta,C:\\Zeta\\zeta.dll,x\n",
        "unknown? allowed known_good",
    ),
    (
        "two lines in a cell for people are no fault",
        "name,image,reason\nAcme,C:\\Acme\\acme.dll,\"a\nb\"\n",
        "allowed unknown known_good",
    ),
    ("NUL behind the image", "name,image\nAcme,C:\\Acme\\acme.dll\0\n", "unknown? unknown known_good"),
    (
        "a star for a name, compared exactly",
        "name,image\n*,C:\\Acme\\acme.dll\n",
        "unknown? unknown known_good",
    ),
    (
        "as a pattern it is none",
        "name,image,match\n*,C:\\Acme\\acme.dll,glob\n",
        "allowed unknown known_good",
    ),
    ("a row one comma short", "name,image,owner\nAcme,C:\\Acme\\acme.dll\n", "unknown? unknown known_good"),
    ("a row one comma long", "name,image\nAcme,C:\\Acme\\acme.dll,x\n", "unknown? unknown known_good"),
    (
        "an open quote ends at the next row",
        "name,image,owner\nAcme,C:\\Acme\\acme.dll,\"x\nZeta,C:\\Zeta\\zeta.dll,x\n",
        "unknown? allowed known_good",
    ),
    (
        "a deny row with a bad date, host and place denies everywhere",
        "effect,name,image,host,config_path,expires\ndeny,Acme,,|,/,31.12.2020\ndeny,HttpLoggingModule,,,,x\n",
        "denied? unknown denied?",
    ),
    (
        "a deny row for a host or place that cannot be denies everywhere",
        "effect,name,image,host,config_path\ndeny,Acme,,web02;web03,\ndeny,HttpLoggingModule,,,MACHINE\\WEBROOT\n",
        "denied? unknown denied?",
    ),
    (
        "one for another host denies there alone, and is no fault",
        "effect,name,image,host,config_path\ndeny,Acme,,web02|10.0.*,\n",
        "unknown unknown known_good",
    ),
    (
        "an allow row for a host that cannot be allows nothing, and is no fault",
        "name,image,host\nAcme,C:\\Acme\\acme.dll,web01;web02\n",
        "allow_out_of_scope unknown known_good",
    ),
    (
        "a deny row whose name cannot be read denies the image",
        "effect,name,image\ndeny,Ac\u{1}me,C:\\Acme\\acme.dll\n",
        "denied? unknown known_good",
    ),
    (
        "one that is a pattern, under a match that is not known",
        "effect,image,name,match\ndeny,C:\\Acme\\**,,globb\n",
        "denied? unknown known_good",
    ),
    (
        "a deny row of another length denies nothing, and is told",
        "effect,name,image\ndeny,HttpLoggingModule\n",
        "unknown unknown known_good?",
    ),
    (
        "so is a row whose effect cannot be read",
        "effect,name,image\ndny,HttpLoggingModule,\n",
        "unknown unknown known_good?",
    ),
    (
        "and one in a column that is misspelt",
        "efect,name,image\ndeny,HttpLoggingModule,%windir%\\System32\\inetsrv\\loghttp.dll\n",
        "unknown unknown known_good?",
    ),
    (
        "a pattern is held by what it matches",
        "effect,name,image,match\ndny,,C:\\Acme\\*.dll,glob\n",
        "unknown? unknown known_good",
    ),
    (
        "a row that holds no name, image or type may be about any",
        "effect,name,image,host\ndeny,Ac\u{1}me,,web*\n",
        "unknown? unknown? known_good",
    ),
    (
        "so may one of another length with a cell that cannot be read",
        "effect,name,image,host\ndeny,Ac\u{1}me\n",
        "unknown? unknown? known_good",
    ),
    (
        "a bad switch puts the entry that it names in doubt",
        "id,enabled,expires\nbase-httploggingmodule-1,false,x\n",
        "unknown unknown known_good?",
    ),
    ("a header of another file", "user,password\nAcme,x\n", "unknown! unknown! known_good"),
    ("UTF-16", "n\0a\0m\0e\0,\0\n\0", "unknown! unknown! known_good"),
    ("nothing at all", "", "unknown unknown known_good"),
];

#[test]
fn what_still_counts_of_a_bad_row() {
    for (title, file, expected) in FILES {
        let bytes: Vec<u8> = file.bytes().map(|byte| if byte == 1 { 0xFC } else { byte }).collect();
        let known = read(Some(&bytes), None);
        let is_sound = SiteFile::parse(&bytes, "").sound().is_ok();
        assert_eq!(known.warnings.is_empty(), is_sound, "{title}: {:?}", known.warnings);
        let mut engine = Engine::new(known.catalogue, known.hosts, None);
        let found = [ACME, ZETA, LOGGING].map(|(name, image)| short(&mut engine, "web01", name, image));
        assert_eq!(found.join(" "), *expected, "{title}");
    }
}

#[test]
fn what_is_bad_without_any_list_is_reported_as_ever() {
    let known = read(Some(b"user,password\n"), None);
    let mut engine = Engine::new(known.catalogue, known.hosts, None);
    for (name, image, expected) in [
        ("HttpLoggingModule", r"C:\Acme\acme.dll", "masquerade_path"),
        ("Acme", r"C:\Windows\Temp\acme.dll", "suspicious_location"),
        ("HttpLogging_Module", r"C:\Acme\acme.dll", "lookalike"),
        // Merely unlisted, but for the place that raises the severity.
        ("Acme", r"C:\Windows\System32\acme.dll", "unknown"),
        ("Acme", r"C:\Acme\acme.dll", "unknown!"),
    ] {
        assert_eq!(short(&mut engine, "web01", name, image), expected, "{name} {image}");
    }
}

#[test]
fn a_bad_row_of_the_packs_file_puts_its_hosts_in_doubt() {
    for (title, packs, web, app) in [
        ("sound", "host,packs\nweb*,exchange\n", "unknown", "unknown"),
        ("an unknown pack", "host,packs\nweb*,exchnge\n", "unknown?", "unknown"),
        ("a folder that is none", "host,packs,system_root\nweb*,,Windows\n", "unknown?", "unknown"),
        ("no host that can be read", "host,packs\n|,exchange\n", "unknown?", "unknown?"),
        ("a row too short", "host,packs,system_root\nweb*,exchange\n", "unknown?", "unknown?"),
        ("no packs file", "user,password\n", "unknown!", "unknown!"),
    ] {
        let known = read(None, Some(packs.as_bytes()));
        let mut engine = Engine::new(known.catalogue, known.hosts, None);
        // Twice: what is remembered of one host is not told of another.
        for _ in 0..2 {
            let found = ["web01", "app01"].map(|host| short(&mut engine, host, ACME.0, ACME.1));
            assert_eq!(found, [web, app], "{title}");
            assert_eq!(short(&mut engine, "web01", LOGGING.0, LOGGING.1), "known_good", "{title}");
        }
    }
}

#[test]
fn ten_bad_rows_are_named_and_the_rest_counted() {
    let file =
        format!("effect,name,image,expires\n{}deny,A\n", "s3cret,s3cret,C:\\s3cret.dll,s3cret\n".repeat(12));
    let known = read(Some(file.as_bytes()), None);
    let [warning] = known.warnings.as_slice() else { panic!("one warning: {:?}", known.warnings) };
    assert!(!warning.contains("s3cret") && !warning.contains('\n'), "{warning}");
    for part in [
        "list.csv: 13 bad rows. ",
        "Line 2, column effect: expected one of allow, deny or nothing. ",
        "Line 11, column effect: expected one of allow, deny or nothing. And 3 bad rows more. ",
        "Nothing is denied by the deny rows in line 14. ",
        "allowlist_damaged",
    ] {
        assert!(warning.contains(part), "{part} in {warning}");
    }
    assert!(!warning.contains("Line 12"), "{warning}");
}

const LIST: &str = "\
id,effect,name,image,match,host,expires,owner
e1,deny,Evil,C:\\Evil\\evil.dll,,web*,2027-01-01,sec
e2,deny,HttpLoggingModule,,,,,\"sec, ops\"
a1,,Acme,C:\\Acme\\*.dll,glob,web*|app01,2027-01-01,\"agreed
twice\"
a2,allow,Zeta,C:\\Zeta\\zeta.dll,,,,ops
";

/// Every byte of a list cut out, replaced, or the last one. What is denied never passes without a word.
#[test]
fn no_fault_of_one_byte_makes_a_denied_module_pass() {
    let bytes = LIST.as_bytes();
    let name = LIST.find(",HttpLoggingModule,").unwrap();
    let name = name..name + ",HttpLoggingModule,".len();
    let mut faults = 0;
    for at in 0..bytes.len() {
        let replaced = |by: &[u8]| [&bytes[..at], by, &bytes[at + 1..]].concat();
        let bys: [&[u8]; 10] = [b"", b"\0", b"\xFC", b"\"", b",", b"\n", b"\r", b"*", b"x", b"\x1b"];
        let files = bys.map(replaced).into_iter().chain([bytes[..at].to_vec()]).enumerate();
        for (fault, file) in files {
            let known = read(Some(&file), None);
            let site = SiteFile::parse(&file, "");
            let broken = !site.errors.is_empty();
            let of_the_file = site.errors.first().is_some_and(AllowlistError::is_of_the_file);
            assert_eq!(known.warnings.len(), usize::from(broken));
            let mut engine = Engine::new(known.catalogue, known.hosts, None);
            let text = String::from_utf8_lossy(&file).into_owned();
            let (verdict, _) = judge(&mut engine, "web01", "Evil", r"C:\Evil\evil.dll");
            assert!(!matches!(verdict, Verdict::Allowed | Verdict::KnownGood), "{verdict} at {at}:\n{text}");
            faults += usize::from(broken);
            // A name that is another one is a sound row about another module; a list that ends early lacks rows.
            if !broken || of_the_file || name.contains(&at) || fault == bys.len() {
                continue;
            }
            let (verdict, reasons) = judge(&mut engine, "web01", LOGGING.0, LOGGING.1);
            let told = reasons.iter().any(|reason| reason == "allowlist_damaged");
            assert!(verdict == Verdict::Denied || told, "{verdict} {reasons:?} at {at}:\n{text}");
        }
    }
    assert!(faults > 1_000, "{faults}");
}
