//! Roles in several processes know each other by `KASSA_INTERNAL_TOKEN`: without one they do not start, and a wrong one shows.

use std::path::Path;

use serde_json::json;

use crate::kassa::{Start, wait_for};
use crate::market::send;

const TOKEN: &str = "a-token-between-roles";
const SHOP_WITHOUT_STOCK: &str = "catalog,orders,processor,reports";

fn role(data: &Path, roles: &str, token: &str) -> Start {
    Start::command(data, &["serve", "--roles", roles]).env("KASSA_INTERNAL_TOKEN", token)
}

#[test]
fn roles_apart_do_not_start_without_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, start: Start| {
        let refusal = start.try_start().map(|_| ()).unwrap_err();
        let names_the_cure = refusal.contains("KASSA_INTERNAL_TOKEN is not") && refusal.contains("for each");
        assert!(names_the_cure, "{name}: {refusal}");
    };
    let at = |name: &str| folder.path().join(name);
    let url = "http://127.0.0.1:1";
    check("stock alone", role(&at("a"), "inventory", ""));
    check("catalog alone", role(&at("b"), "catalog", ""));
    check("stock elsewhere", role(&at("c"), SHOP_WITHOUT_STOCK, "").env("KASSA_INVENTORY__URL", url));
    check(
        "prices elsewhere",
        role(&at("d"), "orders,inventory,processor,reports", "").env("KASSA_CATALOG__URL", url),
    );
    // Whoever asks nobody and is asked by nobody needs none.
    drop(role(&at("e"), "catalog,orders,inventory,processor,reports", "").start());
    drop(role(&at("f"), "collector", "").start());
}

#[test]
fn a_wrong_token_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (stock_data, orders_data) = (folder.path().join("stock"), folder.path().join("orders"));
    let stock = role(&stock_data, "inventory", TOKEN).start();
    let orders = |token: &str| {
        role(&orders_data, SHOP_WITHOUT_STOCK, token).env("KASSA_INVENTORY__URL", &stock.address).start()
    };
    let kassa = orders("another-token-between-roles");
    wait_for("a wrong token to show", || {
        let ready = kassa.get("/readyz");
        let detail = ready.json()["checks"]["inventory"]["detail"].as_str().unwrap_or_default().to_owned();
        (ready.status == 503 && detail.contains("the same KASSA_INTERNAL_TOKEN")).then_some(())
    });
    let deep = kassa.get("/health/deep");
    assert_eq!(
        (deep.status, &deep.json()["checks"]["inventory"]["status"]),
        (503, &json!("down")),
        "{deep:?}"
    );
    let product = json!({"sku": "a", "name": "A", "price": {"amount_minor": 100, "currency": "USD"}});
    assert_eq!(send(&mut kassa.http(), "POST", "/v1/products", "p", &product).unwrap().status, 201);
    for key in 0..30 {
        let order = json!({"items": [{"sku": "a", "quantity": 1}]});
        let placed = send(&mut kassa.http(), "POST", "/v1/orders", &key.to_string(), &order).unwrap();
        assert_eq!(placed.status, 202, "{placed:?}");
    }
    assert!(kassa.stop().success());
    let said = std::fs::read_to_string(orders_data.with_extension("stderr")).unwrap();
    assert_eq!(said.matches("start both processes with the same").count(), 1, "said once: {said}");
    // With the right one everything goes on by itself.
    let kassa = orders(TOKEN);
    wait_for("orders to be decided", || {
        let page = kassa.get("/v1/orders?status=accepted").json();
        page["results"].as_array().unwrap().is_empty().then_some(())
    });
    assert_eq!(kassa.get("/readyz").status, 200);
    assert_eq!(kassa.get("/health/deep").status, 200);
}
