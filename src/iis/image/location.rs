//! Places and spellings from which no module is expected.

use super::{Image, ImageFlags};

/// Reason codes of places, with what each says.
pub const LOCATIONS: &[(&str, &str)] = &[
    (TEMP, "a folder named Temp or Tmp"),
    (PUBLIC, "the profile that all users share"),
    (USERS, "a user's profile"),
    (PROGRAM_DATA, "ProgramData, where every user may create files"),
    (PERF_LOGS, "PerfLogs"),
    (RECYCLE_BIN, "the recycle bin"),
    (WEB_ROOT, "a folder that a web site serves"),
    (TASKS, "the folder of scheduled tasks"),
    (SPOOL, "the folder of the print spooler"),
];

const TEMP: &str = "location_temp";
const PUBLIC: &str = "location_public";
const USERS: &str = "location_users";
const PROGRAM_DATA: &str = "location_programdata";
const PERF_LOGS: &str = "location_perflogs";
const RECYCLE_BIN: &str = "location_recycle_bin";
const WEB_ROOT: &str = "location_webroot";
const TASKS: &str = "location_tasks";
const SPOOL: &str = "location_spool";

/// Spellings that hide where the file lies, the most telling first.
const HIDING: &[ImageFlags] = &[
    ImageFlags::DEVICE_PREFIX,
    ImageFlags::UNRESOLVABLE_DEVICE,
    ImageFlags::REMOTE,
    ImageFlags::ADS,
    ImageFlags::SHORT_NAME,
    ImageFlags::UNKNOWN_ENV,
    ImageFlags::ESCAPES_ROOT,
    ImageFlags::SYSNATIVE,
    ImageFlags::CONTROL_CHARACTERS,
    ImageFlags::INNER_QUOTE,
    ImageFlags::WILDCARD,
    ImageFlags::TOO_LONG,
];

/// The reason code of a spelling that hides the place.
pub(super) fn hiding(image: &Image) -> Option<&'static str> {
    HIDING.iter().find(|flag| image.flags.intersects(**flag))?.codes().next()
}

/// The reason code of the place that the path names; a relative one names none.
pub(super) fn place(image: &Image) -> Option<&'static str> {
    if image.is_relative() {
        return None;
    }
    let directory = image.directory();
    let components = || directory.split('\\');
    if components().skip(1).any(|c| matches!(c, "temp" | "tmp")) {
        return Some(TEMP);
    }
    if components().skip(1).any(|c| matches!(c, "wwwroot" | "ftproot" | "aspnet_client")) {
        return Some(WEB_ROOT);
    }
    if components().skip(1).any(|c| matches!(c, "$recycle.bin" | "recycler" | "recycled")) {
        return Some(RECYCLE_BIN);
    }
    let mut parts = components();
    let root = parts.next()?;
    let first = parts.next();
    let second = parts.next();
    match (root, first, second) {
        ("%public%", ..) => Some(PUBLIC),
        ("%programdata%", ..) => Some(PROGRAM_DATA),
        ("%windir%", Some("tasks"), _) | ("%windir%", Some("system32" | "syswow64"), Some("tasks")) => {
            Some(TASKS)
        }
        ("%windir%", Some("system32" | "syswow64"), Some("spool")) => Some(SPOOL),
        (drive, Some(folder), _) if drive.ends_with(':') => match folder {
            "users" | "documents and settings" => Some(USERS),
            "programdata" => Some(PROGRAM_DATA),
            "perflogs" => Some(PERF_LOGS),
            _ => None,
        },
        _ => None,
    }
}
