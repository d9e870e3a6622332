//! One configuration file, read.

use std::sync::Arc;

use roxmltree::Node;

use super::bindings::{Binding, bindings, linked};
use super::document::{Lines, below, children, with_root};
use super::entry::{Listing, Location, OverrideMode, listing};
use super::level;
use super::lists;
use super::settings::{SettingRow, Walk, Wanted};
use super::sites::Sites;
use super::source::{Beside, with_section};
use super::text;
use super::trouble::{Code, Trouble};
use crate::iis::Section;

/// The namespace of transforms.
const TRANSFORM: &str = "http://schemas.microsoft.com/XML-Document-Transform";

/// Sections that register native code, and that no level below the server may write unless somebody opened them.
const CLOSED: [Section; 2] = [Section::GlobalModules, Section::IsapiFilters];

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigKind {
    /// The configuration of a whole server.
    Server,
    /// Where the configuration of the server is.
    Redirection,
    /// That of a site, application or folder; or of the .NET Framework.
    Web,
    /// A list of modules that a tool printed on the server.
    List,
}

/// One configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its name, as outputs show it.
    pub file: Arc<str>,
    /// What it is.
    pub kind: ConfigKind,
    /// The sections that register code, in their order.
    pub listings: Vec<Listing>,
    /// The settings that were asked for.
    pub settings: Vec<SettingRow>,
    /// Its sites.
    pub sites: Sites,
    /// What sends assemblies to other files.
    pub bindings: Vec<Binding>,
    /// When it was written, in microseconds since 1970-01-01T00:00Z, where that is known.
    pub modified: Option<i64>,
    /// SHA-256 of its bytes, and of those of the files that hold its sections; `None` where they were not read from a file.
    pub sha256: Option<[u8; 32]>,
    /// Where it says that the configuration of the server is, as written.
    pub shared: Option<String>,
    /// The folder that IIS keeps its earlier versions in, as written.
    pub history: Option<String>,
    /// What the declarations of sections say of levels below.
    pub declared: Vec<(Section, OverrideMode)>,
    /// What is wrong with it, whichever place it is read for.
    pub troubles: Vec<Trouble>,
}

impl Config {
    /// Reads the bytes of a file. `beside` gives the files that hold its sections.
    pub fn read(
        bytes: &[u8],
        file: &Arc<str>,
        wanted: &dyn Wanted,
        beside: Beside<'_>,
    ) -> Result<Self, Trouble> {
        if !begins_as_xml(bytes)
            && let Ok(text) = text::decode(bytes)
            && let Some(listings) = lists::of_text(&text, file)
        {
            return Ok(Self::of_list(file, listings?));
        }
        with_root(bytes, file, |root, lines| {
            let here = || lines.of(root);
            if let Some(listings) = lists::of_xml(root, lines, file) {
                return Ok(Self::of_list(file, listings?));
            }
            if root.tag_name().name() != "configuration" {
                let what = format!("its root is `{}`, not `configuration`", root.tag_name().name());
                return Err(Trouble::new(Code::NotConfiguration, here(), what));
            }
            if let Some(node) = root.descendants().find(|node| is_transform(*node)) {
                let what = "it is a transform (xdt), which changes a configuration and is none itself";
                return Err(Trouble::new(Code::Transform, lines.of(node), what));
            }
            let (declared, opened) = declared(root, lines);
            let troubles = [opened, linked(root, lines)].concat();
            let mut config = Self {
                file: Arc::clone(file),
                kind: ConfigKind::Web,
                listings: Vec::new(),
                settings: Vec::new(),
                sites: Sites::read(root),
                bindings: bindings(root, lines),
                modified: None,
                sha256: None,
                shared: None,
                history: None,
                declared,
                troubles,
            };
            let mut reader = Reader { config: &mut config, wanted, beside };
            reader.part(root, &Location::none(), lines);
            for node in children(root, "location") {
                reader.part(node, &Location::read(node), lines);
            }
            let is_server = !below(root, "system.applicationHost").is_empty()
                || config.listings.iter().any(|listing| listing.section == Section::GlobalModules);
            config.kind = match is_server {
                true => ConfigKind::Server,
                false if !below(root, "configurationRedirection").is_empty() => ConfigKind::Redirection,
                false => ConfigKind::Web,
            };
            if config.kind == ConfigKind::Redirection {
                let (path, trouble) = redirected(root, lines).unzip();
                config.shared = path;
                config.troubles.extend(trouble);
            }
            if config.kind == ConfigKind::Server {
                config.history = history(root);
            }
            let twice = written_twice(&config.listings);
            config.troubles.extend(twice);
            Ok(config)
        })
    }
}

/// Whether the first character is that of XML, in whatever encoding.
fn begins_as_xml(bytes: &[u8]) -> bool {
    let is_before =
        |byte: &&u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0xBB | 0xBF | 0xEF | 0xFE | 0xFF);
    bytes.iter().find(|byte| !is_before(byte)) == Some(&b'<')
}

impl Config {
    /// What a list of modules says.
    fn of_list(file: &Arc<str>, (listings, troubles): lists::Read) -> Self {
        Self {
            file: Arc::clone(file),
            kind: ConfigKind::List,
            listings,
            settings: Vec::new(),
            sites: Sites::default(),
            bindings: Vec::new(),
            modified: None,
            sha256: None,
            shared: None,
            history: None,
            declared: Vec::new(),
            troubles,
        }
    }
}

fn is_transform(node: Node<'_, '_>) -> bool {
    node.attributes().any(|attribute| attribute.namespace() == Some(TRANSFORM))
}

/// What `configSections` says of the sections that register code: what each lets levels below do, and what opens a section that
/// is the server's alone.
fn declared(root: Node<'_, '_>, lines: &Lines) -> (Vec<(Section, OverrideMode)>, Vec<Trouble>) {
    let (mut declared, mut opened) = (Vec::new(), Vec::new());
    let all = below(root, "configSections/sectionGroup/section");
    for section in Section::ALL {
        let (group, name) = section.path().trim_start_matches('/').split_once('/').unwrap_or_default();
        for node in &all {
            let in_group =
                node.parent().and_then(|parent| parent.attribute("name")).is_some_and(|own| own == group);
            if !in_group || node.attribute("name") != Some(name) {
                continue;
            }
            let mode = node.attribute("overrideModeDefault").and_then(OverrideMode::of);
            declared.extend(mode.map(|mode| (section, mode)));
            if mode == Some(OverrideMode::Allow) && CLOSED.contains(&section) {
                let what = format!(
                    "overrideModeDefault lets every site write the section {name}, which is locked on a new server"
                );
                opened.push(Trouble::new(Code::LockOpened, lines.of(*node), what));
            }
        }
    }
    (declared, opened)
}

fn redirected(root: Node<'_, '_>, lines: &Lines) -> Option<(String, Trouble)> {
    let mut nodes = below(root, "configurationRedirection").into_iter();
    let node = nodes.find(|node| {
        node.attribute("enabled").is_some_and(|enabled| enabled.trim().eq_ignore_ascii_case("true"))
    })?;
    let path = node.attribute("path").unwrap_or_default();
    let what = format!(
        "the server reads its configuration from `{path}`: what lies beside this file may be out of date"
    );
    Some((path.to_owned(), Trouble::new(Code::SharedConfiguration, lines.of(node), what)))
}

/// Where IIS keeps earlier versions of its configuration.
fn history(root: Node<'_, '_>) -> Option<String> {
    let nodes = below(root, "system.applicationHost/configHistory");
    let path = nodes.iter().find_map(|node| node.attribute("path"));
    path.filter(|path| !path.trim().is_empty()).map(str::to_owned)
}

/// A section that is written more than once for one place of the file.
fn written_twice(listings: &[Listing]) -> Vec<Trouble> {
    let mut found = Vec::new();
    for (number, listing) in listings.iter().enumerate() {
        let same = |other: &&Listing| {
            other.section == listing.section && level::same(&other.location.path, &listing.location.path)
        };
        if let Some(first) = listings.iter().take(number).find(same) {
            let what = format!(
                "the section {} is written twice for one place, here and at {}",
                listing.section.as_str(),
                first.origin
            );
            found.push(Trouble::new(Code::SectionTwice, listing.origin.clone(), what));
        }
    }
    found
}

struct Reader<'r> {
    config: &'r mut Config,
    wanted: &'r dyn Wanted,
    beside: Beside<'r>,
}

impl Reader<'_> {
    /// Reads what is written for one place.
    fn part(&mut self, part: Node<'_, '_>, location: &Location, lines: &Lines) {
        for section in Section::ALL {
            for node in below(part, section.path().trim_start_matches('/')) {
                let read = with_section(node, lines, self.beside, |node, lines| {
                    listing(section, location.clone(), node, lines)
                });
                match read {
                    Ok(listing) => self.config.listings.push(listing),
                    Err(trouble) => self.config.troubles.push(trouble),
                }
            }
        }
        let mut walk = Walk {
            wanted: self.wanted,
            beside: self.beside,
            location: &location.path,
            rows: &mut self.config.settings,
            troubles: &mut self.config.troubles,
        };
        for node in part.children().filter(|node| node.is_element() && node.tag_name().name() != "location") {
            walk.element(node, lines, "", "");
        }
    }
}
