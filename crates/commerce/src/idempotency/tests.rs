//! Records and answers, on every engine that is here.

use axum::http::StatusCode;
use kassa_db::{Error, Tx};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

use super::{
    Answer, Begun, Outcome, Request, answered, begin, clean, close, close_expired, close_open, fingerprint,
    forget_open, run, run_until,
};
use crate::testing::Bed;

const NOW: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);
const DEADLINE: Timestamp = NOW.plus_micros(900_000);

fn request<'a>(key: &'a str, fingerprint: &'a str) -> Request<'a> {
    Request { scope: "s", key: Some(key), fingerprint }
}

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer::new(status, "text/plain", body.to_owned()).header("x-thing", "ä b").about("o1")
}

/// One request with the answer that it would give.
fn sent(bed: &Bed, (key, fingerprint): (&'static str, &'static str), now: Timestamp, status: u16) -> Outcome {
    bed.write(move |tx| {
        let op = |_: &mut Tx<'_>| Ok::<_, Error>(answer(status, &format!("at {now}")));
        run(tx, &request(key, fingerprint), now, op)
    })
}

#[test]
fn a_repeat_gets_the_first_answer_and_another_request_none() {
    for bed in Bed::each() {
        let first = sent(&bed, ("k", "f"), NOW, 201);
        let Outcome::Fresh(kept) = first else { panic!("{first:?}") };
        let later = NOW.plus_micros(MICROS_PER_DAY - 1);
        assert_eq!(sent(&bed, ("k", "f"), later, 201), Outcome::Replayed(kept));
        assert_eq!(sent(&bed, ("k", "other"), NOW, 201), Outcome::Reused);
        assert!(matches!(sent(&bed, ("k2", "f"), NOW, 201), Outcome::Fresh(_)));
    }
}

#[test]
fn only_successes_and_refusals_of_the_business_are_kept() {
    for bed in Bed::each() {
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let statuses = [200, 201, 404, 422, 400, 401, 409, 429, 503];
        for (place, (key, status)) in keys.into_iter().zip(statuses).enumerate() {
            sent(&bed, (key, "f"), NOW, status);
            let again = sent(&bed, (key, "f"), NOW, status);
            assert_eq!(matches!(again, Outcome::Replayed(_)), place < 4, "{} {status}: {again:?}", bed.name);
        }
    }
}

#[test]
fn an_error_leaves_no_record() {
    for bed in Bed::each() {
        let refused = bed.db.write_blocking(|tx| {
            let op = |_: &mut Tx<'_>| Err(Error::Busy("no".to_owned()));
            run(tx, &request("k", "f"), NOW, op)
        });
        assert!(matches!(refused, Err(Error::Busy(_))));
        assert!(matches!(sent(&bed, ("k", "other"), NOW, 201), Outcome::Fresh(_)));
    }
}

#[test]
fn records_live_a_day() {
    for bed in Bed::each() {
        sent(&bed, ("k", "f"), NOW, 201);
        sent(&bed, ("young", "f"), NOW.plus_micros(1), 201);
        let tomorrow = NOW.plus_micros(MICROS_PER_DAY);
        assert_eq!(bed.write(move |tx| clean(tx, tomorrow, 100)), 1);
        assert!(matches!(sent(&bed, ("k", "f"), tomorrow, 201), Outcome::Fresh(_)));
        assert!(matches!(sent(&bed, ("young", "f"), tomorrow, 201), Outcome::Replayed(_)));
        // One that is too old but not cleaned away yet counts for nothing either.
        let later = tomorrow.plus_micros(MICROS_PER_DAY);
        assert!(bed.write(move |tx| answered(tx, &request("k", "f"), later)).is_none());
        assert!(matches!(sent(&bed, ("k", "f"), later, 201), Outcome::Fresh(_)));
        assert!(matches!(sent(&bed, ("k", "f"), later, 201), Outcome::Replayed(_)));
    }
}

/// A request whose stock is decided elsewhere.
fn begun(bed: &Bed, key: &'static str, now: Timestamp) -> Outcome {
    bed.write(move |tx| {
        let op = |_: &mut Tx<'_>| Ok::<_, Error>(answer(202, "queued"));
        run_until(tx, &request(key, "f"), (now, Some(DEADLINE)), op)
    })
}

#[test]
fn a_running_record_is_closed_once() {
    for bed in Bed::each() {
        assert_eq!(begun(&bed, "k", NOW), Outcome::Fresh(answer(202, "queued")));
        assert_eq!(begun(&bed, "k", DEADLINE.plus_micros(-1)), Outcome::InFlight);
        let close = |answer: Answer| bed.write(move |tx| close(tx, ("s", "k"), &answer));
        assert_eq!(close(answer(201, "first")), answer(201, "first"));
        assert_eq!(close(answer(422, "second")), answer(201, "first"));
        assert_eq!(begun(&bed, "k", NOW), Outcome::Replayed(answer(201, "first")));
        assert_eq!(begun(&bed, "k", DEADLINE), Outcome::Replayed(answer(201, "first")));
    }
}

#[test]
fn past_its_deadline_a_record_is_final() {
    for bed in Bed::each() {
        // Found by a repeat.
        begun(&bed, "a", NOW);
        assert_eq!(begun(&bed, "a", DEADLINE), Outcome::Replayed(answer(202, "queued")));
        // Found by the drain.
        begun(&bed, "b", NOW);
        assert_eq!(bed.write(|tx| close_expired(tx, DEADLINE.plus_micros(-1))), 0);
        assert_eq!(bed.write(|tx| close_expired(tx, DEADLINE.plus_micros(MICROS_PER_SECOND))), 1);
        for key in ["a", "b"] {
            let late = bed.write(move |tx| close(tx, ("s", key), &answer(201, "late")));
            assert_eq!(late, answer(202, "queued"));
        }
    }
}

#[test]
fn a_deadline_that_no_clock_could_have_set_is_past() {
    for bed in Bed::each() {
        // A process whose clock was two days ahead began it, and died.
        let ahead = NOW.plus_micros(2 * MICROS_PER_DAY);
        for key in ["a", "b"] {
            let record = bed.write(move |tx| {
                let op = |_: &mut Tx<'_>| Ok::<_, Error>(answer(202, "queued"));
                run_until(tx, &request(key, "f"), (ahead, Some(ahead.plus_micros(900_000))), op)
            });
            assert_eq!(record, Outcome::Fresh(answer(202, "queued")));
        }
        assert_eq!(begun(&bed, "a", NOW), Outcome::Replayed(answer(202, "queued")));
        assert_eq!(bed.write(|tx| close_expired(tx, NOW)), 1);
    }
}

/// A request that stock decides, and which has no answer before that.
fn opened(bed: &Bed, fingerprint: &'static str, now: Timestamp) -> Begun<&'static str> {
    bed.write(move |tx| {
        begin(tx, &request("k", fingerprint), now, |_| Ok::<_, Error>(Begun::Open("its command")))
    })
}

#[test]
fn an_open_record_stands_until_its_request_is_decided() {
    for bed in Bed::each() {
        assert_eq!(opened(&bed, "f", NOW), Begun::Open("its command"));
        let days_later = NOW.plus_micros(3 * MICROS_PER_DAY);
        assert_eq!(bed.write(move |tx| clean(tx, days_later, 100)), 0);
        assert_eq!(bed.write(move |tx| close_expired(tx, days_later)), 0);
        for now in [NOW, days_later] {
            assert_eq!(opened(&bed, "f", now), Begun::Answered(Outcome::InFlight));
            assert_eq!(opened(&bed, "other", now), Begun::Answered(Outcome::Reused));
            assert_eq!(sent(&bed, ("k", "f"), now, 200), Outcome::InFlight);
            let known = bed.write(move |tx| answered(tx, &request("k", "f"), now));
            assert_eq!(known, Some(Outcome::InFlight));
        }
        for body in ["first", "second"] {
            bed.write(move |tx| close_open(tx, ("s", "k"), &answer(200, body), days_later));
        }
        bed.write(|tx| forget_open(tx, ("s", "k")));
        // It lives a day from its answer on.
        let kept = days_later.plus_micros(MICROS_PER_DAY - 1);
        assert_eq!(opened(&bed, "f", kept), Begun::Answered(Outcome::Replayed(answer(200, "first"))));
        assert_eq!(bed.write(move |tx| clean(tx, kept, 100)), 0);
        assert_eq!(bed.write(move |tx| clean(tx, kept.plus_micros(1), 100)), 1);
        // What came to nothing may be tried again.
        assert_eq!(opened(&bed, "f", kept), Begun::Open("its command"));
        bed.write(|tx| forget_open(tx, ("s", "k")));
        assert_eq!(opened(&bed, "f", kept), Begun::Open("its command"));
    }
}

#[test]
fn fingerprints_tell_requests_apart() {
    let base = fingerprint("POST", "/v1/orders", &["a"]);
    assert_eq!(base.len(), 64);
    assert_eq!(base, fingerprint("POST", "/v1/orders", &["a"]));
    for other in [
        fingerprint("PUT", "/v1/orders", &["a"]),
        fingerprint("POST", "/v1/order", &["a"]),
        fingerprint("POST", "/v1/orders", &["b"]),
        fingerprint("POST/v1", "/orders", &["a"]),
    ] {
        assert_ne!(base, other);
    }
}
