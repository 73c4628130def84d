//! `kill -9` in the middle of group commits, at random and at the fail points: what was acknowledged is there, whole, and
//! what was refused is not.

use std::time::Duration;

use super::child::{answers, check, spawn};
use super::{Bed, Dice, scaled, seed, small};
use crate::testing::TestPostgres;

#[test]
fn hard_kills_at_random_lose_nothing_acknowledged() {
    let seed = seed();
    let mut dice = Dice(seed);
    let kills = scaled(100);
    let bed = Bed::sqlite(small());
    let mut all = Vec::new();
    for kill in 0..kills {
        let mut child = spawn(&bed.url, i64::try_from(kill).unwrap() * 10_000_000, "", None);
        let output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || answers(output));
        // Time itself: a kill comes at any moment.
        std::thread::sleep(Duration::from_millis(30 + dice.below(200)));
        child.kill().unwrap();
        child.wait().unwrap();
        all.extend(reader.join().unwrap());
    }
    let kept = check(&bed.url, &all);
    assert!(kept > 0, "nothing was written");
    println!("sqlite: seed {seed}, {kills} kills, {kept} acknowledged, 0 lost, {} answers", all.len());
}

#[test]
fn hard_kills_at_the_fail_points_lose_nothing_acknowledged() {
    let beds = [Some(Bed::sqlite(small())), Bed::postgres(small())];
    for bed in beds.iter().flatten() {
        let mut all = Vec::new();
        let mut kills = 0;
        for point in ["db.before_commit", "db.after_commit"] {
            for round in 0..scaled(30) {
                kills += 1;
                let plan = format!("{point}={}", 1 + round * round);
                let mut child = spawn(&bed.url, kills * 10_000_000, &plan, None);
                all.extend(answers(child.stdout.take().unwrap()));
                let status = child.wait().unwrap();
                assert_eq!(
                    std::os::unix::process::ExitStatusExt::signal(&status),
                    Some(6),
                    "{plan}: {status}"
                );
            }
        }
        let kept = check(&bed.url, &all);
        println!(
            "{}: {kills} kills at 2 points, {kept} acknowledged, 0 lost, {} answers",
            bed.name,
            all.len()
        );
    }
    assert!(TestPostgres::start().is_none() || beds[1].is_some());
}
