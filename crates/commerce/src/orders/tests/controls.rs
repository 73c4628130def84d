//! Negative controls: tests of this crate, run again with a guard taken away, must fail.

use std::process::Command;

use kassa_db::testing::TestPostgres;

/// Runs the test `name` in a process without the guard; it must fail there.
fn check(sabotage: &str, name: &str) {
    let program = std::env::current_exe().unwrap();
    let run = Command::new(program)
        .args(["--exact", name, "--nocapture", "--test-threads", "1"])
        .env("KASSA_SABOTAGE", sabotage)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(out.contains("running 1 test"), "there is no test {name}: {out}");
    assert!(!run.status.success(), "{name} does not notice {sabotage}: {out}");
    let why = err.lines().skip_while(|line| !line.contains("panicked at")).nth(1).unwrap_or_default();
    println!("negative control {sabotage}: caught by {name}: {why}");
}

#[test]
fn a_ledger_without_its_unique_is_noticed() {
    check("ledger_unique", "inventory::tests::crowd::one_command_sent_twenty_times_is_one_deduction");
}

#[test]
fn stock_that_is_checked_first_is_noticed() {
    // SQLite has one writer at a time, so that only PostgreSQL can tell.
    if TestPostgres::start().is_some() {
        check("check_first", "orders::tests::crowd::two_hundred_buyers_for_fifty");
    }
}

#[test]
fn a_record_after_the_commit_is_noticed() {
    check("late_record", "orders::tests::crowd::one_hundred_identical_requests");
}

#[test]
fn money_named_by_its_order_alone_is_noticed() {
    check("money_by_order", "orders::tests::outbox::every_change_has_a_row");
}
