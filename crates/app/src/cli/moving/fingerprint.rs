//! What lines say, as one number: the same lines have the same one, in whatever order they come. Where something lies in a log or when
//! it came there is no part of a line, so that a shop that has moved has the one that it had.

use std::fmt;

use sha2::{Digest, Sha256};

/// The sum of the lines' hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    /// Adds a line, without its end.
    pub(super) fn add(&mut self, line: &[u8]) {
        let hash = Sha256::digest(line);
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        self.0 = self.0.wrapping_add(u128::from_le_bytes(first));
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Cuts pieces into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// A line that has not ended.
    rest: Vec<u8>,
}

impl Lines {
    /// Gives each line that has ended to `each`, without its end.
    ///
    /// # Errors
    /// Those of `each`.
    pub(super) fn cut<E>(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut piece = piece;
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            if self.rest.is_empty() {
                each(&piece[..end])?;
            } else {
                self.rest.extend_from_slice(&piece[..end]);
                each(&self.rest)?;
                self.rest.clear();
            }
            piece = &piece[end + 1..];
        }
        self.rest.extend_from_slice(piece);
        Ok(())
    }

    /// Whether the last line has ended.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let text = b"one\n\ntwo and more\nthree\n";
        for size in 1..text.len() {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for piece in text.chunks(size) {
                let each = |line: &[u8]| {
                    found.push(String::from_utf8(line.to_vec()).unwrap());
                    Ok::<_, ()>(())
                };
                lines.cut(piece, each).unwrap();
            }
            assert_eq!(found, ["one", "", "two and more", "three"], "in pieces of {size}");
            assert!(lines.is_at_end());
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter_and_everything_else_does() {
        let of = |lines: &[&str]| {
            let mut fingerprint = Fingerprint::default();
            lines.iter().for_each(|line| fingerprint.add(line.as_bytes()));
            fingerprint.to_string()
        };
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        for other in [&["a"][..], &["a", "b", "b"], &["ab"], &["a", "B"], &[]] {
            assert_ne!(of(other), of(&["a", "b"]), "{other:?}");
        }
    }
}
