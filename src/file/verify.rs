//! From a `SignedData` to what it is worth: digest, signature, time, chain, class.

use sha2::{Digest, Sha256};

use super::certificate::Certificate;
use super::chain::{Purpose, climb};
use super::cms::SignedData;
use super::digest::Algorithm;
use super::oid;
use super::roots::{self, Trust};
use super::signature::{Class, Problem, Signature, Signer, Stamp, Status};
use super::stamp;

/// What comparing the digest in a signature with the file's gave.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Compared {
    Same(Algorithm),
    Different(Algorithm),
}

/// Judges a signature whose content was compared with the file, or is of no use for that.
pub(crate) fn appraise(
    data: &SignedData<'_>,
    compared: Result<Compared, Problem>,
    trust: Trust<'_>,
) -> Signature {
    let mut signature = Signature {
        digest: compared.ok().map(|(Compared::Same(algorithm) | Compared::Different(algorithm))| algorithm),
        class: Class::Other,
        ..Signature::none()
    };
    let certificate = data.signer.certificate(&data.certificates);
    signature.signer = certificate.map(signer);
    let judged = match (compared, certificate) {
        (Err(problem), _) => Err(problem),
        (Ok(Compared::Different(_)), _) => {
            signature.status = Status::HashMismatch;
            return signature;
        }
        (Ok(_), None) => {
            signature.unreadable = data.unreadable;
            Err(data.unreadable.map_or(Problem::SignerMissing, |_| Problem::Unreadable))
        }
        (Ok(Compared::Same(_)), Some(certificate)) => checked(data, certificate, &mut signature.stamp, trust),
    };
    match judged {
        Ok((root, class)) => {
            signature.status = Status::Valid;
            signature.root = Some(root);
            signature.class = class;
        }
        Err(problem) => {
            signature.status = problem.status();
            signature.problem = Some(problem);
        }
    }
    signature
}

fn checked(
    data: &SignedData<'_>,
    certificate: &Certificate<'_>,
    stamp: &mut Stamp,
    trust: Trust<'_>,
) -> Result<(&'static str, Class), Problem> {
    data.signer.check(certificate, data.content_type, data.content.value).map_err(Problem::from)?;
    *stamp = stamp::of(data, trust.roots);
    let at = match *stamp {
        // Such a certificate asks that its end be the end of what it signed.
        Stamp::Verified(time) if !certificate.names_usage(oid::LIFETIME_SIGNING) => time,
        _ => trust.now,
    };
    let purpose = Purpose { usage: oid::CODE_SIGNING, at };
    let root = climb(certificate, &data.certificates, trust.roots, purpose)?;
    Ok((root.id, class(root.id, certificate)))
}

fn signer(certificate: &Certificate<'_>) -> Signer {
    Signer {
        subject: certificate.subject.to_string(),
        issuer: certificate.issuer.to_string(),
        sha256: Sha256::digest(certificate.raw).into(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        usages: certificate.usages.iter().flatten().map(ToString::to_string).collect(),
    }
}

/// Only for a chain that was checked up to one of our roots: what a name is worth is what its issuer vouches for.
fn class(root: &str, certificate: &Certificate<'_>) -> Class {
    if certificate.names_usage(oid::WINDOWS_COMPONENT) {
        match root {
            roots::OF_2010 => return Class::Windows,
            roots::OF_2001 => return Class::Windows2001,
            _ => {}
        }
    }
    let says = |kind, name: &str| certificate.subject.attribute(kind).as_deref() == Some(name);
    let is_product = says(oid::COMMON_NAME, "Microsoft Corporation")
        && says(oid::ORGANIZATION, "Microsoft Corporation")
        && certificate
            .issuer
            .attribute(oid::COMMON_NAME)
            .is_some_and(|issuer| issuer.starts_with("Microsoft Code Signing PCA"));
    if is_product { Class::Microsoft } else { Class::MicrosoftOther }
}
