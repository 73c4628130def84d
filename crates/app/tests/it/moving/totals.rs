//! Plausible's zip by the command: its days are the file's, once, and gone when taken back.

use serde_json::{Value, json};

use super::{command, piped, text, tried};
use crate::documented::put_files;
use crate::kassa::{Kassa, Start};

fn asked(kassa: &Kassa, extra: Value) -> Value {
    let mut query = json!({"site_id": "default", "date_range": ["2024-05-01", "2024-05-31"],
        "metrics": ["visitors", "visits", "pageviews", "bounce_rate"]});
    query.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let answer = kassa.post("/v1/query", &query.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn metrics(answer: &Value) -> Value {
    answer["results"].as_array().unwrap().iter().map(|row| row["metrics"].clone()).collect()
}

#[test]
fn plausibles_days_are_those_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    put_files(folder.path());
    let zip = folder.path().join("plausible-export.zip");
    let bytes = std::fs::read(&zip).unwrap();
    let zip = zip.display().to_string();
    let looked = command(&["events", "import", &zip, "--dry-run"], &data);
    assert!(looked.contains("14 made, 0 changed, 0 there already, 0 refused"), "{looked}");
    // Into a shop that stands still.
    let done = command(&["events", "import", &zip], &data);
    assert!(done.contains("14 made"), "{done}");
    assert!(command(&["events", "import", &zip], &data).contains("nothing to do"));
    let fingerprint =
        command(&["events", "export", &folder.path().join("a.jsonl").display().to_string()], &data);
    assert!(fingerprint.contains("0 events written"), "{fingerprint}");
    let kassa = Start::up(&data).start();
    let again = piped(&["events", "import", "-"], &data, &bytes);
    assert!(text(&again).contains("nothing to do"), "{}", text(&again));
    let all = asked(&kassa, json!({}));
    assert_eq!(metrics(&all), json!([[16, 18, 35, 55.6]]), "{all}");
    assert_eq!(all["meta"]["imported"]["days"], json!(["2024-05-01", "2024-05-02"]));
    let sources = asked(&kassa, json!({"dimensions": ["visit:source"], "metrics": ["visitors"]}));
    assert_eq!(metrics(&sources), json!([[10], [6]]));
    let filtered = asked(&kassa, json!({"filters": [["is", "visit:source", ["Google"]]]}));
    assert_eq!(metrics(&filtered), json!([[0, 0, 0, null]]));
    assert_eq!(filtered["meta"]["imported"]["reason"], "filters");
    let batch = kassa.get("/v1/admin/imports").json()["results"][0]["id"].as_str().unwrap().to_owned();
    assert!(command(&["events", "import", "--undo", &batch], &data).contains("14 totals of days taken back"));
    let none = asked(&kassa, json!({}));
    assert_eq!((metrics(&none), &none["meta"]["imported"]), (json!([[0, 0, 0, null]]), &Value::Null));
    // What was taken back may come in again.
    assert!(command(&["events", "import", &zip], &data).contains("14 made"));
    // Half of it, or what is none, is refused before anything is made of it.
    for (name, bytes) in [("half.zip", &bytes[..bytes.len() / 2]), ("none.zip", &b"PK\x03\x04nothing"[..])] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let refused = tried(&["events", "import", &path.display().to_string()], &data);
        assert!(!refused.status.success() && text(&refused).contains("is no zip"), "{}", text(&refused));
    }
}
