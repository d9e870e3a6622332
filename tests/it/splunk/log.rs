//! An event log (.evtx) of events, as Windows writes one: template instances, chunks, checksums.
//!
//! After the published description of the format (libevtx, [D]); only what events 29 and 50 need.

use std::collections::BTreeMap;

use super::event::ConfigEvent;

const TEXT: u8 = 1;
const U8: u8 = 4;
const U16: u8 = 6;
const U32: u8 = 8;
const U64: u8 = 10;
const GUID: u8 = 15;
const TIME: u8 = 17;
const SID: u8 = 19;
const HEX64: u8 = 21;
const XML: u8 = 33;

const CHUNK: usize = 65536;
/// A record of the stories takes a few hundred bytes; with its templates less than this.
const LARGEST: usize = 8192;

/// What stands in an element or an attribute.
enum Part {
    Fixed(&'static str),
    /// A value of the instance by number and type.
    Value(u16, u8),
    Element(Element),
}

struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, Part)>,
    content: Vec<Part>,
}

fn element(name: &'static str, attributes: Vec<(&'static str, Part)>, content: Vec<Part>) -> Part {
    Part::Element(Element { name, attributes, content })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn u16_of(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_le_bytes()
}

fn u32_of(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

fn crc(parts: &[&[u8]]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    for part in parts {
        crc.update(part);
    }
    crc.sum().to_le_bytes()
}

fn guid(text: &str) -> Vec<u8> {
    let digits = text.replace('-', "");
    let mut bytes: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn sid(text: &str) -> Vec<u8> {
    let numbers: Vec<u64> = text.split('-').skip(1).map(|number| number.parse().unwrap()).collect();
    let [revision, authority, parts @ ..] = &numbers[..] else { panic!("{text}") };
    let mut bytes = vec![u8::try_from(*revision).unwrap(), u8::try_from(parts.len()).unwrap()];
    bytes.extend(&authority.to_be_bytes()[2..]);
    bytes.extend(parts.iter().flat_map(|part| u32::try_from(*part).unwrap().to_le_bytes()));
    bytes
}

/// 100 nanoseconds since 1601.
fn filetime(micros: i64) -> [u8; 8] {
    ((micros + 11_644_473_600_000_000) * 10).to_le_bytes()
}

fn hash(name: &str) -> u16 {
    let hash =
        name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(65599).wrapping_add(u32::from(unit)));
    u16::try_from(hash & 0xffff).unwrap()
}

fn system() -> Part {
    let text = |name, number, kind| element(name, vec![], vec![Part::Value(number, kind)]);
    let provider = vec![("Name", Part::Value(10, TEXT)), ("Guid", Part::Value(11, GUID))];
    let execution = vec![("ProcessID", Part::Value(6, U32)), ("ThreadID", Part::Value(7, U32))];
    let parts = vec![
        element("Provider", provider, vec![]),
        text("EventID", 2, U16),
        text("Version", 9, U8),
        text("Level", 0, U8),
        text("Task", 1, U16),
        text("Opcode", 9, U8),
        text("Keywords", 3, HEX64),
        element("TimeCreated", vec![("SystemTime", Part::Value(4, TIME))], vec![]),
        text("EventRecordID", 8, U64),
        element("Correlation", vec![], vec![]),
        element("Execution", execution, vec![]),
        text("Channel", 12, TEXT),
        text("Computer", 13, TEXT),
        element("Security", vec![("UserID", Part::Value(5, SID))], vec![]),
    ];
    let name = Part::Fixed("http://schemas.microsoft.com/win/2004/08/events/event");
    element("Event", vec![("xmlns", name)], vec![element("System", vec![], parts), Part::Value(14, XML)])
}

fn system_values(event: &ConfigEvent, id: usize, data: Vec<u8>) -> Vec<(u8, Vec<u8>)> {
    let process: u32 = event.process.parse().unwrap();
    vec![
        (U8, vec![if event.is_commit() { 4 } else { 5 }]),
        (U16, vec![0, 0]),
        (U16, u16_of(id).to_vec()),
        (HEX64, 0x4000_0000_0000_0000_u64.to_le_bytes().to_vec()),
        (TIME, filetime(event.time).to_vec()),
        (SID, sid(&event.actor)),
        (U32, process.to_le_bytes().to_vec()),
        (U32, 1632_u32.to_le_bytes().to_vec()),
        (U64, event.record.parse::<u64>().unwrap().to_le_bytes().to_vec()),
        (U8, vec![0]),
        (TEXT, utf16("Microsoft-Windows-IIS-Configuration")),
        (GUID, guid("dc0b8e51-4863-407a-bc3c-1b479b2978ac")),
        (TEXT, utf16("Microsoft-IIS-Configuration/Operational")),
        (TEXT, utf16(&event.host)),
        (XML, data),
    ]
}

/// The template and the values of `EventData`.
fn data(event: &ConfigEvent) -> (Part, Vec<(u8, Vec<u8>)>) {
    let texts: Vec<(&'static str, &str)> = if event.is_commit() {
        vec![("ConfigPath", &event.config_path)]
    } else {
        vec![
            ("PhysicalPath", r"\\?\C:\Windows\system32\inetsrv\config\applicationHost.config"),
            ("ConfigPath", &event.config_path),
            ("EffectiveLocationPath", &event.location),
            ("Configuration", &event.configuration),
            ("EditOperationType", &event.operation),
            ("OldValue", &event.old),
            ("NewValue", &event.new),
        ]
    };
    let mut parts = Vec::new();
    let mut values = Vec::new();
    for (number, (name, text)) in (0..).zip(texts) {
        let (kind, value) = match name {
            "EditOperationType" => (U32, text.parse::<u32>().unwrap().to_le_bytes().to_vec()),
            _ => (TEXT, utf16(text)),
        };
        parts.push(element("Data", vec![("Name", Part::Fixed(name))], vec![Part::Value(number, kind)]));
        values.push((kind, value));
    }
    (element("EventData", vec![], parts), values)
}

/// 64 KiB of records that share names and templates.
struct Chunk {
    bytes: Vec<u8>,
    names: BTreeMap<&'static str, usize>,
    templates: BTreeMap<usize, usize>,
    /// Where the newest name and template of each hash are.
    name_heads: [usize; 64],
    template_heads: [usize; 32],
    records: Vec<u64>,
    last_at: usize,
}

impl Chunk {
    fn new() -> Self {
        Self {
            bytes: vec![0; 512],
            names: BTreeMap::new(),
            templates: BTreeMap::new(),
            name_heads: [0; 64],
            template_heads: [0; 32],
            records: vec![],
            last_at: 512,
        }
    }

    /// Where a name is; the first time, the name itself. `out` will lie at `base` of the chunk.
    fn name(&mut self, out: &mut Vec<u8>, base: usize, name: &'static str) {
        if let Some(at) = self.names.get(name) {
            out.extend(u32_of(*at));
            return;
        }
        let at = base + out.len() + 4;
        let before = std::mem::replace(&mut self.name_heads[usize::from(hash(name)) % 64], at);
        out.extend(u32_of(at).into_iter().chain(u32_of(before)).chain(hash(name).to_le_bytes()));
        out.extend(u16_of(name.len()).into_iter().chain(utf16(name)).chain([0, 0]));
        self.names.insert(name, at);
    }

    fn part(&mut self, out: &mut Vec<u8>, base: usize, part: &Part) {
        match part {
            Part::Fixed(text) => {
                out.extend([5, 1].into_iter().chain(u16_of(text.len())).chain(utf16(text)));
            }
            Part::Value(number, kind) => {
                out.extend([0x0e].into_iter().chain(number.to_le_bytes()).chain([*kind]));
            }
            Part::Element(element) => self.element(out, base, element),
        }
    }

    fn element(&mut self, out: &mut Vec<u8>, base: usize, element: &Element) {
        out.extend([if element.attributes.is_empty() { 1 } else { 0x41 }, 0xff, 0xff]);
        let size_at = out.len();
        out.extend([0; 4]);
        self.name(out, base, element.name);
        if !element.attributes.is_empty() {
            let list_at = out.len();
            out.extend([0; 4]);
            for (number, (name, value)) in (1..).zip(&element.attributes) {
                out.push(if number < element.attributes.len() { 0x46 } else { 6 });
                self.name(out, base, name);
                self.part(out, base, value);
            }
            let size = u32_of(out.len() - list_at - 4);
            out[list_at..list_at + 4].copy_from_slice(&size);
        }
        if element.content.is_empty() {
            out.push(3);
        } else {
            out.push(2);
            for part in &element.content {
                self.part(out, base, part);
            }
            out.push(4);
        }
        let size = u32_of(out.len() - size_at - 4);
        out[size_at..size_at + 4].copy_from_slice(&size);
    }

    /// A fragment that will lie at `base`: an instance of a template, which is written the first time.
    fn instance(&mut self, base: usize, key: usize, template: &Part, values: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let id = guid(&format!("{:08x}-0000-4000-8000-{key:012x}", 0x1d00 + key));
        let mut out = vec![0x0f, 1, 1, 0, 0x0c, 1];
        out.extend(&id[..4]);
        if let Some(at) = self.templates.get(&key) {
            out.extend(u32_of(*at));
        } else {
            let at = base + out.len() + 4;
            let before = std::mem::replace(&mut self.template_heads[(0x1d00 + key) % 32], at);
            self.templates.insert(key, at);
            out.extend(u32_of(at).into_iter().chain(u32_of(before)).chain(id));
            let size_at = out.len();
            out.extend([0, 0, 0, 0, 0x0f, 1, 1, 0]);
            self.part(&mut out, base, template);
            out.push(0);
            let size = u32_of(out.len() - size_at - 4);
            out[size_at..size_at + 4].copy_from_slice(&size);
        }
        out.extend(u32_of(values.len()));
        for (kind, value) in values {
            out.extend(u16_of(value.len()).into_iter().chain([*kind, 0]));
        }
        out.extend(values.iter().flat_map(|(_, value)| value));
        out
    }

    fn record(&mut self, event: &ConfigEvent) {
        let id = if event.is_commit() { 50 } else { 29 };
        let base = self.bytes.len() + 24;
        let values = system_values(event, id, vec![]);
        let mut body = self.instance(base, 1, &system(), &values);
        // The data are the last value: they lie right behind, and their length is told in front of the values.
        let size_at = body.len() - values.iter().map(|(_, value)| value.len()).sum::<usize>() - 4;
        let (template, values) = data(event);
        let mut inner = self.instance(base + body.len(), id, &template, &values);
        inner.push(0);
        body[size_at..size_at + 2].copy_from_slice(&u16_of(inner.len()));
        body.extend(inner);
        body.push(0);
        body.resize(body.len() + (8 - (24 + body.len() + 4) % 8) % 8, 0);
        let number: u64 = event.record.parse().unwrap();
        let size = u32_of(24 + body.len() + 4);
        self.last_at = self.bytes.len();
        self.records.push(number);
        self.bytes.extend([0x2a, 0x2a, 0, 0].into_iter().chain(size).chain(number.to_le_bytes()));
        self.bytes.extend(filetime(event.time).into_iter().chain(body).chain(size));
    }

    fn finish(mut self) -> Vec<u8> {
        let free = self.bytes.len();
        let sum = crc(&[&self.bytes[512..]]);
        let (first, last) = (self.records[0], self.records[self.records.len() - 1]);
        let mut head = b"ElfChnk\0".to_vec();
        head.extend([first, last, first, last].into_iter().flat_map(u64::to_le_bytes));
        head.extend([128, self.last_at, free].into_iter().flat_map(u32_of).chain(sum));
        head.resize(128, 0);
        head.extend(self.name_heads.into_iter().chain(self.template_heads).flat_map(u32_of));
        self.bytes[..512].copy_from_slice(&head);
        let sum = crc(&[&self.bytes[..120], &self.bytes[128..512]]);
        self.bytes[124..128].copy_from_slice(&sum);
        self.bytes.resize(CHUNK, 0);
        self.bytes
    }
}

/// The log that holds these events of one server, in their order.
pub fn log(events: &[ConfigEvent]) -> Vec<u8> {
    let mut chunks = vec![Chunk::new()];
    for event in events {
        if chunks[chunks.len() - 1].bytes.len() > CHUNK - LARGEST {
            chunks.push(Chunk::new());
        }
        let last = chunks.len() - 1;
        chunks[last].record(event);
    }
    let next: u64 = events[events.len() - 1].record.parse::<u64>().unwrap() + 1;
    let mut bytes = b"ElfFile\0".to_vec();
    let last = u64::try_from(chunks.len()).unwrap() - 1;
    bytes.extend([0, last, next].into_iter().flat_map(u64::to_le_bytes));
    bytes.extend(u32_of(128).into_iter().chain([1, 3, 4096, chunks.len()].into_iter().flat_map(u16_of)));
    bytes.resize(120, 0);
    let sum = crc(&[&bytes]);
    bytes.extend([0; 4].into_iter().chain(sum));
    bytes.resize(4096, 0);
    bytes.extend(chunks.into_iter().flat_map(Chunk::finish));
    bytes
}
