//! What each signature is worth, and who signed.

use iismodcheck::file::{Class, Contents, Problem, Signature, Stamp, Status, Trust, roots};

use super::support::{
    IN_TIME, blob, bytes, day, entry, folder, primary, read, rows, signed, with_root, with_table,
};

fn stamp(signature: &Signature) -> &'static str {
    match signature.stamp {
        Stamp::None => "none",
        Stamp::Verified(_) => "verified",
        Stamp::Unverified { problem, .. } => problem.code(),
    }
}

#[test]
fn each_signature_is_worth_what_the_table_says() {
    for [file, now, status, problem, class, stamped, hidden, others] in rows("signatures.csv") {
        let (_, embedded) = signed(&read(&file), &now);
        let found = &embedded.primary;
        let codes: Vec<&str> = embedded.others.iter().map(|other| other.status.code()).collect();
        let told = [
            found.status.code(),
            found.problem.map_or("", Problem::code),
            found.class.code(),
            stamp(found),
            &found.hidden_bytes.to_string(),
            &codes.join(" "),
        ]
        .map(String::from);
        assert_eq!(told, [status, problem, class, stamped, hidden, others], "{file} on {now}");
        assert_eq!(found.status == Status::Valid, found.root.is_some(), "{file}");
        assert_eq!((embedded.hidden_bytes, embedded.bytes_behind), (0, 0), "{file}");
    }
}

#[test]
fn a_root_that_only_has_the_name_vouches_for_nobody() {
    let Contents { program, .. } = Contents::of(&read("fake.dll"), Trust::microsoft(day(IN_TIME)));
    let (_, embedded) = program.unwrap().unwrap().signed.unwrap();
    assert_eq!(embedded.primary.status, Status::RootNotKnown);
    assert_eq!(embedded.primary.class, Class::Other);
    let signer = embedded.primary.signer.unwrap();
    assert_eq!(
        signer.subject,
        "CN=Microsoft Windows, O=Microsoft Corporation, L=Redmond, ST=Washington, C=US"
    );
}

#[test]
fn part_of_windows_is_what_windows_signs_below_its_own_roots() {
    for (root, class) in [
        (roots::OF_2010, Class::Windows),
        (roots::OF_2001, Class::Windows2001),
        (roots::OF_2011, Class::MicrosoftOther),
    ] {
        let contents = with_root(root, day(IN_TIME), |trust| Contents::of(&read("windows.dll"), trust));
        let (_, embedded) = contents.program.unwrap().unwrap().signed.unwrap();
        assert_eq!((embedded.primary.root, embedded.primary.class), (Some(root), class));
    }
}

#[test]
fn a_signer_is_told_as_openssl_tells_it_and_cannot_pretend_to_an_organisation() {
    let signer = primary(&read("stamped.dll")).signer.unwrap();
    assert_eq!(signer.subject, r"CN=Example\, O\=Microsoft Corporation, O=Example");
    assert_eq!(signer.issuer, "CN=Example Code CA, O=Example");
    let by_openssl = std::fs::read_to_string(folder().join("signer.sha256")).unwrap();
    assert_eq!(signer.sha256.as_slice(), bytes(&by_openssl));
    assert_eq!((signer.not_before, signer.not_after), (day("2024-01-01"), day("2025-01-01")));
    assert_eq!(signer.usages, ["1.3.6.1.5.5.7.3.3"]);
}

#[test]
fn a_verified_time_is_that_of_the_stamp() {
    for file in ["stamped.dll", "stamped_old.dll", "windows.dll"] {
        assert_eq!(primary(&read(file)).stamp, Stamp::Verified(day("2024-06-01")), "{file}");
    }
}

#[test]
fn a_signature_vouches_for_no_other_file() {
    let genuine = read("signed.dll");
    let mut other = read("unsigned.dll");
    other[0x200] ^= 1;
    let moved = with_table(&other, &entry(2, &blob(&genuine)));
    assert_eq!(primary(&moved).status, Status::HashMismatch);
    assert_eq!(primary(&moved).class, Class::Other);
    // The file that was signed, and the signature in a table of its own.
    let back = with_table(&read("unsigned.dll"), &entry(2, &blob(&genuine)));
    assert_eq!(primary(&back).status, Status::Valid);
}

#[test]
fn bytes_that_nobody_signed_are_told() {
    let file = read("signed.dll");
    let good = blob(&file);
    let and = |more: &[u8]| [good.as_slice(), more].concat();
    let cases = [
        // What fills up the table is nothing.
        (entry(2, &and(&[0; 7])), (0, 0)),
        (entry(2, &and(&[0, 0, 1])), (3, 0)),
        (entry(2, &and(&[0; 8])), (8, 0)),
        (entry(2, &and(&[b'M'; 4096])), (4096, 0)),
        // An entry of another kind; none at all; one that cannot be read.
        ([entry(2, &good), entry(0x0EF0, &[7; 64])].concat(), (0, 64)),
        ([entry(2, &good), vec![0; 7]].concat(), (0, 0)),
        ([entry(2, &good), vec![1; 24]].concat(), (0, 24)),
    ];
    for (number, (table, hidden)) in cases.into_iter().enumerate() {
        let (_, embedded) = signed(&with_table(&file, &table), IN_TIME);
        assert_eq!(embedded.primary.status, Status::Valid, "case {number}");
        assert_eq!((embedded.primary.hidden_bytes, embedded.hidden_bytes), hidden, "case {number}");
    }
}

#[test]
fn bytes_behind_the_table_break_the_digest_and_are_told() {
    let mut file = read("signed.dll");
    file.extend_from_slice(&[0; 4096]);
    let (_, embedded) = signed(&file, IN_TIME);
    assert_eq!((embedded.primary.status, embedded.bytes_behind), (Status::HashMismatch, 4096));
}

#[test]
fn a_second_signature_beside_the_first_is_told_and_not_believed_in_its_place() {
    let (first, second) = (blob(&read("fake.dll")), blob(&read("signed.dll")));
    let table = [entry(2, &first), entry(2, &second)].concat();
    let (_, embedded) = signed(&with_table(&read("unsigned.dll"), &table), IN_TIME);
    assert_eq!(embedded.primary.status, Status::RootNotKnown);
    assert_eq!(embedded.others.iter().map(|other| other.status).collect::<Vec<_>>(), [Status::Valid]);
}

#[test]
fn a_table_that_lies_about_its_place_is_malformed() {
    let file = read("signed.dll");
    let (_, security) = super::support::fields(&file);
    for (at, value) in [(security, 8), (security, file.len()), (security + 4, file.len()), (security + 4, 0)]
    {
        let mut file = file.clone();
        super::support::set_u32(&mut file, at, value);
        let contents = super::support::contents(&file, IN_TIME);
        let fault = contents.program.unwrap().unwrap().signed.unwrap_err().to_string();
        assert!(fault.starts_with("the certificate table: "), "{fault}");
    }
}

#[test]
fn the_words_are_those_of_the_inventory() {
    let words: Vec<&str> = Status::TABLE.iter().map(|(_, code, _)| *code).collect();
    let all = "valid hash_mismatch invalid root_not_known key_not_supported not_valid_at_time none malformed not_checked";
    assert_eq!(words.join(" "), all);
}
