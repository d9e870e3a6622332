//! The body of a reply: mostly the bytes of the request's body, in pieces, with the new cells between them.

use super::cell::Span;

/// Where a piece of a reply lies.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// In the request's body, as it was read.
    Body(Span),
    /// In the text that was written.
    Text(Span),
}

/// The order of the pieces, kept from reply to reply.
///
/// Copying the rows together would write as much memory again as the request has, which the kernel then fetches once
/// more to copy it into the pipe: measured, as much as everything else that is done with a row that repeats.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    list: Vec<Piece>,
    /// Up to where the text is part of a piece.
    text: usize,
}

impl Pieces {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.text = 0;
    }

    /// Continues the reply with the text written since the last piece, whose length is now `text`, and then with a stretch
    /// of the body.
    #[inline]
    pub(super) fn push(&mut self, text: usize, body: (usize, usize)) {
        if text > self.text {
            self.list.push(Piece::Text(Span::new(self.text, text)));
            self.text = text;
        }
        self.list.push(Piece::Body(Span::new(body.0, body.1)));
    }

    pub(super) fn reply<'r>(&'r self, body: &'r [u8], text: &'r [u8]) -> Reply<'r> {
        Reply { pieces: &self.list, body, text }
    }
}

/// The body of a reply.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reply<'r> {
    pieces: &'r [Piece],
    body: &'r [u8],
    text: &'r [u8],
}

impl<'r> Reply<'r> {
    /// Its stretches in order.
    pub fn pieces(&self) -> impl Iterator<Item = &'r [u8]> {
        let Self { pieces, body, text } = *self;
        pieces.iter().map(move |piece| match piece {
            Piece::Body(span) => span.of(body),
            Piece::Text(span) => span.of(text),
        })
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it in one piece.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut whole = Vec::with_capacity(self.len());
        self.pieces().for_each(|piece| whole.extend_from_slice(piece));
        whole
    }
}
