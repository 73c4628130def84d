//! The tables behind sites, keys, sessions and shared salts.

use kassa_db::Migration;

/// The set `access`; [`Access::attach`](crate::Access::attach) applies it.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        set: "access",
        number: 1,
        sqlite: include_str!("../migrations/0001.sqlite.sql"),
        postgres: include_str!("../migrations/0001.postgres.sql"),
        fill: None,
    },
    Migration {
        set: "access",
        number: 2,
        sqlite: include_str!("../migrations/0002.sqlite.sql"),
        postgres: include_str!("../migrations/0002.postgres.sql"),
        fill: None,
    },
    Migration {
        set: "access",
        number: 3,
        sqlite: include_str!("../migrations/0003.sqlite.sql"),
        postgres: include_str!("../migrations/0003.postgres.sql"),
        fill: None,
    },
];
