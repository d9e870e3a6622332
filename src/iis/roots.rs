//! Where Windows, Program Files and so on lie on a host: what turns literal folders into variables.
//!
//! These are facts about hosts. They are configured, never guessed from an event: a `D:\Windows` may be a system root
//! or a folder that an attacker made.

use std::collections::BTreeMap;

use super::fold::fold;
use super::image::ImageFlags;
use super::spelling::{self, IIS_BIN};

/// Why a root was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// The variable's name is empty or holds a character that no variable's name has.
    #[error("'{0}' is not a variable: write system_root, exchange_root or a name such as ProgramFiles")]
    BadVariable(String),
    /// `SystemDrive` is always the drive of the system root.
    #[error("SystemDrive cannot be set, it is the drive of system_root: set system_root instead")]
    FollowsSystemRoot,
    /// The folder is not an absolute, plain path on a drive.
    #[error("'{folder}' for {variable} is not a plain absolute folder such as D:\\Windows: {problem}")]
    BadFolder {
        /// The variable as written.
        variable: String,
        /// The folder as written.
        folder: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// The folders behind the variables of image paths on one group of hosts.
///
/// Without a word about it, Windows is in `C:\Windows`, and what else has a place of its own is where Windows Setup
/// and Exchange Setup put it: `C:\Program Files`, `C:\Program Files (x86)`, their `Common Files`, `C:\ProgramData`,
/// `C:\Users\Public`, and for Exchange `V15` in `%ProgramFiles%\Microsoft\Exchange Server`. Setting the system
/// root moves all of these to its drive; each can be set by itself. `%TEMP%` is the machine's (`%windir%\Temp`),
/// `%IIS_BIN%` (IIS Express) has no default folder but is a root all the same.
///
/// Two paths are comparable when both were normalised with the same roots, or when both start with a variable
/// that has a token. Tokens exist for the folders named above only: another variable that a site sets is replaced by
/// its folder, so that it cannot hide a known path under a new name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Roots {
    /// What was set, by canonical variable.
    set: BTreeMap<String, String>,
    /// Every variable that has a folder.
    values: BTreeMap<String, String>,
    /// Folders that fold to a token, the longest first.
    tokens: Vec<(String, String)>,
}

const SYSTEM_ROOT: &str = "windir";
const SYSTEM_DRIVE: &str = "systemdrive";
/// The variable that Exchange Setup writes; its value ends in a separator.
pub(super) const EXCHANGE: &str = "exchangeinstallpath";

/// Variables with a token: name, the variable its default lies below, the rest of the default.
/// One that is below another comes after it.
const WITH_TOKEN: &[(&str, &str, &str)] = &[
    ("programfiles", SYSTEM_DRIVE, r"\program files"),
    ("programfiles(x86)", SYSTEM_DRIVE, r"\program files (x86)"),
    ("commonprogramfiles", "programfiles", r"\common files"),
    ("commonprogramfiles(x86)", "programfiles(x86)", r"\common files"),
    ("programdata", SYSTEM_DRIVE, r"\programdata"),
    ("public", SYSTEM_DRIVE, r"\users\public"),
    (EXCHANGE, "programfiles", r"\microsoft\exchange server\v15"),
];

/// Other spellings of a variable. For a 64-bit worker process `ProgramW6432` is `ProgramFiles`.
const ALIASES: &[(&str, &str)] = &[
    ("system_root", SYSTEM_ROOT),
    ("systemroot", SYSTEM_ROOT),
    ("exchange_root", EXCHANGE),
    ("programw6432", "programfiles"),
    ("commonprogramw6432", "commonprogramfiles"),
    ("allusersprofile", "programdata"),
    ("tmp", "temp"),
];

impl Default for Roots {
    fn default() -> Self {
        Self::with(BTreeMap::new())
    }
}

impl Roots {
    /// Says where a variable points on these hosts. `variable` is `system_root`, `exchange_root` or any
    /// environment variable's name, with or without `%`, in any case; `folder` an absolute path on a drive.
    /// Setting a variable again replaces its folder.
    pub fn set(&mut self, variable: &str, folder: &str) -> Result<(), RootsError> {
        let name = canonical(variable).ok_or_else(|| RootsError::BadVariable(variable.to_owned()))?;
        if name == SYSTEM_DRIVE {
            return Err(RootsError::FollowsSystemRoot);
        }
        let refused = |problem| RootsError::BadFolder {
            variable: variable.to_owned(),
            folder: folder.to_owned(),
            problem,
        };
        let plain = plain_folder(folder).map_err(refused)?;
        if plain.len() <= "c:".len() && has_token(&name) {
            return Err(refused("it is a whole drive"));
        }
        let mut set = std::mem::take(&mut self.set);
        set.insert(name, plain);
        *self = Self::with(set);
        Ok(())
    }

    /// The folder that a variable (folded, without `%`) stands for, where it is known: folded, on a drive, without a separator
    /// at the end.
    pub(super) fn folder(&self, variable: &str) -> Option<&str> {
        self.values.get(unalias(variable)).map(String::as_str)
    }

    /// The token of the longest root that a folded absolute path is or lies below, and the rest of the path
    /// (empty, or starting with a separator).
    pub(super) fn token<'p>(&self, path: &'p str) -> Option<(&str, &'p str)> {
        self.tokens.iter().find_map(|(folder, token)| {
            let rest = path.strip_prefix(folder.as_str())?;
            (rest.is_empty() || rest.starts_with('\\')).then_some((token.as_str(), rest))
        })
    }

    /// Each folder that normal forms write as a variable, folded, with that variable: `c:\windows` and `%windir%`.
    pub fn folders(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tokens.iter().map(|(folder, token)| (folder.as_str(), token.as_str()))
    }

    /// The system drive, folded: `c:`.
    pub(super) fn system_drive(&self) -> &str {
        self.values.get(SYSTEM_DRIVE).map_or("", String::as_str)
    }

    fn with(set: BTreeMap<String, String>) -> Self {
        let mut values = set.clone();
        let system_root =
            values.entry(SYSTEM_ROOT.to_owned()).or_insert_with(|| r"c:\windows".to_owned()).clone();
        let drive: String = system_root.chars().take("c:".len()).collect();
        values.insert(SYSTEM_DRIVE.to_owned(), drive);
        values.entry("temp".to_owned()).or_insert_with(|| format!(r"{system_root}\temp"));
        for (name, below, rest) in WITH_TOKEN {
            let default = values.get(*below).map(|folder| format!("{folder}{rest}"));
            if let Some(default) = default {
                values.entry((*name).to_owned()).or_insert(default);
            }
        }
        let mut tokens: Vec<_> = std::iter::once(SYSTEM_ROOT)
            .chain(WITH_TOKEN.iter().map(|(name, ..)| *name))
            .chain([IIS_BIN])
            .filter_map(|name| Some((values.get(name)?.clone(), format!("%{name}%"))))
            .collect();
        // Stable: of two variables for one folder the first in the list above gives the token.
        tokens.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        Self { set, values, tokens }
    }
}

fn has_token(name: &str) -> bool {
    name == SYSTEM_ROOT || name == IIS_BIN || WITH_TOKEN.iter().any(|(known, ..)| *known == name)
}

fn unalias(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| canonical)
}

fn canonical(variable: &str) -> Option<String> {
    let trimmed = variable.trim();
    let bare = trimmed.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).unwrap_or(trimmed);
    let usable = |c: char| c.is_ascii_alphanumeric() || "_-.()".contains(c);
    (!bare.is_empty() && bare.chars().all(usable)).then(|| unalias(&fold(bare)).to_owned())
}

fn plain_folder(folder: &str) -> Result<String, &'static str> {
    let mut flags = ImageFlags::default();
    let plain = spelling::in_one_spelling(folder, &mut flags).and_then(|text| {
        // What the host has set says nothing of a folder that is itself set for the host.
        if spelling::holds_variable(spelling::behind_same_everywhere(&text).unwrap_or(&text)) {
            flags.insert(ImageFlags::UNKNOWN_ENV);
        }
        spelling::resolve(&text, &mut flags)
    });
    let harmless = [
        ImageFlags::COLLAPSED_SEPARATORS,
        ImageFlags::SURROUNDING_WHITESPACE,
        ImageFlags::QUOTED,
        ImageFlags::NON_ASCII,
        ImageFlags::OTHER_DRIVE,
        ImageFlags::TRAILING_SEPARATOR,
    ]
    .into_iter()
    .fold(flags, ImageFlags::without);
    // `X:` alone means the current folder of that drive; as the value of a variable it is the drive.
    if let Some(problem) = harmless.oddities().next() {
        return Err(problem.meaning());
    }
    Ok(plain.unwrap_or_default().trim_end_matches('\\').to_owned())
}
