//! One page for whoever was not there: no script, nothing from a network, and every text escaped.

mod findings;
mod page;
mod parts;
mod steps;
mod tables;

pub use page::write_html;
