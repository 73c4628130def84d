//! The tables behind sites, keys, sessions and shared salts.

use kassa_db::Migration;

/// The same text for both engines: nobody compares these texts.
const RULES: &str = include_str!("../migrations/0003.sql");

/// The set `access`; [`Access::attach`](crate::Access::attach) applies it.
pub const MIGRATIONS: &[Migration] = &[
    step(1, include_str!("../migrations/0001.sql")),
    step(2, include_str!("../migrations/0002.sql")),
    Migration { postgres: Some(RULES), ..step(3, RULES) },
    step(4, include_str!("../migrations/0004.sql")),
    step(5, include_str!("../migrations/0005.sql")),
    step(6, include_str!("../migrations/0006.sql")),
    step(7, include_str!("../migrations/0007.sql")),
    step(8, include_str!("../migrations/0008.sql")),
    step(9, include_str!("../migrations/0009.sql")),
];

const fn step(number: i64, sql: &'static str) -> Migration {
    Migration::new("access", number, sql)
}

#[cfg(test)]
mod tests {
    use kassa_db::Engine;

    use super::MIGRATIONS;

    /// What databases out there were made with.
    const RELEASED: [(&str, &str); 3] = [
        ("92fa328d06ae7e3e", "b8b6adc1cc92de80"),
        ("8f7100477db1db37", "cc1002d77620827a"),
        ("fa852eb13a1965f5", "fa852eb13a1965f5"),
    ];

    #[test]
    fn what_was_released_is_as_it_was() {
        for (step, (sqlite, postgres)) in MIGRATIONS.iter().zip(RELEASED) {
            let found = (step.checksum(Engine::Sqlite), step.checksum(Engine::Postgres));
            assert_eq!(found, (sqlite.to_owned(), postgres.to_owned()), "step {}", step.number);
        }
    }
}
