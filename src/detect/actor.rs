//! Who made a change, in words: the one table behind the reports and the app's macro, which `cargo xtask words` writes.
//!
//! The words say what kind of account it is. None of them proves that a change was wanted: an intruder with the rights to
//! register a module can act as any of these.

/// A spelling of an account, compared without case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// All of it.
    Is(&'static str),
    /// Its beginning.
    Begins(&'static str),
    /// Its beginning and its end.
    Between(&'static str, &'static str),
    /// A name, whichever: no SID.
    Name,
}

/// A kind of account.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// SIDs and names.
    pub spelled: &'static [Spelling],
    /// What it is.
    pub words: &'static str,
}

use Spelling::{Begins, Between, Is, Name};

/// The kinds, the first that fits counts. Well-known SIDs and the accounts of Web Deploy: documented by Microsoft. The SID of a
/// service is made of its name (documented), those here were computed.
pub const ACCOUNTS: [Account; 9] = [
    Account {
        spelled: &[Is("S-1-5-18"), Is(r"NT AUTHORITY\SYSTEM"), Is("SYSTEM")],
        words: "SYSTEM, as which setup and services run, and intruders too: no proof of setup",
    },
    Account {
        spelled: &[
            Is("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"),
            Is(r"NT SERVICE\TrustedInstaller"),
        ],
        words: "the installer service of Windows (TrustedInstaller)",
    },
    Account {
        spelled: &[Begins("S-1-5-82-"), Begins(r"IIS APPPOOL\")],
        words: "an application pool: a web application changed its own server",
    },
    Account {
        spelled: &[
            Is("S-1-5-80-257763619-1023834443-750927789-3464696139-1457670516"),
            Is("S-1-5-80-1358675228-2326572765-1026035274-901716874-1717890403"),
            Is(r"NT SERVICE\WMSvc"),
            Is(r"NT SERVICE\MsDepSvc"),
            Between("", r"\WDeployConfigWriter"),
            Between("", r"\WDeployAdmin"),
            Is("WDeployConfigWriter"),
            Is("WDeployAdmin"),
        ],
        words: "Web Deploy or remote management of IIS",
    },
    Account {
        spelled: &[Is("S-1-5-19"), Is(r"NT AUTHORITY\LOCAL SERVICE"), Is("LOCAL SERVICE")],
        words: "LOCAL SERVICE, the account of remote management (Web Deploy) and of other services",
    },
    Account {
        spelled: &[Is("S-1-5-20"), Is(r"NT AUTHORITY\NETWORK SERVICE"), Is("NETWORK SERVICE")],
        words: "NETWORK SERVICE, the account of the Web Deployment Agent and of other services",
    },
    Account { spelled: &[Begins("S-1-5-80-"), Begins(r"NT SERVICE\")], words: "a service" },
    Account {
        spelled: &[Between("S-1-5-21-", "-500")],
        words: "the user who is the built-in administrator of a host or domain",
    },
    Account { spelled: &[Begins("S-1-5-21-"), Begins("S-1-12-1-"), Name], words: "a user" },
];

/// What kind of account it is; empty where that is not known.
#[must_use]
pub fn in_words(actor: &str) -> &'static str {
    if actor.is_empty() {
        return "";
    }
    ACCOUNTS
        .iter()
        .find(|account| account.spelled.iter().any(|spelling| spelling.fits(actor)))
        .map_or("", |account| account.words)
}

impl Spelling {
    fn fits(self, actor: &str) -> bool {
        let begins = |text: &str| actor.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text));
        match self {
            Is(text) => actor.eq_ignore_ascii_case(text),
            Begins(text) => begins(text),
            Name => !begins("S-1-"),
            Between(head, tail) => {
                let at = actor.len().checked_sub(tail.len()).filter(|at| *at >= head.len());
                let ends = |at| actor.get(at..).is_some_and(|end: &str| end.eq_ignore_ascii_case(tail));
                begins(head) && at.is_some_and(ends)
            }
        }
    }
}

/// The words as an expression of SPL over `iis_actor`: the definition of the macro `iismodcheck_actor_in_words`.
#[must_use]
pub fn spl() -> String {
    let cases = ACCOUNTS.iter().map(|account| {
        let patterns: Vec<String> = account.spelled.iter().map(|spelling| spelling.pattern()).collect();
        format!("match(iis_actor, \"(?i)^({})$\"), \"{}\"", patterns.join("|"), account.words)
    });
    format!("case(iis_actor=\"-\", null(), {})", cases.collect::<Vec<_>>().join(", "))
}

impl Spelling {
    /// The same as a regular expression in a string of SPL, where a backslash is written four times.
    fn pattern(self) -> String {
        let literal = |text: &str| text.replace('\\', r"\\\\");
        match self {
            Is(text) => literal(text),
            Begins(text) => format!("{}.*", literal(text)),
            Between(head, tail) => format!("{}.*{}", literal(head), literal(tail)),
            Name => "(?!S-1-).+".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn accounts_in_words() {
        for (actor, begins) in [
            ("S-1-5-18", "SYSTEM, as which"),
            (r"nt authority\system", "SYSTEM, as which"),
            ("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", "the installer service"),
            ("S-1-5-80-1-2-3-4-5", "a service"),
            ("S-1-5-82-3006700770-424185619", "an application pool"),
            (r"IIS APPPOOL\Shop", "an application pool"),
            (r"WEB01\WDeployConfigWriter", "Web Deploy"),
            ("S-1-5-19", "LOCAL SERVICE"),
            ("S-1-5-20", "NETWORK SERVICE"),
            ("S-1-5-21-1-2-3-500", "the user who is the built-in administrator"),
            ("S-1-5-21-1-2-3-1500", "a user"),
            (r"CORP\web-admin", "a user"),
            ("S-1-5-180", ""),
            ("s-1-1-0", ""),
            ("", ""),
            ("\u{e9}", "a user"),
        ] {
            let words = in_words(actor);
            assert!(words.starts_with(begins) && words.is_empty() == begins.is_empty(), "{actor}: {words}");
        }
    }
}
