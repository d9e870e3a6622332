//! Signatures and catalogs under a root of our own, whose key is made anew for each run.

use std::convert::Infallible;
use std::sync::OnceLock;

use iismodcheck::file::{Root, Trust, roots};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, PrivateKey};
use sha2::{Digest, Sha256};

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What Windows' own files are signed by.
    Windows,
    /// What products of Microsoft are signed by.
    Product,
    /// A vendor, under a root that is nobody's here.
    Vendor,
    /// A home-made signer that is called as that of Windows.
    Fake,
}

const ROOT: [&str; 2] = ["Made", "Made Root"];
const AUTHORITY: [&str; 2] = ["Made", "Microsoft Code Signing PCA 2011"];

impl By {
    /// Organization and name of the issuer and of the signer.
    fn names(self) -> ([&'static str; 2], [&'static str; 2]) {
        match self {
            Self::Windows => (ROOT, ["Microsoft Corporation", "Microsoft Windows"]),
            Self::Product => (AUTHORITY, ["Microsoft Corporation", "Microsoft Corporation"]),
            Self::Vendor => (["Other", "Other Root"], ["Vendor", "Vendor"]),
            Self::Fake => (["Microsoft", "Microsoft Root"], ["Microsoft Corporation", "Microsoft Windows"]),
        }
    }
}

/// Gives numbers that nobody may rely on.
struct Numbers(u64);

impl TryRng for Numbers {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 += 1;
        let digest = Sha256::digest(self.0.to_le_bytes());
        Ok(u64::from_le_bytes(digest[..8].try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(8) {
            let number = self.try_next_u64()?.to_le_bytes();
            part.copy_from_slice(&number[..part.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Numbers {}

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| PrivateKey::new(&mut Numbers(29), 1024).unwrap())
}

fn modulus() -> Vec<u8> {
    key().n_bytes().to_vec()
}

fn signature(message: &[u8]) -> Vec<u8> {
    key().sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)).unwrap()
}

/// Whom to believe: the root of these signatures, at a time when all of them are valid.
pub fn with_trust<T>(look: impl FnOnce(Trust<'_>) -> T) -> T {
    let modulus = modulus();
    let root = |id, subject| Root {
        id,
        subject,
        modulus: &modulus,
        exponent: &[1, 0, 1],
        not_before: 0,
        not_after: i64::MAX,
        sha256: [0; 32],
    };
    let roots = [
        root(roots::OF_2010, "CN=Made Root, O=Made"),
        root(roots::OF_2011, "CN=Microsoft Code Signing PCA 2011, O=Made"),
    ];
    look(Trust { roots: &roots, now: 1_719_792_000 })
}

pub fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut element = vec![tag];
    let digits: Vec<u8> = body.len().to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    if body.len() >= 0x80 {
        element.push(0x80 | u8::try_from(digits.len()).unwrap());
        element.extend_from_slice(&digits);
    } else {
        element.push(u8::try_from(body.len()).unwrap());
    }
    element.extend(body);
    element
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, parts)
}

const NULL: &[u8] = &[5, 0];
const SHA256: &[u8] = &[6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const RSA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 1, 1];
const SHA256_RSA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 1, 11];
const SIGNED_DATA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 7, 2];
const CONTENT_TYPE: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 9, 4];
const INDIRECT_DATA: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 4];
const PE_IMAGE_DATA: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 15];
const TRUST_LIST: &[u8] = &[6, 9, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 10, 1];
const CATALOG_LIST: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 12, 1, 1];
const BY_HASH: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 12, 1, 3];
const CODE_SIGNING: &[u8] = &[6, 8, 0x2B, 6, 1, 5, 5, 7, 3, 3];
const WINDOWS_COMPONENT: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 6];

fn name([organization, common]: [&str; 2]) -> Vec<u8> {
    let part = |kind: u8, text: &str| {
        let pair = sequence(&[&[6, 3, 0x55, 4, kind], &der(0x0C, &[text.as_bytes()])]);
        der(0x31, &[&pair])
    };
    sequence(&[&part(10, organization), &part(3, common)])
}

const SERIAL: &[u8] = &[2, 1, 7];

fn certificate(by: By) -> Vec<u8> {
    let (issuer, subject) = by.names();
    let algorithm = sequence(&[SHA256_RSA, NULL]);
    let numbers = sequence(&[&der(2, &[&[0], &modulus()]), &[2, 3, 1, 0, 1]]);
    let public = sequence(&[&sequence(&[RSA, NULL]), &der(3, &[&[0], &numbers])]);
    let of_windows = matches!(by, By::Windows | By::Fake);
    let usages = sequence(&[CODE_SIGNING, if of_windows { WINDOWS_COMPONENT } else { &[] }]);
    let extension = sequence(&[&[6, 3, 0x55, 0x1D, 0x25], &der(4, &[&usages])]);
    let validity = sequence(&[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"400101000000Z"])]);
    let body = sequence(&[
        &der(0xA0, &[&[2, 1, 2]]),
        SERIAL,
        &algorithm,
        &name(issuer),
        &validity,
        &name(subject),
        &public,
        &der(0xA3, &[&sequence(&[&extension])]),
    ]);
    sequence(&[&body, &algorithm, &der(3, &[&[0], &signature(&body)])])
}

/// A `SignedData` over the parts of a SEQUENCE.
fn signed_data(by: By, kind: &[u8], content: &[&[u8]]) -> Vec<u8> {
    let digest = sequence(&[SHA256, NULL]);
    let attribute = |kind: &[u8], value: &[u8]| sequence(&[kind, &der(0x31, &[value])]);
    let imprint = der(4, &[&Sha256::digest(content.concat())]);
    let attributes = [attribute(CONTENT_TYPE, kind), attribute(MESSAGE_DIGEST, &imprint)].concat();
    let signature = signature(&der(0x31, &[&attributes]));
    let signer = sequence(&[
        &[2, 1, 1],
        &sequence(&[&name(by.names().0), SERIAL]),
        &digest,
        &der(0xA0, &[&attributes]),
        &sequence(&[RSA, NULL]),
        &der(4, &[&signature]),
    ]);
    let data = sequence(&[
        &[2, 1, 1],
        &der(0x31, &[&digest]),
        &sequence(&[kind, &der(0xA0, &[&sequence(content)])]),
        &der(0xA0, &[&certificate(by)]),
        &der(0x31, &[&signer]),
    ]);
    sequence(&[SIGNED_DATA, &der(0xA0, &[&data])])
}

/// Where a file without certificate table has its checksum and the entry of that table.
fn fields(file: &[u8]) -> (usize, usize) {
    let optional = u32::from_le_bytes(file[0x3C..0x40].try_into().unwrap()) as usize + 24;
    let is_64 = file[optional..optional + 2] == [0x0B, 0x02];
    (optional + 64, optional + if is_64 { 112 } else { 96 } + 32)
}

fn authenticode(file: &[u8]) -> [u8; 32] {
    let (checksum, security) = fields(file);
    let parts = [&file[..checksum], &file[checksum + 4..security], &file[security + 8..]];
    Sha256::digest(parts.concat()).into()
}

fn indirect(file: &[u8]) -> [Vec<u8>; 2] {
    let link = der(0xA0, &[&der(0xA2, &[&[0x80, 0]])]);
    let image = sequence(&[PE_IMAGE_DATA, &sequence(&[&[3, 1, 0], &link])]);
    [image, sequence(&[&sequence(&[SHA256, NULL]), &der(4, &[&authenticode(file)])])]
}

/// The file with a signature of its own.
pub fn signed(file: &[u8], by: By) -> Vec<u8> {
    let [image, digest] = indirect(file);
    let blob = signed_data(by, INDIRECT_DATA, &[&image, &digest]);
    let size = (8 + blob.len()).next_multiple_of(8);
    let (_, security) = fields(file);
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let mut signed = file.to_vec();
    signed[security..security + 4].copy_from_slice(&long(file.len()));
    signed[security + 4..security + 8].copy_from_slice(&long(size));
    signed.extend(long(8 + blob.len()));
    signed.extend([0, 2, 2, 0]);
    signed.extend(blob);
    signed.resize(file.len() + size, 0);
    signed
}

/// A catalog of files without signatures of their own.
pub fn catalog<'f>(files: impl IntoIterator<Item = &'f [u8]>, by: By) -> Vec<u8> {
    let members: Vec<Vec<u8>> = files
        .into_iter()
        .map(|file| {
            let value = sequence(&indirect(file).each_ref().map(Vec::as_slice));
            let attribute = sequence(&[INDIRECT_DATA, &der(0x31, &[&value])]);
            sequence(&[&der(4, &[&authenticode(file)]), &der(0x31, &[&attribute])])
        })
        .collect();
    let list = sequence(&[&members.concat()]);
    let parts: [&[u8]; 5] = [
        &sequence(&[CATALOG_LIST]),
        &der(4, &[&[0; 16]]),
        &der(0x17, &[b"240601000000Z"]),
        &sequence(&[BY_HASH, NULL]),
        &list,
    ];
    signed_data(by, TRUST_LIST, &parts)
}
