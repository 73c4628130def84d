//! `/readyz` where the processor has a hard time: who takes events and serves the shop goes on without it.

use std::time::{Duration, Instant};

use crate::kassa::{DEADLINE, Kassa, Start, wait_for};

const EVENT: &str = r#"{"site_id":"shop","event_type":"page_view","path":"/"}"#;

fn processor(kassa: &Kassa, path: &str) -> (u16, String) {
    let answer = kassa.get(path);
    let said = answer.json()["checks"]["processor"].clone();
    (answer.status, format!("{} {}", said["status"].as_str().unwrap(), said["detail"].as_str().unwrap_or("")))
}

#[test]
fn a_start_is_ready_while_the_processor_takes_up_a_large_store() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    kassa.wait_until_drained();
    kassa.kill();

    // Longer than anybody waits here: whatever waits for the processor fails.
    let slow = ("KASSA_FAILPOINTS", "resume.before_ids=sleep:600000");
    let kassa = Start::up(&data).env(slow.0, slow.1).start();
    let (status, said) = processor(&kassa, "/readyz");
    assert_eq!((status, said.as_str()), (200, "degraded taking up what the store holds"));
    assert!(processor(&kassa, "/health").1.starts_with("degraded"));
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    assert_eq!(kassa.get("/v1/products").status, 200);
    kassa.kill();

    // Where there is nothing else to serve, it is what readiness is about.
    let alone = Start::command(&data, &["serve", "--roles", "processor,reports"]);
    let kassa = alone.clone().env(slow.0, slow.1).start();
    let (status, said) = processor(&kassa, "/readyz");
    assert_eq!((status, said.as_str()), (503, "down taking up what the store holds"));
    kassa.kill();
    let kassa = alone.start();
    wait_for("reports to be ready", || (kassa.get("/readyz").status == 200).then_some(()));
}

#[test]
fn a_lagging_processor_takes_no_collector_out_of_service() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).env("KASSA_FAILPOINTS", "store.before_commit=sleep:600000").start();
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    let began = Instant::now();
    loop {
        let (status, said) = processor(&kassa, "/readyz");
        assert_eq!(status, 200, "{said}");
        if said.starts_with("degraded") && said.contains("1 records behind") {
            break;
        }
        assert!(began.elapsed() < DEADLINE, "never degraded: {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
