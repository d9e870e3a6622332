//! Whole configurations of honest servers, played as the events that write them: nothing of medium or above.

use super::{changes, event};
use crate::splunk::Record;
use crate::splunk::event::Rendering;
use crate::splunk::search::iismodcheck;
use crate::splunk::value;

/// Place, element, attributes.
type Element = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PHP: &[Element] = &[
    (
        "",
        r#"/system.webServer/fastCgi/application[@fullPath="C:\PHP\php-cgi.exe" and @arguments="-d open_basedir=C:\Sites\A"]"#,
        &[
            ("fullPath", r"C:\PHP\php-cgi.exe"),
            ("arguments", r"-d open_basedir=C:\Sites\A"),
            ("instanceMaxRequests", "10000"),
        ],
    ),
    (
        "",
        r#"/system.webServer/fastCgi/application[@fullPath="C:\PHP\php-cgi.exe"]/environmentVariables/environmentVariable[@name="PHP_FCGI_MAX_REQUESTS"]"#,
        &[("name", "PHP_FCGI_MAX_REQUESTS"), ("value", "10000")],
    ),
    (
        "",
        r#"/system.webServer/fastCgi/application[@fullPath="C:\PHP\php-cgi.exe"]/environmentVariables/environmentVariable[@name="PHPRC"]"#,
        &[("name", "PHPRC"), ("value", r"C:\PHP")],
    ),
    (
        "/A",
        r#"/system.webServer/handlers/add[@name="PHP_via_FastCGI"]"#,
        &[
            ("name", "PHP_via_FastCGI"),
            ("path", "*.php"),
            ("modules", "FastCgiModule"),
            ("scriptProcessor", r"C:\PHP\php-cgi.exe|-d open_basedir=C:\Sites\A"),
            ("resourceType", "Either"),
        ],
    ),
];
const PYTHON: &[Element] = &[
    (
        "",
        r#"/system.webServer/fastCgi/application[@fullPath="C:\Python39\python.exe" and @arguments="C:\apps\wfastcgi.py"]"#,
        &[("fullPath", r"C:\Python39\python.exe"), ("arguments", r"C:\apps\wfastcgi.py")],
    ),
    (
        "/B",
        r#"/system.webServer/handlers/add[@name="Python"]"#,
        &[
            ("name", "Python"),
            ("path", "*"),
            ("modules", "FastCgiModule"),
            ("scriptProcessor", r"C:\Python39\python.exe|C:\apps\wfastcgi.py"),
        ],
    ),
    ("/B", r#"/appSettings/add[@key="WSGI_HANDLER"]"#, &[("key", "WSGI_HANDLER"), ("value", "app.wsgi_app")]),
];
const CORE_HANDLER: &[(&str, &str)] = &[
    ("name", "aspNetCore"),
    ("path", "*"),
    ("verb", "*"),
    ("modules", "AspNetCoreModuleV2"),
    ("resourceType", "Unspecified"),
];
const ASP_NET_CORE: &[Element] = &[
    ("/C", r#"/system.webServer/handlers/add[@name="aspNetCore"]"#, CORE_HANDLER),
    (
        "/C",
        "/system.webServer/aspNetCore",
        &[
            ("processPath", "dotnet"),
            ("arguments", r".\Shop.dll"),
            ("stdoutLogEnabled", "false"),
            ("hostingModel", "inprocess"),
        ],
    ),
    ("/D", r#"/system.webServer/handlers/add[@name="aspNetCore"]"#, CORE_HANDLER),
    ("/D", "/system.webServer/aspNetCore", &[("processPath", r".\Desk.exe"), ("arguments", "")]),
    (
        "/D",
        r#"/system.webServer/aspNetCore/environmentVariables/environmentVariable[@name="ASPNETCORE_ENVIRONMENT"]"#,
        &[("name", "ASPNETCORE_ENVIRONMENT"), ("value", "Production")],
    ),
    ("/E/api", r#"/system.webServer/handlers/add[@name="aspNetCore"]"#, CORE_HANDLER),
    (
        "/E/api",
        "/system.webServer/aspNetCore",
        &[
            ("processPath", r"C:\inetpub\wwwroot\api\Api.exe"),
            ("arguments", r"--contentRoot C:\inetpub\wwwroot\api"),
        ],
    ),
];
const FARM: &[Element] = &[(
    "",
    "/system.web/machineKey",
    &[
        ("validationKey", "0123456789ABCDEF0123456789ABCDEF"),
        ("decryptionKey", "0123456789ABCDEF"),
        ("validation", "HMACSHA256"),
        ("decryption", "AES"),
    ],
)];
const EXCHANGE: &[Element] = &[
    (
        "",
        r#"/system.applicationHost/applicationPools/add[@name="MSExchangeOWAAppPool"]"#,
        &[
            ("name", "MSExchangeOWAAppPool"),
            (
                "CLRConfigFile",
                r"C:\Program Files\Microsoft\Exchange Server\V15\bin\GenericAppPoolConfigWithGCServerEnabledFalse.config",
            ),
            ("managedRuntimeLoader", ""),
        ],
    ),
    (
        "",
        r#"/system.applicationHost/applicationPools/add[@name="MSExchangeOWAAppPool"]/processModel"#,
        &[("identityType", "LocalSystem")],
    ),
    (
        "",
        r#"/system.webServer/security/isapiCgiRestriction/add[@path="C:\Program Files\Microsoft\Exchange Server\V15\FrontEnd\HttpProxy\bin\owaauth.dll"]"#,
        &[
            ("path", r"C:\Program Files\Microsoft\Exchange Server\V15\FrontEnd\HttpProxy\bin\owaauth.dll"),
            ("allowed", "true"),
        ],
    ),
    (
        "/Default Web Site/API",
        r#"/system.webServer/modules/remove[@name="RequestFilteringModule"]"#,
        &[("name", "RequestFilteringModule")],
    ),
    (
        "/Default Web Site/API",
        r#"/system.webServer/modules/remove[@name="UrlAuthorization"]"#,
        &[("name", "UrlAuthorization")],
    ),
    (
        "/Default Web Site/EWS",
        r#"/system.webServer/handlers/add[@name="EWS"]"#,
        &[
            ("name", "EWS"),
            ("path", "*"),
            (
                "type",
                "Microsoft.Exchange.Services.DispatchPipe.Ews.EwsServiceHttpHandlerFactory, Microsoft.Exchange.Services.EwsHandler, Version=15.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
            ),
        ],
    ),
];

/// The events that write these elements, each with its attributes behind it.
fn played(elements: &[Element]) -> Vec<Record> {
    let mut rows = Vec::new();
    for (place, path, attributes) in elements {
        let of =
            |path: &str, new: &str, number| event(number, path, place, ["1", "", new], "S-1-5-21-1-2-3-500");
        rows.push(of(path, "", rows.len()));
        for (attribute, new) in *attributes {
            rows.push(of(&format!("{path}/@{attribute}"), new, rows.len()));
        }
    }
    let one_host = rows.into_iter().map(|mut event| {
        "web01".clone_into(&mut event.host);
        event.render(Rendering::XmlRaw)
    });
    one_host.collect()
}

#[test]
fn honest_servers_are_quiet() {
    for (elements, packs) in
        [(PHP, ""), (PYTHON, ""), (ASP_NET_CORE, ""), (FARM, ""), (EXCHANGE, "packs=exchange")]
    {
        let arguments: Vec<&str> = if packs.is_empty() { vec![] } else { vec![packs] };
        let rows = iismodcheck(&[&["parts=true"], &arguments[..]].concat(), &played(elements), 100);
        let found = changes(rows, &arguments);
        assert!(!found.is_empty());
        for change in found {
            let severity = value(&change, "iis_module_severity");
            assert!(severity == "info", "{change:?}");
        }
    }
}
