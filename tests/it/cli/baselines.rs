//! `allowlist baseline`.

use std::fs;
use std::path::Path;

use super::{folder, run_in};

#[test]
fn a_baseline_proposes_what_nothing_speaks_against() {
    let list = "name,image,type,host,_time\n\
        StaticFileModule,%windir%\\System32\\inetsrv\\static.dll,,web01,2026-03-02T00:00:00Z\n\
        Contoso,D:\\contoso.dll,,web01,2026-03-02T00:00:00Z\n\
        Contoso,D:\\contoso.dll,,web02,2026-03-02T00:00:00Z\n\
        Shop,,\"Shop.Module, Shop, Version=1.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089\",web01,2026-03-02T00:00:00Z\n\
        \u{202e}Turned,C:\\Turned\\t.dll,,web03,2026-03-02T00:00:00Z\n\
        HttpHelper,C:\\ProgramData\\h.dll,,web03,2026-03-02T00:00:00Z\n\
        StaticFileModule,D:\\static.dll,,web03,2026-03-02T00:00:00Z\n\
        FastCgiModule_64bit,%windir%\\System32\\inetsrv\\iisfcgix64.dll,,web03,2026-03-02T00:00:00Z\n\
        kerbauth,%ExchangeInstallPath%\\Bin\\kerbauth.dll,,ex01,2026-03-02T00:00:00Z\n\
        NoImage,,,web03,2026-03-02T00:00:00Z\n\
        \u{1b}[2JClear,D:\\c.dll,,web03,2026-03-02T00:00:00Z\n\
        ,D:\\noname.dll,,web03,2026-03-02T00:00:00Z\n";
    let files = folder(&[("list.csv", list.as_bytes())]);
    let run = run_in(files.path(), &["allowlist", "baseline", "list.csv"]);
    assert_eq!(run.code, Some(0));
    let text = format!("--- standard output\n{}--- standard error\n{}", run.stdout, run.stderr);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("allowlist_baseline", text);
    });
    // The proposal is a sound allowlist, and once in force nothing is proposed any more.
    fs::write(files.path().join("allow.csv"), &run.stdout).unwrap();
    assert_eq!(run_in(files.path(), &["allowlist", "check", "allow.csv"]).code, Some(0));
    let again = run_in(files.path(), &["allowlist", "baseline", "--allowlist", "allow.csv", "list.csv"]);
    assert_eq!(again.stdout.lines().count(), 1, "{}", again.stdout);
}

#[test]
fn a_baseline_from_events() {
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/iis-operational.csv");
    let files = folder(&[]);
    let run = run_in(files.path(), &["allowlist", "baseline", export.to_str().unwrap()]);
    assert_eq!(run.code, Some(0));
    let rows: Vec<&str> = run.stdout.lines().skip(1).collect();
    assert_eq!(rows.len(), 1, "{}", run.stdout);
    assert!(rows[0].contains("ContosoHeaderModule"), "{}", run.stdout);
    assert!(run.stderr.starts_with("1 proposed, "), "{}", run.stderr);
    for left_out in
        ["RequestTelemetryModule", "FastCgiModule_64bit", "HttpCacheModule", "DefaultDocumentModule_Atomic"]
    {
        assert!(run.stderr.contains(&format!("left out: {left_out} ")), "{}", run.stderr);
    }
}

/// What the modules of a clean estate must not be: each is left out with its reason, and nothing ends the run.
#[test]
fn what_a_baseline_leaves_out() {
    let cases = [
        ("Both,C:\\b.dll,\"B.Module, B\"", "it has an image and a type, of which a module has one only"),
        ("Two,D:\\same.dll,\nAlso,D:\\SAME.dll,", "one image or type has several names: Also, Two"),
        (
            "Many,D:\\m1.dll,\nMany,D:\\m2.dll,",
            "one name has several images or types: D:\\m1.dll, D:\\m2.dll",
        ),
        (
            "Acme,D:\\a1.dll,\nACME,D:\\a2.dll,",
            "names that differ in case only are different modules: ACME, Acme",
        ),
        ("Wide,D:\\Windows\\System32\\inetsrv\\wide.dll,", "its folder looks like one of Windows: "),
        ("Near,%windir%\\System32\\inetsrv\\near.dll,", "it lies in the folder of IIS itself"),
        (
            "Kerb,%ExchangeInstallPath%\\Bin\\kerbauth.dll,",
            "its image is that of kerbauth of the product pack exchange",
        ),
        ("kerbauth,D:\\kerbauth.dll,", "its name is that of a module of the product pack exchange"),
    ];
    for (rows, expected) in cases {
        let list = format!("name,image,type\n{rows}\nFine,D:\\fine.dll,\nFine,d:/FINE.dll,\n");
        let files = folder(&[("list.csv", list.as_bytes())]);
        let run = run_in(files.path(), &["allowlist", "baseline", "list.csv"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let left_out = rows.lines().count();
        assert!(
            run.stderr.starts_with(&format!("1 proposed, {left_out} left out\n")),
            "{rows}: {}",
            run.stderr
        );
        assert_eq!(run.stderr.matches(&format!(" ({expected}")).count(), left_out, "{rows}: {}", run.stderr);
        assert!(run.stdout.lines().count() == 2 && run.stdout.contains("Fine"), "{rows}: {}", run.stdout);
    }
}

/// A result of a scan proposes what the scanned file does, and its verdicts and actions hold.
#[test]
fn a_baseline_from_the_result_of_a_scan() {
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/iis-operational.csv");
    let export = export.to_str().unwrap();
    // A reason whose detail holds blanks, commas and brackets, and one behind it.
    let list = b"name,image,_time\nCache,\"D:\\\\My modules\\cache.dll\",2026-03-02T00:00:00Z\n";
    let files = folder(&[("list.csv", list)]);
    let direct = run_in(files.path(), &["allowlist", "baseline", export, "list.csv"]);
    for format in ["json", "csv"] {
        let scan = run_in(files.path(), &["scan", "--format", format, export, "list.csv"]).good();
        fs::write(files.path().join("result"), scan).unwrap();
        let run = run_in(files.path(), &["allowlist", "baseline", "result"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(run.stdout, direct.stdout, "{format}");
        assert_eq!(run.stderr, direct.stderr, "{format}");
        assert!(run.stderr.contains("(it was removed)"), "{}", run.stderr);
        assert!(run.stderr.contains("(look at this first: threat_basename)"), "{}", run.stderr);
    }
    fs::write(files.path().join("allow.csv"), &direct.stdout).unwrap();
    let again = run_in(files.path(), &["allowlist", "baseline", "--allowlist", "allow.csv", "result"]);
    assert_eq!(again.stdout.lines().count(), 1, "what is allowed by now is not proposed: {}", again.stdout);
    let cleared = r#"{"findings": [{"iis_module_verdict": "unverified", "iis_module_action": "cleared"}]}"#;
    fs::write(files.path().join("result"), cleared).unwrap();
    let run = run_in(files.path(), &["allowlist", "baseline", "result"]);
    assert!(run.stderr.contains("(the whole list was cleared)"), "{}", run.stderr);
    for (content, expected) in [
        ("{}", "it has no `findings`"),
        ("{", "not the output of `scan --format json`"),
        (r#"{"findings": [{"iis_module_verdict": "fine"}]}"#, "result, record 1: `fine` is no verdict"),
        ("iis_module_name,iis_module_verdict\nA\n", "result, line 2: the row has not as many cells"),
        (
            "iis_module_reasons,iis_module_verdict\n[quoted,unknown\n",
            "result, line 2: column iis_module_reasons: no list of reasons (",
        ),
    ] {
        fs::write(files.path().join("result"), content).unwrap();
        let error = run_in(files.path(), &["allowlist", "baseline", "result"]).error();
        assert!(error.contains(expected), "{error}");
    }
}

/// A folder that is called after a version: all three say which pattern allows the next one too.
#[test]
fn each_proposes_the_pattern_for_every_version() {
    const AGENT: &str = r"%ProgramFiles%\Acme\Agent 24.2.3\agent.dll";
    const PATTERN: &str = r"%ProgramFiles%\Acme\Agent {version}\agent.dll";
    let list =
        format!("name,image,type,host\nAcmeAgent,{AGENT},,web01\nPlain,C:\\Acme\\x64\\plain.dll,,web01\n");
    let files = folder(&[("list.csv", list.as_bytes())]);
    let run = run_in(files.path(), &["allowlist", "baseline", "list.csv"]);
    assert!(run.stdout.contains(AGENT), "{}", run.stdout);
    let told: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("version: ")).collect();
    let [told] = told[..] else { panic!("{}", run.stderr) };
    assert!(told.contains("AcmeAgent") && told.contains(PATTERN), "{told}");
    let add = |name: &str, image: &str| {
        run_in(files.path(), &["allowlist", "add", "allow.csv", "--name", name, "--image", image]).good()
    };
    let told = add("AcmeAgent", AGENT);
    assert!(told.contains("note: [version-folder]") && told.contains(PATTERN), "{told}");
    let told = add("Plain", r"C:\Acme\x64\plain.dll");
    assert!(!told.contains("version-folder"), "{told}");
    let told = run_in(files.path(), &["allowlist", "check", "allow.csv"]).stdout;
    assert!(told.contains(PATTERN) && told.matches("version-folder").count() == 1, "{told}");
}
