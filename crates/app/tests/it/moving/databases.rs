//! The databases of systems A, B, D and E, asked by their address: real PostgreSQL.

use kassa_db::testing::TestPostgres;
use serde_json::json;

use super::orders::{clean, revenue};
use super::{command, text, tried};
use crate::kassa::Start;

/// As each system makes them.
const TABLES: &str = r#"
CREATE TABLE "Games" (id serial PRIMARY KEY, name varchar(255) NOT NULL, category varchar(255), "releaseDate" timestamptz,
    price double precision NOT NULL, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
CREATE TABLE "Orders" (id serial PRIMARY KEY, "customerName" varchar(255) NOT NULL, total double precision NOT NULL,
    "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
CREATE TABLE "OrderItems" (id serial PRIMARY KEY, "gameId" integer, quantity integer NOT NULL, "orderId" integer,
    "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
CREATE TABLE user_events (event_id uuid PRIMARY KEY, event_type varchar(50) NOT NULL, location_type varchar(50),
    component_name varchar(100), page_path varchar(255), page_title varchar(255), timestamp timestamptz NOT NULL,
    user_metadata jsonb, full_event_data jsonb, received_at timestamptz DEFAULT now());
CREATE TABLE inventory (id serial PRIMARY KEY, item_id varchar(100) UNIQUE NOT NULL, item_name varchar(255), quantity integer NOT NULL,
    reserved_quantity integer DEFAULT 0, created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now());
CREATE TABLE orders (id serial PRIMARY KEY, order_id varchar(36) UNIQUE NOT NULL, item_id varchar(100) NOT NULL, quantity integer NOT NULL,
    status varchar(50) NOT NULL, idempotency_key varchar(255), created_at timestamp NOT NULL, updated_at timestamp NOT NULL);
CREATE TABLE events (id bigserial PRIMARY KEY, site_id varchar(255) NOT NULL, event_type varchar(100) NOT NULL, path text NOT NULL,
    user_id varchar(255), event_time timestamptz NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
"#;

const ROWS: &str = r#"
INSERT INTO "Games" VALUES (1, 'Elden, "Ring"', 'RPG', '2022-02-25', 59.99, now(), now()), (2, '=1+1', NULL, NULL, 0.1, now(), now());
INSERT INTO "Orders" VALUES (1, 'Alice', 119.98, '2024-05-01 10:00+00', now()), (2, 'Bob', 50, '2024-05-02 10:00+00', now());
INSERT INTO "OrderItems" VALUES (1, 1, 2, 1, now(), now()), (2, 1, 1, 2, now(), now()), (3, 2, 3, 2, now(), now());
INSERT INTO user_events (event_id, event_type, location_type, component_name, page_path, timestamp, user_metadata, full_event_data)
    SELECT gen_random_uuid(), 'PAGE_VIEW', 'PAGE', NULL, '/shop/' || n % 3, '2024-05-03 10:00+00'::timestamptz + n * interval '1 minute',
    jsonb_build_object('userId', 1 + n % 5), '{"dom_info":{"tag":"A"}}' FROM generate_series(1, 100) n;
INSERT INTO inventory (item_id, item_name, quantity) VALUES ('ps5', 'PlayStation 5', 100), ('xbox', NULL, 0);
INSERT INTO orders (order_id, item_id, quantity, status, created_at, updated_at) VALUES
    ('7c9e6679-7425-40de-944b-e07fc1f90ae7', 'ps5', 2, 'confirmed', '2024-05-04 10:00', '2024-05-04 10:00:01'),
    ('7c9e6679-7425-40de-944b-e07fc1f90ae8', 'ps5', 1, 'failed', '2024-05-04 11:00', '2024-05-04 11:00:01');
INSERT INTO events (site_id, event_type, path, user_id, event_time) SELECT 'default', 'page_view', '/e', 'u' || n % 4,
    '2024-05-05 10:00+00'::timestamptz + n * interval '1 second' FROM generate_series(1, 50) n;
INSERT INTO events (site_id, event_type, path, event_time) VALUES ('elsewhere', 'page_view', '/e', '2024-05-05 10:00+00');
"#;

#[test]
fn the_databases_of_other_systems_are_read_by_their_address() {
    let Some(cluster) = TestPostgres::start() else { return };
    let url = cluster.fresh_database();
    cluster.run_at(&url, TABLES);
    cluster.run_at(&url, ROWS);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let import = |noun: &str, from: &str| command(&[noun, "import", "--from", from, "--url", &url], &data);
    assert!(import("products", "a").contains("2 made, 0 changed, 0 there already, 0 refused"));
    assert!(import("products", "d").contains("2 made"));
    assert!(import("orders", "a").contains("2 made"));
    assert!(import("orders", "d").contains("2 made"));
    assert!(import("events", "b").contains("100 made"));
    let of_e = tried(&["events", "import", "--from", "e", "--url", &url], &data);
    assert!(text(&of_e).contains("50 made") && text(&of_e).contains("1 refused"), "{}", text(&of_e));
    assert!(text(&of_e).contains("no site elsewhere"), "{}", text(&of_e));
    // The same rows are the same file; and what has come since is all that is new.
    assert!(import("orders", "a").contains("nothing to do"));
    let more = r#"INSERT INTO "Orders" VALUES (3, 'Cat', 0.1, '2024-05-03 10:00+00', now());
        INSERT INTO "OrderItems" VALUES (4, 2, 1, 3, now(), now())"#;
    cluster.run_at(&url, more);
    assert!(import("orders", "a").contains("1 made, 0 changed, 2 there already"));
    kassa.wait_until_drained();
    clean(&kassa);
    let days = revenue(&kassa).to_string();
    for (day, minor) in [("2024-05-01", 11_998), ("2024-05-02", 5_000), ("2024-05-03", 10)] {
        assert!(days.contains(day) && days.contains(&minor.to_string()), "{day} {minor}: {days}");
    }
    let query = json!({"site_id": "default", "metrics": ["pageviews", "visitors"], "dimensions": ["time:day"],
        "date_range": ["2024-05-01", "2024-05-31"], "timezone": "UTC"});
    let views = kassa.post("/v1/query", &query.to_string()).json()["results"].to_string();
    assert!(views.contains("[100,5]") && views.contains("[50,4]"), "{views}");
    let games = command(&["products", "export"], &data);
    assert!(games.contains(r#""name":"=1+1""#) && games.contains(r#"Elden, \"Ring\""#), "{games}");
    // What D has no price of is no product to be sold yet; a price that it was given stays.
    let ps5 = games.lines().find(|line| line.contains("\"ps5\"")).unwrap();
    assert!(ps5.contains(r#""status":"draft""#) && ps5.contains(r#""on_hand":100"#), "{ps5}");
    nothing_else_is_asked(&url, &data);
}

fn nothing_else_is_asked(url: &str, data: &std::path::Path) {
    let refused = |arguments: &[&str], why: &str| {
        let output = tried(arguments, data);
        assert!(!output.status.success() && text(&output).contains(why), "{arguments:?}: {}", text(&output));
    };
    refused(&["events", "import", "--from", "a", "--url", url], "--from b");
    refused(&["events", "import", "--url", url], "--from");
    refused(&["events", "import", "--from", "b", "--url", "mysql://root:secret@127.0.0.1/x"], "postgres://");
    let wrong = url.replace("kassa@", "nobody:secret@");
    let output = tried(&["events", "import", "--from", "b", "--url", &wrong], data);
    assert!(!output.status.success() && !text(&output).contains("secret"), "{}", text(&output));
}
