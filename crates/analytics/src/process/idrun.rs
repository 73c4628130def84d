//! Ids that no longer lie in memory one by one: of each the first 46 bits of its hash, in order, for about four bytes an
//! id. A set of sorted prefixes can be merged with another without the ids themselves, so that one lookup serves
//! millions of them, which static filters cannot. Knows nothing of windows or the store; [`super::dedupe`] decides.

/// Bits of a hash that are kept.
const PREFIX_BITS: u32 = 46;
/// The first bits of a prefix are the number of its bucket, of which there are at least so many (as a power of two), so
/// that the others fit four bytes. It is 64 KiB for the smallest set.
const BUCKET_BITS_MIN: u32 = 14;
/// Buckets have 8 to 16 ids each.
const IDS_A_BUCKET_BITS: u32 = 3;
/// Up to here a bucket is looked through from end to end, which takes no branches; one that somebody has filled on purpose
/// is halved.
const LOOKED_THROUGH_MAX: usize = 64;
/// Lookups that are under way at once: the memory answers them together. One by one they took 1.2 to 1.6 times as long
/// in a set of ten million ids, and in one of 200,000 as long, in batches of thousands.
const LOOKUPS: usize = 32;

/// The sorted prefixes.
#[derive(Debug)]
pub(super) struct IdRun {
    bucket_bits: u32,
    /// Where each bucket begins in `rests`, and the end of the last.
    starts: Vec<u32>,
    rests: Rests,
}

/// What of each prefix comes after the number of its bucket.
#[derive(Debug)]
enum Rests {
    /// All of it.
    Whole(Vec<u32>),
    /// Its first 16 bits.
    Short(Vec<u16>),
}

impl IdRun {
    /// The set of these keys, which are in order.
    pub(super) fn of(keys: &[u64]) -> Self {
        Self::of_prefixes(keys.len(), keys.iter().map(|key| key >> (u64::BITS - PREFIX_BITS)))
    }

    /// All ids of both; `None` once one of them was shortened.
    pub(super) fn merged(&self, other: &Self) -> Option<Self> {
        let (mut left, mut right) = (self.prefixes()?.peekable(), other.prefixes()?.peekable());
        let next = || match (left.peek(), right.peek()) {
            (Some(first), Some(second)) if first > second => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        };
        Some(Self::of_prefixes(self.len() + other.len(), std::iter::from_fn(next)))
    }

    /// Halves the memory: of `n` ids in a set, one new id in 2^16 / 12 is then taken for one of them, instead of one in
    /// 2^46 / `n`. Says whether it was whole before.
    pub(super) fn shorten(&mut self) -> bool {
        let rest_bits = self.rest_bits();
        let Rests::Whole(rests) = &self.rests else { return false };
        self.rests = Rests::Short(rests.iter().map(|rest| shortened(*rest, rest_bits)).collect());
        true
    }

    /// Marks in `hits` which of `keys` may be in the set; leaves the others as they are. Both have one length.
    pub(super) fn mark(&self, keys: &[u64], hits: &mut [bool]) {
        match &self.rests {
            Rests::Whole(rests) => self.mark_in(rests, |rest| rest, keys, hits),
            Rests::Short(rests) => {
                let rest_bits = self.rest_bits();
                self.mark_in(rests, |rest| shortened(rest, rest_bits), keys, hits);
            }
        }
    }

    /// How many ids.
    pub(super) fn len(&self) -> usize {
        match &self.rests {
            Rests::Whole(rests) => rests.len(),
            Rests::Short(rests) => rests.len(),
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let rests = match &self.rests {
            Rests::Whole(rests) => size_of_val(&rests[..]),
            Rests::Short(rests) => size_of_val(&rests[..]),
        };
        size_of::<Self>() + size_of_val(&self.starts[..]) + rests
    }

    fn of_prefixes(count: usize, prefixes: impl Iterator<Item = u64>) -> Self {
        let wanted = count.max(1).ilog2().saturating_sub(IDS_A_BUCKET_BITS);
        let bucket_bits = wanted.clamp(BUCKET_BITS_MIN, PREFIX_BITS - u16::BITS);
        let mut starts = Vec::with_capacity((1 << bucket_bits) + 1);
        let mut rests = Vec::with_capacity(count);
        let rest_bits = PREFIX_BITS - bucket_bits;
        for prefix in prefixes {
            let bucket = prefix >> rest_bits;
            while starts.len() as u64 <= bucket {
                starts.push(position(rests.len()));
            }
            rests.push(rest(prefix, rest_bits));
        }
        starts.resize((1 << bucket_bits) + 1, position(rests.len()));
        Self { bucket_bits, starts, rests: Rests::Whole(rests) }
    }

    fn prefixes(&self) -> Option<impl Iterator<Item = u64>> {
        let Rests::Whole(rests) = &self.rests else { return None };
        let rest_bits = self.rest_bits();
        let buckets = self.starts.windows(2).zip(0_u64..);
        Some(buckets.flat_map(move |(span, bucket)| {
            let rests = &rests[span[0] as usize..span[1] as usize];
            rests.iter().map(move |rest| bucket << rest_bits | u64::from(*rest))
        }))
    }

    fn rest_bits(&self) -> u32 {
        PREFIX_BITS - self.bucket_bits
    }

    fn mark_in<R: Copy + Ord>(
        &self,
        rests: &[R],
        stored: impl Fn(u32) -> R,
        keys: &[u64],
        hits: &mut [bool],
    ) {
        let rest_bits = self.rest_bits();
        for (keys, hits) in keys.chunks(LOOKUPS).zip(hits.chunks_mut(LOOKUPS)) {
            let mut spans = [(0, 0); LOOKUPS];
            for (key, span) in keys.iter().zip(&mut spans) {
                let bucket = (key >> (u64::BITS - self.bucket_bits)) as usize;
                *span = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
            }
            for ((key, (begin, end)), hit) in keys.iter().zip(spans).zip(hits) {
                let wanted = stored(rest(key >> (u64::BITS - PREFIX_BITS), rest_bits));
                *hit |= holds(&rests[begin..end], wanted);
            }
        }
    }
}

fn holds<R: Copy + Ord>(bucket: &[R], wanted: R) -> bool {
    if bucket.len() > LOOKED_THROUGH_MAX {
        return bucket.binary_search(&wanted).is_ok();
    }
    bucket.iter().fold(false, |found, rest| found | (*rest == wanted))
}

fn position(count: usize) -> u32 {
    u32::try_from(count).expect("a set has less than 2^32 ids")
}

fn rest(prefix: u64, bits: u32) -> u32 {
    u32::try_from(prefix & ((1 << bits) - 1)).expect("at most 32 bits")
}

/// The first 16 bits of a rest that has `bits`.
fn shortened(rest: u32, bits: u32) -> u16 {
    u16::try_from(rest >> (bits - u16::BITS)).expect("a rest has no more bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that look like hashes.
    fn keys(from: u64, count: u64) -> Vec<u64> {
        let mut keys: Vec<u64> =
            (from..from + count).map(|n| kassa_model::dedupe_hash("s", &n.to_string()) as u64).collect();
        keys.sort_unstable();
        keys
    }

    fn hits(run: &IdRun, keys: &[u64]) -> usize {
        let mut hits = vec![false; keys.len()];
        run.mark(keys, &mut hits);
        hits.into_iter().filter(|hit| *hit).count()
    }

    #[test]
    fn every_id_is_found_and_hardly_another() {
        for count in [0, 1, 63, 5_000, 300_000] {
            let run = IdRun::of(&keys(0, count));
            assert_eq!(run.len() as u64, count);
            assert_eq!(hits(&run, &keys(0, count)) as u64, count);
            assert_eq!(hits(&run, &keys(1_000_000, 100_000)), 0, "{count}");
        }
        let edges = [0, 1 << 18, u64::MAX >> 1, u64::MAX];
        assert_eq!(hits(&IdRun::of(&edges), &edges), 4);
    }

    #[test]
    fn merged_sets_are_the_set_of_all() {
        for (left, right) in [(0, 10), (10, 0), (3_000, 200_000), (200_000, 200_000)] {
            let merged = IdRun::of(&keys(0, left)).merged(&IdRun::of(&keys(left, right))).unwrap();
            let whole = IdRun::of(&keys(0, left + right));
            assert_eq!((merged.bucket_bits, &merged.starts), (whole.bucket_bits, &whole.starts));
            assert!(merged.prefixes().unwrap().eq(whole.prefixes().unwrap()), "{left} and {right}");
        }
    }

    #[test]
    fn a_short_set_has_half_the_memory_and_all_ids() {
        let mut run = IdRun::of(&keys(0, 200_000));
        let whole = run.bytes();
        assert!((4 * 200_000..9 * 100_000).contains(&whole), "{whole}");
        assert!(run.shorten() && !run.shorten());
        assert!(run.bytes() < whole * 6 / 10, "{} of {whole}", run.bytes());
        assert_eq!(hits(&run, &keys(0, 200_000)), 200_000);
        // 12.2 ids a bucket: 37 of 200,000 are expected.
        let wrong = hits(&run, &keys(1_000_000, 200_000));
        assert!((10..=80).contains(&wrong), "{wrong}");
        assert!(run.merged(&IdRun::of(&keys(0, 1))).is_none());
    }

    #[test]
    fn a_bucket_that_somebody_fills_is_halved() {
        let crowd: Vec<u64> = (0..10_000).map(|n| n << 18).collect();
        let run = IdRun::of(&crowd);
        assert_eq!((hits(&run, &crowd), hits(&run, &[10_000 << 18])), (10_000, 0));
    }
}
