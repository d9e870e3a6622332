//! `audit`: the configuration files of servers, without events.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::{Map, Value, json};

use crate::audit::{self, Auditor, Events, NoSettings};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::scan::{Scanner, Unit};
use crate::server::{Found, Server, image_in, servers_in};

use super::args::{Audit, Format};
use super::end::{Limits, about, end};
use super::inventory;
use super::options;
use super::output;
use super::status::{self, FAILED, Failure};
use super::this_machine;

/// Runs `audit`.
pub(super) fn run(arguments: &Audit) -> Result<ExitCode, Failure> {
    let format = output::format(&arguments.printed)?;
    let found = found(arguments)?;
    if let Some(asked) = &arguments.effective {
        return place(arguments, &found, asked);
    }
    let servers = servers(arguments, &found);
    let earlier = arguments.history.as_deref().map(|folder| history(folder, servers.len())).transpose()?;
    if format == Format::Inventory {
        return inventory::run(arguments, &servers, earlier);
    }
    let mut auditor =
        Auditor::new(options::engine(&arguments.compared)?, chrono::Utc::now().timestamp_micros());
    if let Some(folder) = earlier {
        auditor = auditor.with_history(folder);
    }
    let mut lost = Vec::new();
    if !arguments.events.is_empty() {
        let (events, problems) = events(arguments)?;
        auditor = auditor.with_events(events);
        lost = problems;
    }
    for (one, host) in servers {
        auditor.read(one, host, arguments.place.as_deref());
    }
    let mut report = auditor.finish();
    report.lose(lost);
    let read =
        arguments.paths.iter().chain(&arguments.root).chain(&arguments.history).chain(&arguments.events);
    let read: Vec<PathBuf> = read.cloned().collect();
    report.about = about("Modules in the configuration of IIS", &arguments.compared, &read);
    report.relate();
    report.keep(|item| arguments.only.is_empty() || arguments.only.contains(&item.verdict));
    let limits = Limits {
        format,
        min_severity: arguments.min_severity,
        fail_on: arguments.fail_on,
        allow_unread: arguments.allow_unread,
    };
    end(report, &arguments.printed, limits)
}

/// The folder with earlier versions, which is that of one server.
fn history(folder: &Path, servers: usize) -> Result<PathBuf, Problem> {
    let problem = |what: String, hint: &str| {
        Problem::new(ProblemKind::Argument, what).at(of(folder)).with_hint(hint.to_owned())
    };
    if servers != 1 {
        let what = format!("--history is of one server, and {servers} are read");
        return Err(problem(what, "read them one by one, or with --root, which finds the history of each"));
    }
    if !folder.is_dir() {
        return Err(problem(
            "it is no folder".to_owned(),
            r"give the folder that holds CFGHISTORY_…, such as inetpub\history",
        ));
    }
    Ok(folder.to_path_buf())
}

/// What the logs tell, and what of them was not read.
fn events(arguments: &Audit) -> Result<(Events, Vec<Problem>), Failure> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let mut scanner = Scanner::new(options::engine(&arguments.compared)?, Unit::Change, interrupted);
    scanner.read(&arguments.events, |_| {})?;
    let since = scanner.since();
    let report = scanner.finish();
    if report.summary.checked_nothing() && report.is_whole() {
        let what = "the logs of --events hold no event of the IIS configuration";
        let hint = "give Microsoft-IIS-Configuration%4Operational.evtx, or an export of it";
        return Err(Problem::new(ProblemKind::Argument, what).with_hint(hint).into());
    }
    Ok((Events::new(report.items, since), report.problems))
}

/// The servers that are asked for, each with its name where that was given.
fn servers<'a>(arguments: &'a Audit, found: &'a [Found]) -> Vec<(&'a Found, Option<&'a str>)> {
    let hosts: Vec<String> = arguments.host.iter().map(|host| host.to_lowercase()).collect();
    let named = arguments.host.first().filter(|_| found.len() == 1 && hosts.len() == 1);
    let asked = found.iter().filter(|one| named.is_some() || is_asked_for(&one.host(), &hosts));
    asked.map(|one| (one, named.map(String::as_str))).collect()
}

/// Whether a server is asked for. One without a name is: it may be the one.
fn is_asked_for(host: &str, hosts: &[String]) -> bool {
    let host = host.to_lowercase();
    let is_of = |asked: &String| host == *asked || host.split('.').next() == Some(asked);
    hosts.is_empty() || host.is_empty() || hosts.iter().any(is_of)
}

/// Prints what one place gets: of several servers, a line for each.
fn place(arguments: &Audit, found: &[Found], place: &str) -> Result<ExitCode, Failure> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut is_whole = true;
    for one in found {
        let server = one.read(&NoSettings, arguments.place.as_deref());
        if found.len() == 1 {
            exists(&server, place)?;
        }
        let (value, losses) = audit::effective(&server, place);
        if found.len() == 1 {
            serde_json::to_writer_pretty(&mut output, &value).map_err(io::Error::from)?;
        } else {
            let mut line = Map::new();
            line.insert("host".to_owned(), json!(server.host));
            line.extend(value.as_object().cloned().unwrap_or_default());
            serde_json::to_writer(&mut output, &Value::Object(line)).map_err(io::Error::from)?;
        }
        writeln!(output)?;
        for loss in losses {
            is_whole = false;
            status::tell(&Problem::new(ProblemKind::Unreadable, loss.text).at(*loss.origin));
        }
    }
    output.flush()?;
    Ok(if is_whole || arguments.allow_unread { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// Whether a server has the place at all: a name with a slip would look like a place that has nothing of its own.
fn exists(server: &Server, place: &str) -> Result<(), Problem> {
    let site = place.trim_matches('/').split('/').next().unwrap_or_default();
    let Some(sites) = server.sites().filter(|sites| !site.is_empty() && !sites.applications.is_empty())
    else {
        return Ok(());
    };
    let is_known = sites.is_application(site)
        || server.configs.iter().any(|(level, _)| {
            level.place().split('/').next().is_some_and(|own| own.to_lowercase() == site.to_lowercase())
        });
    if is_known {
        return Ok(());
    }
    let names: Vec<&str> =
        sites.applications.iter().map(String::as_str).filter(|name| !name.contains('/')).collect();
    let what = format!("the server has no site `{site}`");
    Err(Problem::new(ProblemKind::Argument, what).with_hint(format!("its sites are: {}", names.join(", "))))
}

/// The servers that are asked for: on Windows, without any, this one.
fn found(arguments: &Audit) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for root in &arguments.root {
        found.extend(roots(root)?);
    }
    for path in &arguments.paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let servers = servers_in(path);
        if servers.is_empty() {
            let what = "there is no applicationHost.config and no web.config in it";
            let problem = Problem::new(ProblemKind::Argument, what).at(of(path));
            return Err(problem.with_hint(
                "give the folder that holds applicationHost.config, the files themselves, or with --root a mounted image",
            ));
        }
        found.extend(servers);
    }
    if !files.is_empty() {
        found.push(Found::Files(files));
    }
    if found.is_empty() {
        return this_machine::server().map(|server| vec![server]).ok_or_else(|| {
            Problem::new(ProblemKind::Argument, "no file or folder is given").with_hint(
                "name applicationHost.config and web.config files, a folder with them, or with --root a mounted image",
            )
        });
    }
    Ok(found)
}

/// The servers whose drives lie below a folder.
fn roots(folder: &Path) -> Result<Vec<Found>, Problem> {
    let servers: Vec<Found> = match image_in(folder) {
        Some(server) => vec![server],
        None => servers_in(folder).into_iter().filter(|found| matches!(found, Found::Image(..))).collect(),
    };
    if servers.is_empty() {
        let what = r"no Windows\System32 lies below it, nor below a folder in it";
        let hint = "give the folder that stands for the system drive, or the one that a collector made";
        return Err(Problem::new(ProblemKind::Argument, what).at(of(folder)).with_hint(hint));
    }
    Ok(servers)
}

fn of(path: &Path) -> Origin {
    Origin::of_file(path.display().to_string())
}
