//! What the oracle asks of where the image of a row lies.

use iismodcheck::iis::{Class, Image, Suspicion};

use super::matching::Case;

impl Case<'_> {
    pub fn location(&self) -> Option<&'static str> {
        let in_arguments = self.subject.class == Class::Handler
            && self.subject.image.is_some_and(|image| image.contains(r"|C:\Temp\"));
        // Where a setting may point is told by the table of watched settings.
        let of_image = self.image.as_ref().filter(|_| self.subject.class != Class::Setting);
        let of_image = of_image.and_then(|image| self.place(image));
        of_image.or(in_arguments.then_some("location_temp"))
    }

    pub fn place(&self, image: &Image) -> Option<&'static str> {
        image.suspicious_location(&self.shelf.profile.roots).map(Suspicion::as_str)
    }

    /// The image with what stands behind a bar.
    pub fn whole(&self) -> Option<Image> {
        self.subject.image.map(|image| Image::normalise(image, &self.shelf.profile.roots))
    }

    pub fn in_system32_root(&self) -> bool {
        let is_library = |image: &&Image| self.subject.class.is_module() || !image.has_extension("exe");
        let image = self.image.as_ref().filter(is_library);
        image.is_some_and(|image| image.in_system32_root(&self.shelf.profile.roots))
    }
}
