//! What to do about a finding that needs a decision: what to secure now, what to change afterwards, how to take it out. The one
//! table behind the page of `scan --format html` and docs/response.md, which `cargo xtask words` writes.

use super::code::Code;
use super::columns::Column;
use super::reason::ReasonCode;
use super::spl;
use super::verdict::{Severity, Verdict};
use crate::iis::{Action, Class, Kind};

/// Which steps fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// A DLL that IIS loads.
    Native,
    /// An assembly that a site loads.
    Managed,
    /// What answers requests, or filters them, without being a module.
    Handler,
    /// A file that is not the one that is vouched for.
    Altered,
    /// A protection that is gone.
    Protection,
    /// A setting that is no module.
    Setting,
    /// An event that cannot be read.
    Unreadable,
}

/// What a case is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Verdict(Verdict),
    Class(Class),
    Kind(Kind),
    /// It names a type.
    Type,
    Action(Action),
    /// Done to something that is vouched for. Done to anything else it covers tracks: what was loaded is still to be secured.
    VouchedAction(Action),
    Reason(Code),
}

/// The signs, the first that a finding shows counts; `of` and the app's macro are made of them.
const SIGNS: [(Response, Sign); 13] = [
    (Response::Unreadable, Sign::Verdict(Verdict::Unparsed)),
    (Response::Altered, Sign::Verdict(Verdict::FileAltered)),
    (Response::Setting, Sign::Class(Class::Setting)),
    (Response::Protection, Sign::VouchedAction(Action::Removed)),
    (Response::Protection, Sign::Action(Action::Cleared)),
    (Response::Protection, Sign::Reason(Code::ProtectiveModuleRemoved)),
    (Response::Protection, Sign::Reason(Code::ProtectiveModuleNarrowed)),
    (Response::Protection, Sign::Reason(Code::ListCleared)),
    (Response::Protection, Sign::Reason(Code::ListChanged)),
    (Response::Handler, Sign::Class(Class::Handler)),
    (Response::Handler, Sign::Class(Class::IsapiFilter)),
    (Response::Managed, Sign::Kind(Kind::Managed)),
    (Response::Managed, Sign::Type),
];
/// The case of what shows none of them.
const OTHERWISE: Response = Response::Native;

/// Whether a verdict speaks for a module, or not much against it.
fn is_vouched(verdict: Verdict) -> bool {
    verdict.severity() < Severity::Medium
}

/// The steps, each a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// What they are for.
    pub case: &'static str,
    /// What is done first, in short: it stands before whatever else is advised.
    pub first: &'static str,
    /// What to secure now, before anything is recycled or removed.
    pub secure: &'static [&'static str],
    /// Commands for PowerShell that copy what the host has of it, with [`SINCE_WORD`] for a date.
    pub keep: &'static [&'static str],
    /// Commands that copy the files that a finding names, with [`IMAGE_WORD`] for them.
    pub keep_files: &'static [&'static str],
    /// What to change afterwards.
    pub change: &'static [&'static str],
    /// How to take it out; commands stand between backticks, with NAME, SITE and PATH for what a finding tells.
    pub remove: &'static [&'static str],
}

/// What stands in the commands for the files of a finding, and for the date from which logs are copied.
pub const IMAGE_WORD: &str = "IMAGE";
/// See [`IMAGE_WORD`].
pub const SINCE_WORD: &str = "SINCE";
/// What stands in the steps for that date.
pub const DAY_BEFORE: &str = "a day before the change";
/// What is to be known before the commands are used.
pub const COMMANDS: &str = "Commands for PowerShell as an administrator, on the host. EVIDENCE is a folder on another volume, named once. Everything in them is part of Windows, but for procdump (Sysinternals), which has to be brought; what Windows itself has for a dump (comsvcs.dll) is stopped by antivirus.";

const MEMORY: &str = "The memory of every w3wp.exe on the host, before a pool is recycled or the server restarted: what a module received is nowhere else.";
/// Only where the file lies in one of the two folders.
pub const TWIN: &str = r"Its twin of the other bitness, for it lies below one of %windir%\System32 and %windir%\SysWOW64 (an error about a file that is not there: it has none).";
const CONFIGURATION: &str = r"%windir%\System32\inetsrv\config\applicationHost.config, and the web.config of the site and of the folders above it.";
const HISTORY: &str =
    r"%SystemDrive%\inetpub\history: the folders CFGHISTORY_… before and after the time of the change.";
const POOLS: &str =
    r"%SystemDrive%\inetpub\temp\appPools: the copies of the configuration that the pools run with.";
const LOGS: &str = r"Logs from a day before the change on: Microsoft-IIS-Configuration%4Operational.evtx, Security, System, Application and PowerShell from C:\Windows\System32\winevt\Logs, %SystemDrive%\inetpub\logs\LogFiles, and C:\Windows\System32\LogFiles\HTTPERR.";
const KEYS: &str = "The validation and decryption key (machineKey) of every site on the host, and on all servers that share them: who has read them can run code without the module.";
const PASSWORDS: &str =
    "Passwords of the application pools' accounts and those in connection strings of the sites.";
const CERTIFICATES: &str =
    "Certificates of the host whose private key can be exported: replace and revoke them.";
const USERS: &str = "Passwords that users sent to the sites since the change: a module sees them before they are encrypted or checked.";
const AGAIN: &str = "List the modules of the host and check them again; who could register one had the rights of an administrator, so find out what else was done.";
/// Only where the entry may stand at a site.
pub const AT_SITE: &str = "Where a site lists it: `appcmd delete module NAME /app.name:SITE`.";

const FOLDER: &str = "$evidence = 'EVIDENCE'; $null = New-Item -ItemType Directory -Force $evidence";
const DUMP: &str = "Get-Process w3wp | ForEach-Object { procdump -accepteula -ma $_.Id $evidence }";
const COPY_CONFIGURATION: &str =
    r#"robocopy "$env:windir\System32\inetsrv\config" "$evidence\config" /s /b /copy:DAT /dcopy:T"#;
const COPY_HISTORY: &str =
    r#"robocopy "$env:SystemDrive\inetpub\history" "$evidence\history" /s /b /copy:DAT /dcopy:T"#;
const COPY_POOLS: &str =
    r#"robocopy "$env:SystemDrive\inetpub\temp\appPools" "$evidence\appPools" /s /b /copy:DAT /dcopy:T"#;
const COPY_SITES: &str = r#"appcmd list vdir /text:physicalPath | ForEach-Object { $path = [Environment]::ExpandEnvironmentVariables($_); robocopy $path "$evidence\sites$(Split-Path -NoQualifier $path)" web.config *.dll *.as?x *.cs *.vb /s /b /copy:DAT /dcopy:T }"#;
const COPY_COMPILED: &str = r#"'Framework', 'Framework64' | ForEach-Object { robocopy "$env:windir\Microsoft.NET\$_\v4.0.30319\Temporary ASP.NET Files" "$evidence\compiled\$_" /s /b /copy:DAT /dcopy:T }"#;
const EXPORT_LOGS: &str = r#"'Microsoft-IIS-Configuration/Operational', 'Security', 'System', 'Application', 'Windows PowerShell', 'Microsoft-Windows-PowerShell/Operational' | ForEach-Object { wevtutil epl $_ "$evidence\$($_ -replace '/', '%4').evtx" }"#;
const EXPORT_OWN_LOG: &str = r#"wevtutil epl Microsoft-IIS-Configuration/Operational "$evidence\Microsoft-IIS-Configuration%4Operational.evtx""#;
const COPY_REQUESTS: &str = r#"robocopy "$env:SystemDrive\inetpub\logs\LogFiles" "$evidence\LogFiles" /s /b /copy:DAT /dcopy:T /maxage:SINCE"#;
const COPY_ERRORS: &str = r#"robocopy "$env:windir\System32\LogFiles\HTTPERR" "$evidence\HTTPERR" /b /copy:DAT /dcopy:T /maxage:SINCE"#;
const COPY_SERVICING: &str = r#"robocopy "$env:windir\Logs\CBS" "$evidence\CBS" /b /copy:DAT /dcopy:T; robocopy "$env:windir\WinSxS" "$evidence\WinSxS" pending.xml /b"#;
const COPY_CATALOGS: &str =
    r#"robocopy "$env:windir\System32\CatRoot" "$evidence\CatRoot" /s /b /copy:DAT /dcopy:T"#;
const COPY_JOURNAL: &str = r#"fsutil usn readjournal $env:SystemDrive csv | Out-File "$evidence\usn.csv""#;
const HASHES: &str = r#"Get-FileHash -LiteralPath (Get-ChildItem -Recurse -File $evidence).FullName | Export-Csv -NoTypeInformation "$evidence.hashes.csv""#;

const FILES: &[&str] = &[
    "$files = IMAGE | ForEach-Object { [Environment]::ExpandEnvironmentVariables($_) }",
    r#"Get-Item -Force -LiteralPath $files | Format-List FullName, Length, CreationTimeUtc, LastWriteTimeUtc, @{ n = 'Owner'; e = { (Get-Acl -LiteralPath $_.FullName).Owner } } | Out-File -Append "$evidence\files.txt""#,
    r#"Get-FileHash -LiteralPath $files | Format-List | Out-File -Append "$evidence\files.txt""#,
    r#"$files | ForEach-Object { Copy-Item -LiteralPath $_ -Destination "$evidence\$((Get-FileHash -LiteralPath $_).Hash)" }"#,
];

impl Response {
    /// Every case, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::Managed,
        Self::Handler,
        Self::Altered,
        Self::Protection,
        Self::Setting,
        Self::Unreadable,
    ];

    /// The word of the app's field `iis_response`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Managed => "managed",
            Self::Handler => "handler",
            Self::Altered => "altered",
            Self::Protection => "protection",
            Self::Setting => "setting",
            Self::Unreadable => "unreadable",
        }
    }

    /// The case of a finding, by its verdict, the texts of its columns and its reasons.
    pub fn of<'r>(
        verdict: Verdict,
        fact: impl Fn(Column) -> &'r str,
        reasons: impl IntoIterator<Item = &'r str>,
    ) -> Self {
        let code = |reason: &'r str| reason.split_once(':').map_or(reason, |(code, _)| code);
        let codes: Vec<&str> = reasons.into_iter().map(code).collect();
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == fact(Column::Kind));
        let is = |action: Action| fact(Column::Action) == action.as_str();
        let shows = |sign: &Sign| match *sign {
            Sign::Verdict(own) => verdict == own,
            Sign::Class(class) => kind.is_some_and(|kind| kind.class() == class),
            Sign::Kind(own) => kind == Some(own),
            Sign::Type => !fact(Column::Type).is_empty(),
            Sign::Action(action) => is(action),
            Sign::VouchedAction(action) => is(action) && is_vouched(verdict),
            Sign::Reason(own) => codes.contains(&own.as_str()),
        };
        SIGNS.iter().find(|(_, sign)| shows(sign)).map_or(OTHERWISE, |(response, _)| *response)
    }

    /// The case as an expression of SPL over the output columns: the definition of the macro `iismodcheck_response`. Each sign
    /// is a condition of its own, for what a column lacks is null, and so is what it would be joined to.
    #[must_use]
    pub fn spl() -> String {
        let word = |response: Self| spl::string(response.as_str());
        spl::case(SIGNS.iter().map(|(response, sign)| (sign.spl(), word(*response))), &word(OTHERWISE))
    }

    /// What to do.
    #[must_use]
    pub const fn steps(self) -> Steps {
        match self {
            Self::Native => NATIVE_STEPS,
            Self::Managed => MANAGED_STEPS,
            Self::Handler => HANDLER_STEPS,
            Self::Altered => ALTERED_STEPS,
            Self::Protection => PROTECTION_STEPS,
            Self::Setting => SETTING_STEPS,
            Self::Unreadable => UNREADABLE_STEPS,
        }
    }
}

impl Sign {
    /// The condition in SPL.
    fn spl(self) -> String {
        match self {
            Self::Verdict(verdict) => spl::is(Column::Verdict, verdict.as_str()),
            Self::Class(class) => {
                let kinds = Kind::ALL.into_iter().filter(|kind| kind.class() == class);
                spl::is_one_of(Column::Kind, kinds.map(Kind::as_str))
            }
            Self::Kind(kind) => spl::is(Column::Kind, kind.as_str()),
            Self::Type => format!("{}!=\"-\"", Column::Type.name()),
            Self::Action(action) => spl::is(Column::Action, action.as_str()),
            Self::VouchedAction(action) => {
                let vouched = Verdict::ALL.into_iter().filter(|verdict| is_vouched(*verdict));
                let vouched = spl::is_one_of(Column::Verdict, vouched.map(Verdict::as_str));
                format!("{} AND {vouched}", spl::is(Column::Action, action.as_str()))
            }
            Self::Reason(code) => spl::has_reason(&[ReasonCode::Code(code)]),
        }
    }
}

const NATIVE_STEPS: Steps = Steps {
    case: "a DLL that IIS loads",
    first: "dump w3wp.exe, keep DLL, config, logs",
    secure: &[
        MEMORY,
        "The DLL with its times and owner.",
        TWIN,
        CONFIGURATION,
        HISTORY,
        POOLS,
        "The web.config and the bin folder of each site: a second foothold is often there.",
        LOGS,
    ],
    keep: &[
        FOLDER,
        DUMP,
        COPY_CONFIGURATION,
        COPY_HISTORY,
        COPY_POOLS,
        COPY_SITES,
        EXPORT_LOGS,
        COPY_REQUESTS,
        COPY_ERRORS,
        HASHES,
    ],
    keep_files: FILES,
    change: &[KEYS, PASSWORDS, CERTIFICATES, USERS],
    remove: &[
        "When all of that is copied: `appcmd uninstall module NAME` takes it from globalModules and modules.",
        AT_SITE,
        "Then `iisreset`, and only then take away the DLL, and its twin where there is one: a loaded file cannot be deleted.",
        AGAIN,
    ],
};

const MANAGED_STEPS: Steps = Steps {
    case: "an assembly that a site loads",
    first: "dump w3wp.exe, keep bin, config, logs",
    secure: &[
        MEMORY,
        "The web.config and the bin folder of the site, and App_Code: the assembly that has the type is there, or in the global assembly cache (C:\\Windows\\Microsoft.NET\\assembly).",
        r"C:\Windows\Microsoft.NET\Framework64 and Framework, folder Temporary ASP.NET Files: copies of the assembly and what was compiled.",
        CONFIGURATION,
        HISTORY,
        LOGS,
    ],
    keep: &[
        FOLDER,
        DUMP,
        COPY_SITES,
        COPY_COMPILED,
        COPY_CONFIGURATION,
        COPY_HISTORY,
        EXPORT_LOGS,
        COPY_REQUESTS,
        COPY_ERRORS,
        HASHES,
    ],
    keep_files: &[],
    change: &[KEYS, PASSWORDS, USERS],
    remove: &[
        "When all of that is copied: take the entry out of the web.config that has it (`appcmd delete module NAME /app.name:SITE`), then the assembly out of bin.",
        "Recycle the pool of the site, and look into Temporary ASP.NET Files once more.",
        "List the modules of the site and check them again; who could write there may have left other files in the site.",
    ],
};

const HANDLER_STEPS: Steps = Steps {
    case: "a handler or an ISAPI filter",
    first: "dump w3wp.exe, keep DLL, config, logs",
    secure: &[
        MEMORY,
        "The DLL, or the assembly in the bin folder of the site, with its times and owner.",
        CONFIGURATION,
        HISTORY,
        POOLS,
        LOGS,
    ],
    keep: &[
        FOLDER,
        DUMP,
        COPY_CONFIGURATION,
        COPY_HISTORY,
        COPY_POOLS,
        COPY_SITES,
        EXPORT_LOGS,
        COPY_REQUESTS,
        COPY_ERRORS,
        HASHES,
    ],
    keep_files: FILES,
    change: &[KEYS, PASSWORDS, CERTIFICATES, USERS],
    remove: &[
        "When all of that is copied: take the entry out at the place that has it, in IIS Manager or by `appcmd set config \"SITE\" /section:handlers \"/-[name='…']\"` (isapiFilters for a filter).",
        "Then `iisreset`, and only then take away the DLL: a loaded file cannot be deleted.",
        AGAIN,
    ],
};

const ALTERED_STEPS: Steps = Steps {
    case: "a file that is not the one that is vouched for",
    first: "dump w3wp.exe, keep the file before it is repaired",
    secure: &[
        MEMORY,
        "The file with its times and owner, before anything repairs it.",
        TWIN,
        r"What shows when it was exchanged: the USN journal and the $MFT of the volume (Windows has nothing that copies the $MFT), shadow copies, events 4663 of the Security log, %windir%\WinSxS\pending.xml, and %windir%\Logs\CBS.",
        "The same file of another server with the same version of Windows or of the product, to compare with.",
        r"%windir%\System32\CatRoot with its times: a catalog may have been put there.",
        LOGS,
    ],
    keep: &[
        FOLDER,
        DUMP,
        COPY_JOURNAL,
        COPY_SERVICING,
        COPY_CATALOGS,
        EXPORT_LOGS,
        COPY_REQUESTS,
        COPY_ERRORS,
        HASHES,
    ],
    keep_files: FILES,
    change: &[KEYS, PASSWORDS, CERTIFICATES, USERS],
    remove: &[
        "When all of that is copied: `iisreset /stop`, then `sfc /scannow` for a file of Windows (`DISM /Online /Cleanup-Image /RestoreHealth` where its own store is damaged), or the installer of the product.",
        "Compare the hash again, and start the pools.",
        AGAIN,
    ],
};

const PROTECTION_STEPS: Steps = Steps {
    case: "a module that is gone, or no longer runs where it should",
    first: "keep configuration, its history, logs",
    secure: &[
        CONFIGURATION,
        HISTORY,
        LOGS,
        "Records of the requests that other devices keep (proxy, load balancer, firewall): the server's own log may have stopped.",
    ],
    keep: &[FOLDER, COPY_CONFIGURATION, COPY_HISTORY, EXPORT_LOGS, COPY_REQUESTS, COPY_ERRORS, HASHES],
    keep_files: &[],
    change: &["What was reachable without the module since then: look at it as if it had been public."],
    remove: &[
        r"Put the module back as it stands in the last good CFGHISTORY folder: `appcmd install module NAME /image:PATH`, or the entry of the site.",
        "Look at what else the same actor changed, before and after.",
    ],
};

const SETTING_STEPS: Steps = Steps {
    case: "a setting that protects, logs or loads code",
    first: "keep configuration, its history, logs",
    secure: &[CONFIGURATION, HISTORY, LOGS, "The file that the value names, where it names one."],
    keep: &[FOLDER, COPY_CONFIGURATION, COPY_HISTORY, EXPORT_LOGS, COPY_REQUESTS, COPY_ERRORS, HASHES],
    keep_files: &[],
    change: &[
        KEYS,
        "What was not logged or not refused while the setting stood so: look at it as if it had been public.",
    ],
    remove: &[
        "Set the value back to what the last good CFGHISTORY folder has (`appcmd set config`), or the web.config of the site.",
        "Look at what else the same actor changed, before and after.",
    ],
};

const UNREADABLE_STEPS: Steps = Steps {
    case: "an event that cannot be read",
    first: "keep the log itself",
    secure: &[
        r"The log itself, C:\Windows\System32\winevt\Logs\Microsoft-IIS-Configuration%4Operational.evtx: it may hold what the export lost.",
        CONFIGURATION,
        HISTORY,
    ],
    keep: &[FOLDER, EXPORT_OWN_LOG, COPY_CONFIGURATION, COPY_HISTORY, HASHES],
    keep_files: &[],
    change: &[],
    remove: &[
        "Find out from the log or from the configuration which module it was about, and decide on that one.",
    ],
};

/// The path of the same DLL for processes of the other bitness; `None` where there is no such place.
#[must_use]
pub fn twin(image: &str) -> Option<String> {
    let lower = image.to_ascii_lowercase();
    [(r"\system32\", r"\SysWOW64\"), (r"\syswow64\", r"\System32\")].into_iter().find_map(|(own, other)| {
        let at = lower.find(own)?;
        Some([image.get(..at)?, other, image.get(at + own.len()..)?].concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_a_finding() {
        for (verdict, kind, action, type_name, reason, expected) in [
            (Verdict::Unknown, "native", "added", "", "", Response::Native),
            (Verdict::ImageHijack, "", "modified", "", "image_replaced", Response::Native),
            (Verdict::Unknown, "managed", "added", "", "", Response::Managed),
            (Verdict::MasqueradeType, "", "added", "Evil.M", "", Response::Managed),
            (Verdict::Unverified, "native", "removed", "", "protective_module_removed", Response::Protection),
            (Verdict::Unverified, "native", "removed", "", "", Response::Protection),
            (Verdict::Lookalike, "native", "removed", "", "", Response::Native),
            (
                Verdict::KnownGood,
                "native",
                "present",
                "",
                "protective_module_narrowed:x",
                Response::Protection,
            ),
            (Verdict::Weakened, "setting", "modified", "", "setting:http-logging-off", Response::Setting),
            (Verdict::FileAltered, "native", "present", "", "signer_unexpected:none", Response::Altered),
            (Verdict::FileAltered, "handler", "present", "", "", Response::Altered),
            (Verdict::SuspiciousLocation, "handler", "added", "", "", Response::Handler),
            (Verdict::Unknown, "isapi_filter", "present", "", "", Response::Handler),
            (Verdict::SuspiciousLocation, "handler", "added", "Evil.H", "", Response::Handler),
            (Verdict::Unparsed, "", "", "", "cut_off", Response::Unreadable),
        ] {
            let fact = |column| match column {
                Column::Kind => kind,
                Column::Action => action,
                Column::Type => type_name,
                _ => "",
            };
            assert_eq!(Response::of(verdict, fact, [reason]), expected, "{verdict} {kind} {action}");
        }
    }

    #[test]
    fn the_twin_of_a_dll() {
        for (image, expected) in [
            (r"%windir%\System32\inetsrv\x.dll", Some(r"%windir%\SysWOW64\inetsrv\x.dll")),
            (r"C:\WINDOWS\SYSWOW64\x.dll", Some(r"C:\WINDOWS\System32\x.dll")),
            (r"D:\Apps\x.dll", None),
            ("", None),
        ] {
            assert_eq!(twin(image).as_deref(), expected, "{image}");
        }
    }
}
