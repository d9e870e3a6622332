//! Messages for the person who runs the search.

use std::collections::HashSet;

/// Gathers messages and hands each text out once: splunkd refuses one it has seen before.
#[derive(Debug, Default)]
pub struct Messages {
    waiting: Vec<(&'static str, String)>,
    seen: HashSet<String>,
}

impl Messages {
    /// A note that is kept with the search job and not shown above the results.
    pub fn info(&mut self, text: impl Into<String>) {
        self.add("INFO", text.into());
    }

    /// A warning shown with the results.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.add("WARN", text.into());
    }

    /// An error shown with the results. It does not fail the search; a [`Fatal`](crate::Fatal) does.
    pub fn error(&mut self, text: impl Into<String>) {
        self.add("ERROR", text.into());
    }

    fn add(&mut self, level: &'static str, text: String) {
        if !self.seen.contains(&text) {
            self.seen.insert(text.clone());
            self.waiting.push((level, text));
        }
    }

    /// The messages since the last call, as (level, text).
    pub(crate) fn take(&mut self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_handed_out_once() {
        let mut messages = Messages::default();
        messages.warn("3 rows");
        messages.warn("3 rows");
        messages.info(String::from("done"));
        assert_eq!(messages.take(), [("WARN", "3 rows".into()), ("INFO", "done".into())]);
        messages.error("3 rows");
        assert!(messages.take().is_empty());
    }
}
