//! The configuration files of a server: what is registered where, and what holds at a place. Reads only.
//!
//! A file is read by its content alone, and of it only the sections that register code and the settings that are asked for:
//! nothing else of a file, such as a secret, can reach any output.

pub mod files;

mod bindings;
mod config;
mod deadline;
mod document;
mod effective;
mod entry;
mod find;
mod history;
mod host;
mod image;
mod inherit;
mod level;
mod lists;
mod settings;
mod sites;
mod source;
mod text;
mod trouble;

pub use bindings::{Binding, Leads};
pub use config::{Config, ConfigKind};
pub use deadline::Deadline;
pub use effective::{Effective, Enabled, State};
pub use entry::{Entry, Listing, Location, Operation, OverrideMode};
pub use find::{Found, image_in, servers_in};
pub use host::{Copy, History, Server, Version};
pub use level::Level;
pub use settings::{SettingRow, Wanted};
pub use sites::{Folder, Pools, Sites};
pub use source::Beside;
pub use trouble::{Code, Trouble, Weight};
