//! Who takes what the files of a server show: to decide on it, or to print it.

use crate::allowlist::Watched;
use crate::detect::Configured;
use crate::iis::{FileFacts, Registration, Roots};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::server::files::Facts;

/// Takes what a server has, one thing after the other. The host is in lower case.
pub(super) trait Sink {
    /// The settings that are looked for.
    fn watched(&self) -> &Watched;

    /// The image path that a setting carries, where it is a watched one that does.
    fn image_of(&self, setting: &Configured<'_>) -> Option<String>;

    /// Where folders of the host lie.
    fn roots(&mut self, host: &str) -> Roots;

    /// A registration, with what is known of each file that processes load for it; of none where nothing is known. Says whether
    /// it was told.
    fn module(&mut self, host: &str, seen: &Registration<'_>, files: &[Facts], origin: &Origin) -> bool;

    /// A setting, likewise.
    fn setting(&mut self, host: &str, seen: &Configured<'_>, files: &[Facts], origin: &Origin);

    /// An entry that registers no code.
    fn uninteresting(&mut self);

    /// What could not be read, and what is wrong.
    fn tell(&mut self, problem: Problem);
}

/// The facts about each file, or once that nothing is known.
pub(super) fn each_file(files: &[Facts]) -> impl Iterator<Item = Option<FileFacts<'_>>> {
    let none = files.is_empty().then_some(None);
    files.iter().map(|facts| Some(facts.as_columns())).chain(none)
}
