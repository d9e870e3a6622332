//! What normalisation found odd about a written image path: one bit each, one reason code each.

use crate::words::words;

words! {
    /// One thing that is odd about a written image path. They are told in this order.
    pub enum Oddity {
        DevicePrefix = "device_prefix" {
            since: "0.1.0",
            means: r"the path starts with \\?\, \\.\ or \??\",
            seen: r"`\\?\`, `\\.\` or `\??\` at the start",
            why: "Windows then resolves nothing; tools read it differently. Not allowed",
            todo: "register the plain path",
            example: r"`\\?\C:\Apps\z.dll`",
        }
        UnresolvableDevice = "unresolvable_device" {
            since: "0.1.0",
            means: "the path names a volume, device or NT object that only the host can resolve",
            seen: "a volume, device or NT object",
            why: "only the host knows the drive. Not allowed",
            todo: "resolve it on the host",
            example: r"`\Device\HarddiskVolume3\z.dll`",
        }
        Remote = "remote" {
            since: "0.1.0",
            means: "the file lies on another machine (UNC or WebDAV)",
            seen: "UNC or WebDAV",
            why: "another machine provides the code. Not allowed",
            todo: "find the server and who can write there",
            example: r"`\\10.0.0.1\share\z.dll`",
        }
        UnknownEnv = "unknown_env" {
            since: "0.1.0",
            means: "an environment variable whose value is not known, or that does not stand at the start",
            seen: "a variable that is not known, or not at the start",
            why: "it can mean anything. Not allowed",
            todo: "tell its folder in iismodcheck_packs.csv if it is yours",
            example: r"`%EVIL%\z.dll`",
        }
        EscapesRoot = "escapes_root" {
            since: "0.1.0",
            means: ".. climbs above the drive or root",
            seen: "`..` climbs above the drive",
            why: "no honest path does. Not allowed",
            todo: "look at what wrote it",
            example: r"`C:\..\..\z.dll`",
        }
        Traversal = "traversal" {
            since: "0.1.0",
            means: ". or .. components were met; .. was resolved where it could be",
            seen: "`.` or `..` in the path",
            why: "the folder that is read first is not the one that counts",
            todo: "read the normal form",
            example: r"`inetsrv\..\..\Temp\z.dll`",
        }
        ShortName = "short_name" {
            since: "0.1.0",
            means: "an 8.3 component such as PROGRA~1, which only the host can resolve",
            seen: "an 8.3 name",
            why: "only the host knows the long one. Not allowed",
            todo: "`dir /x` on the host",
            example: r"`C:\PROGRA~1\z.dll`",
        }
        Ads = "ads" {
            since: "0.1.0",
            means: "a colon that follows no drive letter: an alternate data stream",
            seen: "a colon that follows no drive letter",
            why: "code in a data stream does not show in a listing. Not allowed",
            todo: "`dir /r` on the host",
            example: "`static.dll:x`",
        }
        Wildcard = "wildcard" {
            since: "0.1.0",
            means: "a character that no file name can hold: * ? < > |",
            seen: "one of `* ? < >` or a vertical bar",
            why: "no file name holds it. Not allowed",
            todo: "read the event itself",
            example: "`z?.dll`",
        }
        InnerQuote = "inner_quote" {
            since: "0.1.0",
            means: "a double quote inside the path",
            seen: "a double quote inside the path",
            why: "no file name holds it. Not allowed",
            todo: "read the event itself",
            example: r#"`C:\a"b\z.dll`"#,
        }
        ControlCharacters = "control_characters" {
            since: "0.1.0",
            means: "a control character inside the path",
            seen: "a control character inside the path",
            why: "hides the rest from readers. Not allowed",
            todo: "read the event itself",
            example: "a newline inside a path",
        }
        Sysnative = "sysnative" {
            since: "0.1.0",
            means: r"below %windir%\Sysnative, which only 32-bit processes see",
            seen: "below Sysnative",
            why: "only 32-bit processes see it. Not allowed",
            todo: "look in System32",
            example: r"`%windir%\Sysnative\z.dll`",
        }
        Syswow64 = "syswow64" {
            since: "0.1.0",
            means: r"below %windir%\SysWOW64, the 32-bit side of System32",
            seen: "below SysWOW64",
            why: "the 32-bit side; upgrades of Windows delete foreign files from its inetsrv",
            todo: "check that a 32-bit pool needs it",
            example: r"`%windir%\SysWOW64\inetsrv\aspnetcore.dll`",
        }
        Relative = "relative" {
            since: "0.1.0",
            means: "no drive, root or variable at the start",
            seen: "no drive, root or variable",
            why: "what is loaded depends on the search path. Only an exact entry allows it",
            todo: "register the full path",
            example: "`CosignModule.dll`",
        }
        OtherDrive = "other_drive" {
            since: "0.1.0",
            means: "a drive other than the system drive, below no configured root",
            seen: "another drive than that of Windows, below no root that was told",
            why: r"a D:\Windows can be the system or a copy",
            todo: "tell the root if it is the host's own",
            example: r"`D:\Windows\System32\inetsrv\static.dll`",
        }
        TrailingDots = "trailing_dots" {
            since: "0.1.0",
            means: "a component ends in dots or spaces; those of the last one were dropped, as Windows does",
            seen: "a component ends in dots or spaces",
            why: "Windows drops them, so that the path names another folder than it seems to. In a folder: matches no entry that allows",
            todo: "register the plain path",
            example: "`static.dll.`",
        }
        TrailingSeparator = "trailing_separator" {
            since: "0.1.0",
            means: "the path ends in a separator: a folder, not a file",
            seen: "the path ends in a separator",
            why: "a folder cannot be loaded. Not allowed",
            todo: "read the event itself",
            example: r"`C:\Apps\`",
        }
        NonAscii = "non_ascii" {
            since: "0.1.0",
            means: "a character outside ASCII",
            seen: "a character outside ASCII",
            why: "letters of other scripts look alike; no listed path has any",
            todo: "look at the characters one by one",
            example: "`stаtic.dll`",
        }
        CollapsedSeparators = "collapsed_separators" {
            since: "0.1.0",
            means: "repeated separators were made one",
            seen: "repeated separators",
            why: "harmless, or one escape too many in the pipeline",
            todo: "nothing",
            example: r"`%SystemRoot%\\system32\\inetsrv\\rewrite.dll`",
        }
        Quoted = "quoted" {
            since: "0.1.0",
            means: "double quotes around the path were dropped",
            seen: "double quotes around the path",
            why: "harmless",
            todo: "nothing",
            example: r#"`"C:\Apps\z.dll"`"#,
        }
        SurroundingWhitespace = "surrounding_whitespace" {
            since: "0.1.0",
            means: "white space around the path was dropped",
            seen: "white space around the path",
            why: "harmless, usual in copied cells",
            todo: "nothing",
            example: "a trailing newline",
        }
        TooLong = "too_long" {
            since: "0.1.0",
            means: "longer than any path Windows takes from the configuration; not looked at",
            seen: "longer than any path that Windows takes",
            why: "an attack on the reader; it is not looked at. Not allowed",
            todo: "read the event itself",
            example: "5,000 characters",
        }
        Empty = "empty" {
            since: "0.1.0",
            means: "nothing is written",
            seen: "nothing is written",
            why: "nothing can be compared. Not allowed",
            todo: "check the field names of the search",
            example: "a cell of spaces",
        }
    }
}

// One bit for each.
const _: () = assert!(Oddity::ALL.len() <= u32::BITS as usize);

/// What was odd about one written image path: a set of oddities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ImageFlags(u32);

impl ImageFlags {
    /// Runs of separators were made one (`C:\\Windows`).
    pub const COLLAPSED_SEPARATORS: Self = Self::of(Oddity::CollapsedSeparators);
    /// Space, tab, carriage return or newline around the path was dropped.
    pub const SURROUNDING_WHITESPACE: Self = Self::of(Oddity::SurroundingWhitespace);
    /// Double quotes around the whole path were dropped.
    pub const QUOTED: Self = Self::of(Oddity::Quoted);
    /// `.` or `..` components.
    pub const TRAVERSAL: Self = Self::of(Oddity::Traversal);
    /// A component ends in dots or spaces; those of the last one were dropped, as Windows does.
    pub const TRAILING_DOTS: Self = Self::of(Oddity::TrailingDots);
    /// A character outside ASCII.
    pub const NON_ASCII: Self = Self::of(Oddity::NonAscii);
    /// Below `%windir%\SysWOW64`: the 32-bit side.
    pub const SYSWOW64: Self = Self::of(Oddity::Syswow64);
    /// On a drive other than the system drive and below no configured root.
    pub const OTHER_DRIVE: Self = Self::of(Oddity::OtherDrive);
    /// No drive, root or variable at the start.
    pub const RELATIVE: Self = Self::of(Oddity::Relative);
    /// `\\?\`, `\\.\` or `\??\` at the start.
    pub const DEVICE_PREFIX: Self = Self::of(Oddity::DevicePrefix);
    /// A volume, device or NT object path that only the host can resolve.
    pub const UNRESOLVABLE_DEVICE: Self = Self::of(Oddity::UnresolvableDevice);
    /// UNC or `WebDAV`: the file lies on another machine.
    pub const REMOTE: Self = Self::of(Oddity::Remote);
    /// A variable whose value is not known, or that does not stand at the start.
    pub const UNKNOWN_ENV: Self = Self::of(Oddity::UnknownEnv);
    /// `..` climbs above the root.
    pub const ESCAPES_ROOT: Self = Self::of(Oddity::EscapesRoot);
    /// An 8.3 component (`PROGRA~1`).
    pub const SHORT_NAME: Self = Self::of(Oddity::ShortName);
    /// A colon where no drive letter stands: an alternate data stream.
    pub const ADS: Self = Self::of(Oddity::Ads);
    /// A character that no file name can hold: `* ? < > |`.
    pub const WILDCARD: Self = Self::of(Oddity::Wildcard);
    /// A double quote inside the path.
    pub const INNER_QUOTE: Self = Self::of(Oddity::InnerQuote);
    /// A control character, NUL among them.
    pub const CONTROL_CHARACTERS: Self = Self::of(Oddity::ControlCharacters);
    /// Below `%windir%\Sysnative`, which only 32-bit processes see.
    pub const SYSNATIVE: Self = Self::of(Oddity::Sysnative);
    /// The path ends in a separator: a folder, not a file.
    pub const TRAILING_SEPARATOR: Self = Self::of(Oddity::TrailingSeparator);
    /// More characters than a path can have: not looked at.
    pub const TOO_LONG: Self = Self::of(Oddity::TooLong);
    /// Nothing is written.
    pub const EMPTY: Self = Self::of(Oddity::Empty);

    /// Flags with which a path does not name one file for certain.
    pub const UNRESOLVED: Self = Self::RELATIVE
        .with(Self::DEVICE_PREFIX)
        .with(Self::UNRESOLVABLE_DEVICE)
        .with(Self::REMOTE)
        .with(Self::UNKNOWN_ENV)
        .with(Self::ESCAPES_ROOT)
        .with(Self::SHORT_NAME)
        .with(Self::ADS)
        .with(Self::WILDCARD)
        .with(Self::INNER_QUOTE)
        .with(Self::CONTROL_CHARACTERS)
        .with(Self::SYSNATIVE)
        .with(Self::TRAILING_SEPARATOR)
        .with(Self::TOO_LONG)
        .with(Self::EMPTY);

    /// The flag of one oddity.
    #[must_use]
    pub const fn of(oddity: Oddity) -> Self {
        Self(1 << oddity as u32)
    }

    /// Whether any flag of `other` is set.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// These flags and those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These flags without those of `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Sets the flags of `other`.
    pub fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The oddities whose flags are set, in the order in which they are told.
    pub fn oddities(self) -> impl Iterator<Item = Oddity> {
        Oddity::ALL.into_iter().filter(move |oddity| self.intersects(Self::of(*oddity)))
    }
}
