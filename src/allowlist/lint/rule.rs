//! Every rule of the check: what it finds, how much that matters, what to do.

/// How much a mistake matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// Worth knowing; nothing need be done.
    Note,
    /// Allows more than it seems to, or does nothing.
    Warning,
    /// The file is refused, or the entry speaks for a known threat or for everything.
    Error,
}

impl Grade {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A rule of the check. Names are stable.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in reports.
    pub name: &'static str,
    /// How much its mistakes matter.
    pub grade: Grade,
    /// What it finds and why that matters.
    pub finds: &'static str,
    /// What to do.
    pub fix: &'static str,
}

macro_rules! rules {
    ($($id:ident = $name:literal, $grade:ident, $finds:literal, $fix:literal;)*) => {
        $(#[doc = $finds]
        pub const $id: Rule =
            Rule { name: $name, grade: Grade::$grade, finds: $finds, fix: $fix };)*
        /// Every rule, in the order of the documentation.
        pub const RULES: &[Rule] = &[$($id),*];
    };
}

rules! {
    BROKEN_ROW = "broken-row", Error,
        "a row is bad: searches allow nothing by it, and deny by the cells that can be read; or the header is: no row counts. scan and the other subcommands refuse the file",
        "said with each";
    UNKNOWN_COLUMN = "unknown-column", Warning,
        "a column is not read and looks like a misspelt one; what it was meant to limit is not limited",
        "correct the name in the header, or give the column a name that resembles none";
    HOST_PATTERN = "host-pattern", Warning,
        "the pattern matches no host name",
        "write names or IP addresses, with * and ? where needed, and divide several by a vertical bar";
    PLACE_PATTERN = "place-pattern", Warning,
        "the pattern matches no place: each begins with MACHINE",
        "write MACHINE/WEBROOT/APPHOST and the site, such as MACHINE/WEBROOT/APPHOST/Shop/**";
    UNKNOWN_CONDITION = "unknown-condition", Warning,
        "the preCondition is none that IIS knows, so the entry matches no module that shows one",
        "write it as IIS does";
    REMOVAL_WITH_IMAGE = "removal-with-image", Warning,
        "the events of a removal show neither image nor type, so the entry never matches",
        "leave image and type empty, or action";
    ANY_NAME_ANY_IMAGE = "any-name-any-image", Error,
        "name and image are wildcards only: the entry would allow every module that nothing speaks against",
        "name the module and its folder";
    ALLOWS_THREAT = "allows-threat", Error,
        "what the entry allows is on the threat list",
        "do not allow it: investigate the host; if the threat entry is wrong for this site, switch it off by a row with its id and enabled=false";
    RESEMBLES_THREAT = "resembles-threat", Warning,
        "the DLL has the file name of published malware, though honest software may use it too",
        "check the file on the host and say in the reason how it was checked";
    NAME_ONLY = "name-only", Warning,
        "the entry allows by name alone; a removal or an image that the data hides is then not looked at",
        "write the image and drop match=name, if any host sends XML events; else keep it and set an expiry";
    ANY_FOLDER = "any-folder", Warning,
        "the image pattern has no literal folder, so the DLL is allowed wherever an attacker can put it",
        "start the pattern with the folder of the product";
    WHOLE_FOLDER = "whole-folder", Warning,
        "the image pattern ends in a wildcard for the whole file name: any DLL in the folder is allowed",
        "write the file name of the DLL";
    SKIPS_FOLDERS = "skips-folders", Warning,
        "the image pattern does not allow what lies below these folders, though it looks so: the image that is compared starts with their variable",
        "begin the pattern with the variable, in one entry for each of these folders that is meant";
    USER_WRITABLE = "user-writable-image", Warning,
        "the image lies where users or web applications can write",
        "have the module installed below Program Files, then allow that path";
    OTHER_IMAGE = "other-image-of-known-name", Warning,
        "the name is that of a shipped entry, and the image or type is another one: this silences masquerade alerts",
        "set the root of the product in iismodcheck_packs.csv if it is the same module in another folder; else use the module's own name";
    UNKNOWN_VARIABLE = "unknown-variable", Warning,
        "the image holds an environment variable that is not known or does not stand at the start; the entry never matches",
        "write the folder itself, or set the variable in iismodcheck_packs.csv";
    NEVER_MATCHES = "never-matches", Warning,
        "the image names no certain file (UNC, device prefix, 8.3 name, stream, odd characters); such a path is never allowed",
        "write the plain path on a drive of the host";
    RELATIVE_IMAGE = "relative-image", Note,
        "the image is a relative path; only exactly the same relative path is allowed",
        "register the module by its full path";
    ALLOW_AND_DENY = "allow-and-deny", Warning,
        "a deny entry matches what this entry allows; deny wins",
        "remove one of the two, or narrow the deny entry";
    DUPLICATE_ID = "duplicate-id", Warning,
        "the id is used twice: results that name it do not say which entry decided",
        "give each entry its own id";
    SHIPPED_ID = "shipped-id", Warning,
        "the id is that of a shipped entry, but the row is enabled, so it switches nothing off",
        "set enabled=false, or give the entry its own id";
    DUPLICATE_ENTRY = "duplicate-entry", Warning,
        "the entry says what an earlier one says",
        "remove one of the two";
    SHADOWED_ENTRY = "shadowed-entry", Warning,
        "a wider entry says the same for more hosts, places, actions or dates: this one changes nothing",
        "remove this entry, or the wider one";
    REPEATS_BASELINE = "repeats-baseline", Warning,
        "the pair is known good without the entry",
        "remove the entry";
    EXPIRED = "expired", Warning,
        "the entry no longer counts for new events",
        "remove it, or review it and set a new date";
    BROAD_WITHOUT_EXPIRY = "broad-without-expiry", Warning,
        "a glob or name entry that never expires is never reviewed",
        "set expires";
    NO_EXPIRY = "no-expiry", Note,
        "the entry never expires",
        "set expires to the date of the next review";
    WEAK_TYPE = "weak-type", Note,
        "the type names no assembly or no public key token, so another assembly could stand in for it",
        "write the type with assembly and PublicKeyToken, as in the configuration";
    VERSION_TAKEN_LITERALLY = "version-taken-literally", Warning,
        "{version} stands for a version only in the image of an entry with match=glob; here it is taken literally",
        "set match=glob, or write the version";
    VERSION_FOLDER = "version-folder", Note,
        "the image lies in a folder called after a version, so the next update asks again",
        "set match=glob and write the image as the pattern says, if every version of it is trusted";
    WILDCARD_IN_NAME = "wildcard-in-name", Warning,
        "the name holds * or ?, which match=exact takes literally",
        "set match=glob";
    SPACE_IN_NAME = "space-in-name", Warning,
        "the name begins or ends with space; IIS takes it as another name than without",
        "remove the space, unless the module is registered so";
}
