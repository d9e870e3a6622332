//! Prints what `file` tells of each file named, one JSON object a line: `file_facts NOW FILE…`, `NOW` in seconds since
//! 1970. With `--catalog CATALOG` before the files, the signature is the catalog's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // a tool of the oracles

use iismodcheck::file::{Algorithm, Contents, Problem, Signature, Stamp, Trust, catalog};
use serde_json::{Value, json};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn signature(signature: &Signature) -> Value {
    json!({
        "status": signature.status.code(),
        "problem": signature.problem.map(Problem::code),
        "unreadable": signature.unreadable.map(|fault| fault.to_string()),
        "digest": signature.digest.map(Algorithm::code),
        "signer": signature.signer.as_ref().map(|signer| &signer.subject),
        "issuer": signature.signer.as_ref().map(|signer| &signer.issuer),
        "signer_sha256": signature.signer.as_ref().map(|signer| hex(&signer.sha256)),
        "usages": signature.signer.as_ref().map(|signer| &signer.usages),
        "root": signature.root,
        "class": signature.class.code(),
        "stamp": match signature.stamp {
            Stamp::None => Value::Null,
            Stamp::Verified(time) => json!(time),
            Stamp::Unverified { claimed, problem } => json!({"claimed": claimed, "problem": problem.code()}),
        },
        "hidden_bytes": signature.hidden_bytes,
    })
}

fn facts(path: &str, trust: Trust<'_>, catalog: Option<&[u8]>) -> Value {
    let bytes = std::fs::read(path).unwrap();
    let contents = Contents::of(&bytes, trust);
    let mut row = json!({"file": path, "size": contents.size, "sha256": hex(&contents.sha256)});
    let program = match &contents.program {
        Ok(Some(program)) => program,
        Ok(None) => return row,
        Err(fault) => {
            row["problem"] = json!(fault.to_string());
            return row;
        }
    };
    let facts = &program.facts;
    row["machine"] = json!(facts.machine.code());
    row["dll"] = json!(facts.is_dll);
    row["imphash"] = match &facts.imphash {
        Ok(hash) => json!(hash.map(|hash| hex(&hash))),
        Err(fault) => json!({"problem": fault.to_string()}),
    };
    row["entry_points"] = match &facts.entry_points {
        Ok(found) => json!(found.iter().map(|point| point.name).collect::<Vec<_>>()),
        Err(fault) => json!({"problem": fault.to_string()}),
    };
    row["version"] = match &facts.version {
        Ok(version) => json!(version.as_ref().map(|version| json!({
            "file_version": version.file_version,
            "OriginalFilename": version.original_name,
            "FileVersion": version.file_version_text,
            "ProductVersion": version.product_version,
            "CompanyName": version.company,
        }))),
        Err(fault) => json!({"problem": fault.to_string()}),
    };
    row["assembly"] = match &facts.assembly {
        Ok(assembly) => json!(assembly.as_ref().map(|assembly| json!({
            "identity": assembly.identity.as_ref().map(ToString::to_string),
            "start_methods": assembly.start_methods.iter()
                .map(|start| format!("{}::{}", start.type_name, start.method)).collect::<Vec<_>>(),
            "registers_by": assembly.registers_by.iter().map(|found| found.code()).collect::<Vec<_>>(),
        }))),
        Err(fault) => json!({"problem": fault.to_string()}),
    };
    match &program.signed {
        Err(fault) => row["problem"] = json!(fault.to_string()),
        Ok((hashes, embedded)) => {
            row["authenticode_sha1"] = json!(hex(&hashes.authenticode_sha1));
            row["authenticode_sha256"] = json!(hex(&hashes.authenticode_sha256));
            row["signature"] = signature(&embedded.primary);
            row["others"] = embedded.others.iter().map(signature).collect();
            row["hidden_bytes"] = json!(embedded.hidden_bytes);
            row["bytes_behind"] = json!(embedded.bytes_behind);
            if let Some(catalog) = catalog {
                row["catalog"] = match catalog::verify(catalog, hashes, trust) {
                    Ok(found) => found.as_ref().map_or(Value::Null, signature),
                    Err(fault) => json!({"problem": fault.to_string()}),
                };
            }
        }
    }
    row
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let now = arguments.next().unwrap().parse().unwrap();
    let catalog = arguments
        .next_if(|word| word == "--catalog")
        .map(|_| std::fs::read(arguments.next().unwrap()).unwrap());
    for path in arguments {
        println!("{}", facts(&path, Trust::microsoft(now), catalog.as_deref()));
    }
}
