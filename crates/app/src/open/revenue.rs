//! Revenue reaches the reports by the log, and a local log belongs to one process: orders without a processor on it would run
//! green for ever while no report shows their money, and a notifier without orders would have nothing to tell.

use anyhow::bail;
use kassa_commerce::notify::NOTIFIER_GROUP;

use crate::config::{Config, StoreUrl};
use crate::roles::{Role, Roles};

/// The group under which the processor reads.
pub(crate) const PROCESSOR_GROUP: &str = "processor";

/// The groups for which the log keeps each stream until they have read it.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) events: Vec<String>,
    pub(super) orders: Vec<String>,
}

impl Groups {
    /// Those of every reader there may be.
    pub(super) fn all() -> Self {
        Self { events: vec![PROCESSOR_GROUP.to_owned()], orders: vec![NOTIFIER_GROUP.to_owned()] }
    }

    /// Those of a process with these roles. The stream of orders is kept for a notifier in it alone: without one nobody reads it.
    pub(super) fn of(config: &Config, roles: &Roles) -> Self {
        let orders = roles.has(Role::Notifier).then(|| NOTIFIER_GROUP.to_owned()).into_iter().collect();
        Self { events: groups(config, roles), orders }
    }
}

/// Refuses orders whose revenue nobody would read, unless the owner says that none is wanted.
///
/// # Errors
/// One sentence that names both ways on.
pub(crate) fn check(config: &Config, roles: &Roles) -> anyhow::Result<()> {
    if roles.has(Role::Notifier) && !roles.has(Role::Orders) {
        bail!(
            "a notifier without orders on the same log: log.url = local: belongs to this process, so there would be nothing \
             to tell; run it with orders, as in --roles orders,notifier"
        );
    }
    let detached = roles.has(Role::Orders) && !roles.has(Role::Processor);
    if detached && !config.orders.without_reports {
        bail!(
            "orders without a processor on the same log: log.url = local: belongs to this process, so no report would \
             ever show their revenue and the log would grow to its limit; run processor and reports with them, or set \
             orders.without_reports = true"
        );
    }
    Ok(())
}

/// The groups for which the log keeps the stream of events until they have read it. A collector fills it for a processor
/// that comes later (`kassa up` on the same folder); orders by themselves, whose owner wants no reports, fill it for nobody.
fn groups(config: &Config, roles: &Roles) -> Vec<String> {
    let read_later = roles.has(Role::Collector) || !roles.has(Role::Orders) || !config.orders.without_reports;
    let read = roles.has(Role::Processor) || read_later;
    if read { vec![PROCESSOR_GROUP.to_owned()] } else { Vec::new() }
}

/// Refuses to fill a log for nobody that a store has been filled from: what it has not read yet would be deleted.
///
/// # Errors
/// There is such a store.
pub(crate) fn check_folder(config: &Config, roles: &Roles) -> anyhow::Result<()> {
    let StoreUrl::Duckdb(store) = config.store_url()?;
    if groups(config, roles).is_empty() && store.exists() {
        bail!(
            "orders.without_reports = true, but {} is filled from this log, and what it has not read yet would be \
             deleted: run processor and reports as well, or move the store away",
            store.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    #[test]
    fn revenue_needs_a_reader_or_a_word_of_the_owner() {
        let check = |list: &str, without: &str, accepted: bool, kept: bool| {
            let flags = vec![("orders.without_reports", without.to_owned())];
            let config = Config::load(None, &Overrides::flags(flags)).unwrap();
            let roles: Roles = list.parse().unwrap();
            assert_eq!(super::check(&config, &roles).is_ok(), accepted, "{list} {without}");
            assert_eq!(!groups(&config, &roles).is_empty(), kept, "{list} {without}");
        };
        check("catalog,orders,inventory,collector,processor,reports", "false", true, true);
        check("catalog,orders,inventory,collector,processor,reports", "true", true, true);
        check("catalog,orders,inventory", "false", false, true);
        check("catalog,orders,inventory", "true", true, false);
        check("orders,collector", "false", false, true);
        check("orders,collector", "true", true, true);
        check("collector", "false", true, true);
        check("collector", "true", true, true);
        check("catalog,inventory", "false", true, true);
        check("catalog,orders,inventory,notifier", "true", true, false);
        check("notifier", "true", false, true);
        check("collector,processor,reports,notifier", "false", false, true);
    }
}
