//! What was typed after the command's name.

/// The arguments of a search command, in the order typed: options `name=value` and bare words.
///
/// splunkd cuts the text into tokens and takes the outer quotes away, so that `b = "two"` arrives as three tokens. They
/// are joined here: `b=two`, `b = two`, `b= two` and `b =two` are the same option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    list: Vec<Argument>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `name=value`. Either side may be empty; `=` inside the value is kept.
    Option {
        /// What stands before the first `=`.
        name: String,
        /// What stands after it, without outer quotes.
        value: String,
    },
    /// A word without `=`.
    Word(String),
}

impl Arguments {
    /// Joins the tokens of `args`, from which splunkd took the quotes. `raw_args` holds the same tokens as typed; with it
    /// `name=""` (an empty value) is told from `name=` (the value is the next token). It is not looked at when it does
    /// not have as many tokens.
    #[must_use]
    pub fn from_tokens(args: &[String], raw_args: &[String]) -> Self {
        let typed = if args.len() == raw_args.len() { raw_args } else { args };
        let mut tokens = args.iter().map(String::as_str).zip(typed.iter().map(String::as_str)).peekable();
        let mut list = Vec::new();
        while let Some((token, typed)) = tokens.next() {
            // The sign may lead the next token, as in `name = value` and `name =value`.
            let option = match token.split_once('=') {
                Some((name, value)) => Some((name, value, value.is_empty() && typed.ends_with('='))),
                None => tokens
                    .next_if(|(_, typed)| typed.starts_with('='))
                    .map(|(sign, typed)| (token, sign.strip_prefix('=').unwrap_or(sign), typed == "=")),
            };
            let Some((name, value, open)) = option else {
                list.push(Argument::Word(token.to_owned()));
                continue;
            };
            let value = if open { tokens.next().map_or("", |(token, _)| token) } else { value };
            list.push(Argument::Option { name: name.to_owned(), value: value.to_owned() });
        }
        Self { list }
    }

    /// All arguments in the order typed.
    pub fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.list.iter()
    }

    /// The options as (name, value), in the order typed.
    pub fn options(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().filter_map(|argument| match argument {
            Argument::Option { name, value } => Some((name.as_str(), value.as_str())),
            Argument::Word(_) => None,
        })
    }

    /// The bare words, in the order typed.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|argument| match argument {
            Argument::Option { .. } => None,
            Argument::Word(word) => Some(word.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(args: &[&str], raw: &[&str]) -> String {
        let own = |tokens: &[&str]| tokens.iter().map(|token| (*token).to_owned()).collect::<Vec<_>>();
        let arguments = Arguments::from_tokens(&own(args), &own(raw));
        let show = |argument: &Argument| match argument {
            Argument::Option { name, value } => format!("<{name}|{value}>"),
            Argument::Word(word) => format!("({word})"),
        };
        arguments.iter().map(show).collect()
    }

    #[test]
    fn tokens_are_joined() {
        let cases: &[(&[&str], &str)] = &[
            (&[], ""),
            (&["a=one"], "<a|one>"),
            (&["b", "=", "two"], "<b|two>"),
            (&["b=", "two"], "<b|two>"),
            (&["b", "=two"], "<b|two>"),
            (&["a=one", "b", "=", "two", "c=three"], "<a|one><b|two><c|three>"),
            (&["r=A \"b\" C"], "<r|A \"b\" C>"),
            (&["f=a=b"], "<f|a=b>"),
            (&["word"], "(word)"),
            (&["word", "a=1", "other"], "(word)<a|1>(other)"),
            (&["a=1", "b", "c=2"], "<a|1>(b)<c|2>"),
            (&["a="], "<a|>"),
            (&["a", "="], "<a|>"),
            (&["=", "v"], "<|v>"),
            (&["=v"], "<|v>"),
            (&["a==b"], "<a|=b>"),
            (&[""], "()"),
        ];
        for (args, expected) in cases {
            assert_eq!(shown(args, &[]), *expected, "{args:?}");
        }
    }

    #[test]
    fn typed_quotes_tell_an_empty_value_from_a_missing_one() {
        assert_eq!(shown(&["a=", "b=1"], &["a=\"\"", "b=1"]), "<a|><b|1>");
        assert_eq!(shown(&["a=", "one"], &["a=", "\"one\""]), "<a|one>");
        assert_eq!(shown(&["a", "=", "b"], &["a", "=", "\"b\""]), "<a|b>");
        assert_eq!(shown(&["a", "=", "b"], &["a", "\"=\"", "b"]), "(a)<|>(b)");
    }
}
