//! Reads a pattern from left to right into the common syntax, and refuses what RE2 or the crate `regex` would refuse or
//! read differently. It knows what stands before each repetition, because RE2 takes neither a repetition of a
//! repetition (`a**`, `/blog/**`, `a{2}{3}`) nor nested counts that multiply to more than 1,000 (`(x{100}){100}`).

use std::iter::Peekable;
use std::str::Chars;

/// Stands for `\b` in between, as the two engines spell an ASCII word boundary differently. A private-use character.
pub(super) const WORD_BOUNDARY: char = '\u{f8fb}';

/// The largest count of a repetition, and of nested ones together, that RE2 takes.
const REPEAT_MAX: u32 = 1_000;
/// The deepest nesting of groups.
const DEPTH_MAX: usize = 100;

/// The pattern in the common syntax.
pub(super) fn common(text: &str) -> Result<String, String> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
        out: String::with_capacity(text.len() + 16),
        groups: vec![Group::default()],
    };
    while let Some(c) = reader.rest.next() {
        reader.read(c)?;
    }
    if reader.groups.len() > 1 {
        return Err("a ( is not closed".to_owned());
    }
    Ok(reader.out)
}

/// The pattern that fits exactly `text`.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_escapable(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    /// The whole pattern, then every group that is open.
    groups: Vec<Group>,
}

/// What was read of an open group.
#[derive(Debug, Default)]
struct Group {
    /// The largest product of nested counts in it.
    repeats: u32,
    last: Last,
}

/// What stands before the next character; with the largest product of nested counts in it.
#[derive(Debug, Clone, Copy, Default)]
enum Last {
    /// Nothing that could be repeated.
    #[default]
    Nothing,
    Item(u32),
    Repeated(u32),
}

impl Last {
    fn repeats(self) -> u32 {
        match self {
            Self::Nothing => 1,
            Self::Item(repeats) | Self::Repeated(repeats) => repeats,
        }
    }
}

impl Reader<'_> {
    fn read(&mut self, c: char) -> Result<(), String> {
        match c {
            '\\' => escape(&mut self.rest, &mut self.out)?,
            '[' => class(&mut self.rest, &mut self.out)?,
            '(' => return self.open(),
            ')' => return self.close(),
            '|' => {
                self.out.push('|');
                self.put(Last::Nothing);
                return Ok(());
            }
            '*' | '+' | '?' => {
                let repeats = self.repeatable(&c.to_string())?;
                self.out.push(c);
                return self.repeat(repeats);
            }
            '{' => return self.counted(),
            '}' => return Err("a single } must be written \\}".to_owned()),
            ']' => return Err("a single ] must be written \\]".to_owned()),
            WORD_BOUNDARY => return Err("it has a character of the private use area".to_owned()),
            _ => self.out.push(c),
        }
        self.put(Last::Item(1));
        Ok(())
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let innermost = self.groups.len() - 1;
        &mut self.groups[innermost]
    }

    fn put(&mut self, next: Last) {
        let group = self.group();
        group.repeats = group.repeats.max(group.last.repeats());
        group.last = next;
    }

    /// The product of counts of what stands before a repetition.
    fn repeatable(&mut self, repetition: &str) -> Result<u32, String> {
        match self.group().last {
            Last::Item(repeats) => Ok(repeats),
            Last::Nothing => Err(format!("nothing stands before {repetition} that could be repeated")),
            Last::Repeated(_) => Err(format!(
                "{repetition} repeats a repetition; write the inner one in a group, or \\* for the character itself"
            )),
        }
    }

    /// What stood before is repeated; a question mark makes it lazy.
    fn repeat(&mut self, repeats: u32) -> Result<(), String> {
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        self.group().last = Last::Repeated(repeats);
        Ok(())
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` from behind the brace.
    fn counted(&mut self) -> Result<(), String> {
        let inside = between_braces(&mut self.rest)?;
        let most = largest_count(&inside)?;
        let repetition = format!("{{{inside}}}");
        let repeats = self.repeatable(&repetition)?.saturating_mul(most.max(1));
        if repeats > REPEAT_MAX {
            return Err(format!("with {repetition} its nested repetitions multiply to more than 1,000"));
        }
        self.out.push_str(&repetition);
        self.repeat(repeats)
    }

    /// Reads what follows `(`: nothing, `?:`, or `?flags` of i, m and s up to `:` or `)`.
    fn open(&mut self) -> Result<(), String> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
            let flags = flags(&mut self.rest)?;
            self.out.push_str(&flags);
            match self.rest.next() {
                Some(':') => self.out.push(':'),
                Some(')') if !flags.is_empty() => {
                    self.out.push(')');
                    self.put(Last::Nothing);
                    return Ok(());
                }
                _ => return Err("only (?:…) and the flags i, m and s are known behind (?".to_owned()),
            }
        }
        if self.groups.len() > DEPTH_MAX {
            return Err("its groups are nested more than 100 deep".to_owned());
        }
        self.groups.push(Group::default());
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        if self.groups.len() < 2 {
            return Err("a single ) must be written \\)".to_owned());
        }
        let closed = self.groups.pop().unwrap_or_default();
        self.out.push(')');
        self.put(Last::Item(closed.repeats.max(closed.last.repeats())));
        Ok(())
    }
}

/// The flags behind `(?`: each once, and at most one minus, not at the end.
fn flags(rest: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut flags = String::new();
    while let Some(c) = rest.next_if(|c| matches!(c, 'i' | 'm' | 's' | '-')) {
        if flags.contains(c) {
            return Err(format!("the flag {c} is given twice behind (?"));
        }
        flags.push(c);
    }
    if flags.ends_with('-') {
        return Err("a flag must follow the - behind (?".to_owned());
    }
    Ok(flags)
}

fn between_braces(rest: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut inside = String::new();
    loop {
        match rest.next() {
            Some('}') => return Ok(inside),
            Some(c) if c.is_ascii_digit() || c == ',' => inside.push(c),
            _ => return Err("a single { must be written \\{".to_owned()),
        }
    }
}

/// `n` of `n` and of `n,`, and `m` of `n,m`.
fn largest_count(inside: &str) -> Result<u32, String> {
    // RE2 takes `{02}` as text.
    let number = |text: &str| match text.parse::<u32>() {
        Ok(number) if number <= REPEAT_MAX && number.to_string() == text => Ok(number),
        _ => Err("a repetition needs numbers up to 1,000, without leading zeros".to_owned()),
    };
    let (low, high) = match inside.split_once(',') {
        None => (inside, None),
        Some((low, high)) => (low, Some(high).filter(|high| !high.is_empty())),
    };
    let low = number(low)?;
    match high.map(number).transpose()? {
        Some(high) if high < low => Err(format!("{{{inside}}} ends before it begins")),
        high => Ok(high.unwrap_or(low)),
    }
}

fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    match rest.next() {
        None => return Err("it ends in a backslash".to_owned()),
        Some('d') => out.push_str("[0-9]"),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str("[0-9A-Za-z_]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str(r"[\t\n\f\r ]"),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('b') => out.push(WORD_BOUNDARY),
        Some(c @ ('A' | 'z' | 't' | 'n' | 'r' | 'f')) => out.extend(['\\', c]),
        Some(c) if is_escapable(c) => out.extend(['\\', c]),
        Some(c) => return Err(format!("\\{c} is not known")),
    }
    Ok(())
}

/// Punctuation that both engines take behind a backslash.
fn is_escapable(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_')
}

/// Reads from behind `[` to its `]`.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.peek() == Some(&']') {
        return Err("a ] in brackets must be written \\]".to_owned());
    }
    loop {
        let c = rest.next().ok_or("a bracket is not closed")?;
        if c == ']' {
            out.push(']');
            return Ok(());
        }
        let from = class_item(c, rest, out)?;
        // A minus before the bracket's end stands for itself.
        let mut ahead = rest.clone();
        if c == '-' || ahead.next_if_eq(&'-').is_none() || ahead.peek() == Some(&']') {
            continue;
        }
        *rest = ahead;
        out.push('-');
        let c = rest.next().ok_or("a bracket is not closed")?;
        match (from, class_item(c, rest, out)?) {
            (Some(from), Some(to)) if c != '-' && from <= to => {}
            _ => return Err("a range in brackets goes from one character to a later one".to_owned()),
        }
    }
}

/// Reads one item of a class that begins with `c`; gives the character that it stands for, if it is one.
fn class_item(c: char, rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<Option<char>, String> {
    match c {
        '\\' => return class_escape(rest, out),
        '[' => return Err("a [ in brackets must be written \\[".to_owned()),
        '-' if rest.peek() == Some(&'-') => return Err("-- in brackets is not known".to_owned()),
        '&' | '~' | '-' => out.extend(['\\', c]),
        WORD_BOUNDARY => return Err("it has a character of the private use area".to_owned()),
        _ => out.push(c),
    }
    Ok(Some(c))
}

fn class_escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<Option<char>, String> {
    let c = rest.next().ok_or("a bracket is not closed")?;
    match c {
        'd' => out.push_str("0-9"),
        'w' => out.push_str("0-9A-Za-z_"),
        's' => out.push_str(r"\t\n\f\r "),
        _ if "tnrf".contains(c) || is_escapable(c) => {
            out.extend(['\\', c]);
            let control = match c {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'f' => '\u{c}',
                _ => c,
            };
            return Ok(Some(control));
        }
        _ => return Err("an escape in brackets is not known".to_owned()),
    }
    Ok(None)
}
