//! C: messages, answer by answer.

use kassa_db::params;

use super::support::Bed;

fn written(bed: &Bed) -> Vec<String> {
    let read = bed.db.read_blocking(|tx| {
        let sql = "SELECT channel, target, template, state, payload FROM deliveries ORDER BY target";
        tx.all(sql, params![], |row| {
            let payload: serde_json::Value = serde_json::from_str(&row.text(4)?).unwrap();
            Ok(format!(
                "{} {} {} {} {}",
                row.text(0)?,
                row.text(1)?,
                row.text(2)?,
                row.text(3)?,
                payload["message"]
            ))
        })
    });
    let read: Result<_, kassa_db::Error> = read;
    read.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_become_deliveries() {
    for bed in Bed::each() {
        let to = |recipient: &str| format!(r#"{{"message":"Ready","recipient":"{recipient}","more":1}}"#);
        for recipient in ["ann@b.test", "kitchen", "webhook:0190a000-0000-7000-8000-000000000001"] {
            bed.check("POST /notify", &to(recipient), 200, "Notification sent").await;
        }
        bed.check("POST /notifications/notify", &to("bob@b.test"), 200, "Notification sent").await;
        let expected = [
            r#"webhook 0190a000-0000-7000-8000-000000000001  waiting "Ready""#,
            r#"email ann@b.test message waiting "Ready""#,
            r#"email bob@b.test message waiting "Ready""#,
            r#"push kitchen  sent "Ready""#,
        ];
        assert_eq!(written(&bed), expected, "{}", bed.name);
        for body in [
            "{}",
            r#"{"message":"x"}"#,
            r#"{"recipient":"ann@b.test"}"#,
            r#"{"message":"","recipient":"ann@b.test"}"#,
            r#"{"message":null,"recipient":"ann@b.test"}"#,
            r#"{"message":7,"recipient":["ann@b.test"]}"#,
            r#"{"message":" \u200b","recipient":"ann@b.test"}"#,
        ] {
            bed.check("POST /notify", body, 400, "Message and recipient are required").await;
        }
        for recipient in
            ["ann@", "a@b.test\\r\\nBcc: x", "webhook:http://127.0.0.1:80", "webhook:", &"x".repeat(300)]
        {
            bed.check("POST /notify", &to(recipient), 400, "Message or recipient cannot be used").await;
        }
        let long = format!(r#"{{"message":"{}","recipient":"ann@b.test"}}"#, "x".repeat(20_000));
        bed.check("POST /notify", &long, 400, "Message or recipient cannot be used").await;
        assert_eq!(written(&bed).len(), 4, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_flooded() {
    let bed = Bed::sqlite();
    let body = r#"{"message":"Ready","recipient":"ann@b.test"}"#;
    for _ in 0..60 {
        bed.check("POST /notify", body, 200, "Notification sent").await;
    }
    bed.check("POST /notify", body, 429, "Too many messages to this recipient").await;
    bed.check("POST /notify", &body.replace("ann", "bob"), 200, "Notification sent").await;
}

/// Who needs no key makes the shop write to nobody's address.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_reaches_the_stream_alone() {
    let bed = Bed::closed(&["C"]);
    for (recipient, status, text) in [
        ("kitchen", 200, "Notification sent"),
        ("ann@b.test", 403, "This recipient needs a key"),
        ("webhook:0190a000-0000-7000-8000-000000000001", 403, "This recipient needs a key"),
    ] {
        let body = format!(r#"{{"message":"Ready","recipient":"{recipient}"}}"#);
        bed.check("POST /notify", &body, status, text).await;
        let key = ["authorization: Bearer the-key-of-the-till"];
        bed.check_with("POST /notify", &key, &body, (200, "Notification sent")).await;
    }
}
