//! Lines of bounded length, with their numbers.

use std::io::{self, BufRead};

use super::{Input, LINE_BYTES_MAX};

/// Lines of a file.
pub(super) struct Lines {
    input: Input,
    number: u64,
    line: Vec<u8>,
}

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Its text, without its end.
    Text(&'a str),
    /// Why it is none.
    Bad(String),
}

impl Lines {
    pub(super) fn new(input: Input) -> Self {
        Self { input, number: 0, line: Vec::new() }
    }

    /// The next line and its number, from 1.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.line.clear();
        let (mut read, mut is_long) = (false, false);
        loop {
            let part = self.input.fill_buf()?;
            if part.is_empty() {
                break;
            }
            read = true;
            let end = part.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(part.len());
            is_long |= self.line.len() + taken > LINE_BYTES_MAX;
            if !is_long {
                self.line.extend_from_slice(&part[..taken]);
            }
            self.input.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                break;
            }
        }
        if !read {
            return Ok(None);
        }
        self.number += 1;
        if is_long {
            return Ok(Some((
                self.number,
                Line::Bad(format!("the line has more than {LINE_BYTES_MAX} bytes")),
            )));
        }
        let bytes = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let bytes =
            if self.number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        let line = match std::str::from_utf8(bytes) {
            Ok(text) => Line::Text(text),
            Err(error) => {
                Line::Bad(format!("the line is not UTF-8: see its byte {}", error.valid_up_to() + 1))
            }
        };
        Ok(Some((self.number, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: Vec<u8>) -> Vec<(u64, Result<String, String>)> {
        let mut lines = Lines::new(Box::new(io::Cursor::new(bytes)));
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            let line = match line {
                Line::Text(text) => Ok(text.to_owned()),
                Line::Bad(why) => Err(why),
            };
            found.push((number, line));
        }
        found
    }

    #[test]
    fn reads_lines_of_all_kinds() {
        let found = all(b"\xef\xbb\xbfa\r\nb\n\nd".to_vec());
        let expected = ["a", "b", "", "d"].map(|text| Ok(text.to_owned()));
        assert_eq!(found, (1..).zip(expected).collect::<Vec<_>>());
    }

    #[test]
    fn goes_on_behind_a_line_that_is_none() {
        let mut bytes = vec![b'x'; 3 * LINE_BYTES_MAX];
        bytes.extend(b"\nok\n\xff\nend");
        let found = all(bytes);
        assert!(found[0].1.as_ref().unwrap_err().contains("more than"), "{found:?}");
        assert_eq!(found[1], (2, Ok("ok".to_owned())));
        assert!(found[2].1.as_ref().unwrap_err().contains("UTF-8"));
        assert_eq!(found[3], (4, Ok("end".to_owned())));
    }
}
