//! The configuration files of servers in, findings out: every module that is written there, however it got there.

mod place;

pub use place::{NoSettings, effective};
