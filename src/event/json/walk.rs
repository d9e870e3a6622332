//! A strict walk over a JSON text: every string and bare word with the keys that lead to it. No tree, no allocation.

use memchr::memchr2;

/// Objects and lists within each other; no collector comes near it.
const DEEPEST: usize = 24;
/// Keys of all objects that are open at a time.
const MOST_KEYS: usize = 512;
/// The keys that lead to a value, with a dot between two; no path of a collector is that long.
const LONGEST_PATH: usize = 160;

/// A string or a bare word.
pub(super) struct Leaf<'p, 't> {
    /// The keys that lead to it, with a dot between two; empty where they are longer than any that is known. What is in a
    /// list has the keys of the list.
    pub(super) path: &'p [u8],
    /// As written; a string without its quotes, its escapes still stand.
    pub(super) text: &'t [u8],
    /// Where in the whole text it begins.
    pub(super) begins: usize,
    /// No value: the bare word `null`.
    pub(super) is_null: bool,
    /// Where the object or list begins that it stands in.
    pub(super) within: usize,
}

/// Why a text cannot be walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no JSON, breaks off, or goes on behind its end.
    NoJson,
    /// An object has one key twice.
    RepeatedKey,
    /// Deeper or wider than what is walked.
    TooLarge,
}

/// Goes through a text, and gives each leaf to `visit`.
pub(super) fn walk<'t>(text: &'t [u8], mut visit: impl FnMut(&Leaf<'_, 't>)) -> Result<(), Fault> {
    let mut walk = Walk {
        text: text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text),
        at: 0,
        open: [Open::default(); DEEPEST],
        depth: 0,
        keys: [b""; MOST_KEYS],
        key_count: 0,
        path: [0; LONGEST_PATH],
        path_length: 0,
    };
    loop {
        if walk.begin_value(&mut visit)? {
            continue;
        }
        loop {
            let Some(inner) = walk.inner() else { return walk.end() };
            match (walk.next()?, inner.is_object) {
                (b',', true) => walk.key()?,
                (b',', false) => walk.path_length = inner.path_length,
                (b'}', true) | (b']', false) => {
                    walk.close(inner);
                    continue;
                }
                _ => return Err(Fault::NoJson),
            }
            break;
        }
    }
}

/// An object or a list that is open.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    is_object: bool,
    /// Where it begins.
    start: usize,
    /// Length of the path to it; beyond [`LONGEST_PATH`] it was not kept.
    path_length: usize,
    /// Keys of the objects around it.
    keys: usize,
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    open: [Open; DEEPEST],
    depth: usize,
    keys: [&'t [u8]; MOST_KEYS],
    key_count: usize,
    path: [u8; LONGEST_PATH],
    path_length: usize,
}

impl<'t> Walk<'t> {
    /// Takes a string, a bare word or what is empty, or goes into what has values; whether it did the latter.
    fn begin_value(&mut self, visit: &mut impl FnMut(&Leaf<'_, 't>)) -> Result<bool, Fault> {
        let first = self.next()?;
        let (text, behind) = match first {
            b'{' | b'[' => return self.enter(first == b'{'),
            b'"' => (self.string()?, 1),
            _ => (self.word()?, 0),
        };
        let path = self.path.get(..self.path_length).unwrap_or_default();
        visit(&Leaf {
            path,
            text,
            begins: self.at - behind - text.len(),
            is_null: behind == 0 && text == b"null",
            within: self.inner().map_or(0, |open| open.start),
        });
        Ok(false)
    }

    /// Goes into an object or a list; false where it is empty.
    fn enter(&mut self, is_object: bool) -> Result<bool, Fault> {
        let place = self.open.get_mut(self.depth).ok_or(Fault::TooLarge)?;
        *place = Open { is_object, start: self.at, path_length: self.path_length, keys: self.key_count };
        self.depth += 1;
        let inner = *place;
        let before = self.at;
        if self.next()? == if is_object { b'}' } else { b']' } {
            self.close(inner);
            return Ok(false);
        }
        self.at = before;
        if is_object {
            self.key()?;
        }
        Ok(true)
    }

    fn close(&mut self, inner: Open) {
        self.depth -= 1;
        self.key_count = inner.keys;
    }

    /// The object or list that is open innermost.
    fn inner(&self) -> Option<Open> {
        self.depth.checked_sub(1).and_then(|place| self.open.get(place)).copied()
    }

    /// Takes a key and its colon.
    fn key(&mut self) -> Result<(), Fault> {
        if self.next()? != b'"' {
            return Err(Fault::NoJson);
        }
        let key = self.string()?;
        if self.next()? != b':' {
            return Err(Fault::NoJson);
        }
        let around = self.inner().ok_or(Fault::NoJson)?;
        if self.keys.get(around.keys..self.key_count).is_some_and(|keys| keys.contains(&key)) {
            return Err(Fault::RepeatedKey);
        }
        *self.keys.get_mut(self.key_count).ok_or(Fault::TooLarge)? = key;
        self.key_count += 1;
        self.path_length = around.path_length;
        if self.path_length > 0 {
            self.push(b".");
        }
        self.push(key);
        Ok(())
    }

    fn push(&mut self, text: &[u8]) {
        let end = self.path_length + text.len();
        if let Some(place) = self.path.get_mut(self.path_length..end) {
            place.copy_from_slice(text);
        }
        self.path_length = end;
    }

    /// The rest of a string whose quote was taken.
    fn string(&mut self) -> Result<&'t [u8], Fault> {
        let start = self.at;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = self.at + memchr2(b'"', b'\\', rest).ok_or(Fault::NoJson)?;
            if self.text.get(end) == Some(&b'"') {
                self.at = end + 1;
                return self.text.get(start..end).ok_or(Fault::NoJson);
            }
            let escaped = self.text.get(end + 1).ok_or(Fault::NoJson)?;
            if !br#""\/bfnrtu"#.contains(escaped) {
                return Err(Fault::NoJson);
            }
            self.at = end + 2;
        }
    }

    /// A number or a word, whose first character was taken.
    fn word(&mut self) -> Result<&'t [u8], Fault> {
        let rest = self.text.get(self.at - 1..).unwrap_or_default();
        let of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let word = rest.iter().position(|b| !of_word(b)).and_then(|end| rest.get(..end)).unwrap_or(rest);
        let is_number = || {
            word.iter().any(u8::is_ascii_digit)
                && word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
        };
        if !matches!(word, b"null" | b"true" | b"false") && !is_number() {
            return Err(Fault::NoJson);
        }
        self.at += word.len() - 1;
        Ok(word)
    }

    /// The next character that is no blank.
    fn next(&mut self) -> Result<u8, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let blanks = rest.iter().position(|b| !b.is_ascii_whitespace()).ok_or(Fault::NoJson)?;
        self.at += blanks + 1;
        rest.get(blanks).copied().ok_or(Fault::NoJson)
    }

    /// Nothing may follow but blanks.
    fn end(&self) -> Result<(), Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.iter().all(|b| b.is_ascii_whitespace() || *b == 0) { Ok(()) } else { Err(Fault::NoJson) }
    }
}
