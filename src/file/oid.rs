//! The object identifiers of signatures.

use std::fmt;

/// An object identifier, as DER holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Oid<'a>(pub &'a [u8]);

impl fmt::Display for Oid<'_> {
    /// Numbers and dots. A number beyond 64 bits is told as `?`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut number = Some(0_u64);
        let mut is_first = true;
        for byte in self.0 {
            number =
                number.filter(|number| *number >> 57 == 0).map(|number| number << 7 | u64::from(byte & 0x7F));
            if byte & 0x80 != 0 {
                continue;
            }
            match (number, is_first) {
                (None, _) => out.write_str(if is_first { "?" } else { ".?" })?,
                (Some(number), true) => {
                    let arc = (number / 40).min(2);
                    write!(out, "{arc}.{}", number - arc * 40)?;
                }
                (Some(number), false) => write!(out, ".{number}")?,
            }
            is_first = false;
            number = Some(0);
        }
        Ok(())
    }
}

/// Declares the identifiers, and a table of them for the test.
macro_rules! oids {
    ($($name:ident = $text:literal $bytes:expr, $doc:literal;)*) => {
        $(#[doc = $doc] pub(crate) const $name: Oid<'static> = Oid(&$bytes);)*

        #[cfg(test)]
        const TABLE: &[(Oid<'static>, &str)] = &[$(($name, $text)),*];
    };
}

oids! {
    SIGNED_DATA = "1.2.840.113549.1.7.2" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02], "CMS `SignedData`.";
    DATA = "1.2.840.113549.1.7.1" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01], "CMS data: what a countersignature of the old form signs.";
    CONTENT_TYPE = "1.2.840.113549.1.9.3" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03], "Signed attribute: the kind of content.";
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04], "Signed attribute: the hash of the content.";
    SIGNING_TIME = "1.2.840.113549.1.9.5" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05], "Signed attribute: when it was signed, as the signer says.";
    COUNTERSIGNATURE = "1.2.840.113549.1.9.6" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x06], "Unsigned attribute: a time stamp of the old form.";
    TIME_STAMP = "1.3.6.1.4.1.311.3.3.1" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x03, 0x03, 0x01], "Unsigned attribute: a time stamp of RFC 3161.";
    TST_INFO = "1.2.840.113549.1.9.16.1.4" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04], "What a time stamp of RFC 3161 signs.";
    NESTED_SIGNATURE = "1.3.6.1.4.1.311.2.4.1" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x04, 0x01], "Unsigned attribute: a further signature.";
    INDIRECT_DATA = "1.3.6.1.4.1.311.2.1.4" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04], "`SpcIndirectDataContent`: the digest of a file.";
    PE_IMAGE_DATA = "1.3.6.1.4.1.311.2.1.15" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0F], "The kind of file that a digest is of: PE.";
    TRUST_LIST = "1.3.6.1.4.1.311.10.1" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0A, 0x01], "A certificate trust list: the content of a catalog.";
    CATALOG_LIST = "1.3.6.1.4.1.311.12.1.1" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0C, 0x01, 0x01], "The use of a trust list that is a catalog of files.";
    SHA1 = "1.3.14.3.2.26" [0x2B, 0x0E, 0x03, 0x02, 0x1A], "SHA-1.";
    SHA256 = "2.16.840.1.101.3.4.2.1" [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], "SHA-256.";
    SHA384 = "2.16.840.1.101.3.4.2.2" [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], "SHA-384.";
    SHA512 = "2.16.840.1.101.3.4.2.3" [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], "SHA-512.";
    RSA = "1.2.840.113549.1.1.1" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], "An RSA key, or a signature by one whose hash is named elsewhere.";
    SHA1_RSA = "1.2.840.113549.1.1.5" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05], "RSA, PKCS#1 v1.5, over SHA-1.";
    SHA1_RSA_OIW = "1.3.14.3.2.29" [0x2B, 0x0E, 0x03, 0x02, 0x1D], "The same by its older name.";
    SHA256_RSA = "1.2.840.113549.1.1.11" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B], "RSA over SHA-256.";
    SHA384_RSA = "1.2.840.113549.1.1.12" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C], "RSA over SHA-384.";
    SHA512_RSA = "1.2.840.113549.1.1.13" [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D], "RSA over SHA-512.";
    SUBJECT_KEY_ID = "2.5.29.14" [0x55, 0x1D, 0x0E], "Extension: a short name of the key.";
    KEY_USAGE = "2.5.29.15" [0x55, 0x1D, 0x0F], "Extension: what a key is for.";
    BASIC_CONSTRAINTS = "2.5.29.19" [0x55, 0x1D, 0x13], "Extension: whether a certificate may issue others.";
    EXTENDED_KEY_USAGE = "2.5.29.37" [0x55, 0x1D, 0x25], "Extension: what a certificate is for.";
    ANY_USAGE = "2.5.29.37.0" [0x55, 0x1D, 0x25, 0x00], "Use: any.";
    CODE_SIGNING = "1.3.6.1.5.5.7.3.3" [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03], "Use: signing code.";
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8" [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08], "Use: time stamps.";
    LIFETIME_SIGNING = "1.3.6.1.4.1.311.10.3.13" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0A, 0x03, 0x0D], "Use: signatures that end with the certificate, time stamp or not.";
    WINDOWS_COMPONENT = "1.3.6.1.4.1.311.10.3.6" [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0A, 0x03, 0x06], "Use: part of Windows (Windows System Component Verification).";
    DOMAIN = "0.9.2342.19200300.100.1.25" [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19], "Name: DC.";
    COMMON_NAME = "2.5.4.3" [0x55, 0x04, 0x03], "Name: CN.";
    COUNTRY = "2.5.4.6" [0x55, 0x04, 0x06], "Name: C.";
    LOCALITY = "2.5.4.7" [0x55, 0x04, 0x07], "Name: L.";
    STATE = "2.5.4.8" [0x55, 0x04, 0x08], "Name: ST.";
    ORGANIZATION = "2.5.4.10" [0x55, 0x04, 0x0A], "Name: O.";
    ORGANIZATIONAL_UNIT = "2.5.4.11" [0x55, 0x04, 0x0B], "Name: OU.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_text() {
        for (oid, text) in TABLE {
            assert_eq!(oid.to_string(), *text);
        }
    }

    #[test]
    fn a_number_that_is_too_large_is_not_told_wrong() {
        let digits = [&[0x2A][..], &[0xFF; 10], &[0x7F, 0x03]].concat();
        assert_eq!(Oid(&digits).to_string(), "1.2.?.3");
    }
}
