#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| iismodcheck_fuzz::any_catalog(bytes));
