//! Lists of orders as the shop sees them: found by what is known of them, followed by their changes, counted.

use serde_json::{Value, json};

use crate::testing::Bed;

/// Places an order, and moves the clock on so that no two change at once.
async fn place(bed: &Bed, key: &str, body: Value) -> Value {
    bed.clock.advance(1_000_000);
    let header = format!("idempotency-key: {key}");
    let reply = bed.call("POST /v1/orders", &[&header], body.to_string()).await;
    assert!([201, 422].contains(&reply.status), "{} {body}: {}", bed.name, reply.text);
    reply.json()
}

async fn goods(bed: &Bed) {
    for sku in ["mug", "cup", "7"] {
        let product = json!({"sku": sku, "name": sku, "price": {"amount_minor": 100}, "track_stock": false});
        bed.send("POST /v1/products", product, 201).await;
    }
}

fn items(sku: &str) -> Value {
    json!({"items": [{"sku": sku, "quantity": 1}]})
}

fn numbers(page: &Value) -> Vec<i64> {
    page["results"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_names_and_skus_find_orders() {
    for bed in Bed::each() {
        goods(&bed).await;
        let mut placed = Vec::new();
        for number in 1..=9 {
            let mut body = items(if number % 3 == 0 { "cup" } else { "mug" });
            if number == 9 {
                body["items"] = json!([{"sku": "mug", "quantity": 1}, {"sku": "cup", "quantity": 2}]);
            }
            body["client_reference"] = format!("cart-{number}").into();
            placed.push(place(&bed, &format!("k{number}"), body).await);
        }
        let id = placed[3]["id"].as_str().unwrap().to_uppercase();
        let check = async |query: &str, expected: &[i64]| {
            let page = bed.get(&format!("/v1/orders?{query}")).await;
            assert_eq!(numbers(&page), expected, "{} {query}", bed.name);
            assert_eq!(page["next_cursor"], Value::Null, "{} {query}", bed.name);
        };
        check("q=4", &[4]).await;
        check("q=%234", &[4]).await;
        check("q=+4+", &[4]).await;
        check(&format!("q={id}"), &[4]).await;
        check("q=cart-5", &[5]).await;
        check("q=cup", &[9, 6, 3]).await;
        check("q=sku:cup", &[9, 6, 3]).await;
        check("q=cup&status=cancelled", &[]).await;
        check("q=4&status=cancelled", &[]).await;
        check("q=4&status=confirmed", &[4]).await;
        check("q=sku:4", &[]).await;
        check("q=nothing", &[]).await;
        check("q=99999999999999999999", &[]).await;
        check("q=CUP", &[]).await;
        let first = bed.get("/v1/orders?q=mug&limit=4").await;
        assert_eq!(numbers(&first), [9, 8, 7, 5], "{}", bed.name);
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(numbers(&bed.get(&format!("/v1/orders?q=mug&limit=4&cursor={cursor}")).await), [4, 2, 1]);
        // A number before a SKU; the SKU is asked for by name.
        let seven = place(&bed, "seven", items("7")).await["number"].as_i64().unwrap();
        check("q=7", &[7]).await;
        check("q=sku:7", &[seven]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_come_in_their_order_and_none_is_missed() {
    for bed in Bed::each() {
        goods(&bed).await;
        let mut ids = Vec::new();
        for number in 1..=6 {
            ids.push(
                place(&bed, &format!("k{number}"), items("mug")).await["id"].as_str().unwrap().to_owned(),
            );
        }
        // On PostgreSQL a list begins half a minute before.
        bed.clock.advance(60_000_000);
        let since = bed.shop.now();
        let path = format!("/v1/orders?updated_since={since}");
        assert_eq!(numbers(&bed.get(&path).await), Vec::<i64>::new(), "{}", bed.name);
        for (place, edge) in [(4, "cancel"), (0, "fulfil"), (2, "cancel")] {
            bed.send(&format!("POST /v1/orders/{}/{edge}", ids[place]), json!({}), 200).await;
            bed.clock.advance(1_000_000);
        }
        assert_eq!(numbers(&bed.get(&path).await), [5, 1, 3], "{}", bed.name);
        assert_eq!(numbers(&bed.get(&format!("{path}&status=cancelled")).await), [5, 3], "{}", bed.name);
        let mut seen = Vec::new();
        let mut next = format!("{path}&limit=1&total=true");
        loop {
            let page = bed.get(&next).await;
            assert_eq!((&page["total"], &page["total_exact"]), (&json!(3), &json!(true)), "{}", bed.name);
            seen.extend(numbers(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{path}&limit=1&total=true&cursor={cursor}");
        }
        assert_eq!(seen, [5, 1, 3], "{}", bed.name);
        let all = bed.get("/v1/orders?updated_since=2000-01-01").await;
        assert_eq!(numbers(&all), [2, 4, 6, 5, 1, 3], "{}", bed.name);
        assert_eq!(numbers(&bed.get("/v1/orders?q=1&updated_since=2000-01-01").await), [1]);
        assert_eq!(numbers(&bed.get(&format!("{path}&q=2")).await), Vec::<i64>::new());
        for bad in
            [format!("{path}&cursor=7"), "/v1/orders?cursor=7-7".to_owned(), format!("{path}&cursor=x-1")]
        {
            assert_eq!(bed.call(&format!("GET {bad}"), &[], "").await.status, 400, "{bad}");
        }
    }
}

/// Every page from `next` on: the numbers, and when the last order changed.
async fn follow(bed: &Bed, path: &str, mut cursor: Option<String>) -> (Vec<i64>, String) {
    let (mut seen, mut last) = (Vec::new(), String::new());
    loop {
        let next = cursor.map_or_else(|| path.to_owned(), |cursor| format!("{path}&cursor={cursor}"));
        let page = bed.get(&next).await;
        seen.extend(numbers(&page));
        if let Some(order) = page["results"].as_array().unwrap().last() {
            last = order["updated_at"].as_str().unwrap().to_owned();
        }
        let Some(next) = page["next_cursor"].as_str() else { return (seen, last) };
        cursor = Some(next.to_owned());
    }
}

fn since(time: &str) -> String {
    format!("/v1/orders?limit=1&updated_since={time}")
}

/// A request that waited, for a price or for its turn, is written after one that came later; between them somebody asks.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_written_late_is_not_missed() {
    for bed in Bed::each() {
        goods(&bed).await;
        let mut ids = Vec::new();
        for number in 1..=3 {
            let order = place(&bed, &format!("k{number}"), items("mug")).await;
            ids.push(order["id"].as_str().unwrap().to_owned());
        }
        let all = since("2000-01-01");
        let (seen, last) = follow(&bed, &all, None).await;
        assert_eq!(seen, [1, 2, 3], "{}", bed.name);
        let now = bed.shop.now();
        bed.clock.set(now.plus_micros(-1_500_000));
        place(&bed, "late", items("mug")).await;
        bed.clock.set(now.plus_micros(-200_000));
        bed.send(&format!("POST /v1/orders/{}/cancel", ids[0]), json!({}), 200).await;
        bed.clock.set(now);
        let (seen, _) = follow(&bed, &since(&last), None).await;
        assert!(seen.contains(&4) && seen.contains(&1), "{}: {seen:?}", bed.name);

        // And whoever reads page by page, slowly: three pages of one, of which the last is not read before the others write.
        let first = bed.get(&all).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = bed.get(&format!("{all}&cursor={cursor}")).await;
        let cursor = second["next_cursor"].as_str().unwrap().to_owned();
        bed.clock.set(now.plus_micros(-2_500_000));
        place(&bed, "later", items("mug")).await;
        bed.clock.set(now.plus_micros(60_000_000));
        place(&bed, "new", items("mug")).await;
        let mut seen = [numbers(&first), numbers(&second)].concat();
        let (rest, last) = follow(&bed, &all, Some(cursor)).await;
        seen.extend(rest);
        seen.extend(follow(&bed, &since(&last), None).await.0);
        for number in 1..=6 {
            assert!(seen.contains(&number), "{}: {number} is not in {seen:?}", bed.name);
        }
    }
}

/// No page looks at the lines of more orders than a page without `updated_since` does.
#[tokio::test(flavor = "multi_thread")]
async fn a_sku_among_changes_is_looked_for_piece_by_piece() {
    let bed = Bed::sqlite();
    goods(&bed).await;
    bed.write(|tx| {
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) \
                   INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, scope, context, \
                   created_at, updated_at) SELECT 'o' || i, 'failed', 1, 1, 'USD', 0, 0, 's', '{}', i, i FROM n";
        tx.execute(sql, &[])
    });
    place(&bed, "k1", items("cup")).await;
    let path = "/v1/orders?updated_since=1970-01-01&q=sku:cup";
    let first = bed.get(path).await;
    assert_eq!(numbers(&first), Vec::<i64>::new());
    let cursor = first["next_cursor"].as_str().expect("it has looked at enough");
    let second = bed.get(&format!("{path}&cursor={cursor}")).await;
    assert_eq!((numbers(&second), &second["next_cursor"]), (vec![200_001], &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_of_all_pages() {
    for bed in Bed::each() {
        goods(&bed).await;
        for number in 1..=5 {
            place(&bed, &format!("k{number}"), items(if number == 2 { "cup" } else { "mug" })).await;
        }
        let check = async |query: &str, shown: usize, total: Value| {
            let page = bed.get(&format!("/v1/orders?{query}")).await;
            assert_eq!((numbers(&page).len(), &page["total"]), (shown, &total), "{} {query}", bed.name);
        };
        check("", 5, Value::Null).await;
        check("total=false", 5, Value::Null).await;
        check("total=true&limit=2", 2, json!(5)).await;
        check("total=true&limit=2&cursor=2", 1, json!(5)).await;
        check("total=true&status=cancelled", 0, json!(0)).await;
        check("total=true&q=cup", 1, json!(1)).await;
        check("total=true&q=3", 1, json!(1)).await;
        for (path, total) in [("/v1/products?limit=1", 3), ("/v1/products?limit=1&q=cup", 1)] {
            let page = bed.get(&format!("{path}&total=true")).await;
            assert_eq!((&page["total"], &page["total_exact"]), (&json!(total), &json!(true)), "{path}");
        }
        assert_eq!(bed.call("GET /v1/orders?total=yes", &[], "").await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_whatever_the_case_of_their_address() {
    for bed in Bed::each() {
        goods(&bed).await;
        let named = |name: &str, email: &str| {
            let mut body = items("mug");
            body["customer"] = json!({"name": name, "email": email});
            body
        };
        place(&bed, "k1", named("Alice", "Alice@Shop.Example")).await;
        place(&bed, "k2", named("alice@shop.example", "")).await;
        place(&bed, "k3", named("Bob", "bob@shop.example")).await;
        let check = async |query: &str, expected: &[i64]| {
            let page = bed.get(&format!("/v1/orders?{query}")).await;
            assert_eq!(numbers(&page), expected, "{} {query}", bed.name);
        };
        check("customer=alice%40shop.example", &[2, 1]).await;
        check("customer=ALICE%40SHOP.EXAMPLE", &[1]).await;
        check("customer=Alice", &[1]).await;
        check("customer=+Bob+", &[3]).await;
        check("customer=BOB%40SHOP.EXAMPLE&q=3", &[3]).await;
        check("customer=alice", &[]).await;
        for blank in ["", "+", "%20%09", "%E2%80%8B"] {
            for name in ["customer", "q"] {
                let reply = bed.call(&format!("GET /v1/orders?{name}={blank}"), &[], "").await;
                assert_eq!(reply.status, 400, "{} {name}={blank:?}: {}", bed.name, reply.text);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_somebody_or_absent() {
    for bed in Bed::each() {
        goods(&bed).await;
        let with = |customer: Value| {
            let mut body = items("mug");
            body["customer"] = customer;
            body
        };
        let mut number = 0;
        for customer in [Value::Null, json!({}), json!({"name": null, "email": null}), json!({"email": " "})]
        {
            number += 1;
            let mut body = with(customer);
            body["context"] = Value::Null;
            body["client_reference"] = Value::Null;
            let order = place(&bed, &format!("k{number}"), body).await;
            let shown = bed.get(&format!("/v1/orders/{}", order["id"].as_str().unwrap())).await;
            assert_eq!(shown["customer"], json!({"name": null, "email": null}), "{}", bed.name);
        }
        for bad in
            ["alice", "@", "alice@", "@shop.example", "a b@shop.example", "alice@ shop", "\u{200b}@\u{200b}"]
        {
            let reply = bed.call(
                "POST /v1/orders",
                &["idempotency-key: bad"],
                with(json!({"email": bad})).to_string(),
            );
            let reply = reply.await;
            assert_eq!(reply.status, 400, "{} {bad}: {}", bed.name, reply.text);
        }
        for good in ["a@b", "\"a@b\"@c", " Alice+x@Shop.Example "] {
            number += 1;
            place(&bed, &format!("k{number}"), with(json!({"email": good}))).await;
        }
        let unseen = with(json!({"name": "\u{2060}\u{2060}"})).to_string();
        assert_eq!(bed.call("POST /v1/orders", &["idempotency-key: bad"], unseen).await.status, 400);
        for bad in [json!([]), json!("x"), json!(7)] {
            let body = with(bad).to_string();
            assert_eq!(bed.call("POST /v1/orders", &["idempotency-key: bad"], body).await.status, 400);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn integers_are_numbers_without_a_fraction() {
    for bed in Bed::each() {
        let product = r#"{"sku":"mug","name":"Mug","price":{"amount_minor":1.0e2},"low_stock_at":3.0}"#;
        let made = bed.call("POST /v1/products", &[], product).await;
        assert_eq!((made.status, &made.json()["price"]["amount_minor"]), (201, &json!(100)), "{}", made.text);
        let check = async |head: &str, body: &str, status: u16| {
            let reply = bed.call(head, &["idempotency-key: k"], body.to_owned()).await;
            assert_eq!(reply.status, status, "{} {head} {body}: {}", bed.name, reply.text);
            reply.json()
        };
        let bare = async |head: &str, body: &str, status: u16| {
            let reply = bed.call(head, &[], body.to_owned()).await;
            assert_eq!(reply.status, status, "{} {head} {body}: {}", bed.name, reply.text);
            reply.json()
        };
        bare("POST /v1/inventory/mug/receive", r#"{"quantity":10.0}"#, 200).await;
        bare("POST /v1/inventory/mug/adjust", r#"{"quantity":-20e-1}"#, 200).await;
        let stock = bare("PUT /v1/inventory/mug", r#"{"low_stock_at":2e0}"#, 200).await;
        assert_eq!((&stock["on_hand"], &stock["low_stock_at"]), (&json!(8), &json!(2)), "{}", bed.name);
        let order = check("POST /v1/orders", r#"{"items":[{"sku":"mug","quantity":2.0}]}"#, 201).await;
        // The same request in another spelling.
        let again = bed
            .call("POST /v1/orders", &["idempotency-key: k"], r#"{"items":[{"sku":"mug","quantity":2}]}"#)
            .await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"), "{}", again.text);
        let id = order["id"].as_str().unwrap();
        bare(&format!("PUT /v1/orders/{id}"), r#"{"items":[{"sku":"mug","quantity":3E0}]}"#, 200).await;
        let refund = bed
            .call(
                &format!("POST /v1/orders/{id}/refunds"),
                &["idempotency-key: r"],
                r#"{"lines":[{"sku":"mug","quantity":1.0}]}"#,
            )
            .await;
        assert_eq!(refund.status, 200, "{}", refund.text);
        for bad in ["1.5", "1e-1", "\"1\"", "true", "1e400", "[1]", "9223372036854775808.0"] {
            bare("POST /v1/inventory/mug/receive", &format!("{{\"quantity\":{bad}}}"), 400).await;
            let body = format!("{{\"items\":[{{\"sku\":\"mug\",\"quantity\":{bad}}}]}}");
            let reply = bed.call("POST /v1/orders", &["idempotency-key: bad"], body).await;
            assert_eq!(reply.status, 400, "{bad}: {}", reply.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_reach_to_the_end_of_the_calendar() {
    for bed in Bed::each() {
        goods(&bed).await;
        place(&bed, "k1", items("mug")).await;
        let check = async |query: &str, expected: usize| {
            let page = bed.get(&format!("/v1/orders?{query}")).await;
            assert_eq!(numbers(&page).len(), expected, "{} {query}", bed.name);
        };
        check("to=9999-12-31", 1).await;
        check("to=9999-12-31T23:59:59Z", 1).await;
        check("from=9999-12-31T23:59:59Z", 0).await;
        check("from=2027-01-15&to=2027-01-15", 1).await;
        check("from=2027-01-14&to=2027-01-14", 0).await;
        check("from=-009999-01-02T00:00:00Z", 1).await;
        for bad in ["to=9999-12-32", "to=10000-01-01", "from=now", "updated_since=x"] {
            assert_eq!(bed.call(&format!("GET /v1/orders?{bad}"), &[], "").await.status, 400, "{bad}");
        }
    }
}
