//! The site's allowlist file: rows to entries, and what of a bad row still counts.

use arcstr::{ArcStr, Substr};

use super::column::Column;
use super::damage::Damage;
use super::date;
use super::entry::{Effect, Entry, EntrySource, Match};
use super::error::AllowlistError;
use super::glob::has_wildcard;
use super::patterns::{Patterns, is_host, is_place};
use super::table::{Broken, Table, TableRow};
use crate::iis::{Action, Kind};

/// A site's allowlist, as far as it could be read.
#[derive(Debug, Clone, Default)]
pub struct SiteFile {
    /// Display name of the file, for messages.
    pub file: String,
    /// One entry for each sound row, the disabled ones included, in the order of the file.
    pub entries: Vec<Entry>,
    /// What is wrong with the other rows: the first thing of each, in the order of the file.
    pub errors: Vec<AllowlistError>,
    /// A deny entry for each of the other rows that says enough to deny by, with the cells that can be read.
    pub salvaged: Vec<Entry>,
    /// Lines of the other rows that are to deny and say too little for that.
    pub powerless: Vec<u64>,
    /// What the other rows hold.
    pub damage: Damage,
    /// Columns that are not read and look like a misspelt one, as written, each with the name that may be meant.
    pub misspelt: Vec<(String, &'static str)>,
    /// Line of the header; 0 when the file has none.
    pub header_line: u64,
}

impl SiteFile {
    /// Reads an allowlist. `bytes` is CSV in UTF-8 with or without BOM, with LF or CRLF; `file` is the name for
    /// messages. A file without any row, header included, is an empty allowlist.
    ///
    /// Never fails, so that a check can report every error and a search can use the rest: use [`SiteFile::sound`] where
    /// the first one ends it.
    #[must_use]
    pub fn parse(bytes: &[u8], file: &str) -> Self {
        let mut site = Self { file: file.to_owned(), ..Self::default() };
        // The entries keep their texts as parts of this one.
        let whole = std::str::from_utf8(bytes).map(ArcStr::from).unwrap_or_default();
        let bytes = if whole.is_empty() { bytes } else { whole.as_bytes() };
        let read = Table::read(bytes, file, &Column::NAMES);
        let (table, rows) =
            match read.and_then(|(table, rows)| header_error(&table).map_or(Ok((table, rows)), Err)) {
                Ok(read) => read,
                Err(error) => {
                    site.errors.push(error);
                    site.damage = Damage::unreadable();
                    return site;
                }
            };
        site.misspelt = table.misspelt(&Column::NAMES);
        site.header_line = table.header_line;
        // One row a line, and none as short as that in a large file.
        site.entries.reserve(memchr::memchr_iter(b'\n', bytes).count().min(bytes.len() / 32));
        let mut last = [Patterns::default(), Patterns::default()];
        for row in rows {
            match row {
                Ok(row) => site.take(&whole, &table, &row, &mut last),
                Err(broken) => site.take_broken(*broken),
            }
        }
        site
    }

    fn take(&mut self, whole: &ArcStr, table: &Table, row: &TableRow<'_>, last: &mut [Patterns; 2]) {
        let mut cells = Cells { whole, table, row, errors: row.flaw.iter().cloned().collect() };
        let entry = entry(&mut cells, last);
        let Some(error) = cells.errors.into_iter().next() else {
            self.entries.push(entry);
            return;
        };
        self.errors.push(error);
        let identity =
            [Column::Name, Column::Image, Column::Type].map(|column| table.cell(row, column as usize));
        // A pattern in another column is one of hosts or places.
        self.damage.hold(row.cells().filter(|cell| !has_wildcard(cell)).chain(identity));
        if entry.enabled && !identity.iter().any(|cell| cell.contains(char::is_alphanumeric)) {
            self.damage.hold_anything();
        }
        if entry.enabled && entry.effect == Effect::Deny {
            let by = [&entry.name, &entry.image, &entry.type_name];
            let by = by.into_iter().take(if entry.matching == Match::Name { 1 } else { 3 });
            if by.into_iter().all(Substr::is_empty) {
                self.powerless.push(entry.line);
            } else {
                self.salvaged.push(entry);
            }
        }
    }

    /// Takes a row whose cells belong to no column for certain.
    fn take_broken(&mut self, broken: Broken) {
        let words: Vec<&str> = broken.cells.iter().map(|cell| cell.trim()).collect();
        if words.iter().any(|word| word.eq_ignore_ascii_case("deny")) {
            self.powerless.push(broken.error.line());
        }
        if broken.is_partly_unreadable || words.iter().all(|word| is_word_of_a_column(word)) {
            self.damage.hold_anything();
        }
        self.damage.hold(words);
        self.errors.push(broken.error);
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

/// A row with access to its cells; what is wrong with them is collected, and a bad cell counts as none.
struct Cells<'t> {
    /// The file, where it is text.
    whole: &'t ArcStr,
    table: &'t Table,
    row: &'t TableRow<'t>,
    errors: Vec<AllowlistError>,
}

impl<'t> Cells<'t> {
    fn text(&self, column: Column) -> &'t str {
        self.table.cell(self.row, column as usize).trim()
    }

    /// A text of the file for an entry to keep.
    fn keep(&self, text: &str) -> Substr {
        self.whole.try_substr_from(text).unwrap_or_else(|| text.into())
    }

    fn error(&mut self, column: Column, expected: &str) {
        self.errors.push(AllowlistError::Cell {
            file: self.table.file.clone(),
            line: self.row.line,
            column: column.as_str(),
            expected: expected.to_owned(),
            found: self.table.cell(self.row, column as usize).to_owned(),
        });
    }

    /// A cell that holds one of a few words, in any case; `empty` when it holds none.
    fn word<T: Copy>(&mut self, column: Column, empty: T, words: &[(&str, T)]) -> T {
        let text = self.text(column);
        if text.is_empty() {
            return empty;
        }
        let found = words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.error(column, &format!("one of {} or nothing", words.join(", ")));
        }
        found.map_or(empty, |(_, value)| *value)
    }

    /// A word that decides which way a row counts: a slip in the column's name must not turn it round.
    fn deciding_word<T: Copy>(&mut self, column: Column, empty: T, words: &[(&str, T)]) -> T {
        if !self.table.misspelt_cell(self.row, column as usize, column.as_str()).is_empty() {
            let expected =
                format!("the header to name this column `{}`, not by a word like it", column.as_str());
            self.error(column, &expected);
        }
        self.word(column, empty, words)
    }

    /// `last` is what the column held before: most rows say the same place.
    fn patterns(&mut self, column: Column, separator: Option<char>, last: &mut Patterns) -> Patterns {
        let text = self.text(column);
        if text == last.written() {
            return last.clone();
        }
        if Patterns::is_hollow(text, separator) {
            self.error(column, HOLLOW);
            return Patterns::default();
        }
        *last = Patterns::new(self.keep(text), separator);
        last.clone()
    }

    fn date(&mut self, column: Column, read: fn(&str) -> Option<i64>) -> Option<i64> {
        let text = self.text(column);
        let date = read(text);
        if date.is_none() && !text.is_empty() {
            self.error(column, date::EXPECTED);
        }
        date
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
const KINDS: [(&str, Option<Kind>); 9] = [
    ("native", Some(Kind::Native)),
    ("managed", Some(Kind::Managed)),
    ("isapi_filter", Some(Kind::IsapiFilter)),
    ("handler", Some(Kind::Handler)),
    ("compression_scheme", Some(Kind::CompressionScheme)),
    ("runtime_loader", Some(Kind::RuntimeLoader)),
    ("code", Some(Kind::Code)),
    ("setting", Some(Kind::Setting)),
    ("any", None),
];
const MATCHES: [(&str, Match); 3] = [("exact", Match::Exact), ("glob", Match::Glob), ("name", Match::Name)];
/// What an administrator would write for an action, beside its own word.
const ACTION_VERBS: [(&str, Action); 3] =
    [("add", Action::Added), ("remove", Action::Removed), ("modify", Action::Modified)];

/// Whether a cell is none, or a word that a column takes: no name, image or type.
fn is_word_of_a_column(cell: &str) -> bool {
    let is = |word: &str| cell.eq_ignore_ascii_case(word);
    !cell.contains(char::is_alphanumeric)
        || ENABLED.iter().any(|(word, _)| is(word))
        || EFFECTS.iter().any(|(word, _)| is(word))
        || KINDS.iter().any(|(word, _)| is(word))
        || MATCHES.iter().any(|(word, _)| is(word))
        || ACTION_VERBS.iter().any(|(word, _)| is(word))
        || Action::ALL.iter().any(|action| is(action.as_str()))
}

/// The entry of a row. Where something is wrong with the row, it is the entry of the cells that can be read.
fn entry(cells: &mut Cells<'_>, [host, place]: &mut [Patterns; 2]) -> Entry {
    let id = match cells.text(Column::Id) {
        "" => Substr::from(format!("line-{}", cells.row.line)),
        id => cells.keep(id),
    };
    let effect = cells.deciding_word(Column::Effect, Effect::Allow, &EFFECTS);
    let mut entry = Entry::any(id, EntrySource::Site, effect);
    entry.line = cells.row.line;
    entry.enabled = cells.deciding_word(Column::Enabled, true, &ENABLED);
    entry.kind = cells.word(Column::Kind, None, &KINDS);
    // Space around a name makes another key in IIS, so it is not trimmed; a name of space only is an empty cell.
    let name = cells.table.cell(cells.row, Column::Name as usize);
    if !name.trim().is_empty() {
        entry.name = cells.keep(name);
    }
    entry.image = cells.keep(cells.text(Column::Image));
    entry.type_name = cells.keep(cells.text(Column::Type));
    entry.matching = matching(cells, &entry);
    entry.precondition = cells.keep(cells.text(Column::Precondition));
    entry.host = cells.patterns(Column::Host, None, host);
    entry.config_path = cells.patterns(Column::ConfigPath, Some('/'), place);
    if effect == Effect::Deny {
        somewhere(cells, &mut entry);
    }
    entry.actions = actions(cells);
    entry.valid_from = cells.date(Column::ValidFrom, date::valid_from);
    entry.expires = cells.date(Column::Expires, date::expires);
    entry.expires_written = cells.keep(cells.text(Column::Expires));
    entry.owner = cells.keep(cells.text(Column::Owner));
    entry.ticket = cells.keep(cells.text(Column::Ticket));
    entry.reason = cells.keep(cells.text(Column::Reason));
    if entry.valid_from.zip(entry.expires).is_some_and(|(from, end)| end <= from) {
        cells.error(Column::Expires, "a date that is not before valid_from");
        (entry.valid_from, entry.expires) = (None, None);
    }
    identity(cells, &mut entry);
    entry.sha256 = hashes(cells, Column::Sha256, &entry);
    entry.signer_sha256 = hashes(cells, Column::SignerSha256, &entry);
    entry
}

/// The hashes in a column, in lower case. They narrow what an entry vouches for, so that only one that vouches for files may
/// have any.
fn hashes(cells: &mut Cells<'_>, column: Column, entry: &Entry) -> Vec<String> {
    let text = cells.text(column);
    if text.is_empty() {
        return Vec::new();
    }
    let of_file = !entry.image.is_empty() || !entry.type_name.is_empty();
    if entry.effect == Effect::Deny {
        cells.error(column, "nothing in a deny entry: it denies whatever the file holds");
        return Vec::new();
    }
    if !of_file || entry.matching == Match::Name {
        cells.error(column, "nothing in an entry without an image or type: it vouches for no file");
        return Vec::new();
    }
    let hashes: Vec<String> = text.split('|').map(|hash| hash.trim().to_ascii_lowercase()).collect();
    if !hashes.iter().all(|hash| is_sha256(hash)) {
        cells.error(column, "64 hexadecimal digits, several such hashes divided by |");
        return Vec::new();
    }
    hashes
}

/// Whether a text is a SHA-256 in lower case.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Takes out a host or a place that none can be: such a row would deny nothing, and nobody would be told.
fn somewhere(cells: &mut Cells<'_>, entry: &mut Entry) {
    if !entry.host.parts().all(is_host) {
        cells.error(Column::Host, "names or IP addresses, with * and ? where needed, several divided by |");
        entry.host = Patterns::default();
    }
    if !entry.config_path.parts().all(is_place) {
        cells.error(Column::ConfigPath, "a place that begins with MACHINE, several divided by |");
        entry.config_path = Patterns::default();
    }
}

/// How the row is compared; where that cannot be read, as a pattern where it has one.
fn matching(cells: &mut Cells<'_>, entry: &Entry) -> Match {
    let errors = cells.errors.len();
    let matching = cells.word(Column::Match, Match::Exact, &MATCHES);
    let has_pattern =
        [&entry.name, &entry.image, &entry.type_name].into_iter().any(|text| has_wildcard(text));
    if cells.errors.len() > errors && has_pattern { Match::Glob } else { matching }
}

fn actions(cells: &mut Cells<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    let text = cells.text(Column::Action);
    if Patterns::is_hollow(text, None) {
        cells.error(Column::Action, &expected_actions());
    }
    for word in text.split('|').map(str::trim).filter(|word| !word.is_empty()) {
        if matches!(word, "*") || word.eq_ignore_ascii_case("any") {
            return Vec::new();
        }
        let mut known = Action::ALL.map(|action| (action.as_str(), action)).into_iter().chain(ACTION_VERBS);
        let Some((_, action)) = known.find(|(known, _)| word.eq_ignore_ascii_case(known)) else {
            cells.error(Column::Action, &expected_actions());
            return Vec::new();
        };
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    actions.sort_unstable();
    actions
}

fn expected_actions() -> String {
    let words = Action::ALL.map(Action::as_str).join(", ");
    format!("one or several of {words}, divided by |, or nothing")
}

/// Whether name, image and type together say what the entry is about. A bad one is taken out.
fn identity(cells: &mut Cells<'_>, entry: &mut Entry) {
    if !entry.image.is_empty() && !entry.type_name.is_empty() {
        cells.error(Column::Type, "nothing beside an image: a module has an image or a type");
        entry.type_name = Substr::new();
    }
    if entry.kind == Some(Kind::Managed) && !entry.image.is_empty() {
        cells.error(Column::Image, "nothing for kind managed: write its type in column type");
        entry.kind = None;
    }
    if matches!(entry.kind, Some(Kind::Native | Kind::IsapiFilter)) && !entry.type_name.is_empty() {
        cells.error(Column::Type, "nothing for this kind: write the path of its DLL in column image");
        entry.kind = None;
    }
    if entry.matching != Match::Glob {
        literal(cells, entry);
    }
    let (no_name, no_image, no_type) =
        (entry.name.is_empty(), entry.image.is_empty(), entry.type_name.is_empty());
    // A disabled one may be the switch for a shipped entry, which has an id only.
    if !entry.enabled || !cells.errors.is_empty() {
        return;
    }
    let removal_only = entry.actions == [Action::Removed];
    if no_name && (entry.matching == Match::Name || no_image && no_type) {
        cells.error(Column::Name, "a module name");
    } else if entry.effect == Effect::Allow
        && no_image
        && no_type
        && entry.matching != Match::Name
        && !removal_only
    {
        cells.error(
            Column::Image,
            "the path of the DLL (or a managed type in column type); \
             match=name allows by name alone, action=removed a removal",
        );
    }
}

/// Takes out what is no text to compare exactly. A name may hold `*` or `?`, but not consist of them.
fn literal(cells: &mut Cells<'_>, entry: &mut Entry) {
    if has_wildcard(&entry.image) {
        cells.error(Column::Image, "a path without * and ?, or match=glob");
        entry.image = Substr::new();
    }
    if has_wildcard(&entry.type_name) {
        cells.error(Column::Type, "a type without * and ?, or match=glob");
        entry.type_name = Substr::new();
    }
    if has_wildcard(&entry.name) && !entry.name.contains(char::is_alphanumeric) {
        cells.error(Column::Name, "a name that does not consist of * and ?, or match=glob");
        entry.name = Substr::new();
    }
}
