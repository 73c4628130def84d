//! Share links and products: whatever is asked by one is answered within its segment and its panels, or refused.

use kassa_model::{Dialect, Event, STOCK_BACK, STOCK_OUT};
use serde_json::{Value, json};

use super::random::{Random, cases, query, random_event};
use super::shares::{link, narrowed, segment};
use super::support::{KEY_ADMIN, World, money};

/// The same of products and demand, whose answers may be by rows of no product, and by filters that products have not.
#[tokio::test]
async fn random_questions_about_products_by_a_link_are_those_of_its_segment() {
    let count = cases(3_000);
    let mut random = Random::new("products_by_links", count);
    let world = World::closed().keeping();
    let mut events: Vec<Event> = (0..200).map(|number| random_product(&mut random, number)).collect();
    events.extend((0..20).map(|number| random_order(&mut random, number)));
    events.sort_by_key(|event| event.occurred_at);
    world.seed(events).await;
    let parts = [
        json!([["is", "visit:source", ["a"]]]),
        json!([["is", "event:page", ["/a", "/b"]], ["is_not", "visit:device", ["mobile"]]]),
        json!([["not", ["is", "visit:source", ["(none)", "b"]]]]),
    ];
    let (mut answered, mut refused, mut sold) = (0, 0, 0);
    for part in parts {
        let id = segment(&world, &part).await;
        let token = link(&world, json!({"segment": id})).await;
        for _ in 0..count / 3 + 1 {
            let mut asked = query(&mut random);
            for name in ["metrics", "dimensions", "order_by"] {
                asked.as_object_mut().unwrap().remove(name);
            }
            asked["include"] = json!({"bots": random.one_in(2)});
            if !random.one_in(4) {
                asked["site_id"] = json!("shop");
            }
            match random.below(12) {
                0 => asked["site_id"] = json!(["shop", "berlin"]),
                1 => asked["segment"] = json!(null),
                2 => asked["filters"] = json!([["is", "segment", [id]]]),
                3 => asked["search"] = json!("u"),
                _ => {}
            }
            let path = *random.pick(&["POST /v1/products/performance", "POST /v1/demand"]);
            let found = world.call(path, &token, asked.clone()).await;
            let expected = world.call(path, KEY_ADMIN, narrowed(&asked, &part)).await;
            match found.status.as_u16() {
                200 => {
                    answered += 1;
                    let (mut found, mut expected) = (found.json(), expected.json());
                    assert_eq!(asked["site_id"], json!("shop"), "{asked}");
                    sold += u64::from(found["totals"]["units"].as_i64() > Some(0));
                    // What is outside of the segment answers no search in it, and ends none.
                    without_clicks(&mut found, &mut expected);
                    for of in ["results", "totals", "searches", "sold_out", "meta"] {
                        assert_eq!(found[of], expected[of], "{path} {asked} {part}");
                    }
                }
                400 | 404 => {
                    refused += 1;
                    let own = asked["site_id"] == json!("shop") && expected.status == 200;
                    let names = asked["filters"].to_string().contains("segment");
                    assert!(!own || names, "{path} {asked} {part}: {}", found.text);
                }
                status => panic!("{status} for {asked}: {}", found.text),
            }
        }
    }
    println!("products_by_links: {answered} answered, {sold} of them with sales, {refused} refused");
    assert!(
        answered * 5 > count && refused * 10 > count && sold * 50 > count,
        "{answered}, {refused}, {sold}"
    );
}

/// Takes away how many searches nothing followed: by a link that goes by what is in its segment alone.
fn without_clicks(found: &mut Value, expected: &mut Value) {
    for searches in [&mut found["searches"], &mut expected["searches"]] {
        if searches.is_null() {
            continue;
        }
        let take = |counts: &mut Value| {
            let (all, without) =
                (counts["searches"].as_i64().unwrap(), counts["without_click"].as_i64().unwrap());
            assert!((0..=all).contains(&without), "{counts}");
            counts["without_click"].take();
        };
        take(&mut searches["totals"]);
        searches["results"].as_array_mut().unwrap().iter_mut().for_each(take);
    }
}

fn random_product(random: &mut Random, number: usize) -> Event {
    let name = *random.pick(&["Product Viewed", "Product Viewed", "Product Added", "Products Searched"]);
    let props = *random.pick(&[
        r#"{"sku":"mug","query":"a","results":0}"#,
        r#"{"sku":"cup","name":"Cup","query":"A b","results":2}"#,
        r#"{"products":[{"sku":"mug"},{"sku":"tea"}],"query":"a"}"#,
    ]);
    let mut event = random_event(random, number);
    if random.one_in(9) {
        let name = *random.pick(&[STOCK_OUT, STOCK_BACK]);
        let props = r#"{"sku":"mug"}"#.to_owned();
        let blank = Event { name: name.to_owned(), name_sent: name.to_owned(), props, ..event };
        return Event { dialect: Dialect::SHOP, session: Some(0), path: None, bot: false, ..blank };
    }
    event.name = name.to_owned();
    Event { name_sent: name.to_owned(), props: props.to_owned(), ..event }
}

/// An order of a visit of [`random_event`].
fn random_order(random: &mut Random, number: usize) -> Event {
    let (who, day) = (random.below(5) as i64, random.below(10) + 10);
    let sku = *random.pick(&["mug", "cup", "tea"]);
    let id = format!("o{number}");
    let time = format!("2026-11-{day}T{:02}:30:00Z", random.below(24));
    let order = money((&id, "Order Completed", "confirmed"), who, &time, &[(sku, 1, 100)]);
    Event { session: Some(who * 100 + day as i64), id: format!("order {number}"), ..order }
}

#[tokio::test]
async fn a_link_shows_products_by_its_panels() {
    let world = World::closed().keeping();
    let check = async |panels: Value, path: &str, filters: Value, status: u16| {
        let token = link(&world, json!({"panels": panels})).await;
        let body = json!({"site_id": "shop", "date_range": "7d", "filters": filters});
        let answer = world.call(&format!("POST {path}"), &token, body).await;
        assert_eq!(answer.status, status, "{panels} {path} {filters}: {}", answer.text);
    };
    let (products, demand) = ("/v1/products/performance", "/v1/demand");
    check(json!(["pages", "revenue"]), products, json!([]), 400).await;
    check(json!(["products"]), products, json!([]), 200).await;
    check(json!(["products"]), products, json!([["is", "item:sku", ["mug"]]]), 200).await;
    check(json!(["products"]), products, json!([["is", "visit:country", ["DE"]]]), 400).await;
    check(json!(["products", "places"]), products, json!([["is", "visit:country", ["DE"]]]), 200).await;
    // What was searched for is a property of events.
    check(json!(["products"]), demand, json!([]), 400).await;
    check(json!(["events"]), demand, json!([]), 400).await;
    check(json!(["products", "events"]), demand, json!([]), 200).await;
}
