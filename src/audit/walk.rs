//! Everything that the files of one server show, each thing once, with the files behind it. Nothing is decided here.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::behind::Behind;
use super::entries::{configured, registration};
use super::sink::Sink;
use super::wanted::WatchedSettings;
use super::{copies, earlier, redirects, unnamed};
use crate::detect::row;
use crate::file::Trust;
use crate::iis::Registration;
use crate::problem::{Problem, ProblemKind};
use crate::server::{self, Found, Level, Server, Trouble, Weight};

/// Which server is read, and what nothing in it tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    /// Its name, where its folder does not tell.
    pub host: Option<&'a str>,
    /// The place of a web.config of which nothing tells it.
    pub place: Option<&'a str>,
}

/// Reads a server, and gives all that it shows to `sink`. `earlier` is a folder with versions of its configuration. Gives what was
/// read, and the name of the host in lower case.
pub(super) fn walk(
    found: &Found,
    asked: Asked<'_>,
    earlier: Option<PathBuf>,
    trust: Trust<'_>,
    sink: &mut dyn Sink,
) -> (Server, String) {
    let wanted = WatchedSettings(sink.watched());
    let mut server = found.read(&wanted, asked.place);
    if let Some(folder) = earlier {
        server.history = server::History::default();
        server.read_history(&folder, &wanted);
    }
    let mut host = String::new();
    row::lower_case(asked.host.unwrap_or(&server.host), &mut host);
    let roots = sink.roots(&host);
    let mut behind = found.drives().map(|drives| Behind::new(drives, &server, roots, trust));
    let knows_names = server.own().is_some();
    for (level, config) in &server.configs {
        let config_path = level.to_string();
        for listing in &config.listings {
            for entry in &listing.entries {
                let Some(seen) = registration(level, &config_path, listing, entry) else {
                    sink.uninteresting();
                    continue;
                };
                let seen = Registration { knows_names, ..seen };
                let files = behind.as_mut().map(|behind| behind.entry(level, listing, entry));
                sink.module(&host, &seen, &files.unwrap_or_default(), &entry.origin);
            }
        }
        for setting in &config.settings {
            let seen = configured(&config_path, setting);
            let image = sink.image_of(&seen);
            let files = behind.as_mut().zip(image).map(|(behind, image)| behind.setting(&image));
            sink.setting(&host, &seen, &files.unwrap_or_default(), &setting.origin);
        }
    }
    copies::walk(&server, &host, behind.as_mut(), sink);
    earlier::walk(&server, &host, behind.as_mut(), sink);
    redirects::walk(&server, &host, sink);
    if let Some(behind) = &mut behind {
        unnamed::walk(&host, behind, sink);
        for problem in behind.problems(&host) {
            sink.tell(problem);
        }
    }
    troubles(&server, sink);
    if found.drives().is_some_and(|drives| drives.deadline().is_over()) {
        let what = "the time for reading the server was over: what was not read by then is not known";
        sink.tell(Problem::new(ProblemKind::Incomplete, what).with_hint(
            "a drive is slow, or a site has very many folders: run `iismodcheck audit` there to see how long it takes",
        ));
    }
    (server, host)
}

/// What is wrong at any place that has something of its own.
fn troubles(server: &Server, sink: &mut dyn Sink) {
    let mut places: BTreeSet<String> = BTreeSet::from([String::new()]);
    for (level, config) in &server.configs {
        let base = if let Level::Place(place) = level { place.as_str() } else { "" };
        places.insert(base.to_owned());
        for listing in &config.listings {
            let path = [base, listing.location.path.as_str()].join("/");
            places.insert(path.trim_matches('/').to_owned());
        }
    }
    let mut troubles: Vec<Trouble> = server.unread.iter().map(|(_, trouble)| trouble.clone()).collect();
    for place in &places {
        troubles.extend(server.effective(place).troubles);
    }
    let mut seen = BTreeSet::new();
    for trouble in troubles {
        if seen.insert((trouble.code, trouble.origin.to_string(), trouble.text.clone())) {
            sink.tell(problem(&trouble));
        }
    }
}

fn problem(trouble: &Trouble) -> Problem {
    let kind = match (trouble.code, trouble.code.weight()) {
        (server::Code::Dangling, _) => ProblemKind::Dangling,
        (server::Code::NotXml | server::Code::Encoding, _) => ProblemKind::Damaged,
        (server::Code::Denied, _) => ProblemKind::Denied,
        (server::Code::Unreadable, _) => ProblemKind::Unreadable,
        (server::Code::LockOpened | server::Code::HistoryGap, _) => ProblemKind::Noted,
        (_, Weight::Unreadable) => ProblemKind::Form,
        (_, Weight::Incomplete) => ProblemKind::Incomplete,
        (_, Weight::Invalid | Weight::Told) => ProblemKind::Invalid,
    };
    Problem::new(kind, trouble.text.as_str()).at((*trouble.origin).clone())
}
