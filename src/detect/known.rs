//! What the baseline has of a name.

use crate::allowlist::{Catalogue, EntrySource, SiteFile};
use crate::iis::Kind;

/// The image that the baseline lists for a native module; `None` where it lists none, or several.
#[must_use]
pub fn listed_image(name: &str) -> Option<String> {
    let catalogue = Catalogue::new(SiteFile::default()).ok()?;
    let of_name = catalogue.known().filter(|entry| {
        entry.source == EntrySource::Baseline
            && entry.kind == Some(Kind::Native)
            && entry.name.eq_ignore_ascii_case(name)
            && !entry.image.is_empty()
    });
    let mut images: Vec<&str> = of_name.map(|entry| entry.image.as_str()).collect();
    images.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    match images[..] {
        [image] => Some(image.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::listed_image;

    #[test]
    fn the_image_of_a_listed_name() {
        for (name, expected) in [
            ("HttpLoggingModule", Some(r"%windir%\System32\inetsrv\loghttp.dll")),
            ("httploggingmodule", Some(r"%windir%\System32\inetsrv\loghttp.dll")),
            ("Session", None),
            ("ContosoAgent", None),
            ("", None),
        ] {
            assert_eq!(listed_image(name).as_deref(), expected, "{name}");
        }
    }
}
