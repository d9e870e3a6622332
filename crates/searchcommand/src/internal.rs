//! What this crate's product, its benchmarks and the tests of the allocator need beyond the protocol: rows without a pipe, and
//! the memory of rows that say the same. It is no part of what the version number promises, nor are the hidden methods of
//! [`Cells`](crate::Cells).

pub use crate::record::{Free, Memo, Reply, Rewriter, Written};
