//! Leases: which of the processes on a database does what only one is to do at a time. They go by the database's own time,
//! so that processes agree whose clocks do not.
//!
//! What is done under a lease must be harmless when it is done twice: a former holder may wake up late.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

/// Takes or renews the lease `name` for `term_micros`; its epoch, which is raised with every new holder, or nothing while
/// another has it. One that ends more than a term later than one that is taken now is none: whoever wrote it had a wrong clock.
/// One that ends a little later is another's, who asked after this one and had its turn before. `own` is the process's time,
/// for SQLite.
pub(crate) fn hold(
    tx: &mut Tx<'_>,
    name: &'static str,
    owner: &str,
    own: Timestamp,
    term_micros: i64,
) -> Result<Option<i64>, Error> {
    let now = tx.now(own)?;
    let until = now.plus_micros(term_micros);
    let latest = until.plus_micros(term_micros);
    let sql = "INSERT INTO leases (name, owner, epoch, until) VALUES ($1, $2, 1, $3) \
               ON CONFLICT (name) DO UPDATE SET owner = $2, until = $3, \
               epoch = CASE WHEN leases.owner = $2 THEN leases.epoch ELSE leases.epoch + 1 END \
               WHERE leases.owner = $2 OR leases.until <= $4 OR leases.until > $5";
    if tx.execute(sql, params![name, owner, until.micros(), now.micros(), latest.micros()])? == 0 {
        return Ok(None);
    }
    tx.first("SELECT epoch FROM leases WHERE name = $1", params![name], |row| row.int(0))
}

/// Gives the lease back, if `owner` has it, so that the next process need not wait for its end.
pub(crate) fn give_back(tx: &mut Tx<'_>, name: &'static str, owner: &str) -> Result<(), Error> {
    tx.execute("UPDATE leases SET until = 0 WHERE name = $1 AND owner = $2", params![name, owner]).map(drop)
}

/// Ends every lease.
pub(crate) fn end_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute("UPDATE leases SET until = 0 WHERE until > 0", params![]).map(drop)
}

#[cfg(test)]
mod tests {
    use kassa_model::{Clock, MICROS_PER_DAY, MICROS_PER_SECOND};

    use super::*;
    use crate::testing::Bed;

    const TERM: i64 = 60 * MICROS_PER_SECOND;

    /// Whether `owner`, by whose clock it is `off` µs later than it is, gets the lease.
    fn gets(bed: &Bed, owner: &'static str, off: i64) -> bool {
        let own = kassa_model::SystemClock.now().plus_micros(off);
        bed.write(move |tx| hold(tx, "test", owner, own, TERM)).is_some()
    }

    #[test]
    fn one_has_it_until_it_ends_or_is_given_back() {
        for bed in Bed::each() {
            assert!(gets(&bed, "one", 0) && gets(&bed, "one", 0));
            assert!(!gets(&bed, "other", 0));
            bed.write(|tx| give_back(tx, "test", "other"));
            assert!(!gets(&bed, "other", 0), "it was not the other's to give back");
            bed.write(|tx| give_back(tx, "test", "one"));
            assert!(gets(&bed, "other", 0));
            bed.write(end_all);
            assert!(gets(&bed, "one", 0));
            let epoch = bed.write(|tx| tx.first("SELECT epoch FROM leases", params![], |row| row.int(0)));
            assert_eq!(epoch, Some(3));
        }
    }

    #[test]
    fn who_has_asked_before_and_comes_after_takes_it_from_nobody() {
        for bed in Bed::each() {
            assert!(gets(&bed, "one", 0));
            assert!(!gets(&bed, "other", -MICROS_PER_SECOND), "{}", bed.name);
        }
    }

    #[test]
    fn a_lease_of_the_future_is_none() {
        for bed in Bed::each() {
            // Written by a process that went by its own clock, and had it two days ahead.
            bed.write(|tx| {
                let until = kassa_model::SystemClock.now().plus_micros(2 * MICROS_PER_DAY).micros();
                let sql = "INSERT INTO leases (name, owner, epoch, until) VALUES ('test', 'dead', 1, $1)";
                tx.execute(sql, params![until])
            });
            assert!(gets(&bed, "alive", 0), "{}", bed.name);
            assert!(!gets(&bed, "other", 0), "{}", bed.name);
        }
    }

    #[test]
    fn on_a_server_everybodys_clock_is_the_servers() {
        let Some(bed) = Bed::postgres() else { return };
        for off in [-2 * MICROS_PER_DAY, 2 * MICROS_PER_DAY, 900 * MICROS_PER_DAY] {
            assert!(gets(&bed, "one", off));
            assert!(!gets(&bed, "other", 0), "{off}");
            assert!(!gets(&bed, "other", -off), "{off}");
        }
    }
}
