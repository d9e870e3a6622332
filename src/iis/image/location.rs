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
            means: "a folder named Temp or Tmp",
            seen: "a folder named Temp or Tmp",
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
            means: "a user's profile",
            seen: "a user's profile",
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
            seen: "a folder that a web site serves",
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
    let directory = image.directory();
    let components = || directory.split('\\');
    if components().skip(1).any(|c| matches!(c, "temp" | "tmp")) {
        return Some(Place::Temp);
    }
    if components().skip(1).any(|c| matches!(c, "wwwroot" | "ftproot" | "aspnet_client")) {
        return Some(Place::WebRoot);
    }
    if components().skip(1).any(|c| matches!(c, "$recycle.bin" | "recycler" | "recycled")) {
        return Some(Place::RecycleBin);
    }
    let mut parts = components();
    let root = parts.next()?;
    let first = parts.next();
    let second = parts.next();
    match (root, first, second) {
        ("%public%", ..) => Some(Place::Public),
        ("%programdata%", ..) => Some(Place::ProgramData),
        ("%windir%", Some("tasks"), _) | ("%windir%", Some("system32" | "syswow64"), Some("tasks")) => {
            Some(Place::Tasks)
        }
        ("%windir%", Some("system32" | "syswow64"), Some("spool")) => Some(Place::Spool),
        (drive, Some(folder), _) if drive.ends_with(':') => match folder {
            "users" | "documents and settings" => Some(Place::Users),
            "programdata" => Some(Place::ProgramData),
            "perflogs" => Some(Place::PerfLogs),
            _ => None,
        },
        _ => None,
    }
}
