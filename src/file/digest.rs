//! The hashes that signatures use.

use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::oid::{self, Oid};

/// A hash that a signature may use. MD5 is none: nothing that rests on it is vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1: catalogs and files of Windows until about 2019.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Its name in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    pub(crate) fn of_hash(name: Oid<'_>) -> Option<Self> {
        match name {
            oid::SHA1 => Some(Self::Sha1),
            oid::SHA256 => Some(Self::Sha256),
            oid::SHA384 => Some(Self::Sha384),
            oid::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash below an RSA signature of this name. `named_elsewhere` counts where the name is of the key alone.
    pub(crate) fn of_signature(name: Oid<'_>, named_elsewhere: Option<Self>) -> Option<Self> {
        match name {
            oid::RSA => named_elsewhere,
            oid::SHA1_RSA | oid::SHA1_RSA_OIW => Some(Self::Sha1),
            oid::SHA256_RSA => Some(Self::Sha256),
            oid::SHA384_RSA => Some(Self::Sha384),
            oid::SHA512_RSA => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of the parts, one after another.
    pub(crate) fn hash(self, parts: &[&[u8]]) -> Vec<u8> {
        fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hasher = D::new();
            for part in parts {
                hasher.update(part);
            }
            hasher.finalize().to_vec()
        }
        match self {
            Self::Sha1 => of::<Sha1>(parts),
            Self::Sha256 => of::<Sha256>(parts),
            Self::Sha384 => of::<Sha384>(parts),
            Self::Sha512 => of::<Sha512>(parts),
        }
    }

    fn padding(self) -> Pkcs1v15Sign {
        match self {
            Self::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
    }
}

/// An RSA key: the only kind that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RsaKey<'a> {
    pub modulus: &'a [u8],
    pub exponent: &'a [u8],
}

impl RsaKey<'_> {
    /// Whether `signature` is this key's over `hash`; nothing where a key of this size is not checked.
    pub fn verifies(self, algorithm: Algorithm, hash: &[u8], signature: &[u8]) -> Option<bool> {
        const BITS: std::ops::RangeInclusive<usize> = 1_024..=4_096;
        let bits = self.modulus.len().checked_mul(8)?;
        if !BITS.contains(&bits) || self.exponent.len() > 4 {
            return None;
        }
        let modulus = BoxedUint::from_be_slice_vartime(self.modulus);
        let exponent = BoxedUint::from_be_slice_vartime(self.exponent);
        let key = PublicKey::new(modulus, exponent).ok()?;
        Some(key.verify(algorithm.padding(), hash, signature).is_ok())
    }
}
