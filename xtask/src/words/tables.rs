//! Tables of Markdown, and long lines.

/// A table with these columns.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&head.map(str::to_owned));
    text.extend(["|", &"---|".repeat(N), "\n"]);
    // A bar would end the cell.
    text.extend(rows.into_iter().map(|cells| line(&cells.map(|cell| cell.replace('|', "\\|")))));
    text
}

/// `` `text` ``
pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A setting of a conf file, continued on further lines where it is longer than `WIDTH`.
pub(super) fn setting(key: &str, value: &str) -> String {
    const WIDTH: usize = 120;
    let mut text = format!("{key} =");
    let mut column = text.len();
    for word in value.split(' ') {
        if column + 1 + word.len() > WIDTH {
            text += " \\\n   ";
            column = 3;
        }
        text.push(' ');
        text.push_str(word);
        column += 1 + word.len();
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::{setting, table};

    #[test]
    fn bars_do_not_end_a_cell() {
        let text = table(["a", "b"], [["1|2".to_owned(), String::new()]]);
        assert_eq!(text, "| a | b |\n|---|---|\n| 1\\|2 |  |\n");
    }

    #[test]
    fn long_settings_are_continued() {
        assert_eq!(setting("key", "short value"), "key = short value\n");
        let long = setting("key", &"word ".repeat(40));
        assert!(long.lines().count() == 2 && long.lines().all(|line| line.len() <= 122), "{long}");
        assert_eq!(long.replace(" \\\n   ", ""), format!("key = {}\n", "word ".repeat(40)));
    }
}
