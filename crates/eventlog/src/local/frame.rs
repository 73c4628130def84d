//! The unit of the log on disk: one group commit. Little-endian, 8-byte aligned, zero-padded:
//!
//! | at | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic `F5 4B FF 31`; not valid UTF-8, so no text inside a record can look like a frame |
//! | 4 | 4 | crc32c of everything from byte 8 to the end of the payload |
//! | 8 | 16 | id of the log |
//! | 24 | 8 | base offset: that of the first record |
//! | 32 | 8 | when it was written, µs since 1970 |
//! | 40 | 4 | length of the payload in bytes |
//! | 44 | 4 | count of records |
//! | 48 | 1 | codec: 0 plain records, 1 seal (the segment ends here), 2 gap (a range that salvage found lost) |
//! | 49 | 1 | stream: 0 events, 1 orders |
//! | 50 | 2 | partition |
//! | 52 | 4 | zero |
//! | 56 | … | payload: per record its length (4 bytes) and its bytes; of a gap: how many offsets (8 bytes) |

use std::fmt;
use std::ops::Range;

use uuid::Uuid;

use crate::{Partition, RECORD_BYTES_MAX, Stream};

/// Bytes before the payload.
pub(crate) const HEADER_BYTES: usize = 56;
/// The longest payload: what one group commit collects at most, and one more record.
pub(crate) const PAYLOAD_BYTES_MAX: usize = (16 << 20) + RECORD_BYTES_MAX + 4;
/// First bytes of a frame.
pub(crate) const MAGIC: [u8; 4] = [0xF5, b'K', 0xFF, b'1'];

/// Whose frames they are: any other is not valid in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) log_id: Uuid,
    pub(crate) stream: Stream,
    pub(crate) partition: Partition,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Plain,
    Seal,
    Gap,
}

/// A frame's header, checked together with its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) base: u64,
    pub(crate) time: i64,
    pub(crate) length: usize,
    pub(crate) count: u32,
    pub(crate) codec: Codec,
}

/// Why bytes are no frame of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Zeros: nothing was written here.
    Zeros,
    /// The file ends inside it.
    Short,
    NoMagic,
    Length,
    Checksum,
    /// Whole, but of another log.
    OtherLog(Uuid),
    /// Whole, but of another stream or partition.
    OtherPlace,
    /// Whole, but of a codec that this version does not know.
    OtherCodec(u8),
    /// The records inside do not add up.
    Records,
}

impl Flaw {
    /// Whether the bytes were written whole, only not by this version for this place: no torn write, never to be cut off.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Self::OtherLog(_) | Self::OtherPlace | Self::OtherCodec(_))
    }
}

impl Header {
    /// Bytes from the header's first to the next frame's.
    pub(crate) fn frame_bytes(&self) -> usize {
        (HEADER_BYTES + self.length).next_multiple_of(8)
    }

    /// The offset after the last one of this frame; `whole` is the frame.
    pub(crate) fn end(&self, whole: &[u8]) -> u64 {
        let covered = match self.codec {
            Codec::Plain => u64::from(self.count),
            Codec::Seal => 0,
            Codec::Gap => word(whole, HEADER_BYTES),
        };
        self.base.saturating_add(covered)
    }
}

/// Begins a frame in `buffer`: room for the header; the payload follows.
pub(crate) fn begin(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.resize(HEADER_BYTES, 0);
}

/// Adds a record to the frame in `buffer`.
pub(crate) fn push_record(buffer: &mut Vec<u8>, payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("appends are checked against RECORD_BYTES_MAX");
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(payload);
}

/// Completes the frame in `buffer`: header, checksum, padding. `header.length` is ignored.
pub(crate) fn finish(buffer: &mut Vec<u8>, place: &Place, header: Header) {
    let length = buffer.len() - HEADER_BYTES;
    let length_field = u32::try_from(length).expect("payloads are at most PAYLOAD_BYTES_MAX");
    let partition = u16::try_from(place.partition).expect("partitions are checked at open");
    buffer[..4].copy_from_slice(&MAGIC);
    buffer[8..24].copy_from_slice(place.log_id.as_bytes());
    buffer[24..32].copy_from_slice(&header.base.to_le_bytes());
    buffer[32..40].copy_from_slice(&header.time.to_le_bytes());
    buffer[40..44].copy_from_slice(&length_field.to_le_bytes());
    buffer[44..48].copy_from_slice(&header.count.to_le_bytes());
    buffer[48] = header.codec as u8;
    buffer[49] = place.stream as u8;
    buffer[50..52].copy_from_slice(&partition.to_le_bytes());
    let crc = crc32c::crc32c(&buffer[8..]);
    buffer[4..8].copy_from_slice(&crc.to_le_bytes());
    buffer.resize(buffer.len().next_multiple_of(8), 0);
}

/// The frame that ends a segment, all of whose offsets are below `end`.
pub(crate) fn seal(place: &Place, end: u64, time: i64) -> Vec<u8> {
    let mut seal = Vec::with_capacity(HEADER_BYTES);
    begin(&mut seal);
    finish(&mut seal, place, Header { base: end, time, length: 0, count: 0, codec: Codec::Seal });
    seal
}

/// How long the frame that begins here claims to be, padding included.
pub(crate) fn claimed_bytes(start: &[u8]) -> Result<usize, Flaw> {
    if start.len() < HEADER_BYTES {
        return Err(if start.iter().all(|byte| *byte == 0) { Flaw::Zeros } else { Flaw::Short });
    }
    if start[..4] != MAGIC {
        let zeros = start[..HEADER_BYTES].iter().all(|byte| *byte == 0);
        return Err(if zeros { Flaw::Zeros } else { Flaw::NoMagic });
    }
    let length = half(start, 40) as usize;
    if length > PAYLOAD_BYTES_MAX {
        return Err(Flaw::Length);
    }
    Ok((HEADER_BYTES + length).next_multiple_of(8))
}

/// Length and last offset + 1 of the frame that begins here, by its unchecked header: to hop over it. Of a gap the
/// end is not known from the header and is given as its base.
pub(crate) fn glance(start: &[u8]) -> Result<(usize, u64), Flaw> {
    let claimed = claimed_bytes(start)?;
    let covered = if start[48] == Codec::Plain as u8 { half(start, 44) } else { 0 };
    Ok((claimed, word(start, 24).saturating_add(u64::from(covered))))
}

/// Checks the frame at the start of `bytes` in full.
pub(crate) fn check(bytes: &[u8], place: &Place) -> Result<Header, Flaw> {
    let claimed = claimed_bytes(bytes)?;
    let length = half(bytes, 40) as usize;
    if bytes.len() < claimed {
        return Err(Flaw::Short);
    }
    if crc32c::crc32c(&bytes[8..HEADER_BYTES + length]) != half(bytes, 4) {
        return Err(Flaw::Checksum);
    }
    let log_id = Uuid::from_bytes(bytes[8..24].try_into().expect("16 bytes"));
    if log_id != place.log_id {
        return Err(Flaw::OtherLog(log_id));
    }
    let partition = Partition::from(u16::from_le_bytes([bytes[50], bytes[51]]));
    let codec = match bytes[48] {
        0 => Codec::Plain,
        1 => Codec::Seal,
        2 if length == 8 => Codec::Gap,
        2 => return Err(Flaw::Length),
        other => return Err(Flaw::OtherCodec(other)),
    };
    if bytes[49] != place.stream as u8 || partition != place.partition {
        return Err(Flaw::OtherPlace);
    }
    let time = i64::from_le_bytes(bytes[32..40].try_into().expect("8 bytes"));
    Ok(Header { base: word(bytes, 24), time, length, count: half(bytes, 44), codec })
}

/// Where each record of a checked frame lies in `bytes`, whose first byte is the frame's.
pub(crate) fn record_ranges(bytes: &[u8], header: &Header) -> Result<Vec<Range<usize>>, Flaw> {
    if header.codec != Codec::Plain {
        return Ok(Vec::new());
    }
    let end = HEADER_BYTES + header.length;
    let mut ranges = Vec::with_capacity((header.count as usize).min(header.length / 4));
    let mut at = HEADER_BYTES;
    while at < end {
        let start = at + 4;
        if start > end {
            return Err(Flaw::Records);
        }
        at = start + half(bytes, at) as usize;
        if at > end {
            return Err(Flaw::Records);
        }
        ranges.push(start..at);
    }
    if ranges.len() == header.count as usize { Ok(ranges) } else { Err(Flaw::Records) }
}

/// Replaces records of a checked frame by what `left` says is left of them, padded with spaces to the same length; how many.
/// What does not fit is spaces alone.
pub(crate) fn replace_records(
    bytes: &mut [u8],
    header: &Header,
    left: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> u64 {
    let mut replaced = 0;
    for range in record_ranges(bytes, header).unwrap_or_default() {
        let record = &mut bytes[range];
        let Some(new) = left(record.trim_ascii_end()) else { continue };
        record.fill(b' ');
        if let Some(place) = record.get_mut(..new.len()) {
            place.copy_from_slice(&new);
        }
        replaced += 1;
    }
    if replaced > 0 {
        let crc = crc32c::crc32c(&bytes[8..HEADER_BYTES + header.length]);
        bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    }
    replaced
}

/// The id of the log that a whole frame belongs to, whichever it is.
pub(crate) fn owner(bytes: &[u8]) -> Option<Uuid> {
    let nobody = Place { log_id: Uuid::nil(), stream: Stream::Events, partition: 0 };
    match check(bytes, &nobody) {
        Err(Flaw::OtherLog(id)) => Some(id),
        _ => None,
    }
}

fn half(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
}

fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"))
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zeros => f.write_str("zeros where a frame should be"),
            Self::Short => f.write_str("the file ends inside a frame"),
            Self::NoMagic => f.write_str("no frame begins here"),
            Self::Length => f.write_str("an impossible length"),
            Self::Checksum => f.write_str("the checksum does not match"),
            Self::OtherLog(id) => write!(f, "a frame of another log, {id}"),
            Self::OtherPlace => f.write_str("a frame of another partition"),
            Self::OtherCodec(codec) => {
                write!(
                    f,
                    "a frame of codec {codec}, which this version does not know; a newer kassa wrote it"
                )
            }
            Self::Records => f.write_str("the records of a frame do not add up"),
        }
    }
}
