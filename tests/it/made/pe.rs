//! Small PE files: what a DLL of IIS needs, and nothing that runs.

pub const X64: u16 = 0x8664;
pub const X86: u16 = 0x14C;

/// What a DLL says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Dll<'d> {
    pub machine: u16,
    /// `OriginalFilename`.
    pub name: &'d str,
    pub version: [u16; 4],
    pub exports: &'d [&'d str],
    /// Bytes that tell it from other files.
    pub code: &'d [u8],
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn longs(numbers: &[usize]) -> Vec<u8> {
    numbers.iter().flat_map(|number| u32::try_from(*number).unwrap().to_le_bytes()).collect()
}

fn filled(mut bytes: Vec<u8>, to: usize) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(to), 0);
    bytes
}

fn text16(text: &str) -> Vec<u8> {
    words(&text.encode_utf16().chain([0]).collect::<Vec<u16>>())
}

/// A block of a version resource.
fn block(key: &str, value: &[u8], is_text: bool, inside: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 6];
    body.extend(text16(key));
    body = filled(body, 4);
    body.extend_from_slice(value);
    if !inside.is_empty() {
        body = filled(body, 4);
        body.extend_from_slice(inside);
    }
    let length = if is_text { value.len() / 2 } else { value.len() };
    let head = [body.len(), length, usize::from(is_text)].map(|number| u16::try_from(number).unwrap());
    body[..6].copy_from_slice(&words(&head));
    body
}

fn version(name: &str, [major, minor, build, revision]: [u16; 4]) -> Vec<u8> {
    let pair = |high: u16, low: u16| usize::from(high) << 16 | usize::from(low);
    let (high, low) = (pair(major, minor), pair(build, revision));
    let fixed = longs(&[0xFEEF_04BD, 0x10000, high, low, high, low, 0x3F, 0, 0x40004, 2, 0, 0, 0]);
    let text = block("OriginalFilename", &text16(name), true, &[]);
    let table = block("040904B0", &[], true, &text);
    block("VS_VERSION_INFO", &fixed, false, &block("StringFileInfo", &[], true, &table))
}

/// The export table, at this address.
fn exports(at: usize, functions: &[&str]) -> Vec<u8> {
    let count = functions.len();
    let tables = at + 40;
    let names_at = tables + 10 * count;
    let mut names = b"x.dll\0".to_vec();
    let mut spots = Vec::new();
    for function in functions {
        spots.push(names_at + names.len());
        names.extend_from_slice(function.as_bytes());
        names.push(0);
    }
    let mut data =
        longs(&[0, 0, 0, names_at, 1, count, count, tables, tables + 4 * count, tables + 8 * count]);
    data.extend(longs(&vec![0x1000; count]));
    data.extend(longs(&spots));
    data.extend(words(&(0..u16::try_from(count).unwrap()).collect::<Vec<u16>>()));
    data.extend(names);
    data
}

/// One version resource in one language, at this address.
fn resources(at: usize, version: &[u8]) -> Vec<u8> {
    let folder = |number, below| [longs(&[0, 0, 0]), words(&[0, 1]), longs(&[number, below])].concat();
    let head = [folder(16, 0x8000_0018), folder(1, 0x8000_0030), folder(0x409, 0x48)].concat();
    [head, longs(&[at + 0x58, version.len(), 0, 0]), version.to_vec()].concat()
}

impl Dll<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let is_64 = self.machine == X64;
        let sections = [
            (b".text\0\0\0", 0x1000, self.code.to_vec()),
            (b".rdata\0\0", 0x2000, exports(0x2000, &sorted(self.exports))),
            (b".rsrc\0\0\0", 0x3000, resources(0x3000, &version(self.name, self.version))),
        ];
        let mut directories = vec![0; 32];
        directories[..6].copy_from_slice(&[0x2000, sections[1].2.len(), 0, 0, 0x3000, sections[2].2.len()]);
        let (mut rows, mut body) = (Vec::new(), Vec::new());
        for (label, address, data) in sections {
            let size = data.len().next_multiple_of(0x200);
            rows.extend_from_slice(label);
            rows.extend(longs(&[data.len(), address, size, 0x200 + body.len(), 0, 0, 0, 0x6000_0020]));
            body.extend(filled(data, 0x200));
        }
        let mut optional = words(&[if is_64 { 0x20B } else { 0x10B }, 14]);
        optional.extend(longs(&[0x200, body.len() - 0x200, 0, 0x1000, 0x1000]));
        optional.extend(longs(if is_64 { &[0x8000_0000, 1] } else { &[0x2000, 0x1000_0000] }));
        optional.extend(longs(&[0x1000, 0x200, 6, 0, 6, 0, 0x4000, 0x200, 0]));
        optional.extend(words(&[3, 0x160]));
        let stack = [0x10_0000_u64, 0x1000, 0x10_0000, 0x1000].map(u64::to_le_bytes);
        let width = if is_64 { 8 } else { 4 };
        optional.extend(stack.iter().flat_map(|size| &size[..width]));
        optional.extend(longs(&[0, 16]));
        optional.extend(longs(&directories));
        let mut file = b"MZ".to_vec();
        file.resize(0x3C, 0);
        file.extend(longs(&[0x40]));
        file.extend_from_slice(b"PE\0\0");
        file.extend(words(&[self.machine, 3]));
        file.extend(longs(&[0x5F00_0000, 0, 0]));
        file.extend(words(&[u16::try_from(optional.len()).unwrap(), 0x2022]));
        file.extend(optional);
        file.extend(rows);
        assert!(file.len() <= 0x200);
        file.resize(0x200, 0);
        file.extend(body);
        file
    }
}

fn sorted<'f>(functions: &[&'f str]) -> Vec<&'f str> {
    let mut functions = functions.to_vec();
    functions.sort_unstable();
    functions
}
