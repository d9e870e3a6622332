//! From a managed type to the file of its assembly: the global cache, then the application's own folder.

use std::fs;
use std::path::PathBuf;

use super::drives::{Drives, Place};
use crate::iis::ManagedType;

/// The global caches: of .NET 4, and of the versions before.
const CACHES: [(&str, &str); 7] = [
    (r"%windir%\Microsoft.NET\assembly\GAC_64", "v4.0_"),
    (r"%windir%\Microsoft.NET\assembly\GAC_32", "v4.0_"),
    (r"%windir%\Microsoft.NET\assembly\GAC_MSIL", "v4.0_"),
    (r"%windir%\assembly\GAC_64", ""),
    (r"%windir%\assembly\GAC_32", ""),
    (r"%windir%\assembly\GAC_MSIL", ""),
    (r"%windir%\assembly\GAC", ""),
];
/// The path of the assembly, as the server names it; `None` where it is in neither place. `bin` is the folder of the
/// application's own assemblies, and `is_64_bit` says which of two caches counts.
pub(super) fn find(drives: &Drives, of: &ManagedType, bin: Option<&str>, is_64_bit: bool) -> Option<String> {
    if of.malformed {
        return None;
    }
    // Any file at hand may have a bare type that is none of System.Web's own.
    let (Some(assembly), token) = of.file() else { return None };
    // It becomes a part of a path.
    if assembly.contains(['\\', '/', ':', '*', '?']) || assembly.starts_with('.') {
        return None;
    }
    let cached = token.and_then(|token| in_cache(drives, assembly, token, of.version.as_deref(), is_64_bit));
    // A name without a key is looked for in the application's folder only.
    cached.or_else(|| {
        let path = format!(r"{}\{assembly}.dll", bin?.trim_end_matches('\\'));
        matches!(drives.find(&path), Place::Here(_)).then_some(path)
    })
}

/// The version that the name tells, else the highest. A folder is called `VERSION_CULTURE_KEY`.
fn in_cache(
    drives: &Drives,
    assembly: &str,
    token: &str,
    version: Option<&str>,
    is_64_bit: bool,
) -> Option<String> {
    let other = if is_64_bit { "GAC_32" } else { "GAC_64" };
    for (cache, runtime) in CACHES.iter().filter(|(cache, _)| !cache.ends_with(other)) {
        let Place::Here(folder) = drives.find(&format!(r"{cache}\{assembly}")) else { continue };
        let mut versions: Vec<(Vec<u64>, String)> = folders(&folder)
            .into_iter()
            .filter_map(|name| {
                let lower = name.to_ascii_lowercase();
                let rest = lower.strip_prefix(runtime)?.strip_suffix(token)?;
                let own = rest.split('_').next()?;
                let wanted = version.is_none_or(|version| version == own);
                wanted.then(|| (own.split('.').map(|part| part.parse().unwrap_or(0)).collect(), name))
            })
            .collect();
        versions.sort();
        for (_, name) in versions.into_iter().rev() {
            let path = format!(r"{cache}\{assembly}\{name}\{assembly}.dll");
            if matches!(drives.find(&path), Place::Here(_)) {
                return Some(drives.expanded(&path).into_owned());
            }
        }
    }
    None
}

fn folders(folder: &PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
