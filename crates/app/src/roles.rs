//! The roles, and what each needs. This table is the only place that knows them.

use std::collections::BTreeSet;
use std::str::FromStr;

use anyhow::bail;

/// A part of kassa that can run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Products: reads and changes of the catalogue.
    Catalog,
    /// Orders; also sessions, keys, the audit, the outbox's relay and the drain of accepted orders.
    Orders,
    /// Stock, and the switch of chaos.
    Inventory,
    /// Tells customers, staff and programs what happened to orders.
    Notifier,
    /// Takes events in: every ingest dialect.
    Collector,
    /// Folds the log into the store.
    Processor,
    /// Answers questions: stats, events, queries, the live stream.
    Reports,
}

/// What a role needs and where it listens when it runs by itself.
#[derive(Debug)]
pub(crate) struct Needs {
    pub(crate) role: Role,
    pub(crate) name: &'static str,
    pub(crate) log: bool,
    pub(crate) store: bool,
    pub(crate) database: bool,
    pub(crate) port: u16,
}

/// Every role.
pub(crate) const TABLE: [Needs; 7] = [
    Needs { role: Role::Catalog, name: "catalog", log: false, store: false, database: true, port: 7101 },
    Needs { role: Role::Orders, name: "orders", log: true, store: false, database: true, port: 7102 },
    Needs { role: Role::Inventory, name: "inventory", log: false, store: false, database: true, port: 7103 },
    Needs { role: Role::Notifier, name: "notifier", log: true, store: false, database: true, port: 7104 },
    Needs { role: Role::Collector, name: "collector", log: true, store: false, database: false, port: 7105 },
    Needs { role: Role::Processor, name: "processor", log: true, store: true, database: false, port: 7106 },
    Needs { role: Role::Reports, name: "reports", log: false, store: true, database: false, port: 7107 },
];

/// The roles of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Roles(BTreeSet<Role>);

impl Roles {
    /// All of them: `kassa up`.
    pub(crate) fn all() -> Self {
        Self(TABLE.iter().map(|needs| needs.role).collect())
    }

    pub(crate) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    pub(crate) fn need_log(&self) -> bool {
        self.needs().any(|needs| needs.log)
    }

    pub(crate) fn need_store(&self) -> bool {
        self.needs().any(|needs| needs.store)
    }

    /// Whether a role of the shop is among them.
    pub(crate) fn need_database(&self) -> bool {
        self.needs().any(|needs| needs.database)
    }

    /// Whether all of them are for reports: none takes in events or serves a shop.
    pub(crate) fn only_report(&self) -> bool {
        self.0.iter().all(|role| matches!(role, Role::Processor | Role::Reports))
    }

    /// The port of the first role, by the table; 8000 for all of them.
    pub(crate) fn default_port(&self) -> u16 {
        if *self == Self::all() { 8000 } else { self.needs().next().map_or(8000, |needs| needs.port) }
    }

    /// The names, comma-separated.
    pub(crate) fn names(&self) -> String {
        self.needs().map(|needs| needs.name).collect::<Vec<_>>().join(",")
    }

    /// Refuses combinations that embedded engines cannot serve.
    ///
    /// # Errors
    /// One of processor and reports without the other: a DuckDB file belongs to one process.
    pub(crate) fn check_embedded(&self) -> anyhow::Result<()> {
        if self.has(Role::Processor) != self.has(Role::Reports) {
            bail!(
                "store.url = duckdb: belongs to one process: run processor and reports together, \
                 as in --roles processor,reports"
            );
        }
        Ok(())
    }

    fn needs(&self) -> impl Iterator<Item = &'static Needs> {
        TABLE.iter().filter(|needs| self.has(needs.role))
    }
}

impl FromStr for Roles {
    type Err = anyhow::Error;

    fn from_str(list: &str) -> anyhow::Result<Self> {
        let mut roles = BTreeSet::new();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let known = TABLE.iter().find(|needs| needs.name == name);
            let Some(needs) = known else {
                let names: Vec<_> = TABLE.iter().map(|needs| needs.name).collect();
                bail!("no role is named {name}; there are {}", names.join(", "));
            };
            roles.insert(needs.role);
        }
        if roles.is_empty() {
            bail!("--roles names no role");
        }
        Ok(Self(roles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_lists() {
        let roles: Roles = "reports, collector".parse().unwrap();
        assert_eq!(roles.names(), "collector,reports");
        assert_eq!(roles.default_port(), 7105);
        assert_eq!(Roles::all().default_port(), 8000);
        assert!("collector,nope".parse::<Roles>().unwrap_err().to_string().contains("processor"));
        assert!(",".parse::<Roles>().is_err());
        assert!("processor,reports".parse::<Roles>().unwrap().only_report());
        assert!(!"collector,processor,reports".parse::<Roles>().unwrap().only_report());
        assert!(!Roles::all().only_report());
    }

    #[test]
    fn refuses_what_cannot_work() {
        let check = |list: &str, good: bool| {
            assert_eq!(list.parse::<Roles>().unwrap().check_embedded().is_ok(), good, "{list}");
        };
        check("collector", true);
        check("processor,reports", true);
        check("collector,processor,reports", true);
        check("catalog,orders,inventory", true);
        check("collector,processor", false);
        check("reports", false);
    }
}
