//! From a signer's certificate up to a root that the source names.

use super::certificate::{Certificate, Checked};
use super::oid::{self, Oid};
use super::roots::Root;
use super::signature::Problem;

/// Certificates between a signer and a root; real chains have one or two.
const MOST_LINKS: usize = 8;
/// Signatures that are checked for one chain: names that go round in circles must end.
const MOST_CHECKS: usize = 32;

/// What a chain must serve for, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    pub usage: Oid<'static>,
    /// Seconds since 1970.
    pub at: i64,
}

struct Climb<'c, 'a, 'r> {
    bag: &'c [Certificate<'a>],
    roots: &'r [Root<'r>],
    purpose: Purpose,
    checks: usize,
}

/// The root that vouches for `signer`, by certificates of `bag`; otherwise what stood in the way. Of several ways up,
/// the one that gets furthest counts.
pub(crate) fn climb<'a, 'r>(
    signer: &Certificate<'a>,
    bag: &[Certificate<'a>],
    roots: &'r [Root<'r>],
    purpose: Purpose,
) -> Result<&'r Root<'r>, Problem> {
    Climb { bag, roots, purpose, checks: 0 }.from(&mut vec![signer])
}

impl<'c, 'a, 'r> Climb<'c, 'a, 'r> {
    fn from<'s>(&mut self, path: &mut Vec<&'s Certificate<'a>>) -> Result<&'r Root<'r>, Problem>
    where
        'c: 's,
    {
        let Some(&top) = path.last() else { return Err(Problem::IssuerMissing) };
        let mut furthest = None;
        let mut note = |problem: Problem| furthest = furthest.max(Some(problem));

        let issuer = top.issuer.to_string();
        for root in self.roots.iter().filter(|root| root.subject == issuer) {
            self.checks += 1;
            match top.is_signed_by(Some(root.key())) {
                Checked::Right => match self.complaint(path, root) {
                    None => return Ok(root),
                    Some(problem) => note(problem),
                },
                Checked::Wrong => note(Problem::CertificateSignature),
                Checked::NotSupported => note(Problem::KeyNotSupported),
            }
        }
        let bag = self.bag;
        for above in bag.iter().filter(|above| above.subject == top.issuer) {
            self.checks += 1;
            if self.checks > MOST_CHECKS || path.len() > MOST_LINKS {
                note(Problem::ChainTooLong);
                break;
            }
            match top.is_signed_by(above.key) {
                Checked::Wrong => note(Problem::CertificateSignature),
                Checked::NotSupported => note(Problem::KeyNotSupported),
                Checked::Right if above.raw == top.raw => note(Problem::OtherRoot),
                Checked::Right if path.iter().any(|below| below.raw == above.raw) => {}
                Checked::Right => {
                    path.push(above);
                    match self.from(path) {
                        Ok(root) => return Ok(root),
                        Err(problem) => note(problem),
                    }
                    path.pop();
                }
            }
        }
        if top.subject == top.issuer {
            note(Problem::OtherRoot);
        }
        Err(furthest.unwrap_or(Problem::IssuerMissing))
    }

    /// What is wrong with a chain whose signatures are all right.
    fn complaint(&self, path: &[&Certificate<'_>], root: &Root<'_>) -> Option<Problem> {
        let Purpose { usage, at } = self.purpose;
        let signer = path.first()?;
        if path.iter().any(|certificate| certificate.unknown_critical) {
            return Some(Problem::CriticalExtension);
        }
        let issues = |(below, issuer): (usize, &&Certificate<'_>)| issuer.may_sign_certificates(below);
        if !path[1..].iter().enumerate().all(issues) {
            return Some(Problem::NotAnAuthority);
        }
        // A time stamp must come from a key that is for nothing else; code of old has keys that do not say.
        let is_for_it = if usage == oid::TIME_STAMPING { signer.names_usage(usage) } else { true };
        if !is_for_it || !signer.may_sign() || !path.iter().all(|certificate| certificate.is_for(usage)) {
            return Some(Problem::OtherUsage);
        }
        let is_in_time = |from: i64, to: i64| (from..=to).contains(&at);
        if !path.iter().all(|certificate| is_in_time(certificate.not_before, certificate.not_after))
            || !is_in_time(root.not_before, root.not_after)
        {
            return Some(Problem::OutsideValidity);
        }
        None
    }
}
