//! `iismodcheck` finds the IIS modules that are not yours.
//!
//! Windows logs each change of the IIS configuration as event 29. This crate turns those events into module changes,
//! compares each module with a known-good allowlist, and gives a verdict with its reasons: as the Splunk search command
//! `| iismodcheck`, and on the command line.
//!
//! ```text
//!  splunkd                                          files
//!     │ chunked protocol                              │ csv
//!     ▼                                               ▼
//!  searchcommand ── Record ──▶ command            source ◀── cli
//!                                 │  cells            │ rows
//!                                 ▼                   ▼
//!                               event::read ─▶ Event ─▶ ConfigChange
//!                                                         │
//!                  row::subject · change::merge · InventoryRow::subject
//!                                                         ▼
//!                                                      Subject
//!              allowlist::Index ── Candidates ──▶ detect::Engine::decide
//!                                                         ▼
//!                                        Finding {verdict, severity, reasons}
//!                                 │                       │
//!                                 ▼                       ▼
//!                     cells appended to the raw row     report
//! ```
//!
//! An event row, a merged change and a listed module all become a [`iis::Subject`], and [`detect::Engine::decide`] is
//! the one decision: a module gets the same verdict whichever door it came through.
//!
//! Who may use whom (a test reads every `crate::` path):
//!
//! | module | job | uses |
//! |---|---|---|
//! | [`cli`] | the command line and the exit status | all |
//! | [`command`] | `iismodcheck` as a search command | searchcommand, site, detect, allowlist, event, iis |
//! | [`searchcommand`] | the chunked protocol, for any command | nothing |
//! | [`site`] | the files that a site writes: read, put together | allowlist |
//! | [`source`] | files to scan | event |
//! | [`report`] | what a scan prints | detect |
//! | [`detect`] | subjects, verdicts, reasons, severity, changes | allowlist, event, iis |
//! | [`allowlist`] | baseline, packs, threats, site entries: load, match, lint | iis |
//! | [`event`] | what one Windows event says | iis |
//! | [`iis`] | configuration paths, image paths, types | nothing |
//! | [`file`] | PE facts, CLR metadata, signatures, catalogs: over bytes | nothing |
//!
//! `event`, `iis`, `file`, `allowlist` and `detect` do no I/O and hold no clock and no global.

pub mod allowlist;
pub mod cli;
pub mod command;
pub mod detect;
pub mod event;
pub mod file;
pub mod iis;
pub mod report;
pub mod searchcommand;
pub mod site;
pub mod source;
