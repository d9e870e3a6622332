//! An assembly: its identity, and whether it registers modules by itself when an application starts.

use std::fmt;

use sha1::{Digest, Sha1};

use super::metadata::{Metadata, compressed};
use super::schema::{
    ASSEMBLY, CUSTOM_ATTRIBUTE, MEMBER_REF, TAG_OF_ASSEMBLY, TAG_OF_MEMBER_REF, TAG_OF_TYPE_REF, TYPE_REF,
};
use crate::file::bytes::{Bytes, Malformed};
use crate::file::pe::{Directory, Image};

/// What a file is to .NET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembly {
    /// Its name; nothing for a module that is a part of an assembly.
    pub identity: Option<Identity>,
    /// Methods that run when an application that has this file starts (`PreApplicationStartMethodAttribute`).
    pub start_methods: Vec<StartMethod>,
    /// The functions that register a module without any configuration, of those that the file names.
    pub registers_by: Vec<Reference>,
}

/// The full name of an assembly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its simple name.
    pub name: String,
    /// Four numbers.
    pub version: [u16; 4],
    /// Empty for none.
    pub culture: String,
    /// The last eight bytes of the key's hash, backwards; nothing for an assembly without a key. The key is *claimed*:
    /// .NET does not check the strong name of what an application brings along.
    pub public_key_token: Option<[u8; 8]>,
}

impl fmt::Display for Identity {
    /// As configuration files write it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, build, revision] = self.version;
        write!(out, "{}, Version={major}.{minor}.{build}.{revision}", self.name)?;
        write!(out, ", Culture={}", if self.culture.is_empty() { "neutral" } else { &self.culture })?;
        out.write_str(", PublicKeyToken=")?;
        match self.public_key_token {
            None => out.write_str("null"),
            Some(token) => token.iter().try_for_each(|byte| write!(out, "{byte:02x}")),
        }
    }
}

/// A method that runs when an application starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartMethod {
    /// Its type as written, `Namespace.Name` or with an assembly.
    pub type_name: String,
    /// Its name.
    pub method: String,
}

/// A function that registers a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// `System.Web.HttpApplication.RegisterModule`.
    HttpApplication,
    /// `Microsoft.Web.Infrastructure.DynamicModuleHelper.DynamicModuleUtility.RegisterModule`.
    DynamicModuleUtility,
}

impl Reference {
    const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::HttpApplication, "System.Web", "HttpApplication"),
        (
            Self::DynamicModuleUtility,
            "Microsoft.Web.Infrastructure.DynamicModuleHelper",
            "DynamicModuleUtility",
        ),
    ];

    /// Its word in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::HttpApplication => "HttpApplication.RegisterModule",
            Self::DynamicModuleUtility => "DynamicModuleUtility.RegisterModule",
        }
    }
}

/// More start methods than this are not told one by one.
const MOST_START_METHODS: usize = 64;

/// What a file is to .NET, and nothing else of it: neither hashes nor signatures are looked at.
pub fn of_file(file: &[u8]) -> Result<Option<Assembly>, Malformed> {
    Image::read(file)?.map_or(Ok(None), |image| assembly(&image))
}

/// What the file is to .NET; nothing for one without .NET's header.
pub(crate) fn assembly(image: &Image<'_>) -> Result<Option<Assembly>, Malformed> {
    const PART: &str = "the .NET header";
    let Some((address, _)) = image.directory(Directory::Clr)? else { return Ok(None) };
    let header = image.at(address, PART)?;
    let (root, size) = (header.u32(8)? as usize, header.u32(12)? as usize);
    let metadata = Metadata::read(image.at(root, PART)?.part(0, size)?)?;
    Ok(Some(Assembly {
        identity: identity(&metadata)?,
        start_methods: start_methods(&metadata)?,
        registers_by: registers_by(&metadata),
    }))
}

fn identity(metadata: &Metadata<'_>) -> Result<Option<Identity>, Malformed> {
    let Some(row) = metadata.row::<9>(ASSEMBLY, 1) else { return Ok(None) };
    let [_, major, minor, build, revision, _, key, name, culture] = row;
    let key = metadata.blob(key)?.raw;
    Ok(Some(Identity {
        name: metadata.text(name)?,
        // The four cells are of 16 bits.
        version: [major, minor, build, revision].map(|number| u16::try_from(number).unwrap_or(u16::MAX)),
        culture: metadata.text(culture)?,
        public_key_token: (!key.is_empty()).then(|| token(key)),
    }))
}

fn token(key: &[u8]) -> [u8; 8] {
    let hash: [u8; 20] = Sha1::digest(key).into();
    let mut token = [0; 8];
    token.copy_from_slice(&hash[12..]);
    token.reverse();
    token
}

/// Whether a cell of a member's or attribute's parent means this type of another assembly.
fn is_type(metadata: &Metadata<'_>, parent: u32, namespace: &str, name: &str) -> bool {
    let (row, tag) = (parent >> 3, parent & 7);
    tag == TAG_OF_TYPE_REF
        && metadata.row::<3>(TYPE_REF, row).is_some_and(|[_, type_name, type_namespace]| {
            metadata.is_text(type_name, name) && metadata.is_text(type_namespace, namespace)
        })
}

fn start_methods(metadata: &Metadata<'_>) -> Result<Vec<StartMethod>, Malformed> {
    let mut methods = Vec::new();
    for [parent, constructor, value] in metadata.rows(CUSTOM_ATTRIBUTE) {
        if parent & 0x1F != TAG_OF_ASSEMBLY || constructor & 7 != TAG_OF_MEMBER_REF {
            continue;
        }
        let is_it = metadata.row::<3>(MEMBER_REF, constructor >> 3).is_some_and(|[parent, ..]| {
            is_type(metadata, parent, "System.Web", "PreApplicationStartMethodAttribute")
        });
        if is_it && methods.len() < MOST_START_METHODS {
            methods.push(start_method(metadata.blob(value)?)?);
        }
    }
    Ok(methods)
}

/// The two arguments of the attribute: a type and a method, each a text.
fn start_method(value: Bytes<'_>) -> Result<StartMethod, Malformed> {
    const PROLOGUE: u16 = 1;
    if value.u16(0)? != PROLOGUE {
        return Err(value.fault("a custom attribute does not begin as it should", 0));
    }
    let (type_name, length) = argument(value.tail(2)?)?;
    let (method, _) = argument(value.tail(2 + length)?)?;
    Ok(StartMethod { type_name, method })
}

fn argument(bytes: Bytes<'_>) -> Result<(String, usize), Malformed> {
    let (length, width) = compressed(bytes)?;
    let text = bytes.slice(width, length)?;
    Ok((String::from_utf8_lossy(text).into_owned(), width + length))
}

fn registers_by(metadata: &Metadata<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    for [parent, name, _] in metadata.rows(MEMBER_REF) {
        if !metadata.is_text(name, "RegisterModule") {
            continue;
        }
        for (reference, namespace, type_name) in Reference::ALL {
            if is_type(metadata, parent, namespace, type_name) && !found.contains(&reference) {
                found.push(reference);
            }
        }
    }
    found
}
