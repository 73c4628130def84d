//! Steps, and what a game day says of itself.

use std::time::Duration;

use kassa_model::Timestamp;

use super::LAST;
use super::steps::{STEPS, at};
use super::told::{Orders, Outcome, Revenue, Run, State, Units};
use crate::admin::Looked;
use crate::backup::{note, noted};

#[test]
fn every_moment_has_its_step() {
    for seconds in [10, 45, 120] {
        let length = Duration::from_secs(seconds);
        let mut end = 0;
        for step in &STEPS {
            let (from, until) = step.seconds(length);
            assert!(from == end && until > from, "{}: {from}–{until} of {seconds}", step.name);
            assert_eq!(at(length * (from as u32 * 2 + 1) / (seconds as u32 * 2), length).name, step.name);
            end = until;
        }
        assert_eq!(end, seconds);
        assert_eq!((at(Duration::ZERO, length).name, at(length, length).name), ("calm", "everything"));
    }
}

#[test]
fn tells_when_it_ends_and_how() {
    let mut run = Run::new(Timestamp::default(), 30);
    assert!(run.is_under_way());
    let shown = serde_json::to_value(&run).unwrap();
    assert_eq!((&shown["step"], &shown["ends_at"]), (&"calm".into(), &"1970-01-01T00:00:30Z".into()));
    run.end("then".to_owned(), Err::<Outcome, _>("kassa ends".to_owned()));
    assert_eq!((run.state, run.is_under_way()), (State::Failed, false));
    assert_eq!(serde_json::to_value(&run).unwrap()["why"], "kassa ends");
}

#[test]
fn what_came_of_it_is_kept_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    assert!(noted::<Run>(data.path(), LAST).is_none());
    let books: Looked =
        serde_json::from_str(r#"{"ok":false,"complete":true,"checked":9,"violations":1,"wrong":[2]}"#)
            .unwrap();
    let outcome = Outcome {
        ok: false,
        orders: Orders { confirmed: 3, ..Orders::default() },
        units: Units { ordered: 3, taken: 4, oversold: 1 },
        revenue: Revenue { currency: "EUR".to_owned(), orders_minor: 300, reports_minor: 299 },
        books_after: books,
    };
    let mut run = Run::new(Timestamp::default(), 30);
    run.end("1970-01-01T00:00:31Z".to_owned(), Ok(outcome));
    note(data.path(), LAST, &run).unwrap();
    let found: Run = noted(data.path(), LAST).unwrap();
    assert_eq!(serde_json::to_value(&found).unwrap(), serde_json::to_value(&run).unwrap());
    assert!(!found.is_under_way());
    std::fs::write(data.path().join(LAST), "{").unwrap();
    assert!(noted::<Run>(data.path(), LAST).is_none());
}
