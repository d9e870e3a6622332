//! X.509 certificates, as far as signatures of code need them.

use super::bytes::Malformed;
use super::der::{self, BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, Reader, SEQUENCE, context};
use super::digest::{Algorithm, RsaKey};
use super::name::Name;
use super::oid::{self, Oid};

/// A certificate, borrowed from the bytes that hold it.
#[derive(Debug, Clone)]
pub(crate) struct Certificate<'a> {
    pub raw: &'a [u8],
    pub serial: &'a [u8],
    pub issuer: Name<'a>,
    pub subject: Name<'a>,
    /// Seconds since 1970.
    pub not_before: i64,
    pub not_after: i64,
    /// Nothing for a key that is no RSA key.
    pub key: Option<RsaKey<'a>>,
    pub key_id: Option<&'a [u8]>,
    /// How many certificates may stand between this and the signer's; nothing if it may issue none.
    pub may_issue: Option<usize>,
    /// The bits of the extension keyUsage, the first in the highest bit.
    key_usage: Option<u8>,
    /// What it is for; nothing if it does not say, which is anything.
    pub usages: Option<Vec<Oid<'a>>>,
    /// An extension that must be understood and is not.
    pub unknown_critical: bool,
    signed: &'a [u8],
    algorithm: Option<Algorithm>,
    signature: &'a [u8],
}

/// What checking one certificate with one key gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Right,
    Wrong,
    NotSupported,
}

impl<'a> Certificate<'a> {
    pub fn read(raw: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Reader::new(raw).next(SEQUENCE)?.inside();
        let signed = outer.next(SEQUENCE)?;
        let algorithm = outer.next(SEQUENCE)?;
        let signature = outer.next(BIT_STRING)?.octets_of_bits()?;
        outer.end()?;

        let mut body = signed.inside();
        body.optional(context(0))?;
        let serial = body.next(INTEGER)?.value;
        // The algorithm stands twice, and only the second one is outside of what is signed.
        if body.next(SEQUENCE)?.raw != algorithm.raw {
            return Err(body.fault("a certificate names two algorithms"));
        }
        let issuer = Name(body.next(SEQUENCE)?.raw);
        let mut validity = body.next(SEQUENCE)?.inside();
        let (not_before, not_after) = (der::time(validity.any()?)?, der::time(validity.any()?)?);
        let subject = Name(body.next(SEQUENCE)?.raw);
        // A name that cannot be read cannot be shown.
        issuer.attributes()?;
        subject.attributes()?;
        let key = key(body.next(SEQUENCE)?.inside())?;
        let mut certificate = Self {
            raw,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            key_id: None,
            may_issue: None,
            key_usage: None,
            usages: None,
            unknown_critical: false,
            signed: signed.raw,
            algorithm: Algorithm::of_signature(algorithm.inside().any()?.oid()?, None),
            signature,
        };
        while !body.is_empty() {
            let part = body.any()?;
            if part.tag == context(3) {
                certificate.read_extensions(part.inside().next(SEQUENCE)?.inside())?;
            }
        }
        Ok(certificate)
    }

    fn read_extensions(&mut self, extensions: Reader<'a>) -> Result<(), Malformed> {
        for extension in extensions {
            let mut extension = extension?.expect(SEQUENCE)?.inside();
            let name = extension.any()?.oid()?;
            let is_critical = extension.optional(BOOLEAN)?.is_some_and(|flag| flag.value != [0]);
            let value = extension.next(OCTET_STRING)?;
            match name {
                oid::BASIC_CONSTRAINTS => {
                    let mut fields = value.inside().next(SEQUENCE)?.inside();
                    let is_authority = fields.optional(BOOLEAN)?.is_some_and(|flag| flag.value != [0]);
                    let most = match fields.optional(INTEGER)? {
                        Some(number) => match number.unsigned()? {
                            [most] => usize::from(*most),
                            _ => usize::MAX,
                        },
                        None => usize::MAX,
                    };
                    self.may_issue = is_authority.then_some(most);
                }
                oid::KEY_USAGE => {
                    let bits = value.inside().next(BIT_STRING)?.value;
                    self.key_usage = Some(bits.get(1).copied().unwrap_or(0));
                }
                oid::EXTENDED_KEY_USAGE => {
                    let mut uses = value.inside().next(SEQUENCE)?.inside();
                    let mut usages = Vec::new();
                    while !uses.is_empty() {
                        usages.push(uses.any()?.oid()?);
                    }
                    self.usages = Some(usages);
                }
                oid::SUBJECT_KEY_ID => self.key_id = Some(value.inside().next(OCTET_STRING)?.value),
                _ => self.unknown_critical |= is_critical,
            }
        }
        Ok(())
    }

    /// Whether `key` signed this certificate.
    pub fn is_signed_by(&self, key: Option<RsaKey<'_>>) -> Checked {
        let (Some(key), Some(algorithm)) = (key, self.algorithm) else {
            return Checked::NotSupported;
        };
        match key.verifies(algorithm, &algorithm.hash(&[self.signed]), self.signature) {
            Some(true) => Checked::Right,
            Some(false) => Checked::Wrong,
            None => Checked::NotSupported,
        }
    }

    /// Whether it is for `usage`: it says so, or says nothing at all.
    pub fn is_for(&self, usage: Oid<'_>) -> bool {
        self.usages.as_ref().is_none_or(|all| all.contains(&usage) || all.contains(&oid::ANY_USAGE))
    }

    /// Whether it says in so many words that it is for `usage`.
    pub fn names_usage(&self, usage: Oid<'_>) -> bool {
        self.usages.as_ref().is_some_and(|all| all.contains(&usage))
    }

    /// Whether its key may sign certificates, `below` of them standing between this and the signer's.
    pub fn may_sign_certificates(&self, below: usize) -> bool {
        const CERTIFICATES: u8 = 1 << 2;
        self.may_issue.is_some_and(|most| below <= most)
            && self.key_usage.is_none_or(|bits| bits & CERTIFICATES != 0)
    }

    /// Whether its key may sign anything but certificates.
    pub fn may_sign(&self) -> bool {
        const SIGNATURES_OR_NON_REPUDIATION: u8 = 1 << 7 | 1 << 6;
        self.key_usage.is_none_or(|bits| bits & SIGNATURES_OR_NON_REPUDIATION != 0)
    }
}

fn key(mut info: Reader<'_>) -> Result<Option<RsaKey<'_>>, Malformed> {
    let algorithm = info.next(SEQUENCE)?.inside().any()?.oid()?;
    let bits = info.next(BIT_STRING)?;
    if algorithm != oid::RSA {
        return Ok(None);
    }
    let mut numbers = Reader::new(bits.octets_of_bits()?).next(SEQUENCE)?.inside();
    let modulus = numbers.any()?.unsigned()?;
    let exponent = numbers.any()?.unsigned()?;
    numbers.end()?;
    Ok(Some(RsaKey { modulus, exponent }))
}
