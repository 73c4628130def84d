//! Commands that stand in the middle of a text name subcommands and flags that there are. Those in blocks are run by `it::documented`.

use clap::{Command, CommandFactory};
use pulldown_cmark::{Event, Parser};

use super::pages::PAGES;
use crate::Cli;

/// What is wrong with `text`, such as `kassa log verify --json`; alternatives stand as `products|orders`.
fn fault(text: &str) -> Option<String> {
    let mut here = vec![Cli::command()];
    let mut words = text.split_whitespace().skip(1).peekable();
    while let Some(word) = words.peek() {
        let named: Vec<Command> = word
            .split('|')
            .filter_map(|name| here.iter().find_map(|command| command.find_subcommand(name)).cloned())
            .collect();
        if named.is_empty() {
            break;
        }
        if named.len() < word.split('|').count() {
            return Some(format!("no command {word}"));
        }
        here = named;
        words.next();
    }
    if here.iter().any(Command::has_subcommands) {
        let is_all = words.peek().is_none_or(|word| !word.starts_with(|c: char| c.is_ascii_lowercase()));
        if !is_all {
            return Some(format!("no command {}", words.peek().unwrap_or(&"")));
        }
    }
    let flags = words.filter_map(|word| word.strip_prefix("--")).flat_map(|word| word.split('|'));
    for flag in flags {
        let flag = flag.trim_start_matches('-').split('=').next().unwrap_or_default();
        let is_there = |command: &Command| {
            let mut arguments = command.get_arguments();
            flag == "version" || flag == "help" || arguments.any(|argument| argument.get_long() == Some(flag))
        };
        if !here.iter().all(is_there) {
            return Some(format!("no flag --{flag}"));
        }
    }
    None
}

#[test]
fn commands_in_texts_are_there() {
    let mut count = 0;
    for page in &PAGES {
        for event in Parser::new_ext(page.markdown, pulldown_cmark::Options::ENABLE_TABLES) {
            let Event::Code(code) = event else { continue };
            if code.starts_with("kassa ") {
                count += 1;
                assert_eq!(fault(&code), None, "{}: `{code}`", page.file);
            }
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn what_is_no_more_is_found() {
    let check = |text: &str, expected: Option<&str>| assert_eq!(fault(text).as_deref(), expected, "{text}");
    check("kassa products|orders import FILE --dry-run", None);
    check("kassa privacy export|erase --email|--user", None);
    check("kassa replay --into data/again.duckdb", None);
    check("kassa --version", None);
    check("kassa log salvge", Some("no command salvge"));
    check("kassa products|waren import", Some("no command products|waren"));
    check("kassa up --demos", Some("no flag --demos"));
}
