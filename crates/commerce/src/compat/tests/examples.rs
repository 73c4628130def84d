//! The examples at the top of every file of a dialect are what it reads and answers.

use serde_json::Value;

use super::support::Bed;

/// The JSON values of a file's first example.
fn examples(source: &str) -> Vec<Value> {
    let inside = source.split("//! ```json\n").nth(1).unwrap().split("//! ```").next().unwrap();
    let text: String = inside.lines().map(|line| line.trim_start_matches("//!").trim_start()).collect();
    serde_json::Deserializer::from_str(&text).into_iter().collect::<Result<_, _>>().unwrap()
}

/// The names of all fields, nested ones too.
fn fields(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| {
                let inner = fields(value).into_iter().map(move |inner| format!("{name}.{inner}"));
                std::iter::once(name.clone()).chain(inner)
            })
            .collect(),
        Value::Array(elements) => elements.iter().flat_map(fields).collect(),
        _ => Vec::new(),
    }
}

fn same_fields(example: &Value, answer: &Value) {
    let sorted = |value: &Value| {
        let mut names = fields(value);
        names.sort();
        names
    };
    assert_eq!(sorted(example), sorted(answer), "{example} {answer}");
}

#[tokio::test]
async fn of_a() {
    let examples = examples(include_str!("../a_games.rs"));
    let [game, made, order, placed, listed] = examples.as_slice() else { panic!("{examples:?}") };
    let bed = Bed::sqlite();
    assert_eq!(bed.call("POST /games/add", &[], game.to_string()).await.json(), *made);
    assert_eq!(bed.call("POST /orders/add", &[], order.to_string()).await.json(), *placed);
    assert_eq!(bed.call("GET /orders/all", &[], "").await.json()[0], *listed);
}

#[tokio::test]
async fn of_c() {
    let examples = examples(include_str!("../c_products.rs"));
    let [product, made] = examples.as_slice() else { panic!("{examples:?}") };
    let bed = Bed::sqlite();
    assert_eq!(bed.call("POST /api/products", &[], product.to_string()).await.json(), *made);
}

#[tokio::test]
async fn of_d() {
    let of_orders = examples(include_str!("../d_orders.rs"));
    let [order, created, failed, listed] = of_orders.as_slice() else { panic!("{of_orders:?}") };
    let bed = Bed::with_chaos();
    bed.stock("ps5", 49_900, 2);
    let send = async |key: &str| {
        let reply = bed.call("POST /api/orders", &[key], order.to_string()).await;
        reply.json()
    };
    same_fields(created, &send("idempotency-key: 1").await);
    same_fields(listed, &bed.call("GET /api/orders", &[], "").await.json());
    same_fields(failed, &send("idempotency-key: 2").await);

    let of_stock = examples(include_str!("../d_orders/inventory.rs"));
    let [deduct, deducted, item] = of_stock.as_slice() else { panic!("{of_stock:?}") };
    let other = Bed::sqlite();
    other.stock("ps5", 49_900, 10);
    let answer = other.call("POST /api/inventory/deduct", &[], deduct.to_string()).await;
    same_fields(deducted, &answer.json());
    assert_eq!(answer.json()["item"]["quantity"], deducted["item"]["quantity"]);
    same_fields(item, &other.call("GET /api/inventory/ps5", &[], "").await.json());

    let of_chaos = examples(include_str!("../d_orders/chaos.rs"));
    let [faults, switched] = of_chaos.as_slice() else { panic!("{of_chaos:?}") };
    assert_eq!(bed.call("POST /api/admin/chaos", &[], faults.to_string()).await.json(), *switched);
}
