//! The configuration files of servers in, findings out: every module that is written there, however it got there.

mod auditor;
mod behind;
mod copies;
mod digests;
mod earlier;
mod entries;
mod events;
mod extent;
mod history;
mod inventory;
mod place;
mod redirects;
mod rows;
mod sink;
mod timeline;
mod unnamed;
mod unseen;
mod walk;
mod wanted;

pub use auditor::Auditor;
pub use events::Events;
pub use inventory::{Inventory, Written};
pub use place::{NoSettings, effective};
pub use wanted::WatchedSettings;
