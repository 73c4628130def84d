//! Who changed what, over HTTP, on both databases.

use kassa_access::changes::OF_SHOP;
use kassa_db::testing::prepare_all;
use serde_json::{Value, json};

use crate::testing::{Bed, Reply};

const ADMIN: &str = "authorization: Bearer an-admin-token-for-tests";

async fn admin(bed: &Bed, head: &str, key: &str, body: Value) -> Reply {
    let key = format!("idempotency-key: {key}");
    let body = if head.starts_with("GET") { String::new() } else { body.to_string() };
    let done = bed.call(head, &[ADMIN, &key], body).await;
    assert!(done.status < 500, "{head}: {}", done.text);
    done
}

async fn changes(bed: &Bed, query: &str) -> Vec<Value> {
    let listed = bed.call(&format!("GET /v1/admin/changes{query}"), &[ADMIN], "").await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.json()["results"].as_array().unwrap().clone()
}

fn of(change: &Value) -> String {
    format!("{} {}", change["method"].as_str().unwrap(), change["path"].as_str().unwrap())
}

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, &OF_SHOP.statements()).unwrap();
    }
}

#[tokio::test]
async fn what_somebody_changed_is_written_once_and_with_the_change() {
    for bed in Bed::each() {
        let bed = bed.closed();
        let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}, "track_stock": false});
        assert_eq!(admin(&bed, "POST /v1/products", "p", mug).await.status, 201);
        let order = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": {"name": "Ann"}});
        let placed = admin(&bed, "POST /v1/orders", "o", order).await.json();
        let path = format!("/v1/orders/{}", placed["id"].as_str().unwrap());
        let refund = format!("POST {path}/refunds");
        let ask = json!({"amount_minor": 500});
        assert_eq!(admin(&bed, &refund, "r", ask.clone()).await.status, 200);
        // Repeated, refused, and only shown.
        assert_eq!(admin(&bed, &refund, "r", ask.clone()).await.status, 200);
        assert_eq!(admin(&bed, &refund, "r2", json!({"amount_minor": 9_000})).await.status, 422);
        assert_eq!(admin(&bed, &format!("POST {path}/refunds/preview"), "r3", ask).await.status, 200);
        assert_eq!(
            admin(&bed, &format!("POST {path}/payments"), "pay", json!({"reference": "b"})).await.status,
            201
        );

        let all = changes(&bed, "").await;
        let names: Vec<String> = all.iter().map(of).collect();
        let expected = [
            format!("POST {path}/payments"),
            refund,
            "POST /v1/orders".to_owned(),
            "POST /v1/products".to_owned(),
        ];
        assert_eq!(names, expected, "{}: {all:?}", bed.name);
        assert_eq!((&all[1]["actor"], &all[1]["name"]), (&json!("admin"), &json!("admin")));
        assert!(all[1]["asked"].to_string().contains("500"), "{}", all[1]);
        assert!(all[3]["asked"].to_string().contains("Mug"), "{}", all[2]);
        assert_eq!(all[1]["before"]["refunded"]["amount_minor"], json!(0), "{}", all[1]);
        assert_eq!(all[1]["after"]["refunded"]["amount_minor"], json!(500), "{}", all[1]);
        assert_eq!(all[2]["after"], json!({"location": path}), "an order that somebody placed");
        assert!(!all[2].to_string().contains("Ann"), "and nothing of its customer: {}", all[2]);
        assert_eq!(changes(&bed, &format!("?path={path}")).await.len(), 2);
        assert_eq!(changes(&bed, "?path=/v1/order").await.len(), 0, "no half of a name");

        let first = bed.call("GET /v1/admin/changes?limit=2", &[ADMIN], "").await.json();
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = changes(&bed, &format!("?cursor={cursor}")).await;
        assert_eq!(rest.iter().map(of).collect::<Vec<_>>(), expected[2..]);

        // Of an erased person's order stays who did what.
        let of = path.clone();
        assert_eq!(bed.write(move |tx| OF_SHOP.empty(tx, &of)), 2);
        let of_order = changes(&bed, &format!("?path={path}")).await;
        assert!(
            of_order.len() == 2 && of_order.iter().all(|change| change["asked"] == json!({})),
            "{of_order:?}"
        );
        assert!(changes(&bed, "").await[3]["asked"].to_string().contains("Mug"));

        let cup = json!({"name": "Cup"});
        assert_eq!(admin(&bed, "PATCH /v1/products/sku:mug", "cup", cup).await.status, 200);
        assert_eq!(changes(&bed, "?path=/v1/products/sku:mug").await.len(), 1);
    }
}

#[tokio::test]
async fn it_is_for_admins_and_where_nothing_is_locked_nobody_is_known() {
    let bed = Bed::sqlite();
    let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    bed.send("POST /v1/products", mug, 201).await;
    assert_eq!(bed.get("/v1/admin/changes").await["results"], json!([]));
    for query in ["?cursor=nobody", "?limit=0", "?path=", "?what=1"] {
        assert_eq!(bed.call(&format!("GET /v1/admin/changes{query}"), &[], "").await.status, 400, "{query}");
    }
    let closed = bed.closed();
    assert_eq!(closed.call("GET /v1/admin/changes", &[], "").await.status, 401);
}
