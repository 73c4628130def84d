//! A backup that is older than an erasure, restored: with the list of erasures she is erased again before anybody can start on it.

use std::path::Path;

use super::{EMAIL, HERS, bytes_below, found, is_gone, kassa_says, lived_in, revenue};
use crate::kassa::{Start, run, run_with};

fn restore(from: &Path, to: &Path, more: &[&str]) -> (bool, String) {
    let (from, to) = (from.display().to_string(), to.display().to_string());
    let mut arguments = vec!["restore", "--from", &from, "--data", &to];
    arguments.extend(more);
    let output = run(&arguments);
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

#[test]
fn who_was_erased_after_a_backup_is_erased_again_by_its_restore() {
    let folder = tempfile::tempdir().unwrap();
    let [data, backup, without, with] =
        ["data", "backup", "without", "with"].map(|name| folder.path().join(name));
    let kassa = Start::up(&data).start();
    lived_in(&kassa);
    let before = revenue(&kassa);
    assert!(kassa.stop().success());
    // Erased before the backup, and of no matter to it.
    kassa_says(&data, &["privacy", "erase", "--email", "early@shop.test"]);
    kassa_says(&data, &["backup", "--to", &backup.display().to_string()]);
    for who in [["--email", EMAIL], ["--user", "user-4711"], ["--email", "nobody@shop.test"]] {
        kassa_says(&data, &["privacy", "erase", who[0], who[1]]);
    }
    let list = folder.path().join("erasures.json");
    let text = kassa_says(&data, &["privacy", "list", "--json"]);
    assert_eq!(found(&text, &HERS), [""; 0], "the list names nobody");
    std::fs::write(&list, &text).unwrap();
    let list = list.display().to_string();

    let (done, said) = restore(&backup, &without, &[]);
    assert!(done && said.contains("--erasures"), "{said}");
    assert!(found(&bytes_below(&without), &HERS).len() >= 6, "without the list she is there again");
    // Killed while she is erased, and where all was done: nobody starts on it, and it is repeated.
    for point in ["privacy.after_shop=1", "privacy.before_end=1", "restore.before_end=1"] {
        let arguments = [
            "restore",
            "--from",
            &backup.display().to_string(),
            "--data",
            &with.display().to_string(),
            "--erasures",
            &list,
        ];
        let killed = run_with(&arguments, &[("KASSA_FAILPOINTS", point)]);
        assert_eq!(killed.status.code(), None, "{point}: {killed:?}");
        let refused = Start::up(&with).try_start().map(|_| ()).unwrap_err();
        assert!(refused.contains("was not finished"), "{point}: {refused}");
    }
    let (done, said) = restore(&backup, &with, &["--erasures", &list]);
    assert!(done && said.contains("3 erasures"), "{said}");
    assert_eq!(found(&bytes_below(&with), &HERS), [""; 0], "in the bytes of the files");
    is_gone(&with, &before);
    // The list is whole there, for whoever restores with that one.
    assert_eq!(kassa_says(&with, &["privacy", "list"]).lines().count(), 4);
}

#[test]
fn a_list_that_is_none_restores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [data, backup, to, list] = ["data", "backup", "to", "list.json"].map(|name| folder.path().join(name));
    assert!(Start::up(&data).start().stop().success());
    kassa_says(&data, &["backup", "--to", &backup.display().to_string()]);
    let list_text = list.display().to_string();
    let check = |text: &str, why: &str| {
        std::fs::write(&list, text).unwrap();
        let (done, said) = restore(&backup, &to, &["--erasures", &list_text]);
        assert!(!done && said.contains(why), "{text}: {said}");
        assert!(!to.exists() || std::fs::read_dir(&to).unwrap().count() <= 2, "{text}");
    };
    check("{}", "is no list");
    check("nonsense", "is no list");
    check(
        r#"{"results":[{"id":"1","kind":"email","subject":"x","asked_by":"a","asked_at":"yesterday"}]}"#,
        "is no list",
    );
    std::fs::remove_file(&list).unwrap();
    let (done, said) = restore(&backup, &to, &["--erasures", &list_text]);
    assert!(!done && said.contains("cannot read"), "{said}");
}
