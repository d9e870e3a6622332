//! Lists of modules that tools print on a server, and what `allowlist baseline` makes of an audit.

use std::fs;

use iismodcheck::report::write_json;
use serde_json::Value;

use super::images::report;
use crate::cli::{folder, run_in};
use crate::made::image::{BUILD, HOST, Image, dll};
use crate::made::signed::{By, signed};

const CLIXML: &str = r#"<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
  <Obj RefId="0"><TN RefId="0"><T>X</T></TN><Props><S N="Name">StaticFileModule</S><S N="Path">%windir%\System32\inetsrv\static.dll</S></Props></Obj>
  <Obj RefId="1"><TNRef RefId="0" /><Props><S N="Name">Aux_x0020_1</S><S N="Path">C:\Windows\Temp\a.dll</S><S N="PreCondition">bitness64</S><Obj N="Other" RefId="2"><Props><S N="Name">Inner</S></Props></Obj></Props></Obj>
</Objs>"#;

const APPCMD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<appcmd>
    <MODULE MODULE.NAME="StaticFileModule" type="" preCondition="" />
    <MODULE MODULE.NAME="Session" type="Evil.Auth, Evil" preCondition="managedHandler"><modules><add name="Session" type="Evil.Auth, Evil" /></modules></MODULE>
    <MODULE MODULE.NAME="Aux"><globalModules><add name="Aux" image="C:\Windows\Temp\a.dll" preCondition="bitness64" /></globalModules></MODULE>
</appcmd>"#;

/// Each row: what a list is, its text, and of each finding its name, verdict and line.
const LISTS: &[(&str, &str, &[&str])] = &[
    (
        "appcmd list module",
        "MODULE \"StaticFileModule\" ( native, preCondition: )\r\nMODULE \"Session\" ( type:Evil.Auth, Evil, preCondition:managedHandler )\r\nMODULE \"ScriptModule-4.0\" ( type:System.Web.Handlers.ScriptModule, System.Web.Extensions, Version=4.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35, preCondition:managedHandler,runtimeVersionv4.0 )\r\n",
        &["ScriptModule-4.0 known_good 3", "Session masquerade_type 2", "StaticFileModule unverified 1"],
    ),
    (
        "appcmd list module /config /xml",
        APPCMD,
        &["Aux suspicious_location 5", "Session masquerade_type 4", "StaticFileModule unverified 3"],
    ),
    (
        "Get-WebGlobalModule",
        "\r\n\r\nName         : StaticFileModule\r\nImage        : %windir%\\System32\\inetsrv\\\r\n               static.dll\r\nPreCondition : \r\n\r\nName         : Aux\r\nImage        : C:\\Windows\\Temp\\a.dll\r\nPreCondition : bitness64\r\n",
        &["Aux suspicious_location 8", "StaticFileModule known_good 3"],
    ),
    (
        "Get-WebGlobalModule | Export-Csv",
        "#TYPE Microsoft.IIs.PowerShell.Framework.ConfigurationElement\r\n\"Name\",\"Image\",\"PreCondition\"\r\n\"StaticFileModule\",\"%windir%\\System32\\inetsrv\\static.dll\",\"\"\r\n\"Aux\",\"C:\\Windows\\Temp\\a.dll\",\"bitness64\"\r\n",
        &["Aux suspicious_location 4", "StaticFileModule known_good 3"],
    ),
    ("with semicolons", "name;image\nAux;C:\\Windows\\Temp\\a.dll\n", &["Aux suspicious_location 2"]),
    (
        "Get-WebGlobalModule | Export-Clixml",
        CLIXML,
        &["Aux 1 suspicious_location 3", "StaticFileModule known_good 2"],
    ),
];

#[test]
fn each_list_is_told_by_its_content() {
    for (what, text, expected) in LISTS {
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [text.as_bytes().to_vec(), [b"\xEF\xBB\xBF", text.as_bytes()].concat(), utf16] {
            let files = folder(&[("list", &bytes)]);
            let run = run_in(files.path(), &["audit", "list", "--host", "web01", "--format", "json"]);
            let found: Value = serde_json::from_str(&run.good()).unwrap();
            let brief = |finding: &Value| {
                let text = |name: &str| finding[name].as_str().unwrap().to_owned();
                format!(
                    "{} {} {}",
                    text("iis_module_name"),
                    text("iis_module_verdict"),
                    finding["origins"][0]["line"]
                )
            };
            let mut told: Vec<String> = found["findings"].as_array().unwrap().iter().map(brief).collect();
            told.sort();
            assert_eq!(told, *expected, "{what}");
        }
    }
}

/// What of a list is not understood is told with its line, and the rest of it is read. Each row: the list, the line that is told (0
/// for none), and how many modules are found.
#[test]
fn what_is_not_understood_of_a_list_is_told() {
    let objects =
        |second: &str| format!("<Objs>\n<Obj><Props><S N=\"Name\">A</S></Props></Obj>\n{second}\n</Objs>");
    for (text, line, modules) in [
        ("MODULE \"A\" ( native, preCondition: )\nMODULE \"B\" ( type:T.B, preC", 2, 2),
        ("MODULE \"A\" ( native, preCondition: )\nMODULE \"B", 2, 1),
        ("MODULE \"A\" ( native, preCondition: )\nC:\\>\nMODULE \"B\" ( native, preCondition: )\n", 2, 2),
        ("MODULE \"A\" ( native, preCondition: )\n\n", 0, 1),
        ("name,image\nA,C:\\a.dll\nB\n", 3, 2),
        ("name,image\nA,C:\\a.dll\nB,\"C:\\b.dl", 3, 2),
        ("name,image\nA,C:\\a.dll\n,\n\"B\",\"C:\\b.dll\"\n", 0, 2),
        (&objects("<Obj><Props><S N=\"Id\">7</S></Props></Obj>"), 3, 1),
        (&objects("<Obj><Props><S N=\"Name\">B</S></Props></Obj>"), 0, 2),
        ("<appcmd>\n<MODULE MODULE.NAME=\"A\"/>\n<SITE SITE.NAME=\"B\"/>\n</appcmd>", 3, 1),
    ] {
        let files = folder(&[("list", text.as_bytes())]);
        let run = run_in(files.path(), &["audit", "list", "--format", "json"]);
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        let problems = found["problems"].as_array().unwrap().iter();
        let told: Vec<u64> = problems
            .filter(|problem| problem["what"].as_str().unwrap().contains("print the list again"))
            .map(|problem| problem["origin"]["line"].as_u64().unwrap())
            .collect();
        let expected: Vec<u64> = Some(line).filter(|line| *line > 0).into_iter().collect();
        assert_eq!(told, expected, "{text}: {}", found["problems"]);
        assert_eq!(found["findings"].as_array().unwrap().len(), modules, "{text}");
        assert_eq!(run.code, Some(if line > 0 { 2 } else { 0 }), "{text}: {}", run.stderr);
    }
}

#[test]
fn what_is_no_list_is_told() {
    for (text, expected) in [
        ("<appcmd></appcmd>", "without any module"),
        ("<Objs><Obj RefId=\"0\"><Props><S N=\"Id\">29</S></Props></Obj></Objs>", "without any module"),
        ("MODULE \"X", "without any module"),
        ("name,image\n", "without any module"),
        ("time,host\n1,2\n", "it is no sound XML"),
        ("", "it is empty"),
    ] {
        let files = folder(&[("list", text.as_bytes())]);
        let run = run_in(files.path(), &["audit", "list"]);
        assert!(run.code == Some(2) && run.stderr.contains(expected), "{text}: {run:?}");
    }
}

#[test]
fn a_baseline_of_an_audit_names_files_and_signers() {
    let image = Image::new();
    for path in ["Program Files/Agent/agent.dll", "Program Files (x86)/Agent/agent.dll"] {
        image.put(path, &signed(&dll(path, BUILD, &["RegisterModule"], "own"), By::Vendor));
    }
    image.put("Agent/plain.dll", &dll("plain.dll", BUILD, &["RegisterModule"], "own"));
    let own = r#"<globalModules>
<add name="Agent" image="%ProgramFiles%\Agent\agent.dll" />
<add name="Plain" image="C:\Agent\plain.dll" preCondition="bitness64" />"#;
    image.edit(HOST, "<globalModules>", own);
    let mut json = Vec::new();
    write_json(&mut json, &report(&image)).unwrap();
    let files = folder(&[("audit.json", &json)]);
    let run = |arguments: &[&str]| {
        run_in(files.path(), &[&["allowlist", "baseline", "audit.json"], arguments].concat())
    };
    let cells = |text: &str| -> Vec<[String; 3]> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let at = |name: &str| names.iter().position(|own| own == name).unwrap();
        let columns = ["name", "sha256", "signer_sha256"].map(at);
        reader.records().map(|row| columns.map(|column| row.as_ref().unwrap()[column].to_owned())).collect()
    };
    let plain = cells(&run(&[]).stdout);
    assert_eq!(plain, [["Agent", "", ""], ["Plain", "", ""]]);
    // Both files of an entry are vouched for.
    let hashes = cells(&run(&["--hashes"]).stdout);
    assert_eq!(
        hashes.iter().map(|[name, hash, _]| (name.as_str(), hash.len())).collect::<Vec<_>>(),
        [("Agent", 129), ("Plain", 64)]
    );
    let signers = run(&["--signers"]);
    assert_eq!(
        cells(&signers.stdout)
            .iter()
            .map(|[name, _, signer]| (name.as_str(), signer.len()))
            .collect::<Vec<_>>(),
        [("Agent", 64)]
    );
    assert!(signers.stderr.contains("left out: Plain"), "{}", signers.stderr);
    // What is proposed is in force, and another file is not.
    fs::write(files.path().join("allow.csv"), run(&["--hashes"]).stdout).unwrap();
    assert_eq!(run_in(files.path(), &["allowlist", "check", "allow.csv"]).code, Some(0));
}
