//! As many catalogs as a server has.

use sha2::{Digest, Sha256};

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut element = vec![tag];
    match body.len() {
        length @ 0..0x80 => element.push(u8::try_from(length).unwrap()),
        length => {
            let digits = u32::try_from(length).unwrap().to_be_bytes();
            element.push(0x83);
            element.extend_from_slice(&digits[1..]);
            if length < 1 << 16 {
                element.splice(1..3, [0x82]);
            }
            if length < 1 << 8 {
                element.splice(1..3, [0x81]);
            }
        }
    }
    element.extend(body);
    element
}

/// Catalogs of the size that a server's have, each with members of its own. Nobody signed them.
pub struct Catalogs {
    kind: Vec<u8>,
    filling: Vec<u8>,
}

impl Catalogs {
    /// Members of one catalog.
    pub const MEMBERS: u32 = 32;

    pub fn new() -> Self {
        // SpcPeImageData, as catalogs have it.
        let image = [
            0x06, 0x0A, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 0x0F, 0x30, 9, 3, 1, 0, 0xA0, 4, 0xA2, 2, 0x80, 0,
        ];
        Self { kind: der(0x30, &[&image]), filling: der(0xA0, &[&der(0x30, &[&[0; 9_000]])]) }
    }

    pub fn catalog(&self, number: u32) -> Vec<u8> {
        const SHA256: &[u8] = &[0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];
        const INDIRECT: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 4];
        const CATALOG_LIST: &[u8] = &[0x30, 12, 6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 12, 1, 1];
        const BY_HASH: &[u8] = &[0x30, 14, 6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 12, 1, 3, 5, 0];
        const TRUST_LIST: &[u8] = &[6, 9, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 10, 1];
        const SIGNED_DATA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 7, 2];
        const NAME_AND_VALUE: &[u8] = &[6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 12, 2, 1];
        let mut members: Vec<Vec<u8>> = (0..Self::MEMBERS)
            .map(|member| {
                let digest: [u8; 32] =
                    Sha256::digest([number.to_le_bytes(), member.to_le_bytes()].concat()).into();
                let data = der(0x30, &[&self.kind, &der(0x30, &[SHA256, &der(4, &[&digest])])]);
                let attribute = der(0x30, &[INDIRECT, &der(0x31, &[&data])]);
                der(0x30, &[&der(4, &[&digest]), &der(0x31, &[&attribute])])
            })
            .collect();
        // Members that name no digest are none to an index, and hide no other.
        let other = der(0x30, &[NAME_AND_VALUE, &der(0x31, &[&[4, 1, 7]])]);
        members.insert(1, der(0x30, &[&der(4, &[&[1; 32]])]));
        members.insert(2, der(0x30, &[&der(4, &[&[2; 32]]), &der(0x31, &[&other])]));
        let time = der(0x17, &[b"240601000000Z"]);
        let list = [CATALOG_LIST, &der(4, &[&[0; 16]]), &time, BY_HASH, &der(0x30, &[&members.concat()])];
        let content = der(0x30, &[TRUST_LIST, &der(0xA0, &[&der(0x30, &list)])]);
        let data = der(0x30, &[&[2, 1, 1], &[0x31, 0], &content, &self.filling, &[0x31, 0]]);
        der(0x30, &[SIGNED_DATA, &der(0xA0, &[&data])])
    }
}
