//! Who may look into the data folder.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::kassa::Start;

/// Every file and folder below `folder`, itself included, with its rights.
fn rights(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
        found.push((path.clone(), metadata.permissions().mode() & 0o777));
        if metadata.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    found
}

fn errors(data: &Path) -> String {
    std::fs::read_to_string(data.with_extension("stderr")).unwrap()
}

#[test]
fn what_kassa_makes_is_for_its_account_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    assert_eq!(kassa.post("/event", r#"{"site_id":"s","event_type":"e","path":"/"}"#).status, 202);
    let product = r#"{"sku":"ps5","name":"PlayStation 5","price":{"amount_minor":49900,"currency":"USD"}}"#;
    let made = kassa.http().send(
        "POST",
        "/v1/products",
        &[("content-type", "application/json")],
        product.as_bytes(),
    );
    assert_eq!(made.unwrap().status, 201);
    kassa.wait_until_drained();
    assert_eq!(kassa.get("/v1/export?site_id=s").status, 200);
    let check = |when: &str| {
        let found = rights(&data);
        assert!(found.len() > 8, "{when}: {found:?}");
        for (path, mode) in found {
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, expected, "{when}: {} is {mode:o}", path.display());
        }
    };
    check("running");
    assert!(kassa.stop().success());
    check("stopped");
    assert!(!errors(&data).contains("chmod"), "{}", errors(&data));
}

#[test]
fn an_operator_who_opens_the_folder_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(Start::up(&data).start().stop().success());
    let open = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&data, 0o755);
    open(&data.join("kassa.db"), 0o644);
    assert!(Start::up(&data).start().stop().success(), "it does not refuse");
    let said = errors(&data);
    assert_eq!(said.matches("chmod -R go= ").count(), 1, "{said}");
    assert!(said.contains(&data.display().to_string()), "{said}");
}
