//! The columns of the metadata tables (ECMA-335, II.22), as far as their sizes must be known.

use Column::{Blob, Coded, Guid, Row, Text, U16, U32};

/// A table's number.
pub(super) type Table = usize;

pub(super) const TYPE_REF: Table = 0x01;
pub(super) const MEMBER_REF: Table = 0x0A;
pub(super) const CUSTOM_ATTRIBUTE: Table = 0x0C;
pub(super) const ASSEMBLY: Table = 0x20;
/// Tables may have numbers up to this.
pub(super) const TABLES: usize = 64;

/// What a cell holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    U16,
    U32,
    /// A place in the heap of texts.
    Text,
    Guid,
    /// A place in the heap of blobs.
    Blob,
    /// A row of a table.
    Row(Table),
    /// A row of one of several tables; the lowest bits tell which.
    Coded(&'static Choice),
}

/// The tables that a coded column may mean, in the order of its tags.
#[derive(Debug)]
pub(super) struct Choice {
    pub bits: u32,
    pub tables: &'static [Table],
}

const fn choice(bits: u32, tables: &'static [Table]) -> Choice {
    Choice { bits, tables }
}

const SCOPE: Choice = choice(2, &[0x00, 0x1A, 0x23, 0x01]);
const TYPE: Choice = choice(2, &[0x02, 0x01, 0x1B]);
const CONSTANT: Choice = choice(2, &[0x04, 0x08, 0x17]);
const ATTRIBUTED: Choice = choice(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26,
        0x27, 0x28, 0x2A, 0x2C, 0x2B,
    ],
);
const MARSHALLED: Choice = choice(1, &[0x04, 0x08]);
const SECURED: Choice = choice(2, &[0x02, 0x06, 0x20]);
const MEMBER_PARENT: Choice = choice(3, &[0x02, 0x01, 0x1A, 0x06, 0x1B]);
const SEMANTICS: Choice = choice(1, &[0x14, 0x17]);
const METHOD: Choice = choice(1, &[0x06, 0x0A]);
const FORWARDED: Choice = choice(1, &[0x04, 0x06]);
const CONSTRUCTOR: Choice = choice(3, &[0x06, 0x0A]);

/// The tag by which a custom attribute says that it is the assembly's.
pub(super) const TAG_OF_ASSEMBLY: u32 = 14;
/// The tag by which an attribute says that its constructor is a member of another module's type.
pub(super) const TAG_OF_MEMBER_REF: u32 = 3;
/// The tag by which a member says that its type is another module's.
pub(super) const TAG_OF_TYPE_REF: u32 = 1;

/// The columns of the tables up to [`ASSEMBLY`], the last that is read.
pub(super) const COLUMNS: [&[Column]; ASSEMBLY + 1] = [
    &[U16, Text, Guid, Guid, Guid],
    &[Coded(&SCOPE), Text, Text],
    &[U32, Text, Text, Coded(&TYPE), Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[U16, Text, Blob],
    &[Row(0x06)],
    &[U32, U16, U16, Text, Blob, Row(0x08)],
    &[Row(0x08)],
    &[U16, U16, Text],
    &[Row(0x02), Coded(&TYPE)],
    &[Coded(&MEMBER_PARENT), Text, Blob],
    &[U16, Coded(&CONSTANT), Blob],
    &[Coded(&ATTRIBUTED), Coded(&CONSTRUCTOR), Blob],
    &[Coded(&MARSHALLED), Blob],
    &[U16, Coded(&SECURED), Blob],
    &[U16, U32, Row(0x02)],
    &[U32, Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[U16, Text, Coded(&TYPE)],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[U16, Text, Blob],
    &[U16, Row(0x06), Coded(&SEMANTICS)],
    &[Row(0x02), Coded(&METHOD), Coded(&METHOD)],
    &[Text],
    &[Blob],
    &[U16, Coded(&FORWARDED), Text, Row(0x1A)],
    &[U32, Row(0x04)],
    &[U32, U32],
    &[U32],
    &[U32, U16, U16, U16, U16, U32, Blob, Text, Text],
];
