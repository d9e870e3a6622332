//! Whole servers: honest ones, of which nothing of medium or above comes out, and what an attacker writes by hand.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{fixtures, run_in};

/// The findings of an audit in this folder, as JSON.
fn audit(folder: &Path, arguments: &[&str]) -> Value {
    let run = run_in(folder, &[&["audit", ".", "--format", "json"], arguments].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Name, verdict, severity and place in the files of what is of medium severity or above, or needs a decision.
fn told(report: &Value) -> Vec<String> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let told = findings.filter(|finding| {
        finding["needs_decision"] == true
            || !["info", "low"].contains(&text(finding, "iis_module_severity").as_str())
    });
    let brief = told.map(|finding| {
        let place = finding["rows"][0].as_str().unwrap().replace('\\', "/");
        format!(
            "{} {} {} {}",
            text(finding, "iis_module_name"),
            text(finding, "iis_module_verdict"),
            text(finding, "iis_module_severity"),
            place.strip_prefix("./").unwrap_or(&place)
        )
    });
    let mut told: Vec<String> = brief.collect();
    told.sort();
    told
}

fn element(tag: &str, attributes: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let filled = attributes.iter().filter(|(_, value)| !value.is_empty());
    let attributes: Vec<String> =
        filled.map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
    let attributes = attributes.concat();
    format!("<{tag}{attributes} />\n")
}

/// A list of modules as applicationHost.config has it.
fn as_configuration(list: &Path) -> String {
    let mut reader = csv::Reader::from_path(list).unwrap();
    let headers = reader.headers().unwrap().clone();
    let (mut native, mut enabled) = (String::new(), String::new());
    for row in reader.records() {
        let row = row.unwrap();
        let cell = |name: &str| {
            let place = headers.iter().position(|own| own.trim_start_matches('\u{feff}') == name);
            place.and_then(|place| row.get(place)).unwrap_or_default()
        };
        let [name, image, type_name, precondition] = ["name", "image", "type", "preCondition"].map(cell);
        if !image.is_empty() {
            native += &element("add", &[("name", name), ("image", image), ("preCondition", precondition)]);
        }
        let own = if type_name.is_empty() { "" } else { precondition };
        enabled += &element("add", &[("name", name), ("type", type_name), ("preCondition", own)]);
    }
    format!(
        "<?xml version=\"1.0\"?>\n<configuration><system.webServer><globalModules>\n{native}</globalModules></system.webServer>\n\
         <location path=\"\" overrideMode=\"Allow\"><system.webServer><modules>\n{enabled}</modules></system.webServer></location></configuration>"
    )
}

#[test]
fn lists_of_real_servers_as_configuration_are_quiet() {
    let mut seen = 0;
    for entry in fs::read_dir(fixtures().join("inventories")).unwrap() {
        let list = entry.unwrap().path();
        let name = list.file_stem().unwrap().to_str().unwrap().to_owned();
        // Placeholders of templates are no paths.
        if name.starts_with("template") {
            continue;
        }
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("applicationHost.config"), as_configuration(&list)).unwrap();
        let packs = ["exchange", "iisexpress"].into_iter().find(|pack| name.starts_with(pack));
        let options = packs.map_or(vec![], |pack| vec!["--packs", pack]);
        // One list was made where somebody had tried a tool on DLLs in `C:\Temp`.
        let tried = ["Test-SignedBy3rdParty", "Test-Unsigned", "Test-UnsignedInvalid"];
        let report = audit(folder.path(), &options);
        let loud: Vec<String> =
            told(&report).iter().map(|told| told.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(loud, if name == "exchange2016-02" { tried.as_slice() } else { &[] }, "{name}");
        assert_eq!(report["problems"], Value::Array(vec![]), "{name}");
        assert!(report["summary"]["module_rows"].as_u64().unwrap() > 10, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 23);
}

/// An applicationHost.config with what every Windows server has of each section, and these parts besides.
fn host(parts: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
<configSections><sectionGroup name="system.webServer"><section name="globalModules" allowDefinition="AppHostOnly" overrideModeDefault="Deny" /><section name="modules" allowDefinition="MachineToApplication" overrideModeDefault="Deny" /></sectionGroup></configSections>
<configProtectedData><providers><add name="AesProvider" type="Microsoft.ApplicationHost.AesProtectedConfigurationProvider" sessionKey="c2VjcmV0LXNlc3Npb24ta2V5" /></providers></configProtectedData>
<system.applicationHost>
<applicationPools><add name="DefaultAppPool" /><applicationPoolDefaults managedRuntimeVersion="v4.0" managedRuntimeLoader="webengine4.dll"><processModel identityType="ApplicationPoolIdentity" /></applicationPoolDefaults></applicationPools>
<sites><site name="Default Web Site" id="1"><application path="/"><virtualDirectory path="/" physicalPath="C:\inetpub\wwwroot" userName="u" password="Geheim-7" /></application></site><siteDefaults><logFile logFormat="W3C" /></siteDefaults></sites>
</system.applicationHost>
<system.webServer>
<globalModules>
<add name="RequestFilteringModule" image="%windir%\System32\inetsrv\modrqflt.dll" />
<add name="IsapiModule" image="%windir%\System32\inetsrv\isapi.dll" />
</globalModules>
<httpCompression><scheme name="gzip" dll="%Windir%\system32\inetsrv\gzip.dll" /></httpCompression>
<isapiFilters><filter name="ASP.Net_4.0_64bit" path="%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_filter.dll" enableCache="true" preCondition="runtimeVersionv4.0,bitness64" /></isapiFilters>
<security><isapiCgiRestriction><add path="%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_isapi.dll" allowed="true" /><add path="C:\Legacy\old.dll" allowed="false" /></isapiCgiRestriction>
<requestFiltering><fileExtensions><add fileExtension=".config" allowed="false" /></fileExtensions><hiddenSegments><add segment="bin" /></hiddenSegments></requestFiltering></security>
</system.webServer>
<location path="" overrideMode="Allow"><system.webServer>
<modules><add name="RequestFilteringModule" lockItem="true" /><add name="IsapiModule" /><add name="FormsAuthentication" type="System.Web.Security.FormsAuthenticationModule" preCondition="managedHandler" /></modules>
<handlers accessPolicy="Read, Script"><add name="ISAPI-dll" path="*.dll" verb="*" modules="IsapiModule" resourceType="File" /><add name="PageHandlerFactory-Integrated" path="*.aspx" verb="GET" type="System.Web.UI.PageHandlerFactory" /><add name="ASPClassic" path="*.asp" verb="GET" modules="IsapiModule" scriptProcessor="%windir%\system32\inetsrv\asp.dll" /></handlers>
</system.webServer></location>
{parts}
</configuration>"#
    )
}

/// A server with these parts in its file, and web.config files.
fn server(parts: &str, webs: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("applicationHost.config"), host(parts)).unwrap();
    for (place, body) in webs {
        let inside = folder.path().join(place);
        fs::create_dir_all(&inside).unwrap();
        fs::write(inside.join("web.config"), format!("<configuration>\n{body}\n</configuration>")).unwrap();
    }
    folder
}

const CORE: &str = r#"<system.webServer><handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" /></handlers>"#;

#[test]
fn honest_servers_are_quiet() {
    let core = |process: &str| {
        format!(
            "<location path=\".\" inheritInChildApplications=\"false\">{CORE}<aspNetCore {process} /></system.webServer></location>"
        )
    };
    let variables = r#"<environmentVariables><environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Production" /><environmentVariable name="ApiKey" value="Geheim-8" /></environmentVariables>"#;
    let core_with = format!(
        r#"<location path=".">{CORE}<aspNetCore processPath="C:\inetpub\wwwroot\api\Api.exe" arguments="--contentRoot C:\inetpub\wwwroot\api">{variables}</aspNetCore></system.webServer></location>"#
    );
    let (dotnet, own) = (
        core(r#"processPath="dotnet" arguments=".\Shop.dll" hostingModel="inprocess""#),
        core(r#"processPath=".\Desk.exe""#),
    );
    let classic = r#"<configSections><section name="entityFramework" type="System.Data.Entity.Internal.ConfigFile.EntityFrameworkSection, EntityFramework, Version=6.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089" /></configSections>
<connectionStrings><add name="Main" connectionString="Server=db;Password=Geheim-1" /></connectionStrings>
<system.web><compilation targetFramework="4.8"><assemblies><add assembly="Acme.Web" /></assemblies><buildProviders><add extension=".x" type="Acme.Build, Acme.Web" /></buildProviders></compilation><membership><providers><add name="P" type="Acme.Members, Acme.Web" /></providers></membership><machineKey validationKey="00112233" decryptionKey="44556677" /><httpHandlers><add verb="*" path="*.x" type="Acme.X, Acme.Web" /></httpHandlers></system.web>
<system.webServer><modules runAllManagedModulesForAllRequests="true"><remove name="FormsAuthenticationModule" /><remove name="WebDAVModule" /><remove name="FormsAuthentication" /></modules><handlers><remove name="ExtensionlessUrlHandler-Integrated-4.0" /><add name="X" path="*.x" verb="*" type="Acme.X, Acme.Web" /></handlers></system.webServer>"#;
    for (what, parts, webs) in [
        (
            "PHP",
            r#"<system.webServer><fastCgi><application fullPath="C:\PHP\php-cgi.exe" arguments="-d open_basedir=C:\Sites\A" instanceMaxRequests="10000"><environmentVariables><environmentVariable name="PHPRC" value="C:\PHP" /></environmentVariables></application></fastCgi></system.webServer>
<location path="Default Web Site"><system.webServer><handlers><add name="PHP_via_FastCGI" path="*.php" verb="GET" modules="FastCgiModule" scriptProcessor="C:\PHP\php-cgi.exe|-d open_basedir=C:\Sites\A" /></handlers></system.webServer></location>"#,
            vec![],
        ),
        (
            "wfastcgi",
            r#"<system.webServer><fastCgi><application fullPath="C:\Python39\python.exe" arguments="C:\apps\wfastcgi.py" /></fastCgi></system.webServer>"#,
            vec![(
                "Default Web Site",
                r#"<system.webServer><handlers><add name="Python" path="*" verb="*" modules="FastCgiModule" scriptProcessor="C:\Python39\python.exe|C:\apps\wfastcgi.py" /></handlers></system.webServer><appSettings><add key="SECRET_KEY" value="Geheim-2" /></appSettings>"#,
            )],
        ),
        (
            "ASP.NET Core",
            "",
            vec![
                ("Default Web Site", dotnet.as_str()),
                ("Default Web Site/desk", own.as_str()),
                ("Default Web Site/api", core_with.as_str()),
            ],
        ),
        (
            "a farm",
            r#"<system.web><machineKey validationKey="0123456789ABCDEF0123456789ABCDEF" decryptionKey="0123456789ABCDEF" validation="HMACSHA256" decryption="AES" /></system.web>"#,
            vec![],
        ),
        ("an application of ASP.NET", "", vec![("Default Web Site", classic)]),
        ("nothing more", "", vec![]),
    ] {
        let folder = server(parts, &webs);
        let report = audit(folder.path(), &[]);
        assert_eq!(told(&report), Vec::<String>::new(), "{what}");
        assert_eq!(report["problems"], Value::Array(vec![]), "{what}");
        for format in ["text", "json", "jsonl", "csv", "html"] {
            let shown =
                run_in(folder.path(), &["audit", ".", "--format", format, "--all", "--details"]).stdout;
            let secrets = ["Geheim", "0123456789ABCDEF", "00112233", "c2VjcmV0"];
            assert!(!secrets.iter().any(|secret| shown.contains(secret)), "{what} {format}: {shown}");
        }
    }
}

/// What Exchange does to its own sites, by the table of known values.
#[test]
fn a_whole_exchange_server_is_quiet_with_its_pack_only() {
    let table = include_str!("../../../splunk_app/lookups/iis_watched_known.csv");
    let mut removals: Vec<(String, String)> = Vec::new();
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.unwrap();
        if row.get(1) == Some("module-removal") && row.get(2) == Some("exchange") {
            removals.push((row[4].to_owned(), row[3].to_owned()));
        }
    }
    removals.sort();
    assert!(removals.len() > 40);
    let mut webs: Vec<(&str, String)> = Vec::new();
    for same in removals.chunk_by(|one, other| one.0 == other.0) {
        let removes: String = same.iter().map(|(_, name)| element("remove", &[("name", name)])).collect();
        let others =
            element("remove", &[("name", "WebDAVModule")]) + &element("remove", &[("name", "Profile")]);
        webs.push((
            &same[0].0,
            format!("<system.webServer><modules>{removes}{others}</modules></system.webServer>"),
        ));
    }
    let carriers = r#"<system.applicationHost><applicationPools><add name="MSExchangeOWAAppPool" managedRuntimeLoader="" CLRConfigFile="C:\Program Files\Microsoft\Exchange Server\V15\bin\GenericAppPoolConfigWithGCServerEnabledFalse.config"><processModel identityType="LocalSystem" /></add></applicationPools></system.applicationHost>"#;
    let webs: Vec<(&str, &str)> = webs.iter().map(|(place, web)| (*place, web.as_str())).collect();
    let folder = server(carriers, &webs);
    let run = |packs: &str| {
        let arguments = ["audit", ".", "--format", "json", "--packs", packs];
        serde_json::from_str::<Value>(&run_in(folder.path(), &arguments).stdout).unwrap()
    };
    assert_eq!(told(&run("exchange")), Vec::<String>::new());
    let without = told(&run("iisnode"));
    let high = without.iter().filter(|told| told.contains(" unverified high ")).count();
    assert_eq!(high, removals.len(), "{without:#?}");
}

/// Each row: what is written where, and what is told, with the line.
#[test]
fn what_an_attacker_writes_by_hand() {
    let module = |entry: &str| format!("<system.webServer><modules>\n{entry}</modules></system.webServer>");
    for (place, text, expected) in [
        ("", r"<system.webServer><globalModules2 /></system.webServer>", ""),
        (
            "",
            r#"<location path="Default Web Site"><system.webServer><isapiFilters><filter name="F" path="C:\Windows\Temp\f.dll" enabled="false" /></isapiFilters></system.webServer></location>"#,
            "F suspicious_location high applicationHost.config:23",
        ),
        (
            "",
            r#"<location path="Default Web Site"><system.webServer><handlers><add name="H" path="*.h" verb="*" modules="IsapiModule" scriptProcessor="C:\Windows\Temp\h.dll" /></handlers></system.webServer></location>"#,
            "H suspicious_location high applicationHost.config:23",
        ),
        (
            "Default Web Site",
            r#"<system.webServer><handlers><add name="C" path="web.config" verb="*" modules="IsapiModule" scriptProcessor="%windir%\system32\inetsrv\asp.dll" /></handlers></system.webServer>"#,
            "C weakened medium Default Web Site/web.config:2",
        ),
        (
            "Default Web Site",
            &module(r#"<remove name="RequestFilteringModule" />"#),
            "RequestFilteringModule unverified high Default Web Site/web.config:3",
        ),
        (
            "Default Web Site",
            &module(r#"<add name="RequestFilteringModule" preCondition="bitness32" />"#),
            "RequestFilteringModule unverified high Default Web Site/web.config:3",
        ),
        (
            "Default Web Site",
            &module(r#"<add name="FormsAuthentication" type="Evil.Auth, Evil" />"#),
            "FormsAuthentication masquerade_type high Default Web Site/web.config:3",
        ),
        (
            "Default Web Site",
            r#"<system.web><httpModules><add name="Own" type="Own.Module, Own" /></httpModules></system.web>"#,
            "Own unknown low Default Web Site/web.config:2",
        ),
        (
            "Default Web Site",
            r#"<system.webServer><aspNetCore processPath="dotnet"><environmentVariables>
<environmentVariable name="DOTNET_STARTUP_HOOKS" value="C:\Windows\Temp\hook.dll" /></environmentVariables></aspNetCore></system.webServer>"#,
            "DOTNET_STARTUP_HOOKS suspicious_location high Default Web Site/web.config:3",
        ),
        (
            "",
            r#"<system.applicationHost><applicationPools><add name="P" CLRConfigFile="C:\ProgramData\a.config" /></applicationPools></system.applicationHost>"#,
            "P suspicious_location high applicationHost.config:23",
        ),
        (
            "",
            r#"<location path="."><system.webServer><security><isapiCgiRestriction><add path="C:\Users\Public\x.dll" allowed="true" /></isapiCgiRestriction></security></system.webServer></location>"#,
            r"C:\Users\Public\x.dll suspicious_location high applicationHost.config:23",
        ),
        (
            "Default Web Site",
            r#"<system.webServer><security><requestFiltering><hiddenSegments><remove segment="bin" /></hiddenSegments></requestFiltering></security></system.webServer>"#,
            "bin weakened high Default Web Site/web.config:2",
        ),
        (
            "Default Web Site",
            r#"<system.webServer><httpLogging dontLog="true" /></system.webServer>"#,
            "/system.webServer/httpLogging/@dontLog weakened high Default Web Site/web.config:2",
        ),
        (
            "",
            r#"<system.applicationHost><configHistory enabled="false" /></system.applicationHost>"#,
            "/system.applicationHost/configHistory/@enabled weakened high applicationHost.config:23",
        ),
    ] {
        let folder = if place.is_empty() { server(text, &[]) } else { server("", &[(place, text)]) };
        let run = run_in(folder.path(), &["audit", ".", "--format", "json", "--fail-on", "low"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(told(&report), expected, "{text}");
        assert_eq!(run.code, Some(i32::from(!expected.is_empty())), "{text}");
    }
}

#[test]
fn what_is_not_at_hand_wins_over_what_was_found() {
    let evil = r#"<system.webServer><globalModules configSource="gone.config" /></system.webServer>"#;
    let folder = server("", &[("Default Web Site", evil), ("Default Web Site/bad", "<oops>")]);
    let options = ["audit", ".", "--fail-on", "info", "--format", "json"];
    let run = run_in(folder.path(), &options);
    assert_eq!((run.code, run.stderr.lines().count()), (Some(2), 2), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let kinds: Vec<&str> =
        report["problems"].as_array().unwrap().iter().map(|p| p["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["damaged", "incomplete"]);
    assert_eq!(report["summary"]["lost_places"], 2);
    assert_eq!(run_in(folder.path(), &[&options[..], &["--allow-unread"]].concat()).code, Some(1));
    // A part that IIS refuses, and a name that is registered nowhere, are told and are no loss.
    let folder = server(
        "",
        &[(
            "Default Web Site",
            r#"<system.webServer><modules><add name="Gone" /><clear /></modules></system.webServer>"#,
        )],
    );
    let run = run_in(folder.path(), &["audit", "."]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    assert!(run.stdout.contains("invalid: "), "{}", run.stdout);
}
