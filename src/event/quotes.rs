//! The quotes that Windows messages of different languages put around a value.

/// The characters that can close what `opener` opens; `None` where it is no quote. Several languages use one
/// character in different roles, so there can be more than one answer.
pub(super) fn closers(opener: char) -> Option<&'static [char]> {
    Some(match opener {
        '\'' => &['\''],
        '"' => &['"'],
        '`' => &['`', '\''],
        '«' => &['»'],
        '»' => &['«', '»'],
        '‹' => &['›'],
        '›' => &['‹', '›'],
        '“' => &['”', '“'],
        '”' => &['”'],
        '„' => &['“', '”'],
        '‘' => &['’', '‘'],
        '’' => &['’'],
        '‚' => &['‘', '’'],
        '「' => &['」'],
        '『' => &['』'],
        '《' => &['》'],
        '＂' => &['＂'],
        '＇' => &['＇'],
        _ => return None,
    })
}

/// A blank, the no-break spaces of French quotes included.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{202f}')
}

/// The quote that opens a value that begins after `before`, blanks between the two allowed after guillemets.
pub(super) fn opener(before: &str) -> Option<char> {
    let last = before.chars().next_back()?;
    if closers(last).is_some() {
        return Some(last);
    }
    let last = is_blank(last).then(|| before.trim_end_matches(is_blank).chars().next_back()).flatten()?;
    matches!(last, '«' | '»' | '‹' | '›' | '„' | '“').then_some(last)
}
