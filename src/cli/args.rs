//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::detect::{Severity, Verdict};
use crate::iis::{Action, Kind};
use crate::scan::Unit;

/// Checks IIS module changes against a known-good allowlist.
///
/// Without a subcommand and with a pipe on standard input it is a Splunk search command (`| iismodcheck`) and speaks
/// the chunked protocol.
#[derive(Debug, Parser)]
#[command(name = "iismodcheck", version, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check exported events (or a list of modules) and print each finding.
    Scan(Box<Scan>),
    /// Check the configuration files of servers and print each finding.
    Audit(Box<Audit>),
    /// Print what the files of this server show, as JSON lines of facts without a verdict, for an index.
    Collect(Collect),
    /// Keep the allowlist sound.
    Allowlist {
        /// What to do with it.
        #[command(subcommand)]
        command: Allowlist,
    },
    /// Print what makes a shell complete the words of the command line.
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page (read it with `iismodcheck man | man -l -`).
    Man,
}

/// Which entries are compared with.
#[derive(Debug, Args)]
pub struct Compared {
    /// The site's allowlist (CSV).
    #[arg(long, value_name = "FILE")]
    pub allowlist: Option<PathBuf>,
    /// Product packs that count as known on every host, separated by commas.
    #[arg(long, value_name = "NAMES")]
    pub packs: Option<String>,
    /// Packs and folders by host (CSV with host, packs, roots).
    #[arg(long, value_name = "FILE")]
    pub packs_file: Option<PathBuf>,
    /// Compare dates of entries with this time (ISO 8601) instead of the time of each event.
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people at a terminal: what to do first, then the worst first.
    Text,
    /// One page for a browser, to hand on.
    Html,
    /// One JSON document.
    Json,
    /// JSON lines: one for each finding and problem, and the summary at the end.
    Jsonl,
    /// The output columns of the search command, and the rows that a finding was made of.
    Csv,
    /// Of an audit: what the files show as JSON lines of facts, without a verdict, to be indexed and judged by
    /// `| iismodcheck input=module`.
    Inventory,
}

/// How findings are printed, and where.
#[derive(Debug, Args)]
pub struct Printed {
    /// How findings are printed; without it, what the ending of --output says (.txt .html .json .jsonl .csv), else text.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// In text, list also what is known to be good, which is only counted otherwise.
    #[arg(long)]
    pub all: bool,
    /// In text, tell everything about each finding.
    #[arg(long)]
    pub details: bool,
    /// Write to this file instead of standard output: whole, or not at all. One that exists is replaced.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// In CSV, write each text as the events have it, with formulas and control characters, for programs. Without it they
    /// are made harmless, for spreadsheets and terminals.
    #[arg(long)]
    pub exact_bytes: bool,
}

/// What the help of `scan` and `audit` ends with.
const EXIT_CODES: &str = "\
Exit codes:
  0  all was read and understood, and no finding reaches --fail-on
  1  all was read and understood, and a finding reaches --fail-on
  2  an argument is wrong; or something was not read, or not understood, whatever else was
     found (with --allow-unread only where nothing at all was read). Standard error says what";

/// `scan`
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Scan {
    /// Event logs (.evtx), events as XML, JSON or CSV as Windows, Splunk and collectors write them, lists of modules (CSV with
    /// name and image), gzip and zip of these, or folders with them. What a file is tells its content, not its name. `-` is
    /// standard input. On Windows, without any: the log of this machine.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Which entries are compared with.
    #[command(flatten)]
    pub compared: Compared,
    /// One finding per change, or per event row.
    #[arg(long, value_enum, default_value_t = Unit::Change)]
    pub level: Unit,
    /// How findings are printed.
    #[command(flatten)]
    pub printed: Printed,
    /// Only findings from this time on (ISO 8601; a date is its first moment in UTC). Those without a time are shown.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only findings up to this time (ISO 8601; a date is its last moment in UTC). Those without a time are shown.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only findings of these hosts, separated by commas, with or without their domain. Those without a host are shown.
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    pub host: Vec<String>,
    /// Only findings with these verdicts, separated by commas.
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', value_parser = verdict)]
    pub only: Vec<Verdict>,
    /// Print only findings of at least this severity (info, low, medium, high, critical); the summary counts all.
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    pub min_severity: Severity,
    /// End with exit code 1 when a finding reaches this severity (info, low, medium, high, critical), printed or not.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Do not end with exit code 2 because something was not read or not understood, as long as anything was; it is told all
    /// the same.
    #[arg(long)]
    pub allow_unread: bool,
}

/// `audit`
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Audit {
    /// A folder with applicationHost.config and, by site and application, the web.config files (Shop/api/web.config); a folder
    /// of such folders, one for each server; or the files themselves. What a file is tells its content. On Windows, without
    /// any: this server.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A mounted image of a server, or what a collector (KAPE, Velociraptor) took from it; or a folder of these. The web.config
    /// files are looked for where the server's own configuration says that its sites lie.
    #[arg(long, value_name = "FOLDER")]
    pub root: Vec<PathBuf>,
    /// The folder in which IIS keeps earlier versions of the server's configuration (CFGHISTORY_…): they tell when what stands
    /// there came, and what stood there for a while. With --root it is found by itself.
    #[arg(long, value_name = "FOLDER")]
    pub history: Option<PathBuf>,
    /// Logs of the servers, of any kind that `scan` reads: which changes of the configuration no event tells of, and which
    /// modules that events tell of are gone.
    #[arg(long, value_name = "LOG", num_args = 1..)]
    pub events: Vec<PathBuf>,
    /// The site, application or folder that a web.config is of, where nothing else tells it: Shop/api.
    #[arg(long, value_name = "PLACE")]
    pub place: Option<String>,
    /// Print the modules that run at this place (Shop/api), as JSON, and judge nothing.
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["allowlist", "packs", "packs_file", "as_of", "history", "events", "format", "all", "details", "output", "exact_bytes", "only", "min_severity", "fail_on"])]
    pub effective: Option<String>,
    /// Which entries are compared with.
    #[command(flatten)]
    pub compared: Compared,
    /// How findings are printed.
    #[command(flatten)]
    pub printed: Printed,
    /// The name of the server, where one is read; it is that of its folder otherwise. Where several are read, those to read,
    /// separated by commas, with or without their domain.
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    pub host: Vec<String>,
    /// Only findings with these verdicts, separated by commas.
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', value_parser = verdict)]
    pub only: Vec<Verdict>,
    /// Print only findings of at least this severity (info, low, medium, high, critical); the summary counts all.
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    pub min_severity: Severity,
    /// End with exit code 1 when a finding reaches this severity (info, low, medium, high, critical), printed or not.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Do not end with exit code 2 because something was not read or is not at hand, as long as anything was read; it is told
    /// all the same.
    #[arg(long)]
    pub allow_unread: bool,
}

/// What the help of `collect` ends with.
const COLLECTED: &str = "\
It reads only: nothing is written, started, loaded or asked for over a network. What cannot be read is a row
with \"record\":\"problem\", and the last row, with \"record\":\"run\", says whether all was read (\"complete\").

Exit codes:
  0  the rows were printed, whatever could be read
  2  an argument is wrong, or the rows could not be printed. Standard error says what, in one line";

/// `collect`
#[derive(Debug, Args)]
#[command(after_help = COLLECTED)]
pub struct Collect {
    /// A mounted image of a server, instead of this machine.
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,
    /// The name of the server; it is that of this machine otherwise, or of the folder.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Seconds from one run to the next, as the input has them. One run a day prints everything; the name of the host says
    /// which. The others print what no list of this program explains, each file that is not as Microsoft signed it, and what
    /// was written since the run before.
    #[arg(long, value_name = "SECONDS", default_value_t = 14_400, value_parser = clap::value_parser!(u32).range(60..=604_800))]
    pub every: u32,
    /// Print everything in this run.
    #[arg(long)]
    pub full: bool,
}

/// `allowlist`
#[derive(Debug, Subcommand)]
pub enum Allowlist {
    /// Look for mistakes in allowlist files.
    Check(Check),
    /// Append one entry to an allowlist file. Nothing else in it changes, but for columns that it lacks.
    Add(Box<Add>),
    /// Propose entries from scans, audits or inventories of a clean estate.
    Baseline {
        /// CSV exports, lists of modules, or results of `scan` or `audit` with `--format json` (or csv).
        #[arg(required = true, value_name = "FROM")]
        from: Vec<PathBuf>,
        /// Vouch for the files that an audit saw only, by their SHA-256: an update then needs a new entry.
        #[arg(long)]
        hashes: bool,
        /// Vouch only for files of the signers that an audit saw, by their certificates.
        #[arg(long)]
        signers: bool,
        /// Propose also names, images and types that a spreadsheet would run as a formula, as they are.
        #[arg(long)]
        exact_bytes: bool,
        /// Which entries are known already.
        #[command(flatten)]
        compared: Compared,
    },
    /// Tell the whole decision for one module, step by step.
    Explain(Box<Explain>),
}

/// `allowlist check`
#[derive(Debug, Args)]
pub struct Check {
    /// Allowlist files. `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Packs and folders by host (CSV with host, packs, roots): entries are judged as they work on their hosts.
    #[arg(long, value_name = "FILE")]
    pub packs_file: Option<PathBuf>,
    /// End with exit code 1 on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Judge expiry dates as of this time (ISO 8601) instead of now.
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

/// `allowlist add`
#[derive(Debug, Args)]
pub struct Add {
    /// The allowlist file; created when it does not exist.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take name, image or type from this finding of a scan (`iis_finding_id`, or its first eight characters).
    #[arg(long, value_name = "ID", requires = "from", conflicts_with_all = ["name", "image", "type_name"])]
    pub finding: Option<String>,
    /// The output of `scan --format json` (or jsonl, csv) that holds the finding.
    #[arg(long, value_name = "FILE", requires = "finding")]
    pub from: Option<PathBuf>,
    /// Module name.
    #[arg(long, required_unless_present = "finding")]
    pub name: Option<String>,
    /// Image path.
    #[arg(long)]
    pub image: Option<String>,
    /// Managed type.
    #[arg(long = "type", value_name = "TYPE")]
    pub type_name: Option<String>,
    /// Id of the entry.
    #[arg(long)]
    pub id: Option<String>,
    /// allow or deny.
    #[arg(long)]
    pub effect: Option<String>,
    /// native, managed, `isapi_filter`, handler, `compression_scheme`, `runtime_loader`, code, setting, or any.
    #[arg(long)]
    pub kind: Option<String>,
    /// exact, glob or name.
    #[arg(long = "match", value_name = "MATCH")]
    pub matching: Option<String>,
    /// preCondition that must be the same set.
    #[arg(long)]
    pub precondition: Option<String>,
    /// Host pattern.
    #[arg(long)]
    pub host: Option<String>,
    /// Configuration path pattern.
    #[arg(long)]
    pub config_path: Option<String>,
    /// Action that is allowed (or denied).
    #[arg(long)]
    pub action: Option<String>,
    /// SHA-256 of the file that is meant; several divided by `|`. Lists of modules tell it, events do not.
    #[arg(long, value_name = "HASH")]
    pub sha256: Option<String>,
    /// SHA-256 of the certificate of the signer whose files are meant; several divided by `|`.
    #[arg(long, value_name = "HASH")]
    pub signer_sha256: Option<String>,
    /// First day or moment of validity (ISO 8601).
    #[arg(long)]
    pub valid_from: Option<String>,
    /// Last day or moment of validity (ISO 8601).
    #[arg(long)]
    pub expires: Option<String>,
    /// Who answers for the entry.
    #[arg(long)]
    pub owner: Option<String>,
    /// Ticket.
    #[arg(long)]
    pub ticket: Option<String>,
    /// Why it is allowed.
    #[arg(long)]
    pub reason: Option<String>,
    /// Add it although it silences what is rated high or critical, says what another entry or the baseline says, or
    /// has expired.
    #[arg(long)]
    pub force: bool,
}

/// `allowlist explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Module name.
    #[arg(required_unless_present = "finding", default_value = "", hide_default_value = true)]
    pub name: String,
    /// Image path.
    pub image: Option<String>,
    /// Managed type, instead of an image.
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "image")]
    pub type_name: Option<String>,
    /// native, managed, `isapi_filter`, handler, or a kind of setting; without it, what image and type tell.
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
    /// The host it is on.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub host: String,
    /// What happened to it: added, removed, modified, …; without it, that it is listed (present).
    #[arg(long, value_parser = action)]
    pub action: Option<Action>,
    /// Where in the configuration, such as MACHINE/WEBROOT/APPHOST/Shop.
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    pub config_path: String,
    /// The image or type before the change.
    #[arg(long, value_name = "IMAGE")]
    pub old: Option<String>,
    /// Explain this finding of a scan (`iis_finding_id`, or its first eight characters) instead.
    #[arg(long, value_name = "ID", requires = "from", conflicts_with_all = ["name", "image", "type_name", "kind", "host", "action", "config_path", "old"])]
    pub finding: Option<String>,
    /// The output of `scan --format json` (or jsonl, csv) that holds the finding.
    #[arg(long, value_name = "FILE", requires = "finding")]
    pub from: Option<PathBuf>,
    /// Which entries are compared with.
    #[command(flatten)]
    pub compared: Compared,
}

fn kind(text: &str) -> Result<Kind, String> {
    word(text, "kind", &Kind::ALL.map(|kind| (kind.as_str(), kind)))
}

fn action(text: &str) -> Result<Action, String> {
    word(text, "action", &Action::ALL.map(|action| (action.as_str(), action)))
}

fn verdict(text: &str) -> Result<Verdict, String> {
    word(text, "verdict", &Verdict::ALL.map(|verdict| (verdict.as_str(), verdict)))
}

fn word<T: Copy>(text: &str, what: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("`{text}` is no {what}: use one of {}", words.join(", "))
    })
}
