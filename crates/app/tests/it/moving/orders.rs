//! Orders of before, by the commands: their money on its own day, the audit clean, and an export that is the same again.

use serde_json::{Value, json};

use super::{command, text, tried};
use crate::kassa::{Kassa, Start, wait_for};

const SHOPIFY: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,\
    Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount,Id\n\
    #1,ann@shop.test,partially_refunded,2024-05-01 10:05:00 +0000,fulfilled,2024-05-02 09:00:00 +0000,EUR,34.00,4.90,6.21,38.90,\
    2024-05-01 10:00:00 +0000,2,Mug,12.50,mug,,5.00,77\n\
    #1,ann@shop.test,,,,,,,,,,2024-05-01 10:00:00 +0000,1,Cup,10.00,,,,\n\
    #2,bob@shop.test,voided,,,,EUR,1.00,0,0,1.00,2024-05-03 10:00:00 +0000,1,Pin,1.00,pin,2024-05-03 10:00:00 +0000,0,78\n\
    #3,cat@shop.test,paid,,,,EUR,1.00,0,0,broken,2024-05-03 10:00:00 +0000,1,Pin,1.00,pin,,0,79\n";

/// Revenue by day, as the reports have it.
pub(super) fn revenue(kassa: &Kassa) -> Value {
    let query = json!({"site_id": "default", "metrics": ["revenue"], "dimensions": ["time:day"],
        "date_range": ["2024-05-01", "2024-05-31"], "timezone": "UTC"});
    let answer = kassa.post("/v1/query", &query.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["results"].clone()
}

pub(super) fn clean(kassa: &Kassa) {
    wait_for("a clean audit of all that there is", || {
        let report = kassa.get("/v1/admin/audit").json();
        (report["ok"] == true && report["complete"] == true).then_some(())
    });
}

#[test]
fn orders_of_another_shop_count_on_their_own_day() {
    let folder = tempfile::tempdir().unwrap();
    let [data, other] = ["data", "other"].map(|name| folder.path().join(name));
    let file = folder.path().join("orders_export.csv");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(&file, SHOPIFY).unwrap();
    let file = file.display().to_string();
    let kassa = Start::up(&data).start();
    let done = tried(&["orders", "import", &file], &data);
    assert!(
        !done.status.success() && text(&done).contains("2 made, 0 changed, 0 there already, 1 refused"),
        "{}",
        text(&done)
    );
    assert!(text(&done).contains("line 5: Total"), "{}", text(&done));
    kassa.wait_until_drained();
    clean(&kassa);
    let days = revenue(&kassa).to_string();
    assert!(days.contains("2024-05-01") && days.contains("3890"), "{days}");
    assert!(days.contains("2024-05-02") && days.contains("-500"), "{days}");
    // Again, by the same file and by another of the same orders.
    assert!(command(&["orders", "import", &file], &data).contains("nothing to do"));
    let exported = folder.path().join("orders.jsonl");
    command(&["orders", "export", &exported.display().to_string()], &data);
    assert!(
        command(&["orders", "import", &exported.display().to_string()], &data).contains("2 there already")
    );
    assert!(!tried(&["orders", "import", &file, "--again"], &data).status.success());
    assert!(!tried(&["orders", "export", "--as", "csv"], &data).status.success());
    // Into a shop that stands still.
    assert!(command(&["orders", "import", &exported.display().to_string()], &other).contains("2 made"));
    let moved = Start::up(&other).start();
    clean(&moved);
    assert_eq!(revenue(&moved), revenue(&kassa));
    let again = folder.path().join("again.jsonl");
    command(&["orders", "export", &again.display().to_string()], &other);
    assert_eq!(std::fs::read_to_string(&again).unwrap(), std::fs::read_to_string(&exported).unwrap());
    // Taken back, their money leaves the days.
    let batches = moved.get("/v1/admin/imports").json();
    let batch = batches["results"][0]["id"].as_str().unwrap().to_owned();
    assert!(command(&["orders", "import", "--undo", &batch], &other).contains("2 taken back"));
    moved.wait_until_drained();
    clean(&moved);
    let left = revenue(&moved).to_string();
    assert!(!left.contains("3890"), "{left}");
}
