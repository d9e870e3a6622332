//! Which settings an audit takes out of configuration files: the watched ones.

use crate::allowlist::Watched;
use crate::server::Wanted;

/// The list of ISAPI extensions and CGI programs, and the key of an entry. Whether one may run is told by `allowed`, which is
/// false where it is missing, so that the path alone says nothing.
const ISAPI_LIST: &str = "/system.webServer/security/isapiCgiRestriction/add[";
const ISAPI_PATH: &str = "/@path";

/// The watched settings.
pub struct WatchedSettings<'w>(pub &'w Watched);

impl Wanted for WatchedSettings<'_> {
    fn key(&self, element: &str) -> Option<&str> {
        self.0.element(element).flatten()
    }

    fn has(&self, path: &str, value: &str) -> bool {
        let is_silent = path.starts_with(ISAPI_LIST) && path.ends_with(ISAPI_PATH);
        !is_silent && self.0.tells(path) && !self.0.hides(path, value)
    }

    fn has_below(&self, element: &str) -> bool {
        self.0.element(element).is_some()
    }
}
