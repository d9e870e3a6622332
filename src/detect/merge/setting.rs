//! What the rows of one setting say together.

use crate::detect::change::{ChangedSetting, Overwritten};
use crate::detect::part::PartChange;
use crate::iis::{Operation, Setting};

/// The setting as the change ends; the values that did not stay are added to `overwritten`. `None` without rows.
pub(super) fn of(
    path: &str,
    rows: &[&PartChange<'_>],
    overwritten: &mut Vec<Overwritten>,
) -> Option<ChangedSetting> {
    let last = rows.last()?;
    let settings: Vec<Setting<'_>> = rows
        .iter()
        .map(|row| Setting {
            secret: row.secret,
            unseen: row.new.is_none() && row.secret.is_none() && row.operation != Operation::Delete,
            ..Setting::of(path, row.operation, row.old.as_deref(), row.new.as_deref())
        })
        .collect();
    let end = settings.last()?;
    let before = settings.iter().rev().skip(1).filter_map(|setting| setting.value);
    let mut seen: Vec<&str> = end.value.into_iter().collect();
    for value in before {
        if !seen.contains(&value) {
            seen.push(value);
            overwritten.push(Overwritten::Value(value.to_owned()));
        }
    }
    Some(ChangedSetting {
        path: path.to_owned(),
        operation: last.operation,
        value: end.value.map(str::to_owned),
        old: settings.iter().find_map(|setting| setting.old).map(str::to_owned),
        unseen: end.unseen,
        secret: settings.iter().rev().find_map(|setting| setting.secret),
    })
}
