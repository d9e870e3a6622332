//! The words of a decision: verdict and severity.

use std::fmt;
use std::str::FromStr;

use crate::iis::{Class, Kind};
use crate::words::words;

/// Makes [`Verdict`] of a table: the severity of each behind its word.
macro_rules! verdicts {
    ($(#[$about:meta])* pub enum Verdict { $($verdict:ident = $word:literal, $severity:ident $told:tt)* }) => {
        words! {
            $(#[$about])*
            pub enum Verdict { $($verdict = $word $told)* }
        }

        impl Verdict {
            /// The severity of a native module that was added, with nothing else known.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$verdict => Severity::$severity,)*
                }
            }
        }
    };
}

verdicts! {
    /// How far a module is trusted. What *happened* to it is the action, how much it matters the severity.
    pub enum Verdict {
        Denied = "denied", Critical {
            since: "0.1.0",
            means: "an entry of the site's allowlist file denies this module",
            seen: "a deny entry of your allowlist file matches",
            why: "you decided that this must not run",
            todo: "find out who registered it; remove it; if the entry is wrong, disable it",
            example: "`Acme`, denied after an incident, is registered again",
        }
        KnownMalicious = "known_malicious", Critical {
            since: "0.1.0",
            means: "name, image or type is that of published IIS malware",
            seen: "a threat entry matches by name, path, managed type or distinctive file name",
            why: "published IIS malware uses it, and honest software is not known to",
            todo: "isolate the server; for a false match add a row with the id of the threat and `enabled=false`",
            example: r"`FastCgiModule_64bit`, `%windir%\System32\inetsrv\iisfcgix64.dll` (DoorMe)",
        }
        FileAltered = "file_altered", High {
            since: "0.2.0",
            means: "a list vouches for this pair, and the file behind it is another one",
            seen: "name and image (or type) are vouched for, and the facts about the file say that it is not the file that is meant",
            why: "the registration is as it should be: only the file shows that its code was exchanged",
            todo: "compare it with the file on another server of the same version; the reasons say what is wrong with it",
            example: r"`StaticFileModule`, `inetsrv\static.dll`, `signer_unexpected:none`",
        }
        ImageHijack = "image_hijack", Critical {
            since: "0.1.0",
            means: "a known module now loads another image than before",
            seen: "a listed module pointed at one image or type, now at another",
            why: "a trusted name was bent to load other code; the name alone looks harmless everywhere",
            todo: "compare old and new image; find who changed it (`iis_actor`, `iis_process`)",
            example: r"`StaticFileModule` from `inetsrv\static.dll` to `C:\Apps\s.dll`",
        }
        MasqueradePath = "masquerade_path", High {
            since: "0.1.0",
            means: "the name is known, but not with this image",
            seen: "a listed name with an image that is none of its own",
            why: "a known name makes a new DLL look like part of Windows",
            todo: "check the signature of the DLL; if the path is right on this host, set its root or choose its pack",
            example: r"`StaticFileModule`, `D:\Windows\System32\inetsrv\static.dll`",
        }
        MasqueradeType = "masquerade_type", High {
            since: "0.1.0",
            means: "the name is known, but not with this managed type",
            seen: "a listed name with a managed type that is none of its own",
            why: "a site needs no administrator to put its own type under a known name",
            todo: "read `type` and the assembly in `bin`; if the application does this on purpose, allow name and type for that site",
            example: "`FormsAuthentication`, `Evil.Module, Evil`",
        }
        Alias = "alias", High {
            since: "0.1.0",
            means: "a known image is registered under another name",
            seen: "a listed image under a name of its own",
            why: "simulations and testers do this; a second copy of a module can also hide a change of order",
            todo: "ask who registered it; if it is meant, allow the pair",
            example: r"`DefaultDocumentModule_Atomic`, `inetsrv\defdoc.dll`",
        }
        Lookalike = "lookalike", High {
            since: "0.1.0",
            means: "the name or DLL imitates a known one",
            seen: "a name or DLL that imitates a listed one",
            why: "readers and simple filters take it for the real one",
            todo: "compare with the name in the reason; check the DLL",
            example: "`UrlAuthоrizationModule` with a Cyrillic `о`",
        }
        SuspiciousLocation = "suspicious_location", High {
            since: "0.1.0",
            means: "the image lies where no IIS module belongs",
            seen: "an image in a temporary, user, web or remote place, or a path that hides its place",
            why: "who can write there needs no administrator to change the code that IIS loads",
            todo: "find what wrote it; it may delete the file, so copy that first",
            example: r"`Zeta`, `C:\inetpub\wwwroot\bin\z.dll`",
        }
        Unknown = "unknown", Medium {
            since: "0.1.0",
            means: "neither the baseline nor the allowlist lists this module",
            seen: "neither the baseline nor the allowlist lists the module",
            why: "most malicious modules imitate nothing",
            todo: "find its product and owner; then allow the pair, or remove it",
            example: r"`Zeta`, `C:\Apps\z.dll`",
        }
        Weakened = "weakened", Medium {
            since: "0.2.0",
            means: "a protection or a log was switched off",
            seen: "a setting that protects or logs was written so that it no longer does, or what may run was widened",
            why: "what follows is not logged, not refused, or runs with more rights",
            todo: "set it back, unless it was agreed; the reason `setting` names the row of `iis_watched_settings.csv`, which says what to look at; an entry of that kind and name with `match=name` allows it",
            example: "`/system.webServer/httpLogging/@dontLog` set to true. Severity as the row of the setting says",
        }
        AllowExpired = "allow_expired", Info {
            since: "0.1.0",
            means: "the allowlist entry for this module has expired or is not valid yet",
            seen: "an exact entry for the pair is past its date, or not valid yet",
            why: "what was agreed has run out, or has not begun",
            todo: "renew the entry or correct its dates, or remove the module; the severity is at least that of the verdict without the entry",
            example: "`Acme`, allowed until 2026-03-01, seen on 2026-03-02",
        }
        AllowOutOfScope = "allow_out_of_scope", Info {
            since: "0.1.0",
            means: "the allowlist entry for this module is for another host, place, action or preCondition",
            seen: "an exact entry for the pair is for another host, place, action or preCondition",
            why: "what was agreed for one server appears on another",
            todo: "widen the entry or remove the module; the severity is at least that of the verdict without the entry",
            example: "`Acme`, allowed on `web01`, seen on `web02`",
        }
        Unverified = "unverified", Low {
            since: "0.1.0",
            means: "the name is listed, but the events do not show its image",
            seen: "a listed name in a closed change, and no event shows its image",
            why: "a name alone proves nothing",
            todo: "collect XML-rendered events, or check an inventory; for estates with classic text only, an entry with `match=name` makes it info",
            example: "`StaticFileModule` added, classic text",
        }
        Incomplete = "incomplete", Info {
            since: "0.1.0",
            means: "the name is listed, and this row carries no image to check",
            seen: "a listed name in one row that carries no image",
            why: "IIS writes the image in a row of its own: nothing is wrong yet",
            todo: "look at the change (`iismodcheck_changes`), which has all rows",
            example: "the element row of `StaticFileModule`",
        }
        Allowed = "allowed", Info {
            since: "0.1.0",
            means: "the site's allowlist covers this module",
            seen: "an entry of your allowlist file covers it",
            why: "you vouched for it",
            todo: "nothing; the entry is named in `iis_module_rule`",
            example: r"`Acme`, `C:\Acme\acme.dll`, entry `acme-1`",
        }
        KnownGood = "known_good", Info {
            since: "0.1.0",
            means: "name and image are exactly those of the baseline or of a chosen pack",
            seen: "exactly a pair of the baseline or of a chosen pack",
            why: "it is part of Windows or of a product that the host is said to have. Of the file behind it only what a list tells is known",
            todo: "nothing",
            example: r"`StaticFileModule`, `%windir%\System32\inetsrv\static.dll`",
        }
        Unparsed = "unparsed", Medium {
            since: "0.1.0",
            means: "the event, or the row of a list, cannot be read",
            seen: "an event 29, or a row of a list, that cannot be read, or can be read in two ways",
            why: "a crafted name must not make its own event disappear",
            todo: "read the event itself; the reason says what is wrong with it",
            example: "a message that breaks off in the path",
        }
        NotModule = "not_module", Info {
            since: "0.1.0",
            means: "the change is not about modules, or about a setting that nothing speaks against",
            seen: "an event 29 about something that registers no module, or a handler or watched setting that nothing speaks against",
            why: "it is no change of modules, and loads no code that is not expected",
            todo: "nothing",
            example: "a change of `/system.webServer/httpErrors`",
        }
    }
}

impl Verdict {
    /// What it means of something of this kind, by the word of the column: a setting or a handler is no module.
    #[must_use]
    pub fn meaning_of(self, kind: &str) -> String {
        let class = Kind::ALL.into_iter().find(|known| known.as_str() == kind).map(Kind::class);
        let what = match class {
            None | Some(Class::Module | Class::IsapiFilter) => return self.meaning().to_owned(),
            Some(Class::Handler) => "this handler",
            Some(Class::Setting) => "this setting",
        };
        match self {
            Self::Unverified => format!("{what} was written, but the events do not show its value"),
            Self::KnownGood => format!("the value of {what} is a known one"),
            Self::SuspiciousLocation => format!("{what} leads to where no code belongs"),
            verdict => verdict.meaning().replace("this module", what),
        }
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Look when there is time.
    Low,
    /// Look today.
    Medium,
    /// Look now.
    High,
    /// Respond.
    Critical,
}

impl Severity {
    /// Every severity, rising.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word of the output column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The score of the output column: one fixed number per severity, as text.
    #[must_use]
    pub fn score(self) -> &'static str {
        match self {
            Self::Info => "0",
            Self::Low => "25",
            Self::Medium => "50",
            Self::High => "75",
            Self::Critical => "100",
        }
    }

    /// The colour of the dashboard, told apart from the others and from its white text. Nothing else asks.
    #[must_use]
    pub const fn colour(self) -> [u8; 3] {
        match self {
            Self::Info => [0x4A, 0x55, 0x60],
            Self::Low => [0x33, 0x60, 0x7F],
            Self::Medium => [0x8A, 0x6D, 0x00],
            Self::High => [0xC4, 0x56, 0x2A],
            Self::Critical => [0x9E, 0x25, 0x20],
        }
    }

    /// One step up; `critical` stays.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            format!("`{text}` is not a severity: use one of {}", Self::ALL.map(Self::as_str).join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn a_setting_is_called_no_module() {
        for kind in ["setting", "code", "handler", "runtime_loader"] {
            for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::NotModule) {
                let meaning = verdict.meaning_of(kind);
                assert!(!meaning.contains("this module"), "{kind}: {meaning}");
            }
        }
        assert_eq!(Verdict::Unknown.meaning_of("native"), Verdict::Unknown.meaning());
    }
}
