//! An erasure that is killed at each of its points: the next start finishes it, unasked.

use std::path::Path;
use std::process::Command;

use kassa_model::failpoint;
use serde_json::json;

use super::{EMAIL, is_gone, lived_in, revenue};
use crate::kassa::{Start, wait_for};

#[test]
fn an_erasure_that_is_killed_goes_on_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let lived = folder.path().join("lived");
    let kassa = Start::up(&lived).start();
    lived_in(&kassa);
    let before = revenue(&kassa);
    assert!(kassa.stop().success());
    let points: Vec<&str> =
        failpoint::ALL.iter().copied().filter(|point| point.starts_with("privacy.")).collect();
    for point in &points {
        let data = folder.path().join(point);
        copy(&lived, &data);
        let mut armed = Start::up(&data).env("KASSA_FAILPOINTS", &format!("{point}=1")).start();
        let asked = armed.http().post("/v1/privacy/erase", &json!({"email": EMAIL}).to_string());
        assert!(asked.is_err(), "{point} is not passed: {asked:?}");
        assert!(!armed.ended().success(), "{point}");
        let kassa = Start::up(&data).start();
        wait_for("the erasure to be finished", || {
            let list = kassa.get("/v1/privacy/erasures").json();
            (list["results"].as_array()?.len() == 1 && list["results"][0]["done_at"].is_string())
                .then_some(())
        });
        assert!(kassa.stop().success());
        is_gone(&data, &before);
        std::fs::remove_dir_all(&data).unwrap();
    }
    println!(
        "kills: {} in an erasure, one at each point, each finished by the next start, 0 left of her",
        points.len()
    );
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
}
