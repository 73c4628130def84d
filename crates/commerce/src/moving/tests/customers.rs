//! Customers that come in and go out.

use serde_json::{Value, json};

use super::{ask, begin, export, send};
use crate::testing::Bed;

#[tokio::test]
async fn an_address_is_one_customer() {
    for (bed, other) in Bed::each().into_iter().zip(Bed::each()) {
        let batch = begin(&bed, "customers", 'a').await;
        let items = [
            json!({"email": "Ann@Shop.test", "created_at": "2024-05-01T10:00:00Z"}),
            json!({"email": "ann@shop.test", "name": "Ann", "phone": "+44 20 7946 0000"}),
            json!({"email": "bob@shop.test", "name": "=Bob", "marketing_consent_at": "2025-01-01T00:00:00Z"}),
            json!({"email": "bob@shop.test", "name": "Robert"}),
            json!({"email": "nobody"}),
            json!({"name": "x"}),
            json!({"email": "c@d.test", "created_at": "yesterday"}),
        ];
        let taken = send(&bed, &batch, &items).await;
        let counts = ["made", "changed", "same", "refused"].map(|name| taken[name].as_i64().unwrap());
        assert_eq!(counts, [2, 1, 1, 3], "{taken}");
        let out = export(&bed, "customers").await;
        assert_eq!((&out[0]["email"], &out[0]["name"]), (&json!("Ann@Shop.test"), &json!("Ann")), "{out:?}");
        let again = begin(&other, "customers", 'b').await;
        assert_eq!(send(&other, &again, &out).await["made"], 2);
        assert_eq!(export(&other, "customers").await, out);
        let undone = ask(&bed, &format!("POST /v1/admin/imports/{batch}/undo"), Value::Null, 200).await;
        assert_eq!(undone["undone"], 2);
        assert!(export(&bed, "customers").await.is_empty());
    }
}
