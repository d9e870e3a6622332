//! Places and spellings from which no module is expected.

use super::flags::{ImageFlags, Oddity};
use super::normal::Image;
use crate::iis::roots::Roots;
use crate::words::words;

words! {
    /// A place where no module belongs.
    pub enum Place {
        Temp = "location_temp" {
            since: "0.1.0",
            means: "a folder for temporary files",
            seen: "a folder for temporary files: Temp, Tmp, Temporary ASP.NET Files",
            why: "everyone can write there, and it is emptied",
            todo: "secure the file at once",
            example: r"`C:\Windows\Temp\z.dll`",
        }
        Public = "location_public" {
            since: "0.1.0",
            means: "the profile that all users share",
            seen: "the profile that all users share",
            why: "every user can write there",
            todo: "find what wrote it",
            example: r"`C:\Users\Public\z.dll`",
        }
        Users = "location_users" {
            since: "0.1.0",
            means: "the profile of a user or of a service account",
            seen: "the profile of a user or of a service account",
            why: "that user can change the code that IIS loads",
            todo: "ask the user",
            example: r"`C:\Users\bob\z.dll`",
        }
        ProgramData = "location_programdata" {
            since: "0.1.0",
            means: "ProgramData, where every user may create files",
            seen: "ProgramData",
            why: "every user may create files there; malware was found here",
            todo: "check the owner of the file",
            example: r"`C:\ProgramData\z.dll`",
        }
        PerfLogs = "location_perflogs" {
            since: "0.1.0",
            means: "PerfLogs",
            seen: "PerfLogs",
            why: "nothing belongs there but logs",
            todo: "secure the file",
            example: r"`C:\PerfLogs\z.dll`",
        }
        RecycleBin = "location_recycle_bin" {
            since: "0.1.0",
            means: "the recycle bin",
            seen: "the recycle bin",
            why: "a place to hide",
            todo: "secure the file",
            example: r"`C:\$Recycle.Bin\…\z.dll`",
        }
        WebRoot = "location_webroot" {
            since: "0.1.0",
            means: "a folder that a web site serves",
            seen: r"a folder that a web site serves: wwwroot, webroot, htdocs, public_html, ftproot or aspnet_client on any drive, `TEMPLATE\LAYOUTS` of SharePoint, `owa\auth` and `ecp\auth` of Exchange",
            why: "an upload can become a module",
            todo: "look for web shells beside it",
            example: r"`C:\inetpub\wwwroot\bin\z.dll`",
        }
        Tasks = "location_tasks" {
            since: "0.1.0",
            means: "the folder of scheduled tasks",
            seen: "the folder of scheduled tasks",
            why: "often writable, seldom looked at",
            todo: "secure the file",
            example: r"`C:\Windows\System32\Tasks\z.dll`",
        }
        Spool = "location_spool" {
            since: "0.1.0",
            means: "the folder of the print spooler",
            seen: "the folder of the print spooler",
            why: "writable by way of printer drivers",
            todo: "secure the file",
            example: r"`%windir%\System32\spool\drivers\z.dll`",
        }
        Writable = "location_writable" {
            since: "0.2.0",
            means: "a folder of Windows in which accounts that are no administrators may create files",
            seen: r"a folder of Windows in which accounts that are no administrators may create files: `tracing`, `debug\WIA`, `Registration\CRMLog`, and in System32 `com\dmp`, `FxsTmp`, `LogFiles`, `Microsoft\Crypto`",
            why: r"whoever runs code as a user can put a DLL there",
            todo: r"secure the file; find what wrote it",
            example: r"`C:\Windows\tracing\z.dll`",
        }
        IisData = "location_iis_data" {
            since: "0.2.0",
            means: "a folder of IIS for error pages, logs or copies of the configuration",
            seen: r"a folder of IIS for error pages, logs or copies of the configuration: `inetpub\custerr`, `logs`, `history`",
            why: r"IIS keeps no code there",
            todo: r"secure the file; look at what else was written there",
            example: r"`C:\inetpub\logs\z.dll`",
        }
    }
}

/// What speaks against where a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// No module belongs there.
    Place(Place),
    /// The spelling hides the place.
    Spelling(Oddity),
}

impl Suspicion {
    /// The word in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Place(place) => place.as_str(),
            Self::Spelling(oddity) => oddity.as_str(),
        }
    }
}

/// Names of folders that hold no modules wherever they lie.
const ANYWHERE: &[(&str, Place)] = &[
    ("temp", Place::Temp),
    ("tmp", Place::Temp),
    ("temporary asp.net files", Place::Temp),
    ("wwwroot", Place::WebRoot),
    ("webroot", Place::WebRoot),
    ("htdocs", Place::WebRoot),
    ("public_html", Place::WebRoot),
    ("ftproot", Place::WebRoot),
    ("aspnet_client", Place::WebRoot),
    ("$recycle.bin", Place::RecycleBin),
    ("recycler", Place::RecycleBin),
    ("recycled", Place::RecycleBin),
];

/// Folders that follow each other, wherever they lie.
const TOGETHER: &[(&[&str], Place)] = &[
    // Pages of SharePoint and of Exchange that are served to everybody.
    (&["template", "layouts"], Place::WebRoot),
    (&["owa", "auth"], Place::WebRoot),
    (&["ecp", "auth"], Place::WebRoot),
    (&["inetpub", "custerr"], Place::IisData),
    (&["inetpub", "logs"], Place::IisData),
    (&["inetpub", "history"], Place::IisData),
];

/// What Exchange itself registers from a folder of pages.
const OF_EXCHANGE: [&str; 2] = ["exppw.dll", "owaauth.dll"];

/// Folders below that of Windows; `system` stands for System32 and for `SysWOW64`.
const OF_WINDOWS: &[(&[&str], Place)] = &[
    (&["tasks"], Place::Tasks),
    (&["system", "tasks"], Place::Tasks),
    (&["system", "spool"], Place::Spool),
    (&["serviceprofiles"], Place::Users),
    (&["system", "config", "systemprofile"], Place::Users),
    (&["tracing"], Place::Writable),
    (&["debug", "wia"], Place::Writable),
    (&["registration", "crmlog"], Place::Writable),
    (&["system", "com", "dmp"], Place::Writable),
    (&["system", "fxstmp"], Place::Writable),
    (&["system", "logfiles"], Place::Writable),
    (&["system", "microsoft", "crypto"], Place::Writable),
];

/// Spellings that hide where the file lies, the most telling first.
const HIDING: &[Oddity] = &[
    Oddity::DevicePrefix,
    Oddity::UnresolvableDevice,
    Oddity::Remote,
    Oddity::Ads,
    Oddity::ShortName,
    Oddity::UnknownEnv,
    Oddity::EscapesRoot,
    Oddity::Sysnative,
    Oddity::ControlCharacters,
    Oddity::InnerQuote,
    Oddity::Wildcard,
    Oddity::TooLong,
];

impl Image {
    /// The place from which no module is expected, as written or as Windows opens it.
    #[must_use]
    pub fn place(&self, roots: &Roots) -> Option<Place> {
        place(self).or_else(|| place(&self.opened(roots)))
    }

    /// The [`Image::place`], or a spelling that hides the place. A merely relative path is neither.
    #[must_use]
    pub fn suspicious_location(&self, roots: &Roots) -> Option<Suspicion> {
        let place = self.place(roots).map(Suspicion::Place);
        place.or_else(|| hiding(self).map(Suspicion::Spelling))
    }

    /// Whether the file lies in System32 (or `SysWOW64`) itself, as written or as Windows opens it, not in a folder below
    /// it. IIS keeps its modules in `inetsrv`, so a module in the root stands out although the folder is a trusted one.
    #[must_use]
    pub fn in_system32_root(&self, roots: &Roots) -> bool {
        let inside = |image: &Self| matches!(image.directory(), r"%windir%\system32" | r"%windir%\syswow64");
        inside(self) || inside(&self.opened(roots))
    }
}

/// A spelling that hides the place.
fn hiding(image: &Image) -> Option<Oddity> {
    HIDING.iter().copied().find(|oddity| image.flags.intersects(ImageFlags::of(*oddity)))
}

/// The bad place that the path names; a relative one names none.
fn place(image: &Image) -> Option<Place> {
    if image.is_relative() {
        return None;
    }
    let folders: Vec<&str> = image.directory().split('\\').collect();
    let (root, below) = folders.split_first()?;
    let anywhere = |(name, place): &(&str, Place)| below.contains(name).then_some(*place);
    let together = |(names, place): &(&[&str], Place)| {
        below.windows(names.len()).any(|found| found == *names).then_some(*place)
    };
    let of_exchange = below.ends_with(&["owa", "auth"]) && OF_EXCHANGE.contains(&image.file_name());
    ANYWHERE
        .iter()
        .find_map(anywhere)
        .or_else(|| TOGETHER.iter().find_map(together).filter(|_| !of_exchange))
        .or_else(|| below_root(root, below))
}

fn below_root(root: &str, below: &[&str]) -> Option<Place> {
    match root {
        "%public%" => return Some(Place::Public),
        "%programdata%" => return Some(Place::ProgramData),
        "%windir%" => {
            let system = |name| if matches!(name, "system32" | "syswow64") { "system" } else { name };
            let below: Vec<&str> = below.iter().copied().map(system).collect();
            return OF_WINDOWS.iter().find_map(|(names, place)| below.starts_with(names).then_some(*place));
        }
        _ => {}
    }
    match *below.first().filter(|_| root.ends_with(':'))? {
        "users" | "documents and settings" => Some(Place::Users),
        "programdata" => Some(Place::ProgramData),
        "perflogs" => Some(Place::PerfLogs),
        _ => None,
    }
}
