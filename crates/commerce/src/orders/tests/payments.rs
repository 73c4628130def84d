//! Payments that are marked by hand, what is owed, and the lists of what is to be paid and packed.

use axum::http::Method;
use kassa_model::MICROS_PER_DAY;
use serde_json::{Value, json};

use super::support::{Answered, TestShop, shops};

async fn post(shop: &TestShop, path: &str, body: Value) -> Answered {
    shop.call((Method::POST, path), &[], body.to_string()).await
}

async fn owed(shop: &TestShop, path: &str) -> Value {
    shop.get(path).await.json()["payment_status"].clone()
}

fn usd(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "USD"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_unpaid_until_somebody_says_so() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 3}])).await;
        assert_eq!(owed(&shop, &path).await, "unpaid");
        let payments = format!("{path}/payments");
        let body = json!({"reference": " bank 4711 ", "amount": usd(300)});
        let first = post(&shop, &payments, body.clone()).await;
        let payment = first.json();
        assert_eq!((first.status, &payment["reference"]), (201, &json!("bank 4711")), "{}", first.body);
        assert_eq!((&payment["amount"], &payment["refunded"]), (&usd(300), &usd(0)));
        assert_eq!(payment["order_id"], path.rsplit('/').next().unwrap());
        assert_eq!(owed(&shop, &path).await, "paid");
        // By the reference it is one, with or without its amount, however often and however late.
        shop.clock.advance(3 * MICROS_PER_DAY);
        for again in [body, json!({"reference": "bank 4711"})] {
            let again = post(&shop, &payments, again).await;
            assert_eq!((again.status, again.is_replay()), (200, true), "{}", again.body);
            assert_eq!(again.json(), payment);
        }
        let other = post(&shop, &payments, json!({"reference": "bank 4711", "amount": usd(299)})).await;
        assert_eq!((other.status, other.problem().as_str()), (422, "payment-differs"));
        assert_eq!(other.json()["detail"], "2.99 USD came, and 3.00 USD is owed");
        let second = post(&shop, &payments, json!({"reference": "bank 4712"})).await;
        assert_eq!((second.status, second.problem().as_str()), (409, "illegal-transition"));
        let edit = shop.put(&path, &json!({"items": [{"sku": "ps5", "quantity": 4}]})).await;
        assert_eq!((edit.status, edit.problem().as_str()), (409, "illegal-transition"), "{}", edit.body);
        let refunds = format!("{path}/refunds");
        shop.post(&refunds, "r1", &json!({"amount_minor": 50})).await;
        assert_eq!(owed(&shop, &path).await, "part_refunded");
        shop.post(&refunds, "r2", &json!({"amount_minor": 250})).await;
        assert_eq!(owed(&shop, &path).await, "refunded");
        let all = shop.get(&payments).await.json();
        assert_eq!(all["results"].as_array().unwrap().len(), 1);
        assert_eq!((&all["results"][0]["refunded"], &all["results"][0]["amount"]), (&usd(300), &usd(300)));
        assert_eq!(post(&shop, &payments, json!({"reference": "bank 4711"})).await.status, 200);
        let told: Vec<Value> = shop
            .texts("SELECT body FROM outbox WHERE kind = 'OrderPaid'")
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        assert_eq!((told.len(), &told[0]["payment"]["reference"]), (1, &json!("bank 4711")));
        assert_eq!(told[0]["order"]["payment_status"], "paid");
        assert_eq!(
            shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'OrderPaid' AND money IS NOT NULL"),
            0
        );
        assert_eq!(shop.number("SELECT COUNT(*) FROM payment_event"), 3);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_owed_follows_the_order() {
    for shop in shops() {
        shop.stock("ps5", 100, 50);
        shop.product("gift", 0, "USD", false);
        let one = |sku: &str, quantity: i64| json!([{"sku": sku, "quantity": quantity}]);
        // What costs nothing is paid, until it costs something.
        let free = shop.placed(one("gift", 1)).await;
        assert_eq!(owed(&shop, &free).await, "paid");
        assert_eq!(shop.put(&free, &json!({"items": one("ps5", 1)})).await.status, 200);
        assert_eq!(owed(&shop, &free).await, "unpaid");
        // What was given back before is not owed.
        let part = shop.placed(one("ps5", 3)).await;
        shop.post(&format!("{part}/refunds"), "p1", &json!({"amount_minor": 40})).await;
        assert_eq!(owed(&shop, &part).await, "unpaid");
        let payments = format!("{part}/payments");
        let whole = post(&shop, &payments, json!({"reference": "a", "amount": usd(300)})).await;
        assert_eq!((whole.status, &whole.json()["due"]), (422, &usd(260)), "{}", whole.body);
        let euro = json!({"reference": "a", "amount": {"amount_minor": 260, "currency": "EUR"}});
        assert_eq!(post(&shop, &payments, euro).await.problem(), "payment-differs");
        assert_eq!(post(&shop, &payments, json!({"reference": "a", "amount": usd(260)})).await.status, 201);
        assert_eq!(owed(&shop, &part).await, "paid");
        // A paid order that is given up goes back whole; an unpaid one owes nothing more.
        shop.post(&format!("{part}/refunds"), "p2", &json!({"amount_minor": 60})).await;
        assert_eq!(post(&shop, &format!("{part}/cancel"), json!({})).await.status, 200);
        assert_eq!(owed(&shop, &part).await, "refunded");
        let back = shop.get(&payments).await.json();
        assert_eq!(back["results"][0]["refunded"], usd(260));
        let unpaid = shop.placed(one("ps5", 1)).await;
        assert_eq!(post(&shop, &format!("{unpaid}/cancel"), json!({})).await.status, 200);
        assert_eq!(owed(&shop, &unpaid).await, Value::Null);
        let gone = shop.placed(one("ps5", 1)).await;
        shop.post(&format!("{gone}/refunds"), "g1", &json!({"amount_minor": 100})).await;
        assert_eq!(owed(&shop, &gone).await, Value::Null);
        for (path, why) in [(&unpaid, "cancelled"), (&gone, "refunded")] {
            let refused = post(&shop, &format!("{path}/payments"), json!({"reference": "late"})).await;
            assert_eq!((refused.status, refused.problem().as_str()), (409, "illegal-transition"), "{why}");
        }
        let failed = shop.order("too-many", "ps5", 1_000).await;
        let failed = format!("/v1/orders/{}", failed.json()["order_id"].as_str().unwrap());
        assert_eq!(owed(&shop, &failed).await, Value::Null);
        // Goods on account: sent first, paid after.
        let account = shop.placed(one("ps5", 1)).await;
        post(&shop, &format!("{account}/fulfil"), json!({})).await;
        assert_eq!(post(&shop, &format!("{account}/payments"), json!({"reference": "a"})).await.status, 201);
        assert_eq!(shop.get(&account).await.json()["status"], "fulfilled");
        shop.check_books();
    }
}

/// Many who mark the same at once: one payment, and everybody is told of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_mark_the_same_mark_it_once() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
        let payments = format!("{path}/payments");
        let all = (0..16).map(|one| {
            let (shop, payments) = (shop.clone(), payments.clone());
            let reference = if one % 4 == 0 { "other" } else { "bank 1" };
            tokio::spawn(
                async move { post(&shop, &payments, json!({ "reference": reference })).await.status },
            )
        });
        let mut statuses = Vec::new();
        for one in all.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        let count = |status: u16| statuses.iter().filter(|of| **of == status).count();
        assert_eq!(count(201), 1, "{statuses:?}");
        // Those of the other reference are refused.
        assert!([(11, 4), (3, 12)].contains(&(count(200), count(409))), "{statuses:?}");
        assert_eq!(shop.number("SELECT COUNT(*) FROM payment"), 1);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_payment_is_refused() {
    let shop = TestShop::sqlite();
    shop.stock("ps5", 100, 10);
    let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
    let payments = format!("{path}/payments");
    for body in [
        json!({}),
        json!({"reference": ""}),
        json!({"reference": "  \u{200b}"}),
        json!({"reference": null}),
        json!({"reference": 7}),
        json!({"reference": "a\u{0}"}),
        json!({"reference": "r".repeat(256)}),
        json!({"reference": "a", "amount": 100}),
        json!({"reference": "a", "amount": [100, "USD"]}),
        json!({"reference": "a", "amount": {"amount_minor": 100}}),
        json!({"reference": "a", "amount": {"amount_minor": 1.5, "currency": "USD"}}),
        json!({"reference": "a", "amount": {"amount_minor": 100, "currency": "dollars"}}),
        json!({"reference": "a", "amount": {"amount_minor": 100, "currency": "USD", "tip": 1}}),
        json!({"reference": "a", "provider": "stripe"}),
    ] {
        let answer = post(&shop, &payments, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
    for amount in [0, -100, 99, 101, i64::MAX] {
        let answer = post(&shop, &payments, json!({"reference": "a", "amount": usd(amount)})).await;
        assert_eq!((answer.status, answer.problem().as_str()), (422, "payment-differs"), "{amount}");
    }
    for path in ["/v1/orders/nonsense", "/v1/orders/0190aaaa-0000-7000-8000-000000000000"] {
        let answer = post(&shop, &format!("{path}/payments"), json!({"reference": "a"})).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // A key belongs to one request, and the reference is still free.
    assert_eq!(shop.post(&payments, "k1", &json!({"reference": "<b>=1+1</b>"})).await.status, 201);
    assert_eq!(
        shop.post(&payments, "k1", &json!({"reference": "b"})).await.problem(),
        "idempotency-key-reused"
    );
    assert_eq!(shop.get(&payments).await.json()["results"][0]["reference"], "<b>=1+1</b>");
    shop.check_books();
}

fn numbers(page: &Answered) -> Vec<i64> {
    assert_eq!(page.status, 200, "{}", page.body);
    page.json()["results"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_show_what_is_to_be_paid_and_packed() {
    for shop in shops() {
        shop.stock("ps5", 100, 100);
        let mut paths = Vec::new();
        for _ in 0..6 {
            paths.push(shop.placed(json!([{"sku": "ps5", "quantity": 2}])).await);
        }
        let one = json!({"lines": [{"sku": "ps5", "quantity": 1}]});
        post(&shop, &format!("{}/payments", paths[0]), json!({"reference": "a"})).await;
        post(&shop, &format!("{}/cancel", paths[1]), json!({})).await;
        post(&shop, &format!("{}/fulfilments", paths[2]), one.clone()).await;
        post(&shop, &format!("{}/fulfil", paths[3]), json!({})).await;
        post(&shop, &format!("{}/payments", paths[3]), json!({"reference": "b"})).await;
        shop.post(&format!("{}/refunds", paths[3]), "r1", &json!({"amount_minor": 1})).await;
        // What is left of it is refunded, so there is nothing to be packed.
        post(&shop, &format!("{}/fulfilments", paths[4]), one.clone()).await;
        shop.post(&format!("{}/refunds", paths[4]), "r2", &one).await;
        let check = async |query: &str, expected: &[i64]| {
            let page = shop.get(&format!("/v1/orders?{query}&total=true")).await;
            assert_eq!(numbers(&page), expected, "{:?} {query}", shop.engine());
            assert_eq!(page.json()["total"], expected.len(), "{query}");
            let changes = shop.get(&format!("/v1/orders?{query}&updated_since=2000-01-01")).await;
            let mut found = numbers(&changes);
            found.sort_unstable_by(|one, other| other.cmp(one));
            assert_eq!(found, expected, "{:?} {query} by changes", shop.engine());
        };
        check("payment_status=unpaid", &[6, 5, 3]).await;
        check("payment_status=paid", &[1]).await;
        check("payment_status=part_refunded", &[4]).await;
        check("payment_status=refunded", &[]).await;
        check("fulfilment_status=unfulfilled", &[6, 3, 1]).await;
        check("fulfilment_status=partial", &[3]).await;
        check("fulfilment_status=fulfilled", &[5, 4]).await;
        check("fulfilment_status=unfulfilled&payment_status=paid", &[1]).await;
        check("fulfilment_status=unfulfilled&payment_status=unpaid", &[6, 3]).await;
        check("payment_status=unpaid&status=cancelled", &[]).await;
        check("status=confirmed", &[6, 5, 3, 1]).await;
        check("q=sku:ps5&payment_status=unpaid", &[6, 5, 3]).await;
        check("q=3&payment_status=unpaid", &[3]).await;
        check("q=1&payment_status=unpaid", &[]).await;
        check("q=3&fulfilment_status=partial", &[3]).await;
        check("q=5&fulfilment_status=unfulfilled", &[]).await;
        check("q=5&fulfilment_status=fulfilled", &[5]).await;
        let first = shop.get("/v1/orders?payment_status=unpaid&limit=2").await;
        assert_eq!(numbers(&first), [6, 5]);
        let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
        let next = shop.get(&format!("/v1/orders?payment_status=unpaid&limit=2&cursor={cursor}")).await;
        assert_eq!((numbers(&next), &next.json()["next_cursor"]), (vec![3], &Value::Null));
        for bad in ["payment_status=owed", "fulfilment_status=packed", "payment_status=Unpaid"] {
            assert_eq!(shop.get(&format!("/v1/orders?{bad}")).await.status, 400, "{bad}");
        }
        shop.check_books();
    }
}
