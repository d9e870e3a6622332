//! The app as it lies on a search head: the program below a platform's `bin`, the site's files in `lookups`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use searchcommand::testing::Splunkd;
use tempfile::TempDir;

use super::PROGRAM;

/// An app folder of its own.
pub struct App {
    root: TempDir,
    bin: &'static str,
}

impl App {
    /// An app whose program lies in `bin` (`bin`, or a platform's folder), with an empty `lookups`.
    pub fn with_bin(bin: &'static str) -> Self {
        // Beside the program, so that it can be linked rather than copied.
        let root = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let app = Self { root, bin };
        fs::create_dir_all(app.folder().join(bin)).unwrap();
        fs::create_dir(app.folder().join("lookups")).unwrap();
        if fs::hard_link(PROGRAM, app.program()).is_err() {
            fs::copy(PROGRAM, app.program()).unwrap();
        }
        app
    }

    pub fn new() -> Self {
        Self::with_bin("linux_x86_64/bin")
    }

    /// The app with one file of the site.
    pub fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let app = Self::new();
        app.lookup(name, content);
        app
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("apps/iismodcheck")
    }

    fn program(&self) -> PathBuf {
        self.folder().join(self.bin).join(if cfg!(windows) { "iismodcheck.exe" } else { "iismodcheck" })
    }

    /// The path of a file in `lookups`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join("lookups").join(name)
    }

    /// Writes a file of the site.
    pub fn lookup(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// A search process; splunkd's working directory is another one.
    pub fn start(&self) -> Splunkd {
        Splunkd::spawn(Command::new(self.program()).current_dir(self.root.path()))
    }

    /// What getinfo is answered with when the search must fail; the process then ends quietly.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let mut splunkd = self.start();
        let reply = splunkd.getinfo(arguments);
        let error = reply.error().unwrap_or_else(|| panic!("{arguments:?} is refused")).to_owned();
        let (inspector, end) = (reply.metadata.find("\"inspector\""), reply.metadata.find("\"error\""));
        assert!(inspector < end && inspector.is_some(), "`inspector` comes before `error`");
        assert_eq!(reply.messages(), [("ERROR".to_owned(), error.clone())]);
        super::assert_quiet(&splunkd.hang_up());
        error
    }
}
