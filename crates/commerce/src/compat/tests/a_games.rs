//! A: games and orders, answer by answer.

use serde_json::json;

use super::support::Bed;

const ELDEN: &str = r#"{"id":1,"name":"Elden Ring","category":"RPG","releaseDate":"2022-02-25T00:00:00.000Z","price":59.99,"createdAt":"<now>","updatedAt":"<now>"}"#;

async fn with_a_game(bed: &Bed) {
    let body = r#"{"name":"Elden Ring","category":"RPG","releaseDate":"2022-02-25","price":59.99}"#;
    bed.check("POST /games/add", body, 201, ELDEN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn games() {
    for bed in Bed::each() {
        bed.check("GET /games/all", "", 200, "[]").await;
        with_a_game(&bed).await;
        bed.check("GET /games/all", "", 200, &format!("[{ELDEN}]")).await;
        bed.check("GET /games/1", "", 200, ELDEN).await;
        let cheaper = ELDEN.replace("59.99", "49.5");
        let updated = format!(r#"{{"message":"Game updated successfully","game":{cheaper}}}"#);
        bed.check("PUT /games/edit", r#"{"id":1,"price":49.50}"#, 200, &updated).await;
        // A null is as good as nothing, and nothing changes nothing.
        bed.check("PUT /games/edit", r#"{"id":1,"name":null}"#, 200, &updated).await;
        bed.check("GET /games/1", "", 200, &cheaper).await;
        let bare = r#"{"id":2,"name":"Tetris","category":null,"releaseDate":null,"price":0,"createdAt":"<now>","updatedAt":"<now>"}"#;
        bed.check("POST /games/add", r#"{"name":"Tetris","price":0.00,"rating":"E"}"#, 201, bare).await;
        bed.check("GET /games/all", "", 200, &format!("[{cheaper},{bare}]")).await;
        let product = bed.call("GET /v1/products/1", &[], "").await.json();
        assert_eq!((&product["sku"], &product["track_stock"]), (&json!("p-1"), &json!(false)));
        bed.check("DELETE /games/delete/1", "", 200, r#"{"message":"Game deleted successfully"}"#).await;
        bed.check("GET /games/all", "", 200, &format!("[{bare}]")).await;
        let gone = r#"{"error":"Game not found"}"#;
        bed.check("GET /games/1", "", 404, gone).await;
        bed.check("DELETE /games/delete/1", "", 404, gone).await;
        bed.check("PUT /games/edit", r#"{"id":1,"price":1}"#, 404, gone).await;
        bed.check("GET /games/7", "", 404, gone).await;
        bed.check("GET /games/seven", "", 404, gone).await;
        bed.check("GET /games/99999999999999999999", "", 404, gone).await;
    }
}

#[tokio::test]
async fn refuses_games_by_their_fields() {
    let bed = Bed::sqlite();
    with_a_game(&bed).await;
    for (body, field) in [
        (r#"{"price":1}"#, "name"),
        (r#"{"name":" ","price":1}"#, "name"),
        (r#"{"name":7,"price":1}"#, "name"),
        (r#"{"name":"a\u0000b","price":1}"#, "name"),
        (r#"{"name":"\ud800","price":1}"#, "name"),
        (r#"{"name":"x"}"#, "price"),
        (r#"{"name":"x","price":"1"}"#, "price"),
        (r#"{"name":"x","price":-0.01}"#, "price"),
        (r#"{"name":"x","price":1.999}"#, "price"),
        (r#"{"name":"x","price":1e2}"#, "price"),
        (r#"{"name":"x","price":90071992547409.92}"#, "price"),
        (r#"{"name":"x","price":[1]}"#, "price"),
        (r#"{"name":"x","price":1,"category":""}"#, "category"),
        (r#"{"name":"x","price":1,"category":{}}"#, "category"),
        (r#"{"name":"x","price":1,"releaseDate":"soon"}"#, "releaseDate"),
        (r#"{"name":"x","price":1,"releaseDate":20220225}"#, "releaseDate"),
        (r#"{"name":"x","price":1,"releaseDate":"2022-02-30"}"#, "releaseDate"),
    ] {
        let expected = format!(r#"{{"error":"Invalid {field}"}}"#);
        bed.check("POST /games/add", body, 400, &expected).await;
        if !["name", "price"].contains(&field) || body.contains(&format!("\"{field}\"")) {
            let edit = body.replacen('{', r#"{"id":1,"#, 1);
            bed.check("PUT /games/edit", &edit, 400, &expected).await;
        }
    }
    for id in ["", r#""id":"1","#, r#""id":1.5,"#, r#""id":null,"#] {
        let body = format!(r#"{{{id}"name":"x"}}"#);
        bed.check("PUT /games/edit", &body, 400, r#"{"error":"Invalid id"}"#).await;
    }
    bed.check("GET /games/1", "", 200, ELDEN).await;
}

#[tokio::test]
async fn dates_come_as_days_or_instants() {
    let bed = Bed::sqlite();
    for (given, shown) in [
        ("2022-02-25", "2022-02-25"),
        ("2022-02-25T00:00:00.000Z", "2022-02-25"),
        ("2022-02-25T23:30:00-05:00", "2022-02-25"),
        ("1958-10-18", "1958-10-18"),
    ] {
        let body = json!({"name": "x", "price": 1, "releaseDate": given}).to_string();
        let game = bed.call("POST /games/add", &[], body).await.json();
        assert_eq!(game["releaseDate"], format!("{shown}T00:00:00.000Z"), "{given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders() {
    for bed in Bed::each() {
        with_a_game(&bed).await;
        bed.check("GET /orders/all", "", 200, "[]").await;
        let body = r#"{"customerName":"Alice","items":[{"gameId":1,"quantity":2}]}"#;
        let added = r#"{"message":"Order placed successfully","orderId":1,"total":119.98}"#;
        bed.check("POST /orders/add", body, 201, added).await;
        let order = r#"{"id":1,"customerName":"Alice","total":119.98,"createdAt":"<now>","updatedAt":"<now>","items":[{"id":1001,"gameId":1,"quantity":2,"orderId":1}]}"#;
        bed.check("GET /orders/all", "", 200, &format!("[{order}]")).await;
        let three = r#"{"items":[{"gameId":1,"quantity":1},{"gameId":1,"quantity":2}]}"#;
        let edited = r#"{"message":"Order updated successfully","total":179.97}"#;
        bed.check("PUT /orders/edit/1", three, 200, edited).await;
        let order = order.replace("119.98", "179.97").replace("\"quantity\":2", "\"quantity\":3");
        bed.check("GET /orders/all", "", 200, &format!("[{order}]")).await;
        let native = bed.call("GET /v1/orders", &[], "").await.json();
        assert_eq!(native["results"][0]["total"]["amount_minor"], 17_997);
        let deleted = r#"{"message":"Order deleted successfully"}"#;
        bed.check("DELETE /orders/delete/1", "", 200, deleted).await;
        bed.check("GET /orders/all", "", 200, "[]").await;
        let unknown = r#"{"error":"Order not found"}"#;
        for number in ["1", "7", "x", "-1", "99999999999999999999"] {
            bed.check(&format!("DELETE /orders/delete/{number}"), "", 404, unknown).await;
            bed.check(&format!("PUT /orders/edit/{number}"), three, 404, unknown).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_goes_and_comes_back() {
    for bed in Bed::each() {
        bed.stock("ps5", 49_900, 3);
        let body = |quantity: i64| {
            format!(r#"{{"customerName":"A","items":[{{"gameId":1,"quantity":{quantity}}}]}}"#)
        };
        let added = bed.call("POST /orders/add", &[], body(2)).await;
        assert_eq!((added.status, bed.on_hand("ps5")), (201, 1), "{} {}", bed.name, added.text);
        let number = added.json()["orderId"].as_i64().unwrap();
        let short = r#"{"error":"Insufficient stock: The ps5"}"#;
        bed.check("POST /orders/add", &body(2), 400, short).await;
        let path = format!("PUT /orders/edit/{number}");
        bed.check(&path, &body(4), 400, short).await;
        bed.check(&path, &body(3), 200, r#"{"message":"Order updated successfully","total":1497}"#).await;
        assert_eq!(bed.on_hand("ps5"), 0, "{}", bed.name);
        // Failed orders are not listed.
        let listed = bed.call("GET /orders/all", &[], "").await.json();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{} {listed}", bed.name);
        let deleted = bed.call(&format!("DELETE /orders/delete/{number}"), &[], "").await;
        assert_eq!(deleted.status, 200, "{} {}", bed.name, deleted.text);
        if bed.name != "apart" {
            assert_eq!(bed.on_hand("ps5"), 3, "{}", bed.name);
        }
    }
}

#[tokio::test]
async fn refuses_orders_that_are_none() {
    let bed = Bed::sqlite();
    with_a_game(&bed).await;
    bed.call("POST /games/add", &[], r#"{"name":"dear","price":90071992547409.91}"#).await;
    let items = r#"{"error":"Invalid items"}"#;
    for body in [
        "{}",
        r#"{"items":[]}"#,
        r#"{"items":{}}"#,
        r#"{"items":"1"}"#,
        r#"{"items":[1]}"#,
        r#"{"items":[[1,2]]}"#,
        r#"{"items":[{}]}"#,
        r#"{"items":[{"gameId":1}]}"#,
        r#"{"items":[{"quantity":1}]}"#,
        r#"{"items":[{"gameId":1,"quantity":0}]}"#,
        r#"{"items":[{"gameId":1,"quantity":-1}]}"#,
        r#"{"items":[{"gameId":1,"quantity":1.5}]}"#,
        r#"{"items":[{"gameId":1,"quantity":"1"}]}"#,
        r#"{"items":[{"gameId":1,"quantity":99999999999999999999}]}"#,
        r#"{"items":[{"gameId":1,"quantity":1000000001}]}"#,
        r#"{"items":[{"gameId":1,"gameId":1,"quantity":1}]}"#,
    ] {
        bed.check("POST /orders/add", body, 400, items).await;
        bed.check("PUT /orders/edit/1", body, 400, items).await;
    }
    for (id, shown) in [("99", "99"), ("-1", "-1"), ("1.5", "1.5"), (r#""1""#, r#"\"1\""#), ("{}", "{}")] {
        let body = format!(r#"{{"items":[{{"gameId":{id},"quantity":1}}]}}"#);
        let expected = format!(r#"{{"error":"Invalid gameId: {shown}"}}"#);
        bed.check("POST /orders/add", &body, 400, &expected).await;
    }
    for name in ["7", r#""  ""#, "[]", r#""a\u0007b""#] {
        let body = format!(r#"{{"customerName":{name},"items":[{{"gameId":1,"quantity":1}}]}}"#);
        bed.check("POST /orders/add", &body, 400, r#"{"error":"Invalid customerName"}"#).await;
    }
    let dear = r#"{"items":[{"gameId":2,"quantity":2}]}"#;
    bed.check("POST /orders/add", dear, 400, r#"{"error":"Invalid total"}"#).await;
    bed.check("GET /orders/all", "", 200, "[]").await;
}

#[tokio::test]
async fn a_fulfilled_order_stays() {
    let bed = Bed::sqlite();
    with_a_game(&bed).await;
    let body = r#"{"items":[{"gameId":1,"quantity":1}]}"#;
    assert_eq!(bed.call("POST /orders/add", &[], body).await.status, 201);
    let id =
        bed.call("GET /v1/orders", &[], "").await.json()["results"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(bed.call(&format!("POST /v1/orders/{id}/fulfil"), &[], "").await.status, 200);
    for head in ["PUT /orders/edit/1", "DELETE /orders/delete/1"] {
        let reply = bed.call(head, &[], body).await;
        assert_eq!(reply.status, 409, "{head}: {}", reply.text);
        assert!(reply.json()["error"].as_str().unwrap().contains("it is fulfilled"), "{}", reply.text);
    }
    assert_eq!(bed.call("GET /orders/all", &[], "").await.json()[0]["id"], 1);
}

#[tokio::test]
async fn a_key_makes_it_one_order() {
    let bed = Bed::sqlite();
    with_a_game(&bed).await;
    let body = r#"{"items":[{"gameId":1,"quantity":1}]}"#;
    let key = ["idempotency-key: k1"];
    let first = bed.call("POST /orders/add", &key, body).await;
    let again = bed.call("POST /orders/add", &key, body).await;
    assert_eq!((again.status, &again.text, again.is_replay()), (201, &first.text, true));
    let other = bed.call("POST /orders/add", &key, r#"{"items":[{"gameId":1,"quantity":2}]}"#).await;
    assert_eq!((other.status, other.text.as_str()), (422, r#"{"error":"idempotency-key-reused"}"#));
}

#[tokio::test]
async fn lists_are_whole_however_long() {
    let bed = Bed::sqlite();
    for number in 1..=450 {
        let body = json!({"name": format!("game {number}"), "price": number}).to_string();
        assert_eq!(bed.call("POST /games/add", &[], body).await.status, 201);
    }
    for number in 1..=250 {
        let body = json!({"items": [{"gameId": number, "quantity": 1}]}).to_string();
        assert_eq!(bed.call("POST /orders/add", &[], body).await.status, 201);
    }
    let ids = async |path: &str, field: &str| -> Vec<String> {
        let listed = bed.call(path, &[], "").await.json();
        listed.as_array().unwrap().iter().map(|one| one[field].to_string()).collect()
    };
    let numbers = |range: &mut dyn Iterator<Item = u64>| range.map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids("GET /games/all", "id").await, numbers(&mut (1..=450)));
    assert_eq!(ids("GET /orders/all", "id").await, numbers(&mut (1..=250).rev()));
    let hex = (1..=450).rev().map(|id| format!("\"{id:024x}\"")).collect::<Vec<_>>();
    assert_eq!(ids("GET /api/products", "_id").await, hex);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_the_name_of_the_customer() {
    for bed in Bed::each() {
        bed.check_status("POST /games/add", r#"{"name":"Elden Ring","price":60}"#, 201).await;
        bed.stock("ps5", 49_900, 9);
        let game = r#"{"customerName":"Alice","items":[{"gameId":1,"quantity":1}]}"#;
        bed.check_status("POST /orders/add", game, 201).await;
        // One order that takes no stock, and one that does, whose edit is a command where stock is apart.
        let tracked = r#"{"customerName":"Alice","items":[{"gameId":2,"quantity":1}]}"#;
        bed.check_status("POST /orders/add", tracked, 201).await;
        for (number, game) in [(1, 1), (2, 2)] {
            let name = async || {
                bed.call("GET /orders/all", &[], "").await.json()[2 - number]["customerName"].clone()
            };
            let edit = |name: &str, quantity: i64| {
                format!(r#"{{{name}"items":[{{"gameId":{game},"quantity":{quantity}}}]}}"#)
            };
            let head = format!("PUT /orders/edit/{number}");
            for (asked, quantity, status, expected) in [
                ("", 2, 200, "Alice"),
                (r#""customerName":"Bob","#, 2, 200, "Bob"),
                (r#""customerName":" Carol ","#, 3, 200, "Carol"),
                (r#""customerName":null,"#, 1, 200, "Carol"),
                (r#""customerName":"","#, 2, 400, "Carol"),
                (r#""customerName":"\u200b","#, 2, 400, "Carol"),
                (r#""customerName":7,"#, 2, 400, "Carol"),
            ] {
                bed.check_status(&head, &edit(asked, quantity), status).await;
                assert_eq!(name().await, expected, "{} {number} {asked}", bed.name);
            }
        }
        // An edit that is refused changes nothing.
        let refused = r#"{"customerName":"Dave","items":[{"gameId":2,"quantity":99}]}"#;
        bed.check_status("PUT /orders/edit/2", refused, 400).await;
        assert_eq!(
            bed.call("GET /orders/all", &[], "").await.json()[0]["customerName"],
            "Carol",
            "{}",
            bed.name
        );
        // The public event shows the order as it is after the change.
        let sql = "SELECT body FROM outbox WHERE kind = 'OrderEdited' ORDER BY id";
        let bodies =
            bed.db.read_blocking::<_, kassa_db::Error>(move |tx| tx.all(sql, &[], |row| row.text(0)));
        let named = bodies.unwrap().iter().filter(|body| body.contains(r#""name":"Carol""#)).count();
        assert_eq!(named, 4, "{}: two edits of each order are in Carol's name", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_date_is_the_day_that_was_meant() {
    for (zone, written, expected) in [
        ("UTC", "2022-02-25", "2022-02-25"),
        ("UTC", "2022-02-25T00:00:00.000Z", "2022-02-25"),
        ("UTC", "2022-02-25T00:00:00", "2022-02-25"),
        ("UTC", "2022-02-25 23:59", "2022-02-25"),
        // The day that stands there, not that of the same instant in Greenwich.
        ("UTC", "2022-02-25T00:00:00+02:00", "2022-02-25"),
        ("UTC", "2022-02-25T23:00:00-08:00", "2022-02-25"),
        ("UTC", "2022-02-25T00:00+06:00[Asia/Dhaka]", "2022-02-25"),
        ("UTC", "2022-02-24T18:00:00.000Z", "2022-02-24"),
        // A browser of the shop's own zone makes this of a local midnight, and what it was given goes back as it came.
        ("Asia/Dhaka", "2022-02-24T18:00:00.000Z", "2022-02-25"),
        ("America/New_York", "2022-02-25T05:00:00.000Z", "2022-02-25"),
        ("America/New_York", "2022-02-25T00:00:00.000Z", "2022-02-25"),
        ("America/New_York", "2022-02-25", "2022-02-25"),
        ("UTC", "9999-12-31", "9999-12-31"),
        ("UTC", "9999-12-31T00:00:00.000Z", "9999-12-31"),
    ] {
        let bed = Bed::in_zone(zone);
        let body = format!(r#"{{"name":"x","price":1,"releaseDate":"{written}"}}"#);
        let made = bed.call("POST /games/add", &[], body).await;
        assert_eq!(made.status, 201, "{zone} {written}: {}", made.text);
        let given = made.json()["releaseDate"].as_str().unwrap().to_owned();
        assert_eq!(given, format!("{expected}T00:00:00.000Z"), "{zone} {written}");
        let back = format!(r#"{{"id":1,"releaseDate":"{given}"}}"#);
        let back = bed.call("PUT /games/edit", &[], back).await.json();
        assert_eq!(back["game"]["releaseDate"], given, "{zone} {written}: sent back as it came");
    }
}

/// A product with a choice is a game at its first variant's price, and its number orders that one.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_product_with_variants_the_first_is_shown_and_ordered() {
    for bed in Bed::each() {
        let shirt = json!({"name": "Shirt", "price": {"amount_minor": 1_900, "currency": "USD"}, "options": ["Size"], "track_stock": false,
            "variants": [{"sku": "shirt-s", "options": ["S"]}, {"sku": "shirt-m", "options": ["M"], "price": {"amount_minor": 100}}]});
        assert_eq!(bed.call("POST /v1/products", &[], shirt.to_string()).await.status, 201);
        let draft =
            json!({"name": "Secret", "price": {"amount_minor": 1, "currency": "USD"}, "status": "draft"});
        assert_eq!(bed.call("POST /v1/products", &[], draft.to_string()).await.status, 201);
        let game = r#"{"id":1,"name":"Shirt","category":null,"releaseDate":null,"price":19,"createdAt":"<now>","updatedAt":"<now>"}"#;
        bed.check("GET /games/all", "", 200, &format!("[{game}]")).await;
        bed.check("GET /games/2", "", 404, r#"{"error":"Game not found"}"#).await;
        bed.check("DELETE /games/delete/2", "", 404, r#"{"error":"Game not found"}"#).await;
        let added = r#"{"message":"Order placed successfully","orderId":1,"total":38}"#;
        bed.check("POST /orders/add", r#"{"items":[{"gameId":1,"quantity":2}]}"#, 201, added).await;
        let order = bed.call("GET /v1/orders", &[], "").await.json();
        assert_eq!(order["results"][0]["items"][0]["sku"], "shirt-s", "{}", bed.name);
        // An edit is of the first variant, as it was shown.
        let edit = r#"{"id":1,"name":"Shirt","price":18}"#;
        let edited =
            format!(r#"{{"message":"Game updated successfully","game":{}}}"#, game.replace("19,", "18,"));
        bed.check("PUT /games/edit", edit, 200, &edited).await;
        let shirt = bed.call("GET /v1/products/1", &[], "").await.json();
        assert_eq!(
            (&shirt["price"]["amount_minor"], &shirt["price_from"]["amount_minor"]),
            (&json!(1_800), &json!(100))
        );
        let c = bed.call("GET /api/products", &[], "").await.json();
        assert_eq!((&c[0]["price"], c.as_array().unwrap().len()), (&json!(18), 1), "{}", bed.name);
    }
}
