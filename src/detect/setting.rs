//! A setting as something to decide on: which of the watched ones it is, and what of it is compared.

use crate::allowlist::Watched;
use crate::allowlist::watched::{How, Judged, Met};
use crate::iis::{Action, Class, ConfigChange, Level, Operation, Secret, Section, Setting, Subject, setting};

/// Fills in what the table of watched settings tells of a setting. `None` where it is none of them. A value that must not be
/// copied is taken out.
pub(super) fn resolved<'a>(raw: &Subject<'a>, watched: &Watched) -> Option<Subject<'a>> {
    let given = raw.setting?;
    let met = watched.meet(given.path).find(|met| met.row.tells())?;
    let setting = without_secret(given, watched);
    let value = judged(&met, &setting).filter(|_| !met.row.by_key || stays(&setting));
    let old = setting.old.filter(|_| !met.row.by_key);
    let [image, type_name, old] = match met.row.judged {
        Judged::Library | Judged::File | Judged::Program | Judged::Folder => [value, None, old],
        Judged::Type | Judged::Assembly | Judged::Class => [None, value, old],
        Judged::Arguments | Judged::Switch | Judged::Removal | Judged::Secret => [None; 3],
    };
    let new_name = setting.value.filter(|new| met.how == How::Rename && !new.eq_ignore_ascii_case(met.key));
    Some(Subject {
        class: Class::Setting,
        kind: Some(met.row.kind),
        section: Section::Other,
        name: if met.key.is_empty() { given.path } else { new_name.unwrap_or(met.key) },
        renamed: new_name.is_some(),
        image,
        type_name,
        old,
        attribute: setting::attribute(given.path),
        action: if raw.level == Level::Inventory { standing(&met) } else { action(&met, &setting) },
        value_unseen: setting.unseen && !met.row.by_key && matches!(met.how, How::Attribute | How::Key),
        setting: Some(setting),
        ..*raw
    })
}

/// What a row judges: the value, or the key of the element, which its own attribute may change. Of a name that is given to
/// another thing nothing but the name is shown.
pub(super) fn judged<'a>(met: &Met<'_, 'a>, setting: &Setting<'a>) -> Option<&'a str> {
    match met.how {
        How::Rename => None,
        How::Key if met.row.by_key => Some(setting.value.unwrap_or(met.key)),
        _ if met.row.by_key => Some(met.key),
        _ => setting.value,
    }
}

/// Whether the thing that a row is about is still there after the change.
pub(super) fn stays(setting: &Setting<'_>) -> bool {
    setting.operation != Operation::Delete || setting.value.is_some()
}

fn without_secret<'a>(setting: Setting<'a>, watched: &Watched) -> Setting<'a> {
    match setting.value {
        Some(new) if watched.hides(setting.path, new) => {
            let secret = Some(Secret::of(setting.old, new));
            Setting { value: None, old: None, secret, ..setting }
        }
        Some(_) => setting,
        None => Setting { old: setting.old.filter(|old| !watched.hides(setting.path, old)), ..setting },
    }
}

/// The values of a change that may be copied, and what is told of one that may not.
pub(super) fn copied<'a>(
    change: &ConfigChange<'a>,
    watched: &Watched,
) -> (Option<&'a str>, Option<&'a str>, Option<Secret>) {
    if change.section != Section::Other {
        return (change.old, change.new, None);
    }
    let shown = |value: &&str| !watched.hides(change.attribute, value);
    let whole = Setting::of(change.attribute, change.operation, change.old, change.new);
    let secret = without_secret(whole, watched).secret;
    let new = change.new.filter(|new| secret.is_none() && shown(new));
    (change.old.filter(shown), new, secret)
}

/// What a setting that stands in a file does.
fn standing(met: &Met<'_, '_>) -> Action {
    match met.how {
        How::Remove => Action::Removed,
        How::Clear | How::Whole => Action::Cleared,
        How::Attribute | How::Element | How::Key | How::Rename => Action::Present,
    }
}

fn action(met: &Met<'_, '_>, setting: &Setting<'_>) -> Action {
    use Operation::{Add, Delete, Hidden, Modify};
    match (met.how, setting.operation) {
        (How::Clear, _) | (How::Whole, Delete) => Action::Cleared,
        (How::Remove, Delete) => Action::Restored,
        (How::Attribute | How::Key | How::Rename, Delete) if setting.value.is_some() => Action::Modified,
        (How::Remove, Add | Hidden) | (How::Attribute | How::Key | How::Element, Delete) => Action::Removed,
        (How::Attribute | How::Key, Add) if met.row.by_key => Action::Added,
        (How::Element, Add) => Action::Added,
        (_, Hidden) => Action::Changed,
        (How::Rename, Delete) | (_, Add | Modify) => Action::Modified,
    }
}
