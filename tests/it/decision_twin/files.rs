//! The facts about the file behind a registration.

use iismodcheck::allowlist::EntrySource;
use iismodcheck::detect::Verdict;
use iismodcheck::iis::{Action, Class, FileFacts, Kind};

use super::matching::{Case, Seen};

/// The words of each column that has words.
const WORDS: [(&str, &[&str]); 9] = [
    ("file_status", &["read", "missing", "denied", "not_resolved", "too_large", "not_collected"]),
    (
        "signature",
        &[
            "valid",
            "hash_mismatch",
            "invalid",
            "root_not_known",
            "key_not_supported",
            "not_valid_at_time",
            "none",
            "malformed",
            "not_checked",
        ],
    ),
    ("signer_class", &["windows", "windows_2001", "microsoft", "microsoft_other", "other", "none"]),
    ("pe_machine", &["x86", "x64", "arm64", "other", "none"]),
    ("bits", &["32", "64"]),
    ("found_in", &["config", "worker_copy", "history", "disk"]),
    ("also_in_config", &["yes", "no"]),
    ("older_than_in_box", &["yes", "no"]),
    ("update_pending", &["yes", "no"]),
];

impl<'c> Case<'c> {
    fn facts(&self) -> Option<&'c FileFacts<'c>> {
        let loads = self.subject.action != Action::Removed && self.subject.action != Action::Cleared;
        self.subject.file.filter(|_| loads)
    }

    /// The cell of a column, where it is a word of it.
    fn cell(&self, column: &str) -> &'static str {
        let Some(facts) = self.facts() else { return "" };
        let written = match column {
            "file_status" => facts.file_status,
            "signature" => facts.signature,
            "signer_class" => facts.signer_class,
            "pe_machine" => facts.pe_machine,
            "bits" => facts.bits,
            "found_in" => facts.found_in,
            "also_in_config" => facts.also_in_config,
            "older_than_in_box" => facts.older_than_in_box,
            "update_pending" => facts.update_pending,
            _ => panic!("{column}"),
        };
        let (_, words) = WORDS.iter().find(|(own, _)| *own == column).unwrap();
        words.iter().find(|word| **word == written.to_lowercase()).copied().unwrap_or_default()
    }

    fn hash(&self) -> &'c str {
        self.subject.file.map_or("", |facts| facts.file_sha256)
    }

    pub fn threat_of_file(&self) -> Option<&'c Seen<'c>> {
        let threats = self.shelf.entries.iter().filter(|e| matches!(e.source, EntrySource::Threat(_)));
        threats.filter(|e| e.enabled).find(|e| e.sha256.iter().any(|hash| hash == self.hash()))
    }

    /// Of the entries in force for which something holds one that means this file; else whichever comes first.
    pub fn fitting(&self, holds: impl Fn(&Self, &Seen<'_>) -> bool) -> Option<&'c Seen<'c>> {
        let fits = self.first(|case, e| holds(case, e) && case.in_force(e) && case.about_file(e) != "other");
        fits.or_else(|| self.first(|case, e| holds(case, e) && case.in_force(e)))
    }

    /// What an entry says of the file: `any`, `own`, `unseen` or `other`.
    fn about_file(&self, e: &Seen<'_>) -> &'static str {
        let hash = self.hash();
        let signature = self.subject.file.map_or("", |facts| facts.signature);
        if e.sha256.iter().any(|own| own == hash) {
            "own"
        } else if !e.sha256.is_empty() {
            if hash.is_empty() { "unseen" } else { "other" }
        } else if e.signer_sha256.is_empty() {
            "any"
        } else if self.is_signed_by(e) {
            "signed"
        } else if ["", "not_checked", "?"].contains(&signature) {
            "unseen"
        } else {
            "other"
        }
    }

    fn is_signed_by(&self, e: &Seen<'_>) -> bool {
        self.subject.file.is_some_and(|facts| {
            ["valid", "root_not_known"].contains(&facts.signature)
                && e.signer_sha256.iter().any(|own| own == facts.signer_sha256)
        })
    }

    /// What the file tells, and whether it turns the verdict.
    pub fn file(&mut self, verdict: Verdict, rule: &str) -> Verdict {
        let loads = !matches!(self.subject.action, Action::Removed | Action::Cleared);
        let named = self.first(|_, e| verdict == Verdict::Allowed && loads && e.id == rule);
        if named.is_some_and(|e| self.about_file(e) == "unseen") {
            self.say("file_not_seen", "");
        }
        let Some(facts) = self.facts() else { return verdict };
        let meant = self.first(|case, e| {
            (case.is_exact_pair(e) || case.is_covering_pattern(e))
                && case.in_force(e)
                && case.about_file(e) == "own"
        });
        let is_meant = meant.is_some();
        let vouched = match verdict {
            Verdict::KnownGood | Verdict::Allowed => true,
            Verdict::NotModule => self.subject.class == Class::Handler,
            _ => false,
        };
        let expected = self.expected(rule, vouched);
        self.not_understood(facts);
        let mut against: Vec<(usize, &str, String)> = Vec::new();
        if let Some(entry) = named.filter(|e| self.about_file(e) == "other") {
            against.push(match (entry.sha256.is_empty(), self.is_signed_by(entry)) {
                (true, _) => (3, "other_signer", String::new()),
                (false, true) => (2, "other_hash", String::new()),
                (false, false) => (3, "other_hash", String::new()),
            });
        }
        let status = self.cell("file_status");
        match status {
            "missing" => against.push((2, "file_missing", String::new())),
            "too_large" if expected.is_some() => against.push((2, "file_too_large", String::new())),
            "too_large" => self.say("file_too_large", ""),
            "denied" | "not_resolved" | "not_collected" => self.say("file_not_read", status),
            _ => {}
        }
        against.extend(self.signature(facts, expected.as_deref()));
        if self.cell("older_than_in_box") == "yes" {
            against.push((3, "older_than_in_box", String::new()));
        }
        if self.subject.class.is_module() && self.image.is_some() {
            against.extend(self.program(facts));
        }
        if !facts.redirected_by.is_empty() {
            against.push((2, "redirected", facts.redirected_by.to_owned()));
        }
        if let Some(bytes) = facts.signature_extra_bytes.parse::<u64>().ok().filter(|bytes| *bytes > 7) {
            self.say("signature_padded", &bytes.to_string());
        }
        let place = self.cell("found_in");
        if ["worker_copy", "history", "disk"].contains(&place) && self.cell("also_in_config") != "yes" {
            self.say("not_in_config", place);
        }
        let of_module = self.subject.class.is_module();
        for (_, code, detail) in &against {
            self.say(code, detail);
        }
        let mut of_any = vec!["signature_broken", "other_hash", "other_signer"];
        if expected.is_some() {
            of_any.extend(["signer_unexpected", "other_file_name", "older_than_in_box", "file_too_large"]);
        }
        let counts = against.iter().filter(|(_, code, _)| of_module || of_any.contains(code));
        match counts.map(|(severity, ..)| *severity).max().filter(|_| vouched && !is_meant) {
            Some(severity) => {
                self.altered = severity;
                Verdict::FileAltered
            }
            None => verdict,
        }
    }

    /// The least severity of what stands elsewhere than in the configuration.
    pub fn elsewhere(&self) -> usize {
        if self.cell("also_in_config") == "yes" {
            return 0;
        }
        match self.cell("found_in") {
            "worker_copy" => 3,
            "history" | "disk" => 2,
            _ => 0,
        }
    }

    fn not_understood(&mut self, facts: &FileFacts<'_>) {
        let points = facts.pe_entry_points;
        let unread_points = points == "unreadable";
        let bytes = facts.signature_extra_bytes;
        let cells = [
            ("file_status", facts.file_status),
            ("signature", facts.signature),
            ("signer_class", facts.signer_class),
            ("pe_machine", facts.pe_machine),
            ("bits", facts.bits),
            ("found_in", facts.found_in),
            ("also_in_config", facts.also_in_config),
            ("older_than_in_box", facts.older_than_in_box),
            ("update_pending", facts.update_pending),
        ];
        for (column, cell) in cells {
            if !cell.is_empty() && self.cell(column).is_empty() {
                self.say("fact_not_understood", column);
            }
        }
        if unread_points {
            self.say("fact_not_understood", "pe_entry_points");
        }
        if !bytes.is_empty() && bytes.parse::<u64>().is_err() {
            self.say("fact_not_understood", "signature_extra_bytes");
        }
    }

    /// Whose signature the entry that vouches, or else an entry that lists the image, names.
    fn expected(&self, rule: &str, vouched: bool) -> Option<String> {
        let by_rule = self.first(|_, e| vouched && e.id == rule && !e.signer.is_empty());
        let by_image = self.first(|case, e| case.lists_the_image(e) && !e.signer.is_empty());
        let of_setting = match rule {
            "base-compression-scheme-gzip-1" => Some("windows"),
            "base-runtime-loader-webengine4.dll-1" => Some("windows|microsoft"),
            _ => None,
        };
        let listed = by_rule.or(by_image).map(|e| e.signer.to_string());
        listed.or(of_setting.map(str::to_owned))
    }

    fn signature(
        &mut self,
        facts: &FileFacts<'_>,
        expected: Option<&str>,
    ) -> Option<(usize, &'static str, String)> {
        let [signature, class] = [self.cell("signature"), self.cell("signer_class")];
        let old = facts.windows_version.is_empty() || facts.windows_version.starts_with("6.1");
        let fits = expected.is_none_or(|expected| {
            let mut classes: Vec<&str> = expected.split('|').collect();
            if old && classes.contains(&"windows") {
                classes.push("windows_2001");
            }
            classes.contains(&class)
        });
        match signature {
            "" => None,
            "hash_mismatch" => Some((4, "signature_broken", signature.to_owned())),
            "invalid" | "malformed" => Some((3, "signature_broken", signature.to_owned())),
            "not_checked" => {
                self.say("signature_not_checked", "");
                None
            }
            "valid" if class.is_empty() => None,
            "valid" if fits => self.own_name(facts, class),
            _ if expected.is_none() => None,
            _ => {
                let pending = self.cell("update_pending") == "yes";
                if pending {
                    self.say("update_pending", "");
                }
                let seen = if signature == "valid" { class } else { signature };
                Some((if pending { 2 } else { 3 }, "signer_unexpected", seen.to_owned()))
            }
        }
    }

    fn own_name(&self, facts: &FileFacts<'_>, class: &str) -> Option<(usize, &'static str, String)> {
        let path = match facts.file {
            "" => self.image.as_ref().map_or("", |image| image.file_name()).to_owned(),
            file => file.to_lowercase(),
        };
        let file = path.split('\\').next_back().unwrap().to_owned();
        let name = facts.pe_original_name.to_lowercase().replace(".mui", "");
        let own = ["windows", "windows_2001", "microsoft"].contains(&class);
        let same = name == file || file.starts_with(&format!("{name}.")) && !name.contains('.');
        (own && !name.is_empty() && !file.is_empty() && !same).then_some((3, "other_file_name", name))
    }

    fn program(&mut self, facts: &FileFacts<'_>) -> Vec<(usize, &'static str, String)> {
        let machine = self.cell("pe_machine");
        let mut against = Vec::new();
        if machine.is_empty() {
            return against;
        }
        let exports =
            |name: &str| facts.pe_entry_points.contains(name) || facts.pe_entry_points == "unreadable";
        let fits = match self.kind() {
            Some(Kind::Native) => exports("RegisterModule"),
            Some(Kind::IsapiFilter) => exports("HttpFilterProc"),
            _ => exports("RegisterModule") || exports("HttpFilterProc"),
        };
        if machine == "none" || !fits {
            against.push((2, "not_a_module", String::new()));
        }
        let wrong = match self.cell("bits") {
            "32" => machine != "x86",
            "64" => machine == "x86",
            _ => false,
        };
        if wrong && machine != "none" {
            against.push((2, "wrong_machine", machine.to_owned()));
        }
        against
    }
}
