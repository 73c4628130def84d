//! What was measured: printed as it comes, and appended to docs/performance.md when asked for.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// One line of the report.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// With its unit, and the spread.
    pub(crate) value: String,
    /// What it must reach; empty for a figure that only explains another.
    pub(crate) target: &'static str,
    /// Whether it did.
    pub(crate) met: bool,
}

/// The figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// Adds a figure that has a target.
    pub(crate) fn target(&mut self, what: &str, value: String, target: &'static str, met: bool) {
        self.add(Figure { what: what.to_owned(), value, target, met });
    }

    /// Adds a figure that has none.
    pub(crate) fn note(&mut self, what: &str, value: String) {
        self.add(Figure { what: what.to_owned(), value, target: "", met: true });
    }

    fn add(&mut self, figure: Figure) {
        println!("{:58} {:34} {:18} {}", figure.what, figure.value, figure.target, figure.verdict());
        self.figures.push(figure);
    }

    /// How many targets were missed.
    pub(crate) fn missed(&self) -> usize {
        self.figures.iter().filter(|figure| !figure.met).count()
    }

    /// Appends the run to `path`.
    pub(crate) fn record(&self, path: &Path, parts: &str) -> anyhow::Result<()> {
        let mut text = format!("\n### {}, part {parts}\n\n", today());
        text += &format!("{}\n\n| figure | measured | target | |\n|---|---|---|---|\n", machine());
        for figure in &self.figures {
            text += &format!(
                "| {} | {} | {} | {} |\n",
                figure.what,
                figure.value,
                figure.target,
                figure.verdict()
            );
        }
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
        Ok(file.write_all(text.as_bytes())?)
    }
}

impl Figure {
    fn verdict(&self) -> &'static str {
        match (self.target, self.met) {
            ("", _) => "",
            (_, true) => "met",
            (_, false) => "MISSED",
        }
    }
}

/// The machine and the commit, in one line.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let model = model.trim_start_matches([' ', '\t', ':']);
    let kernel = output("uname", &["-sr"]);
    let commit = output("git", &["describe", "--always", "--dirty", "--abbrev=10"]);
    format!("{cores} × {model}, {kernel}, commit {commit}")
}

fn today() -> String {
    output("date", &["-u", "+%Y-%m-%d %H:%M UTC"])
}

/// What a command prints, trimmed; `unknown` where there is no such command.
fn output(command: &str, arguments: &[&str]) -> String {
    match Command::new(command).args(arguments).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// A median with its spread: `0.86 (0.83 … 0.90)`.
pub(crate) fn with_spread(values: &[f64], decimals: usize) -> String {
    let (low, high) = crate::stats::spread(values);
    format!("{:.decimals$} ({low:.decimals$} … {high:.decimals$})", crate::stats::median(values))
}
