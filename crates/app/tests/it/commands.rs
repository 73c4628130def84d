//! The commands beside the server, each on a free folder and against a running process.

use std::path::Path;

use crate::kassa::{Start, run, wait_for};

fn text(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn command(arguments: &[&str], data: &Path) -> String {
    let mut all = arguments.to_vec();
    let data = data.display().to_string();
    all.extend(["--data", &data]);
    let output = run(&all);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

#[test]
fn dead_letters_are_listed_and_shown_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let bad = r#"{"site_id":"shop","event_type":"page_view","path":"/","timestamp":"yesterday"}"#;
    assert_eq!(kassa.post("/event", bad).status, 400);
    kassa.wait_until_drained();
    let check = |how: &str| {
        let list = command(&["dead-letters", "list"], &data);
        assert!(list.contains("invalid_time") && list.contains("shop"), "{how}: {list}");
        let id = list.split_whitespace().find(|word| word.len() == 36 && word.contains('-'));
        let shown = command(&["dead-letters", "show", id.unwrap()], &data);
        assert!(shown.contains("yesterday"), "{how}: {shown}");
    };
    check("running");
    assert!(kassa.stop().success());
    check("stopped");
    let unknown = run(&["dead-letters", "show", "no-such-id", "--data", &data.display().to_string()]);
    assert!(!unknown.status.success() && text(&unknown).contains("no-such-id"), "{}", text(&unknown));
}

#[test]
fn replay_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    for index in 0..200 {
        let event = format!(
            r#"{{"writeKey":"shop","type":"page","messageId":"m-{}","context":{{"page":{{"path":"/{index}"}}}}}}"#,
            index % 150
        );
        assert_eq!(kassa.post("/v1/page", &event).status, 200);
    }
    kassa.wait_until_drained();
    let live = kassa.get("/v1/admin/fingerprint").json()["fingerprint"].as_str().unwrap().to_owned();
    let check = |how: &str| {
        let into = folder.path().join(format!("{how}.duckdb"));
        let printed = command(&["replay", "--into", &into.display().to_string()], &data);
        assert!(printed.contains(&live), "{how}: {printed} has not the live store's fingerprint {live}");
        let again =
            run(&["replay", "--into", &into.display().to_string(), "--data", &data.display().to_string()]);
        assert!(!again.status.success(), "{how}: an existing store was written over");
        let left = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("replay")).collect();
        assert!(left.is_empty(), "{how}: {left:?}");
    };
    check("running");
    assert!(kassa.stop().success());
    check("stopped");
}

#[test]
fn the_log_is_inspected_and_verified_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    assert_eq!(kassa.post("/event", r#"{"site_id":"s","event_type":"e","path":"/"}"#).status, 202);
    kassa.wait_until_drained();
    let check = |how: &str| {
        let inspected = command(&["log", "inspect"], &data);
        assert!(inspected.contains("events") && inspected.contains("processor"), "{how}: {inspected}");
        assert!(command(&["log", "verify"], &data).contains("no damage"), "{how}");
    };
    check("running");
    assert!(kassa.stop().success());
    check("stopped");
}

#[test]
fn check_prints_the_configuration_and_refuses_nonsense() {
    let folder = tempfile::tempdir().unwrap();
    let shown = command(&["check"], &folder.path().join("data"));
    assert!(shown.contains("127.0.0.1:8000"), "{shown}");
    let file = folder.path().join("kassa.toml");
    std::fs::write(&file, "[server]\nlisten = \"0.0.0.0:8000\"\n").unwrap();
    let refused = run(&["check", "--config", &file.display().to_string()]);
    assert!(!refused.status.success() && text(&refused).contains("admin_token"), "{}", text(&refused));
}

#[test]
fn healthcheck_tells_by_its_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data_text = data.display().to_string();
    assert!(!run(&["healthcheck", "--data", &data_text]).status.success());
    let kassa = Start::up(&data).start();
    wait_for("kassa to be ready", || {
        run(&["healthcheck", "--data", &data_text]).status.success().then_some(())
    });
    assert!(run(&["healthcheck", "--url", &kassa.address]).status.success());
}

#[test]
fn a_collector_alone_is_drained_by_the_next_up() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let collector = Start::command(&data, &["serve", "--roles", "collector"]).start();
    for _ in 0..10 {
        assert_eq!(
            collector.post("/event", r#"{"site_id":"s","event_type":"page_view","path":"/"}"#).status,
            202
        );
    }
    assert_eq!(collector.get("/stats?site_id=s").status, 404);
    collector.kill();
    let kassa = Start::up(&data).start();
    kassa.wait_until_drained();
    assert_eq!(kassa.get("/stats?site_id=s").json()["total_views"], 10);
}

#[test]
fn roles_that_cannot_work_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let check = |roles: &str, expected: &str| {
        let refusal = Start::command(folder.path(), &["serve", "--roles", roles]).try_start().map(|_| ());
        let refusal = refusal.unwrap_err();
        assert!(refusal.contains(expected), "{roles}: {refusal}");
    };
    check("reports", "run processor and reports together");
    check("orders,nope", "no role is named nope");
}

#[test]
fn the_binary_runs_from_a_copied_folder() {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("kassa");
    std::fs::copy(env!("CARGO_BIN_EXE_kassa"), &binary).unwrap();
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.duckdb/libduckdb.so");
    std::fs::copy(library, folder.path().join("libduckdb.so")).unwrap();
    let output =
        std::process::Command::new(&binary).arg("--version").env_remove("LD_LIBRARY_PATH").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
