//! One row's change of the IIS configuration: what event 29 says about one element or attribute.

use serde::{Deserialize, Serialize};

use super::module::{Action, Element, Section};

/// `EditOperationType` of event 29 (documented in the provider's manifest: 1, 2, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// 1. On attribute rows it does not prove that the value was absent before (recorded).
    Add,
    /// 2
    Delete,
    /// 3
    Modify,
    /// The rendering does not show it (every classic message).
    Hidden,
}

/// Which rendering gave the values of a row (`iis_module_image_source`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// Named event data: XML, or fields extracted from it.
    EventData,
    /// A value that a shipper appended to the message text.
    Message,
    /// The text that lists the inserted strings because the provider's message file is missing.
    Fallback,
}

impl ValueSource {
    /// The word of the output column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventData => "event_data",
            Self::Message => "message",
            Self::Fallback => "fallback",
        }
    }
}

/// What one event 29 says about the configuration. Texts are as written in the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigChange<'a> {
    /// The section of the configuration path.
    pub section: Section,
    /// The element of the configuration path.
    pub element: Element,
    /// The key of the element (`name`); empty for `clear` and section rows.
    pub name: &'a str,
    /// The attribute after the last `/@`; empty for an element row. Of a section that registers no module
    /// ([`Section::Other`]) the whole configuration path.
    pub attribute: &'a str,
    /// What was done, where the rendering shows it.
    pub operation: Operation,
    /// `OldValue`; `None` where the rendering hides it, `Some("")` where it shows an empty one.
    pub old: Option<&'a str>,
    /// `NewValue`; as `old`.
    pub new: Option<&'a str>,
    /// `ConfigPath`, e.g. `MACHINE/WEBROOT/APPHOST/Default Web Site`.
    pub config_path: &'a str,
    /// `EffectiveLocationPath`; empty where absent or hidden.
    pub location: &'a str,
    /// An image path that a shipper appended to the message of a row that is not about the image attribute.
    pub appended_image: Option<&'a str>,
    /// Where `old`, `new`, `operation` and `appended_image` were read; `None` where the rendering carries none.
    pub source: Option<ValueSource>,
    /// It was not made: event 30 says that it failed.
    pub attempted: bool,
}

/// What happened where a change was not made, in place of its [`Action`]: what it would have been decides.
pub const ATTEMPTED: &str = "attempted";

/// The level of the server's own configuration; what follows it in a configuration path is a site.
const SERVER: &str = "MACHINE/WEBROOT/APPHOST";
/// The levels that only administrators write; a path that is not known counts as one.
const SERVER_LEVELS: [&str; 4] = ["", "MACHINE", "MACHINE/WEBROOT", SERVER];

impl<'a> ConfigChange<'a> {
    /// What happened, as a function of element and operation (a `remove` element that is *added* disables a module).
    ///
    /// What an IIS that clears a list writes is not known, so a `clear` element counts as a clear whatever the
    /// operation, and so does the deletion of a whole section: every entry written at that level goes with it.
    #[must_use]
    pub fn action(&self) -> Action {
        match (self.element, self.operation) {
            (Element::Clear, _) | (Element::Section, Operation::Delete) => Action::Cleared,
            (_, Operation::Hidden) => Action::Changed,
            (Element::Section, _) | (_, Operation::Modify) => Action::Modified,
            _ if !self.attribute.is_empty() => Action::Modified,
            (Element::Add, Operation::Add) => Action::Added,
            (Element::Add, Operation::Delete) | (Element::Remove, Operation::Add) => Action::Removed,
            (Element::Remove, Operation::Delete) => Action::Restored,
        }
    }

    /// The image path that this row shows: the new value of the section's image attribute, or one that a shipper
    /// appended to the message.
    #[must_use]
    pub fn image(&self) -> Option<&'a str> {
        let written = if self.section.image_attribute() == Some(self.attribute) { self.new } else { None };
        written.or(self.appended_image).filter(|image| !image.is_empty())
    }

    /// Whether the row is about a `remove` element and shows no image, so that nothing is registered by it.
    #[must_use]
    pub fn is_under_remove(&self) -> bool {
        self.element == Element::Remove && self.image().is_none()
    }

    /// The site or application below the server level, as written: from the configuration path, else from the
    /// location path; empty at server level.
    #[must_use]
    pub fn site(&self) -> &'a str {
        site(self.config_path, self.location)
    }
}

/// The site or application that a configuration path and a location path name, as [`ConfigChange::site`] gives it.
#[must_use]
pub fn site<'a>(config_path: &'a str, location: &'a str) -> &'a str {
    let site = below_server(config_path).unwrap_or("");
    if !site.is_empty() {
        return site;
    }
    below_server(location).unwrap_or(location.trim_matches('/'))
}

/// Whether a change is made below the server's own levels, where the owner of a site may be who makes it: also where the path is
/// none that IIS writes.
#[must_use]
pub fn is_below_server(config_path: &str, location: &str) -> bool {
    let path = config_path.trim_end_matches('/');
    let is_level = SERVER_LEVELS.iter().any(|level| path.eq_ignore_ascii_case(level));
    !is_level || !site(config_path, location).is_empty()
}

/// What follows `MACHINE/WEBROOT/APPHOST` in a path; `None` where the path is not one of that kind.
/// Configuration paths are written in several cases (recorded), so the level's name is compared without.
fn below_server(path: &str) -> Option<&str> {
    let (head, rest) = path.split_at_checked(SERVER.len())?;
    if !head.eq_ignore_ascii_case(SERVER) || !(rest.is_empty() || rest.starts_with('/')) {
        return None;
    }
    Some(rest.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iis::Section;

    fn change(element: Element, attribute: &'static str, operation: Operation) -> ConfigChange<'static> {
        ConfigChange {
            section: Section::GlobalModules,
            element,
            name: "X",
            attribute,
            operation,
            old: None,
            new: Some("new"),
            config_path: "MACHINE/WEBROOT/APPHOST",
            location: "",
            appended_image: None,
            source: None,
            attempted: false,
        }
    }

    #[test]
    fn action_follows_from_element_attribute_and_operation() {
        use Operation::{Add, Delete, Hidden, Modify};
        for (element, attribute, operation, action) in [
            (Element::Add, "", Add, Action::Added),
            (Element::Add, "", Delete, Action::Removed),
            (Element::Add, "", Modify, Action::Modified),
            (Element::Add, "", Hidden, Action::Changed),
            (Element::Add, "image", Add, Action::Modified),
            (Element::Add, "image", Delete, Action::Modified),
            (Element::Add, "image", Hidden, Action::Changed),
            (Element::Remove, "", Add, Action::Removed),
            (Element::Remove, "", Delete, Action::Restored),
            (Element::Remove, "name", Add, Action::Modified),
            (Element::Remove, "", Hidden, Action::Changed),
            (Element::Clear, "", Add, Action::Cleared),
            (Element::Clear, "", Hidden, Action::Cleared),
            (Element::Section, "", Delete, Action::Cleared),
            (Element::Section, "", Hidden, Action::Changed),
            (Element::Section, "", Add, Action::Modified),
        ] {
            assert_eq!(
                change(element, attribute, operation).action(),
                action,
                "{element:?} {attribute:?} {operation:?}"
            );
        }
    }

    #[test]
    fn what_no_administrator_need_have_written_is_below_the_server() {
        for (config_path, location, below) in [
            ("MACHINE/WEBROOT/APPHOST", "", false),
            ("machine/webroot/apphost/", "/", false),
            ("MACHINE/WEBROOT", "", false),
            ("MACHINE", "", false),
            ("", "", false),
            ("", "Shop", true),
            ("MACHINE/WEBROOT/APPHOST", "Shop", true),
            ("MACHINE/WEBROOT/APPHOST/Shop", "", true),
            (r"MACHINE/WEBROOT/APPHOST\Shop", "", true),
            ("/MACHINE/WEBROOT/APPHOST/Shop", "", true),
            ("Shop", "", true),
        ] {
            assert_eq!(is_below_server(config_path, location), below, "{config_path:?} {location:?}");
        }
    }

    #[test]
    fn a_removal_that_shows_an_image_is_none() {
        for (element, attribute, appended_image, expected) in [
            (Element::Remove, "", None, true),
            (Element::Remove, "name", None, true),
            (Element::Add, "name", None, false),
            (Element::Clear, "", None, false),
            (Element::Remove, "", Some("a.dll"), false),
            (Element::Remove, "image", None, false),
        ] {
            let row = ConfigChange { appended_image, ..change(element, attribute, Operation::Hidden) };
            assert_eq!(row.is_under_remove(), expected, "{element:?} {attribute} {appended_image:?}");
        }
    }

    #[test]
    fn image_is_the_new_value_of_the_image_attribute_or_an_appended_one() {
        let image_row = change(Element::Add, "image", Operation::Add);
        assert_eq!(image_row.image(), Some("new"));
        assert_eq!(ConfigChange { new: Some(""), ..image_row }.image(), None);
        assert_eq!(ConfigChange { section: Section::IsapiFilters, ..image_row }.image(), None);
        assert_eq!(
            ConfigChange { section: Section::IsapiFilters, attribute: "path", ..image_row }.image(),
            Some("new")
        );
        let element_row = change(Element::Add, "", Operation::Add);
        assert_eq!(element_row.image(), None);
        assert_eq!(ConfigChange { appended_image: Some("a.dll"), ..element_row }.image(), Some("a.dll"));
        // `modules` has no image attribute: an element row's empty attribute must not match it.
        assert_eq!(ConfigChange { section: Section::Modules, ..element_row }.image(), None);
    }

    #[test]
    fn site_comes_from_the_config_path_then_from_the_location() {
        for (config_path, location, site) in [
            ("MACHINE/WEBROOT/APPHOST", "", ""),
            ("MACHINE/WEBROOT/APPHOST/", "", ""),
            ("machine/webroot/apphost", "", ""),
            ("MACHINE/WEBROOT", "", ""),
            ("MACHINE", "", ""),
            ("", "", ""),
            ("MACHINE/WEBROOT/APPHOST/Default Web Site", "", "Default Web Site"),
            ("MACHINE/WEBROOT/APPHOST/DEFAULT WEB SITE/app/sub", "", "DEFAULT WEB SITE/app/sub"),
            ("MACHINE/WEBROOT/APPHOST", "Default Web Site", "Default Web Site"),
            ("MACHINE/WEBROOT/APPHOST", "Default Web Site/app", "Default Web Site/app"),
            ("MACHINE/WEBROOT/APPHOST", "MACHINE/WEBROOT/APPHOST/Default Web Site", "Default Web Site"),
            ("MACHINE/WEBROOT/APPHOST/Shop", "api", "Shop"),
            ("MACHINE/WEBROOT/APPHOSTING/Shop", "", ""),
        ] {
            let row = ConfigChange { config_path, location, ..change(Element::Add, "", Operation::Add) };
            assert_eq!(row.site(), site, "{config_path:?} {location:?}");
        }
    }
}
