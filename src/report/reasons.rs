//! The reasons of a finding in one cell of a CSV: a list in JSON, because a detail may hold any character.

use crate::detect::ReasonCode;

/// The cell; empty where there are none.
pub(super) fn cell(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { serde_json::json!(reasons).to_string() }
}

/// Reads a cell that [`write_csv`](super::write_csv) wrote, of this version or of one that joined the reasons by blanks.
/// The error says what is wrong with the list.
pub fn read_reasons(cell: &str) -> Result<Vec<String>, serde_json::Error> {
    if cell.starts_with('[') { serde_json::from_str(cell) } else { Ok(joined_by_blanks(cell)) }
}

/// As earlier versions wrote it. A detail may hold blanks, so a reason ends where a known code follows.
fn joined_by_blanks(cell: &str) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for piece in cell.split(' ') {
        let word = piece.split_once(':').map_or(piece, |(word, _)| word);
        match reasons.last_mut() {
            Some(last) if ReasonCode::named(word).is_none() => {
                last.push(' ');
                last.push_str(piece);
            }
            _ => reasons.push(piece.to_owned()),
        }
    }
    reasons.retain(|reason| !reason.is_empty());
    reasons
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn owned(reasons: &[&str]) -> Vec<String> {
        reasons.iter().map(|reason| (*reason).to_owned()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        for reasons in [
            &[][..],
            &["image_unseen"],
            &["name_non_ascii", "image_unseen"],
            &["alias_of:Static File Module quoted", "quoted"],
            &[r#"alias_of:"a", "b""#, r"expected_image:C:\\x\y.dll"],
            &["alias_of:a\nquoted\r\n", "alias_of:\0\u{7}\u{202e}\u{fffd}"],
            &["alias_of:[", "alias_of:]", "alias_of:,;\t|"],
        ] {
            assert_eq!(read_reasons(&cell(&owned(reasons))).unwrap(), reasons, "{reasons:?}");
        }
    }

    #[test]
    fn what_older_versions_wrote_is_read_as_far_as_possible() {
        for (cell, reasons) in [
            ("", &[][..]),
            ("image_unseen", &["image_unseen"]),
            ("other_drive name_non_ascii", &["other_drive", "name_non_ascii"]),
            (
                r"expected_image:C:\Program Files\a b.dll quoted",
                &[r"expected_image:C:\Program Files\a b.dll", "quoted"],
            ),
            ("threat:IISpy (ESET group 7), 2021 remote", &["threat:IISpy (ESET group 7), 2021", "remote"]),
            // A detail that is written like a reason cannot be told from one: doubt is the safe side.
            ("alias_of:Really quoted", &["alias_of:Really", "quoted"]),
            ("of_a_later_version quoted", &["of_a_later_version", "quoted"]),
        ] {
            assert_eq!(read_reasons(cell).unwrap(), reasons, "{cell}");
        }
    }

    #[test]
    fn a_damaged_list_is_an_error() {
        for cell in ["[", r#"["a""#, "[1]", r#"["a"] b"#] {
            assert!(read_reasons(cell).is_err(), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn any_reasons_come_back(reasons in proptest::collection::vec(any::<String>(), 0..4)) {
            prop_assert_eq!(read_reasons(&cell(&reasons)).unwrap(), reasons);
        }
    }
}
