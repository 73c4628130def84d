//! README.md and docs/*.md: each command in a block of `sh` is run as it stands, page by page and in order, by a shell beside a kassa
//! of its own. What keeps a line from being run here stands in [`NOT_RUN`]. The pages `coming-from-…` are run by `it::compat`.

mod page;
mod shop;

use std::process::Command;

use page::Page;
use shop::Shop;
pub(crate) use shop::put_files;

/// Lines that are not run here, by how they begin, and why.
pub(crate) const NOT_RUN: [(&str, &str); 9] = [
    ("make run", "it builds everything, and serves until it is stopped"),
    ("make test", "this test is a part of it"),
    ("psql ", "it asks another system's database; the file that it writes is at hand"),
    ("kassa products import --from ", "it asks another system's database; `it::moving` asks one"),
    ("kassa orders import --from ", "it asks another system's database; `it::moving` asks one"),
    ("kassa events import --from ", "it asks another system's database; `it::moving` asks one"),
    ("curl 'https://matomo.example", "it asks a Matomo; the file that it writes is at hand"),
    ("bq extract", "it asks BigQuery; the file that it writes is at hand"),
    ("mongoexport", "it asks a MongoDB; the file that it writes is at hand"),
];

/// What a block finds beside what it says: servers that end once they listen, requests that fail where they are refused.
const SHELL: &str = include_str!("documented/shell.bash");

#[test]
fn every_command_of_the_documentation_runs() {
    if let Some(why) = cannot_run() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("skipped: {why}");
        return;
    }
    let pages = page::all();
    let blocks: usize = pages.iter().map(|page| page.blocks(&NOT_RUN).len()).sum();
    assert!(blocks >= 40, "{blocks} blocks");
    for (begins, _) in NOT_RUN {
        assert!(pages.iter().any(|page| page.has_line(begins)), "no page has the line {begins} any more");
    }
    for page in &pages {
        let failed = run(page);
        assert!(failed.is_none(), "{}: {}", page.name, failed.unwrap_or_default());
    }
    println!("{blocks} blocks of commands on {} pages run", pages.len());
}

/// What keeps the commands from running on this machine.
fn cannot_run() -> Option<String> {
    let missing = ["bash", "curl", "openssl"]
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_err());
    missing.map(|program| format!("there is no {program} on this machine"))
}

/// Runs the blocks of a page; what was printed if one of them fails.
fn run(page: &Page) -> Option<String> {
    let blocks = page.blocks(&NOT_RUN);
    if blocks.is_empty() {
        return None;
    }
    let mut script = SHELL.to_owned();
    for block in &blocks {
        script.push_str(&format!("at='{}:{}'\n{}\n", page.name, block.line, block.text));
    }
    let shop = Shop::open(page);
    let output = shop.command("bash").args(["-c", &script]).output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (!output.status.success()).then(|| format!("{}\n{}", said(&output.stdout), said(&output.stderr)))
}

#[test]
fn a_command_that_is_no_more_is_found() {
    if let Some(why) = cannot_run() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("skipped: {why}");
        return;
    }
    let check = |commands: &str, expected: Option<&str>| {
        let text = format!("# A page\n\n```sh\n{commands}\n```\n");
        let failed = run(&Page { name: "page.md".to_owned(), text });
        match (&failed, expected) {
            (None, None) => {}
            (Some(said), Some(expected)) if said.contains(expected) => {}
            _ => panic!("{commands}: {failed:?}"),
        }
    };
    check("kassa stock list --low\nkassa stock receive mug 1", None);
    check("kassa stock list --scarce", Some("page.md:3"));
    check("kassa stock list --scarce\nkassa stock list", Some("--scarce"));
    check("kassa stok list | cat", Some("stok"));
    check("curl $url/v1/query -H 'content-type: application/json' -d '{\"metric\":[]}'", Some("page.md:3"));
    check("kassa up --data /var/lib/kassa --lissten 127.0.0.1:0", Some("--lissten"));
}
