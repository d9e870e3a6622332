//! What of a module an entry is compared with.

use crate::iis::fold::fold;
use crate::iis::shown::shown;
use crate::iis::{Class, Image, Kind, ManagedType};

/// What of a module can be compared without host, date or action: what a decision may remember between rows.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// Module, ISAPI filter or handler.
    pub class: Class,
    /// Native or managed, where known.
    pub kind: Option<Kind>,
    /// It may be an ISAPI filter as well.
    pub or_filter: bool,
    /// The name as written.
    pub name: &'a str,
    /// The image in normal form, where shown.
    pub image: Option<&'a Image>,
    /// The managed type, where shown.
    pub managed_type: Option<&'a ManagedType>,
}

impl Identity<'_> {
    /// Whether it may be of this kind, as far as the facts show the kind.
    pub(super) fn may_be(&self, kind: Kind) -> bool {
        self.may_be_of_class(kind)
            && (self.class != kind.class() || self.kind.is_none_or(|seen| seen == kind))
    }

    /// Whether it may be of the class of this kind: names are keys within one.
    pub(super) fn may_be_of_class(&self, kind: Kind) -> bool {
        kind.class() == self.class
            || self.or_filter && kind == Kind::IsapiFilter
            // Handlers of the classic pipeline are settings.
            || self.class == Class::Setting && self.kind == Some(kind)
    }
}

/// The form in which names are denied: what a reader sees of one, in folded case. Names that differ in nothing else are
/// modules of their own to IIS, but who is denied is not let in by another case, or by what does not show.
pub(super) fn denied(name: &str) -> String {
    fold(&shown(name))
}

/// The form in which names of malware are compared: likewise, and in any case that a letter has.
pub(super) fn of_threat(name: &str) -> String {
    shown(name).to_lowercase()
}
