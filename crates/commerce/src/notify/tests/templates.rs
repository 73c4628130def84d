//! Letters as the admin's page looks at them.

use serde_json::json;

use super::support::Desk;
use crate::notify::MailOptions;
use crate::notify::templates::TEMPLATES;

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_can_be_looked_at() {
    for desk in Desk::each(&MailOptions::default()) {
        let bed = &desk.bed;
        let all = bed.get("/v1/templates").await;
        let rows = all["results"].as_array().unwrap();
        assert_eq!((rows.len(), &all["mailbox"]), (TEMPLATES.len() * 3, &json!(true)), "{}", bed.name);
        assert!(rows.iter().all(|row| row["own"] == json!([]) && row["flaws"] == json!([])), "{all}");
        for row in rows {
            let (name, language) = (row["name"].as_str().unwrap(), row["language"].as_str().unwrap());
            let letter = bed.get(&format!("/v1/templates/{name}?language={language}")).await;
            let text = format!("{} {}", letter["subject"], letter["text"]);
            assert!(!text.contains("{{") && !text.contains("  ,"), "{letter}");
            assert!(letter["html"].as_str().unwrap().contains(&format!("lang=\"{language}\"")), "{letter}");
        }
        let page = bed.call("GET /v1/templates/order-confirmed/page", &[], "").await;
        assert!(page.text.contains("Ann Example") && page.header("content-type").starts_with("text/html"));
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
        for (path, status) in [
            ("nothing", 404),
            ("..%2Fetc", 404),
            ("order-confirmed?language=fr", 400),
            ("order-confirmed?language=../en", 400),
            ("order-confirmed?order_id=x", 400),
            ("order-confirmed?order_id=0190a000-0000-7000-8000-000000000009", 404),
            ("order-confirmed?unknown=1", 400),
        ] {
            let found = bed.call(&format!("GET /v1/templates/{path}"), &[], "").await;
            assert_eq!(found.status, status, "{path}: {}", found.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_file_is_said_with_its_line_and_what_is_built_in_stays() {
    let desk = Desk::sqlite(MailOptions::default());
    let folder = desk.folder.path().join("templates/de");
    std::fs::create_dir_all(&folder).unwrap();
    let built_in = desk.bed.get("/v1/templates/order-shipped?language=de").await;
    std::fs::write(
        folder.join("order-shipped.txt"),
        "Subject: Los, {{customer.name}}\n\nHallo\n{{#order}}\n",
    )
    .unwrap();
    std::fs::write(folder.join("order-shipped.html"), "<p>\n{{customer.name").unwrap();
    let shown = desk.bed.get("/v1/templates/order-shipped?language=de").await;
    assert_eq!(
        (&shown["subject"], &shown["own"]),
        (&json!("Los, Ann Example"), &json!(["subject", "text", "html"]))
    );
    assert_eq!(shown["text"], built_in["text"]);
    let lines: Vec<_> =
        shown["flaws"].as_array().unwrap().iter().map(|flaw| (&flaw["part"], &flaw["line"])).collect();
    assert_eq!(lines, [(&json!("text"), &json!(4)), (&json!("html"), &json!(2))], "{shown}");
    std::fs::write(folder.join("order-shipped.txt"), "x".repeat(300 << 10)).unwrap();
    let shown = desk.bed.get("/v1/templates/order-shipped?language=de").await;
    assert_eq!((&shown["own"], &shown["flaws"][0]["line"]), (&json!(["html"]), &json!(null)), "{shown}");
    assert_eq!(desk.bed.get("/v1/templates/order-shipped").await["own"], json!([]), "of another language");
}
