//! Which faults a game day has, and when: each in a share of its time.

use std::time::Duration;

use kassa_commerce::transport::chaos::Faults;

/// What goes wrong in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    /// Nothing.
    None,
    /// Commands to stock.
    Stock(Faults),
    /// What carries the changes of orders to the log stands still.
    Log,
}

/// A part of a game day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// For programs; pages have words for it.
    pub(super) name: &'static str,
    /// From when to when, percent of the whole.
    from: u32,
    until: u32,
    pub(super) fault: Fault,
}

const NOTHING: Faults = Faults { latency_ms: 0, crash_rate: 0.0, partial_failure_rate: 0.0 };

/// All of them, in their order; the last is D's extreme chaos.
pub(super) const STEPS: [Step; 6] = [
    Step { name: "calm", from: 0, until: 10, fault: Fault::None },
    Step {
        name: "delays",
        from: 10,
        until: 30,
        fault: Fault::Stock(Faults { latency_ms: 1_000, ..NOTHING }),
    },
    Step { name: "errors", from: 30, until: 50, fault: Fault::Stock(Faults { crash_rate: 0.4, ..NOTHING }) },
    Step {
        name: "lost_answers",
        from: 50,
        until: 65,
        fault: Fault::Stock(Faults { partial_failure_rate: 0.4, ..NOTHING }),
    },
    Step { name: "log_pause", from: 65, until: 75, fault: Fault::Log },
    Step {
        name: "everything",
        from: 75,
        until: 100,
        fault: Fault::Stock(Faults { latency_ms: 5_000, crash_rate: 0.3, partial_failure_rate: 0.2 }),
    },
];

impl Step {
    /// From when to when of a game day of this length, in whole seconds.
    pub(super) fn seconds(&self, length: Duration) -> (u64, u64) {
        let at = |percent: u32| length.as_secs() * u64::from(percent) / 100;
        (at(self.from), at(self.until))
    }

    /// How long it lasts in a game day of this length.
    pub(super) fn length(&self, length: Duration) -> Duration {
        let (from, until) = self.seconds(length);
        Duration::from_secs(until - from)
    }
}

/// The step that is played so long after the beginning.
pub(super) fn at(elapsed: Duration, length: Duration) -> &'static Step {
    let is_before_its_end = |step: &&Step| elapsed < Duration::from_secs(step.seconds(length).1);
    STEPS.iter().find(is_before_its_end).unwrap_or(&STEPS[STEPS.len() - 1])
}
