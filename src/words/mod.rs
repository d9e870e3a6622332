//! Words of results, each in one table with what it means: the form of the tables, not the words.
//!
//! A table stands beside the code that means its words (`words!`). `cargo xtask words` writes the documentation from it.

/// What the documentation tells about a word. The program never asks, so none of it is in the executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The version that had it first.
    pub since: &'static str,
    /// What was seen.
    pub seen: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do.
    pub todo: &'static str,
    /// An example.
    pub example: &'static str,
}

/// Makes an enum of a table: one variant for each word, and all that is to be said of it.
macro_rules! words {
    ($(#[$about:meta])* pub enum $name:ident {
        $($variant:ident = $word:literal {
            since: $since:literal,
            means: $means:literal,
            seen: $seen:literal,
            why: $why:literal,
            todo: $todo:literal,
            example: $example:literal,
        })*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl $name {
            /// Every one, in the order of the documentation.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The word in results.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What it means, for an analyst.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $means,)*
                }
            }

            /// What the documentation tells.
            #[must_use]
            pub const fn told(self) -> $crate::words::Told {
                match self {
                    $(Self::$variant => $crate::words::Told {
                        since: $since,
                        seen: $seen,
                        why: $why,
                        todo: $todo,
                        example: $example,
                    },)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use words;
