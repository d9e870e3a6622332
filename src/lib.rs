//! `iismodcheck` finds the IIS modules that are not yours.
//!
//! Windows logs each change of the IIS configuration as event 29. This crate turns those events into module changes,
//! compares each module with a known-good allowlist, and gives a verdict with its reasons: as the Splunk search command
//! `| iismodcheck`, and on the command line.
//!
//! ```text
//!  splunkd                                          files
//!     │ chunked protocol                              │ .evtx, xml, json, csv; configuration: server ◀── audit ◀── cli
//!     ▼                                               ▼
//!  searchcommand ── Record ──▶ command    source::Rows   ◀── scan ◀── cli
//!                                 │  cells            │ one row at a time
//!                                 ▼                   ▼
//!                               event::read ─▶ Event ─▶ ConfigChange
//!                                                         │
//!                  row::subject · detect::merge · Registration::subject
//!                                                         ▼
//!                                                      Subject
//!              allowlist::Index ── Candidates ──▶ detect::Engine::decide ─▶ Decision
//!                                                         ▼
//!                             Outcome {verdict, severity, texts, reasons, finding id}
//!                                 │                       │
//!                                 ▼                       ▼
//!                     cells appended to the raw row     report
//! ```
//!
//! An event row, a merged change and a listed module all become a [`iis::Subject`], and [`detect::Engine::decide`] is
//! the one decision: a module gets the same verdict whichever door it came through.
//!
//! The chunked protocol is a crate of its own, [`searchcommand`]: it knows nothing of IIS.
//!
//! Who may use whom (a test reads every `crate::` path, and who names `searchcommand`):
//!
//! | module | job | uses |
//! |---|---|---|
//! | [`cli`] | the command line and the exit status | all |
//! | [`command`] | `iismodcheck` as a search command | `searchcommand`, knowledge, detect, allowlist, event, iis |
//! | [`audit`] | configuration files to findings, and what a place gets | server, report, detect, allowlist, file, iis |
//! | [`scan`] | rows of files to findings, proposals, what earlier scans wrote | source, report, detect, allowlist, event, iis |
//! | [`knowledge`] | the files that a site writes: read, put together | allowlist |
//! | [`source`] | files to scan, one row at a time | event, iis |
//! | [`server`] | configuration files: what is registered where; the files behind the names | file, iis |
//! | [`report`] | what a run found, as text, page, JSON, JSON lines, CSV | detect |
//! | [`detect`] | subjects, verdicts, reasons, severity, changes | allowlist, event, file (its words), iis, words |
//! | [`allowlist`] | baseline, packs, threats, site entries: load, match, lint | iis |
//! | [`event`] | what one Windows event says | iis, words |
//! | [`iis`] | configuration paths, image paths, types | words |
//! | [`file`] | PE facts, CLR metadata, signatures, catalogs: over bytes | nothing |
//! | [`words`] | the form of the tables of words: verdicts, reason codes | nothing |
//! | [`problem`] | what went wrong, for people: kind, place, what, hint | origin |
//! | [`origin`] | where something stands: file, line, record, element, byte | nothing |
//!
//! What is not pure may use `problem` and `origin` as well.
//!
//! `event`, `iis`, `file`, `allowlist`, `detect` and `words` do no I/O and hold no clock and no global.

pub mod allowlist;
pub mod audit;
pub mod cli;
pub mod command;
pub mod detect;
pub mod event;
pub mod file;
pub mod iis;
pub mod knowledge;
pub mod origin;
pub mod problem;
pub mod report;
pub mod scan;
pub mod server;
pub mod source;
pub mod words;
