//! Which of two entries is the narrower one.

use super::SiteFile;
use crate::allowlist::Entry;

const HEADER: &str =
    "name,image,type,match,kind,precondition,host,config_path,action,valid_from,expires,id,owner";

fn entry(row: &str) -> Entry {
    let site = SiteFile::parse(format!("{HEADER}\n{row}\n").as_bytes(), "f").sound();
    site.unwrap_or_else(|error| panic!("{row}: {error}")).entries.remove(0)
}

#[test]
fn each_cell_makes_an_entry_narrower() {
    for (narrow, wide) in [
        // Exact before pattern before name, however many cells the other one has.
        (r"A,D:\a.dll", r"A,D:\a.dll?,,glob,native,bitness64,web01,MACHINE/A,added,2026-01-01,2027-01-01"),
        (r"*,D:\*.dll,,glob", "A,,,name,native,bitness64,web01,MACHINE/A,added,2026-01-01,2027-01-01"),
        // The longer pattern, in characters that are no wildcards; before the number of cells.
        (r"A*,D:\Vendor\*.dll,,glob", r"A*,D:\V\*.dll,,glob,native,,web01"),
        (r"Ab*,D:\*.dll,,glob", r"A*,D:\*.dll,,glob,native"),
        ("A*,,T.Module*,glob", "A*,,T.M*,glob,managed"),
        (r"A*,D:\*.dll,,glob,native", r"A**?,D:\*.dll,,glob"),
        // Each cell counts.
        (r"A,D:\a.dll", r",D:\a.dll"),
        ("A,,T.M", ",,T.M"),
        (r"A,D:\a.dll,,name", "A,,,name"),
        ("A,,T.M,name", "A,,,name"),
        (r"A,D:\a.dll,,,native", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,bitness64", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,,web*", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,,web01", r"A,D:\a.dll,,,,,web*"),
        (r"A,D:\a.dll,,,,,,MACHINE/*", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,,,MACHINE/A", r"A,D:\a.dll,,,,,,MACHINE/*"),
        (r"A,D:\a.dll,,,,,,,added", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,,,,,2026-01-01", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,,,,,,2027-01-01", r"A,D:\a.dll"),
        (r"A,D:\a.dll,,,,,web*,,added", r"A,D:\a.dll,,,,,web*"),
    ] {
        let [narrow_entry, wide_entry] = [narrow, wide].map(pad).map(|row| entry(&row));
        assert!(narrow_entry.specificity() > wide_entry.specificity(), "{narrow} and {wide}");
    }
}

#[test]
fn what_says_nothing_about_the_module_makes_no_difference() {
    let plain = entry(&pad(r"A,D:\a.dll"));
    for row in
        [r"A,D:\a.dll,,,,,*", r"A,D:\a.dll,,exact", r"B,D:\longer.dll", r"A,D:\a.dll,,,,,,,,,,id,owner"]
    {
        assert!(entry(&pad(row)).specificity() == plain.specificity(), "{row}");
    }
}

/// The cells that a row leaves out.
fn pad(row: &str) -> String {
    let missing = HEADER.matches(',').count() - row.matches(',').count();
    row.to_owned() + &",".repeat(missing)
}
