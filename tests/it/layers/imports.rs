//! Which file of a crate takes what from which other one, read from the text: `crate::`, `super::` and names that `use`
//! brought in, each followed through re-exports to the file that defines the item.

use std::collections::{BTreeMap, BTreeSet};

/// A module by the names that lead to it from the crate's root.
type Module = Vec<String>;

/// A file takes something from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    pub from: Module,
    pub to: Module,
    /// The path by which it does.
    pub what: String,
}

/// The files of a crate.
pub(super) struct Tree(BTreeMap<Module, File>);

struct File {
    code: String,
    /// What `use` brings in, by the name it has here: the path as written.
    names: BTreeMap<String, Vec<String>>,
    /// The paths of which `use` brings in all.
    globs: Vec<Vec<String>>,
}

enum Found {
    Module(Module),
    /// An item, by the module that defines it.
    Item(Module),
}

/// More re-exports of re-exports than anybody writes; a name that leads back to itself ends here.
const MOST_STEPS: usize = 16;

impl Tree {
    /// `files` are paths below the folder of the crate's root file, with their texts.
    pub(super) fn new<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (module(path), File::read(text))).collect())
    }

    /// Which files take from which others, each pair once.
    pub(super) fn imports(&self) -> Vec<Import> {
        let mut imports: Vec<Import> = Vec::new();
        for (from, file) in &self.0 {
            for path in file.names.values().chain(&file.globs).cloned().chain(paths(&file.code)) {
                let to = match self.find(from, &path, MOST_STEPS) {
                    Some(Found::Item(to)) => to,
                    // What is taken from a folder by the folder's name is a path of its own further down.
                    Some(Found::Module(to)) if !self.is_folder(&to) => to,
                    _ => continue,
                };
                if to != *from && !imports.iter().any(|import| import.from == *from && import.to == to) {
                    imports.push(Import { from: from.clone(), to, what: path.join("::") });
                }
            }
        }
        imports
    }

    fn is_folder(&self, module: &Module) -> bool {
        self.0.keys().any(|other| other.len() > module.len() && other.starts_with(module))
    }

    /// What a path means in a module; `None` for another crate's, and for a name of the file's own.
    fn find(&self, from: &[String], path: &[String], steps: usize) -> Option<Found> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from.split_last()?.1.to_vec(),
            name => match self.name(from, name, steps)? {
                Found::Module(module) => module,
                item @ Found::Item(_) => return Some(item),
            },
        };
        while let Some((name, behind)) = rest.split_first() {
            rest = behind;
            if name == "super" {
                at.pop()?;
                continue;
            }
            match self.name(&at, name, steps) {
                Some(Found::Module(module)) => at = module,
                Some(item) => return Some(item),
                None => return Some(Found::Item(at)),
            }
        }
        Some(Found::Module(at))
    }

    /// A name that is a module in a module, or that `use` brings in there.
    fn name(&self, at: &[String], name: &str, steps: usize) -> Option<Found> {
        let steps = steps.checked_sub(1)?;
        let child = [at, &[name.to_owned()]].concat();
        if self.0.contains_key(&child) {
            return Some(Found::Module(child));
        }
        let file = self.0.get(at)?;
        if let Some(path) = file.names.get(name) {
            return self.find(at, path, steps);
        }
        file.globs.iter().find_map(|glob| match self.find(at, glob, steps)? {
            Found::Module(module) if self.0.get(&module)?.defines(name) => Some(Found::Item(module)),
            Found::Module(module) => self.name(&module, name, steps),
            Found::Item(_) => None,
        })
    }
}

/// The imports that take an item from a file that stands above: `rows.rs` from the `mod.rs` that declares it.
pub(super) fn upwards(imports: &[Import]) -> Vec<&Import> {
    imports.iter().filter(|import| import.from.starts_with(&import.to)).collect()
}

/// The imports whose file is, by way of others, imported by the one it takes from.
pub(super) fn circular(imports: &[Import]) -> Vec<&Import> {
    let reaches = |start: &Module, end: &Module| {
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            open.extend(
                imports.iter().filter(|i| i.from == *at).map(|i| &i.to).filter(|to| seen.insert(*to)),
            );
        }
        seen.contains(end)
    };
    imports.iter().filter(|import| reaches(&import.to, &import.from)).collect()
}

/// The module of a file: `event/xml.rs`, `event/mod.rs`, `lib.rs`.
fn module(path: &str) -> Module {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("mod").map_or(path, |folder| folder.strip_suffix('/').unwrap_or(path));
    path.split('/').filter(|name| !matches!(*name, "lib" | "main")).map(str::to_owned).collect()
}

impl File {
    fn read(text: &str) -> Self {
        let mut file = Self { code: String::new(), names: BTreeMap::new(), globs: Vec::new() };
        let mut lines = without_tests(text).into_iter();
        while let Some(line) = lines.next() {
            let Some((_, tree)) = line.split_once("use ").filter(|(before, _)| is_visibility(before)) else {
                file.code.push_str(line);
                file.code.push('\n');
                continue;
            };
            let mut tree = tree.to_owned();
            while !tree.contains(';') {
                let Some(next) = lines.next() else { break };
                tree.push_str(next);
            }
            file.bring(&[], tree.split(';').next().unwrap());
        }
        file
    }

    /// Takes the names out of what stands behind `use`.
    fn bring(&mut self, before: &[String], tree: &str) {
        let tree = tree.trim();
        if let Some((head, inside)) = tree.split_once('{') {
            let before = [before, &segments(head)].concat();
            let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
            let mut depth = 0;
            let parts = inside.split(|c| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                c == ',' && depth == 0
            });
            parts.filter(|part| !part.trim().is_empty()).for_each(|part| self.bring(&before, part));
            return;
        }
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut path = [before, &segments(path)].concat();
        match path.last().map(String::as_str) {
            Some("*") => {
                path.pop();
                self.globs.push(path);
                return;
            }
            Some("self") if path.len() > 1 => drop(path.pop()),
            _ => {}
        }
        let name = if alias.is_empty() { path.last().unwrap().clone() } else { alias.trim().to_owned() };
        self.names.insert(name, path);
    }

    fn defines(&self, name: &str) -> bool {
        let words = ["fn", "struct", "enum", "const", "static", "type", "trait"];
        words.iter().any(|word| {
            let start = format!("{word} {name}");
            self.code.match_indices(&start).any(|(at, _)| {
                !self.code[at + start.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
    }
}

fn is_visibility(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text == "pub" || (text.starts_with("pub(") && text.ends_with(')'))
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The lines of a file without those of tests and comments.
fn without_tests(text: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            if lines.next().is_some_and(|item| !item.ends_with(';')) {
                let _ = lines.find(|line| *line == "}");
            }
        } else if !line.trim_start().starts_with("//") {
            kept.push(line);
        }
    }
    kept
}

/// The paths in code, `a::b`; those that begin in a macro's own crate are left out.
fn paths(code: &str) -> impl Iterator<Item = Vec<String>> {
    let words = code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '$')));
    words.filter(|word| word.contains("::") && !word.starts_with('$')).map(segments)
}
