//! Reasons: each thing that was seen, whichever verdict won.

use super::code::Code;
use super::file_code::FileCode;
use super::lookalike::Likeness;
use crate::allowlist::EntryNumber;
use crate::event::Unreadable;
use crate::iis::{Oddity, Place, Suspicion};
use crate::words::Told;

/// What a reason code points at; its text is looked up when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    None,
    /// The id of an entry.
    Id(EntryNumber),
    /// The module name of an entry.
    Name(EntryNumber),
    /// The image or type of an entry.
    Image(EntryNumber),
    /// The malware family of a threat entry.
    Family(EntryNumber),
    /// The pattern for every version of what an entry vouches for.
    Versions,
    /// The known name that the module resembles.
    Resembled,
    /// The id of a watched setting.
    Watched(usize),
    /// A text of its own, by its place among those of the finding.
    Text {
        /// Where it begins.
        start: usize,
        /// Where it ends.
        end: usize,
    },
}

/// One reason: a code of the tables, and what it points at. Written as `code` or `code:detail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The code.
    pub code: ReasonCode,
    /// What it points at.
    pub detail: Detail,
}

/// Makes one type of the tables that reason codes stand in, each beside what means its codes.
macro_rules! tables {
    ($($(#[$about:meta])* $table:ident;)*) => {
        /// A reason code of any table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ReasonCode {
            $($(#[$about])* $table($table),)*
        }

        impl ReasonCode {
            /// Every code, table by table.
            pub fn all() -> impl Iterator<Item = Self> {
                [].into_iter()$(.chain($table::ALL.map(Self::$table)))*
            }

            /// The code with this word.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                Self::all().find(|code| code.as_str() == word)
            }

            /// The word in results.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$table(code) => code.as_str(),)*
                }
            }

            /// What it means, for an analyst.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$table(code) => code.meaning(),)*
                }
            }

            /// What the documentation tells.
            #[must_use]
            pub const fn told(self) -> Told {
                match self {
                    $(Self::$table(code) => code.told(),)*
                }
            }
        }

        $(impl From<$table> for ReasonCode {
            fn from(code: $table) -> Self {
                Self::$table(code)
            }
        })*
    };
}

tables! {
    /// Of the decision.
    Code;
    /// Of files.
    FileCode;
    /// Of lookalikes.
    Likeness;
    /// Of places.
    Place;
    /// Of image paths.
    Oddity;
    /// Of reading an event.
    Unreadable;
}

impl From<Suspicion> for ReasonCode {
    fn from(suspicion: Suspicion) -> Self {
        match suspicion {
            Suspicion::Place(place) => place.into(),
            Suspicion::Spelling(oddity) => oddity.into(),
        }
    }
}
