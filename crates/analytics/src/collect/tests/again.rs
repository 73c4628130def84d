//! Refused events, taken in once more.

use kassa_model::{LogRecord, Reason, Rejected};

use super::shop::{NOW, Shop};

/// The dead letters that there are.
fn letters(shop: &Shop) -> Vec<Rejected> {
    let of = |record: LogRecord| match record {
        LogRecord::Rejected(rejected) => Some(*rejected),
        LogRecord::Event(_) => None,
    };
    shop.records().into_iter().filter_map(|(_, record)| of(record)).collect()
}

#[tokio::test]
async fn what_was_refused_is_taken_in_as_of_when_it_came_under_one_id() {
    let shop = Shop::open();
    for (path, body) in [
        ("/track", r#"{"eventType":"a","timestamp":"yesterday"}"#),
        ("/track", r#"{"events":[{"event_type":7}]}"#),
        ("/event", r#"{"type":7}"#),
        ("/v1/batch", r#"{"batch":[{"type":"track","event":"d","timestamp":"yesterday"}]}"#),
        ("/v1/track", r#"{"event":"e","timestamp":"yesterday"}"#),
        ("/track", "no JSON"),
    ] {
        shop.post(path, body).await;
    }
    let refused = letters(&shop);
    assert_eq!(refused.len(), 6, "{refused:?}");
    let before = shop.records().len();
    let outcomes = shop.collector.again(&refused, None).await.unwrap();
    assert!(outcomes.iter().all(Result::is_err), "they are as wrong as before: {outcomes:?}");
    assert_eq!(shop.records().len(), before, "what is refused again is written down nowhere");

    // As if each had been refused for another reason, of one who sends it rightly.
    let mended = |letter: &Rejected| {
        let original = letter.original.replace("\"yesterday\"", &(NOW.micros() / 1_000 - 5).to_string());
        let original = original.replace("_type\":7", "_type\":\"b\"").replace("\"type\":7", "\"type\":\"c\"");
        Rejected { original, ..letter.clone() }
    };
    let right: Vec<Rejected> = refused.iter().map(mended).collect();
    for _ in 0..2 {
        let outcomes = shop.collector.again(&right, None).await.unwrap();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5, "{outcomes:?}");
        assert_eq!(outcomes[5].as_ref().unwrap_err().reason, Reason::InvalidPayload);
    }
    let of = |(_, record): (_, LogRecord)| match record {
        LogRecord::Event(recorded) => Some(recorded.event),
        LogRecord::Rejected(_) => None,
    };
    let events: Vec<_> = shop.records().into_iter().filter_map(of).collect();
    assert_eq!(events.len(), 10);
    for (place, event) in events.iter().enumerate() {
        assert_eq!(
            (&event.id, event.received_at),
            (&right[place % 5].id, right[place % 5].received_at),
            "{event:?}"
        );
    }
}
