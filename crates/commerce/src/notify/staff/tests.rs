//! Who is told, set over HTTP and gone by.

use serde_json::{Value, json};

use super::choice::{Choice, TOPICS};
use super::{StaffNews, Topic, store, tell_staff};
use crate::notify::MailOptions;
use crate::notify::delivery::State;
use crate::notify::store::{Filter, list};
use crate::notify::templates::TEMPLATES;
use crate::testing::Bed;
use crate::{Shop, ShopOptions};

const PATH: &str = "/v1/admin/staff";

fn configured(bed: Bed) -> Bed {
    let mail = MailOptions { staff: vec!["owner@shop.test".to_owned()], ..MailOptions::default() };
    bed.with(ShopOptions { mail, ..ShopOptions::default() })
}

async fn told(shop: &Shop) -> Vec<String> {
    let db = shop.orders.clone().unwrap();
    let filter = Filter { state: Some(State::Waiting), ..Filter::default() };
    let found = db.read(move |tx| list(tx, &filter, 50)).await.unwrap();
    found.into_iter().map(|delivery| format!("{} {}", delivery.target, delivery.template)).collect()
}

async fn tell(bed: &Bed, id: &str, topic: Topic) {
    let news = StaffNews { id: id.to_owned(), topic, payload: json!({}) };
    tell_staff(&bed.shop, news).await.unwrap();
}

#[test]
fn every_letter_to_the_staff_is_a_topic() {
    let of_staff = TEMPLATES.iter().filter_map(|template| template.strip_prefix("staff-"));
    let (mut letters, mut topics): (Vec<&str>, Vec<&str>) = (of_staff.collect(), TOPICS.to_vec());
    letters.sort_unstable();
    topics.sort_unstable();
    assert_eq!(letters, topics);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_set_is_told_and_nobody_of_what_they_do_not_want() {
    for bed in Bed::each() {
        let bed = configured(bed);
        let before = bed.get(PATH).await;
        let is_set = json!({"addresses": false, "topics": false});
        let expected =
            json!({"addresses": ["owner@shop.test"], "topics": TOPICS, "is_set": is_set, "version": 0});
        assert_eq!(before, expected, "{}", bed.name);
        tell(&bed, "1", Topic::AuditRed).await;
        assert_eq!(told(&bed.shop).await, ["owner@shop.test staff-audit-red"], "{}", bed.name);
        let body = json!({"addresses": [" ann@shop.test ", "bo@shop.test"], "topics": ["alert"]});
        let set = bed.send(&format!("PUT {PATH}"), body, 200).await;
        assert_eq!(
            (&set["addresses"], &set["version"]),
            (&json!(["ann@shop.test", "bo@shop.test"]), &json!(1))
        );
        assert_eq!(bed.get(PATH).await, set, "{}", bed.name);
        tell(&bed, "2", Topic::AuditRed).await;
        tell(&bed, "3", Topic::Alert).await;
        let mut all = told(&bed.shop).await;
        all.sort_unstable();
        let expected =
            ["ann@shop.test staff-alert", "bo@shop.test staff-alert", "owner@shop.test staff-audit-red"];
        assert_eq!(all, expected, "{}", bed.name);
        // Nobody at all, and then as it is configured.
        bed.send(&format!("PUT {PATH}"), json!({"addresses": []}), 200).await;
        tell(&bed, "4", Topic::Alert).await;
        assert_eq!(told(&bed.shop).await.len(), 3, "{}", bed.name);
        bed.send(&format!("PUT {PATH}"), json!({}), 200).await;
        tell(&bed, "5", Topic::Alert).await;
        assert_eq!(told(&bed.shop).await.len(), 4, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_for_the_version_that_was_read() {
    for bed in Bed::each() {
        let put = async |headers: &[&str], body: Value| {
            bed.call(&format!("PUT {PATH}"), headers, body.to_string()).await
        };
        let etag = bed.call(&format!("GET {PATH}"), &[], "").await.header("etag").to_owned();
        let header = format!("if-match: {etag}");
        assert_eq!(put(&[&header], json!({"topics": []})).await.status, 200, "{}", bed.name);
        let late = put(&[&header], json!({"topics": ["alert"]})).await;
        assert_eq!((late.status, late.problem().as_str()), (412, "precondition-failed"), "{}", bed.name);
        assert_eq!(bed.get(PATH).await["topics"], json!([]), "{}", bed.name);
        let many: Vec<String> = (0..21).map(|number| format!("a{number}@b.test")).collect();
        for wrong in [
            json!({"addresses": ["ann"]}),
            json!({"addresses": ["a@b.test", "A@b.test"]}),
            json!({"addresses": [format!("{}@b.test", "x".repeat(300))]}),
            json!({"addresses": many}),
            json!({"topics": ["news"]}),
            json!({"topics": ["alert", "alert"]}),
            json!({"adresses": []}),
        ] {
            let refused = put(&[], wrong.clone()).await;
            assert_eq!(refused.status, 400, "{wrong}: {}", refused.text);
        }
        let db = bed.shop.orders.clone().unwrap();
        let (kept, version) = db.read(store::chosen).await.unwrap();
        assert_eq!((kept, version), (Choice { topics: Some(Vec::new()), addresses: None }, 1));
    }
}
