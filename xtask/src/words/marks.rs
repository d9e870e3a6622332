//! Texts between marks.

/// `whole` with the lines between the marks of `name` replaced by `text`.
pub(super) fn replace(whole: &str, name: &str, text: &str) -> Result<String, String> {
    let begin = format!("words:{name} ");
    let mut written = String::with_capacity(whole.len() + text.len());
    let mut lines = whole.split_inclusive('\n');
    let mut found = 0;
    while let Some(line) = lines.next() {
        written.push_str(line);
        if line.contains(&begin) {
            found += 1;
            let end = lines
                .find(|line| line.contains("/words"))
                .ok_or_else(|| format!("the mark words:{name} has no end: add a line with /words"))?;
            written.push_str(text);
            written.push_str(end);
        }
    }
    match found {
        1 => Ok(written),
        _ => Err(format!("the mark words:{name} is there {found} times: once is right")),
    }
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn between_the_marks_and_nowhere_else() {
        for (whole, expected) in [
            ("a\n# words:x here\nold\n# /words\nb\n", Ok("a\n# words:x here\nnew\n# /words\nb\n")),
            ("<!-- words:x -->\n<!-- /words -->", Ok("<!-- words:x -->\nnew\n<!-- /words -->")),
            (
                "# words:xy here\nold\n# /words\n# words:x here\n# /words\n",
                Ok("# words:xy here\nold\n# /words\n# words:x here\nnew\n# /words\n"),
            ),
            ("a\n", Err("the mark words:x is there 0 times: once is right")),
            ("# words:x \nold\n", Err("the mark words:x has no end: add a line with /words")),
            (
                "# words:x \n# /words\n# words:x \n# /words\n",
                Err("the mark words:x is there 2 times: once is right"),
            ),
        ] {
            assert_eq!(
                replace(whole, "x", "new\n").as_deref(),
                expected.map_err(str::to_owned).as_deref(),
                "{whole}"
            );
        }
    }
}
