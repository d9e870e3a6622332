//! The entries compiled in: baseline, packs and threats.
//!
//! They are compiled in so that neither an old lookup nor a lookup policy can bring back an old copy; the CSV
//! files lie among the app's lookups for people and searches to read.

use arcstr::{ArcStr, Substr};

use super::entry::{Effect, Entry, EntrySource, Strength};
use super::error::AllowlistError;
use super::site::is_sha256;
use super::table::{Table, TableRow};
use crate::iis::Kind;

/// Modules and ISAPI filters of the baseline and of every pack.
pub const BASELINE_CSV: ArcStr =
    arcstr::literal!(include_str!("../../splunk_app/lookups/iis_module_baseline.csv"));
/// Names, images and types of published malware.
pub const THREATS_CSV: ArcStr =
    arcstr::literal!(include_str!("../../splunk_app/lookups/iis_module_threats.csv"));

const BASELINE: [&str; 11] = [
    "id",
    "pack",
    "kind",
    "name",
    "image",
    "type",
    "precondition",
    "product",
    "iis_versions",
    "signer",
    "source",
];
const THREATS: [&str; 9] =
    ["id", "family", "year", "reference", "name", "image", "type", "strength", "sha256"];

/// Every compiled-in entry. `Err` would name the line of a broken row of the compiled-in text.
pub fn entries() -> Result<Vec<Entry>, AllowlistError> {
    let mut entries = Vec::new();
    let text = BASELINE_CSV;
    let (table, rows) = Table::read(text.as_bytes(), "iis_module_baseline.csv", &BASELINE)?;
    for row in rows {
        entries.push(baseline(&table, &row.map_err(|broken| broken.error)?)?);
    }
    let text = THREATS_CSV;
    let (table, rows) = Table::read(text.as_bytes(), "iis_module_threats.csv", &THREATS)?;
    for row in rows {
        entries.push(threat(&table, &row.map_err(|broken| broken.error)?)?);
    }
    Ok(entries)
}

/// A text for an entry to keep: a part of the compiled-in one, but for a cell that had quotes.
fn kept(text: &str) -> Substr {
    let whole = BASELINE_CSV.try_substr_from(text).or_else(|| THREATS_CSV.try_substr_from(text));
    whole.unwrap_or_else(|| text.into())
}

fn baseline(table: &Table, row: &TableRow<'_>) -> Result<Entry, AllowlistError> {
    let [id, pack, kind, name, image, type_name, precondition, product, _versions, signer, source] =
        std::array::from_fn(|column| table.cell(row, column));
    let origin = if pack.is_empty() { EntrySource::Baseline } else { EntrySource::Pack(pack.to_owned()) };
    let mut entry = Entry::any(kept(id), origin, Effect::Allow);
    entry.kind = Some(match kind {
        "native" => Kind::Native,
        "managed" => Kind::Managed,
        "isapi_filter" => Kind::IsapiFilter,
        _ => return Err(table.wrong(row, "kind", "native, managed or isapi_filter")),
    });
    if name.is_empty() || image.is_empty() == type_name.is_empty() {
        return Err(table.wrong(row, "name", "a name, and an image or a type"));
    }
    entry.name = kept(name);
    entry.image = kept(image);
    entry.type_name = kept(type_name);
    entry.precondition = kept(precondition);
    entry.about = kept(product);
    entry.signer = kept(signer);
    entry.reference = kept(source);
    Ok(entry)
}

fn threat(table: &Table, row: &TableRow<'_>) -> Result<Entry, AllowlistError> {
    let [id, family, year, reference, name, image, type_name, strength, sha256] =
        std::array::from_fn(|column| table.cell(row, column));
    let strength = match strength {
        "distinctive" => Strength::Distinctive,
        // Only a base name may be common: a full path or a module name either proves something or is left out.
        "common" if sha256.is_empty() && name.is_empty() && type_name.is_empty() && !image.contains('\\') => {
            Strength::Common
        }
        _ => return Err(table.wrong(row, "strength", "distinctive, or common for a base name alone")),
    };
    let by_hash = !sha256.is_empty();
    if by_hash && !is_sha256(sha256) {
        return Err(table.wrong(row, "sha256", "a SHA-256 in lower case"));
    }
    // A hash is one file, whatever it is called: it stands for itself.
    if by_hash == (!name.is_empty() || !image.is_empty() || !type_name.is_empty()) {
        return Err(table.wrong(row, "name", "a name, an image or a type, or else a hash"));
    }
    // The name alone is compared: an assembly in the row would promise more.
    if type_name.contains(',') || !type_name.is_empty() && !image.is_empty() {
        return Err(table.wrong(row, "type", "a type without its assembly, and no image beside it"));
    }
    if !name.is_empty() && !image.is_empty() && !image.contains('\\') {
        return Err(table.wrong(row, "image", "nothing or a full path beside a name"));
    }
    let mut entry = Entry::any(kept(id), EntrySource::Threat(strength), Effect::Deny);
    entry.name = kept(name);
    entry.image = kept(image);
    entry.type_name = kept(type_name);
    entry.kind = (!type_name.is_empty()).then_some(Kind::Managed);
    entry.about = if year.is_empty() { family.into() } else { format!("{family}, {year}").into() };
    entry.reference = kept(reference);
    entry.sha256.extend(by_hash.then(|| sha256.to_owned()));
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entry of one row, or the column that is broken.
    fn read(
        columns: &[&'static str],
        row: &str,
        entry: fn(&Table, &TableRow<'_>) -> Result<Entry, AllowlistError>,
    ) -> Result<Entry, &'static str> {
        let text = format!("{}\n{row}\n", columns.join(","));
        let (table, mut rows) = Table::read(text.as_bytes(), "f", columns).unwrap();
        entry(&table, &rows.next().unwrap().ok().unwrap()).map_err(|error| error.column())
    }

    #[test]
    fn a_known_module_has_a_kind_a_name_and_an_image_or_a_type() {
        for (row, broken) in [
            ("a,,native,A,D:\\a.dll,,,,,,", None),
            ("a,,managed,A,,T.M,,,,,", None),
            ("a,,isapi_filter,A,D:\\a.dll,,,,,,", None),
            ("a,,handler,A,D:\\a.dll,,,,,,", Some("kind")),
            ("a,,native,,D:\\a.dll,,,,,,", Some("name")),
            ("a,,native,A,,,,,,,", Some("name")),
            ("a,,native,A,D:\\a.dll,T.M,,,,,", Some("name")),
        ] {
            assert_eq!(read(&BASELINE, row, baseline).err(), broken, "{row}");
        }
    }

    #[test]
    fn a_common_threat_is_a_base_name_alone() {
        for (row, broken) in [
            ("a,F,2021,,A,,,distinctive,", None),
            (
                "a,F,2021,,,,,distinctive,0000000000000000000000000000000000000000000000000000000000000000",
                None,
            ),
            (
                "a,F,2021,,,,,common,0000000000000000000000000000000000000000000000000000000000000000",
                Some("strength"),
            ),
            (
                "a,F,2021,,A,,,distinctive,0000000000000000000000000000000000000000000000000000000000000000",
                Some("name"),
            ),
            ("a,F,2021,,,,,distinctive,00", Some("sha256")),
            ("a,F,2021,,,D:\\a.dll,,distinctive,", None),
            ("a,F,2021,,,a.dll,,common,", None),
            ("a,F,2021,,A,a.dll,,common,", Some("strength")),
            ("a,F,2021,,A,a.dll,,distinctive,", Some("image")),
            ("a,F,2021,,A,D:\\a.dll,,distinctive,", None),
            ("a,F,2021,,A,,,common,", Some("strength")),
            ("a,F,2021,,,D:\\a.dll,,common,", Some("strength")),
            ("a,F,2021,,A,,,likely,", Some("strength")),
            ("a,F,2021,,,,,distinctive,", Some("name")),
            ("a,F,2021,,,,,common,", Some("name")),
            ("a,F,2021,,,,N.T,distinctive,", None),
            ("a,F,2021,,A,,N.T,distinctive,", None),
            ("a,F,2021,,,,N.T,common,", Some("strength")),
            ("a,F,2021,,,a.dll,N.T,distinctive,", Some("type")),
            ("a,F,2021,,,,\"N.T, Assembly\",distinctive,", Some("type")),
        ] {
            assert_eq!(read(&THREATS, row, threat).err(), broken, "{row}");
        }
    }
}
