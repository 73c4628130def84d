//! Invented visitors by the million: the memory of sessions stays within its budget, and an event costs what it did.

use std::process::Command;

use kassa_model::{Event, MICROS_PER_HOUR, Timestamp};

use super::cost::thread_nanos;
use crate::process::names::Named;
use crate::process::session::{SessionOptions, Sessions};
use crate::process::slices::Reach;
use crate::process::testing::{Random, START, event, scaled};

const ALONE: &str = "process::tests::many_visitors::in_a_process_of_its_own";

/// Steps in which the memory and the time are looked at.
const STEPS: u64 = 20;

#[test]
fn invented_visitors_stay_within_the_budget() {
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let output =
        alone.args(["--exact", ALONE, "--ignored", "--nocapture", "--test-threads=1"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let lines = text.lines().filter_map(|line| line.find("memory: ").map(|at| &line[at..]));
    lines.for_each(|line| println!("{line}"));
}

#[test]
#[ignore = "started by the test above: the memory of its process is measured"]
fn in_a_process_of_its_own() {
    let visitors = scaled(10_000_000);
    let memory_max = usize::try_from((64 << 20) * visitors / 10_000_000).unwrap();
    let mut sessions = Sessions::new(SessionOptions { memory_max });
    let mut random = Random(visitors);
    let before = resident_bytes();
    let (mut nanos, mut most, mut resident_most) = (Vec::new(), 0, 0);
    for step in 0..STEPS {
        let began = thread_nanos();
        let mut event = event("e");
        for n in step * visitors / STEPS..(step + 1) * visitors / STEPS {
            let visitor = (random.next() >> 1).cast_signed();
            // All of them within one hour, each with two events.
            let time = START + (n as i128 * i128::from(MICROS_PER_HOUR) / i128::from(visitors)) as i64;
            for late in [0, 1_000] {
                let time = Timestamp::from_micros(time + late);
                sessions.advance(n, 0);
                let joined = sessions.joined("s", visitor, Reach::holding(time.micros()));
                event.visitor = Some(visitor);
                sessions.extend(&event, joined.unwrap_or(visitor), time);
            }
        }
        nanos.push((thread_nanos() - began) as f64 / (2 * visitors / STEPS) as f64);
        most = most.max(sessions.status(0).bytes);
        resident_most = resident_most.max(resident_bytes().saturating_sub(before));
    }
    assert!(sessions.status(0).shortened && !sessions.status(25).shortened);
    assert!(most <= memory_max as u64, "{most} of {memory_max} bytes");
    // Beside the tables there is what the allocator keeps for the next one that grows.
    let room = memory_max as u64 * 5 / 4 + (2 << 20);
    assert!(resident_most <= room, "{resident_most} bytes more in the process, {room} are allowed");
    let slowest = nanos[10..].iter().copied().fold(0.0, f64::max);
    let quickest = nanos[2..].iter().copied().fold(f64::INFINITY, f64::min);
    assert!(slowest < 4.0 * quickest, "{nanos:.0?} ns an event");
    println!(
        "memory: {visitors} invented visitors with a budget of {memory_max} bytes: at most {most} bytes, the process grew \
         by {resident_most}, {quickest:.0} to {slowest:.0} ns an event"
    );
}

/// Whatever is invented: visitors whose visits have facts that no other has, one visitor's visits, or names.
#[test]
fn what_is_invented_of_facts_and_names_stays_within_the_budget() {
    let memory_max = 4 << 20;
    // Of the length that a generation's part does not count, as far as there is one.
    let page = |n: i64| Some(format!("/{n:0>239}"));
    let check = |what: &str, invent: &dyn Fn(i64, &mut Event)| {
        let mut sessions = Sessions::new(SessionOptions { memory_max });
        let (mut random, mut most) = (Random(7), 0);
        for n in 0..40_000 {
            let time = Timestamp::from_micros(START + n);
            let mut event = event("e");
            invent(n, &mut event);
            let of =
                |given: Option<i64>, random: &mut Random| given.unwrap_or((random.next() >> 1).cast_signed());
            let (visitor, session) = (of(event.visitor, &mut random), of(event.session, &mut random));
            (event.visitor, event.session) = (Some(visitor), Some(session));
            sessions.advance(u64::try_from(n).unwrap(), 0);
            sessions.extend(&event, session, time);
            if let Some(named) = Named::of(&event) {
                sessions.learn(&named);
            }
            most = most.max(sessions.status(0).bytes);
        }
        assert!(sessions.status(0).shortened, "{what}: too few to tell");
        // What one event adds is looked at with the next.
        assert!(most <= memory_max as u64 + 4_096, "{what}: {most} of {memory_max} bytes");
        assert!(most > memory_max as u64 / 4, "{what}: only {most} of {memory_max} bytes are used");
    };
    check("visitors with facts of their own", &|n, event| {
        (event.visitor, event.session, event.path) = (None, None, page(n));
    });
    check("visits of one visitor", &|n, event| (event.session, event.path) = (None, page(n)));
    check("visitors who are named", &|n, event| {
        (event.visitor, event.session, event.user) = (None, None, Some(format!("u{n}")));
    });
    check("browsers of one user", &|_, event| {
        (event.visitor, event.session, event.user) = (None, None, Some("c7".to_owned()));
    });
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1_024
}
