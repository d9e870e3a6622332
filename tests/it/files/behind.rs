//! From a registration to its file, below a folder that holds the drives of a server: images that are made here.

use std::fs;
use std::path::Path;

use iismodcheck::file::{Trust, roots};
use iismodcheck::iis::{FileFacts, Roots};
use iismodcheck::server::files::{Bits, Drives, Facts, Files};
use tempfile::TempDir;

use super::support::{IN_TIME, day, read, with_root};

const INETSRV: &str = "Windows/System32/inetsrv";
const CATALOGS: &str = "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}";
const STATIC: &str = r"%windir%\System32\inetsrv\static.dll";

fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A drive with a Windows, its catalogs, and a module in both bitnesses.
fn image() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "Windows/System32/kernel32.dll", &read("unsigned.dll"));
    put(folder.path(), &format!("{INETSRV}/Static.dll"), &read("unsigned.dll"));
    put(folder.path(), "Windows/SysWOW64/inetsrv/static.dll", &read("filter32.dll"));
    put(folder.path(), &format!("{CATALOGS}/sha256.cat"), &read("sha256.cat"));
    put(folder.path(), &format!("{CATALOGS}/without.cat"), &read("without.cat"));
    folder
}

fn look<T>(folder: &Path, what: impl FnOnce(&mut Files<'_>) -> T) -> T {
    let drives = Drives::below(folder).expect("a Windows");
    with_root(roots::OF_2010, day(IN_TIME), |trust| what(&mut Files::new(drives, Roots::default(), trust)))
}

fn of_image(folder: &Path, written: &str, bits: Bits) -> Facts {
    look(folder, |files| files.image(written, bits))
}

fn in_short(facts: &FileFacts<'_>) -> [String; 4] {
    [facts.file_status, facts.signature, facts.signer_class, facts.pe_machine].map(str::to_owned)
}

#[test]
fn a_file_of_windows_is_vouched_for_by_a_catalog() {
    let folder = image();
    let facts = of_image(folder.path(), STATIC, Bits::B64);
    let facts = facts.as_columns();
    assert_eq!(in_short(&facts), ["read", "valid", "windows", "x64"]);
    assert_eq!(facts.file, r"c:\windows\system32\inetsrv\static.dll");
    assert_eq!((facts.bits, facts.file_sha256.len(), facts.signer_sha256.len()), ("64", 64, 64));
    assert_eq!(facts.pe_entry_points, "GetExtensionVersion,HttpExtensionProc,RegisterModule");
    assert_eq!((facts.pe_original_name, facts.pe_version), ("Module.DLL", "10.0.20348.1"));
    assert_eq!((facts.windows_version, facts.older_than_in_box), ("10.0.20348.1", "no"));
    assert_eq!((facts.signature_extra_bytes, facts.update_pending), ("0", ""));
}

#[test]
fn a_32_bit_pool_loads_the_twin() {
    let folder = image();
    let facts = of_image(folder.path(), STATIC, Bits::B32);
    let facts = facts.as_columns();
    assert_eq!(in_short(&facts), ["read", "valid", "windows", "x86"]);
    assert_eq!((facts.file, facts.bits), (r"c:\windows\syswow64\inetsrv\static.dll", "32"));
    fs::remove_file(folder.path().join("Windows/SysWOW64/inetsrv/static.dll")).unwrap();
    assert_eq!(of_image(folder.path(), STATIC, Bits::B32).as_columns().file_status, "missing");
    assert_eq!(of_image(folder.path(), STATIC, Bits::B64).as_columns().file_status, "read");
}

#[test]
fn one_byte_of_a_file_of_windows_takes_its_signature() {
    let folder = image();
    let mut changed = read("unsigned.dll");
    let last = changed.len() - 1;
    changed[last] ^= 1;
    put(folder.path(), &format!("{INETSRV}/Static.dll"), &changed);
    let facts = of_image(folder.path(), STATIC, Bits::B64);
    assert_eq!(in_short(&facts.as_columns()), ["read", "none", "none", "x64"]);
}

#[test]
fn without_catalogs_nobody_is_accused() {
    let folder = image();
    fs::remove_dir_all(folder.path().join("Windows/System32/CatRoot")).unwrap();
    let facts = of_image(folder.path(), STATIC, Bits::B64);
    assert_eq!(in_short(&facts.as_columns()), ["read", "not_checked", "none", "x64"]);
    // What has a signature of its own is checked all the same.
    put(folder.path(), "Apps/a.dll", &read("product.dll"));
    let facts = of_image(folder.path(), r"C:\Apps\a.dll", Bits::B64);
    assert_eq!(in_short(&facts.as_columns()), ["read", "valid", "microsoft", "x64"]);
}

#[test]
fn a_catalog_of_ones_own_vouches_for_nothing_and_excuses_nothing() {
    let folder = image();
    fs::remove_file(folder.path().join(CATALOGS).join("sha256.cat")).unwrap();
    for own in ["fake.cat", "no_attributes.cat"] {
        put(folder.path(), &format!("{CATALOGS}/own.cat"), &read(own));
        let facts = of_image(folder.path(), STATIC, Bits::B64);
        let class = facts.as_columns().signer_class.to_owned();
        assert_eq!((facts.as_columns().signature == "valid", class.as_str()), (false, "other"), "{own}");
    }
    put(folder.path(), &format!("{CATALOGS}/own.cat"), b"no catalog");
    look(folder.path(), |files| {
        assert_eq!((files.catalogs().count(), files.catalogs().broken), (2, 1));
        assert_eq!(files.image(STATIC, Bits::B64).as_columns().signature, "none");
    });
}

#[test]
fn what_was_not_read_is_told_as_what_it_is() {
    let folder = image();
    put(folder.path(), "Apps/text.dll", b"MZ and no more");
    fs::create_dir_all(folder.path().join("Apps/folder.dll")).unwrap();
    let large = fs::File::create(folder.path().join("Apps/large.dll")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    for (image, expected) in [
        (r"C:\Apps\none.dll", ["missing", ""]),
        (r"C:\Apps\text.dll", ["read", "none"]),
        (r"C:\Apps\folder.dll", ["not_resolved", ""]),
        (r"C:\Apps\large.dll", ["too_large", ""]),
        (r"D:\Apps\a.dll", ["not_collected", ""]),
        (r"\\server\share\a.dll", ["not_resolved", ""]),
        (r"\\?\C:\Windows\System32\inetsrv\static.dll", ["not_resolved", ""]),
        ("static.dll", ["not_resolved", ""]),
        (r"%EVIL%\a.dll", ["not_resolved", ""]),
        (r"C:\Apps\..\Windows\System32\inetsrv\static", ["read", "x64"]),
    ] {
        let facts = of_image(folder.path(), image, Bits::B64);
        let facts = facts.as_columns();
        assert_eq!([facts.file_status, facts.pe_machine], expected, "{image}");
    }
}

#[test]
fn an_update_that_waits_is_told() {
    let folder = image();
    put(folder.path(), "Windows/WinSxS/Manifests/x.manifest", b"");
    assert_eq!(of_image(folder.path(), STATIC, Bits::B64).as_columns().update_pending, "no");
    put(folder.path(), "Windows/WinSxS/pending.xml", b"<PendingTransaction/>");
    assert_eq!(of_image(folder.path(), STATIC, Bits::B64).as_columns().update_pending, "yes");
}

#[test]
fn a_type_is_followed_to_its_assembly() {
    const KEY: &str = "b03f5f7f11d50a3a";
    let folder = image();
    let cache = "Windows/Microsoft.NET/assembly/GAC_64/System.Web";
    for version in ["v4.0_4.0.0.0", "v4.0_4.0.10.0"] {
        put(folder.path(), &format!("{cache}/{version}__{KEY}/System.Web.dll"), &read("starter.dll"));
    }
    put(folder.path(), &format!("Windows/assembly/GAC_32/System.Web/2.0.0.0__{KEY}/System.Web.dll"), b"x");
    put(folder.path(), "Sites/Shop/bin/Acme.Web.dll", &read("starter.dll"));
    let gac = |version: &str| {
        format!(r"C:\Windows\Microsoft.NET\assembly\GAC_64\system.web\v4.0_{version}__{KEY}\system.web.dll")
    };
    let of_2 = format!(r"C:\Windows\assembly\GAC_32\system.web\2.0.0.0__{KEY}\system.web.dll");
    let named =
        |version: &str| format!("T, System.Web, Version={version}, Culture=neutral, PublicKeyToken={KEY}");
    for (written, bits, expected) in [
        (named("4.0.0.0"), Bits::B64, gac("4.0.0.0")),
        (format!("T, System.Web, PublicKeyToken={KEY}"), Bits::B64, gac("4.0.10.0")),
        ("System.Web.Security.FormsAuthenticationModule".to_owned(), Bits::B64, gac("4.0.10.0")),
        (named("2.0.0.0"), Bits::B32, of_2),
        (named("2.0.0.0"), Bits::B64, String::new()),
        ("Acme.M, Acme.Web".to_owned(), Bits::B64, r"C:\Sites\Shop\bin\acme.web.dll".to_owned()),
        ("Acme.M, Other".to_owned(), Bits::B64, String::new()),
        (r"Acme.M, ..\Acme.Web".to_owned(), Bits::B64, String::new()),
    ] {
        let facts = look(folder.path(), |files| files.managed(&written, Some(r"C:\Sites\Shop\bin\"), bits));
        let facts = facts.as_columns();
        assert_eq!(facts.file, expected, "{written}");
        assert_eq!(facts.file_status, if expected.is_empty() { "not_resolved" } else { "read" }, "{written}");
    }
    let facts = look(folder.path(), |files| files.managed("Acme.M, Acme.Web", None, Bits::B64));
    assert_eq!(facts.as_columns().file_status, "not_resolved");
}

#[test]
fn time_is_that_of_the_check_where_nobody_stamped() {
    let folder = image();
    let drives = Drives::below(folder.path()).unwrap();
    let mut files = Files::new(drives, Roots::default(), Trust::microsoft(day(IN_TIME)));
    // Below the real roots the example's own root is no one's.
    let facts = files.image(STATIC, Bits::B64);
    assert_eq!(in_short(&facts.as_columns()), ["read", "root_not_known", "other", "x64"]);
}
