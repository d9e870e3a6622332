//! Files behind the names: facts, signatures and catalogs, on files that `tests/fixtures/file/make.py` made with openssl,
//! osslsigncode and mcs.

mod behind;
mod catalogs;
mod damage;
mod limits;
mod many;
mod programs;
mod signatures;
pub mod support;
