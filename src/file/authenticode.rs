//! Authenticode: the digests of a PE file, and the signatures in it.

use std::ops::Range;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::bytes::{Bytes, Malformed};
use super::cms::SignedData;
use super::der::{Element, OCTET_STRING, SEQUENCE};
use super::digest::Algorithm;
use super::oid::{self, Oid};
use super::pe::Image;
use super::roots::Trust;
use super::signature::{Problem, Signature};
use super::stamp;
use super::verify::{Compared, appraise};

/// Blocks that are hashed while they are in the cache.
const BLOCK: usize = 64 << 10;
/// Signatures of one file that are judged.
const MOST_SIGNATURES: usize = 8;

/// The hashes of a file. Catalogs name PE files by the Authenticode digests, which leave out what signing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashes {
    /// SHA-256 of all bytes.
    pub sha256: [u8; 32],
    /// SHA-1 of what Authenticode covers.
    pub authenticode_sha1: [u8; 20],
    /// SHA-256 of what Authenticode covers.
    pub authenticode_sha256: [u8; 32],
}

/// The signatures in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// The one that Windows looks at first, and that a verdict may rest on.
    pub primary: Signature,
    /// Further ones, nested in it or beside it, in order: told, never believed in its place.
    pub others: Vec<Signature>,
    /// Bytes of the certificate table that hold no signature.
    pub hidden_bytes: usize,
    /// Bytes behind the certificate table. The digest covers them: if they came later, it tells.
    pub bytes_behind: usize,
}

/// What Authenticode covers of a file, and where its certificate table lies.
pub(crate) struct Coverage<'a> {
    file: &'a [u8],
    left_out: [Range<usize>; 3],
}

impl<'a> Coverage<'a> {
    pub fn of(file: &'a [u8], image: &Image<'_>) -> Result<Self, Malformed> {
        let fields = Bytes { part: "the certificate table", raw: file, start: 0 };
        let checksum = image.checksum_at..image.checksum_at + 4;
        let Some(at) = image.security_at else {
            let nothing = file.len()..file.len();
            return Ok(Self { file, left_out: [checksum, nothing.clone(), nothing] });
        };
        let (start, length) = (fields.u32(at)? as usize, fields.u32(at + 4)? as usize);
        let table = match (start, length) {
            (0, 0) => file.len()..file.len(),
            (start, _) if start < image.headers_end => {
                return Err(fields.fault("it lies in the headers", start));
            }
            (_, 0) => return Err(fields.fault("it has a place and no length", at)),
            (start, length) => {
                fields.slice(start, length)?;
                start..start + length
            }
        };
        Ok(Self { file, left_out: [checksum, at..at + 8, table] })
    }

    fn table(&self) -> Range<usize> {
        self.left_out[2].clone()
    }

    /// The parts that are covered.
    fn parts(&self) -> [&'a [u8]; 4] {
        let [first, second, third] = &self.left_out;
        let between = |from: usize, to: usize| self.file.get(from..to).unwrap_or_default();
        [
            between(0, first.start),
            between(first.end, second.start),
            between(second.end, third.start),
            between(third.end, self.file.len()),
        ]
    }

    /// All hashes in one walk through the file.
    pub fn hashes(&self) -> Hashes {
        let (mut whole, mut sha1, mut sha256) = (Sha256::new(), Sha1::new(), Sha256::new());
        let between = self.left_out.each_ref().map(|range| self.file.get(range.clone()).unwrap_or_default());
        let left_out = between.into_iter().chain([&[][..]]);
        for (part, left_out) in self.parts().into_iter().zip(left_out) {
            for block in part.chunks(BLOCK) {
                whole.update(block);
                sha1.update(block);
                sha256.update(block);
            }
            whole.update(left_out);
        }
        Hashes {
            sha256: whole.finalize().into(),
            authenticode_sha1: sha1.finalize().into(),
            authenticode_sha256: sha256.finalize().into(),
        }
    }

    /// The signatures, judged.
    pub fn signatures(&self, hashes: &Hashes, trust: Trust<'_>) -> Embedded {
        let table = self.table();
        let mut found = Found { coverage: self, hashes, trust, signatures: Vec::new() };
        let (hidden_bytes, fault) = found.read_table(table.clone());
        let mut signatures = found.signatures.into_iter();
        let primary = match (signatures.next(), fault) {
            (Some(primary), _) => primary,
            (None, Some(fault)) => Signature::malformed(fault),
            (None, None) => Signature::none(),
        };
        Embedded {
            primary,
            others: signatures.collect(),
            hidden_bytes,
            bytes_behind: self.file.len() - table.end,
        }
    }

    /// Compares the digest in a signature with that of the file, if it is the digest of one.
    fn compare(
        &self,
        data: &SignedData<'_>,
        hashes: &Hashes,
    ) -> Result<Result<Compared, Problem>, Malformed> {
        if data.content_type != oid::INDIRECT_DATA {
            return Ok(Err(Problem::OtherKindOfContent));
        }
        let (kind, algorithm, digest) = indirect_data(data.content)?;
        if kind != oid::PE_IMAGE_DATA {
            return Ok(Err(Problem::OtherKindOfContent));
        }
        let Some(algorithm) = Algorithm::of_hash(algorithm) else {
            return Ok(Err(Problem::DigestNotSupported));
        };
        let is_same = match algorithm {
            Algorithm::Sha1 => digest == hashes.authenticode_sha1,
            Algorithm::Sha256 => digest == hashes.authenticode_sha256,
            Algorithm::Sha384 | Algorithm::Sha512 => digest == algorithm.hash(&self.parts()),
        };
        Ok(Ok(if is_same { Compared::Same(algorithm) } else { Compared::Different(algorithm) }))
    }
}

struct Found<'c, 'a, 't> {
    coverage: &'c Coverage<'a>,
    hashes: &'c Hashes,
    trust: Trust<'t>,
    signatures: Vec<Signature>,
}

impl Found<'_, '_, '_> {
    /// Goes through the table. Gives the bytes that are no signature, and what made the walk end early.
    fn read_table(&mut self, table: Range<usize>) -> (usize, Option<Malformed>) {
        const HEADER: usize = 8;
        const SIGNED_DATA: u16 = 2;
        let bytes = self.coverage.file.get(table.clone()).unwrap_or_default();
        let entries = Bytes { part: "the certificate table", raw: bytes, start: table.start };
        let (mut at, mut hidden) = (0, 0);
        while at < bytes.len() {
            let entry = entries.u32(at).and_then(|length| entries.part(at, length as usize));
            let kind = entries.u16(at + 6);
            let blob = entry.and_then(|entry| entry.tail(HEADER));
            let (blob, kind) = match (blob, kind) {
                (Ok(blob), Ok(kind)) => (blob, kind),
                // Less than a header of zeros is how the table is filled up.
                _ if bytes[at..].len() < HEADER && bytes[at..].iter().all(|byte| *byte == 0) => break,
                (Err(fault), _) | (_, Err(fault)) => return (hidden + bytes.len() - at, Some(fault)),
            };
            if kind == SIGNED_DATA && self.signatures.len() < MOST_SIGNATURES {
                self.read_signature(blob.raw, true);
            } else {
                hidden += blob.raw.len();
            }
            let end = at + HEADER + blob.raw.len();
            let next = end.next_multiple_of(8).min(bytes.len());
            hidden += bytes[end..next].iter().filter(|byte| **byte != 0).count();
            at = next;
        }
        (hidden, None)
    }

    fn read_signature(&mut self, blob: &[u8], is_outer: bool) {
        let read = SignedData::read(blob).and_then(|(data, behind)| {
            let compared = self.coverage.compare(&data, self.hashes)?;
            Ok((data, behind, compared))
        });
        let (data, behind, compared) = match read {
            Ok(read) => read,
            Err(fault) => return self.signatures.push(Signature::malformed(fault)),
        };
        let mut signature = appraise(&data, compared, self.trust);
        signature.hidden_bytes = hidden_bytes(blob, behind, &data);
        self.signatures.push(signature);
        if !is_outer {
            return;
        }
        for attribute in
            data.signer.unsigned.iter().filter(|attribute| attribute.name == oid::NESTED_SIGNATURE)
        {
            for nested in attribute.values.inside() {
                if self.signatures.len() == MOST_SIGNATURES {
                    return;
                }
                match nested {
                    Ok(nested) => self.read_signature(nested.raw, false),
                    Err(fault) => self.signatures.push(Signature::malformed(fault)),
                }
            }
        }
    }
}

/// Bytes in a signature that nobody signed and that serve for nothing known. Zeros behind it, up to seven, fill up the
/// table.
pub(crate) fn hidden_bytes(blob: &[u8], behind: usize, data: &SignedData<'_>) -> usize {
    let rest = &blob[blob.len() - behind..];
    let is_filling = behind < 8 && rest.iter().all(|byte| *byte == 0);
    let known = |name| name == oid::NESTED_SIGNATURE;
    let unknown = data
        .signer
        .unsigned
        .iter()
        .filter(|attribute| !stamp::is_stamp(attribute) && !known(attribute.name))
        .map(|attribute| attribute.values.raw.len());
    unknown.sum::<usize>() + if is_filling { 0 } else { behind }
}

/// Of a `SpcIndirectDataContent`: the kind of file, the hash and the digest.
pub(crate) fn indirect_data(content: Element<'_>) -> Result<(Oid<'_>, Oid<'_>, &[u8]), Malformed> {
    let mut parts = content.expect(SEQUENCE)?.inside();
    let kind = parts.next(SEQUENCE)?.inside().any()?.oid()?;
    let mut digest = parts.next(SEQUENCE)?.inside();
    let algorithm = digest.next(SEQUENCE)?.inside().any()?.oid()?;
    let value = digest.next(OCTET_STRING)?.value;
    digest.end()?;
    parts.end()?;
    Ok((kind, algorithm, value))
}
