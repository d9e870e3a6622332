//! The entry that a finding of a scan asks for.

use std::path::Path;

use super::silenced::Silenced;
use crate::allowlist::Column;
use crate::cli::allowlist::finding::{self, Found};
use crate::detect::{Column as Fact, Severity, Verdict};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::Item;

/// What an entry is made of, and what it silences.
pub(super) struct Draft {
    /// Name, kind and image (or type), for the host that it was seen on.
    pub cells: Vec<(Column, String)>,
    /// What it says, which the entry silences.
    pub silences: Silenced,
    /// Which entry makes it good already, where nothing speaks against it.
    pub good_by: Option<String>,
    /// What is known of the file behind it, in words; empty where nobody looked at it.
    pub file: String,
    /// The other hosts with the same module, and their findings.
    pub elsewhere: Vec<(String, String)>,
}

/// The entry for the finding of this id in what a scan wrote.
pub(super) fn of_finding(id: &str, from: &Path) -> Result<Draft, Problem> {
    let Found { item: found, file: name, elsewhere } = finding::read(id, from)?;
    let refused = |what: String| Problem::new(ProblemKind::Argument, what).at(Origin::of_file(name.as_str()));
    let refused = |why: &str| refused(format!("finding {id} {why}"));
    if found.verdict == Verdict::Unparsed {
        let why = "is an event that cannot be read (unparsed), so that no module is known to be allowed";
        return Err(refused(why).with_hint(
            "look at the event on the host, or in an inventory, and give what you find there with --name and --image",
        ));
    }
    if found.is_of_several() {
        return Err(refused("is about several modules that were removed together").with_hint(
            "add an entry with --name and --action removed for each of them that may be removed",
        ));
    }
    let (module, image) = (found.fact(Fact::Name), found.fact(Fact::Image));
    if module.is_empty() {
        return Err(refused(
            "names no module (the whole list was cleared or written): there is nothing that an entry could allow",
        ));
    }
    let type_name = if image.is_empty() { found.fact(Fact::Type) } else { "" };
    let removed = found.fact(Fact::Action) == "removed";
    if image.is_empty() && type_name.is_empty() && !removed {
        let why = "shows no image and no type, so an entry for it would allow any DLL under this name";
        return Err(refused(why).with_hint(
            "find the image (XML-rendered events or an inventory show it) and give it with --name and --image, or \
             accept the name alone with --name and --match name",
        ));
    }
    let cells = [
        (Column::Kind, found.fact(Fact::Kind)),
        (Column::Name, module),
        (Column::Image, image),
        (Column::Type, type_name),
        (Column::Action, if removed { "removed" } else { "" }),
        (Column::Host, found.fact(Fact::Host)),
    ];
    Ok(Draft {
        cells: cells.map(|(column, value)| (column, value.to_owned())).to_vec(),
        silences: Silenced { verdict: found.verdict, severity: found.severity },
        good_by: (found.verdict == Verdict::KnownGood && found.severity == Severity::Info)
            .then(|| found.fact(Fact::Rule).to_owned()),
        file: file(&found),
        elsewhere: elsewhere
            .iter()
            .map(|other| (other.fact(Fact::Host).to_owned(), other.short_id().to_owned()))
            .collect(),
    })
}

/// What a list said of the file.
fn file(found: &Item) -> String {
    let told =
        [("SHA-256", Fact::FileSha256), ("signature", Fact::FileSignature), ("signer", Fact::FileSigner)];
    let told = told.iter().map(|(what, fact)| (what, found.fact(*fact))).filter(|(_, text)| !text.is_empty());
    told.map(|(what, text)| format!("{what} {text}")).collect::<Vec<_>>().join(", ")
}
