//! Every native route says 400 to what it does not know, by name. None is left out: they are the rows of the table of who
//! may call what, which has every registered route.

use super::table::OF_ALL_ROLES;
use super::{ADMIN_TOKEN, Answer, Bed, Token, bearer, concrete};

fn names(answer: &Answer, what: &str) -> bool {
    answer.status == 400 && answer.text.contains(what)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_native_route_refuses_what_it_does_not_know_by_name() {
    let bed = Bed::new("all", Token::Set);
    let admin = [bearer(ADMIN_TOKEN), ("idempotency-key".to_owned(), "k".to_owned())];
    let mut wrong = Vec::new();
    let rows: Vec<_> = OF_ALL_ROLES.iter().filter(|row| row.is_native()).collect();
    for row in &rows {
        let (method, target, body) = concrete(row);
        let more = if target.contains('?') { "&zzz=1" } else { "?zzz=1" };
        let by_query = bed.send(&method, &format!("{target}{more}"), &admin, &body).await;
        let body = match body.as_str() {
            "" | "{}" => r#"{"zzz":1}"#.to_owned(),
            body => body.replacen('{', r#"{"zzz":1,"#, 1),
        };
        let by_body = bed.send(&method, &target, &admin, &body).await;
        for (how, answer) in [("query", by_query), ("body", by_body)] {
            // Its body is a file, which has no members.
            if row.route == "POST /v1/assets" && how == "body" {
                continue;
            }
            if !names(&answer, "zzz") {
                wrong.push(format!("{} by {how}: {} {}", row.route, answer.status, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows.len() > 40, "too few to be all: {}", rows.len());
}
