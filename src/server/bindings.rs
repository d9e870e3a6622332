//! What sends the name of an assembly to another file: `runtime/assemblyBinding`.

use roxmltree::Node;

use super::document::{Lines, below, children};
use super::trouble::{Code, Trouble};
use crate::iis::ManagedType;
use crate::origin::Origin;

/// Where the name of an assembly leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// `bindingRedirect`: to this version.
    Version(String),
    /// `codeBase`: to this file.
    File(String),
    /// `qualifyAssembly`: to the assembly with this full name.
    Name(String),
}

/// One that sends an assembly elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The assembly, in lower case.
    pub assembly: String,
    /// Its key, in lower case, where one is named.
    pub token: Option<String>,
    /// The versions that are sent: one, or the first and the last with a dash between; `None` for any.
    pub versions: Option<String>,
    /// Where it leads.
    pub leads: Leads,
    /// Where that stands.
    pub origin: Origin,
}

/// What a file takes its further ones from, which is not read.
pub(super) fn linked(root: Node<'_, '_>, lines: &Lines) -> Vec<Trouble> {
    let paths = ["assemblyBinding/linkedConfiguration", "runtime/assemblyBinding/linkedConfiguration"];
    let nodes = paths.into_iter().flat_map(|path| below(root, path));
    let trouble = |node: Node<'_, '_>| {
        let file = node.attribute("href").unwrap_or_default();
        let what = format!(
            "assemblyBinding takes settings from `{file}` as well, which is not read: they may send assemblies elsewhere"
        );
        Trouble::new(Code::ConfigSource, lines.of(node), what)
    };
    nodes.map(trouble).collect()
}

/// Those of a file.
pub(super) fn bindings(root: Node<'_, '_>, lines: &Lines) -> Vec<Binding> {
    let mut found = Vec::new();
    for binding in below(root, "runtime/assemblyBinding") {
        for dependent in children(binding, "dependentAssembly") {
            let Some(identity) = children(dependent, "assemblyIdentity").next() else { continue };
            let text = |name: &str| identity.attribute(name).map(|text| text.trim().to_lowercase());
            let Some(assembly) = text("name") else { continue };
            let token = text("publicKeyToken").filter(|token| token != "null" && !token.is_empty());
            for node in dependent.children().filter(Node::is_element) {
                let own = |name: &str| node.attribute(name).map(|text| text.trim().to_owned());
                let leads = match node.tag_name().name() {
                    "bindingRedirect" => own("newVersion").map(Leads::Version),
                    "codeBase" => own("href").map(Leads::File),
                    _ => None,
                };
                let origin = lines.of(node);
                found.extend(leads.map(|leads| Binding {
                    assembly: assembly.clone(),
                    token: token.clone(),
                    versions: own("oldVersion"),
                    leads,
                    origin,
                }));
            }
        }
        for node in children(binding, "qualifyAssembly") {
            let pair = node.attribute("partialName").zip(node.attribute("fullName"));
            let Some((partial, full)) = pair else { continue };
            let partial = ManagedType::parse(&format!("T, {partial}"));
            found.extend(partial.assembly.map(|assembly| Binding {
                assembly,
                token: partial.token,
                versions: None,
                leads: Leads::Name(full.to_owned()),
                origin: lines.of(node),
            }));
        }
    }
    found
}
