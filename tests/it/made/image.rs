//! A server as an image of its drive: what Windows and IIS put there, with the files behind every name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use tempfile::TempDir;

use super::pe::{Dll, X64, X86};
use super::signed::{By, catalog, signed};

/// The build of Windows.
pub const BUILD: [u16; 4] = [10, 0, 20348, 2340];
const CATALOGS: &str = "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}";
pub const HOST: &str = "Windows/System32/inetsrv/config/applicationHost.config";
/// When its configuration was written: 2024-06-30T12:00:00Z.
pub const WRITTEN: u64 = 1_719_748_800;
/// The folder of the assemblies of .NET 4.
pub const CACHE: &str = "Windows/Microsoft.NET/assembly";

/// An image. Its files can be changed before it is read.
pub struct Image {
    folder: TempDir,
    /// What the catalog of Windows holds.
    of_windows: BTreeMap<String, Vec<u8>>,
}

/// What the baseline lists: name, image, type, preCondition and signers.
struct Listed {
    name: String,
    image: String,
    type_name: String,
    precondition: String,
    signer: String,
}

/// The first row of each name of the baseline that has this kind.
fn listed(kind: &str) -> Vec<Listed> {
    let table = include_str!("../../../splunk_app/lookups/iis_module_baseline.csv");
    let mut names = BTreeSet::new();
    let mut rows = Vec::new();
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.unwrap();
        let [_, pack, own, name, image, type_name, precondition, _, _, signer, _] =
            std::array::from_fn(|column| row[column].to_owned());
        if pack.is_empty() && own == kind && names.insert(name.clone()) {
            rows.push(Listed { name, image, type_name, precondition, signer });
        }
    }
    rows
}

/// The path below the drive.
fn below(path: &str) -> String {
    let plain = path
        .replace("%windir%", "Windows")
        .replace("%ProgramFiles(x86)%", "Program Files (x86)")
        .replace("%ProgramFiles%", "Program Files");
    plain.trim_start_matches(r"C:\").replace('\\', "/")
}

/// The file that a 32-bit process loads for a path.
fn twin(path: &str) -> String {
    path.replace("Windows/System32/", "Windows/SysWOW64/").replace("Program Files/", "Program Files (x86)/")
}

fn is_of_32_bit(path: &str) -> bool {
    ["SysWOW64/", "Program Files (x86)/", "/Framework/", "GAC_32/"].iter().any(|part| path.contains(part))
}

/// A DLL with this path, as one of Windows of this build.
pub fn dll(path: &str, version: [u16; 4], exports: &[&str], code: &str) -> Vec<u8> {
    let name = path.rsplit('/').next().unwrap();
    let machine = if is_of_32_bit(path) { X86 } else { X64 };
    Dll { machine, name, version, exports, code: format!("{path} {code}").as_bytes() }.bytes()
}

impl Image {
    /// A quiet server.
    pub fn new() -> Self {
        let mut image = Self { folder: TempDir::new().unwrap(), of_windows: BTreeMap::new() };
        for path in ["ntoskrnl.exe", "kernel32.dll", "ntdll.dll"] {
            image.windows(&format!("Windows/System32/{path}"), &[]);
        }
        image.put("Windows/WinSxS/Manifests/x.manifest", b"");
        for row in listed("native") {
            image.library(&row, &["RegisterModule"]);
        }
        for row in listed("isapi_filter") {
            image.library(&row, &["GetFilterVersion", "HttpFilterProc"]);
        }
        for name in ["gzip.dll", "asp.dll", "nativerd.dll", "w3wp.exe"] {
            image.both(&format!("Windows/System32/inetsrv/{name}"), "windows", &[]);
        }
        image.windows("Windows/System32/rpcproxy/rpcproxyshim.dll", &[]);
        for bits in ["Framework", "Framework64"] {
            for name in ["aspnet_isapi.dll", "webengine4.dll"] {
                let exports = ["RegisterModule", "GetExtensionVersion", "HttpExtensionProc"];
                image.windows(&format!("Windows/Microsoft.NET/{bits}/v4.0.30319/{name}"), &exports);
            }
        }
        for row in listed("managed") {
            image.assembly(&row);
        }
        image.put("inetpub/wwwroot/web.config", b"<configuration>\n</configuration>");
        image.put("inetpub/wwwroot/bin/Shop.Web.dll", &dll("Shop.Web.dll", [1, 0, 0, 0], &[], ""));
        // Somebody removed a module of Windows, and put it back.
        let whole = host();
        let without = whole.replace("<add name=\"TracingModule\" />\n", "");
        image.put(HOST, whole.as_bytes());
        image.written(HOST, WRITTEN);
        for (number, minutes, text) in [(7, 30, &whole), (8, 20, &without), (9, 0, &whole)] {
            image.version(number, WRITTEN - minutes * 60, text.as_bytes());
        }
        image.catalog();
        image
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Says that a file was written at this time, in seconds since 1970-01-01T00:00Z.
    pub fn written(&self, path: &str, at: u64) {
        let file = fs::File::options().write(true).open(self.at(path)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(at)).unwrap();
    }

    /// An earlier version of the configuration.
    pub fn version(&self, number: u64, at: u64, text: &[u8]) {
        let path = format!("inetpub/history/CFGHISTORY_{number:010}/applicationHost.config");
        self.put(&path, text);
        self.written(&path, at);
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.at(path)).unwrap()
    }

    /// Replaces a text that a file has once.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = String::from_utf8(self.read(path)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} in {path}");
        self.put(path, text.replace(old, new).as_bytes());
    }

    /// A file of Windows, by its catalog.
    pub fn windows(&mut self, path: &str, exports: &[&str]) {
        let file = dll(path, BUILD, exports, "");
        self.put(path, &file);
        self.of_windows.insert(path.to_owned(), file);
    }

    /// Writes the catalog of the files of Windows.
    pub fn catalog(&self) {
        let files = self.of_windows.values().map(Vec::as_slice);
        self.put(&format!("{CATALOGS}/Package.cat"), &catalog(files, By::Windows));
    }

    /// Adds a catalog of these files, signed by whom it may be.
    pub fn own_catalog(&self, file: &[u8], by: By) {
        self.put(&format!("{CATALOGS}/Own.cat"), &catalog([file], by));
    }

    fn signed_by(&mut self, path: &str, signer: &str, exports: &[&str]) {
        if signer.split('|').next() == Some("windows") {
            self.windows(path, exports);
        } else {
            self.put(path, &signed(&dll(path, [7, 2, 1993, 2336], exports, ""), By::Product));
        }
    }

    /// A file and its 32-bit twin.
    fn both(&mut self, path: &str, signer: &str, exports: &[&str]) {
        self.signed_by(path, signer, exports);
        self.signed_by(&twin(path), signer, exports);
    }

    fn library(&mut self, row: &Listed, exports: &[&str]) {
        // Add-ons of Microsoft are signed by either.
        let signer =
            if row.signer.contains('|') && row.image.contains("Program") { "microsoft" } else { "windows" };
        self.both(&below(&row.image), signer, exports);
    }

    fn assembly(&mut self, row: &Listed) {
        let type_name = &row.type_name;
        let part = |name: &str| {
            type_name.split(name).nth(1).map(|rest| rest.split(',').next().unwrap().trim().to_owned())
        };
        let assembly = type_name.split(',').nth(1).map_or("System.Web", str::trim);
        let version = part("Version=").unwrap_or_else(|| "4.0.0.0".to_owned());
        let key = part("PublicKeyToken=").unwrap_or_else(|| "b03f5f7f11d50a3a".to_owned());
        let caches = if version.starts_with('4') {
            [format!("{CACHE}/GAC_64"), format!("{CACHE}/GAC_32")].map(|cache| (cache, "v4.0_"))
        } else {
            ["Windows/assembly/GAC_64", "Windows/assembly/GAC_32"].map(|cache| (cache.to_owned(), ""))
        };
        for (cache, runtime) in caches {
            let path = format!("{cache}/{assembly}/{runtime}{version}__{key}/{assembly}.dll");
            let file = dll(&path, [4, 8, 4494, 0], &[], "");
            self.put(&path, &file);
            self.of_windows.insert(path, file);
        }
    }
}

fn element(tag: &str, attributes: &[(&str, &str)]) -> String {
    let filled = attributes.iter().filter(|(_, value)| !value.is_empty());
    let attributes: Vec<String> = filled.map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
    let attributes = attributes.concat();
    format!("<{tag}{attributes} />\n")
}

/// An applicationHost.config that registers all that the baseline lists.
fn host() -> String {
    let (mut native, mut enabled, mut filters) = (String::new(), String::new(), String::new());
    for Listed { name, image, precondition, .. } in listed("native") {
        native += &element("add", &[("name", &name), ("image", &image), ("preCondition", &precondition)]);
        enabled += &element("add", &[("name", &name)]);
    }
    for Listed { name, type_name, precondition, .. } in listed("managed") {
        enabled += &element("add", &[("name", &name), ("type", &type_name), ("preCondition", &precondition)]);
    }
    for Listed { name, image, precondition, .. } in listed("isapi_filter") {
        filters += &element("filter", &[("name", &name), ("path", &image), ("preCondition", &precondition)]);
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
<configSections><sectionGroup name="system.webServer"><section name="globalModules" allowDefinition="AppHostOnly" overrideModeDefault="Deny" /><section name="modules" allowDefinition="MachineToApplication" overrideModeDefault="Deny" /></sectionGroup></configSections>
<system.applicationHost>
<applicationPools><add name="DefaultAppPool" /><add name="Old" enable32BitAppOnWin64="true" /><applicationPoolDefaults managedRuntimeVersion="v4.0" managedRuntimeLoader="webengine4.dll" /></applicationPools>
<sites><site name="Shop" id="1"><application path="/" applicationPool="DefaultAppPool"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot" /></application></site></sites>
</system.applicationHost>
<system.webServer>
<httpCompression><scheme name="gzip" dll="%Windir%\system32\inetsrv\gzip.dll" /></httpCompression>
<isapiFilters>
{filters}</isapiFilters>
<globalModules>
{native}</globalModules>
</system.webServer>
<location path="" overrideMode="Allow"><system.webServer>
<handlers accessPolicy="Read, Script"><add name="ASPClassic" path="*.asp" verb="GET" modules="IsapiModule" scriptProcessor="%windir%\system32\inetsrv\asp.dll" /><add name="PageHandlerFactory-ISAPI" path="*.aspx" verb="GET" modules="IsapiModule" scriptProcessor="%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_isapi.dll" preCondition="classicMode,bitness64" /><add name="rpcproxy" path="*.rpc" verb="*" modules="IsapiModule" scriptProcessor="%windir%\System32\rpcproxy\rpcproxyshim.dll" preCondition="bitness64" /><add name="PageHandlerFactory-Integrated" path="*.aspx" verb="GET" type="System.Web.UI.PageHandlerFactory" /></handlers>
<modules>
{enabled}</modules>
</system.webServer></location>
</configuration>"#
    )
}
