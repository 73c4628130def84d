//! Stock and orders of system D, as its two databases answer (see `store.rs`). It knows no prices.
//!
//! ```csv
//! item_id,item_name,quantity
//! ps5,PlayStation 5,100
//! ```
//! ```csv
//! order_id,item_id,quantity,status,created_at,updated_at
//! 7c9e…,ps5,2,confirmed,2024-05-01 10:00:00,2024-05-01 10:00:01
//! ```

use kassa_model::Currency;
use serde_json::{Value, json};

use super::cells::integer;
use super::table::{Cells, Table};
use super::times::rfc3339;
use super::{Input, Item, Items, raw};

/// Items of its inventory.
pub(super) struct Inventory(Table);

/// Orders.
pub(super) struct DOrders {
    table: Table,
    currency: Currency,
}

impl Inventory {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["item_id", "item_name", "quantity"], "system D's table inventory")?;
        Ok(Self(table))
    }
}

impl DOrders {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        let needed = ["order_id", "item_id", "quantity", "status", "created_at", "updated_at"];
        table.require(&needed, "system D's table orders")?;
        Ok(Self { table, currency })
    }
}

impl Items for Inventory {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        let value = row.cells.and_then(|cells| raw(&product(&cells)?));
        Ok(Some(Item { line: row.line, value }))
    }
}

impl Items for DOrders {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some(row) = self.table.next()? else { return Ok(None) };
        let value = row.cells.and_then(|cells| raw(&order(&cells, self.currency)?));
        Ok(Some(Item { line: row.line, value }))
    }
}

fn product(cells: &Cells) -> Result<Value, String> {
    let sku = cells.word("item_id").ok_or("item_id is missing")?;
    let quantity = integer(cells, "quantity")?.unwrap_or(0);
    Ok(json!({"name": cells.get("item_name").unwrap_or(sku),
        "variants": [{"sku": sku, "track_stock": true, "on_hand": quantity}]}))
}

fn order(cells: &Cells, currency: Currency) -> Result<Value, String> {
    let order = cells.word("order_id").ok_or("order_id is missing")?;
    let sku = cells.word("item_id").ok_or("item_id is missing")?;
    let at = rfc3339(cells.word("created_at").ok_or("created_at is missing")?)?;
    let quantity = integer(cells, "quantity")?.ok_or("quantity is missing")?;
    let mut history = vec![json!({"kind": "confirmed", "at": at,
        "lines": [{"sku": sku, "quantity": quantity, "unit_price_minor": 0}]})];
    let until = cells.word("updated_at").map(rfc3339).transpose()?.unwrap_or(at);
    match cells.word("status").unwrap_or_default() {
        "confirmed" | "completed" => {}
        "failed" | "cancelled" => history.push(json!({"kind": "cancelled", "at": until})),
        // It may still take stock there, or fail.
        status => return Err(format!("its status is {status:?}: it is not decided yet")),
    }
    Ok(json!({"reference": format!("d:{order}"), "currency": currency.code(), "history": history}))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, input};
    use super::*;

    #[test]
    fn stock_and_orders_come_as_they_were() {
        let items = "item_id,item_name,quantity\nps5,PlayStation 5,100\nxbox,,x\n";
        let found = all(&mut Inventory::new(input(items)).unwrap());
        let product = found[0].as_ref().unwrap();
        assert_eq!(product["variants"], json!([{"sku": "ps5", "track_stock": true, "on_hand": 100}]));
        assert!(found[1].as_ref().unwrap_err().contains("quantity"));
        let orders = "order_id,item_id,quantity,status,created_at,updated_at\n\
             1,ps5,2,confirmed,2024-05-01 10:00:00,2024-05-01 10:00:01\n\
             2,ps5,1,failed,2024-05-01 10:00:00,2024-05-01 10:00:01\n\
             3,ps5,1,pending,2024-05-01 10:00:00,2024-05-01 10:00:01\n";
        let found = all(&mut DOrders::new(input(orders), "USD".parse().unwrap()).unwrap());
        assert_eq!(found[0].as_ref().unwrap()["history"].as_array().unwrap().len(), 1);
        assert_eq!(found[1].as_ref().unwrap()["history"][1]["at"], "2024-05-01T10:00:01Z");
        assert!(found[2].as_ref().unwrap_err().contains("pending"));
    }
}
