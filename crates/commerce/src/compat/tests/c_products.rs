//! C: products, answer by answer.

use super::support::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn products() {
    for bed in Bed::each() {
        bed.check("GET /api/health", "", 200, r#"{"ok":true}"#).await;
        bed.check("GET /api/products", "", 200, "[]").await;
        let mug = r#"{"_id":"000000000000000000000001","name":"Mug","price":9.5,"createdAt":"<now>","updatedAt":"<now>","__v":0}"#;
        bed.check("POST /api/products", r#"{"name":"Mug","price":9.50}"#, 201, mug).await;
        let cup = mug.replace("Mug", "Cup").replace("9.5", "400").replace("0001", "0002");
        bed.check("POST /api/products", r#"{"name":"Cup","price":400,"colour":"red"}"#, 201, &cup).await;
        bed.check("GET /api/products", "", 200, &format!("[{cup},{mug}]")).await;
        // The same products as A's games.
        let game = bed.call("GET /games/1", &[], "").await;
        assert!(game.text.starts_with(r#"{"id":1,"name":"Mug""#), "{}", game.text);
    }
}

#[tokio::test]
async fn refuses_what_is_no_product() {
    let bed = Bed::sqlite();
    for (body, field) in [
        ("{}", "name"),
        (r#"{"name":null,"price":1}"#, "name"),
        (r#"{"name":1,"price":1}"#, "name"),
        (r#"{"name":"","price":1}"#, "name"),
        (r#"{"name":" \t","price":1}"#, "name"),
        (r#"{"name":"Mug"}"#, "price"),
        (r#"{"name":"Mug","price":null}"#, "price"),
        (r#"{"name":"Mug","price":"9.5"}"#, "price"),
        (r#"{"name":"Mug","price":-1}"#, "price"),
        (r#"{"name":"Mug","price":9.555}"#, "price"),
        (r#"{"name":"Mug","price":1e400}"#, "price"),
        (r#"{"name":"Mug","price":99999999999999999999}"#, "price"),
    ] {
        let expected = format!(r#"{{"error":"Invalid {field}"}}"#);
        bed.check("POST /api/products", body, 400, &expected).await;
    }
    bed.check("GET /api/products", "", 200, "[]").await;
}

#[tokio::test]
async fn prices_have_the_currencys_decimals() {
    for (code, price, written) in [("JPY", "400", "400"), ("KWD", "9.505", "9.505"), ("USD", "0.30", "0.3")] {
        let bed = Bed::in_currency(code);
        let body = format!(r#"{{"name":"Mug","price":{price}}}"#);
        let reply = bed.call("POST /api/products", &[], body).await;
        assert!(reply.text.contains(&format!(r#""price":{written},"#)), "{code}: {}", reply.text);
        let too_many = format!(r#"{{"name":"Mug","price":{price}05}}"#).replace("40005", "400.5");
        bed.check("POST /api/products", &too_many, 400, r#"{"error":"Invalid price"}"#).await;
    }
}

#[tokio::test]
async fn sums_are_exact() {
    let bed = Bed::sqlite();
    for price in ["0.1", "0.2"] {
        bed.call("POST /api/products", &[], format!(r#"{{"name":"x","price":{price}}}"#)).await;
    }
    let body = r#"{"items":[{"gameId":1,"quantity":1},{"gameId":2,"quantity":1}]}"#;
    let expected = r#"{"message":"Order placed successfully","orderId":1,"total":0.3}"#;
    bed.check("POST /orders/add", body, 201, expected).await;
}
