//! `allowlist add`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{folder, run_in};

fn read(folder: &TempDir, name: &str) -> String {
    String::from_utf8(fs::read(folder.path().join(name)).unwrap()).unwrap()
}

fn files_of(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The verdict on a module by the allowlist in `allow.csv`.
fn verdict(folder: &TempDir, name: &str, image: &str) -> String {
    let list = format!("name,image,host,_time\n{name},{image},web01,2026-03-02T00:00:00Z\n");
    fs::write(folder.path().join("list.csv"), list).unwrap();
    let arguments = ["scan", "--format", "json", "--allowlist", "allow.csv", "list.csv"];
    let json: Value = serde_json::from_str(&run_in(folder.path(), &arguments).good()).unwrap();
    json["findings"][0]["iis_module_verdict"].as_str().unwrap().to_owned()
}

#[test]
fn an_entry_from_options() {
    let before = [
        "name,image,owner,expires\nOther,D:\\other.dll,ops,2026-12-31\n",
        "\u{feff}\"owner\",\"name\",\"our own\",\"image\",\"expires\"\r\n\"ops\",\"Other\",\"x, y\",\"D:\\other.dll\",\"\"\r\n",
        "name,image,owner,expires\n# a,b,c,\nOther,D:\\other.dll,ops,2026-12-31",
    ];
    for text in before {
        let files = folder(&[("allow.csv", text.as_bytes())]);
        assert_eq!(verdict(&files, "Contoso", r"D:\contoso.dll"), "unknown");
        let arguments = [
            "allowlist",
            "add",
            "allow.csv",
            "--name",
            "Contoso",
            "--image",
            r"D:\contoso.dll",
            "--owner",
            "web, team",
        ];
        let told = run_in(files.path(), &arguments).good();
        assert!(told.starts_with("allow.csv: added\n") && told.contains("web, team"), "{told}");
        let after = read(&files, "allow.csv");
        assert!(after.starts_with(text), "every byte before stays: {after:?}");
        assert_eq!(verdict(&files, "Contoso", r"D:\contoso.dll"), "allowed");
        assert_eq!(files_of(files.path()), ["allow.csv", "list.csv"], "nothing is left beside it");
    }
}

#[test]
fn a_file_that_is_not_there_is_created() {
    let files = folder(&[]);
    let arguments = ["allowlist", "add", "allow.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"];
    run_in(files.path(), &arguments).good();
    let text = read(&files, "allow.csv");
    assert!(
        text.starts_with(
            "id,enabled,effect,kind,name,image,type,match,precondition,host,config_path,action,"
        ),
        "{text}"
    );
    assert_eq!(verdict(&files, "Contoso", r"D:\contoso.dll"), "allowed");
    let check = run_in(files.path(), &["allowlist", "check", "allow.csv"]);
    assert_eq!(check.code, Some(0), "{}", check.stdout);
}

#[test]
fn an_entry_from_a_finding() {
    let files = folder(&[(
        "list.csv",
        b"name,image,host,_time\nContoso,D:\\contoso.dll,WEB01,2026-03-02T00:00:00Z\n",
    )]);
    let scan = run_in(files.path(), &["scan", "--format", "json", "list.csv"]).good();
    fs::write(files.path().join("scan.json"), &scan).unwrap();
    let json: Value = serde_json::from_str(&scan).unwrap();
    let id = json["findings"][0]["iis_finding_id"].as_str().unwrap();
    let arguments = [
        "allowlist",
        "add",
        "allow.csv",
        "--finding",
        id,
        "--from",
        "scan.json",
        "--expires",
        "2026-12-31",
        "--reason",
        "CHG1",
    ];
    run_in(files.path(), &arguments).good();
    assert_eq!(
        read(&files, "allow.csv").lines().last(),
        Some(
            r"line-2,,,native,Contoso,D:\contoso.dll,,,,web01,,,,2026-12-31,,,CHG1,,"
                .trim_start_matches("line-2")
        )
    );
    assert_eq!(verdict(&files, "Contoso", r"D:\contoso.dll"), "allowed");
    let unknown = ["allowlist", "add", "allow.csv", "--finding", "0123", "--from", "scan.json"];
    let error = run_in(files.path(), &unknown).error();
    assert!(
        error.contains("scan.json: there is no finding 0123; its findings: ") && error.contains(&id[..8]),
        "{error}"
    );
}

/// The workflow of the README, on its file of two columns.
#[test]
fn columns_that_the_file_lacks_are_added() {
    let before = "name,image\r\nOther,D:\\other.dll\r\n";
    let files = folder(&[
        ("allow.csv", before.as_bytes()),
        ("list.csv", b"name,image,host,_time\nContoso,D:\\contoso.dll,WEB01,2026-03-02T00:00:00Z\n"),
    ]);
    let scan = run_in(files.path(), &["scan", "--format", "json", "list.csv"]).good();
    fs::write(files.path().join("scan.json"), &scan).unwrap();
    let id = finding_id(&scan, "Contoso");
    let finding = ["allowlist", "add", "allow.csv", "--finding", &id, "--from", "scan.json"];
    let more = ["--host", "web*", "--owner", "web-team", "--reason", "Acme 4.2 roll-out"];
    let told = run_in(files.path(), &[&finding[..], &more[..]].concat()).good();
    assert!(told.contains("silences: unknown, medium\n"), "{told}");
    assert!(told.contains("columns that the file lacked: kind, host, owner, reason\n"), "{told}");
    assert_eq!(
        read(&files, "allow.csv"),
        "name,image,kind,host,owner,reason\r\nOther,D:\\other.dll,,,,\r\n\
         Contoso,D:\\contoso.dll,native,web*,web-team,Acme 4.2 roll-out\r\n"
    );
    assert_eq!(verdict(&files, "Contoso", r"D:\contoso.dll"), "allowed");
    assert_eq!(verdict(&files, "Other", r"D:\other.dll"), "allowed");
}

#[test]
fn what_is_rated_high_is_not_silenced_by_mistake() {
    let list = b"name,image,host,_time\nStaticFileModule,D:\\static.dll,web01,2026-03-02T00:00:00Z\n\
        HttpHelper,C:\\ProgramData\\h.dll,web01,2026-03-02T00:00:00Z\n,D:\\noname.dll,web01,2026-03-02T00:00:00Z\n";
    let files = folder(&[("list.csv", list), ("allow.csv", b"name,image\n")]);
    let scan = run_in(files.path(), &["scan", "--format", "json", "list.csv"]).good();
    fs::write(files.path().join("scan.json"), &scan).unwrap();
    let id = finding_id(&scan, "StaticFileModule");
    let add = ["allowlist", "add", "allow.csv", "--from", "scan.json", "--finding", &id];
    let error = run_in(files.path(), &add).error();
    assert!(
        error.contains("silence a finding with verdict and severity masquerade_path, high")
            && error.contains("--force"),
        "{error}"
    );
    assert_eq!(read(&files, "allow.csv"), "name,image\n");
    // To deny it silences nothing.
    run_in(files.path(), &[&add[..], &["--effect", "deny"]].concat()).good();
    let told = run_in(files.path(), &[&add[..], &["--force"]].concat()).good();
    assert!(told.contains("silences: masquerade_path, high\n"), "{told}");
    assert!(told.contains("warning: [other-image-of-known-name] "), "{told}");
    let id = finding_id(&scan, "");
    let error =
        run_in(files.path(), &["allowlist", "add", "allow.csv", "--from", "scan.json", "--finding", &id]);
    let error = error.error();
    assert!(error.contains("names no module") || error.contains("cannot be read"), "{error}");
}

/// The id of the first finding about a module.
fn finding_id(scan: &str, name: &str) -> String {
    let json: Value = serde_json::from_str(scan).unwrap();
    let findings = json["findings"].as_array().unwrap().clone();
    let is_of = |finding: &&Value| finding["iis_module_name"].as_str().unwrap_or_default() == name;
    let found = findings.iter().find(is_of).unwrap();
    found["iis_finding_id"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn additions_at_one_time_are_all_there() {
    // No two that are near each other: one would be a look-alike of the other.
    let names = [
        "Amber", "Birch", "Cedar", "Dune", "Quartz", "Fjord", "Garnet", "Harbour", "Island", "Jasper",
        "Kestrel", "Lagoon", "Meadow", "Nimbus", "Orchid", "Pebble",
    ];
    let files = folder(&[("allow.csv", b"name,image\n")]);
    let path = files.path();
    std::thread::scope(|scope| {
        for name in names {
            scope.spawn(move || {
                let image = format!(r"D:\{name}.dll");
                run_in(path, &["allowlist", "add", "allow.csv", "--name", name, "--image", &image]).good();
            });
        }
    });
    assert_eq!(read(&files, "allow.csv").lines().count(), 17);
    assert_eq!(files_of(files.path()), ["allow.csv"]);
}

/// What a killed addition leaves behind stops nobody, however old it is.
#[test]
fn a_lock_that_was_left() {
    for age in [0, 5, 60] {
        let files = folder(&[("allow.csv", b"name,image\n"), ("allow.csv.lock", b"")]);
        let lock = fs::File::options().write(true).open(files.path().join("allow.csv.lock")).unwrap();
        lock.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
        // Windows lets nobody hold what is open elsewhere.
        drop(lock);
        let arguments = ["allowlist", "add", "allow.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"];
        run_in(files.path(), &arguments).good();
        assert_eq!(files_of(files.path()), ["allow.csv"]);
    }
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_held_is_waited_for() {
    let files = folder(&[("allow.csv", b"name,image\n"), ("allow.csv.lock", b"")]);
    let lock = fs::File::options().write(true).open(files.path().join("allow.csv.lock")).unwrap();
    lock.lock().unwrap();
    std::thread::scope(|scope| {
        let arguments = ["allowlist", "add", "allow.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"];
        let path = files.path();
        let adding = scope.spawn(move || run_in(path, &arguments).good());
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert_eq!(read(&files, "allow.csv"), "name,image\n");
        lock.unlock().unwrap();
        adding.join().unwrap();
    });
    assert!(read(&files, "allow.csv").contains("Contoso"));
    assert_eq!(files_of(files.path()), ["allow.csv"]);
}

/// A finding without image and type would allow any DLL under its name; a removal is another matter.
#[test]
fn findings_that_show_no_image() {
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/iis-operational.csv");
    let files = folder(&[]);
    let scan = run_in(files.path(), &["scan", "--format", "json", export.to_str().unwrap()]).good();
    fs::write(files.path().join("scan.json"), &scan).unwrap();
    let json: Value = serde_json::from_str(&scan).unwrap();
    let find = |name: &str, action: &str| {
        let findings = json["findings"].as_array().unwrap().iter();
        let mut found = findings.filter(|f| f["iis_module_name"] == name && f["iis_module_action"] == action);
        found.next().unwrap()["iis_finding_id"].as_str().unwrap().to_owned()
    };
    let unseen = find("ReportFilterModule", "added");
    let error =
        run_in(files.path(), &["allowlist", "add", "allow.csv", "--finding", &unseen, "--from", "scan.json"])
            .error();
    assert!(error.contains("shows no image and no type"), "{error}");
    assert_eq!(files_of(files.path()), ["scan.json"], "nothing is written");
    let removed = find("WindowsAuthentication", "removed");
    run_in(files.path(), &["allowlist", "add", "allow.csv", "--finding", &removed, "--from", "scan.json"])
        .good();
    let text = read(&files, "allow.csv");
    assert!(
        text.lines().last().unwrap().contains(",WindowsAuthentication,,,,,shop01.corp.example,,removed,"),
        "{text}"
    );
}

#[test]
fn what_would_not_be_sound_is_not_added() {
    let sound = "name,image\nA,D:\\a.dll\n";
    let broken = "name,image\nA\n";
    let files = folder(&[
        ("allow.csv", sound.as_bytes()),
        ("broken.csv", broken.as_bytes()),
        ("latin.csv", b"name,image\nA\xe4,D:\\a.dll\n"),
        ("scan.txt", b"not json"),
        ("other.json", b"{}"),
    ]);
    let contoso = ["--name", "Contoso", "--image", r"D:\contoso.dll"];
    let cases: [(&str, Vec<&str>, &str); 12] = [
        ("allow.csv", vec!["--name", "Contoso"], "nothing was added: --image: expected the path of the DLL"),
        ("allow.csv", vec!["--name", "", "--image", ""], "the new entry is empty"),
        (
            "allow.csv",
            [&contoso[..], &["--expires", "soon"]].concat(),
            "--expires: expected an ISO 8601 date or time, such as 2026-12-31 or 2026-12-31T18:00Z (UTC unless a zone is \
             written), found `soon`; write the date",
        ),
        (
            "new.csv",
            [&contoso[..], &["--match", "regex"]].concat(),
            "new.csv: nothing was added: --match: expected one of exact",
        ),
        ("new.csv", [&contoso[..], &["--config-path", "|"]].concat(), "--config-path: expected a pattern"),
        (
            "allow.csv",
            vec!["--name", "modrpflt", "--image", r"D:\x.dll"],
            "nothing was added: [allows-threat] ",
        ),
        (
            "allow.csv",
            vec!["--name", "*", "--image", "*", "--match", "glob"],
            "nothing was added: [any-name-any-image] ",
        ),
        ("allow.csv", [&contoso[..], &["--id", "line-2"]].concat(), "nothing was added: [duplicate-id] "),
        (
            "broken.csv",
            contoso.to_vec(),
            "the file must be sound before an entry is added to it: broken.csv, line 2: ",
        ),
        (
            "latin.csv",
            contoso.to_vec(),
            "latin.csv, line 2, column name: byte 13 of the file is not UTF-8; save the file as UTF-8",
        ),
        (
            "allow.csv",
            vec!["--finding", "1", "--from", "scan.txt"],
            "scan.txt: not the output of `scan --format json`",
        ),
        ("allow.csv", vec!["--finding", "1", "--from", "other.json"], "it has no `findings`"),
    ];
    let before = files_of(files.path());
    for (file, arguments, expected) in cases {
        let error = run_in(files.path(), &[&["allowlist", "add", file], &arguments[..]].concat()).error();
        assert!(error.contains(expected), "{file} {arguments:?}: {error}");
    }
    assert_eq!(files_of(files.path()), before);
    assert_eq!(read(&files, "allow.csv"), sound);
    assert_eq!(read(&files, "broken.csv"), broken);
}

/// The file is replaced in one step: where that fails, it stays as it was and nothing is left beside it.
#[test]
fn a_file_that_cannot_be_written_stays_as_it_was() {
    let files = folder(&[("allow.csv", b"name,image\nA,D:\\a.dll\n")]);
    let contoso = ["--name", "Contoso", "--image", r"D:\contoso.dll"];
    let error =
        run_in(files.path(), &[&["allowlist", "add", "no/such/allow.csv"], &contoso[..]].concat()).error();
    assert!(error.starts_with("iismodcheck: no/such/allow.csv: cannot be written: "), "{error}");
    let folder_there = run_in(files.path(), &[&["allowlist", "add", "."], &contoso[..]].concat()).error();
    assert_eq!(folder_there, "iismodcheck: .: it is a folder; give the name of a CSV file");
    assert_eq!(files_of(files.path()), ["allow.csv"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let files = folder(&[("allow.csv", b"name,image\nA,D:\\a.dll\n")]);
    let locked = fs::Permissions::from_mode(0o555);
    fs::set_permissions(files.path(), locked).unwrap();
    let arguments = ["allowlist", "add", "allow.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"];
    let run = run_in(files.path(), &arguments);
    fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // Root writes everywhere.
    if run.code != Some(0) {
        let error = run.error();
        assert!(error.starts_with("iismodcheck: allow.csv cannot be written: "), "{error}");
        assert_eq!(read(&files, "allow.csv"), "name,image\nA,D:\\a.dll\n");
    }
    assert_eq!(files_of(files.path()), ["allow.csv"]);
}

#[cfg(unix)]
#[test]
fn rights_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let files = folder(&[("allow.csv", b"name,image\n")]);
    let path = files.path().join("allow.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("allow.csv", files.path().join("link.csv")).unwrap();
    let arguments = ["allowlist", "add", "link.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"];
    run_in(files.path(), &arguments).good();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(files.path().join("link.csv")).unwrap().is_symlink());
    symlink("gone.csv", files.path().join("dangling.csv")).unwrap();
    let error = run_in(
        files.path(),
        &["allowlist", "add", "dangling.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"],
    );
    let error = error.error();
    assert!(error.contains("dangling.csv: it is a link to gone.csv, which does not exist"), "{error}");
    assert!(read(&files, "allow.csv").contains("Contoso"));
}

/// What else lies in the folder is not touched, whatever its name.
#[test]
fn other_files_are_not_touched() {
    let files =
        folder(&[("allow.csv", b"name,image\n"), ("allow.csv.new", b"mine"), ("allow.csv.tmp", b"mine")]);
    let arguments = ["allowlist", "add", "allow.csv", "--name", "Contoso", "--image", r"D:\contoso.dll"];
    run_in(files.path(), &arguments).good();
    assert_eq!(read(&files, "allow.csv.new"), "mine");
    assert_eq!(read(&files, "allow.csv.tmp"), "mine");
    assert!(read(&files, "allow.csv").contains("Contoso"));
}
