//! Writing a file in one step, one writer at a time.

use std::fs;
use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// The longest that another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);
/// The longest that somebody who looks at the file is waited for.
const LOOK: Duration = Duration::from_secs(5);

/// The file that is to be written: what a link leads to. `name` is for errors.
pub(in crate::cli) fn target(path: &Path, name: &str) -> Result<PathBuf, Problem> {
    let problem = |what: String| Problem::new(ProblemKind::Unreadable, what).at(Origin::of_file(name));
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_link(path) {
            Ok(missing) => {
                Err(problem(format!("it is a link to {}, which does not exist", missing.display()))
                    .with_hint("create that file (it may be empty) or remove the link"))
            }
            Err(_) => Ok(path.to_path_buf()),
        },
        Err(error) => Err(problem(format!("cannot be read: {error}"))),
    }
}

/// The right to write a file: a file beside it that one process holds. The system lets go of it when the process ends, however
/// it ends, so that what a killed one left behind stops nobody. Removed at the end.
pub(in crate::cli) struct Lock {
    path: PathBuf,
    held: Option<fs::File>,
}

impl Lock {
    /// Waits for other writers. `name` is the file's name for errors.
    pub(in crate::cli) fn take(target: &Path, name: &str) -> Result<Self, Problem> {
        let path = beside(target, "lock");
        let start = Instant::now();
        loop {
            match hold(&path) {
                Ok(Some(file)) => return Ok(Self { path, held: Some(file) }),
                Ok(None) if start.elapsed() < PATIENCE => sleep(PAUSE),
                Ok(None) => {
                    let what = format!(
                        "it is being written by another `allowlist add`, which holds {} and does not come to its end",
                        path.display()
                    );
                    return Err(unwritable(&what, name).with_hint("end that one and try again"));
                }
                Err(error) => return Err(in_folder(target, name, &error)),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if cfg!(windows) {
            // A file that is held cannot be removed there, neither by its holder nor by anybody else.
            self.held = None;
        }
        // What is left behind stops nobody.
        let _: io::Result<()> = fs::remove_file(&self.path);
    }
}

/// Holds a file, and creates it where it does not exist; `None` while another process holds it.
#[cfg(unix)]
fn hold(path: &Path) -> io::Result<Option<fs::File>> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::File::options().create(true).write(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Ok(None),
        Err(fs::TryLockError::Error(error)) => return Err(error),
    }
    // Who held it before has removed it: another file may have the name by now.
    let own = file.metadata()?;
    let same = fs::metadata(path).is_ok_and(|found| (found.dev(), found.ino()) == (own.dev(), own.ino()));
    Ok(same.then_some(file))
}

/// Holds a file, and creates it where it does not exist; `None` while another process holds it.
#[cfg(windows)]
fn hold(path: &Path) -> io::Result<Option<fs::File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARING_VIOLATION: i32 = 32;
    match fs::File::options().create(true).write(true).truncate(false).share_mode(0).open(path) {
        Ok(file) => Ok(Some(file)),
        // Access is refused to a file that is just being removed.
        Err(error)
            if error.raw_os_error() == Some(SHARING_VIOLATION)
                || error.kind() == io::ErrorKind::PermissionDenied =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file beside `target`, piece by piece, and renames it over `target`; `name` is the file's name for errors. Gives what
/// `write` does, and what a person must know about the new file.
pub(in crate::cli) fn replace<T>(
    target: &Path,
    name: &str,
    write: impl FnOnce(&mut (dyn Write + 'static)) -> io::Result<T>,
) -> Result<(T, Option<String>), Problem> {
    let (file, new) = create_beside(target).map_err(|error| in_folder(target, name, &error))?;
    fill(file, write, target, &new).map_err(|error| {
        // The failure is reported; what was written beside the file is of no use.
        let _: io::Result<()> = fs::remove_file(&new);
        in_folder(target, name, &error)
    })
}

fn in_folder(target: &Path, name: &str, error: &io::Error) -> Problem {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| ".".to_owned(), |folder| folder.display().to_string());
    let why = match error.kind() {
        io::ErrorKind::NotFound if !Path::new(&folder).is_dir() => format!("there is no folder {folder}"),
        io::ErrorKind::PermissionDenied => {
            let open = if cfg!(windows) { ", or another program has the file open" } else { "" };
            format!("this user may not create files in the folder {folder}{open} ({error})")
        }
        _ => error.to_string(),
    };
    unwritable(&format!("cannot be written: {why}"), name)
}

fn unwritable(what: &str, name: &str) -> Problem {
    Problem::new(ProblemKind::Unwritable, what).at(Origin::of_file(name))
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut path = target.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    PathBuf::from(path)
}

/// Creates a file of a name that was free.
fn create_beside(target: &Path) -> io::Result<(fs::File, PathBuf)> {
    let mut number = std::process::id();
    loop {
        let new = beside(target, &format!("{number}.new"));
        match fs::File::create_new(&new) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number = number.wrapping_add(1),
            created => return Ok((created?, new)),
        }
    }
}

fn fill<T>(
    file: fs::File,
    write: impl FnOnce(&mut (dyn Write + 'static)) -> io::Result<T>,
    target: &Path,
    new: &Path,
) -> io::Result<(T, Option<String>)> {
    let mut output = BufWriter::new(file);
    let value = write(&mut output)?;
    let file = output.into_inner().map_err(IntoInnerError::into_error)?;
    let warning = match fs::metadata(target) {
        Ok(found) => {
            fs::set_permissions(new, found.permissions())?;
            keep_owner(&found, new)
        }
        Err(_) => None,
    };
    file.sync_all()?;
    drop(file);
    rename(new, target)?;
    Ok((value, warning))
}

/// Windows refuses to replace a file while somebody has it open, Splunk for instance, if only for a moment.
fn rename(new: &Path, target: &Path) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match fs::rename(new, target) {
            Err(error)
                if cfg!(windows)
                    && error.kind() == io::ErrorKind::PermissionDenied
                    && start.elapsed() < LOOK =>
            {
                sleep(PAUSE);
            }
            renamed => return renamed,
        }
    }
}

/// Gives the new file the owner and group of the old one, as far as this user may.
#[cfg(unix)]
fn keep_owner(old: &fs::Metadata, new: &Path) -> Option<String> {
    use std::os::unix::fs::{MetadataExt, chown};
    let made = fs::metadata(new).ok()?;
    let (user, group) = (old.uid(), old.gid());
    let changes = |new: u32, old: u32| (new != old).then_some(old);
    let (new_user, new_group) = (changes(made.uid(), user), changes(made.gid(), group));
    if new_user.is_none() && new_group.is_none() || chown(new, new_user, new_group).is_ok() {
        return None;
    }
    // The group alone is often allowed.
    let group_kept = chown(new, None, new_group).is_ok();
    let lost = match (new_user, group_kept) {
        (Some(user), true) => format!("user {user}"),
        (Some(user), false) => format!("user {user} and group {group}"),
        (None, _) => format!("group {group}"),
    };
    Some(format!(
        "the file belonged to {lost}, which this user may not give it back to: run chown if Splunk can no longer read it"
    ))
}

#[cfg(not(unix))]
fn keep_owner(_old: &fs::Metadata, _new: &Path) -> Option<String> {
    None
}
