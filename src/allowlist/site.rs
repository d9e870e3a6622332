//! The site's allowlist file: rows to entries.

use super::column::Column;
use super::date;
use super::entry::{Effect, Entry, Match, Origin};
use super::error::AllowlistError;
use super::glob::has_wildcard;
use super::patterns::Patterns;
use super::table::{Row, Table};
use crate::iis::{Action, Kind};

/// A site's allowlist, as far as it could be read.
#[derive(Debug, Clone, Default)]
pub struct SiteFile {
    /// Display name of the file, for messages.
    pub file: String,
    /// One entry for each sound row, the disabled ones included, in the order of the file.
    pub entries: Vec<Entry>,
    /// What is wrong with the other rows, in the order of the file.
    pub errors: Vec<AllowlistError>,
    /// Columns that are not read and look like a misspelt one, as written, each with the name that may be meant.
    pub misspelt: Vec<(String, &'static str)>,
    /// Line of the header; 0 when the file has none.
    pub header_line: u64,
}

impl SiteFile {
    /// Reads an allowlist. `bytes` is CSV in UTF-8 with or without BOM, with LF or CRLF; `file` is the name for
    /// messages. A file without any row, header included, is an empty allowlist.
    ///
    /// Never fails, so that a check can report every error: use [`SiteFile::sound`] where the first one ends it.
    #[must_use]
    pub fn parse(bytes: &[u8], file: &str) -> Self {
        let mut site = Self { file: file.to_owned(), ..Self::default() };
        let table = match Table::read(bytes, file, &Column::NAMES) {
            Ok(table) => table,
            Err(error) => {
                site.errors.push(error);
                return site;
            }
        };
        if let Some(error) = header_error(&table) {
            site.errors.push(error);
            return site;
        }
        site.misspelt = table.misspelt(&Column::NAMES);
        site.header_line = table.header_line;
        for row in &table.rows {
            match entry(&table, row) {
                Ok(entry) => site.entries.push(entry),
                Err(error) => site.errors.push(error),
            }
        }
        site.errors.extend(table.errors);
        site.errors.sort_by_key(AllowlistError::line);
        site
    }

    /// The file itself when no row is wrong, else the first error.
    pub fn sound(self) -> Result<Self, AllowlistError> {
        match self.errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(Self { errors: Vec::new(), ..self }),
        }
    }
}

const HEADER: &str = "the columns `name` and `image` (or `type`), separated by commas";

fn header_error(table: &Table) -> Option<AllowlistError> {
    let has = |column: Column| table.has(column as usize);
    // Beside a name, match=name or action=removed can stand for an image.
    let beside = [Column::Image, Column::Type, Column::Match, Column::Action];
    let identifies = has(Column::Name) && beside.into_iter().any(has);
    let switches = has(Column::Id) && has(Column::Enabled);
    (table.header_line > 0 && !identifies && !switches).then(|| AllowlistError::Header {
        file: table.file.clone(),
        line: table.header_line,
        expected: HEADER,
        guess: table.guess,
    })
}

/// What a cell may hold that has dividers and nothing between them.
pub(super) const HOLLOW: &str = "a pattern, several divided by |, or nothing, which means any";

/// A row with access to its cells and the making of errors.
struct Cells<'t> {
    table: &'t Table,
    row: &'t Row,
}

impl<'t> Cells<'t> {
    fn text(&self, column: Column) -> &'t str {
        self.table.cell(self.row, column as usize).trim()
    }

    fn error(&self, column: Column, expected: &str) -> AllowlistError {
        AllowlistError::Cell {
            file: self.table.file.clone(),
            line: self.row.line,
            column: column.as_str(),
            expected: expected.to_owned(),
            found: self.table.cell(self.row, column as usize).to_owned(),
        }
    }

    /// A cell that holds one of a few words, in any case; `empty` when it holds none.
    fn word<T: Copy>(&self, column: Column, empty: T, words: &[(&str, T)]) -> Result<T, AllowlistError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(empty);
        }
        words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, value)| *value).ok_or_else(
            || {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.error(column, &format!("one of {} or nothing", words.join(", ")))
            },
        )
    }

    fn patterns(&self, column: Column, separator: Option<char>) -> Result<Patterns, AllowlistError> {
        let text = self.text(column);
        if Patterns::is_hollow(text, separator) {
            return Err(self.error(column, HOLLOW));
        }
        Ok(Patterns::new(text, separator))
    }

    fn date(&self, column: Column, read: fn(&str) -> Option<i64>) -> Result<Option<i64>, AllowlistError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        read(text).map(Some).ok_or_else(|| self.error(column, date::EXPECTED))
    }
}

const ENABLED: [(&str, bool); 8] = [
    ("true", true),
    ("false", false),
    ("yes", true),
    ("no", false),
    ("1", true),
    ("0", false),
    ("on", true),
    ("off", false),
];
const EFFECTS: [(&str, Effect); 2] = [("allow", Effect::Allow), ("deny", Effect::Deny)];
const KINDS: [(&str, Option<Kind>); 5] = [
    ("native", Some(Kind::Native)),
    ("managed", Some(Kind::Managed)),
    ("isapi_filter", Some(Kind::IsapiFilter)),
    ("handler", Some(Kind::Handler)),
    ("any", None),
];
const MATCHES: [(&str, Match); 3] = [("exact", Match::Exact), ("glob", Match::Glob), ("name", Match::Name)];
/// What an administrator would write for an action, beside its own word.
const ACTION_VERBS: [(&str, Action); 3] =
    [("add", Action::Added), ("remove", Action::Removed), ("modify", Action::Modified)];

fn entry(table: &Table, row: &Row) -> Result<Entry, AllowlistError> {
    let cells = Cells { table, row };
    let id = match cells.text(Column::Id) {
        "" => format!("line-{}", row.line),
        id => id.to_owned(),
    };
    let mut entry = Entry::any(&id, Origin::Site, cells.word(Column::Effect, Effect::Allow, &EFFECTS)?);
    entry.line = row.line;
    entry.enabled = cells.word(Column::Enabled, true, &ENABLED)?;
    entry.kind = cells.word(Column::Kind, None, &KINDS)?;
    // Space around a name makes another key in IIS, so it is not trimmed; a name of space only is an empty cell.
    let name = table.cell(row, Column::Name as usize);
    name.clone_into(&mut entry.name);
    if name.trim().is_empty() {
        entry.name.clear();
    }
    cells.text(Column::Image).clone_into(&mut entry.image);
    cells.text(Column::Type).clone_into(&mut entry.type_name);
    entry.matching = cells.word(Column::Match, Match::Exact, &MATCHES)?;
    cells.text(Column::Precondition).clone_into(&mut entry.precondition);
    entry.host = cells.patterns(Column::Host, None)?;
    entry.config_path = cells.patterns(Column::ConfigPath, Some('/'))?;
    entry.actions = actions(&cells)?;
    entry.valid_from = cells.date(Column::ValidFrom, date::valid_from)?;
    entry.expires = cells.date(Column::Expires, date::expires)?;
    cells.text(Column::Expires).clone_into(&mut entry.expires_written);
    cells.text(Column::Owner).clone_into(&mut entry.owner);
    cells.text(Column::Ticket).clone_into(&mut entry.ticket);
    cells.text(Column::Reason).clone_into(&mut entry.reason);
    if entry.valid_from.zip(entry.expires).is_some_and(|(from, end)| end <= from) {
        return Err(cells.error(Column::Expires, "a date that is not before valid_from"));
    }
    identity(&cells, &entry)?;
    Ok(entry)
}

fn actions(cells: &Cells<'_>) -> Result<Vec<Action>, AllowlistError> {
    let mut actions = Vec::new();
    let text = cells.text(Column::Action);
    if Patterns::is_hollow(text, None) {
        return Err(cells.error(Column::Action, &expected_actions()));
    }
    for word in text.split('|').map(str::trim).filter(|word| !word.is_empty()) {
        if matches!(word, "*") || word.eq_ignore_ascii_case("any") {
            return Ok(Vec::new());
        }
        let mut known = Action::ALL.map(|action| (action.as_str(), action)).into_iter().chain(ACTION_VERBS);
        let Some((_, action)) = known.find(|(known, _)| word.eq_ignore_ascii_case(known)) else {
            return Err(cells.error(Column::Action, &expected_actions()));
        };
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    actions.sort_unstable();
    Ok(actions)
}

fn expected_actions() -> String {
    let words = Action::ALL.map(Action::as_str).join(", ");
    format!("one or several of {words}, divided by |, or nothing")
}

/// Whether name, image and type together say what the entry is about.
fn identity(cells: &Cells<'_>, entry: &Entry) -> Result<(), AllowlistError> {
    let (no_name, no_image, no_type) =
        (entry.name.is_empty(), entry.image.is_empty(), entry.type_name.is_empty());
    if !no_image && !no_type {
        return Err(cells.error(Column::Type, "nothing beside an image: a module has an image or a type"));
    }
    if entry.kind == Some(Kind::Managed) && !no_image {
        return Err(cells.error(Column::Image, "nothing for kind managed: write its type in column type"));
    }
    if matches!(entry.kind, Some(Kind::Native | Kind::IsapiFilter)) && !no_type {
        return Err(
            cells.error(Column::Type, "nothing for this kind: write the path of its DLL in column image")
        );
    }
    if entry.matching == Match::Exact && has_wildcard(&entry.image) {
        return Err(cells.error(Column::Image, "a path without * and ?, or match=glob"));
    }
    if !entry.enabled {
        // It may be the switch for a shipped entry, which has an id only.
        return Ok(());
    }
    if no_name && (entry.matching == Match::Name || no_image && no_type) {
        return Err(cells.error(Column::Name, "a module name"));
    }
    let removal_only = entry.actions == [Action::Removed];
    if entry.effect == Effect::Allow && no_image && no_type && entry.matching != Match::Name && !removal_only
    {
        return Err(cells.error(
            Column::Image,
            "the path of the DLL (or a managed type in column type); \
             match=name allows by name alone, action=removed a removal",
        ));
    }
    Ok(())
}
