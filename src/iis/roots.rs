//! Where Windows, Program Files and so on lie on a host: what turns literal folders into variables.

/// Why a root was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// The variable's name is empty or holds `%`, `=`, a separator, a quote or a control character.
    #[error(
        "'{0}' is no name of a variable: write system_root, exchange_root or an environment variable such as ProgramFiles"
    )]
    BadVariable(String),
    /// `SystemDrive` is always the drive of the system root.
    #[error("SystemDrive cannot be set: it is the drive of system_root; set system_root instead")]
    FollowsSystemRoot,
    /// The folder is not an absolute, plain path on a drive.
    #[error("'{folder}' for {variable} is not a plain absolute folder such as D:\\Windows ({problem})")]
    BadFolder {
        /// The variable as written.
        variable: String,
        /// The folder as written.
        folder: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// The folders behind the variables of image paths on one group of hosts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Roots;

impl Roots {
    /// Says where a variable points on these hosts. `variable` is `system_root`, `exchange_root` or any
    /// environment variable's name, with or without `%`, in any case.
    pub fn set(&mut self, variable: &str, folder: &str) -> Result<(), RootsError> {
        let _ = (variable, folder);
        Ok(())
    }
}
