//! Image paths: one normal form for comparison, and flags for everything that was odd about the written one.
//!
//! The normal form is folded to lower case ([`super::fold`]), separated by `\`, free of `.` and `..`, and starts
//! with a variable where a root of the host covers the path: `%windir%\system32\inetsrv\static.dll`. `SystemRoot`
//! and `windir` are one variable. What cannot be resolved off the host keeps its written shape, folded and with single
//! separators, so that it equals no resolved path by accident. The normal form of a normal form is itself.

mod flags;
mod location;
mod normal;
mod opened;
mod parse;
#[cfg(test)]
mod tests;

pub use flags::{ImageFlags, Oddity};
pub use location::{Place, Suspicion};
pub use normal::Image;
