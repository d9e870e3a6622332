//! What one event costs, by where its text stands, and the parts of that. Each is read for itself: the command asks
//! first whether an earlier row said the same.

use std::hint::black_box;

use divan::Bencher;
use iismodcheck::allowlist::{Catalogue, HostProfiles, SiteFile};
use iismodcheck::detect::Engine;
use iismodcheck::event::{self, Fields, Scratch};
use iismodcheck::iis::{Image, Registration, Roots, config_path};

const PATH: &str = "/system.webServer/globalModules/add[@name=\"HttpLoggingModule\"]/@image";

fn message() -> String {
    format!("Changes to '{PATH}' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.")
}

fn read(bencher: Bencher<'_, '_>, column: &str, text: &str) {
    let mut fields = Fields::default();
    fields.set(column, text.as_bytes());
    fields.set("EventCode", b"29");
    fields.set("host", b"web01.example.test");
    fields.set("_time", b"1790000000.000");
    let mut scratch = Scratch::default();
    bencher.bench_local(|| {
        black_box(event::read(black_box(&fields), &mut scratch));
    });
}

#[divan::bench]
fn message_text(bencher: Bencher<'_, '_>) {
    read(bencher, "Message", &message());
}

#[divan::bench]
fn classic_text(bencher: Bencher<'_, '_>) {
    let raw = format!(
        "11/20/2026 03:40:31 PM\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nEventType=5\n\
         ComputerName=web01.example.test\nUser=NOT_TRANSLATED\nSid=S-1-5-21-1-2-3-500\nSidType=0\n\
         SourceName=Microsoft-Windows-IIS-Configuration\nType=Verbose\nRecordNumber=42\nKeywords=None\n\
         TaskCategory=None\nOpCode=Info\nMessage={}",
        message()
    );
    read(bencher, "_raw", &raw);
}

#[divan::bench]
fn xml(bencher: Bencher<'_, '_>) {
    let raw = format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='Microsoft-Windows-IIS-Configuration' Guid='{{DC0B8E51-4863-407A-BC3C-1B479B2978AC}}'/>\
         <EventID>29</EventID><Version>0</Version><Level>4</Level><Task>0</Task><Opcode>0</Opcode>\
         <Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2026-11-20T15:40:31.1234567Z'/>\
         <EventRecordID>42</EventRecordID><Correlation/><Execution ProcessID='4000' ThreadID='4520'/>\
         <Channel>Microsoft-IIS-Configuration/Operational</Channel><Computer>web01.example.test</Computer>\
         <Security UserID='S-1-5-21-1-2-3-500'/></System><EventData>\
         <Data Name='ConfigPath'>MACHINE/WEBROOT/APPHOST</Data><Data Name='EffectiveLocationPath'></Data>\
         <Data Name='Configuration'>{PATH}</Data><Data Name='EditOperationType'>1</Data><Data Name='OldValue'></Data>\
         <Data Name='NewValue'>%windir%\\System32\\inetsrv\\loghttp.dll</Data></EventData></Event>"
    );
    read(bencher, "_raw", &raw);
}

#[divan::bench]
fn configuration_path() {
    black_box(config_path::parse(black_box(PATH)));
}

const IMAGE: &str = r"%windir%\System32\inetsrv\loghttp.dll";

#[divan::bench]
fn image_normalisation() {
    black_box(Image::normalise(black_box(IMAGE), &Roots::default()));
}

/// A decision about a module that was met before.
#[divan::bench]
fn decision(bencher: Bencher<'_, '_>) {
    let catalogue = Catalogue::new(SiteFile::default()).unwrap();
    let mut engine = Engine::new(catalogue, HostProfiles::default(), None);
    let row = Registration { name: "HttpLoggingModule", image: IMAGE, ..Registration::default() };
    let subject = row.subject("web01", 1_790_000_000_000_000, false);
    bencher.bench_local(|| {
        black_box(engine.decide(black_box(&subject)).finding);
    });
}
