//! The small words: class, kind, section, element, action.

use serde::{Deserialize, Serialize};

/// What a change is about. Grouping key of the change level: `globalModules` and `modules` are one class,
/// because one appcmd installation writes both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// `globalModules`, `modules`, `system.web/httpModules`.
    Module,
    /// `isapiFilters`.
    IsapiFilter,
    /// `handlers`.
    Handler,
    /// An element or attribute of another section that is watched.
    Setting,
}

impl Class {
    /// The word of the output columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::IsapiFilter => "isapi_filter",
            Self::Handler => "handler",
            Self::Setting => "setting",
        }
    }

    /// Whether it is a module or a filter: what IIS loads by name, and lists with a baseline.
    #[must_use]
    pub fn is_module(self) -> bool {
        matches!(self, Self::Module | Self::IsapiFilter)
    }
}

/// What sort of code is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A DLL in the worker process.
    Native,
    /// A .NET type.
    Managed,
    /// An ISAPI filter DLL.
    IsapiFilter,
    /// A request handler.
    Handler,
    /// A DLL that compresses responses.
    CompressionScheme,
    /// What starts the .NET runtime of a pool, or tells it where code lies.
    RuntimeLoader,
    /// Other code that a setting names: types, DLLs, programs.
    Code,
    /// A setting that names no code.
    Setting,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Native,
        Self::Managed,
        Self::IsapiFilter,
        Self::Handler,
        Self::CompressionScheme,
        Self::RuntimeLoader,
        Self::Code,
        Self::Setting,
    ];

    /// The kinds of what a list of modules, filters or handlers holds.
    pub const LISTED: [Self; 4] = [Self::Native, Self::Managed, Self::IsapiFilter, Self::Handler];

    /// The word of the output columns and of the allowlist file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Managed => "managed",
            Self::IsapiFilter => "isapi_filter",
            Self::Handler => "handler",
            Self::CompressionScheme => "compression_scheme",
            Self::RuntimeLoader => "runtime_loader",
            Self::Code => "code",
            Self::Setting => "setting",
        }
    }

    /// The class this kind belongs to.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::Native | Self::Managed => Class::Module,
            Self::IsapiFilter => Class::IsapiFilter,
            Self::Handler => Class::Handler,
            Self::CompressionScheme | Self::RuntimeLoader | Self::Code | Self::Setting => Class::Setting,
        }
    }
}

/// A section of the IIS configuration: those that register modules, filters and handlers, and all others as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Section {
    /// `/system.webServer/globalModules`
    GlobalModules,
    /// `/system.webServer/modules`
    Modules,
    /// `/system.web/httpModules` (classic pipeline)
    HttpModules,
    /// `/system.webServer/isapiFilters`
    IsapiFilters,
    /// `/system.webServer/handlers`
    Handlers,
    /// Any other: what is changed there is a setting.
    Other,
}

impl Section {
    /// Every section that registers modules, filters or handlers.
    pub const ALL: [Self; 5] =
        [Self::GlobalModules, Self::Modules, Self::HttpModules, Self::IsapiFilters, Self::Handlers];

    /// The section's own name, as the output column shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GlobalModules => "globalModules",
            Self::Modules => "modules",
            Self::HttpModules => "httpModules",
            Self::IsapiFilters => "isapiFilters",
            Self::Handlers => "handlers",
            Self::Other => "other",
        }
    }

    /// The section's full path in a configuration path.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::GlobalModules => "/system.webServer/globalModules",
            Self::Modules => "/system.webServer/modules",
            Self::HttpModules => "/system.web/httpModules",
            Self::IsapiFilters => "/system.webServer/isapiFilters",
            Self::Handlers => "/system.webServer/handlers",
            Self::Other => "/",
        }
    }

    /// The class of what this section registers.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::GlobalModules | Self::Modules | Self::HttpModules => Class::Module,
            Self::IsapiFilters => Class::IsapiFilter,
            Self::Handlers => Class::Handler,
            Self::Other => Class::Setting,
        }
    }

    /// Whether this section registers code of this kind.
    #[must_use]
    pub fn registers(self, kind: Kind) -> bool {
        match self {
            Self::GlobalModules => kind == Kind::Native,
            Self::Modules => matches!(kind, Kind::Native | Kind::Managed),
            Self::HttpModules => kind == Kind::Managed,
            Self::IsapiFilters => kind == Kind::IsapiFilter,
            Self::Handlers => kind == Kind::Handler,
            Self::Other => kind.class() == Class::Setting,
        }
    }

    /// The attribute that holds the path of the DLL, where the section has one.
    #[must_use]
    pub fn image_attribute(self) -> Option<&'static str> {
        match self {
            Self::GlobalModules => Some("image"),
            Self::IsapiFilters => Some("path"),
            Self::Handlers => Some("scriptProcessor"),
            Self::Modules | Self::HttpModules | Self::Other => None,
        }
    }
}

/// The collection element that a configuration path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Element {
    /// `add[...]` (`filter[...]` in `isapiFilters`)
    Add,
    /// `remove[...]`
    Remove,
    /// `clear`
    Clear,
    /// The section itself or an attribute of it: no module.
    Section,
}

/// What happened to the module (not how far it is trusted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Registered or enabled.
    Added,
    /// Unregistered, or disabled by a `remove` element.
    Removed,
    /// A `remove` element was taken away: enabled here again.
    Restored,
    /// An attribute was written.
    Modified,
    /// The whole list was cleared.
    Cleared,
    /// Removed and added alike in one commit.
    Reordered,
    /// Removed and added with other values in one commit.
    Replaced,
    /// Something changed; the rendering does not say what.
    Changed,
    /// Listed in an inventory or a configuration file.
    Present,
}

impl Action {
    /// Every action, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Added,
        Self::Removed,
        Self::Restored,
        Self::Modified,
        Self::Cleared,
        Self::Reordered,
        Self::Replaced,
        Self::Changed,
        Self::Present,
    ];

    /// The word of the output column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Restored => "restored",
            Self::Modified => "modified",
            Self::Cleared => "cleared",
            Self::Reordered => "reordered",
            Self::Replaced => "replaced",
            Self::Changed => "changed",
            Self::Present => "present",
        }
    }
}
