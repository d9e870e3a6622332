//! What is known of one file, in the words of the columns.

use std::rc::Rc;

use crate::file::pe;
use crate::file::{Contents, Embedded, FileStatus, Hashes, Problem, Program, Signature, Stamp, Status};
use crate::iis::FileFacts;

/// The longest name that is taken from a version resource, in characters.
const LONGEST_NAME: usize = 260;

/// The facts about a file, one text for each of [`FileFacts::COLUMNS`]; empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    cells: [String; FileFacts::COLUMNS.len()],
    /// What no verdict asks for, by its column.
    more: Rc<Vec<(&'static str, String)>>,
    /// No pool of the server loads it now.
    is_spare: bool,
}

impl Facts {
    /// Of a file that was not read.
    #[must_use]
    pub fn of_status(path: &str, status: FileStatus) -> Self {
        let mut facts = Self::default();
        facts.set("file", path);
        facts.set("file_status", status.code());
        facts
    }

    /// Of a file that was read. `times` are those that its drive tells, by their column; `by_catalog` gives what the catalogs say
    /// of a file with these hashes, and the name of the catalog.
    pub(super) fn of_contents(
        path: &str,
        contents: &Contents,
        times: impl IntoIterator<Item = (&'static str, String)>,
        by_catalog: impl FnOnce(&Hashes) -> (Signature, String),
    ) -> Self {
        let mut facts = Self::of_status(path, FileStatus::Read);
        facts.set("file_sha256", &hex(&contents.sha256));
        let mut more = vec![("file_size", contents.size.to_string())];
        more.extend(times);
        // What begins as a program and is none is none to Windows either.
        let Ok(Some(program)) = &contents.program else {
            facts.set("pe_machine", "none");
            facts.more = Rc::new(more);
            return facts;
        };
        facts.program(&program.facts);
        of_program(&program.facts, &mut more);
        facts.signature(program, by_catalog, &mut more);
        more.retain(|(_, text)| !text.is_empty());
        facts.more = Rc::new(more);
        facts
    }

    /// Of the file: what no verdict asks for, by its column.
    #[must_use]
    pub fn more(&self) -> &[(&'static str, String)] {
        &self.more
    }

    /// The same, of a file that no pool of the server loads now: it is there for pools of the other bitness.
    #[must_use]
    pub fn spare(self) -> Self {
        Self { is_spare: true, ..self }
    }

    /// Whether no pool of the server loads it now.
    #[must_use]
    pub fn is_spare(&self) -> bool {
        self.is_spare
    }

    fn program(&mut self, program: &pe::Facts) {
        self.set("pe_machine", program.machine.code());
        let names = program
            .entry_points
            .as_ref()
            .map(|points| points.iter().map(|point| point.name).collect::<Vec<_>>().join(","));
        self.set("pe_entry_points", names.as_deref().unwrap_or("unreadable"));
        let Ok(Some(version)) = &program.version else { return };
        if let Some(numbers) = version.file_version {
            self.set("pe_version", &numbers.map(|number| number.to_string()).join("."));
        }
        let name: String = version
            .original_name
            .iter()
            .flat_map(|name| name.chars())
            .filter(|c| !c.is_control())
            .take(LONGEST_NAME)
            .collect();
        self.set("pe_original_name", &name);
    }

    fn signature(
        &mut self,
        program: &Program,
        by_catalog: impl FnOnce(&Hashes) -> (Signature, String),
        more: &mut Vec<(&'static str, String)>,
    ) {
        let Ok((hashes, embedded)) = &program.signed else {
            return self.set("signature", Status::Malformed.code());
        };
        let (signature, catalog) = judged(embedded, || by_catalog(hashes));
        self.set("signature", signature.status.code());
        self.set("signer_class", signature.class.code());
        if let Some(signer) = &signature.signer {
            self.set("signer_sha256", &hex(&signer.sha256));
        }
        let hidden = embedded.hidden_bytes + embedded.primary.hidden_bytes;
        self.set("signature_extra_bytes", &hidden.to_string());
        let problem = signature.problem.map_or("", Problem::code).to_owned();
        more.extend([
            ("authentihash", hex(&hashes.authenticode_sha256)),
            ("data_after_signature", embedded.bytes_behind.to_string()),
            ("signature_problem", problem),
            ("signer_root", signature.root.unwrap_or_default().to_owned()),
            ("catalog", plain(&catalog)),
        ]);
        if let Some(signer) = &signature.signer {
            more.extend([("signer", plain(&signer.subject)), ("signer_issuer", plain(&signer.issuer))]);
        }
        if let Stamp::Verified(at) = signature.stamp {
            more.push(("signed_at", at.to_string()));
        }
    }

    /// The facts as the decision takes them.
    #[must_use]
    pub fn as_columns(&self) -> FileFacts<'_> {
        FileFacts::new(self.cells.each_ref().map(String::as_str)).unwrap_or_default()
    }

    /// The cell of each of [`FileFacts::COLUMNS`].
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str)
    }

    /// Writes the cell of a column of [`FileFacts::COLUMNS`].
    pub fn set(&mut self, column: &str, text: &str) {
        let place = FileFacts::COLUMNS.iter().position(|own| *own == column);
        if let Some(cell) = place.and_then(|place| self.cells.get_mut(place)) {
            text.clone_into(cell);
        }
    }
}

fn of_program(program: &pe::Facts, more: &mut Vec<(&'static str, String)>) {
    more.push(("pe_dll", if program.is_dll { "yes" } else { "no" }.to_owned()));
    more.push(("pe_timestamp", program.timestamp.to_string()));
    if let Ok(Some(hash)) = &program.imphash {
        more.push(("pe_imphash", hex(hash)));
    }
    if let Ok(Some(version)) = &program.version {
        more.push(("pe_company", plain(version.company.as_deref().unwrap_or_default())));
    }
}

/// A text of a file, without what controls a terminal, and bounded.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

/// The signature that counts: a valid one in the file, else a valid one of a catalog, else the one in the file; and the name of
/// the catalog where it is of one.
fn judged(embedded: &Embedded, by_catalog: impl FnOnce() -> (Signature, String)) -> (Signature, String) {
    let own = || (embedded.primary.clone(), String::new());
    if embedded.primary.status == Status::Valid {
        return own();
    }
    let other = by_catalog();
    if other.0.status == Status::Valid || embedded.primary.status == Status::None {
        return other;
    }
    own()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        text.extend(
            [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')),
        );
        text
    })
}
