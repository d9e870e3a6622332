//! Reason codes: each thing that was seen, whichever verdict won.

use super::lookalike::Resemblance;
use crate::allowlist::EntryNumber;
use crate::event;
use crate::iis::ImageFlags;
use crate::iis::image::LOCATIONS;

/// What a reason code points at; its text is looked up when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    None,
    /// The id of an entry.
    Id(EntryNumber),
    /// The module name of an entry.
    Name(EntryNumber),
    /// The image or type of an entry.
    Image(EntryNumber),
    /// The malware family of a threat entry.
    Family(EntryNumber),
    /// The known name that the module resembles.
    Resembled,
}

/// One reason: a code of the tables, and what it points at. Written as `code` or `code:detail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The code.
    pub code: &'static str,
    /// What it points at.
    pub detail: Detail,
}

/// The reason codes of the decision: code and meaning. Those of reading an event are in [`crate::event::REASONS`],
/// those of image paths in [`crate::iis::ImageFlags::TABLE`], those of lookalikes in [`super::lookalike`].
pub const REASONS: &[(&str, &str)] = &[
    ("alias_of", "this image belongs to the known module named here"),
    (
        "allowlist_damaged",
        "a bad row of the allowlist or packs file may be about it: what that row says does not count",
    ),
    (
        "allowlist_unreadable",
        "the allowlist or packs file cannot be read at all: the module may be listed there",
    ),
    ("by_app_pool", "the change was made by an application pool: a web application changed its own server"),
    (
        "continues",
        "a change of the same module reached five minutes and its rows went on: when the first of it came",
    ),
    (
        "contradiction",
        "no entry of the configuration has this section, kind, operation, image and type together",
    ),
    ("deny_entry", "the deny entry of the allowlist file with this id"),
    ("documented_mitigation", "removing this module is Microsoft's mitigation for CVE-2023-36434"),
    ("entry_expired", "the allowlist entry with this id covers it, but is not valid at this date"),
    (
        "entry_out_of_scope",
        "the allowlist entry with this id covers it, but for another host, place or action",
    ),
    ("expected_image", "the known image of a module of this name"),
    ("expected_type", "the known type of a module of this name"),
    ("image_changed_unseen", "the image was changed, but this rendering of the event hides the new path"),
    (
        "image_overwritten",
        "this image was put in place and overwritten by another one within the same change",
    ),
    ("image_replaced", "the image was another one before"),
    ("image_unseen", "the image was set, but this rendering of the event hides the path"),
    ("inferred", "the action is concluded from which events are there: this rendering hides the operation"),
    ("list_cleared", "the whole list of modules was cleared at this place"),
    ("list_changed", "the list of modules at this place was written as a whole; this rendering hides how"),
    ("lock_changed", "a lock of the module was written"),
    ("missing_name", "the row lists a module without its name"),
    ("name_entry", "the allowlist entry with this id vouches for the name only"),
    ("name_non_ascii", "the name has characters outside ASCII; no known module does"),
    ("name_whitespace", "the name begins or ends with white space: to IIS it is another name"),
    (
        "overrides_allow_entry",
        "the allowlist entry with this id covers it, but something stronger speaks against it",
    ),
    ("pack_not_chosen", "name and image are those of a product pack that is not chosen for this host"),
    ("precondition_changed", "the preCondition of the module was written"),
    (
        "protective_module_narrowed",
        "a preCondition keeps a module that logs, filters or authorizes requests from running where it usually runs",
    ),
    ("protective_module_removed", "a module that logs, filters or authorizes requests was removed"),
    ("renamed", "the module was given this name in place of another one"),
    ("system32_root", "the image lies in System32 itself, where attackers, but hardly any module, put DLLs"),
    ("threat", "the malware family of the threat entry that matches"),
    ("threat_basename", "malware used a DLL of this file name; the name alone proves nothing"),
    (
        "time_assumed",
        "it has no time that can be read: dates were compared with the time of the search or scan",
    ),
    ("type_version_differs", "the known type of this name in another version, under the same key"),
    ("unknown_config_path", "the row lists a module at a place that is no configuration path (`MACHINE/…`)"),
    ("unknown_kind", "the row lists a module of a kind that IIS does not have"),
    ("unknown_operation", "the row lists something else than `add`, `remove` or `clear`"),
    ("unknown_section", "the row lists a module in a section that registers none"),
    ("weak_identity", "the type is known by its name only: no assembly and token vouch for it"),
];

/// The meaning of a reason code, whichever table it is in.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static str> {
    let image = ImageFlags::TABLE.iter().map(|(_, code, meaning)| (*code, *meaning));
    let others = REASONS.iter().chain(event::REASONS).chain(Resemblance::CODES).chain(LOCATIONS).copied();
    others.chain(image).find(|(known, _)| *known == code).map(|(_, meaning)| meaning)
}
