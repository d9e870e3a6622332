//! What normalisation found odd about a written image path: one bit each, one reason code each.

/// What was odd about a written image path. Each flag that is set becomes a reason code of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ImageFlags(u32);

impl ImageFlags {
    /// Runs of separators were made one (`C:\\Windows`).
    pub const COLLAPSED_SEPARATORS: Self = Self(1);
    /// Space, tab, carriage return or newline around the path was dropped.
    pub const SURROUNDING_WHITESPACE: Self = Self(1 << 1);
    /// Double quotes around the whole path were dropped.
    pub const QUOTED: Self = Self(1 << 2);
    /// `.` or `..` components.
    pub const TRAVERSAL: Self = Self(1 << 3);
    /// A component ends in dots or spaces; those of the last one were dropped, as Windows does.
    pub const TRAILING_DOTS: Self = Self(1 << 4);
    /// A character outside ASCII.
    pub const NON_ASCII: Self = Self(1 << 5);
    /// Below `%windir%\SysWOW64`: the 32-bit side.
    pub const SYSWOW64: Self = Self(1 << 6);
    /// On a drive other than the system drive and below no configured root.
    pub const OTHER_DRIVE: Self = Self(1 << 7);
    /// No drive, root or variable at the start.
    pub const RELATIVE: Self = Self(1 << 8);
    /// `\\?\`, `\\.\` or `\??\` at the start.
    pub const DEVICE_PREFIX: Self = Self(1 << 9);
    /// A volume, device or NT object path that only the host can resolve.
    pub const UNRESOLVABLE_DEVICE: Self = Self(1 << 10);
    /// UNC or `WebDAV`: the file lies on another machine.
    pub const REMOTE: Self = Self(1 << 11);
    /// A variable whose value is not known, or that does not stand at the start.
    pub const UNKNOWN_ENV: Self = Self(1 << 12);
    /// `..` climbs above the root.
    pub const ESCAPES_ROOT: Self = Self(1 << 13);
    /// An 8.3 component (`PROGRA~1`).
    pub const SHORT_NAME: Self = Self(1 << 14);
    /// A colon where no drive letter stands: an alternate data stream.
    pub const ADS: Self = Self(1 << 15);
    /// A character that no file name can hold: `* ? < > |`.
    pub const WILDCARD: Self = Self(1 << 16);
    /// A double quote inside the path.
    pub const INNER_QUOTE: Self = Self(1 << 17);
    /// A control character, NUL among them.
    pub const CONTROL_CHARACTERS: Self = Self(1 << 18);
    /// Below `%windir%\Sysnative`, which only 32-bit processes see.
    pub const SYSNATIVE: Self = Self(1 << 19);
    /// The path ends in a separator: a folder, not a file.
    pub const TRAILING_SEPARATOR: Self = Self(1 << 20);
    /// More than [`super::MAX_CHARACTERS`] characters: not looked at.
    pub const TOO_LONG: Self = Self(1 << 21);
    /// Nothing is written.
    pub const EMPTY: Self = Self(1 << 22);

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

    /// Every flag with its reason code and what it means, in the order in which codes are reported.
    pub const TABLE: &'static [(Self, &'static str, &'static str)] = &[
        (Self::DEVICE_PREFIX, "device_prefix", r"the path starts with \\?\, \\.\ or \??\"),
        (
            Self::UNRESOLVABLE_DEVICE,
            "unresolvable_device",
            "the path names a volume, device or NT object that only the host can resolve",
        ),
        (Self::REMOTE, "remote", "the file lies on another machine (UNC or WebDAV)"),
        (
            Self::UNKNOWN_ENV,
            "unknown_env",
            "an environment variable whose value is not known, or that does not stand at the start",
        ),
        (Self::ESCAPES_ROOT, "escapes_root", ".. climbs above the drive or root"),
        (Self::TRAVERSAL, "traversal", ". or .. components were met; .. was resolved where it could be"),
        (
            Self::SHORT_NAME,
            "short_name",
            "an 8.3 component such as PROGRA~1, which only the host can resolve",
        ),
        (Self::ADS, "ads", "a colon that follows no drive letter: an alternate data stream"),
        (Self::WILDCARD, "wildcard", "a character that no file name can hold: * ? < > |"),
        (Self::INNER_QUOTE, "inner_quote", "a double quote inside the path"),
        (Self::CONTROL_CHARACTERS, "control_characters", "a control character inside the path"),
        (Self::SYSNATIVE, "sysnative", r"below %windir%\Sysnative, which only 32-bit processes see"),
        (Self::SYSWOW64, "syswow64", r"below %windir%\SysWOW64, the 32-bit side of System32"),
        (Self::RELATIVE, "relative", "no drive, root or variable at the start"),
        (Self::OTHER_DRIVE, "other_drive", "a drive other than the system drive, below no configured root"),
        (
            Self::TRAILING_DOTS,
            "trailing_dots",
            "a component ends in dots or spaces; those of the last one were dropped, as Windows does",
        ),
        (
            Self::TRAILING_SEPARATOR,
            "trailing_separator",
            "the path ends in a separator: a folder, not a file",
        ),
        (Self::NON_ASCII, "non_ascii", "a character outside ASCII"),
        (Self::COLLAPSED_SEPARATORS, "collapsed_separators", "repeated separators were made one"),
        (Self::QUOTED, "quoted", "double quotes around the path were dropped"),
        (Self::SURROUNDING_WHITESPACE, "surrounding_whitespace", "white space around the path was dropped"),
        (
            Self::TOO_LONG,
            "too_long",
            "longer than any path Windows takes from the configuration; not looked at",
        ),
        (Self::EMPTY, "empty", "nothing is written"),
    ];

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

    /// The reason codes of the flags that are set, in the order of [`ImageFlags::TABLE`].
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        Self::TABLE.iter().filter(move |(flag, ..)| self.intersects(*flag)).map(|(_, code, _)| *code)
    }
}
