//! The colours of the dashboard: each severity has one, and each verdict a shade of that of its severity.

use iismodcheck::detect::{Severity, Verdict};

/// `dashboard` with the colours of the tables.
pub(super) fn write(dashboard: &str) -> Result<String, String> {
    let text = replace(dashboard, "\"severityColors\": [", "{", |indent| {
        let item = |severity: Severity| {
            let colour = hex(severity.colour());
            format!(
                "{indent}{{\n{indent}  \"match\": \"{severity}\",\n{indent}  \"value\": \"{colour}\"\n{indent}}}"
            )
        };
        Severity::ALL.into_iter().rev().map(item).collect()
    })?;
    replace(&text, "\"seriesColorsByField\": {", "\"denied\": ", |indent| {
        let item = |verdict: Verdict| format!("{indent}\"{verdict}\": \"{}\"", hex(shade(verdict)));
        Verdict::ALL.into_iter().map(item).collect()
    })
}

/// `text` with the items of each list or object that opens with the line `opens` and whose first item begins with `first`.
fn replace(
    text: &str,
    opens: &str,
    first: &str,
    items: impl Fn(&str) -> Vec<String>,
) -> Result<String, String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut written = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    let mut found = false;
    while let Some(line) = lines.next() {
        written.push_str(line);
        written.push('\n');
        let next = lines.peek().copied().unwrap_or_default();
        if line.trim() == opens && next.trim_start().starts_with(first) {
            found = true;
            written.push_str(&items(&" ".repeat(indent(next))).join(",\n"));
            written.push('\n');
            while lines.next_if(|inside| indent(inside) > indent(line)).is_some() {}
        }
    }
    if found { Ok(written) } else { Err(format!("there is no line {opens} with {first} behind it")) }
}

/// The colour of the severity, lighter with each verdict of one severity, so that they can be told apart.
fn shade(verdict: Verdict) -> [u8; 3] {
    let severity = verdict.severity();
    let same = Verdict::ALL.into_iter().filter(|other| other.severity() == severity);
    let number = same.take_while(|other| *other != verdict).count();
    let lighter = |channel: u8| {
        let missing = usize::from(u8::MAX - channel);
        u8::try_from(usize::from(channel) + missing * number / 8).unwrap_or(u8::MAX)
    };
    severity.colour().map(lighter)
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_items_of_one_kind_of_list_are_replaced() {
        let items = |indent: &str| vec![format!("{indent}x"), format!("{indent}y")];
        let text = "a: [\n  1,\n  2\n],\na: [\n  other\n]\n";
        let written = "a: [\n  x,\n  y\n],\na: [\n  other\n]\n";
        assert_eq!(replace(text, "a: [", "1", items).as_deref(), Ok(written));
        assert!(replace(text, "b: [", "1", items).is_err());
    }

    #[test]
    fn every_verdict_has_a_colour_of_its_own() {
        let colours: BTreeSet<String> = Verdict::ALL.map(|verdict| hex(shade(verdict))).into();
        assert_eq!(colours.len(), Verdict::ALL.len());
        assert_eq!(shade(Verdict::Denied), Severity::Critical.colour());
    }
}
