//! What lies beyond the configuration sections: modules that nothing names, the copies of worker processes, redirects, and an
//! image with twenty attacks that event 29 does not show.

use std::fs;
use std::path::Path;

use iismodcheck::detect::Column;
use iismodcheck::report::{Item, Report};

use super::images::{Change, is_loud, problems, report, told};
use crate::files::support::read;
use crate::made::image::{BUILD, CACHE, HOST, Image, WRITTEN, dll};
use crate::made::signed::{By, signed};

const SHOP: &str = "inetpub/wwwroot/web.config";
const COPY: &str = "inetpub/temp/appPools/DefaultAppPool/DefaultAppPool.config";
const MODULE: [&str; 1] = ["RegisterModule"];

fn web(image: &Image, body: &str) {
    image.put(SHOP, format!("<configuration>\n{body}\n</configuration>").as_bytes());
}

/// A setting that sends an assembly elsewhere.
fn binding(assembly: &str, key: &str, sends: &str) -> String {
    format!(
        r#"<runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1"><dependentAssembly>
<assemblyIdentity name="{assembly}" publicKeyToken="{key}" culture="neutral" />
{sends}
</dependentAssembly></assemblyBinding></runtime>"#
    )
}

const OF_NET: &str = "31bf3856ad364e35";
const OF_WEB: &str = "b03f5f7f11d50a3a";

/// Each row: what is done to a quiet image, and what is told of it, with its place.
const CHANGES: &[(&str, Change, &[&str])] = &[
    (
        "an assembly that registers a module by itself",
        |image| image.put("inetpub/wwwroot/bin/starter.dll", &read("starter.dll")),
        &[r"starter unknown medium not_in_config:disk C:\inetpub\wwwroot\bin\starter.dll"],
    ),
    (
        "one with the signature of a vendor",
        |image| {
            image.put("inetpub/wwwroot/bin/x.dll", &signed(&read("starter.dll"), By::Vendor));
        },
        &[r"starter unknown medium not_in_config:disk C:\inetpub\wwwroot\bin\x.dll"],
    ),
    (
        "one of Microsoft, and one that calls a function of its own",
        |image| {
            image.put("inetpub/wwwroot/bin/starter.dll", &signed(&read("starter.dll"), By::Product));
            image.put("inetpub/wwwroot/bin/own.dll", &read("own.dll"));
            image.put("inetpub/wwwroot/App_Data/starter.dll", &read("starter.dll"));
        },
        &[],
    ),
    (
        "a library beside those of IIS",
        |image| {
            let path = "Windows/System32/inetsrv/wmiaux.dll";
            image.put(path, &dll(path, BUILD, &MODULE, "own"));
        },
        &[r"wmiaux unknown medium not_in_config:disk C:\Windows\System32\inetsrv\wmiaux.dll"],
    ),
    (
        "the library of a handler of IIS, exchanged",
        |image| {
            let path = "Windows/System32/inetsrv/asp.dll";
            image.put(path, &dll(path, BUILD, &MODULE, "own"));
        },
        &["ASPClassic file_altered high signer_unexpected:none applicationHost.config:69"],
    ),
    (
        "that of a handler of .NET, which lies elsewhere",
        |image| {
            let path = "Windows/Microsoft.NET/Framework64/v4.0.30319/aspnet_isapi.dll";
            image.put(path, &signed(&dll(path, [4, 8, 4494, 0], &[], "own"), By::Vendor));
        },
        &[
            "PageHandlerFactory-ISAPI file_altered high signer_unexpected:root_not_known applicationHost.config:69",
        ],
    ),
    (
        "the same by a product of Microsoft, and gone",
        |image| {
            let path = "Windows/Microsoft.NET/Framework64/v4.0.30319/aspnet_isapi.dll";
            image.put(path, &signed(&dll(path, [4, 8, 4494, 0], &[], "own"), By::Product));
            fs::remove_file(image.at("Windows/System32/rpcproxy/rpcproxy.dll")).unwrap();
            fs::remove_file(image.at("Windows/System32/inetsrv/asp.dll")).unwrap();
        },
        &["PasswordExpiryModule file_altered medium file_missing applicationHost.config:50"],
    ),
    (
        "another genuine file for a handler",
        |image| {
            let other = image.read("Windows/System32/ntdll.dll");
            image.put("Windows/System32/rpcproxy/rpcproxyshim.dll", &other);
        },
        &["rpcproxy file_altered high other_file_name:ntdll.dll applicationHost.config:69"],
    ),
    (
        "the type of a handler in the global cache",
        |image| {
            let of_version_4 = format!("Version=4.0.0.0, Culture=neutral, PublicKeyToken={OF_NET}");
            let full = format!(
                "System.Web.Script.Services.ScriptHandlerFactory, System.Web.Extensions, {of_version_4}"
            );
            image.edit(HOST, "System.Web.UI.PageHandlerFactory", &full);
            let host = String::from_utf8(image.read(HOST)).unwrap();
            let is_module = |line: &&str| line.starts_with("<add ") && line.contains(&of_version_4);
            let kept: Vec<&str> = host.lines().filter(|line| !is_module(line)).collect();
            image.put(HOST, kept.join("\n").as_bytes());
            let path = format!(
                "{CACHE}/GAC_64/System.Web.Extensions/v4.0_4.0.0.0__{OF_NET}/System.Web.Extensions.dll"
            );
            image.put(&path, &dll(&path, [4, 8, 4494, 0], &[], "own"));
        },
        &["PageHandlerFactory-Integrated file_altered high signer_unexpected:none applicationHost.config:69"],
    ),
    (
        "the library of a compression scheme",
        |image| {
            let path = "Windows/System32/inetsrv/gzip.dll";
            image.put(path, &dll(path, BUILD, &[], "own"));
        },
        &[
            "gzip file_altered high signer_unexpected:none applicationHost.config:9",
            r"gzip unknown medium not_a_module,not_in_config:disk C:\Windows\System32\inetsrv\gzip.dll",
        ],
    ),
    (
        "one with another extension, among the twins",
        |image| {
            let path = "Windows/SysWOW64/inetsrv/wmiaux.dat";
            image.put(path, &dll(path, BUILD, &MODULE, "own"));
        },
        &[r"wmiaux unknown medium not_in_config:disk,syswow64 C:\Windows\SysWOW64\inetsrv\wmiaux.dat"],
    ),
    (
        "texts and a signed library there",
        |image| {
            image.put("Windows/System32/inetsrv/readme.txt", b"MZ is not all");
            let path = "Windows/System32/inetsrv/product.dll";
            image.put(path, &signed(&dll(path, [1, 0, 0, 0], &MODULE, ""), By::Product));
        },
        &[],
    ),
    (
        "a module in the copy of a worker process",
        |image| {
            let host = String::from_utf8(image.read(HOST)).unwrap();
            let own = r#"<globalModules>
<add name="Aux" image="C:\Program Files\Agent\agent.dll" />"#;
            image.put(COPY, host.replace("<globalModules>", own).as_bytes());
            let path = "Program Files/Agent/agent.dll";
            image.put(path, &dll(path, BUILD, &MODULE, "own"));
        },
        &["Aux unknown high not_in_config:worker_copy DefaultAppPool.config:19"],
    ),
    (
        "a copy from before a module of Windows was removed",
        |image| {
            let host = String::from_utf8(image.read(HOST)).unwrap();
            image.put(COPY, host.as_bytes());
            image.edit(
                HOST,
                "<add name=\"TracingModule\" image=\"%windir%\\System32\\inetsrv\\iisetw.dll\" />\n",
                "",
            );
            image.edit(HOST, "<add name=\"TracingModule\" />\n", "");
        },
        &[],
    ),
    (
        "a redirect of a listed type to a version that nobody lists",
        |image| {
            let sends = r#"<bindingRedirect oldVersion="0.0.0.0-9.0.0.0" newVersion="9.9.9.9" />"#;
            web(image, &binding("System.Web.Mobile", OF_WEB, sends));
        },
        &["ErrorHandlerModule file_altered medium redirected:bindingRedirect 9.9.9.9 web.config:4"],
    ),
    (
        "a redirect to a file",
        |image| {
            let sends = r#"<codeBase version="4.0.0.0" href="file:///C:/Windows/Temp/x.dll" />"#;
            web(image, &binding("System.Web.Mobile", OF_WEB, sends));
        },
        &[
            "ErrorHandlerModule file_altered medium redirected:codeBase file:///C:/Windows/Temp/x.dll web.config:4",
        ],
    ),
    (
        "another listed version, and an assembly of no module",
        |image| {
            let sends = r#"<bindingRedirect oldVersion="1.0.0.0-3.5.0.0" newVersion="3.5.0.0" />"#;
            let other = r#"<bindingRedirect oldVersion="0.0.0.0-13.0.0.0" newVersion="13.0.0.0" />"#;
            let both = binding("System.Web.Extensions", OF_NET, sends)
                + &binding("Newtonsoft.Json", "30ad4fe6b2a6aeed", other);
            web(image, &both);
        },
        &[],
    ),
    (
        "the file of the version that a type is sent to",
        |image| {
            let sends = r#"<bindingRedirect oldVersion="1.0.0.0-3.5.0.0" newVersion="3.5.0.0" />"#;
            let module = r#"<system.webServer><modules>
<add name="ScriptModule" type="System.Web.Handlers.ScriptModule, System.Web.Extensions, Version=1.0.61025.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35" />
</modules></system.webServer>"#;
            web(image, &format!("{}{module}", binding("System.Web.Extensions", OF_NET, sends)));
            let path = format!(
                "Windows/assembly/GAC_MSIL/System.Web.Extensions/3.5.0.0__{OF_NET}/System.Web.Extensions.dll"
            );
            image.put(&path, &dll(&path, [3, 5, 30729, 1], &[], "own"));
        },
        &["ScriptModule file_altered high signer_unexpected:none,not_of_framework web.config:6"],
    ),
    (
        "the same in what every application reads",
        |image| {
            let sends = r#"<codeBase version="4.0.0.0" href="x.dll" />"#;
            let text = format!("<configuration>{}</configuration>", binding("System.Web", OF_WEB, sends));
            image.put("Windows/Microsoft.NET/Framework64/v4.0.30319/aspnet.config", text.as_bytes());
        },
        &["AnonymousIdentification file_altered medium redirected:codeBase x.dll aspnet.config:3"],
    ),
    (
        "who manages the domains of every application",
        |image| {
            let text = "<configuration><runtime>\n<gcServer enabled=\"true\" />\n<appDomainManagerAssembly value=\"Evil\" />\n</runtime></configuration>";
            image.put("Windows/Microsoft.NET/Framework64/v4.0.30319/aspnet.config", text.as_bytes());
        },
        &[
            "/runtime/appDomainManagerAssembly/@value unknown medium setting:app-domain-manager aspnet.config:3",
        ],
    ),
];

/// The file without its folders on this machine.
fn placed(report: &Report) -> Vec<String> {
    let place = |item: &Item| {
        let brief = item.origins[0].brief();
        // Paths on the server are told whole.
        if [r"C:\inetpub\", r"C:\Windows\Sys"].iter().any(|server| brief.starts_with(server)) {
            return brief;
        }
        brief.rsplit(['/', '\\']).next().unwrap().to_owned()
    };
    let mut told: Vec<String> = report
        .items
        .iter()
        .filter(|item| is_loud(item))
        .map(|item| {
            format!(
                "{} {} {} {} {}",
                item.fact(Column::Name),
                item.verdict.as_str(),
                item.severity.as_str(),
                item.reasons.join(","),
                place(item)
            )
        })
        .collect();
    told.sort();
    told
}

#[test]
fn what_no_section_shows_is_told() {
    let mut wrong = Vec::new();
    for (what, change, expected) in CHANGES {
        let mut image = Image::new();
        change(&mut image);
        let found = placed(&report(&image));
        if found != *expected {
            wrong.push((what, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_copy_that_lacks_what_the_configuration_has_is_told_with_both_times() {
    let image = Image::new();
    let host = String::from_utf8(image.read(HOST)).unwrap();
    image.put(COPY, host.replace("<add name=\"TracingModule\" />\n", "").as_bytes());
    let report = report(&image);
    assert_eq!(told(&report), Vec::<String>::new());
    let [problem] = problems(&report).try_into().unwrap();
    assert!(problem.contains("which lacks 1 of the entries that the configuration, written 20"), "{problem}");
    assert!(problem.contains("such as `TracingModule`"), "{problem}");
    assert!(report.is_whole());
}

#[test]
fn copies_that_cannot_be_listed_are_told() {
    let image = Image::new();
    let _ = fs::remove_dir_all(image.at("inetpub/temp/appPools"));
    image.put("inetpub/temp/appPools", b"no folder");
    let told = problems(&report(&image));
    assert!(told.iter().any(|told| told.contains("the folder cannot be listed")), "{told:?}");
}

#[test]
fn settings_that_assemblies_are_sent_by_and_that_are_not_read_are_told() {
    let linked = r#"<assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1">
<linkedConfiguration href="file://C:/ProgramData/more.config" /></assemblyBinding>"#;
    let image = Image::new();
    web(&image, linked);
    let aspnet = format!("<configuration><runtime>{linked}</runtime></configuration>");
    image.put("Windows/Microsoft.NET/Framework64/v4.0.30319/aspnet.config", aspnet.as_bytes());
    let report = report(&image);
    let told = problems(&report);
    assert_eq!(told.len(), 2, "{told:?}");
    for (file, line) in [("aspnet.config", 2), ("web.config", 3)] {
        let is_of = |told: &&String| told.contains(&format!("{file}, line {line}"));
        let problem = told.iter().find(is_of).unwrap();
        assert!(
            problem.contains("takes settings from `file://C:/ProgramData/more.config` as well"),
            "{problem}"
        );
    }
    assert!(!report.is_whole());
}

#[test]
fn what_opens_the_server_and_where_its_configuration_is() {
    let image = Image::new();
    image.edit(
        HOST,
        r#"allowDefinition="AppHostOnly" overrideModeDefault="Deny""#,
        r#"allowDefinition="Everywhere" overrideModeDefault="Allow""#,
    );
    let [problem] = problems(&report(&image)).try_into().unwrap();
    assert!(
        problem.contains("overrideModeDefault lets every site write the section globalModules"),
        "{problem}"
    );
    // A shared configuration on a drive of the server is the one that counts.
    let image = Image::new();
    let redirection = |path: &str| {
        format!(
            "<configuration><configurationRedirection enabled=\"true\" path=\"{path}\" /></configuration>"
        )
    };
    let beside = "Windows/System32/inetsrv/config/redirection.config";
    let own = "<globalModules>\n<add name=\"Aux\" image=\"C:\\Program Files\\Agent\\agent.dll\" />";
    let host = String::from_utf8(image.read(HOST)).unwrap();
    image.put("Shared/applicationHost.config", host.replace("<globalModules>", own).as_bytes());
    image.put(beside, redirection(r"C:\Shared").as_bytes());
    let shared = report(&image);
    assert!(told(&shared).iter().any(|told| told.starts_with("Aux unknown medium")), "{:?}", told(&shared));
    assert!(shared.is_whole(), "{:?}", problems(&shared));
    // One on another machine is never asked for.
    image.put(beside, redirection(r"\\server\share").as_bytes());
    let remote = report(&image);
    assert!(!told(&remote).iter().any(|told| told.starts_with("Aux")));
    assert!(!remote.is_whole());
}

#[test]
fn twenty_attacks_that_no_event_shows() {
    let report = report(&attacked());
    let expected = [
        // By hand in the configuration of the server.
        r"Aux1 unknown medium applicationHost.config",
        "Aux2 unknown medium applicationHost.config",
        "Aux3 suspicious_location high applicationHost.config",
        "CgiModule masquerade_path high applicationHost.config",
        "DefaultAppPool suspicious_location high applicationHost.config",
        "DOTNET_STARTUP_HOOKS suspicious_location high applicationHost.config",
        // In a web.config.
        "ErrorHandlerModule file_altered medium web.config",
        "Session masquerade_type high web.config",
        "RequestFilteringModule unverified high web.config",
        // Files.
        "HttpLoggingModule file_altered high applicationHost.config",
        "StaticFileModule file_altered high applicationHost.config",
        "CustomErrorModule file_altered high applicationHost.config",
        "DirectoryListingModule file_altered high applicationHost.config",
        "DefaultDocumentModule file_altered high applicationHost.config",
        "UriCacheModule file_altered high applicationHost.config",
        "ScriptModule-4.0 file_altered high applicationHost.config",
        // Beyond it.
        "Aux4 unknown high DefaultAppPool.config",
        "starter unknown medium starter.dll",
        "wmiaux unknown medium wmiaux.dll",
        // Registered and restored between two versions, of which the history has one.
        "Aux5 unknown medium applicationHost.config",
    ];
    let brief = |item: &Item| {
        let file = item.origins[0].file.rsplit(['/', '\\']).next().unwrap().to_owned();
        // What nothing registers has no line.
        let is_file = Path::new(&file).extension().is_some_and(|own| own == "dll");
        assert!(item.origins[0].line.is_some() || is_file, "{item:?}");
        format!("{} {} {} {file}", item.fact(Column::Name), item.verdict.as_str(), item.severity.as_str())
    };
    let mut told: Vec<String> = report.items.iter().filter(|item| is_loud(item)).map(brief).collect();
    told.sort();
    let mut expected = expected.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(expected.len(), 20);
}

/// The image with all of them.
pub fn attacked() -> Image {
    let mut image = Image::new();
    attack_files(&mut image);
    attack_configuration(&image);
    image
}

/// What is done to files without a word in any configuration.
fn attack_files(image: &mut Image) {
    let of = |name: &str| format!("Windows/System32/inetsrv/{name}.dll");
    // One byte of an in-box file.
    let mut file = image.read(&of("static"));
    file[0x205] ^= 1;
    image.put(&of("static"), &file);
    // One that is overwritten by an unsigned one of the same size.
    image.put(&of("loghttp"), &dll(&of("loghttp"), BUILD, &MODULE, "own"));
    // An older one, and another genuine one.
    let older = dll(&of("custerr"), [10, 0, 14393, 0], &MODULE, "");
    image.put(&of("custerr"), &older);
    image.own_catalog(&older, By::Windows);
    let other = image.read(&of("protsup"));
    image.put(&of("dirlist"), &other);
    // An own catalog.
    let own = dll(&of("defdoc"), BUILD, &MODULE, "own");
    image.put(&of("defdoc"), &own);
    image.put(
        "Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/Fake.cat",
        &crate::made::signed::catalog([own.as_slice()], By::Fake),
    );
    // The twin for 32-bit pools alone.
    let twin = "Windows/SysWOW64/inetsrv/cachuri.dll";
    image.put(twin, &dll(twin, BUILD, &MODULE, "own"));
    // A library that nothing registers, and an assembly that registers itself.
    image.put(&of("wmiaux"), &dll(&of("wmiaux"), BUILD, &MODULE, "own"));
    image.put("inetpub/wwwroot/bin/starter.dll", &read("starter.dll"));
    // The global cache.
    let cached =
        format!("{CACHE}/GAC_64/System.Web.Extensions/v4.0_4.0.0.0__{OF_NET}/System.Web.Extensions.dll");
    assert!(fs::exists(image.at(&cached)).unwrap());
    image.put(&cached, &dll(&cached, [4, 8, 4494, 0], &[], "own"));
    for path in ["Program Files/Agent/agent.dll", "Windows/System32/inetsrv/cgix.dll"] {
        image.put(path, &signed(&dll(path, BUILD, &["RegisterModule", "HttpFilterProc"], "own"), By::Vendor));
    }
    let twin = "Windows/SysWOW64/inetsrv/cgix.dll";
    image.put(twin, &signed(&dll(twin, BUILD, &MODULE, "own"), By::Vendor));
}

/// What is written by hand.
fn attack_configuration(image: &Image) {
    let add = |name: &str| {
        format!(
            "<add name=\"{name}\" image=\"C:\\Program Files\\Agent\\agent.dll\" preCondition=\"bitness64\" />\n"
        )
    };
    image.edit(HOST, "<globalModules>\n", &format!("<globalModules>\n{}", add("Aux1")));
    let filter = r#"<filter name="Aux2" path="C:\Program Files\Agent\agent.dll" preCondition="bitness64" />"#;
    image.edit(HOST, "<isapiFilters>\n", &format!("<isapiFilters>\n{filter}\n"));
    let handler = r#"<add name="Aux3" path="*.aux" verb="*" modules="IsapiModule" scriptProcessor="C:\Windows\Temp\helper.dll" />"#;
    image.edit(
        HOST,
        "<handlers accessPolicy=\"Read, Script\">",
        &format!("<handlers accessPolicy=\"Read, Script\">\n{handler}\n"),
    );
    image.edit(HOST, r"inetsrv\cgi.dll", r"inetsrv\cgix.dll");
    let pool = r#"<add name="DefaultAppPool" CLRConfigFile="C:\ProgramData\a.config"><environmentVariables><add name="DOTNET_STARTUP_HOOKS" value="C:\Windows\Temp\hook.dll" /></environmentVariables></add>"#;
    // The copy of a pool is that of the configuration, and one module more.
    image.edit(HOST, r#"<add name="DefaultAppPool" />"#, &format!("\n{pool}\n"));
    let host = String::from_utf8(image.read(HOST)).unwrap();
    image.put(
        COPY,
        host.replace("<globalModules>\n", &format!("<globalModules>\n{}", add("Aux4"))).as_bytes(),
    );
    let with = host.replace("<globalModules>\n", &format!("<globalModules>\n{}", add("Aux5")));
    image.version(10, WRITTEN + 600, with.as_bytes());
    let sends = r#"<codeBase version="4.0.0.0" href="file:///C:/ProgramData/x.dll" />"#;
    let modules = r#"<system.webServer><modules>
<remove name="RequestFilteringModule" />
<remove name="Session" /><add name="Session" type="Evil.Auth, Evil" />
</modules></system.webServer>"#;
    web(image, &format!("{}{modules}", binding("System.Web.Mobile", OF_WEB, sends)));
}
