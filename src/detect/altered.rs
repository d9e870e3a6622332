//! The file behind a registration: what it says against a pair that a list vouches for, and beside any other verdict.

use super::agreement::Agreement;
use super::case::Case;
use super::file_code::FileCode;
use super::finding::Finding;
use super::reason::Detail;
use super::verdict::{Severity, Verdict};
use crate::file::pe::{ENTRY_POINTS, Machine};
use crate::file::{Class as Signer, FileStatus, Status};
use crate::iis::{Action, Class, FileFacts, Kind};

/// Hidden bytes below this fill a signature up to its place.
const PADDING: u64 = 8;

/// What the facts come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OfFile {
    /// It is not the file that is vouched for.
    pub altered: Option<Severity>,
    /// The least severity of a pair that nothing vouches for.
    pub least: Option<Severity>,
}

impl Case<'_> {
    /// Adds what the file tells to the reasons of a verdict. What turns the verdict stands before the others.
    pub fn of_file(&self, verdict: Verdict, finding: &mut Finding) -> OfFile {
        // Nothing is loaded by what takes modules away.
        let loads = !matches!(self.subject.action, Action::Removed | Action::Cleared);
        let named = finding.rule.and_then(|n| self.index.entry(n)).filter(|_| verdict == Verdict::Allowed);
        let agreement = named.filter(|_| loads).map(|entry| self.agreement(entry));
        if agreement == Some(Agreement::NotSeen) {
            finding.add(FileCode::FileNotSeen, Detail::None);
        }
        let Some(facts) = self.subject.file.filter(|_| loads) else { return OfFile::default() };
        let is_module = self.subject.class.is_module();
        let vouched = match verdict {
            Verdict::KnownGood | Verdict::Allowed => true,
            // A handler that nothing speaks against.
            Verdict::NotModule => self.subject.class == Class::Handler,
            _ => false,
        };
        let before = finding.reasons.len();
        // What is said of the file as it should be says nothing against the one that the site means.
        let is_meant = self.is_vouched_file();
        let expected = self.expected_signers(vouched, finding);
        let mut look = Look { case: self, facts, expected, is_module, finding, altered: None };
        match agreement {
            Some(Agreement::OtherFile) => look.against(Severity::High, FileCode::OtherHash, ""),
            Some(Agreement::OtherFileSigned) => look.against(Severity::Medium, FileCode::OtherHash, ""),
            Some(Agreement::OtherSigner) => look.against(Severity::High, FileCode::OtherSigner, ""),
            _ => {}
        }
        look.status();
        look.signature();
        look.program();
        let least = look.whereabouts();
        let altered = look.altered.filter(|_| vouched && !is_meant);
        if altered.is_some() {
            let told = finding.reasons.len() - before;
            finding.reasons.rotate_right(told);
        }
        OfFile { altered, least: least.filter(|_| !vouched) }
    }

    /// The classes of signers that the shipped lists name for the file, divided by `|`; empty where they name none.
    fn expected_signers(&self, vouched: bool, finding: &Finding) -> &str {
        let rule = finding.rule.filter(|_| vouched);
        let listed = rule.into_iter().chain(self.seen.candidates.known_image.iter().copied());
        let listed = listed.filter_map(|n| self.index.entry(n)).map(|entry| entry.signer.as_str());
        let known = finding.known.filter(|_| vouched).and_then(|n| self.index.watched().known().get(n));
        let mut signers = listed.chain(known.map(|known| known.signer.as_str()));
        signers.find(|signer| !signer.is_empty()).unwrap_or_default()
    }
}

struct Look<'l> {
    case: &'l Case<'l>,
    facts: &'l FileFacts<'l>,
    expected: &'l str,
    is_module: bool,
    finding: &'l mut Finding,
    /// The worst that speaks against a vouched pair.
    altered: Option<Severity>,
}

impl Look<'_> {
    /// The word of a column. One that is none of its words is told, and decides nothing.
    fn word<T>(&mut self, column: &str, cell: &str, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        let cell = cell.trim_ascii();
        if cell.is_empty() {
            return None;
        }
        let word = known(&cell.to_ascii_lowercase());
        if word.is_none() {
            self.finding.tell(FileCode::FactNotUnderstood, column);
        }
        word
    }

    fn yes(&mut self, column: &str, cell: &str) -> bool {
        let known = |word: &str| ["yes", "no"].iter().position(|known| *known == word);
        self.word(column, cell, known) == Some(0)
    }

    fn against(&mut self, severity: Severity, code: FileCode, detail: &str) {
        // A handler or a setting need not name a module, and roles that are gone leave theirs behind. What counts of its file is
        // what counts of any, and whose it is where a list names the signer.
        let is_of_any = match code {
            FileCode::SignatureBroken | FileCode::OtherHash | FileCode::OtherSigner => true,
            FileCode::SignerUnexpected
            | FileCode::OtherFileName
            | FileCode::OlderThanInBox
            | FileCode::FileTooLarge => !self.expected.is_empty(),
            _ => false,
        };
        self.finding.tell(code, detail);
        if self.is_module || is_of_any {
            self.altered = self.altered.max(Some(severity));
        }
    }

    /// Whether it was read.
    fn status(&mut self) {
        let Some(status) = self.word("file_status", self.facts.file_status, FileStatus::of_code) else {
            return;
        };
        match status {
            FileStatus::Read => {}
            FileStatus::Missing => self.against(Severity::Medium, FileCode::FileMissing, ""),
            FileStatus::TooLarge if self.expected.is_empty() => self.finding.tell(FileCode::FileTooLarge, ""),
            FileStatus::TooLarge => self.against(Severity::Medium, FileCode::FileTooLarge, ""),
            FileStatus::Denied | FileStatus::NotResolved | FileStatus::NotCollected => {
                self.finding.tell(FileCode::FileNotRead, status.code());
            }
        }
    }

    fn signature(&mut self) {
        let pending = self.yes("update_pending", self.facts.update_pending);
        let class = self.word("signer_class", self.facts.signer_class, Signer::of_code);
        if let Some(status) = self.word("signature", self.facts.signature, Status::of_code) {
            self.signer(status, class, pending);
        }
        let hidden = self.facts.signature_extra_bytes;
        let bytes = self.word("signature_extra_bytes", hidden, |text| text.parse::<u64>().ok());
        if let Some(bytes) = bytes.filter(|bytes| *bytes >= PADDING) {
            self.finding.tell(FileCode::SignaturePadded, &bytes.to_string());
        }
        if self.yes("older_than_in_box", self.facts.older_than_in_box) {
            self.against(Severity::High, FileCode::OlderThanInBox, "");
        }
    }

    fn signer(&mut self, status: Status, class: Option<Signer>, pending: bool) {
        match status {
            Status::HashMismatch => {
                return self.against(Severity::Critical, FileCode::SignatureBroken, status.code());
            }
            Status::Invalid | Status::Malformed => {
                return self.against(Severity::High, FileCode::SignatureBroken, status.code());
            }
            Status::NotChecked => return self.finding.tell(FileCode::SignatureNotChecked, ""),
            Status::Valid
            | Status::RootNotKnown
            | Status::KeyNotSupported
            | Status::NotValidAtTime
            | Status::None => {}
        }
        if status == Status::Valid {
            let Some(class) = class else { return };
            if self.is_expected(class) {
                return self.own_name(class);
            }
        }
        if self.expected.is_empty() {
            return;
        }
        let seen = if status == Status::Valid { self.facts.signer_class } else { status.code() };
        // A file may be ahead of its catalog until then.
        let severity = if pending { Severity::Medium } else { Severity::High };
        self.against(severity, FileCode::SignerUnexpected, &seen.trim_ascii().to_ascii_lowercase());
        if pending {
            self.finding.tell(FileCode::UpdatePending, "");
        }
    }

    /// Whether a valid signature of this class is one that the baseline names; any is where it names none.
    fn is_expected(&self, class: Signer) -> bool {
        let named = |class: Signer| self.expected.split('|').any(|word| word == class.code());
        if class == Signer::Windows2001 {
            // Windows Server 2008 R2 and older; where the version is not known, it may be one of them.
            let version = self.facts.windows_version.trim_ascii();
            let old =
                ["6.0", "6.1"].iter().any(|old| version == *old || version.starts_with(&format!("{old}.")));
            return self.expected.is_empty() || named(Signer::Windows) && (version.is_empty() || old);
        }
        self.expected.is_empty() || named(class)
    }

    /// A file of Microsoft's own is called as its version resource says.
    fn own_name(&mut self, class: Signer) {
        let own = matches!(class, Signer::Windows | Signer::Windows2001 | Signer::Microsoft);
        let original = self.facts.pe_original_name.trim().to_lowercase();
        // Files with their texts beside them are called so.
        let original = original.strip_suffix(".mui").unwrap_or(&original);
        let image = self.case.seen.image.as_ref().map_or("", |image| image.file_name());
        let written = if self.facts.file.is_empty() { image } else { self.facts.file };
        let file = written.rsplit(['\\', '/']).next().unwrap_or_default().trim().to_lowercase();
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
        if own && !original.is_empty() && !file.is_empty() && original != file && original != stem {
            let original = original.to_owned();
            self.against(Severity::High, FileCode::OtherFileName, &original);
        }
    }

    /// Whether IIS can load it as what it is registered for. A handler's program need not be such a file.
    fn program(&mut self) {
        let known = |word: &str| match word {
            "none" => Some(None),
            word => Machine::of_code(word).map(Some),
        };
        let machine = self.word("pe_machine", self.facts.pe_machine, known);
        let known = |list: &str| list.split(',').map(entry_point).collect::<Option<Vec<_>>>();
        let written = self.facts.pe_entry_points;
        let exported = self.word("pe_entry_points", written, known);
        let bits =
            self.word("bits", self.facts.bits, |word| ["32", "64"].iter().position(|own| *own == word));
        let subject = self.case.subject;
        let Some(machine) = machine.filter(|_| subject.class.is_module() && subject.image.is_some()) else {
            return;
        };
        let Some(machine) = machine else { return self.against(Severity::Medium, FileCode::NotAModule, "") };
        let needed: &[&str] = match self.finding.kind {
            Some(Kind::Native) => &["registermodule"],
            Some(Kind::IsapiFilter) => &["httpfilterproc"],
            _ => &["registermodule", "httpfilterproc"],
        };
        let is_unreadable = exported.is_none() && !written.trim_ascii().is_empty();
        let exported = exported.unwrap_or_default();
        if !is_unreadable && !needed.iter().any(|name| exported.iter().any(|own| own == name)) {
            self.against(Severity::Medium, FileCode::NotAModule, "");
        }
        let fits = match (bits, machine) {
            (Some(0), machine) => machine == Machine::X86,
            (Some(_), machine) => machine != Machine::X86,
            (None, _) => true,
        };
        if !fits {
            self.against(Severity::Medium, FileCode::WrongMachine, machine.code());
        }
    }

    /// Where the registration was found. Gives the least severity where nothing vouches for the pair.
    fn whereabouts(&mut self) -> Option<Severity> {
        let places = ["config", "worker_copy", "history", "disk"];
        let place = self.word("found_in", self.facts.found_in, |word| {
            places.iter().find(|known| **known == word).copied()
        });
        let in_config = self.yes("also_in_config", self.facts.also_in_config);
        let redirection = self.facts.redirected_by.trim();
        if !redirection.is_empty() {
            self.against(Severity::Medium, FileCode::Redirected, redirection);
        }
        let least = match place? {
            "worker_copy" => Severity::High,
            "history" | "disk" => Severity::Medium,
            _ => return None,
        };
        if in_config {
            return None;
        }
        self.finding.tell(FileCode::NotInConfig, place?);
        Some(least)
    }
}

/// The entry point of this name, in lower case; none for a word that is none.
fn entry_point(word: &str) -> Option<String> {
    let word = word.trim_ascii();
    ENTRY_POINTS.iter().any(|known| known.eq_ignore_ascii_case(word)).then(|| word.to_owned())
}
