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
