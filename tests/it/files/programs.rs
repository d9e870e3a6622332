//! What a program is, what it exports to IIS, what it says of itself, and what it is to .NET.

use iismodcheck::file::clr::Assembly;
use iismodcheck::file::pe::{Facts, Machine};

use super::support::{IN_TIME, bytes, contents, read, set_u32, u32_at};

fn facts(name: &str) -> Facts {
    contents(&read(name), IN_TIME).program.unwrap().unwrap().facts
}

fn entry_points(name: &str) -> Vec<(&'static str, Option<String>)> {
    facts(name).entry_points.unwrap().into_iter().map(|point| (point.name, point.forwarded_to)).collect()
}

#[test]
fn entry_points_are_told_by_their_exact_names() {
    let of_module = [("GetExtensionVersion", None), ("HttpExtensionProc", None), ("RegisterModule", None)];
    assert_eq!(entry_points("unsigned.dll"), of_module);
    // `registermodule` is none, and a function that lies elsewhere is told.
    let of_filter = [("GetFilterVersion", None), ("HttpFilterProc", Some("other.RealProc".to_owned()))];
    assert_eq!(entry_points("filter32.dll"), of_filter);
    assert_eq!(entry_points("arm64.dll"), []);
}

#[test]
fn the_machine_is_told() {
    for (name, machine) in
        [("unsigned.dll", Machine::X64), ("filter32.dll", Machine::X86), ("arm64.dll", Machine::Arm64)]
    {
        let facts = facts(name);
        assert_eq!((facts.machine, facts.is_dll), (machine, true), "{name}");
    }
}

/// The hashes are pefile's. `OLEAUT32.dll` 2 and `WS2_32.dll` 1 have names, `OLEAUT32.dll` 999 has none.
#[test]
fn the_imphash_is_that_of_the_field() {
    for (name, hash) in [
        ("unsigned.dll", "19de2ff546ea74ba88db9367c1d94cd0"),
        ("filter32.dll", "1de4713ccb665fff4b731e9c30bb8ea8"),
        ("starter.dll", "dae02f32a21e03ce65412f6e56942daa"),
    ] {
        assert_eq!(facts(name).imphash.unwrap().unwrap().as_slice(), bytes(hash), "{name}");
    }
    assert_eq!(facts("arm64.dll").imphash, Ok(None));
}

#[test]
fn version_strings_are_told_as_written() {
    let version = facts("unsigned.dll").version.unwrap().unwrap();
    assert_eq!(version.file_version, Some([10, 0, 20348, 1]));
    assert_eq!(version.original_name.as_deref(), Some("Module.DLL"));
    assert_eq!(version.file_version_text.as_deref(), Some("10.0.20348.1 (x)"));
    assert_eq!(version.product_version.as_deref(), Some("10.0.20348.1"));
    assert_eq!(version.company.as_deref(), Some("Example"));
    let version = facts("filter32.dll").version.unwrap().unwrap();
    assert_eq!((version.company.as_deref(), version.original_name), (Some("Example"), None));
}

fn assembly(name: &str) -> Option<Assembly> {
    facts(name).assembly.unwrap()
}

#[test]
fn an_assembly_that_registers_modules_by_itself_is_told() {
    let found = assembly("starter.dll").unwrap();
    let identity = found.identity.unwrap().to_string();
    let token = String::from_utf8(read("starter.token")).unwrap();
    assert_eq!(
        identity,
        format!("starter, Version=1.2.3.4, Culture=neutral, PublicKeyToken={}", token.trim())
    );
    let starts: Vec<_> =
        found.start_methods.iter().map(|start| (start.type_name.as_str(), start.method.as_str())).collect();
    assert_eq!(starts, [("Example.Start", "Now"), ("Example.Start", "Later")]);
    let codes: Vec<_> = found.registers_by.iter().map(|reference| reference.code()).collect();
    assert_eq!(codes, ["HttpApplication.RegisterModule", "DynamicModuleUtility.RegisterModule"]);
}

#[test]
fn a_function_of_the_same_name_in_a_type_of_its_own_registers_nothing() {
    let found = assembly("own.dll").unwrap();
    assert_eq!(found.identity.unwrap().public_key_token, None);
    assert_eq!((found.start_methods.len(), found.registers_by.len()), (0, 0));
    assert_eq!(assembly("unsigned.dll"), None);
}

#[test]
fn what_begins_as_a_program_and_is_none_is_told() {
    assert_eq!(contents(b"<configuration/>", IN_TIME).program, Ok(None));
    assert_eq!(contents(b"", IN_TIME).program, Ok(None));
    let fault = contents(&[b"MZ".as_slice(), &[0; 100]].concat(), IN_TIME).program.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "the headers of the PE file: it begins as a program and is no PE file, at byte 0"
    );
}

#[test]
fn a_part_that_cannot_be_read_hides_no_other() {
    let mut file = read("unsigned.dll");
    let directories = u32_at(&file, 0x3C) + 24 + 112;
    set_u32(&mut file, directories, 0x00FF_0000);
    let facts = contents(&file, IN_TIME).program.unwrap().unwrap().facts;
    let fault = facts.entry_points.unwrap_err().to_string();
    assert!(fault.starts_with("the export table: no section holds it"), "{fault}");
    assert!(facts.version.is_ok() && facts.imphash.is_ok());
}
