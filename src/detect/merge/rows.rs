//! What the rows of one change say happened, where every one of them shows a part of it.

use crate::detect::change::Change;
use crate::detect::part::PartChange;
use crate::iis::{Action, Element, Kind, Operation, Section};

/// Which kinds of rows a change has.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says whether one kind of row is there; any of them go together"
)]
pub(super) struct Rows {
    added: bool,
    deleted: bool,
    disabled: bool,
    restored: bool,
    cleared: bool,
    section_hidden: bool,
    /// An element row hides its operation: what it says is inferred.
    inferred: bool,
    name_of_add: bool,
    type_row: bool,
    /// Image or type of a registration that was there before was written, and the value is hidden.
    existing_value_unseen: bool,
}

impl Rows {
    pub(super) fn of(rows: &[&PartChange<'_>]) -> Self {
        let mut seen = Self::default();
        for row in rows {
            match (row.element, row.attribute.as_ref(), row.operation) {
                (Element::Clear, ..) | (Element::Section, _, Operation::Delete) => seen.cleared = true,
                (Element::Section, ..) => seen.section_hidden = true,
                (Element::Add, "", Operation::Add) => seen.added = true,
                (Element::Add, "", Operation::Delete) => seen.deleted = true,
                (Element::Remove, "", Operation::Add) => seen.disabled = true,
                (Element::Remove, "", Operation::Delete) => seen.restored = true,
                (Element::Add, "name", _) => seen.name_of_add = true,
                (Element::Add, "type", _) => seen.type_row = true,
                _ => {}
            }
        }
        for section in Section::ALL {
            seen.infer(rows, section);
        }
        seen
    }

    /// What the rows of one section say where the operation is hidden. An added element brings its key attribute as a
    /// row of its own (recorded for other sections), a removed one does not (inferred). Two element rows are both.
    fn infer(&mut self, rows: &[&PartChange<'_>], section: Section) {
        let count = |element: Element, attribute: &str, hidden: bool| {
            rows.iter()
                .filter(|row| row.section == section && row.element == element && row.attribute == attribute)
                .filter(|row| !hidden || row.operation == Operation::Hidden)
                .count()
        };
        let elements = count(Element::Add, "", true);
        let named = count(Element::Add, "name", false) > 0;
        if elements > 0 {
            self.inferred = true;
            self.added |= named;
            self.deleted |= !named || elements > 1;
        }
        if count(Element::Remove, "", true) > 0 {
            self.inferred = true;
            let named = count(Element::Remove, "name", false) > 0;
            self.disabled |= named;
            self.restored |= !named;
        }
        let new_here = (elements > 0 && named)
            || rows.iter().any(|row| {
                row.section == section
                    && row.element == Element::Add
                    && row.attribute.is_empty()
                    && row.operation == Operation::Add
            });
        self.existing_value_unseen |=
            !new_here && rows.iter().any(|row| row.section == section && hides_value(row));
    }

    pub(super) fn kind(&self, section: Section) -> Option<Kind> {
        match section {
            Section::GlobalModules => Some(Kind::Native),
            Section::HttpModules => Some(Kind::Managed),
            Section::IsapiFilters => Some(Kind::IsapiFilter),
            Section::Handlers => Some(Kind::Handler),
            Section::Modules if self.type_row => Some(Kind::Managed),
            // `modules` lists a native module by its name alone: an addition without a type is one.
            Section::Modules if self.name_of_add => Some(Kind::Native),
            Section::Modules | Section::Other => None,
        }
    }

    /// The action, and whether it is inferred.
    pub(super) fn action(&self, change: &Change) -> (Action, bool) {
        if self.cleared {
            return (Action::Cleared, false);
        }
        if self.section_hidden {
            return (Action::Changed, false);
        }
        let action = match (self.added, self.deleted || self.disabled, self.restored) {
            (true, true, _) if self.alike(change) => Action::Reordered,
            (true, true, _) => Action::Replaced,
            // Enabled elsewhere in the same commit: what counts is the registration whose value changed unseen.
            (true, false, _) if self.existing_value_unseen => Action::Modified,
            (true, false, _) => Action::Added,
            (false, true, _) => Action::Removed,
            (false, false, true) => Action::Restored,
            (false, false, false) => Action::Modified,
        };
        (action, self.inferred)
    }

    /// Removed and added alike: nothing shows that another image or type came than went. Under a `remove` element the
    /// inherited module stays hidden, so that only one that is added by its name alone is the same.
    fn alike(&self, change: &Change) -> bool {
        let differs = change.old.is_some() && change.old != change.image && change.old != change.type_name;
        let over_inherited = self.disabled && (change.image.is_some() || change.type_name.is_some());
        !over_inherited && !differs && !change.value_unseen
    }
}

/// Whether a row wrote an image or a type and its rendering hides the value.
pub(super) fn hides_value(row: &PartChange<'_>) -> bool {
    let attribute = row.attribute.as_ref();
    let is_identity = Some(attribute) == row.section.image_attribute() || attribute == "type";
    is_identity && row.operation != Operation::Delete && row.new.is_none()
}
