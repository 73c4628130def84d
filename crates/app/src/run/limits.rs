//! Limits of the system that a start looks at: open files. With too few of them it would fail somewhere later, in words that
//! name neither the limit nor the cure.

use anyhow::bail;

use crate::config::Config;

/// Files that a process keeps open beside its connections: databases, the store, the log, libraries, addresses. 39 were
/// counted, and some are opened for a while only.
const OWN: u64 = 80;
/// More for each partition of the log.
const OWN_EACH_PARTITION: u64 = 4;
/// Connections that there must be room for.
const CONNECTIONS_LEAST: u64 = 64;

/// How many connections there may be at a time, of `limit` open files in all.
///
/// # Errors
/// The limit is too small for kassa's own files and the connections that are wanted.
pub(super) fn connections(config: &Config, limit: u64) -> anyhow::Result<usize> {
    let own = OWN + OWN_EACH_PARTITION * u64::from(config.log.partitions);
    let asked = config.server.connections_max as u64;
    let wanted = if asked == 0 { CONNECTIONS_LEAST } else { asked };
    let needed = own.saturating_add(wanted);
    if limit < needed {
        let lower = if asked == 0 { "" } else { ", or lower server.connections_max" };
        bail!(
            "the limit of {limit} open files is too small: {needed} are needed, {own} for files and {wanted} for \
             connections; raise it ({ulimit}, LimitNOFILE= of a systemd unit, --ulimit nofile= of a container){lower}",
            ulimit = format_args!("ulimit -n {}", needed.max(4_096)),
        );
    }
    let most = if asked == 0 { (limit / 5 * 4).min(limit - own) } else { asked };
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::connections;
    use crate::config::{Config, Overrides};

    #[test]
    fn a_small_limit_names_itself_and_the_cure() {
        let config = |partitions: &str, most: &str| {
            let flags =
                [("log.partitions", partitions.to_owned()), ("server.connections_max", most.to_owned())];
            Config::load(None, &Overrides::flags(flags.into())).unwrap()
        };
        let check = |config: &Config, limit: u64, expected: Result<usize, &str>| match (
            connections(config, limit),
            expected,
        ) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{limit}"),
            (Err(error), Err(expected)) => {
                let said = error.to_string();
                assert!(said.contains(expected) && said.contains("ulimit -n 4096"), "{limit}: {said}");
            }
            (found, _) => panic!("{limit}: {found:?}"),
        };
        check(&config("1", "0"), 147, Err("the limit of 147 open files is too small: 148 are needed"));
        check(&config("1", "0"), 148, Ok(64));
        check(&config("8", "0"), 170, Err("176 are needed"));
        check(&config("1", "0"), 1_048_576, Ok(838_860));
        check(&config("1", "900"), 1_024, Ok(900));
        check(&config("1", "1000"), 1_024, Err("lower server.connections_max"));
    }
}
