//! Everything about one finding, behind its two lines.

use super::lines::wrapped;
use crate::detect::Column;
use crate::origin::{self, Origin};
use crate::report::group::Group;
use crate::report::sentence::{self, Headline, actors};
use crate::report::shown::printable;

/// Where the lines begin.
const INDENT: usize = 4;
/// Columns of the word that a line begins with.
const WORD: usize = 8;
/// Rows of the input that are named.
const ROWS: usize = 12;
/// Events of other logs that are named.
const EVIDENCE: usize = 12;

/// The lines; `linked` are the findings about the same module from elsewhere, `ties` what others have to do with it, `told` the reasons that are told elsewhere.
pub(super) fn lines(
    group: &Group<'_>,
    linked: &[&str],
    ties: &[String],
    told: &[&str],
    limit: usize,
) -> Vec<String> {
    let item = group.first();
    let mut lines = Vec::new();
    let mut tell = |word: &str, text: &str| {
        if !text.is_empty() {
            let mut texts = wrapped(&printable(text), INDENT + WORD, limit).into_iter();
            let first = texts.next().unwrap_or_default();
            lines.push(format!("{:INDENT$}{word:<WORD$}{}", "", first.trim_start()));
            lines.extend(texts);
        }
    };
    tell("image", item.identity());
    tell("before", item.fact(Column::ImageOld));
    tell("pools", sentence::bitness(item));
    tell("hosts", &group.hosts().join(", "));
    tell("when", &sentence::times(group));
    tell("at", item.fact(Column::Site));
    tell("by", &actors(group).join(", "));
    tell("process", &sentence::processes(group));
    tell("also", &linked.join(" "));
    for tie in ties {
        tell("also", tie);
    }
    tell("verdict", &format!("{}: {}", item.verdict, item.verdict.meaning_of(item.fact(Column::Kind))));
    for reason in item.reasons.iter().filter(|reason| !told.contains(&reason.as_str())) {
        tell("why", &sentence::in_words(reason));
    }
    for evidence in group.items().iter().flat_map(|item| &item.evidence).take(EVIDENCE) {
        tell("beside", &evidence.in_words());
    }
    tell("to do", &Headline::of(item).todo);
    let origins: Vec<Origin> = group.items().iter().flat_map(|item| item.origins.iter().cloned()).collect();
    let shown = origin::listed(origins.get(..ROWS).unwrap_or(&origins)).join(" ");
    let more = origins.len().saturating_sub(ROWS);
    tell("rows", &if more > 0 { format!("{shown} and {more} more") } else { shown });
    let ids: Vec<&str> = group.items().iter().map(|item| item.short_id()).collect();
    if ids.len() > 1 {
        tell("ids", &ids.join(" "));
    }
    lines
}
