//! CMS `SignedData`: what is signed, by whom, and whether the signer's key made the signature.

use super::bytes::Malformed;
use super::certificate::Certificate;
use super::der::{Element, INTEGER, OBJECT_ID, OCTET_STRING, Reader, SEQUENCE, SET, context};
use super::digest::Algorithm;
use super::oid::{self, Oid};

/// More certificates than this are not read: a signature of Windows holds three to five.
const MOST_CERTIFICATES: usize = 64;

/// The parts of a `SignedData`.
#[derive(Debug, Clone)]
pub(crate) struct SignedData<'a> {
    pub content_type: Oid<'a>,
    /// The one element that is signed.
    pub content: Element<'a>,
    pub certificates: Vec<Certificate<'a>>,
    /// Of the certificates that cannot be read and are left out, what is wrong with the first.
    pub unreadable: Option<Malformed>,
    pub signer: SignerInfo<'a>,
}

/// One attribute and its set of values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'a> {
    pub name: Oid<'a>,
    pub values: Element<'a>,
}

/// A signature and what was signed together with the content.
#[derive(Debug, Clone)]
pub(crate) struct SignerInfo<'a> {
    who: SignerId<'a>,
    digest: Oid<'a>,
    signed_raw: Option<&'a [u8]>,
    signed: Vec<Attribute<'a>>,
    algorithm: Oid<'a>,
    pub signature: &'a [u8],
    pub unsigned: Vec<Attribute<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum SignerId<'a> {
    IssuerAndSerial(&'a [u8], &'a [u8]),
    KeyId(&'a [u8]),
}

/// What is wrong between a signer and what he signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsound {
    /// A hash or key that is not checked.
    NotSupported,
    /// The attributes are signed, and they do not belong to this content.
    OtherContent,
    /// The key of the certificate did not make this signature.
    Signature,
}

/// The kind and the content of a `SignedData`, and the elements behind them.
pub(crate) fn content(bytes: &[u8]) -> Result<(Oid<'_>, Element<'_>, Reader<'_>, usize), Malformed> {
    let mut reader = Reader::new(bytes);
    let outer = reader.next(SEQUENCE)?;
    let mut info = outer.inside();
    if info.any()?.oid()? != oid::SIGNED_DATA {
        return Err(info.fault("it is no SignedData"));
    }
    let mut data = info.next(context(0))?.inside().next(SEQUENCE)?.inside();
    data.next(INTEGER)?;
    data.next(SET)?;
    let mut inner = data.next(SEQUENCE)?.inside();
    let content_type = inner.any()?.oid()?;
    let mut explicit = inner.next(context(0))?.inside();
    let content = explicit.any()?;
    explicit.end()?;
    Ok((content_type, content, data, bytes.len() - outer.raw.len()))
}

impl<'a> SignedData<'a> {
    /// Reads one, and tells how many bytes follow it.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, usize), Malformed> {
        let (content_type, content, mut rest, behind) = content(bytes)?;
        let mut certificates = Vec::new();
        let mut unreadable = None;
        if let Some(set) = rest.optional(context(0))? {
            for (count, certificate) in set.inside().enumerate() {
                if count == MOST_CERTIFICATES {
                    return Err(rest.fault("more certificates than any honest signature holds"));
                }
                match Certificate::read(certificate?.raw) {
                    Ok(certificate) => certificates.push(certificate),
                    Err(fault) => unreadable = unreadable.or(Some(fault)),
                }
            }
        }
        rest.optional(context(1))?;
        let mut signers = rest.next(SET)?.inside();
        let signer = SignerInfo::read(signers.next(SEQUENCE)?)?;
        signers.end()?;
        rest.end()?;
        Ok((Self { content_type, content, certificates, unreadable, signer }, behind))
    }
}

impl<'a> SignerInfo<'a> {
    pub fn read(element: Element<'a>) -> Result<Self, Malformed> {
        let mut parts = element.expect(SEQUENCE)?.inside();
        parts.next(INTEGER)?;
        let who = parts.any()?;
        let who = if who.tag == (context(0) & !0x20) {
            SignerId::KeyId(who.value)
        } else {
            let mut pair = who.expect(SEQUENCE)?.inside();
            SignerId::IssuerAndSerial(pair.next(SEQUENCE)?.raw, pair.next(INTEGER)?.value)
        };
        let digest = parts.next(SEQUENCE)?.inside().any()?.oid()?;
        let signed = parts.optional(context(0))?;
        let algorithm = parts.next(SEQUENCE)?.inside().any()?.oid()?;
        let signature = parts.next(OCTET_STRING)?.value;
        let unsigned = parts.optional(context(1))?;
        parts.end()?;
        Ok(Self {
            who,
            digest,
            signed_raw: signed.map(|set| set.raw),
            signed: signed.map_or(Ok(Vec::new()), attributes)?,
            algorithm,
            signature,
            unsigned: unsigned.map_or(Ok(Vec::new()), attributes)?,
        })
    }

    /// The one value of the one signed attribute of this name.
    pub fn signed_attribute(&self, name: Oid<'_>) -> Option<Element<'a>> {
        let mut found = self.signed.iter().filter(|attribute| attribute.name == name);
        let (Some(attribute), None) = (found.next(), found.next()) else {
            return None;
        };
        let mut values = attribute.values.inside();
        let value = values.any().ok()?;
        values.is_empty().then_some(value)
    }

    /// The signer's certificate among these.
    pub fn certificate<'c>(&self, among: &'c [Certificate<'a>]) -> Option<&'c Certificate<'a>> {
        among.iter().find(|certificate| match self.who {
            SignerId::IssuerAndSerial(issuer, serial) => {
                certificate.issuer.0 == issuer && certificate.serial == serial
            }
            SignerId::KeyId(id) => certificate.key_id == Some(id),
        })
    }

    /// That `certificate`'s key signed `content` (the value without tag and length) as this kind.
    pub fn check(
        &self,
        certificate: &Certificate<'_>,
        content_type: Oid<'_>,
        content: &[u8],
    ) -> Result<(), Unsound> {
        let digest = Algorithm::of_hash(self.digest).ok_or(Unsound::NotSupported)?;
        let algorithm = Algorithm::of_signature(self.algorithm, Some(digest)).ok_or(Unsound::NotSupported)?;
        let kind = self.signed_attribute(oid::CONTENT_TYPE).filter(|value| value.tag == OBJECT_ID);
        let imprint = self.signed_attribute(oid::MESSAGE_DIGEST).filter(|value| value.tag == OCTET_STRING);
        let belongs = algorithm == digest
            && kind.is_some_and(|kind| kind.value == content_type.0)
            && imprint.is_some_and(|imprint| imprint.value == digest.hash(&[content]));
        // Without attributes a signature over one kind of content would pass for a signature over another.
        let (Some(signed), true) = (self.signed_raw, belongs) else {
            return Err(Unsound::OtherContent);
        };
        let key = certificate.key.ok_or(Unsound::NotSupported)?;
        // The attributes stand under a context tag, and are signed as the SET that they are.
        let hash = algorithm.hash(&[&[SET], signed.get(1..).unwrap_or_default()]);
        match key.verifies(algorithm, &hash, self.signature) {
            Some(true) => Ok(()),
            Some(false) => Err(Unsound::Signature),
            None => Err(Unsound::NotSupported),
        }
    }
}

/// The attributes of a set of them.
pub(crate) fn attributes(set: Element<'_>) -> Result<Vec<Attribute<'_>>, Malformed> {
    let mut attributes = Vec::new();
    for attribute in set.inside() {
        let mut attribute = attribute?.expect(SEQUENCE)?.inside();
        let (name, values) = (attribute.any()?.oid()?, attribute.next(SET)?);
        attribute.end()?;
        attributes.push(Attribute { name, values });
    }
    Ok(attributes)
}
