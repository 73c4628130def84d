//! Reports as CSV.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::support::{Answer, World, event, money, view};

async fn ask(world: &World, accept: Option<&str>, query: &Value) -> Answer {
    let mut request = Request::post("/v1/query").header("content-type", "application/json");
    if let Some(accept) = accept {
        request = request.header("accept", accept);
    }
    world.send(request.body(Body::from(query.to_string())).unwrap()).await
}

async fn file(world: &World, query: Value) -> String {
    let answer = ask(world, None, &query).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8; header=present");
    answer.text
}

async fn seeded() -> World {
    let world = World::open();
    let mut odd = event("=cmd|' /C calc'!A0", 1, "2026-11-18T10:02:00Z");
    odd.path = Some("/a,\"b\"".to_owned());
    let mut events = vec![view("/", 1, "2026-11-18T10:00:00Z"), view("/", 2, "2026-11-19T10:00:00Z"), odd];
    for (order, amount) in [("o1", 199_950), ("o2", -5)] {
        events.push(money(
            (order, "Order Completed", "confirmed"),
            1,
            "2026-11-19T11:00:00Z",
            &[("mug", 2, amount)],
        ));
    }
    world.seed(events).await;
    world
}

#[tokio::test]
async fn a_row_is_a_line() {
    let world = seeded().await;
    let query = |more: Value| {
        let mut query = json!({"site_id": "shop", "date_range": "7d", "format": "csv"});
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    let check = async |more: Value, expected: &str| {
        assert_eq!(file(&world, query(more.clone())).await, expected.replace('\n', "\r\n"), "{more}");
    };
    check(
        json!({"metrics": ["visitors", "bounce_rate"], "dimensions": ["visit:entry_page"]}),
        "visit:entry_page,visitors,bounce_rate\n/,2,50\n",
    )
    .await;
    check(
        json!({"metrics": ["events"], "dimensions": ["event:name", "event:page"], "filters": [["is_not", "event:name", ["page_view"]]]}),
        "event:name,event:page,events\n'=cmd|' /C calc'!A0,\"/a,\"\"b\"\"\",1\n",
    )
    .await;
    check(
        json!({"metrics": ["revenue", "orders", "average_order_value"], "dimensions": ["product:sku"]}),
        "product:sku,revenue,orders,average_order_value,currency\nmug,1999.45,2,999.73,EUR\n",
    )
    .await;
    check(
        json!({"metrics": ["visitors", "revenue"], "date_range": ["2026-11-19", "2026-11-19"],
            "include": {"comparisons": {"mode": "previous_period"}}}),
        "visitors,revenue,visitors before,visitors change,revenue before,revenue change,currency\n1,1999.45,1,0,0,100,EUR\n",
    )
    .await;
    check(json!({"metrics": ["bounce_rate"], "date_range": ["2026-10-01", "2026-10-02"]}), "bounce_rate\n\n")
        .await;
}

#[tokio::test]
async fn it_is_asked_for_by_the_query_or_by_accept() {
    let world = seeded().await;
    let plain =
        json!({"site_id": "shop", "date_range": "7d", "metrics": ["visitors"], "dimensions": ["time:day"]});
    let with = |format: &str| {
        let mut query = plain.clone();
        query["format"] = json!(format);
        query
    };
    let check = async |accept: Option<&str>, query: &Value, csv: bool| {
        let answer = ask(&world, accept, query).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let kind = answer.headers["content-type"].to_str().unwrap();
        assert_eq!(kind.starts_with("text/csv"), csv, "{accept:?} {query}: {kind}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    };
    check(None, &plain, false).await;
    check(Some("*/*"), &plain, false).await;
    check(Some("text/csv"), &plain, true).await;
    check(Some("text/csv;q=0.9, */*;q=0.1"), &plain, true).await;
    check(Some("application/json, text/csv"), &plain, false).await;
    check(Some("text/csv"), &with("json"), false).await;
    check(Some("application/json"), &with("csv"), true).await;
    let answer = ask(&world, None, &with("csv")).await;
    let name = "attachment; filename=\"kassa-shop-time_day-2026-11-20.csv\"";
    assert_eq!(answer.headers["content-disposition"], name);
    let refused = ask(&world, None, &with("xlsx")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("known are json, csv"), "{}", refused.text);
    let wrong = ask(&world, Some("text/csv"), &json!({"site_id": "shop"})).await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.headers["content-type"]),
        (400, &"application/problem+json".parse().unwrap())
    );
    let batch = json!({"queries": [with("csv"), with("json")]});
    let request = Request::post("/v1/query/batch").body(Body::from(batch.to_string())).unwrap();
    let found = world.send(request).await.json();
    assert!(found["results"][0]["error"]["detail"].as_str().unwrap().contains("JSON"), "{found}");
    assert_eq!(found["results"][1]["meta"]["total_rows"], 7);
}
