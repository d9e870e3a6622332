//! Where Windows, Program Files and so on lie on a host: what turns literal folders into variables.

/// The folders behind the variables of image paths on one group of hosts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Roots;
