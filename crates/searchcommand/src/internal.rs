//! What this crate's product, its benchmarks and the tests of the allocator need beyond the protocol: rows without a pipe, and
//! the memory of rows that repeat. It is no part of what the version number promises, and so are the hidden methods of
//! [`StreamingCommand`](crate::StreamingCommand) and [`Cells`](crate::Cells).

pub use crate::record::{Compare, Free, Memo, Reply, Rewriter, Written};
