//! Questions that cannot be meant: 400 with a sentence that helps, on problem+json, never anything worse.

use std::sync::Arc;

use kassa_eventstore::Error;
use serde_json::{Value, json};

use super::spy::Spy;
use super::support::World;

async fn refused(world: &World, body: impl Into<axum::body::Body>, expected: &str) {
    let answer = world.post(body).await;
    assert_eq!(answer.status, 400, "{expected}: {}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], "/errors/invalid-query");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(expected), "{expected:?} is not in {detail:?}");
}

#[tokio::test]
async fn bodies_that_are_no_query() {
    let world = World::open();
    let check = async |body: &[u8], expected: &str| refused(&world, body.to_vec(), expected).await;
    check(b"", "no JSON").await;
    check(b"{", "no JSON").await;
    check(b"[]", "a query is a JSON object, not an array").await;
    check(b"null", "not null").await;
    check(b"\"7d\"", "not a string").await;
    check(b"\xff\xfe", "no JSON").await;
    check(b"{\"site_id\":\"\xff\"}", "no JSON").await;
    check(br#"{"site_id":"a","site_id":"b"}"#, "given twice").await;
    check(br#"{"site_id":"a\u0000"}"#, "U+0000").await;
    check("[".repeat(100_000).as_bytes(), "no JSON").await;
    check(&vec![b' '; 300_000], "at most").await;
    check(br#"{"pagination":{"limit":1e999}}"#, "no JSON").await;
}

#[tokio::test]
async fn names_that_are_not_known() {
    let world = World::open();
    let check = async |extra: Value, expected: &str| {
        let mut query = json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d"});
        for (name, value) in extra.as_object().unwrap() {
            query[name] = value.clone();
        }
        refused(&world, query.to_string(), expected).await;
    };
    check(json!({"metric": ["visitors"]}), "did you mean \"metrics\"").await;
    check(json!({"metrics": ["visitor"]}), "did you mean \"visitors\"? known are visitors, visits").await;
    check(json!({"metrics": ["turnover"]}), "known are visitors").await;
    check(json!({"dimensions": ["event:gaol"]}), "did you mean \"event:goal\"? known are event:name").await;
    check(json!({"dimensions": ["visit:utm_sorce"]}), "did you mean \"visit:utm_source\"").await;
    check(json!({"dimensions": ["time:year"]}), "unknown dimension").await;
    check(json!({"date_range": "yesterday"}), "known are realtime").await;
    check(json!({"filters": [["equals", "event:page", ["/"]]]}), "unknown filter operator").await;
    check(json!({"filters": [["is", "page", ["/"]]]}), "unknown dimension").await;
    check(json!({"order_by": [["visitors", "up"]]}), "known are asc, desc").await;
    check(json!({"order_by": [["pageviews", "asc"]]}), "no metric or dimension of this query").await;
    check(json!({"include": {"bot": true}}), "did you mean \"bots\"").await;
    check(json!({"include": {"comparisons": {"mode": "last_week"}}}), "known are previous_period").await;
    check(json!({"include": {"comparisons": {"modus": "custom"}}}), "did you mean \"mode\"").await;
    check(json!({"pagination": {"page": 1}}), "unknown field of pagination").await;
}

#[tokio::test]
async fn values_of_a_wrong_kind_or_size() {
    let world = World::open();
    let check = async |extra: Value, expected: &str| {
        let mut query = json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d"});
        for (name, value) in extra.as_object().unwrap() {
            query[name] = value.clone();
        }
        refused(&world, query.to_string(), expected).await;
    };
    check(json!({"site_id": 7}), "site_id must be a string, not a number").await;
    check(json!({"site_id": ""}), "1 to 255 bytes").await;
    check(json!({"site_id": "s".repeat(256)}), "1 to 255 bytes").await;
    check(json!({"metrics": []}), "at least one").await;
    check(json!({"metrics": "visitors"}), "metrics must be an array").await;
    check(json!({"metrics": [null]}), "a metric must be a string, not null").await;
    check(json!({"metrics": ["visits", "visits"]}), "given twice").await;
    check(json!({"dimensions": vec!["event:page"; 6]}), "at most 5").await;
    check(json!({"dimensions": ["event:page", "event:page"]}), "given twice").await;
    check(json!({"dimensions": ["time:day", "time:hour"]}), "one time dimension").await;
    check(json!({"dimensions": ["event:props:"]}), "needs a key").await;
    check(json!({"dimensions": [format!("event:props:{}", "k".repeat(256))]}), "needs a key").await;
    check(json!({"dimensions": ["time:minute"]}), "more than 1000 rows").await;
    check(json!({"dimensions": ["event:name"], "metrics": ["bounce_rate"]}), "session metric").await;
    check(json!({"dimensions": ["event:props:x"], "metrics": ["visit_duration"]}), "session metric").await;
    check(json!({"dimensions": ["event:hostname"], "metrics": ["views_per_visit"]}), "session metric").await;
    check(json!({"date_range": []}), "two ends").await;
    check(json!({"date_range": ["2026-11-20"]}), "two ends").await;
    check(json!({"date_range": ["2026-11-20", "2026-11-19"]}), "ends before it starts").await;
    check(json!({"date_range": ["2026-11-20", "2026-11-20T00:00:00Z"]}), "two dates").await;
    check(json!({"date_range": ["2026-02-30", "2026-03-01"]}), "two dates").await;
    check(json!({"date_range": ["26-02-01", "26-03-01"]}), "not a date").await;
    check(json!({"date_range": ["2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"]}), "ends before").await;
    check(json!({"date_range": ["0999-01-01T00:00:00Z", "2026-11-20T00:00:00Z"]}), "the year").await;
    check(json!({"date_range": "0d"}), "unknown date_range").await;
    check(json!({"date_range": "-7d"}), "unknown date_range").await;
    check(json!({"date_range": "+7d"}), "unknown date_range").await;
    check(json!({"date_range": "99999999999d"}), "unknown date_range").await;
    check(json!({"date_range": "999mo"}), "unknown date_range").await;
    check(json!({"date_range": 7}), "date_range is one of").await;
    check(json!({"filters": {"is": 1}}), "filters must be an array").await;
    check(json!({"filters": [[]]}), "a filter is").await;
    check(json!({"filters": [["is", "event:page"]]}), "a filter is").await;
    check(json!({"filters": [["is", "event:page", []]]}), "1 to 100 values").await;
    check(json!({"filters": [["is", "event:page", vec!["/"; 101]]]}), "1 to 100 values").await;
    check(json!({"filters": [["is", "event:page", [1]]]}), "value must be a string").await;
    check(json!({"filters": [["is", "event:page", ["x".repeat(2_049)]]]}), "at most 2048 bytes").await;
    check(json!({"filters": [["is", "time:day", ["2026-11-20"]]]}), "use date_range").await;
    check(json!({"filters": [["and", []]]}), "at least one filter").await;
    check(json!({"filters": [["not", []]]}), "a filter is").await;
    check(json!({"filters": [["not"]]}), "a negation is").await;
    check(json!({"filters": [["is", "event:page", ["/"], {"case_sensitive": false}]]}), "case_sensitive")
        .await;
    check(json!({"filters": vec![json!(["is", "event:page", ["/"]]); 51]}), "at most 50 comparisons").await;
    let deep = (0..8).fold(json!(["is", "event:page", ["/"]]), |inner, _| json!(["not", inner]));
    check(json!({"filters": [deep]}), "at most 8 deep").await;
    check(json!({"order_by": [["visitors"]]}), "an item of order_by").await;
    check(json!({"order_by": [["visitors", "asc"], ["visitors", "desc"]]}), "twice").await;
    for limit in [json!(0), json!(-1), json!(1.5), json!("10"), json!(10_001), json!(1e18), json!(null)] {
        check(json!({"pagination": {"limit": limit}}), "limit must be an integer from 1 to 10000").await;
    }
    check(json!({"pagination": {"offset": -1}}), "offset must be").await;
    check(json!({"pagination": [1]}), "pagination must be an object").await;
    check(json!({"include": {"bots": 1}}), "include.bots must be true or false").await;
    check(json!({"include": {"comparisons": {"mode": "custom"}}}), "needs a date_range").await;
    check(json!({"include": {"comparisons": {"mode": "custom", "date_range": "7d"}}}), "needs a date_range")
        .await;
    check(
        json!({"include": {"comparisons": {"mode": "previous_period", "date_range": "7d"}}}),
        "the date_range of a comparison has two ends",
    )
    .await;
}

#[tokio::test]
async fn fields_that_are_missing() {
    let world = World::open();
    for field in ["site_id", "metrics", "date_range"] {
        let mut query = json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d"});
        query.as_object_mut().unwrap().remove(field);
        refused(&world, query.to_string(), &format!("{field} is required")).await;
    }
}

/// The store fails whatever it is asked, so that nothing but the check before it can answer 400.
#[tokio::test]
async fn patterns_are_refused_before_the_store_is_asked() {
    let spy = Arc::new(Spy::default());
    spy.fail(Some(|| Error::Failed("it was asked".to_owned())));
    let world = World::over(spy);
    let check = async |pattern: &str, expected: &str| {
        for operator in ["matches", "matches_not"] {
            let filters =
                json!([["or", [["is", "event:name", ["a"]], [operator, "event:page", ["a", pattern]]]]]);
            let query =
                json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d", "filters": filters});
            refused(&world, query.to_string(), expected).await;
        }
    };
    check("/blog/**", "\"/blog/**\": * repeats a repetition").await;
    check("a+*", "* repeats a repetition").await;
    check("a{2}{3}", "{3} repeats a repetition").await;
    check("a{1000}{1000}", "{1000} repeats a repetition").await;
    check("(x{100}){100}", "multiply to more than 1,000").await;
    check("x{1001}", "up to 1,000").await;
    check("*.html", "nothing stands before *").await;
    check("(", "a ( is not closed").await;
    check("(?=a)", "only (?:…) and the flags").await;
    check(r"\p{Greek}", "\\p is not known").await;
    check("[[:alpha:]]", "must be written").await;
    check(&"a".repeat(1_025), "longer than 1,024 bytes").await;
}
