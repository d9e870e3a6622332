//! Files that a test makes while it runs: programs, signatures, catalogs, and whole images of servers.

pub mod image;
pub mod pe;
pub mod signed;
