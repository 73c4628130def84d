//! Time buckets as an expression: arithmetic where buckets are evenly spaced, a binary search over the runs of even
//! spacing where they are not (a day of 23 hours, months).

use kassa_model::Timestamp;

use super::dialect::Value;
use super::statement::Binder;

/// Buckets of equal length that follow one another.
struct Run {
    first_bucket: i64,
    start: Timestamp,
    step: i64,
}

/// The index of the bucket that `time` (a column that is known to lie within the boundaries) falls in.
pub(super) fn bucket(time: &str, boundaries: &[Timestamp], binder: &mut Binder) -> String {
    search(time, &runs(boundaries), binder)
}

fn runs(boundaries: &[Timestamp]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (bucket, pair) in (0_i64..).zip(boundaries.windows(2)) {
        let step = pair[1].micros().saturating_sub(pair[0].micros());
        if runs.last().is_none_or(|run| run.step != step) {
            runs.push(Run { first_bucket: bucket, start: pair[0], step });
        }
    }
    runs
}

fn search(time: &str, runs: &[Run], binder: &mut Binder) -> String {
    match runs {
        [] => "0".to_owned(),
        [run] => {
            let [first, start, step] = [run.first_bucket, run.start.micros(), run.step]
                .map(|number| binder.bind(Value::Int(number)));
            let since = format!("({} - {start})", binder.dialect.micros(time));
            format!("({first} + {})", binder.dialect.divided(&since, &step))
        }
        _ => {
            let (early, late) = runs.split_at(runs.len() / 2);
            let middle = binder.time(late[0].start);
            let (early, late) = (search(time, early, binder), search(time, late, binder));
            format!("CASE WHEN {time} < {middle} THEN {early} ELSE {late} END")
        }
    }
}
