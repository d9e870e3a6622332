//! A glob against one text. Its literal pieces are looked for one after the other, so that the work is about the length
//! of the text, however many stars the glob has.
//!
//! ```text
//! glob    blocks, divided by `**`: the first begins the text, the last ends it, the others float between them
//! block   parts, divided by the separator: one component each, the first and the last perhaps in part
//! part    pieces, divided by `*`, all within one component
//! piece   letters and `?`
//! ```
//!
//! What floats is taken where it ends first: whatever follows can then begin as early as anywhere else.

use memchr::memchr;
use memchr::memmem::Finder;

use super::token::Token;

/// A glob, taken apart.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    separator: Option<char>,
    /// What stands before the first wildcard, and after the last: most texts fail here.
    head: String,
    tail: String,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
struct Block {
    /// It begins where a component does: what stands before it is `\**\`, not `**`.
    at_boundary: bool,
    parts: Vec<Part>,
}

/// Pieces with any run of letters between them.
#[derive(Debug, Clone)]
struct Part(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    /// Not longer than a byte, for which a search need not be prepared.
    Short(Option<u8>),
    Literal(Box<Finder<'static>>),
    /// `None` is any letter but the separator.
    Mixed(Vec<Option<char>>, Option<char>),
}

impl Pieces {
    pub fn new(tokens: &[Token], separator: Option<char>) -> Self {
        let literal = |token: &Token| if let Token::Literal(c) = token { Some(*c) } else { None };
        let last = tokens.iter().rposition(|token| literal(token).is_none());
        let behind = match last.and_then(|at| Some((at, tokens.get(at)?))) {
            // Its separator may be missing with it.
            Some((at, Token::Components)) => at + 2,
            Some((at, _)) => at + 1,
            None => 0,
        };
        let mut blocks = vec![Draft::default()];
        let mut tokens_left = tokens.iter();
        while let Some(token) = tokens_left.next() {
            let across = matches!(token, Token::RunAcross) && separator.is_some();
            if across || *token == Token::Components {
                // The separator behind `**` is part of what `\**\` stands for.
                let at_boundary = *token == Token::Components && tokens_left.next().is_some();
                blocks.push(Draft { at_boundary, ..Draft::default() });
                continue;
            }
            if let Some(block) = blocks.last_mut() {
                block.add(*token, separator);
            }
        }
        Self {
            separator,
            head: tokens.iter().map_while(literal).collect(),
            tail: tokens.iter().skip(behind).filter_map(literal).collect(),
            blocks: blocks.into_iter().map(|draft| draft.finish(separator)).collect(),
        }
    }

    /// Whether the whole of `text` matches.
    pub fn match_whole(&self, text: &str) -> bool {
        if !text.starts_with(&self.head) || !text.ends_with(&self.tail) {
            return false;
        }
        let [first, rest @ ..] = &self.blocks[..] else { return false };
        let Some((last, floating)) = rest.split_last() else { return self.whole(first, text) };
        let mut at = self.start(&first.parts, text, 0);
        for block in floating {
            at = at.and_then(|at| self.next(block, text, at));
        }
        at.is_some_and(|at| self.ends(last, text, at))
    }

    fn whole(&self, block: &Block, text: &str) -> bool {
        let Some(separator) = self.separator else {
            return block.parts.iter().all(|part| part.is_whole(text));
        };
        let mut components = text.split(separator);
        block.parts.iter().all(|part| components.next().is_some_and(|component| part.is_whole(component)))
            && components.next().is_none()
    }

    /// Where parts end that begin at `at`, where a component begins.
    fn start(&self, parts: &[Part], text: &str, at: usize) -> Option<usize> {
        let (last, whole) = parts.split_last()?;
        let mut at = at;
        for part in whole {
            let (component, next) = self.component(text, at);
            let next = next.filter(|_| part.is_whole(component))?;
            at = next;
        }
        Some(at + last.end_of_start(self.component(text, at).0)?)
    }

    /// Where a block ends that begins at `at` or later.
    fn next(&self, block: &Block, text: &str, at: usize) -> Option<usize> {
        let mut at = at;
        if block.at_boundary {
            at = if self.is_boundary(text, at) { at } else { self.component(text, at).1? };
            loop {
                if let Some(end) = self.start(&block.parts, text, at) {
                    return Some(end);
                }
                at = self.component(text, at).1?;
            }
        }
        let (first, rest) = block.parts.split_first()?;
        loop {
            if rest.is_empty() {
                // No piece reaches over a separator, so the first one shows in which component to look.
                at += first.0.first()?.find(text.get(at..)?)?.0;
                if let Some(end) = first.end_of_start(self.component(text, at).0) {
                    return Some(at + end);
                }
                at = self.component(text, at).1?;
            } else {
                let (component, next) = self.component(text, at);
                at = next?;
                if let Some(end) = first.is_end_of(component).then(|| self.start(rest, text, at)).flatten() {
                    return Some(end);
                }
            }
        }
    }

    /// Whether a block ends the text and begins at `at` or later.
    fn ends(&self, block: &Block, text: &str, at: usize) -> bool {
        let Some((first, rest)) = block.parts.split_first() else { return false };
        let Some(mut left) = text.get(at..) else { return false };
        for part in rest.iter().rev() {
            let Some((before, component)) = self.separator.and_then(|separator| left.rsplit_once(separator))
            else {
                return false;
            };
            if !part.is_whole(component) {
                return false;
            }
            left = before;
        }
        let divided = self.separator.and_then(|separator| left.rsplit_once(separator));
        let component = divided.map_or(left, |(_, component)| component);
        if !block.at_boundary {
            return first.is_end_of(component);
        }
        (divided.is_some() || self.is_boundary(text, at)) && first.is_whole(component)
    }

    /// The rest of the component at `at`, and where the next one begins.
    fn component<'t>(&self, text: &'t str, at: usize) -> (&'t str, Option<usize>) {
        let rest = text.get(at..).unwrap_or_default();
        let divided = self.separator.and_then(|separator| Some((rest.split_once(separator)?.0, separator)));
        match divided {
            Some((component, separator)) => (component, Some(at + component.len() + separator.len_utf8())),
            None => (rest, None),
        }
    }

    fn is_boundary(&self, text: &str, at: usize) -> bool {
        let before = text.get(..at).unwrap_or_default();
        before.is_empty() || self.separator.is_some_and(|separator| before.ends_with(separator))
    }
}

/// A block while its tokens are read: of each part the pieces.
struct Draft {
    at_boundary: bool,
    parts: Vec<Vec<Vec<Option<char>>>>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { at_boundary: false, parts: vec![vec![Vec::new()]] }
    }
}

impl Draft {
    fn add(&mut self, token: Token, separator: Option<char>) {
        let Some(part) = self.parts.last_mut() else { return };
        match token {
            Token::Literal(c) if Some(c) == separator => self.parts.push(vec![Vec::new()]),
            Token::Literal(c) => part.last_mut().into_iter().for_each(|piece| piece.push(Some(c))),
            Token::One => part.last_mut().into_iter().for_each(|piece| piece.push(None)),
            Token::Run | Token::RunAcross | Token::Components => part.push(Vec::new()),
        }
    }

    fn finish(self, separator: Option<char>) -> Block {
        let piece = |letters: Vec<Option<char>>| match letters.iter().copied().collect::<Option<String>>() {
            Some(short) if short.len() <= 1 => Piece::Short(short.bytes().next()),
            Some(literal) => Piece::Literal(Box::new(Finder::new(&literal).into_owned())),
            None => Piece::Mixed(letters, separator),
        };
        let part = |pieces: Vec<Vec<Option<char>>>| Part(pieces.into_iter().map(piece).collect());
        Block { at_boundary: self.at_boundary, parts: self.parts.into_iter().map(part).collect() }
    }
}

impl Part {
    /// Whether it is the whole of a component.
    fn is_whole(&self, text: &str) -> bool {
        let [first, rest @ ..] = &self.0[..] else { return false };
        let Some(start) = first.end_at_start(text) else { return false };
        let left = text.get(start..).unwrap_or_default();
        match rest.split_last() {
            None => left.is_empty(),
            Some((last, between)) => last
                .start_at_end(left)
                .is_some_and(|end| in_order(between, left.get(..end).unwrap_or_default()).is_some()),
        }
    }

    /// Where it ends when it begins a text, at the earliest.
    fn end_of_start(&self, text: &str) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        let start = first.end_at_start(text)?;
        Some(start + in_order(rest, text.get(start..)?)?)
    }

    /// Whether it ends a text, whatever stands before.
    fn is_end_of(&self, text: &str) -> bool {
        let Some((last, before)) = self.0.split_last() else { return false };
        last.start_at_end(text)
            .is_some_and(|end| in_order(before, text.get(..end).unwrap_or_default()).is_some())
    }
}

/// Where the last of these pieces ends when each is taken as early as can be.
fn in_order(pieces: &[Piece], text: &str) -> Option<usize> {
    let mut at = 0;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        at += piece.find(text.get(at..)?)?.1;
    }
    Some(at)
}

impl Piece {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Short(None))
    }

    fn end_at_start(&self, text: &str) -> Option<usize> {
        match self {
            Self::Short(None) => Some(0),
            Self::Short(own) => (text.bytes().next() == *own).then_some(1),
            Self::Literal(finder) => {
                text.as_bytes().starts_with(finder.needle()).then_some(finder.needle().len())
            }
            Self::Mixed(letters, separator) => {
                let mut characters = text.chars();
                let fits = letters.iter().all(|letter| {
                    characters.next().is_some_and(|c| match letter {
                        Some(own) => *own == c,
                        None => Some(c) != *separator,
                    })
                });
                fits.then(|| text.len() - characters.as_str().len())
            }
        }
    }

    fn start_at_end(&self, text: &str) -> Option<usize> {
        match self {
            Self::Short(None) => Some(text.len()),
            Self::Short(own) => (text.bytes().next_back() == *own).then(|| text.len() - 1),
            Self::Literal(finder) => {
                text.as_bytes().ends_with(finder.needle()).then(|| text.len() - finder.needle().len())
            }
            Self::Mixed(letters, _) => {
                let (start, _) = text.char_indices().rev().nth(letters.len().checked_sub(1)?)?;
                self.end_at_start(text.get(start..)?).map(|_| start)
            }
        }
    }

    /// Where it begins and ends first.
    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let letters = match self {
            Self::Short(own) => {
                let Some(own) = own else { return Some((0, 0)) };
                return memchr(*own, text.as_bytes()).map(|at| (at, at + 1));
            }
            Self::Literal(finder) => {
                let at = finder.find(text.as_bytes())?;
                return Some((at, at + finder.needle().len()));
            }
            Self::Mixed(letters, _) => letters,
        };
        let mut at = 0;
        loop {
            if let Some(Some(first)) = letters.first() {
                at += text.get(at..)?.find(*first)?;
            }
            let rest = text.get(at..)?;
            if let Some(end) = self.end_at_start(rest) {
                return Some((at, at + end));
            }
            at += rest.chars().next()?.len_utf8();
        }
    }
}
