//! The sites of a server, their applications, and the folders that these lie in.

use roxmltree::Node;

use super::document::{below, children};
use super::level;

/// A folder of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The place that it is: `Shop/api`.
    pub place: String,
    /// The folder, as written.
    pub path: String,
}

/// The sites of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sites {
    /// Sites and applications: `Shop`, `Shop/api`.
    pub applications: Vec<String>,
    /// Their folders and those of their virtual directories.
    pub folders: Vec<Folder>,
}

impl Sites {
    pub(super) fn read(root: Node<'_, '_>) -> Self {
        let mut sites = Self::default();
        for site in below(root, "system.applicationHost/sites/site") {
            let Some(name) = site.attribute("name") else { continue };
            for application in children(site, "application") {
                let place = joined(name, application.attribute("path").unwrap_or_default());
                for folder in children(application, "virtualDirectory") {
                    if let Some(path) = folder.attribute("physicalPath") {
                        let place = joined(&place, folder.attribute("path").unwrap_or_default());
                        sites.folders.push(Folder { place, path: path.to_owned() });
                    }
                }
                sites.applications.push(place);
            }
            sites.applications.push(name.to_owned());
        }
        sites.applications.sort();
        sites.applications.dedup();
        sites
    }

    /// Whether a site or application is at this place.
    #[must_use]
    pub fn is_application(&self, place: &str) -> bool {
        self.applications.iter().any(|own| level::same(own, place))
    }

    /// Whether an application lies below a level, on the way to a place or there.
    pub(super) fn child_between(&self, level: &str, place: &str) -> bool {
        self.applications.iter().any(|own| {
            !level::same(own, level)
                && level::relative(place, own).is_some()
                && level::relative(own, level).is_some()
        })
    }
}

fn joined(place: &str, path: &str) -> String {
    match path.trim_matches('/') {
        "" => place.to_owned(),
        path => format!("{place}/{path}"),
    }
}
