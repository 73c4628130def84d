//! Steps, and what a game day says of itself.

use std::time::Duration;

use kassa_model::Timestamp;

use super::steps::{STEPS, at};
use super::told::{Outcome, Run, State};

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
