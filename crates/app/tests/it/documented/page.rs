//! A page and the blocks of commands on it.

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Where a reader's machine has what a test has in the folder that it runs in.
const PLACES: [(&str, &str); 4] = [
    ("/var/lib/kassa", "var/kassa"),
    ("/backups", "backups"),
    ("/usr/local/share/man", "man"),
    ("url=http://127.0.0.1:8000", "test \"$url\""),
];

/// A page of the documentation.
pub(super) struct Page {
    /// Its path in the repository.
    pub(super) name: String,
    pub(super) text: String,
}

/// A block of commands.
pub(super) struct Block {
    /// The line on which it begins.
    pub(super) line: usize,
    pub(super) text: String,
}

/// README.md and the pages in `docs`, but those whose examples are compared with what stands below them.
pub(super) fn all() -> Vec<Page> {
    let docs = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    let mut names: Vec<String> =
        docs.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".md") && !name.starts_with("coming-from"));
    names.sort_unstable();
    let paths = names.into_iter().map(|name| format!("docs/{name}"));
    let read = |name: String| Page { text: fs::read_to_string(Path::new(ROOT).join(&name)).unwrap(), name };
    ["README.md".to_owned()].into_iter().chain(paths).map(read).collect()
}

impl Page {
    /// Its blocks of `sh`, without lines that begin as one of `left_out`.
    pub(super) fn blocks(&self, left_out: &[(&str, &str)]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (at, line) in self.text.lines().enumerate() {
            match &mut open {
                None if line == "```sh" => open = Some(Block { line: at + 1, text: String::new() }),
                None => {}
                Some(_) if line == "```" => blocks.extend(open.take()),
                Some(block) => {
                    // A part that fails before `&&` would end nothing.
                    assert!(!line.contains(" && "), "{}:{}: a line a command", self.name, at + 1);
                    if !left_out.iter().any(|(begins, _)| line.starts_with(begins)) {
                        block.text.push_str(&placed(line));
                        block.text.push('\n');
                    }
                }
            }
        }
        blocks.retain(|block| !block.text.trim().is_empty());
        blocks
    }

    pub(super) fn has_line(&self, begins: &str) -> bool {
        self.text.lines().any(|line| line.starts_with(begins))
    }
}

fn placed(line: &str) -> String {
    PLACES.iter().fold(line.to_owned(), |line, (there, here)| line.replace(there, here))
}
