//! Games and orders of system A, as its database answers (see `store.rs`).
//!
//! ```csv
//! id,name,category,releaseDate,price
//! 1,Elden Ring,RPG,2022-02-25 00:00:00+00,59.99
//! ```
//! ```csv
//! id,customerName,total,createdAt,gameId,quantity,name,price
//! 1,Alice,119.98,2024-05-01 10:00:00+00,1,2,Elden Ring,59.99
//! ```
//! A game has the SKU `a-` and its id. An order says what it came to; where a game's price was another then, that is spread over its lines.

use kassa_model::Currency;
use serde_json::{Value, json};

use super::cells::{integer, minor, money};
use super::sold::{Sold, Sums};
use super::table::{Cells, Table};
use super::times::rfc3339;
use super::{Input, Item, Items, raw};

/// The most lines of an order.
const LINES_MAX: usize = 1_000;

/// Games.
pub(super) struct Games {
    table: Table,
    currency: Currency,
}

/// Orders.
pub(super) struct AOrders {
    table: Table,
    currency: Currency,
}

impl Games {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["id", "name", "price"], "system A's table Games")?;
        Ok(Self { table, currency })
    }
}

impl AOrders {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        let needed = ["id", "customerName", "total", "createdAt", "gameId", "quantity", "name", "price"];
        table.require(&needed, "what is asked of system A's orders")?;
        Ok(Self { table, currency })
    }
}

impl Items for Games {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some(row) = self.table.next()? else { return Ok(None) };
        let value = row.cells.and_then(|cells| raw(&game(&cells, self.currency)?));
        Ok(Some(Item { line: row.line, value }))
    }
}

impl Items for AOrders {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some((line, rows)) = self.table.rows_of("id", (LINES_MAX, "an order"))? else { return Ok(None) };
        let value = rows.and_then(|rows| raw(&order(&rows, self.currency)?));
        Ok(Some(Item { line, value }))
    }
}

fn game(cells: &Cells, currency: Currency) -> Result<Value, String> {
    let id = cells.word("id").ok_or("id is missing")?;
    let price = money(cells, "price", currency)?.ok_or("price is missing")?;
    let day = cells.word("releaseDate").and_then(|at| at.get(..10));
    Ok(json!({"name": cells.get("name"), "category": cells.get("category"), "release_date": day,
        "variants": [{"sku": format!("a-{id}"), "price": price, "track_stock": false}]}))
}

fn order(rows: &[Cells], currency: Currency) -> Result<Value, String> {
    let Some(first) = rows.first() else { return Err("there is no row".to_owned()) };
    let id = first.word("id").ok_or("id is missing")?;
    let total = minor(first, "total", currency)?.ok_or("total is missing")?;
    let at = rfc3339(first.word("createdAt").ok_or("createdAt is missing")?)?;
    let mut sold = Sold::default();
    for row in rows {
        let game = row.word("gameId").ok_or("the order has no line")?;
        let quantity = integer(row, "quantity")?.ok_or("quantity is missing")?;
        // Of a game that is gone nobody knows the price: what the others leave of the total is its own.
        let price = minor(row, "price", currency)?.unwrap_or(0);
        let together = price.checked_mul(quantity).ok_or("price is too large")?;
        let sku = format!("a-{game}");
        sold.add((Some(&sku), row.get("name").unwrap_or(&sku)), quantity, together)?;
    }
    let lines = sold.lines(Sums { total, goods: None, shipping: 0, tax: 0 })?;
    Ok(json!({"reference": format!("a:{id}"), "currency": currency.code(),
        "customer": {"name": first.get("customerName")},
        "history": [{"kind": "confirmed", "at": at, "lines": lines}]}))
}

#[cfg(test)]
mod tests {
    use super::super::testing::all;
    use super::*;

    #[test]
    fn games_and_orders_come_as_they_were() {
        let usd: Currency = "USD".parse().unwrap();
        let text = "id,name,category,releaseDate,price\n1,\"Elden, Ring\",RPG,2022-02-25 00:00:00+00,59.99\n2,Cheap,,,0.999\n";
        let games = all(&mut Games::new(super::super::testing::input(text), usd).unwrap());
        let game = games[0].as_ref().unwrap();
        assert_eq!((&game["name"], &game["release_date"]), (&json!("Elden, Ring"), &json!("2022-02-25")));
        assert_eq!(game["variants"][0]["price"]["amount_minor"], 5_999);
        assert!(games[1].as_ref().unwrap_err().contains("price"));
        let text = "id,customerName,total,createdAt,gameId,quantity,name,price\n\
             1,Alice,119.98,2024-05-01 10:00:00+00,1,2,Ring,59.99\n\
             2,Bob,50,2024-05-02 10:00:00+00,1,1,Ring,59.99\n2,Bob,50,2024-05-02 10:00:00+00,3,1,,\n\
             3,Cat,10,2024-05-03 10:00:00+00,,,,\n";
        let orders = all(&mut AOrders::new(super::super::testing::input(text), usd).unwrap());
        let lines = |order: usize| orders[order].as_ref().unwrap()["history"][0]["lines"].clone();
        assert_eq!(
            lines(0),
            json!([{"sku": "a-1", "name": "Ring", "quantity": 2, "unit_price_minor": 5_999}])
        );
        let sum = |lines: Value| -> i64 {
            let total = |line: &Value| {
                line["quantity"].as_i64().unwrap() * line["unit_price_minor"].as_i64().unwrap()
            };
            lines.as_array().unwrap().iter().map(total).sum()
        };
        assert_eq!(sum(lines(1)), 5_000, "{}", lines(1));
        assert!(orders[2].as_ref().unwrap_err().contains("no line"));
    }
}
