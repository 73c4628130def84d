//! Bodies of imports: a file that begins, some of its lines, and lines that are only looked at.
//!
//! ```json
//! {"kind":"products","file":"9f86…0a08","name":"products.csv","again":false}
//! {"from":0,"to":3,"lines":[{"line":2,"item":{"name":"Mug","variants":[…]}},{"line":3,"refused":"price is missing"}],"finished":false}
//! {"kind":"products","lines":[{"line":2,"item":{…}}]}
//! ```

use kassa_service::Problem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::{Kind, NAME_CHARS_MAX, WHY_CHARS_MAX, is_file};
use crate::number::integer;
use crate::object::objects;

/// The most lines of one body.
pub(crate) const LINES_MAX: usize = 1_000;

/// A file that begins, or goes on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginBody {
    kind: Kind,
    file: String,
    name: Option<String>,
    /// All its lines once more.
    #[serde(default)]
    again: bool,
}

/// Which file, once it was checked.
#[derive(Debug, Clone)]
pub(crate) struct Begin {
    pub(crate) kind: Kind,
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) again: bool,
}

/// Some lines of a file: those behind `from` up to `to`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinesBody {
    #[serde(deserialize_with = "integer")]
    from: i64,
    #[serde(deserialize_with = "integer")]
    to: i64,
    #[serde(deserialize_with = "objects")]
    lines: Vec<LineBody>,
    /// The file has no more.
    #[serde(default)]
    finished: bool,
}

/// Lines that are only looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckBody {
    kind: Kind,
    #[serde(deserialize_with = "objects")]
    lines: Vec<LineBody>,
}

/// A line: what it holds, or why the reader of the file could make nothing of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineBody {
    #[serde(deserialize_with = "integer")]
    line: i64,
    item: Option<Box<RawValue>>,
    refused: Option<String>,
}

/// A line as it is brought in.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) line: i64,
    /// The JSON of what it holds, or why there is none.
    pub(crate) item: Result<Box<RawValue>, String>,
}

/// Some lines, checked.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) lines: Vec<Line>,
    pub(crate) finished: bool,
}

impl BeginBody {
    pub(crate) fn check(self) -> Result<Begin, Problem> {
        if !is_file(&self.file) {
            return Err(Problem::bad_request("file is the SHA-256 of its bytes: 64 digits 0-9a-f"));
        }
        let name = self.name.unwrap_or_default();
        let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        Ok(Begin { kind: self.kind, file: self.file, name, again: self.again })
    }
}

impl LinesBody {
    pub(crate) fn check(self) -> Result<Lines, Problem> {
        let Self { from, to, lines, finished } = self;
        let lines = checked(lines)?;
        let within = |line: &Line| line.line > from && line.line <= to;
        if from < 0 || to < from || !lines.iter().all(within) {
            return Err(Problem::bad_request("lines are behind from and at most to"));
        }
        if to == from && !finished {
            return Err(Problem::bad_request("to is behind from"));
        }
        Ok(Lines { from, to, lines, finished })
    }
}

impl CheckBody {
    pub(crate) fn check(self) -> Result<(Kind, Vec<Line>), Problem> {
        Ok((self.kind, checked(self.lines)?))
    }
}

fn checked(lines: Vec<LineBody>) -> Result<Vec<Line>, Problem> {
    if lines.len() > LINES_MAX {
        return Err(Problem::bad_request(format!("lines are at most {LINES_MAX}")));
    }
    let ascending = lines.windows(2).all(|pair| pair[0].line < pair[1].line);
    if !ascending {
        return Err(Problem::bad_request("lines ascend"));
    }
    lines.into_iter().map(LineBody::check).collect()
}

impl LineBody {
    fn check(self) -> Result<Line, Problem> {
        let item = match (self.item, self.refused) {
            (Some(item), None) => Ok(item),
            (None, Some(why)) => Err(why.chars().filter(|c| !c.is_control()).take(WHY_CHARS_MAX).collect()),
            _ => return Err(Problem::bad_request("a line has either item or refused")),
        };
        Ok(Line { line: self.line, item })
    }
}
