//! Events of before, by the commands: at their own time, each once, and the same again in another shop.

use std::path::Path;

use serde_json::{Value, json};

use super::{command, measured, piped, text, tried};
use crate::kassa::{Kassa, Start, scaled};

pub(super) fn pageviews(kassa: &Kassa) -> Value {
    let query = json!({"site_id": "default", "metrics": ["pageviews", "visitors", "visits", "events"], "dimensions": ["time:day"],
        "date_range": ["2024-05-01", "2024-05-31"], "timezone": "UTC", "include": {"bots": true}});
    let answer = kassa.post("/v1/query", &query.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["results"].clone()
}

/// Of all days together.
fn sum(days: &Value) -> u64 {
    days.as_array().unwrap().iter().map(|row| row["metrics"][0].as_u64().unwrap_or(0)).sum()
}

pub(super) fn line(number: u64) -> String {
    let (day, minute, second) = (1 + number % 20, number / 60 % 60, number % 60);
    format!(
        "{{\"name\":\"page_view\",\"occurred_at\":\"2024-05-{day:02}T10:{minute:02}:{second:02}Z\",\"visitor\":\"v-{}\",\
         \"path\":\"/p/{}\",\"referrer\":\"https://www.google.com/\",\"browser\":\"Firefox\",\"props\":{{\"n\":{number}}}}}\n",
        number % 97,
        number % 13
    )
}

fn exported(data: &Path) -> Vec<String> {
    let output = tried(&["events", "export"], data);
    assert!(output.status.success(), "{}", text(&output));
    let mut lines: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn events_of_before_count_at_their_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let [data, other] = ["data", "other"].map(|name| folder.path().join(name));
    std::fs::create_dir(&other).unwrap();
    let count = scaled(20_000);
    let mut file: String = (0..count).map(line).collect();
    file.push_str("{\"name\":\"page_view\"}\nnonsense\n{\"name\":\"a\",\"occurred_at\":\"2024-05-01T00:00:00Z\",\"site\":\"nowhere\"}\n");
    let path = folder.path().join("events.jsonl");
    std::fs::write(&path, file).unwrap();
    let path = path.display().to_string();
    let kassa = Start::up(&data).start();
    let looked = tried(&["events", "import", &path, "--dry-run"], &data);
    assert!(text(&looked).contains("3 refused"), "{}", text(&looked));
    let done = tried(&["events", "import", &path], &data);
    let expected = format!("{count} made, 0 changed, 0 there already, 3 refused");
    assert!(text(&done).contains(&expected), "{}", text(&done));
    assert!(command(&["events", "import", &path], &data).contains("nothing to do"));
    kassa.wait_until_drained();
    let days = pageviews(&kassa);
    assert_eq!(sum(&days), count, "{days}");
    let unknown = tried(&["events", "import", "--undo", "events-0000000000000000"], &data);
    assert!(!unknown.status.success(), "{}", text(&unknown));
    // Into a shop that stands still, which then folds them.
    let moved = folder.path().join("moved.jsonl");
    command(&["events", "export", &moved.display().to_string()], &data);
    assert!(
        command(&["events", "import", &moved.display().to_string()], &other)
            .contains(&format!("{count} made"))
    );
    let second = Start::up(&other).start();
    second.wait_until_drained();
    assert_eq!(pageviews(&second), days);
    assert_eq!(exported(&other), exported(&data));
    let csv = command(&["events", "export", "--as", "csv"], &data);
    assert_eq!(csv.lines().filter(|line| line.contains("page_view")).count() as u64, count);
    // Taken back, the reports have none of them.
    let batch = kassa.get("/v1/admin/imports").json()["results"][0]["id"].as_str().unwrap().to_owned();
    assert!(command(&["events", "import", "--undo", &batch], &data).contains("left out"));
    assert_eq!(sum(&pageviews(&kassa)), 0, "{}", pageviews(&kassa));
}

#[test]
fn other_trackers_files_are_known_by_their_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let umami = folder.path().join("website_event.csv");
    std::fs::write(
        &umami,
        "event_id,website_id,session_id,visit_id,created_at,url_path,referrer_path,referrer_domain,page_title,event_type,event_name\n\
         e1,w,s1,v1,2024-05-01 10:00:00.123+00,/mugs,/search,www.google.com,Mugs,1,\n\
         e2,w,s1,v1,2024-05-01 10:00:05+00,/mugs,,,Mugs,2,signup\n",
    )
    .unwrap();
    let ga4 = folder.path().join("ga4.json");
    std::fs::write(
        &ga4,
        r#"{"event_timestamp":"1714557600000000","event_name":"page_view","user_pseudo_id":"1.2","event_params":[{"key":"page_location","value":{"string_value":"https://shop.example/mugs"}}]}"#,
    )
    .unwrap();
    assert!(command(&["events", "import", &umami.display().to_string()], &data).contains("2 made"));
    assert!(command(&["events", "import", &ga4.display().to_string()], &data).contains("1 made"));
    let kassa = Start::up(&data).start();
    kassa.wait_until_drained();
    let days = pageviews(&kassa);
    assert_eq!(days[0]["metrics"], json!([2, 2, 2, 3]), "{days}");
}

#[test]
fn a_parquet_file_holds_the_same_events() {
    let folder = tempfile::tempdir().unwrap();
    let [data, other] = ["data", "other"].map(|name| folder.path().join(name));
    std::fs::create_dir(&other).unwrap();
    let [lines, parquet, cut] = ["a.jsonl", "a.parquet", "cut.parquet"].map(|name| folder.path().join(name));
    let count = scaled(300_000);
    std::fs::write(&lines, (0..count).map(line).collect::<String>()).unwrap();
    let [lines, parquet_name] = [&lines, &parquet].map(|path| path.display().to_string());
    let kassa = Start::up(&data).start();
    command(&["events", "import", &lines], &data);
    kassa.wait_until_drained();
    assert!(!tried(&["customers", "export", "--as", "parquet"], &data).status.success());
    // What an earlier call has left is no hindrance.
    let part = folder.path().join("a.parquet.part");
    std::fs::create_dir(&part).unwrap();
    std::fs::write(part.join("rows.duckdb"), "cut off").unwrap();
    let (told, most) = measured(&["events", "export", &parquet_name], &data);
    assert!(told.contains(&format!("{count} events written")), "{told}");
    assert!(most <= 300 << 10, "{most} KiB");
    assert!(!part.exists(), "the folder beside the file is gone");
    let bytes = std::fs::read(&parquet).unwrap();
    let piped_out = tried(&["events", "export", "--as", "parquet"], &data);
    assert!(piped_out.stdout.starts_with(b"PAR1") && piped_out.stdout.ends_with(b"PAR1"));
    // Half of it is refused before anything is made of it.
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let refused = tried(&["events", "import", &cut.display().to_string()], &other);
    assert!(!refused.status.success() && text(&refused).contains("cut.parquet"), "{}", text(&refused));
    let (told, most) = measured(&["events", "import", &parquet_name], &other);
    assert!(told.contains(&format!("{count} made, 0 changed, 0 there already, 0 refused")), "{told}");
    println!("parquet: {count} events, {} bytes, the command had {} MB", bytes.len(), most >> 10);
    // By standard input it is the same file.
    let again = piped(&["events", "import", "-"], &other, &bytes);
    assert!(text(&again).contains("nothing to do"), "{}", text(&again));
    let second = Start::up(&other).start();
    second.wait_until_drained();
    assert_eq!(pageviews(&second), pageviews(&kassa));
    assert_eq!(exported(&other), exported(&data));
}
