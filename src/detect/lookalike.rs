//! Names made to be taken for known ones.

/// A known module: its name and, for a native one, the stem of its DLL.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The module's name, as registered.
    pub name: &'a str,
    /// The DLL's file name without `.dll`, in any case; `None` for a managed module.
    pub stem: Option<&'a str>,
}
