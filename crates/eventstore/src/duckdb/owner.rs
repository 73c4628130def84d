//! Whose store it is, and where it stands in every partition: asked at the start, to notice parts of a data folder that do
//! not belong together.

use std::collections::BTreeMap;

use duckdb::Connection;
use uuid::Uuid;

use super::DuckStore;
use super::failure::Failure;
use super::writer::read_marks;
use crate::{Error, Mark};

/// What a store says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owned {
    /// The shop that it was said to be of; none until it was.
    pub shop_id: Option<Uuid>,
    /// Where it stands; nothing of a partition that it has never been told of.
    pub marks: BTreeMap<u32, Mark>,
    /// Whether it holds money of orders.
    pub has_money: bool,
}

impl DuckStore {
    /// What the store says of itself. Reads one column.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn owned(&self) -> Result<Owned, Error> {
        self.readers.unlimited(read).await
    }

    /// Says whose store it is, durably.
    ///
    /// # Errors
    /// [`Error`]; it is then as it was.
    pub async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), Error> {
        self.writer.change(Box::new(move |connection| write(connection, shop_id))).await.map(drop)
    }
}

fn read(connection: &Connection) -> Result<Owned, Failure> {
    let shop_id = connection
        .query_row("SELECT max(shop_id) FROM owner", [], |row| row.get::<_, Option<String>>(0))?
        .map(|text| {
            Uuid::parse_str(&text).map_err(|_| Error::Failed(format!("it belongs to the shop {text}")))
        })
        .transpose()?;
    let sql = "SELECT count(*) > 0 FROM (SELECT 1 FROM events WHERE order_id IS NOT NULL LIMIT 1)";
    let has_money = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(Owned { shop_id, marks: read_marks(connection)?, has_money })
}

/// Replaces what `owner` holds; in the one transaction of a change.
fn write(connection: &Connection, shop_id: Uuid) -> duckdb::Result<u64> {
    connection.execute_batch("BEGIN TRANSACTION; DELETE FROM owner")?;
    let rows = connection.execute("INSERT INTO owner VALUES ($1)", [shop_id.to_string()])?;
    connection.execute_batch("COMMIT")?;
    Ok(rows as u64)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use crate::conformance::sample::{LOG, batch, order, view};
    use crate::duckdb::tests::{folder, open};
    use crate::{EventStore, Mark};

    #[tokio::test]
    async fn a_store_says_whose_it_is_and_where_it_stands() {
        let (_folder, path) = folder();
        let store = open(&path);
        assert_eq!(store.owned().await.unwrap(), super::Owned::default());
        store.insert(batch(0, vec![view("a", "/", 0)])).await.unwrap();
        assert!(!store.owned().await.unwrap().has_money);
        store.set_shop_id(Uuid::from_u128(1)).await.unwrap();
        store.set_shop_id(Uuid::from_u128(2)).await.unwrap();
        let money = kassa_model::Event { order: Some(order("o", 1)), ..view("b", "/", 1) };
        store.insert(batch(1, vec![money])).await.unwrap();
        drop(store);
        let found = open(&path).owned().await.unwrap();
        assert_eq!((found.shop_id, found.has_money), (Some(Uuid::from_u128(2)), true));
        assert_eq!(found.marks[&0], Mark { log_id: LOG, position: 2, epoch: 1 });
    }
}
