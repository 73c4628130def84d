//! Walks the frames of one segment file, telling a torn tail from damage: after a bad frame it searches for any whole
//! one. Used by recovery, verify and salvage; reads in windows, never the whole file at once.

use std::io;
use std::sync::Arc;

use super::frame::{self, Flaw, HEADER_BYTES, Header, MAGIC, Place};
use crate::disk::DiskFile;

const WINDOW_BYTES: usize = 256 << 10;

/// What comes next in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A whole frame; `end` is the offset after its last.
    Frame { at: u64, header: Header, end: u64 },
    /// Not a frame. `resume` is where the next whole frame of this log begins, if any does.
    Bad { at: u64, flaw: Flaw, resume: Option<u64> },
    /// The end of the file, or nothing but zeros up to it.
    End { at: u64 },
}

/// A walk through one file.
#[derive(Debug)]
pub(crate) struct Walk {
    window: Window,
    place: Place,
    at: u64,
}

impl Walk {
    /// From the file's first byte.
    pub(crate) fn new(file: Arc<dyn DiskFile>, place: Place) -> io::Result<Self> {
        Ok(Self { window: Window::new(file)?, place, at: 0 })
    }

    /// The next frame or the reason why there is none.
    pub(crate) fn step(&mut self) -> io::Result<Step> {
        let at = self.at;
        match self.frame_at(at)? {
            Ok((header, end)) => {
                self.at = at + header.frame_bytes() as u64;
                Ok(Step::Frame { at, header, end })
            }
            Err(flaw) => {
                if matches!(flaw, Flaw::Zeros) && self.only_zeros_from(at)? {
                    return Ok(Step::End { at });
                }
                let (flaw, resume) = self.search(at, flaw)?;
                self.at = resume.unwrap_or(self.window.size);
                Ok(Step::Bad { at, flaw, resume })
            }
        }
    }

    /// The bytes of the frame that the last step found, for copying.
    pub(crate) fn bytes(&mut self, at: u64, header: &Header) -> io::Result<&[u8]> {
        self.window.bytes(at, header.frame_bytes())
    }

    /// How long the file is.
    pub(crate) fn size(&self) -> u64 {
        self.window.size
    }

    fn frame_at(&mut self, at: u64) -> io::Result<Result<(Header, u64), Flaw>> {
        let place = self.place;
        let claimed = match frame::claimed_bytes(self.window.bytes(at, HEADER_BYTES)?) {
            Ok(claimed) => claimed,
            Err(flaw) => return Ok(Err(flaw)),
        };
        let bytes = self.window.bytes(at, claimed)?;
        Ok(frame::check(bytes, &place).and_then(|header| {
            frame::record_ranges(bytes, &header)?;
            Ok((header, header.end(bytes)))
        }))
    }

    /// Finds the next whole frame after `from`. A whole frame on the way that is not of this log, place or version is worth
    /// telling: cutting the tail there would delete data that only a wrong `meta.json` or an old build makes foreign.
    fn search(&mut self, from: u64, first: Flaw) -> io::Result<(Flaw, Option<u64>)> {
        let mut told = first;
        let mut at = from + 8;
        while at < self.window.size {
            let bytes = self.window.bytes(at, WINDOW_BYTES)?;
            let steps = bytes.len().div_ceil(8);
            let found = bytes.chunks(8).position(|eight| eight.starts_with(&MAGIC));
            at += found.unwrap_or(steps) as u64 * 8;
            if found.is_none() {
                continue;
            }
            match self.frame_at(at)? {
                Ok(_) => return Ok((told, Some(at))),
                Err(flaw) if flaw.is_whole() => told = flaw,
                Err(_) => {}
            }
            at += 8;
        }
        Ok((told, None))
    }

    fn only_zeros_from(&mut self, mut at: u64) -> io::Result<bool> {
        while at < self.window.size {
            let bytes = self.window.bytes(at, WINDOW_BYTES)?;
            if bytes.is_empty() {
                break;
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += bytes.len() as u64;
        }
        Ok(true)
    }
}

#[derive(Debug)]
struct Window {
    file: Arc<dyn DiskFile>,
    size: u64,
    start: u64,
    buffer: Vec<u8>,
}

impl Window {
    fn new(file: Arc<dyn DiskFile>) -> io::Result<Self> {
        let size = file.size()?;
        Ok(Self { file, size, start: 0, buffer: Vec::new() })
    }

    /// Up to `wanted` bytes at `at`: fewer only at the end of the file.
    fn bytes(&mut self, at: u64, wanted: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = wanted.min(left);
        let held = at >= self.start && at + wanted as u64 <= self.start + self.buffer.len() as u64;
        if !held {
            self.buffer.resize(wanted.max(WINDOW_BYTES.min(left)), 0);
            let read = self.file.read_at(&mut self.buffer, at)?;
            self.buffer.truncate(read);
            self.start = at;
        }
        let skip = usize::try_from(at - self.start).unwrap_or(usize::MAX).min(self.buffer.len());
        let end = (skip + wanted).min(self.buffer.len());
        Ok(&self.buffer[skip..end])
    }
}
