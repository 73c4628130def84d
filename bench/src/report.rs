//! What was measured: printed as it comes, and appended to bench/history.jsonl when asked for.
//!
//! A figure is a line of it:
//!
//! ```json
//! {"date":"2026-11-22T10:02:00Z","commit":"f919938e25","machine":"2 × AMD EPYC, Linux 6.18","part":"b","figure":"p99","value":2.76,"unit":"ms","min":1.9,"max":9.91,"target":"≤ 10"}
//! ```

use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

/// A number with its unit, and how far the runs lay apart.
#[derive(Debug)]
pub(crate) struct Measured {
    value: f64,
    min: Option<f64>,
    max: Option<f64>,
    unit: &'static str,
    decimals: usize,
}

impl Measured {
    /// One measurement.
    pub(crate) fn once(value: f64, decimals: usize, unit: &'static str) -> Self {
        Self { value, min: None, max: None, unit, decimals }
    }

    /// The median of several, with the smallest and the largest.
    pub(crate) fn of(values: &[f64], decimals: usize, unit: &'static str) -> Self {
        let (min, max) = crate::stats::spread(values);
        Self { value: crate::stats::median(values), min: Some(min), max: Some(max), unit, decimals }
    }

    /// As many decimals as are worth noting.
    fn rounded(&self, value: f64) -> f64 {
        format!("{value:.*}", self.decimals).parse().unwrap_or(value)
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimals = self.decimals;
        write!(f, "{:.decimals$}", self.value)?;
        if let (Some(min), Some(max)) = (self.min, self.max) {
            write!(f, " ({min:.decimals$} … {max:.decimals$})")?;
        }
        write!(f, " {}", self.unit)
    }
}

/// What a figure must reach, in its unit.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
        }
    }
}

/// One figure of the report.
#[derive(Debug)]
struct Figure {
    part: char,
    what: String,
    measured: Measured,
    target: Option<Target>,
}

impl Figure {
    fn is_missed(&self) -> bool {
        let noted = self.measured.rounded(self.measured.value);
        self.target.is_some_and(|target| !target.is_met(noted))
    }

    fn verdict(&self) -> &'static str {
        match (self.target, self.is_missed()) {
            (None, _) => "",
            (Some(_), false) => "met",
            (Some(_), true) => "MISSED",
        }
    }
}

/// A figure as it stands in the history.
#[derive(Debug, Serialize)]
struct Line<'a> {
    date: &'a str,
    commit: &'a str,
    machine: &'a str,
    part: char,
    figure: &'a str,
    value: f64,
    unit: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

/// The figures of a run.
#[derive(Debug)]
pub(crate) struct Report {
    part: char,
    figures: Vec<Figure>,
}

impl Report {
    /// One without figures.
    pub(crate) fn new() -> Self {
        Self { part: ' ', figures: Vec::new() }
    }

    /// The figures that follow are of this part.
    pub(crate) fn begin(&mut self, part: char) {
        self.part = part;
    }

    /// Adds a figure that has a target.
    pub(crate) fn target(&mut self, what: &str, measured: Measured, target: Target) {
        self.add(Figure { part: self.part, what: what.to_owned(), measured, target: Some(target) });
    }

    /// Adds a figure that only explains another.
    pub(crate) fn note(&mut self, what: &str, measured: Measured) {
        self.add(Figure { part: self.part, what: what.to_owned(), measured, target: None });
    }

    fn add(&mut self, figure: Figure) {
        let target = figure.target.map(|target| target.to_string()).unwrap_or_default();
        println!("{:58} {:34} {target:12} {}", figure.what, figure.measured.to_string(), figure.verdict());
        self.figures.push(figure);
    }

    /// How many targets were missed.
    pub(crate) fn missed(&self) -> usize {
        self.figures.iter().filter(|figure| figure.is_missed()).count()
    }

    /// Appends the run to `path`, a line of JSON for each figure.
    pub(crate) fn record(&self, path: &Path) -> anyhow::Result<()> {
        let text = self.lines(&today(), &commit(), &machine())?;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
        Ok(file.write_all(text.as_bytes())?)
    }

    fn lines(&self, date: &str, commit: &str, machine: &str) -> serde_json::Result<String> {
        let mut text = String::new();
        for figure in &self.figures {
            let measured = &figure.measured;
            let line = Line {
                date,
                commit,
                machine,
                part: figure.part,
                figure: &figure.what,
                value: measured.rounded(measured.value),
                unit: measured.unit,
                min: measured.min.map(|min| measured.rounded(min)),
                max: measured.max.map(|max| measured.rounded(max)),
                target: figure.target.map(|target| target.to_string()),
            };
            text += &serde_json::to_string(&line)?;
            text.push('\n');
        }
        Ok(text)
    }
}

/// Cores, processor and system, in one line.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("{cores} × {model}, {}", output("uname", &["-sr"]))
}

/// What is checked out.
pub(crate) fn commit() -> String {
    output("git", &["describe", "--always", "--dirty", "--abbrev=10"])
}

fn today() -> String {
    output("date", &["-u", "+%Y-%m-%dT%H:%M:00Z"])
}

/// What a command prints, trimmed; `unknown` where there is no such command.
fn output(command: &str, arguments: &[&str]) -> String {
    match Command::new(command).args(arguments).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_line_of_the_history() {
        let mut report = Report::new();
        report.begin('b');
        report.target("p99 of it", Measured::of(&[2.764, 1.9, 9.907], 2, "ms"), Target::AtMost(10.0));
        report.note("probes", Measured::once(200.0, 0, ""));
        let text = report.lines("2026-11-22T10:02:00Z", "f919938e25", "2 × one").unwrap();
        let head = r#"{"date":"2026-11-22T10:02:00Z","commit":"f919938e25","machine":"2 × one","part":"b""#;
        let first = r#""figure":"p99 of it","value":2.76,"unit":"ms","min":1.9,"max":9.91,"target":"≤ 10"}"#;
        let second = r#""figure":"probes","value":200.0,"unit":""}"#;
        assert_eq!(text, format!("{head},{first}\n{head},{second}\n"));
    }

    #[test]
    fn a_target_is_met_up_to_its_edge() {
        let check = |target: Target, value: f64, missed: usize| {
            let mut report = Report::new();
            report.target("x", Measured::once(value, 2, "×"), target);
            assert_eq!(report.missed(), missed, "{target} {value}");
        };
        check(Target::AtLeast(0.8), 0.8, 0);
        check(Target::AtLeast(0.8), 0.79, 1);
        check(Target::AtMost(10.0), 10.0, 0);
        check(Target::AtMost(10.0), 10.1, 1);
    }
}
