//! Mails to somebody who is erased while one is written.

use serde_json::json;

use super::{EMAIL, bytes_below, found, kassa_says, order, send};
use crate::kassa::{Start, metric, wait_for};

#[test]
fn a_mail_that_is_being_written_does_not_stay() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Each mail is held for so long before it is written.
    let kassa = Start::up(&data).env("KASSA_FAILPOINTS", "notify.before_send=sleep:3000").start();
    let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    assert_eq!(send(&kassa, "/v1/products", "p", &mug).status, 201);
    assert_eq!(send(&kassa, "/v1/inventory/mug/receive", "s", &json!({"quantity": 100})).status, 200);
    order(&kassa, "one", &json!({"email": EMAIL, "name": "Annabel Leeson"}), "user-4711");
    wait_for("her mail to be taken up", || {
        let path = "/v1/deliveries?channel=email&state=waiting";
        kassa.get(path).json()["results"].get(0).map(|_| ())
    });
    kassa_says(&data, &["privacy", "erase", "--email", EMAIL]);
    wait_for("the mail to be written", || {
        let tried = metric(&kassa.get("/metrics").body, "kassa_delivery_attempts_total{channel=\"email\"");
        (tried? >= 1.0).then_some(())
    });
    wait_for("the mail to be gone", || {
        found(&bytes_below(&data.join("mailbox")), &[EMAIL, "Annabel"]).is_empty().then_some(())
    });
}

#[test]
fn a_start_removes_mails_that_nobody_is_told_by() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(Start::up(&data).start().stop().success());
    let mailbox = data.join("mailbox");
    std::fs::create_dir_all(&mailbox).unwrap();
    let id = "0199a3c2-0000-7000-8000-000000000001";
    for name in [format!("{id}.eml"), format!(".{id}.new")] {
        std::fs::write(mailbox.join(name), format!("To: {EMAIL}")).unwrap();
    }
    let _kassa = Start::up(&data).start();
    wait_for("the mails to be gone", || std::fs::read_dir(&mailbox).unwrap().next().is_none().then_some(()));
}
