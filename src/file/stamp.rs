//! Time stamps: when a signature was made, vouched for by a key that is for nothing else.

use super::bytes::Malformed;
use super::certificate::Certificate;
use super::chain::{Purpose, climb};
use super::cms::{Attribute, SignedData, SignerInfo};
use super::der::{self, INTEGER, OBJECT_ID, OCTET_STRING, Reader, SEQUENCE};
use super::digest::Algorithm;
use super::oid::{self, Oid};
use super::roots::Root;
use super::signature::{Problem, Stamp};

/// Stamps of one signature that are looked at.
const MOST_STAMPS: usize = 4;

/// The time stamp of a signature: the first that is right, else the first.
pub(crate) fn of(data: &SignedData<'_>, roots: &[Root<'_>]) -> Stamp {
    let mut first = Stamp::None;
    for attribute in &data.signer.unsigned {
        for value in attribute.values.inside().take(MOST_STAMPS) {
            let read = match attribute.name {
                oid::TIME_STAMP => {
                    value.and_then(|value| of_rfc_3161(value.raw, data.signer.signature, roots))
                }
                oid::COUNTERSIGNATURE => {
                    value.and_then(|value| of_old_form(&SignerInfo::read(value)?, data, roots))
                }
                _ => break,
            };
            let unreadable = |_| Stamp::Unverified { claimed: None, problem: Problem::Unreadable };
            match read.unwrap_or_else(unreadable) {
                verified @ Stamp::Verified(_) => return verified,
                other if first == Stamp::None => first = other,
                _ => {}
            }
        }
    }
    first
}

/// Whether an unsigned attribute is a time stamp.
pub(crate) fn is_stamp(attribute: &Attribute<'_>) -> bool {
    matches!(attribute.name, oid::TIME_STAMP | oid::COUNTERSIGNATURE)
}

fn of_rfc_3161(raw: &[u8], stamped: &[u8], roots: &[Root<'_>]) -> Result<Stamp, Malformed> {
    let (data, _) = SignedData::read(raw)?;
    let content = data.content.expect(OCTET_STRING)?.value;
    let mut info = Reader::new(content).next(SEQUENCE)?.inside();
    info.next(INTEGER)?;
    info.next(OBJECT_ID)?;
    let mut imprint = info.next(SEQUENCE)?.inside();
    let algorithm = imprint.next(SEQUENCE)?.inside().any()?.oid()?;
    let hash = imprint.next(OCTET_STRING)?.value;
    info.next(INTEGER)?;
    let time = der::time(info.any()?)?;
    let sound = match Algorithm::of_hash(algorithm) {
        None => Err(Problem::DigestNotSupported),
        Some(algorithm) if algorithm.hash(&[stamped]) != hash => Err(Problem::OtherContent),
        Some(_) if data.content_type != oid::TST_INFO => Err(Problem::OtherKindOfContent),
        Some(_) => vouch(&data.signer, &data.certificates, oid::TST_INFO, content, time, roots),
    };
    Ok(stamp(time, sound))
}

/// The old form: a second signer of the signature itself, whose certificates lie among the first one's.
fn of_old_form(
    signer: &SignerInfo<'_>,
    stamped: &SignedData<'_>,
    roots: &[Root<'_>],
) -> Result<Stamp, Malformed> {
    let Some(time) = signer.signed_attribute(oid::SIGNING_TIME) else {
        return Ok(Stamp::Unverified { claimed: None, problem: Problem::OtherContent });
    };
    let time = der::time(time)?;
    let sound = vouch(signer, &stamped.certificates, oid::DATA, stamped.signer.signature, time, roots);
    Ok(stamp(time, sound))
}

fn vouch<'a>(
    signer: &SignerInfo<'a>,
    bag: &[Certificate<'a>],
    kind: Oid<'_>,
    content: &[u8],
    at: i64,
    roots: &[Root<'_>],
) -> Result<(), Problem> {
    let certificate = signer.certificate(bag).ok_or(Problem::SignerMissing)?;
    signer.check(certificate, kind, content).map_err(Problem::from)?;
    climb(certificate, bag, roots, Purpose { usage: oid::TIME_STAMPING, at }).map(|_| ())
}

fn stamp(time: i64, sound: Result<(), Problem>) -> Stamp {
    match sound {
        Ok(()) => Stamp::Verified(time),
        Err(problem) => Stamp::Unverified { claimed: Some(time), problem },
    }
}
