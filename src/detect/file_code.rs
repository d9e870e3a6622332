//! What a decision sees about the file behind a registration: one code for each thing.

use crate::words::words;

words! {
    /// A reason code about a file.
    pub enum FileCode {
        FactNotUnderstood = "fact_not_understood" {
            since: "0.2.0",
            means: "the column named here holds a word that none of the facts about a file has",
            seen: "the column in the detail holds a word that it cannot have, so that it decides nothing",
            why: "a fact that would speak against the file may be hidden in it",
            todo: "correct the column, or leave it out where it means something else",
            example: "`fact_not_understood:signature` for `NotSigned`",
        }
        FileMissing = "file_missing" {
            since: "0.2.0",
            means: "the file is not there",
            seen: "the registration is there, its file is not",
            why: "whoever can write there decides what is loaded at the next start; uninstallers leave such entries behind",
            todo: "find out whether the product is still there; else take the entry out",
            example: "`kerbauth.dll` of a mail server that is gone",
        }
        FileNotRead = "file_not_read" {
            since: "0.2.0",
            means: "the file was not looked at, for the reason named here",
            seen: "the file was denied, is not in the collection, or its path names no one file: the detail says which",
            why: "what it holds is not known: the verdict rests on name and path alone",
            todo: "`denied`: give the collector the right to read it; `not_collected`: collect the file; `not_resolved`: look on the host",
            example: "`file_not_read:not_collected`",
        }
        FileNotSeen = "file_not_seen" {
            since: "0.2.0",
            means: "the entry names files or signers, and nothing is known of the file",
            seen: "the entry that allows the pair has `sha256` or `signer_sha256`, and the row tells neither: an event never does",
            why: "only name and path agree with the entry",
            todo: "look at the file on the host, or collect a list with facts about files",
            example: "event 29 about a module whose entry has a `sha256`",
        }
        FileTooLarge = "file_too_large" {
            since: "0.2.0",
            means: "the file is too large to be looked at",
            seen: "the file is larger than what is read, 64 MiB",
            why: "no module of Windows is: a file can be made larger so that nobody looks at it",
            todo: "look at the size and hash of the file on the host",
            example: "`static.dll` of 70 MB",
        }
        NotAModule = "not_a_module" {
            since: "0.2.0",
            means: "the file does not export what IIS would call in a module or filter of this kind",
            seen: "a native module without `RegisterModule`, a filter without `HttpFilterProc`, or a file that is no program at all",
            why: "IIS cannot load it: it is another file than the one that is registered",
            todo: "compare it with the file of another server",
            example: "`msxml3.dll` in the place of `static.dll`",
        }
        NotInConfig = "not_in_config" {
            since: "0.2.0",
            means: "the registration stands only here, and not in the configuration",
            seen: "it was found in the copy that a worker process reads (`worker_copy`), in an earlier version of the configuration (`history`) or as a file that nothing registers (`disk`), and not in the configuration",
            why: "what is registered for a moment, or only in the copy, does not show in the configuration",
            todo: "compare the times of the files; look for the change in other traces",
            example: "`not_in_config:worker_copy`",
        }
        OlderThanInBox = "older_than_in_box" {
            since: "0.2.0",
            means: "the file is older than those of Windows beside it",
            seen: "the file is of an earlier version of Windows than the files beside it",
            why: "an old file is genuine, and brings back a known weakness",
            todo: "compare its version with that on another server of the same version of Windows",
            example: "`static.dll` 10.0.14393 on Windows Server 2022",
        }
        OtherFileName = "other_file_name" {
            since: "0.2.0",
            means: "a genuine file of Microsoft that calls itself as named here",
            seen: "the file is Microsoft's own, and its version resource has another name than the file",
            why: "its signature is right, and it is another program than it seems to be",
            todo: "compare its hash with that of the file on another server",
            example: "`other_file_name:cmd.exe` for `static.dll`",
        }
        OtherHash = "other_hash" {
            since: "0.2.0",
            means: "the entry names another file by its hash",
            seen: "the entry that allows the pair has a `sha256`, and the file has another",
            why: "the site vouches for one file, and this is another; medium where it has the signer that the entry names, and a right signature",
            todo: "find out who exchanged it; after an update add its hash to the entry, divided by `|`",
            example: "`acme.dll` after an update",
        }
        OtherSigner = "other_signer" {
            since: "0.2.0",
            means: "the entry names another signer by its certificate",
            seen: "the entry that allows the pair has a `signer_sha256`, and the file has no right signature of that certificate",
            why: "the site vouches for the files of one signer, and this is none",
            todo: "find out who exchanged it; a vendor with a new certificate is added to the entry, divided by `|`",
            example: "`acme.dll` without a signature",
        }
        Redirected = "redirected" {
            since: "0.2.0",
            means: "a setting of the application sends the type to another file",
            seen: "`assemblyBinding`, `CLRConfigFile` or `aspnet.config` sends a listed type to another file than its name says",
            why: "the name is that of a known module, the code is not",
            todo: "read the setting that the detail names; look at the file that it leads to",
            example: "`codeBase` for `System.Web`",
        }
        SignatureBroken = "signature_broken" {
            since: "0.2.0",
            means: "the file is not the one that was signed, or its signature is wrong",
            seen: "the signature is a `hash_mismatch` (the file was changed after it was signed), `invalid` or `malformed`: the detail says which",
            why: "no honest tool leaves a signed file so: it was patched, or another file took over its signature",
            todo: "secure the file, and compare it with the one on another server",
            example: "`signature_broken:hash_mismatch`",
        }
        SignatureNotChecked = "signature_not_checked" {
            since: "0.2.0",
            means: "the signature was not checked to the end",
            seen: "the file has no signature of its own, and the catalogs are not at hand; or something in it is not understood",
            why: "the verdict rests on name and path alone: it is no accusation",
            todo: r"collect the folder `C:\Windows\System32\CatRoot` as well, which has the signatures of Windows' own files",
            example: "an in-box DLL in a collection without `CatRoot`",
        }
        SignaturePadded = "signature_padded" {
            since: "0.2.0",
            means: "bytes that nobody signed are hidden in the signature: how many",
            seen: "the signature has room for bytes that are not checked (CVE-2013-3900), and they are used",
            why: "they can hold anything, and the signature stays right",
            todo: "look at what they hold; compare the file with the one that its vendor delivers",
            example: "`signature_padded:4096`",
        }
        SignerUnexpected = "signer_unexpected" {
            since: "0.2.0",
            means: "the file is not signed by whom the baseline names for it: by whom, or not at all",
            seen: "the baseline says whose signature the file has, and it has none, or another one: the detail says which",
            why: "the file of Windows, or of a product of Microsoft, was exchanged",
            todo: "secure the file; repair it (`sfc /scannow`) only after that",
            example: "`signer_unexpected:none` for `inetsrv\\static.dll`",
        }
        UpdatePending = "update_pending" {
            since: "0.2.0",
            means: "an update of Windows waits for a restart: files may be ahead of their catalogs",
            seen: "`WinSxS\\pending.xml` shows an update that waits for a restart",
            why: "until then a file may be newer than the catalog that vouches for it",
            todo: "restart, and check again",
            example: "the day after the monthly update",
        }
        WrongMachine = "wrong_machine" {
            since: "0.2.0",
            means: "the file is for another processor than the pool that would load it",
            seen: "a 32-bit file for 64-bit pools, or the reverse",
            why: "IIS cannot load it: it is another file than the one that is registered",
            todo: "compare it with the file of another server",
            example: "`wrong_machine:x86` in 64-bit pools",
        }
    }
}
