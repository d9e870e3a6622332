//! The machine that the program runs on.

use crate::server::Found;
use crate::server::files::Drives;

/// Its drives, where it is a Windows server.
pub(super) fn server() -> Option<Found> {
    let root = std::env::var("SystemRoot").ok().filter(|_| cfg!(windows))?;
    Drives::live(&root).map(|drives| Found::Image(name(), drives))
}

/// Its name: as DNS has it where Windows tells, because the older kind ends after fifteen characters.
#[cfg(windows)]
fn name() -> String {
    whoami::hostname().unwrap_or_else(|_| std::env::var("COMPUTERNAME").unwrap_or_default())
}

#[cfg(not(windows))]
fn name() -> String {
    String::new()
}

/// The account that the program runs as, whose rights count; empty where nothing tells.
#[cfg(windows)]
pub(super) fn account() -> String {
    whoami::account().unwrap_or_default()
}

/// The account that the program runs as; elsewhere than on Windows nobody asks.
#[cfg(not(windows))]
pub(super) fn account() -> String {
    String::new()
}
