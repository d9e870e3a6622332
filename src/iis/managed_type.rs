//! Managed type strings: `Namespace.Type, Assembly, Version=…, Culture=…, PublicKeyToken=…`.

/// A managed type string, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ManagedType {
    /// Namespace and type name; compared with case.
    pub name: String,
}

impl ManagedType {
    /// Takes a type string apart. Total: any text gives a type.
    #[must_use]
    pub fn parse(written: &str) -> Self {
        Self { name: written.to_owned() }
    }
}
