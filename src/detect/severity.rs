//! Severity from verdict, action, kind, place and actor: one table, read from top to bottom.
//!
//! | step | when | severity |
//! |---|---|---|
//! | base | `denied`, `known_malicious`, `image_hijack` | critical |
//! | | `file_altered`, `masquerade_path`, `masquerade_type`, `alias`, `lookalike`, `suspicious_location` | high |
//! | | `unknown` (native, ISAPI filter, or kind not shown), `weakened`, `unparsed` | medium |
//! | | `unknown` (managed), `unverified` | low |
//! | | all others | info |
//! | settings | `unknown`, `weakened` of a handler or a watched setting | as its row in `iis_watched_settings.csv` says for the server, a site, or deeper |
//! | file | `file_altered`, and the file was changed after it was signed (`signature_broken:hash_mismatch`) | critical |
//! | | `file_altered` by nothing worse than `file_missing`, `file_too_large`, `not_a_module`, `wrong_machine`, `redirected`, or `signer_unexpected` while an update waits for a restart | medium |
//! | removal | `unknown`, `lookalike`, and the module was removed, or `lookalike` and a removal was taken back; a row about a `remove` element alone is no more | low |
//! | no image | `unverified`, and the image was changed unseen | medium |
//! | | `unverified`, and the module was renamed to this name | medium |
//! | | `unverified`, and an entry with `match=name` is in force | info |
//! | | `incomplete`, and the row writes a preCondition or a lock | low |
//! | hidden | `allow_expired`, `allow_out_of_scope` | at least that of the verdict without the entry |
//! | at least | a protective module (logging, filtering, authorization) removed, or given a preCondition that its listed pair does not have, and no entry allows it | high |
//! | | the key taken out of a managed type, and no entry allows it | high |
//! | | a list of modules or ISAPI filters cleared | high |
//! | | such a list written as a whole, and the rendering hides how | medium |
//! | | nothing vouches for it, and it stands only in the copy that a worker process reads (`not_in_config:worker_copy`) | high |
//! | | likewise only in the history of the configuration, or on the disk | medium |
//! | | `known_good` or `allowed` with a reason that another file may be loaded (`bare_type`, `not_of_framework`, `version_lowered`, `signature_padded`) | low |
//! | raise | the file name is a common one of malware; the image lies in the root of System32; an application pool made the change | one step each |
//!
//! `allowed`, `known_good`, `file_altered` and `not_module` are not raised by a file name or a place: the pair is vouched for.

use super::verdict::{Severity, Verdict};
use crate::iis::{Action, Kind, Level};

/// What was observed, as far as severity depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The verdict.
    pub verdict: Verdict,
    /// The verdict that an expired or out-of-scope entry hides.
    pub hidden: Option<Verdict>,
    /// Row, change or inventory.
    pub level: Level,
    /// Native or managed, where known.
    pub kind: Option<Kind>,
    /// What happened.
    pub action: Action,
    /// All of it is about a `remove` element.
    pub under_remove: bool,
    /// The image of an existing registration was written, its value is hidden.
    pub image_changed_unseen: bool,
    /// The module was given this name in place of another one.
    pub renamed: bool,
    /// An entry with `match=name` is in force.
    pub name_entry: bool,
    /// The list of modules as a whole was written; the rendering hides how.
    pub list_changed: bool,
    /// A preCondition was written.
    pub precondition_changed: bool,
    /// A lock was written.
    pub lock_changed: bool,
    /// A module whose absence blinds or opens the server was removed.
    pub protection_removed: bool,
    /// Such a module runs in fewer places than it should.
    pub protection_narrowed: bool,
    /// The key that says which file is loaded was taken out of the type.
    pub key_lost: bool,
    /// Another file than the one that is vouched for may be loaded.
    pub doubtful: bool,
    /// How much it matters that the file is another one than the one that is vouched for, where it is.
    pub altered: Option<Severity>,
    /// The least severity of a registration that is not in the configuration, where nothing vouches for it.
    pub elsewhere: Option<Severity>,
    /// Only a file name that malware used too.
    pub threat_basename: bool,
    /// The image lies in the root of System32.
    pub system32_root: bool,
    /// The change was made by an application pool identity.
    pub by_app_pool: bool,
    /// What the table of watched settings says, where the verdict is its own.
    pub watched: Option<Severity>,
}

impl Circumstances {
    /// A native module that was added, with nothing else known.
    #[must_use]
    pub fn plain(verdict: Verdict) -> Self {
        Self {
            verdict,
            hidden: None,
            level: Level::Change,
            kind: Some(Kind::Native),
            action: Action::Added,
            under_remove: false,
            image_changed_unseen: false,
            renamed: false,
            name_entry: false,
            list_changed: false,
            precondition_changed: false,
            lock_changed: false,
            protection_removed: false,
            protection_narrowed: false,
            key_lost: false,
            doubtful: false,
            altered: None,
            elsewhere: None,
            threat_basename: false,
            system32_root: false,
            by_app_pool: false,
            watched: None,
        }
    }
}

/// The severity of a finding.
#[must_use]
pub fn severity(c: &Circumstances) -> Severity {
    let mut severity = base(c.verdict, c);
    if let Some(hidden) = c.hidden {
        severity = severity.max(base(hidden, c));
    }
    if (c.protection_removed || c.protection_narrowed || c.key_lost) && c.verdict != Verdict::Allowed {
        severity = severity.max(Severity::High);
    }
    if c.action == Action::Cleared && c.verdict != Verdict::NotModule && c.watched.is_none() {
        severity = severity.max(Severity::High);
    }
    if c.list_changed && c.verdict != Verdict::NotModule {
        severity = severity.max(Severity::Medium);
    }
    if c.doubtful {
        severity = severity.max(Severity::Low);
    }
    severity = c.elsewhere.map_or(severity, |least| severity.max(least));
    let vouched = matches!(
        c.verdict,
        Verdict::Allowed | Verdict::KnownGood | Verdict::FileAltered | Verdict::NotModule
    );
    if c.threat_basename && !vouched {
        severity = severity.raised();
    }
    if c.system32_root && !vouched {
        severity = severity.raised();
    }
    if c.by_app_pool && c.verdict != Verdict::NotModule {
        severity = severity.raised();
    }
    severity
}

/// Whether the severity is that of the verdict: nothing else that was seen raises it.
#[must_use]
pub fn is_plain(c: &Circumstances) -> bool {
    severity(c) == base(c.verdict, c)
}

fn base(verdict: Verdict, c: &Circumstances) -> Severity {
    match verdict {
        Verdict::FileAltered => c.altered.unwrap_or(verdict.severity()),
        Verdict::Unverified if c.name_entry => Severity::Info,
        Verdict::Unknown | Verdict::Weakened | Verdict::Unverified if c.watched.is_some() => {
            c.watched.unwrap_or(Severity::Info)
        }
        // Nothing is registered by a removal, nor by taking it back. What comes back may be what nobody knows.
        Verdict::Unknown | Verdict::Lookalike if c.action == Action::Removed => Severity::Low,
        Verdict::Unknown if c.under_remove && c.action == Action::Modified => Severity::Low,
        Verdict::Lookalike if c.under_remove || c.action == Action::Restored => Severity::Low,
        Verdict::Unknown if c.kind == Some(Kind::Managed) => Severity::Low,
        Verdict::Unverified if c.image_changed_unseen || c.renamed => Severity::Medium,
        Verdict::Incomplete if (c.precondition_changed || c.lock_changed) && c.level == Level::Row => {
            Severity::Low
        }
        other => other.severity(),
    }
}

/// Whether a SID is that of an application pool (`S-1-5-82-…`, documented by Microsoft): a web application changed
/// the configuration of its own server.
#[must_use]
pub fn is_app_pool(actor: &str) -> bool {
    actor.starts_with("S-1-5-82-") || actor.get(..11).is_some_and(|p| p.eq_ignore_ascii_case("IIS APPPOOL"))
}

/// Modules whose removal stops logging, filtering or authorization (effects: Microsoft's IIS modules overview).
const PROTECTIVE: [&str; 15] = [
    "CustomErrorModule",
    "CustomLoggingModule",
    "DynamicIpRestrictionModule",
    "FailedRequestsTracingModule",
    "FileAuthorization",
    "HttpLoggingModule",
    "IpRestrictionModule",
    "ModSecurity IIS",
    "ModSecurity IIS (32bits)",
    "ModSecurity IIS (64bits)",
    "ModSecurityIIS",
    "RequestFilteringModule",
    "RequestMonitorModule",
    "UrlAuthorization",
    "UrlAuthorizationModule",
];

/// Whether the removal of this module blinds or opens the server.
#[must_use]
pub fn is_protective(name: &str) -> bool {
    PROTECTIVE.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protective_names_are_sorted_for_the_search() {
        assert!(PROTECTIVE.is_sorted());
        assert!(is_protective("HttpLoggingModule") && !is_protective("StaticFileModule"));
    }

    #[test]
    fn rows_of_the_table() {
        use Severity::{Critical, High, Info, Low, Medium};
        use Verdict::{
            Alias, AllowExpired, AllowOutOfScope, Allowed, Denied, FileAltered, Incomplete, KnownGood,
            Lookalike, MasqueradePath, NotModule, Unknown, Unparsed, Unverified,
        };
        let plain = Circumstances::plain;
        let under_remove = |verdict, action| Circumstances { action, under_remove: true, ..plain(verdict) };
        for (name, circumstances, expected) in [
            ("denied", plain(Denied), Critical),
            ("masquerade", plain(MasqueradePath), High),
            ("unknown native", plain(Unknown), Medium),
            ("unknown managed", Circumstances { kind: Some(Kind::Managed), ..plain(Unknown) }, Low),
            ("unknown of hidden kind", Circumstances { kind: None, ..plain(Unknown) }, Medium),
            ("unparsed", plain(Unparsed), Medium),
            ("known good", plain(KnownGood), Info),
            ("allowed", plain(Allowed), Info),
            (
                "expired hides masquerade",
                Circumstances { hidden: Some(MasqueradePath), ..plain(AllowExpired) },
                High,
            ),
            (
                "scope hides unknown",
                Circumstances { hidden: Some(Unknown), ..plain(AllowOutOfScope) },
                Medium,
            ),
            ("unverified", plain(Unverified), Low),
            ("unseen", Circumstances { image_changed_unseen: true, ..plain(Unverified) }, Medium),
            (
                "name entry",
                Circumstances { image_changed_unseen: true, name_entry: true, ..plain(Unverified) },
                Info,
            ),
            ("renamed", Circumstances { renamed: true, ..plain(Unverified) }, Medium),
            (
                "renamed, name entry",
                Circumstances { renamed: true, name_entry: true, ..plain(Unverified) },
                Info,
            ),
            ("renamed pair that is known", Circumstances { renamed: true, ..plain(KnownGood) }, Info),
            (
                "preCondition row",
                Circumstances { level: Level::Row, precondition_changed: true, ..plain(Incomplete) },
                Low,
            ),
            (
                "logging removed",
                Circumstances { action: Action::Removed, protection_removed: true, ..plain(Unverified) },
                High,
            ),
            (
                "removal of logging allowed",
                Circumstances { action: Action::Removed, protection_removed: true, ..plain(Allowed) },
                Info,
            ),
            ("logging narrowed", Circumstances { protection_narrowed: true, ..plain(KnownGood) }, High),
            ("look-alike removed", Circumstances { action: Action::Removed, ..plain(Lookalike) }, Low),
            ("look-alike restored", Circumstances { action: Action::Restored, ..plain(Lookalike) }, Low),
            ("look-alike, some row of a removal", under_remove(Lookalike, Action::Changed), Low),
            ("unknown, the name in a removal", under_remove(Unknown, Action::Modified), Low),
            ("unknown, removed or restored", under_remove(Unknown, Action::Changed), Medium),
            ("alias under a removal", under_remove(Alias, Action::Modified), High),
            ("unknown restored", Circumstances { action: Action::Restored, ..plain(Unknown) }, Medium),
            ("key lost", Circumstances { key_lost: true, ..plain(KnownGood) }, High),
            ("key lost by agreement", Circumstances { key_lost: true, ..plain(Allowed) }, Info),
            ("doubtful", Circumstances { doubtful: true, ..plain(KnownGood) }, Low),
            ("altered", Circumstances { altered: Some(Critical), ..plain(FileAltered) }, Critical),
            ("missing", Circumstances { altered: Some(Medium), ..plain(FileAltered) }, Medium),
            (
                "missing in System32",
                Circumstances { altered: Some(Medium), system32_root: true, ..plain(FileAltered) },
                Medium,
            ),
            ("in a copy only", Circumstances { elsewhere: Some(High), ..plain(Unknown) }, High),
            ("alias removed", Circumstances { action: Action::Removed, ..plain(Alias) }, High),
            ("unknown removed", Circumstances { action: Action::Removed, ..plain(Unknown) }, Low),
            ("clear", Circumstances { action: Action::Cleared, ..plain(Unverified) }, High),
            ("list", Circumstances { list_changed: true, ..plain(Unverified) }, Medium),
            ("basename", Circumstances { threat_basename: true, ..plain(Unknown) }, High),
            ("basename of a known pair", Circumstances { threat_basename: true, ..plain(KnownGood) }, Info),
            ("System32 root", Circumstances { system32_root: true, ..plain(Unknown) }, High),
            ("application pool", Circumstances { by_app_pool: true, ..plain(KnownGood) }, Low),
            (
                "application pool, other section",
                Circumstances { by_app_pool: true, ..plain(NotModule) },
                Info,
            ),
        ] {
            assert_eq!(severity(&circumstances), expected, "{name}");
        }
    }

    #[test]
    fn application_pools() {
        assert!(is_app_pool("S-1-5-82-3006700770-424185619"));
        assert!(is_app_pool("iis apppool\\DefaultAppPool"));
        assert!(!is_app_pool("S-1-5-18") && !is_app_pool("") && !is_app_pool("é"));
    }
}
