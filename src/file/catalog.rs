//! Catalogs: signed lists of digests. Most files of Windows have their signature in one.

use super::authenticode::{Hashes, hidden_bytes, indirect_data};
use super::bytes::Malformed;
use super::cms::{self, SignedData};
use super::der::{Element, INTEGER, OCTET_STRING, Reader, SEQUENCE, SET};
use super::digest::Algorithm;
use super::oid::{self, Oid};
use super::roots::Trust;
use super::signature::Signature;
use super::verify::{Compared, appraise};

/// What is signed in a catalog: its members, one after another.
struct Members<'a> {
    members: Reader<'a>,
}

impl<'a> Members<'a> {
    fn of(content_type: Oid<'_>, content: Element<'a>) -> Result<Self, Malformed> {
        let mut list = content.expect(SEQUENCE)?.inside();
        let not_a_catalog = list.fault("it is no catalog of files");
        list.optional(INTEGER)?;
        let usage = list.next(SEQUENCE)?.inside().any()?.oid()?;
        if content_type != oid::TRUST_LIST || usage != oid::CATALOG_LIST {
            return Err(not_a_catalog);
        }
        list.optional(OCTET_STRING)?;
        list.optional(INTEGER)?;
        // This update, and perhaps the next one; then the kind of the members' names.
        list.any()?;
        while list.any()?.tag != SEQUENCE {}
        let members = match list.optional(SEQUENCE)? {
            Some(members) => members.inside(),
            None => Reader::new(&[]),
        };
        Ok(Self { members })
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Result<Option<(Algorithm, &'a [u8])>, Malformed>;

    /// The digest of the next member; nothing for one that has none of a kind that is known.
    fn next(&mut self) -> Option<Self::Item> {
        let member = Iterator::next(&mut self.members)?;
        Some(member.and_then(digest))
    }
}

fn digest(member: Element<'_>) -> Result<Option<(Algorithm, &[u8])>, Malformed> {
    let mut parts = member.expect(SEQUENCE)?.inside();
    parts.next(OCTET_STRING)?;
    let Some(attributes) = parts.optional(SET)? else { return Ok(None) };
    for attribute in attributes.inside() {
        let mut attribute = attribute?.expect(SEQUENCE)?.inside();
        if attribute.any()?.oid()? == oid::INDIRECT_DATA {
            let (_, algorithm, digest) = indirect_data(attribute.next(SET)?.inside().any()?)?;
            return Ok(Algorithm::of_hash(algorithm).map(|algorithm| (algorithm, digest)));
        }
    }
    Ok(None)
}

/// What a catalog's signature is worth for the file with these hashes; nothing if the file is not in it.
pub fn verify(catalog: &[u8], hashes: &Hashes, trust: Trust<'_>) -> Result<Option<Signature>, Malformed> {
    let (data, behind) = SignedData::read(catalog)?;
    for member in Members::of(data.content_type, data.content)? {
        let Some((algorithm, digest)) = member? else { continue };
        let is_it = match algorithm {
            Algorithm::Sha1 => digest == hashes.authenticode_sha1,
            Algorithm::Sha256 => digest == hashes.authenticode_sha256,
            Algorithm::Sha384 | Algorithm::Sha512 => false,
        };
        if is_it {
            let mut signature = appraise(&data, Ok(Compared::Same(algorithm)), trust);
            signature.hidden_bytes = hidden_bytes(catalog, behind, &data);
            return Ok(Some(signature));
        }
    }
    Ok(None)
}

/// As much of a digest as tells nearly all apart: what is found by it is looked at whole.
type Prefix = [u8; 8];

/// Which catalogs may have a digest: twelve bytes a member, so that those of a whole server take a few megabytes.
#[derive(Debug, Default)]
pub struct Index {
    /// In order once [`IndexBuilder::finish`] made this.
    members: Vec<(Prefix, [u8; 4])>,
    left_out: usize,
}

/// Takes catalogs one by one; none is kept.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    index: Index,
}

impl IndexBuilder {
    /// Members of one index: 12 MiB. A server has a quarter of this.
    pub const MOST_MEMBERS: usize = 1 << 20;

    /// Takes the members of a catalog under a number of the caller's choice. The signature is not looked at: that is
    /// done for the one catalog that has a digest ([`verify`]). The members before a fault are kept.
    pub fn add(&mut self, number: u32, catalog: &[u8]) -> Result<(), Malformed> {
        let (content_type, content, ..) = cms::content(catalog)?;
        for member in Members::of(content_type, content)? {
            let Some((_, digest)) = member? else { continue };
            let Some(prefix) = digest.first_chunk() else { continue };
            if self.index.members.len() == Self::MOST_MEMBERS {
                self.index.left_out += 1;
            } else {
                self.index.members.push((*prefix, number.to_le_bytes()));
            }
        }
        Ok(())
    }

    /// The index of all that was taken.
    #[must_use]
    pub fn finish(mut self) -> Index {
        self.index.members.sort_unstable();
        self.index.members.dedup();
        self.index
    }
}

impl Index {
    /// Numbers of the catalogs that may have the file with these hashes. Each must be read again and asked by [`verify`].
    pub fn candidates(&self, hashes: &Hashes) -> impl Iterator<Item = u32> {
        let by_sha256 = self.of(hashes.authenticode_sha256.first_chunk());
        let by_sha1 = self.of(hashes.authenticode_sha1.first_chunk());
        by_sha256.iter().chain(by_sha1).map(|(_, number)| u32::from_le_bytes(*number))
    }

    fn of(&self, prefix: Option<&Prefix>) -> &[(Prefix, [u8; 4])] {
        let Some(prefix) = prefix else { return &[] };
        let start = self.members.partition_point(|(member, _)| member < prefix);
        let count = self.members[start..].partition_point(|(member, _)| member == prefix);
        &self.members[start..start + count]
    }

    /// Members that the index holds.
    #[must_use]
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// Members for which there was no room: while there are any, a file that is not found is not known to be in none.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}
