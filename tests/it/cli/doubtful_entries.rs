//! `allowlist add` where somebody has to insist.

use std::fs;

use super::{folder, run_in};

/// Given as options, an entry is looked at as one from a finding is.
#[test]
fn what_options_would_silence_or_repeat_needs_force() {
    let sound =
        "name,image,match,host,expires\nOther,C:\\Apps\\o.dll,,,\nAcme*,C:\\Apps\\*.dll,glob,,2099-01-01\n";
    let inetsrv = |dll: &str| format!(r"%windir%\System32\inetsrv\{dll}");
    let (loghttp, elsewhere) = (inetsrv("loghttp.dll"), r"C:\Apps\static.dll");
    for (arguments, expected) in [
        (vec!["--name", "StaticFileModule", "--image", elsewhere], "masquerade_path, high"),
        (
            vec![
                "--name",
                "StaticFileModule",
                "--image",
                elsewhere,
                "--host",
                "web*",
                "--config-path",
                "**/Shop",
            ],
            "masquerade_path, high",
        ),
        (vec!["--name", "StatlcFileModule", "--image", r"D:\s.dll"], "lookalike, high"),
        (vec!["--name", "Acme", "--image", r"C:\Windows\Temp\a.dll"], "suspicious_location, high"),
        (vec!["--image", &loghttp, "--name", ""], "alias, high"),
        (vec!["--name", "FormsAuthentication", "--type", "Evil.Module, Evil"], "masquerade_type, high"),
        (vec!["--name", "RequestFilteringModule", "--action", "removed"], "unverified, high"),
        (
            vec!["--name", "HttpLoggingModule", "--image", &loghttp, "--precondition", "bitness32"],
            "known_good, high",
        ),
        (
            vec![
                "--name",
                "Zeta",
                "--image",
                r"%windir%\System32\*.dll",
                "--match",
                "glob",
                "--expires",
                "2099-01-01",
            ],
            "unknown, high",
        ),
        (vec!["--name", "Other", "--image", r"c:/apps/O.dll"], "[duplicate-entry] "),
        (
            vec!["--name", "Other", "--image", r"C:\Apps\o.dll", "--host", "web01"],
            "there is nothing to add: it is good already, by entry line-2",
        ),
        (
            vec!["--name", "HttpLoggingModule", "--image", &loghttp],
            "there is nothing to add: it is good already, by entry base-httploggingmodule",
        ),
        (
            vec![
                "--name",
                "Acme*",
                "--image",
                r"C:\Apps\*.dll",
                "--match",
                "glob",
                "--expires",
                "2099-01-01",
            ],
            "[duplicate-entry] ",
        ),
        (vec!["--name", "Contoso", "--image", r"D:\c.dll", "--expires", "2020-01-01"], "[expired] "),
        (
            vec!["--name", "Contoso", "--image", r"D:\c.dll", "--expires", "2020-01-01", "--effect", "deny"],
            "[expired] ",
        ),
    ] {
        let files = folder(&[("allow.csv", sound.as_bytes())]);
        let add = [&["allowlist", "add", "allow.csv"], &arguments[..]].concat();
        let error = run_in(files.path(), &add).error();
        assert!(error.contains("nothing was added") && error.contains("--force"), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
        assert_eq!(fs::read_to_string(files.path().join("allow.csv")).unwrap(), sound);
        run_in(files.path(), &[&add[..], &["--force"]].concat()).good();
        assert_ne!(fs::read_to_string(files.path().join("allow.csv")).unwrap(), sound);
    }
    for arguments in [
        vec!["--name", "Contoso", "--image", r"D:\c.dll", "--expires", "2099-01-01"],
        vec!["--name", "StaticFileModule", "--image", elsewhere, "--effect", "deny"],
        vec!["--name", "TokenCacheModule", "--action", "removed"],
        vec!["--name", "Other", "--image", r"C:\Apps\o.dll", "--host", "web01", "--effect", "deny"],
        vec!["--name", "Zeta", "--image", r"C:\Apps\*.dll", "--match", "glob", "--expires", "2099-01-01"],
    ] {
        let files = folder(&[("allow.csv", sound.as_bytes())]);
        run_in(files.path(), &[&["allowlist", "add", "allow.csv"], &arguments[..]].concat()).good();
    }
}

/// What is trusted from now on is said, that nobody looked at the file, and where else the module is.
#[test]
fn what_an_entry_trusts_is_told() {
    let list = "name,image,host,file_sha256\nContoso,D:\\c.dll,web01,\nContoso,d:\\C.dll,web02,\nContoso,D:\\c.dll,web03,\n\
                Held,D:\\h.dll,web01,HASH\nStaticFileModule,%windir%\\System32\\inetsrv\\static.dll,web01,\n";
    let hash = "0123456789abcdef".repeat(4);
    let files = folder(&[("list.csv", list.replace("HASH", &hash).as_bytes())]);
    let scan = run_in(files.path(), &["scan", "--format", "json", "list.csv"]).good();
    fs::write(files.path().join("scan.json"), &scan).unwrap();
    let json: serde_json::Value = serde_json::from_str(&scan).unwrap();
    let id = |name: &str, host: &str| {
        let mut findings = json["findings"].as_array().unwrap().iter();
        let found =
            findings.find(|finding| finding["iis_module_name"] == name && finding["iis_host"] == host);
        found.unwrap()["iis_finding_id"].as_str().unwrap()[..8].to_owned()
    };
    let add = |id: &str, more: &[&str]| {
        let own = ["allowlist", "add", "allow.csv", "--from", "scan.json", "--finding", id];
        run_in(files.path(), &[&own[..], more].concat())
    };
    let told = add(&id("Contoso", "web02"), &[]).good();
    let others = format!("web01 ({}), web03 ({})", id("Contoso", "web01"), id("Contoso", "web03"));
    for part in [
        "trusts from now on: Contoso with image d:\\C.dll, whatever file has it; on host web02\n",
        "caution: nobody looked at the file; ",
        &format!(
            "not for the same module on: {others}; repeat the command with --host 'web01|web03' for them, "
        ),
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = add(&id("Contoso", "web01"), &["--host", "web01|web03"]).good();
    assert!(
        told.contains("on host web01|web03\n") && told.contains("not for the same module on: web02 ("),
        "{told}"
    );
    let told = add(&id("Held", "web01"), &[]).good();
    let seen = format!(
        "the file was seen with SHA-256 {hash}; the entry does not hold it to that (--sha256 does)\n"
    );
    assert!(told.contains(&seen) && !told.contains("caution") && !told.contains("not for"), "{told}");
    let told = add(&id("Held", "web01"), &["--host", "*", "--sha256", &hash, "--force"]).good();
    assert!(told.contains(&format!("if its file has SHA-256 {hash}; on every host\n")), "{told}");
    let error = add(&id("StaticFileModule", "web01"), &[]).error();
    assert!(
        error.contains("nothing was added: there is nothing to add: it is good already, by entry base-"),
        "{error}"
    );
    let scan = run_in(files.path(), &["scan", "--allowlist", "allow.csv", "list.csv"]).good();
    assert!(scan.starts_with("Nothing needs a decision."), "{scan}");
}
