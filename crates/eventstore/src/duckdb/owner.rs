//! Whose store it is: asked at the start, to notice parts of a data folder that do not belong together.

use duckdb::Connection;
use uuid::Uuid;

use super::failure::Failure;
use crate::{Error, Owned};

/// What the store says of itself. Reads one column.
pub(super) fn read(connection: &Connection) -> Result<Owned, Failure> {
    let shop_id = connection
        .query_row("SELECT max(shop_id) FROM owner", [], |row| row.get::<_, Option<String>>(0))?
        .map(|text| {
            Uuid::parse_str(&text).map_err(|_| Error::Failed(format!("it belongs to the shop {text}")))
        })
        .transpose()?;
    let sql = "SELECT count(*) > 0 FROM (SELECT 1 FROM events WHERE order_id <> '' LIMIT 1)";
    let has_money = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(Owned { shop_id, has_money })
}

/// Replaces what `owner` holds; in the one transaction of a change.
pub(super) fn write(connection: &Connection, shop_id: Uuid) -> duckdb::Result<u64> {
    connection.execute_batch("BEGIN TRANSACTION; DELETE FROM owner")?;
    let rows = connection.execute("INSERT INTO owner VALUES ($1)", [shop_id.to_string()])?;
    connection.execute_batch("COMMIT")?;
    Ok(rows as u64)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use crate::EventStore;
    use crate::conformance::sample::{batch, order, view};
    use crate::duckdb::tests::{folder, open};

    #[tokio::test]
    async fn whose_it_is_outlives_the_process() {
        let (_folder, path) = folder();
        let store = open(&path);
        store.set_shop_id(Uuid::from_u128(2)).await.unwrap();
        let money = kassa_model::Event { order: Some(order("o", 1)), ..view("b", "/", 1) };
        store.insert(batch(0, vec![money])).await.unwrap();
        let (owned, marks) = (store.owned().await.unwrap(), store.marks().await.unwrap());
        drop(store);
        let store = open(&path);
        assert_eq!((owned.shop_id, owned.has_money), (Some(Uuid::from_u128(2)), true));
        assert_eq!((store.owned().await.unwrap(), store.marks().await.unwrap()), (owned, marks));
    }
}
