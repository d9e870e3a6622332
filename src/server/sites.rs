//! The sites of a server, their applications, and the folders that these lie in.

use roxmltree::Node;

use super::document::{below, children};
use super::entry::is_true;
use super::level;

/// A folder of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The place that it is: `Shop/api`.
    pub place: String,
    /// The folder, as written.
    pub path: String,
}

/// Which worker processes the application pools of a server have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pools {
    /// A pool has 32-bit ones.
    pub has_32_bit: bool,
    /// A pool has those of the system's own bitness.
    pub has_native: bool,
}

/// The sites of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sites {
    /// Sites and applications: `Shop`, `Shop/api`.
    pub applications: Vec<String>,
    /// Their folders and those of their virtual directories.
    pub folders: Vec<Folder>,
    /// Configuration files that pools name for their .NET runtime (`CLRConfigFile`), as written.
    pub runtime_files: Vec<String>,
    /// The worker processes that their pools have.
    pub pools: Pools,
}

impl Sites {
    pub(super) fn read(root: Node<'_, '_>) -> Self {
        let mut sites =
            Self { pools: Pools::read(root), runtime_files: runtime_files(root), ..Self::default() };
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

    /// The application that a place lies in, and its folder as written.
    #[must_use]
    pub fn application_of(&self, place: &str) -> Option<&Folder> {
        let holds = |folder: &&Folder| {
            level::relative(place, &folder.place).is_some() && self.is_application(&folder.place)
        };
        self.folders.iter().filter(holds).max_by_key(|folder| folder.place.len())
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

fn runtime_files(root: Node<'_, '_>) -> Vec<String> {
    let pools = below(root, "system.applicationHost/applicationPools");
    let all = pools.iter().flat_map(Node::children).filter(Node::is_element);
    let mut files: Vec<String> = all
        .filter_map(|pool| pool.attribute("CLRConfigFile"))
        .filter(|file| !file.trim().is_empty())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    files
}

impl Pools {
    fn read(root: Node<'_, '_>) -> Self {
        let is_32_bit = |node: &Node<'_, '_>| node.attribute("enable32BitAppOnWin64").map(is_true);
        let defaults = below(root, "system.applicationHost/applicationPools/applicationPoolDefaults");
        let default = defaults.iter().find_map(is_32_bit).unwrap_or_default();
        let pools = below(root, "system.applicationHost/applicationPools/add");
        let all = pools.iter().map(|pool| is_32_bit(pool).unwrap_or(default));
        let (has_32_bit, has_native) =
            all.fold((false, false), |(of_32, native), is_32| (of_32 || is_32, native || !is_32));
        // Without pools nothing is known but that there will be some.
        Self { has_32_bit, has_native: has_native || !has_32_bit }
    }
}

fn joined(place: &str, path: &str) -> String {
    match path.trim_matches('/') {
        "" => place.to_owned(),
        path => format!("{place}/{path}"),
    }
}
