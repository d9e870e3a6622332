//! The rows of both files, read strictly: they are ours.

use super::condition::Condition;
use super::known::Known;
use super::path::Pattern;
use super::row::{Judged, WatchedSetting, Weight};
use crate::allowlist::error::AllowlistError;
use crate::allowlist::table::{Table, TableRow};
use crate::iis::Kind;

pub(super) const SETTINGS: [&str; 17] = [
    "id",
    "paths",
    "names",
    "subject",
    "when",
    "what",
    "kind",
    "server",
    "site",
    "below",
    "technique",
    "meaning",
    "advice",
    "honest",
    "evil",
    "source",
    "grade",
];
pub(super) const KNOWN: [&str; 9] =
    ["id", "setting", "pack", "name", "value", "product", "signer", "source", "grade"];

const JUDGED: [(&str, Judged); 11] = [
    ("library", Judged::Library),
    ("file", Judged::File),
    ("program", Judged::Program),
    ("arguments", Judged::Arguments),
    ("folder", Judged::Folder),
    ("clsid", Judged::Class),
    ("type", Judged::Type),
    ("assembly", Judged::Assembly),
    ("switch", Judged::Switch),
    ("removal", Judged::Removal),
    ("secret", Judged::Secret),
];
const WEIGHTS: [(&str, Option<Weight>); 5] = [
    ("-", None),
    ("info", Some(Weight::Info)),
    ("low", Some(Weight::Low)),
    ("medium", Some(Weight::Medium)),
    ("high", Some(Weight::High)),
];

/// The rows of a file, each as `make` reads it.
pub(super) fn rows<T>(
    csv: &str,
    file: &str,
    columns: &[&'static str],
    make: impl Fn(&Table, &TableRow<'_>) -> Result<T, AllowlistError>,
) -> Result<Vec<T>, AllowlistError> {
    let (table, rows) = Table::read(csv.as_bytes(), file, columns)?;
    rows.map(|row| make(&table, &row.map_err(|broken| broken.error)?)).collect()
}

/// The elements of patterns, each with the attribute that is its key.
type Elements = Vec<(String, Option<String>)>;

/// A row of the table of settings, with its patterns, and the elements that these name.
pub(super) fn setting(
    table: &Table,
    row: &TableRow<'_>,
) -> Result<(WatchedSetting, Vec<Pattern>, Elements), AllowlistError> {
    let cell = |column: &str| {
        SETTINGS.iter().position(|own| *own == column).map_or("", |place| table.cell(row, place))
    };
    let wrong = |column: &'static str, expected: &str| table.wrong(row, column, expected);
    let word = |column, words: &[(&str, Judged)]| {
        words.iter().find(|(word, _)| *word == cell(column)).map(|(_, judged)| *judged)
    };
    let paths: Option<Vec<Pattern>> = cell("paths").split(' ').map(Pattern::new).collect();
    let conditions = cell("when").split(' ').filter(|word| *word != "any").map(Condition::new);
    let weight = |column: &'static str| {
        let found = WEIGHTS.iter().find(|(word, _)| *word == cell(column));
        found.map(|(_, weight)| *weight).ok_or_else(|| wrong(column, "-, info, low, medium or high"))
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == cell("kind"));
    let setting = WatchedSetting {
        id: cell("id").to_owned(),
        enabled: true,
        names: cell("names").split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        by_key: match cell("subject") {
            "key" => true,
            "value" => false,
            _ => return Err(wrong("subject", "value or key")),
        },
        when: conditions.collect::<Option<_>>().ok_or_else(|| wrong("when", "conditions, or any"))?,
        judged: word("what", &JUDGED).ok_or_else(|| wrong("what", "how the value is judged"))?,
        kind: kind.ok_or_else(|| wrong("kind", "a kind"))?,
        weights: [weight("server")?, weight("site")?, weight("below")?],
        technique: cell("technique").trim_start_matches('-').to_owned(),
        meaning: cell("meaning").to_owned(),
        advice: cell("advice").to_owned(),
    };
    let elements = cell("paths").split(' ').flat_map(Pattern::elements).collect();
    Ok((setting, paths.ok_or_else(|| wrong("paths", "patterns of configuration paths"))?, elements))
}

/// A row of the known values.
pub(super) fn known(table: &Table, row: &TableRow<'_>) -> Result<Known, AllowlistError> {
    let [id, settings, pack, name, value, product, signer, _source, _grade] =
        std::array::from_fn(|place| table.cell(row, place));
    if id.is_empty() || settings.is_empty() {
        return Err(table.wrong(row, "setting", "the id of a watched setting"));
    }
    Ok(Known {
        id: id.to_owned(),
        enabled: true,
        settings: settings.split(' ').map(str::to_owned).collect(),
        pack: pack.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        product: product.to_owned(),
        signer: signer.to_owned(),
    })
}
