//! In which ways a module resembles a known one: one reason code for each.

use crate::words::words;

words! {
    /// A way in which a module resembles a known one.
    pub enum Likeness {
        Invisible = "lookalike_invisible" {
            since: "0.1.0",
            means: "the name is a known one with invisible characters or white space in it",
            seen: "a listed name with invisible characters or white space",
            why: "it looks exactly like the listed one",
            todo: "look at the bytes of the name",
            example: "`Static` + U+200B + `FileModule`",
        }
        Kind = "lookalike_kind" {
            since: "0.1.0",
            means: "the name is a known one, but of another kind: a filter named like a module, or the reverse",
            seen: "a filter with the name of a listed module, or a module with that of a filter",
            why: "readers take it for the real one",
            todo: "compare with the other registration",
            example: "an ISAPI filter `HttpLoggingModule`",
        }
        Case = "lookalike_case" {
            since: "0.1.0",
            means: "the name differs from a known one in case only",
            seen: "a listed name in another case",
            why: "names are keys with case: both can be registered side by side",
            todo: "compare with the other registration",
            example: "`staticfilemodule`",
        }
        Confusable = "lookalike_confusable" {
            since: "0.1.0",
            means: "the name looks like a known one to the eye",
            seen: "letters that look like those of a listed name",
            why: "readers cannot tell them apart",
            todo: "look at the characters one by one",
            example: "`UrlAuthоrizationModule`",
        }
        Edit = "lookalike_edit" {
            since: "0.1.0",
            means: "the name is one or two edits away from a known one",
            seen: "one or two edits away from a listed name",
            why: "a typing error or an imitation",
            todo: "check the DLL",
            example: "`StatlcFileModule`",
        }
        Affix = "lookalike_affix" {
            since: "0.1.0",
            means: "the name is a known one with something before or after it",
            seen: "a listed name with something before or after it",
            why: "malware takes a known name and adds a bitness",
            todo: "check the DLL",
            example: "`FastCgiModule_64bit`",
        }
        Stem = "lookalike_stem" {
            since: "0.1.0",
            means: "the DLL's file name is that of a known module, near it, or near its name",
            seen: "the DLL is named like a listed module or near its DLL",
            why: "the file hides among those of IIS",
            todo: "check folder and signature",
            example: "`modrpflt.dll` for `modrqflt.dll`",
        }
    }
}
