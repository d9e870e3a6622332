//! Any bytes as applicationHost.config, and again as the web.config of a site below it.
#![no_main]

use std::sync::Arc;

use iismodcheck::allowlist::Watched;
use iismodcheck::audit::WatchedSettings;
use iismodcheck::server::{Config, Level, Server};

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let watched = Watched::builtin().unwrap();
    let name: Arc<str> = "f".into();
    let read = || Config::read(file, &name, &WatchedSettings(&watched), &|_| Some((file.to_vec(), Arc::clone(&name))));
    let mut server = Server::named(String::new());
    server.add(Level::Server, read());
    server.add(Level::of("Shop"), read());
    for place in ["", "Shop", "Shop/api"] {
        let effective = server.effective(place);
        assert!(effective.modules.iter().all(|module| module.origin.line.is_some()));
    }
});
