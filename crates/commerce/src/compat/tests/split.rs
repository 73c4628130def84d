//! A's orders where the catalogue is in another process.

use super::support::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn games_of_another_process_are_ordered() {
    let catalog = Bed::sqlite();
    let (address, stop) = catalog.serve_roles().await;
    let orders = Bed::orders_only(&address);
    catalog.call("POST /games/add", &[], r#"{"name":"Tetris","price":9.5}"#).await;
    for path in ["GET /games/all", "GET /api/products", "GET /api/inventory", "GET /api/admin/chaos"] {
        assert_eq!(orders.call(path, &[], "").await.status, 404, "{path}");
    }
    let body = r#"{"items":[{"gameId":1,"quantity":2}]}"#;
    let added = r#"{"message":"Order placed successfully","orderId":1,"total":19}"#;
    orders.check("POST /orders/add", body, 201, added).await;
    let unknown = r#"{"items":[{"gameId":7,"quantity":2}]}"#;
    orders.check("POST /orders/add", unknown, 400, r#"{"error":"Invalid gameId: 7"}"#).await;
    let updated = r#"{"message":"Order updated successfully","total":9.5}"#;
    let one = r#"{"items":[{"gameId":1,"quantity":1}]}"#;
    orders.check("PUT /orders/edit/1", one, 200, updated).await;
    orders.check("DELETE /orders/delete/1", "", 200, r#"{"message":"Order deleted successfully"}"#).await;

    stop().await;
    let away = orders.call("POST /orders/add", &[], body).await;
    assert_eq!((away.status, away.text.as_str()), (503, r#"{"error":"Service unavailable"}"#));
    assert!(away.headers.contains_key("retry-after"));
}
