//! What a source file names, and which file defines it.

use std::collections::BTreeMap;

use syn::{Attribute, Item, UseTree, Visibility, visit::Visit};

/// A path that a file mentions.
pub(crate) struct Mention {
    /// Its segments as written; a glob ends in `*`.
    pub(crate) path: Vec<String>,
    /// The module around it.
    pub(crate) module: Vec<String>,
    /// Whether it stands in test code.
    pub(crate) in_test: bool,
    /// Whether it stands in a `use`.
    pub(crate) is_use: bool,
}

/// One file, read.
pub(crate) struct Source {
    /// `domain/text.rs`.
    pub(crate) file: String,
    pub(crate) syntax: syn::File,
    pub(crate) mentions: Vec<Mention>,
    /// `use` that other modules can see: the name and what it stands for; globs are named `*`.
    exports: Vec<(String, Vec<String>)>,
    defined: Vec<String>,
}

/// All files by module path.
pub(crate) struct Sources(pub(crate) BTreeMap<Vec<String>, Source>);

pub(crate) fn module_of(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match stem {
        "lib" | "main" => Vec::new(),
        _ => stem.split('/').map(str::to_owned).collect(),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.meta.require_list().is_ok_and(|list| {
                let tokens = list.tokens.to_string();
                list.path.is_ident("cfg")
                    && tokens
                        .split(|c: char| !c.is_alphanumeric())
                        .any(|w| w == "test")
            })
    })
}

impl Source {
    pub(crate) fn read(file: &str, syntax: syn::File, in_test: bool) -> Self {
        let module = module_of(file);
        let mut walk = Walk {
            module: module.clone(),
            in_test,
            mentions: Vec::new(),
        };
        walk.visit_file(&syntax);
        let (mut exports, mut defined) = (Vec::new(), Vec::new());
        for item in &syntax.items {
            if let Item::Use(used) = item {
                let seen = !matches!(used.vis, Visibility::Inherited);
                flatten(&used.tree, &mut Vec::new(), &mut |path, name| {
                    if seen {
                        exports.push((name.to_owned(), path.to_vec()));
                    }
                });
            }
            defined.extend(name_of(item));
        }
        Self {
            file: file.to_owned(),
            syntax,
            mentions: walk.mentions,
            exports,
            defined,
        }
    }

    /// Files that only tests include: `#[cfg(test)] mod name;`.
    pub(crate) fn test_modules(syntax: &syn::File) -> impl Iterator<Item = String> {
        syntax.items.iter().filter_map(|item| match item {
            Item::Mod(m) if m.content.is_none() && is_test(&m.attrs) => Some(m.ident.to_string()),
            _ => None,
        })
    }
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(i) => &i.ident,
        Item::Enum(i) => &i.ident,
        Item::Fn(i) => &i.sig.ident,
        Item::Static(i) => &i.ident,
        Item::Struct(i) => &i.ident,
        Item::Trait(i) => &i.ident,
        Item::Type(i) => &i.ident,
        Item::Union(i) => &i.ident,
        Item::Mod(i) if i.content.is_some() => &i.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, leaf: &mut impl FnMut(&[String], &str)) {
    let depth = path.len();
    match tree {
        UseTree::Path(p) => {
            path.push(p.ident.to_string());
            flatten(&p.tree, path, leaf);
        }
        UseTree::Group(g) => {
            for tree in &g.items {
                flatten(tree, path, leaf);
            }
        }
        UseTree::Name(n) if n.ident == "self" => {
            let name = path.last().cloned().unwrap_or_default();
            leaf(path, &name);
        }
        UseTree::Name(n) => {
            path.push(n.ident.to_string());
            leaf(path, &n.ident.to_string());
        }
        UseTree::Rename(r) => {
            if r.ident != "self" {
                path.push(r.ident.to_string());
            }
            leaf(path, &r.rename.to_string());
        }
        UseTree::Glob(_) => {
            path.push("*".to_owned());
            leaf(path, "*");
        }
    }
    path.truncate(depth);
}

struct Walk {
    module: Vec<String>,
    in_test: bool,
    mentions: Vec<Mention>,
}

impl Walk {
    fn mention(&mut self, path: Vec<String>, is_use: bool) {
        self.mentions.push(Mention {
            path,
            module: self.module.clone(),
            in_test: self.in_test,
            is_use,
        });
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let before = self.in_test;
        self.in_test |= is_test(&item.attrs);
        if item.content.is_some() {
            self.module.push(item.ident.to_string());
            syn::visit::visit_item_mod(self, item);
            self.module.pop();
        }
        self.in_test = before;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let before = self.in_test;
        self.in_test |= is_test(&item.attrs);
        syn::visit::visit_item_fn(self, item);
        self.in_test = before;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let before = self.in_test;
        self.in_test |= is_test(&item.attrs);
        let mut paths = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut |path, _| {
            paths.push(path.to_vec());
        });
        for path in paths {
            self.mention(path, true);
        }
        self.in_test = before;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let segments = path.segments.iter().map(|s| s.ident.to_string());
            self.mention(segments.collect(), false);
        }
        syn::visit::visit_path(self, path);
    }
}

impl Sources {
    /// The module whose file defines what `path` names, as seen from `module`; `None` for other crates and locals.
    pub(crate) fn resolve(
        &self,
        path: &[String],
        module: &[String],
        depth: u8,
    ) -> Option<Vec<String>> {
        let mut at = module.to_vec();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|s| s == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            // A path that begins with a module beside this one, or with a name of this module.
            first => {
                let child = [module, &[first.to_owned()]].concat();
                if !self.0.contains_key(&child) {
                    return None;
                }
            }
        }
        self.walk(at, rest, depth)
    }

    fn walk(&self, mut at: Vec<String>, rest: &[String], depth: u8) -> Option<Vec<String>> {
        for (n, name) in rest.iter().enumerate() {
            let child = [&at[..], std::slice::from_ref(name)].concat();
            if self.0.contains_key(&child) {
                at = child;
                continue;
            }
            // Inline modules (tests) have no file; they belong to the file around them.
            let source = self.0.get(&at)?;
            if name == "*" || source.defined.contains(name) || depth == 0 {
                return Some(at);
            }
            let after = &rest[n + 1..];
            let through = source.exports.iter().find_map(|(export, target)| {
                let whole: Vec<String> = if export == name {
                    [target, after].concat()
                } else if export == "*" {
                    [
                        &target[..target.len() - 1],
                        std::slice::from_ref(name),
                        after,
                    ]
                    .concat()
                } else {
                    return None;
                };
                let found = self.resolve(&whole, &at, depth - 1)?;
                let defines = export == name || self.0[&found].defines(name, after);
                defines.then_some(found)
            });
            return Some(through.unwrap_or(at));
        }
        Some(at)
    }
}

impl Source {
    fn defines(&self, name: &str, after: &[String]) -> bool {
        self.defined.iter().any(|d| d == name || after.contains(d))
    }
}
