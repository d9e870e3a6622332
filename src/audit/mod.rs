//! The configuration files of servers in, findings out: every module that is written there, however it got there.

mod auditor;
mod behind;
mod copies;
mod place;
mod redirects;
mod unnamed;
mod unseen;
mod wanted;

pub use auditor::Auditor;
pub use place::{NoSettings, effective};
pub use wanted::WatchedSettings;
