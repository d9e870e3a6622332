//! What a decision sees about a module, beside its image path, its place and whom it resembles: one code for each thing.

use crate::words::words;

words! {
    /// A reason code of the decision.
    pub enum Code {
        AliasOf = "alias_of" {
            since: "0.1.0",
            means: "this image belongs to the known module named here",
            seen: "the image is that of the listed module in the detail",
            why: "the file may be genuine, the registration is not",
            todo: "ask who registered it a second time",
            example: "`alias_of:DefaultDocumentModule`",
        }
        AllowlistDamaged = "allowlist_damaged" {
            since: "0.1.1",
            means: "a bad row of the allowlist or packs file may be about it: what that row says does not count",
            seen: "a bad row of the allowlist holds its name, image or type, or says so little that it may be about anything; or a bad row of the packs file is for its host",
            why: "what the row says does not count: a deny entry may be missing, or an allow entry",
            todo: "mend the row: the search warns with line and column, `allowlist check` lists all",
            example: "`31.03.2027` in `expires`",
        }
        AllowlistUnreadable = "allowlist_unreadable" {
            since: "0.1.1",
            means: "the allowlist or packs file cannot be read at all: the module may be listed there",
            seen: "the allowlist or the packs file cannot be read at all, and nothing but the lack of an entry speaks against the module",
            why: "it may well be listed; all such modules together are one finding of the alerts",
            todo: "mend the file: the search warns what is wrong",
            example: "a file saved as UTF-16",
        }
        BareType = "bare_type" {
            since: "0.2.0",
            means: "the type names no assembly, and the entry that agrees names one",
            seen: "the type is written without an assembly, the entry that agrees has one",
            why: "a bare name is looked for in every assembly at hand: a dropped DLL may answer to it",
            todo: "write the assembly in the configuration, or the bare name in an exact entry",
            example: "`Elmah.ErrorLogModule` where the pack lists `Elmah.ErrorLogModule, Elmah`",
        }
        ByAppPool = "by_app_pool" {
            since: "0.1.0",
            means: "the change was made by an application pool: a web application changed its own server",
            seen: "the actor is an application pool",
            why: "web applications do not configure their own server; a web shell does",
            todo: "look at the requests and processes of that pool at that time",
            example: "actor `S-1-5-82-3006700770-…`",
        }
        ClockMoved = "clock_moved" {
            since: "0.2.0",
            means: "the clock of the host was moved: its record numbers rise while times fall, or the time lies ahead of indexing",
            seen: "within one host and log record numbers rise while times fall by more than a minute, or the time lies more than ten minutes ahead of the time of indexing",
            why: "who sets the clock chooses the date at which entries are compared, and hides from searches by time",
            todo: "look at event 1 of Kernel-General and 4616 of Security on that host: who changed the time",
            example: "record 100 at 12:00, record 101 a month before",
        }
        Continues = "continues" {
            since: "0.1.1",
            means: "a change of the same module reached five minutes and its rows went on: when the first of it came",
            seen: "a change of the same module reached five minutes and its rows went on without a silence; the detail says when the first row of the first such change came",
            why: "whoever keeps writing keeps a change open; it is reported in pieces",
            todo: "read it together with the earlier changes of that module on that host",
            example: "`continues:2026-11-20T15:40:31Z`",
        }
        Contradiction = "contradiction" {
            since: "0.2.0",
            means: "no entry of the configuration has this section, kind, operation, image and type together",
            seen: "a row of a list has a section, kind, operation, image and type that no entry of the configuration has together, or a name where its `record` says that it lists no module",
            why: "which of them is wrong is not guessed; verdict `unparsed`",
            todo: "correct the row, or leave out the column that means something else",
            example: "`kind` `managed` with an image",
        }
        DenyEntry = "deny_entry" {
            since: "0.1.0",
            means: "the deny entry of the allowlist file with this id",
            seen: "the deny entry in the detail is in force",
            why: "it decides before everything else",
            todo: "see `denied`",
            example: "`deny_entry:no-acme`",
        }
        DocumentedMitigation = "documented_mitigation" {
            since: "0.1.0",
            means: "removing this module is Microsoft's mitigation for CVE-2023-36434",
            seen: "TokenCacheModule was removed",
            why: "Microsoft told administrators to do so against CVE-2023-36434; it came back with the October 2023 update",
            todo: "check that the removal was meant, and put the module back once patched",
            example: "`TokenCacheModule` removed",
        }
        EntryByMovedClock = "entry_by_moved_clock" {
            since: "0.2.0",
            means: "the allowlist entry with this id has dates, and the clock that they were compared with was moved",
            seen: "the entry in the detail has dates and allows it, and the clock of the host was moved",
            why: "the entry may be in force by a date that never was",
            todo: "see `clock_moved`; was the entry in force when the event really happened?",
            example: "`entry_by_moved_clock:acme-2026`",
        }
        EntryExpired = "entry_expired" {
            since: "0.1.0",
            means: "the allowlist entry with this id covers it, but is not valid at this date",
            seen: "the entry in the detail covers it, but not at this date",
            why: "the entry allows nothing now",
            todo: "renew or delete the entry",
            example: "`entry_expired:acme-all`",
        }
        EntryInForceThenOnly = "entry_in_force_then_only" {
            since: "0.2.0",
            means: "the allowlist entry with this id was in force at the time of the event, but not when it was indexed, more than a day apart",
            seen: "the entry in the detail allows it at the event's own time, and did not, or not yet, at the time when the row was indexed, more than a day apart",
            why: "a clock that was moved brings an entry back into force; so does a row that came late",
            todo: "find out when it really happened; renew or delete the entry",
            example: "expired on 31 March, event of 30 March, indexed in November",
        }
        EntryOutOfScope = "entry_out_of_scope" {
            since: "0.1.0",
            means: "the allowlist entry with this id covers it, but for another host, place, action or preCondition",
            seen: "the entry in the detail covers it, but for another host, place, action or preCondition",
            why: "the entry allows nothing here",
            todo: "widen the entry if it should",
            example: "`entry_out_of_scope:acme-web01`",
        }
        ExpectedImage = "expected_image" {
            since: "0.1.0",
            means: "the known image of a module of this name",
            seen: "the name is listed with the image in the detail",
            why: "shows what should be there",
            todo: "compare the two paths",
            example: r"`expected_image:%windir%\System32\inetsrv\static.dll`",
        }
        ExpectedType = "expected_type" {
            since: "0.1.0",
            means: "the known type of a module of this name",
            seen: "the name is listed with the type (or image) in the detail",
            why: "shows what should be there",
            todo: "compare type, assembly and key",
            example: "`expected_type:System.Web.Security.FormsAuthenticationModule`",
        }
        FrameworkInBin = "framework_in_bin" {
            since: "0.2.0",
            means: "an assembly of the .NET Framework without its key: it is taken from the folder of the application",
            seen: "the type names an assembly of the .NET Framework without its key, or with another one",
            why: "only full names are looked for in the global cache: any DLL of that name in `bin` is loaded instead",
            todo: "look at `bin` of the application; write the full name, or allow name and type for that site",
            example: "`System.Web.Handlers.ScriptModule, System.Web.Extensions`",
        }
        ImageChangedUnseen = "image_changed_unseen" {
            since: "0.1.0",
            means: "the image was changed, but this rendering of the event hides the new path",
            seen: "the image of a registered module was written, the rendering hides its value",
            why: "a hijack would look like this in classic text",
            todo: "get the XML of the event, or the inventory of the host",
            example: r#"classic `…/add[@name="StaticFileModule"]/@image`"#,
        }
        ImageOverwritten = "image_overwritten" {
            since: "0.1.0",
            means: "this image was put in place and overwritten by another one within the same change",
            seen: "an image or type was written, and overwritten by another one within the same change",
            why: "putting the old DLL back hides the one that was loaded in between; without event 50 both fall into one change",
            todo: "find that DLL; look at the process that loaded it",
            example: "a DLL in Temp for ten seconds",
        }
        ImageReplaced = "image_replaced" {
            since: "0.1.0",
            means: "the image was another one before",
            seen: "the image or type was another one before",
            why: "says that code was exchanged, even where the new pair is good",
            todo: "compare with `iis_module_image_old`",
            example: r"from `C:\Acme\a.dll` to `C:\Acme\b.dll`",
        }
        ImageUnseen = "image_unseen" {
            since: "0.1.0",
            means: "the image was set, but this rendering of the event hides the path",
            seen: "an image was set, the rendering hides its value",
            why: "the pair cannot be checked",
            todo: "collect XML-rendered events",
            example: "classic text of a new module",
        }
        Inferred = "inferred" {
            since: "0.1.0",
            means: "the action is concluded from which events are there: this rendering hides the operation",
            seen: "the action is concluded from which rows are there",
            why: "classic text hides the operation",
            todo: "treat the action as likely, not as certain",
            example: "an element row without a name row: removed",
        }
        KeyLost = "key_lost" {
            since: "0.2.0",
            means: "the type had a PublicKeyToken before, or a version and a culture beside it, and is the same without now",
            seen: "the same type as before, without the PublicKeyToken that it had, or without version or culture",
            why: "a name that is not full is looked for in `bin`, and the file there is loaded, whoever put it there",
            todo: "put the full name back; look at `bin` of the application",
            example: "`Acme.M, Acme.Web, …, PublicKeyToken=…` to `Acme.M, Acme.Web`",
        }
        LaterVersion = "later_version" {
            since: "0.2.0",
            means: "the file that an entry vouches for, in the folder of a later version; the pattern that would settle it",
            seen: "an entry vouches for the same file in a folder of an earlier version",
            why: "agents that update themselves lie in a folder called after their version",
            todo: "check the signature once, then allow the pattern in the detail by an entry with `match=glob`",
            example: r"`later_version:C:\Agent {version}\agent.dll`",
        }
        Late = "late" {
            since: "0.2.0",
            means: "the row was indexed more than a day after its time",
            seen: "the row was indexed more than a day after its time",
            why: "a server that was away, a log that was read later, or a clock that was set back",
            todo: "nothing by itself",
            example: "a backup of a log, read in November",
        }
        ListChanged = "list_changed" {
            since: "0.1.0",
            means: "the list of modules at this place was written as a whole; this rendering hides how",
            seen: "the list of modules, filters or handlers was written as a whole, the rendering hides how",
            why: "it may have been emptied",
            todo: "compare the list before and after",
            example: "classic text about the section itself",
        }
        ListCleared = "list_cleared" {
            since: "0.1.0",
            means: "the whole list of modules was cleared at this place",
            seen: "the list of modules, filters or handlers was cleared at this place",
            why: "it takes logging, filtering and authorization along",
            todo: "compare the list before and after",
            example: "`<clear />` in a web.config",
        }
        LockChanged = "lock_changed" {
            since: "0.1.0",
            means: "a lock of the module was written",
            seen: "a lock of the module was written",
            why: "an unlocked module can be removed by the owner of a site",
            todo: "check that sites may change it",
            example: "`lockItem` of `RequestFilteringModule`",
        }
        MissingName = "missing_name" {
            since: "0.1.0",
            means: "the row lists a module without its name",
            seen: "a row of an inventory has an image or type, but no name",
            why: "it cannot be compared",
            todo: "give the field with `name_field=`",
            example: "an empty cell",
        }
        NameEntry = "name_entry" {
            since: "0.1.0",
            means: "the allowlist entry with this id vouches for the name only",
            seen: "the entry with `match=name` in the detail vouches for the name",
            why: "the image is not checked at all",
            todo: "collect the image where you can",
            example: "`name_entry:classic-acme`",
        }
        NameNonAscii = "name_non_ascii" {
            since: "0.1.0",
            means: "the name has characters outside ASCII; no known module does",
            seen: "the name has characters outside ASCII",
            why: "no listed name has any; letters of other scripts look alike",
            todo: "look at the characters one by one",
            example: "`UrlAuthоrizationModule`",
        }
        NameWhitespace = "name_whitespace" {
            since: "0.1.0",
            means: "the name begins or ends with white space: to IIS it is another name",
            seen: "the name begins or ends with white space",
            why: "IIS takes it for another name, a reader does not",
            todo: "look at the configuration file itself",
            example: "`StaticFileModule` and a space",
        }
        NotOfFramework = "not_of_framework" {
            since: "0.2.0",
            means: "a type of the baseline, registered below the server level, that need not come from the .NET Framework itself: of a product beside it, in a version that it never had, or without version or culture",
            seen: "a known type, at a site or deeper, whose assembly is no part of the .NET Framework itself, or is written with another version or without version or culture",
            why: "where the global cache has no such assembly a file in `bin` answers to the same name: applications with full trust skip the check of strong names, and names that are not full are looked for in `bin` only",
            todo: "see that the product is installed; then choose its pack (`wif` for Windows Identity Foundation 3.5), or allow name and type by an exact entry",
            example: "Windows Identity Foundation 3.5 at a site; `System.Web` with `Version=9.9.9.9`",
        }
        OtherHalf = "other_half" {
            since: "0.2.0",
            means: "the other half of the same ISAPI extension is a finding too: the handler that sends requests to it, or the restriction that lets it run",
            seen: "a handler and an entry of `isapiCgiRestriction` on one host name the same file, and both are findings; the detail names the other",
            why: "an extension runs only where both are there",
            todo: "look at both together",
            example: "`other_half:isapiCgiRestriction`, `other_half:handlers Reports`",
        }
        OverridesAllowEntry = "overrides_allow_entry" {
            since: "0.1.0",
            means: "the allowlist entry with this id covers it, but something stronger speaks against it",
            seen: "the allow entry in the detail covers it, but something stronger speaks against it",
            why: "says why the entry did not help",
            todo: "decide which of the two is right",
            example: "`overrides_allow_entry:acme-all`",
        }
        OwnModuleRemoved = "own_module_removed" {
            since: "0.2.0",
            means: "a module that an exact entry of the site lists was removed",
            seen: "an exact entry of the site lists the module that was removed",
            why: "what the site agreed to have is gone",
            todo: "find out who removed it; an entry whose action names `removed` agrees to it",
            example: "`Acme` removed",
        }
        PackNotChosen = "pack_not_chosen" {
            since: "0.1.0",
            means: "name and image are those of a product pack that is not chosen for this host",
            seen: "the pair belongs to a product whose pack is not chosen for this host",
            why: "the product may be installed, or imitated",
            todo: "if the host has it, choose the pack; `iis_module_rule` names the entry",
            example: "`CSPms` without the pack `intersystems`",
        }
        PreconditionChanged = "precondition_changed" {
            since: "0.1.0",
            means: "the preCondition of the module was written",
            seen: "the preCondition was written",
            why: "it decides in which application pools the module runs",
            todo: "compare it with that of other servers",
            example: "`bitness64` taken away",
        }
        ProtectiveModuleNarrowed = "protective_module_narrowed" {
            since: "0.1.1",
            means: "a preCondition keeps a module that logs, filters or authorizes requests from running where it usually runs",
            seen: "a module that logs, filters or authorizes requests has a preCondition that its listed pair does not have",
            why: "in the application pools and for the requests that it leaves out nothing is logged or refused",
            todo: "take the condition away; if it is meant, agree to it by an entry with that `precondition`",
            example: "`HttpLoggingModule` with `bitness32`",
        }
        ProtectiveModuleRemoved = "protective_module_removed" {
            since: "0.1.0",
            means: "a module that logs, filters or authorizes requests was removed",
            seen: "a module that logs, filters or authorizes requests was removed",
            why: "what follows is not logged or not refused",
            todo: "put it back, then look at what happened meanwhile",
            example: "`HttpLoggingModule` removed",
        }
        Renamed = "renamed" {
            since: "0.1.0",
            means: "the module was given this name in place of another one",
            seen: "the `name` attribute was written with another value",
            why: "a module can be brought under a known name after its registration",
            todo: "compare with the old name in the path",
            example: "`X` renamed to `StaticFileModule`",
        }
        Setting = "setting" {
            since: "0.2.0",
            means: "the watched setting of this id",
            seen: "the row of `iis_watched_settings.csv` in the detail is about it",
            why: "the row says why the setting matters, and what to do",
            todo: "read `meaning` and `advice` of the row; a disabled row with its id in the allowlist switches it off",
            example: "`setting:http-logging-off`",
        }
        RemovedTogether = "removed_together" {
            since: "0.2.0",
            means: "these listed modules were removed by one actor within ten minutes, as when a role service is removed",
            seen: "five or more listed modules of a host were removed by one actor (or one process, where no actor is known) within ten minutes; the detail lists them",
            why: "it is one act, so it is one finding, with the worst severity among them",
            todo: "ask whether a role service was removed; look first at those that protect",
            example: "`removed_together:CgiModule, DigestAuthenticationModule, …`",
        }
        System32Root = "system32_root" {
            since: "0.1.0",
            means: "the image lies in System32 itself, where attackers, but hardly any module, put DLLs",
            seen: "the image lies in System32 (or SysWOW64) itself",
            why: "IIS keeps its modules in inetsrv; malware was found here",
            todo: "check the signature of the file",
            example: r"`C:\Windows\System32\system.dll`",
        }
        Threat = "threat" {
            since: "0.1.0",
            means: "the malware family of the threat entry that matches",
            seen: "the malware family of the threat entry that matches",
            why: "see `known_malicious`",
            todo: "read the reference of the entry in the threat lookup",
            example: "`threat:DoorMe (ChamelGang), 2021`",
        }
        ThreatBasename = "threat_basename" {
            since: "0.1.0",
            means: "malware used a DLL of this file name; the name alone proves nothing",
            seen: "malware used a DLL of this file name; so may others",
            why: "it proves nothing alone, but raises the severity one step, and no pattern allows it",
            todo: "check hash and signature; allow the exact pair if it is yours",
            example: "`threat_basename:IISpy (ESET group 7), 2021` for `cache.dll`",
        }
        TimeAssumed = "time_assumed" {
            since: "0.1.0",
            means: "it has no time that can be read: dates were compared with the time of the search or scan",
            seen: "the row has no time, or none that can be read",
            why: "dates of entries were compared with the time of the search or scan",
            todo: "keep `_time` in the search, write times in ISO 8601 in a file, or give `as_of=`",
            example: "after a `stats` without `_time`",
        }
        TypeVersionDiffers = "type_version_differs" {
            since: "0.1.0",
            means: "the known type of this name in another version, under the same key",
            seen: "the listed type under the same key in another version",
            why: "usual after an update",
            todo: "nothing, unless the version is older",
            example: "`Version=9.0.0.0`",
        }
        UnknownConfigPath = "unknown_config_path" {
            since: "0.2.0",
            means: "the row lists a module at a place that is no configuration path (`MACHINE/…`)",
            seen: "a row of a list has a `config_path` that does not begin with `MACHINE`",
            why: "entries count for places, and a guess could pass by a deny entry; verdict `unparsed`",
            todo: "write the path as event 29 does, or leave the column out",
            example: "`C:\\Windows\\System32\\inetsrv\\config`",
        }
        UnknownKind = "unknown_kind" {
            since: "0.2.0",
            means: "the row lists a module of a kind that IIS does not have",
            seen: "a row of a list has another `kind` than `native`, `managed`, `isapi_filter` and `handler`",
            why: "what it is compared with hangs on it; verdict `unparsed`",
            todo: "write one of these, or leave the column out",
            example: "`production`",
        }
        UnknownOperation = "unknown_operation" {
            since: "0.2.0",
            means: "the row lists something else than `add`, `remove` or `clear`",
            seen: "a row of a list has another `operation` than `add`, `remove` and `clear`",
            why: "an entry may take modules away; verdict `unparsed`",
            todo: "write one of these, or leave the column out",
            example: "`installed`",
        }
        UnknownSection = "unknown_section" {
            since: "0.2.0",
            means: "the row lists a module in a section that registers none",
            seen: "a row of a list has a `section` that registers no modules, filters or handlers",
            why: "what it is compared with hangs on it; verdict `unparsed`",
            todo: "write the name of the section, or leave the column out",
            example: "`Finance`",
        }
        ValueHidden = "value_hidden" {
            since: "0.2.0",
            means: "the value can be a secret and is not copied; what is told of it",
            seen: "a value that can be a secret was written: how long it is, and whether it is another one than before",
            why: "keys and passwords do not belong into findings",
            todo: "read the event itself, where you may",
            example: "`value_hidden:64 characters, another one than before`",
        }
        ValueUnseen = "value_unseen" {
            since: "0.2.0",
            means: "a watched setting was written, but this rendering of the event hides the value",
            seen: "a watched setting was written, the rendering hides its value",
            why: "whether it loads code or switches something off does not show",
            todo: "collect XML-rendered events, or read the configuration of the host",
            example: "classic text of `httpLogging/@dontLog`",
        }
        VersionLowered = "version_lowered" {
            since: "0.2.0",
            means: "an entry allows every version, and this one is earlier than the one before",
            seen: "the entry allows every version; this one is earlier than the one that it replaced",
            why: "an old version may bring back a known weakness",
            todo: "ask who went back, and why",
            example: r"`C:\Agent 25.1\agent.dll` to `C:\Agent 24.2\agent.dll`",
        }
        WeakIdentity = "weak_identity" {
            since: "0.1.0",
            means: "the type is known by its name only: no assembly and token vouch for it",
            seen: "the type agrees as far as it is written, but an assembly or its key is missing",
            why: "an assembly of that name in `bin` would match too",
            todo: "write assembly and PublicKeyToken in the configuration and in the entry",
            example: "a bare `System.Web.Security.FormsAuthenticationModule`",
        }
    }
}
