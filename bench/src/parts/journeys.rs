//! Part k: a funnel, retention and paths over 10 M events through their routes, against the statements of bench/journeys.sql run by the
//! bare engine on the same file, with the same threads and memory.

use crate::kassa::Folder;
use crate::parts::queries::{Times, beside_each_other, pairs, prepare};
use crate::report::{Measured, Report, Target};

const RUNS: usize = 5;
const STATEMENTS: &str = include_str!("../../journeys.sql");

/// The same name in bench/journeys.sql is the same question by hand.
const QUESTIONS: [(&str, &str, &str); 3] = [
    (
        "funnel",
        "/v1/funnel",
        r#"{"steps":[{"page":["contains",["/p/1"]]},{"event":"click"},{"page":["contains",["/p/2"]]},{"event":"click"}],
            "window":"24h","interval":"day"}"#,
    ),
    ("retention", "/v1/retention", r#"{"of":"visitors","period":"day"}"#),
    ("paths", "/v1/paths", r#"{"steps":5,"nodes":10}"#),
];

/// Part k.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let pairs = pairs(&QUESTIONS, STATEMENTS)?;
    let folder = Folder::new("journeys")?;
    prepare(folder.path())?;
    let Times { ratios, bare, idle } = beside_each_other(folder.path(), &pairs, RUNS)?;
    for (place, pair) in pairs.iter().enumerate() {
        let name = pair.name;
        report.target(
            &format!("{name} / by hand"),
            Measured::of(&ratios[place], 2, "×"),
            Target::AtMost(1.5),
        );
        report.target(&format!("{name}, idle"), Measured::of(&idle[place], 0, "ms"), Target::AtMost(2_000.0));
        report.note(&format!("{name}, by hand"), Measured::of(&bare[place], 0, "ms"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "journeys_tests.rs"]
mod tests;
