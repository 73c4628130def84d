//! Mails that go to a folder.

use kassa_db::params;

use super::support::{Desk, confirmed, eventually};
use crate::notify::{MailOptions, WorkOptions};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_mails_and_obeys_none() {
    let desk = Desk::sqlite(MailOptions::default());
    let page = desk.bed.call("GET /mailbox", &[], "").await;
    assert!(page.status == 200 && page.text.contains("No mail yet"), "{}", page.text);
    let running = desk.read().await;
    let mut evil = confirmed(1, "ann@b.test");
    evil["order"]["customer"]["name"] = "\"><script>alert(1)</script>".into();
    desk.publish(&[evil]).await;
    desk.all_read().await;
    running.end().await;
    let page = desk.bed.call("GET /mailbox", &[], "").await;
    assert!(page.text.contains("Your order 1 at Shop") && page.text.contains("ann@b.test"), "{}", page.text);
    let link = page.text.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mail = desk.bed.call(&format!("GET {link}"), &[], "").await;
    assert!(mail.status == 200 && mail.text.contains("2 × Mug"), "{}", mail.text);
    for page in [&page, &mail] {
        assert!(!page.text.contains("<script"), "{}", page.text);
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    }
    // The mail in its frame is a text that is escaped, in which what was escaped before is escaped again.
    assert!(mail.text.contains("<iframe sandbox") && mail.text.contains("&amp;lt;script"), "{}", mail.text);
    for unknown in ["x", "0190a000-0000-7000-8000-000000000009"] {
        assert_eq!(desk.bed.call(&format!("GET /mailbox/{unknown}"), &[], "").await.status, 404);
    }
    // Where mails go to a server it is not there.
    let mail = MailOptions { url: "smtp://127.0.0.1:1".parse().unwrap(), ..MailOptions::default() };
    assert_eq!(Desk::sqlite(mail).bed.call("GET /mailbox", &[], "").await.status, 404);
}

/// Whoever ordered is written to in the language in which they read the shop, and whoever runs it in its first.
#[tokio::test(flavor = "multi_thread")]
async fn mails_are_in_the_language_of_the_order() {
    let desk = Desk::sqlite(MailOptions { staff: vec!["owner@b.test".to_owned()], ..MailOptions::default() });
    let running = desk.read().await;
    let mut german = confirmed(1, "ann@b.test");
    german["order"]["language"] = "de-AT".into();
    let mut unknown = confirmed(2, "bob@b.test");
    unknown["order"]["language"] = "tlh".into();
    desk.publish(&[german, unknown, confirmed(3, "eve@b.test")]).await;
    desk.all_read().await;
    running.end().await;
    let page = desk.bed.call("GET /mailbox", &[], "").await.text;
    let subject = |number: u64, first: &str| format!(">{first} {number}");
    for expected in [
        subject(1, "Ihre Bestellung"),
        subject(2, "Your order"),
        subject(3, "Your order"),
        subject(1, "New order"),
        subject(2, "New order"),
        subject(3, "New order"),
    ] {
        assert_eq!(page.matches(&expected).count(), 1, "{expected}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_lie_in_the_folder_and_the_newest_stay() {
    let desk = Desk::sqlite(MailOptions::default());
    let running = desk.read().await;
    desk.publish(&[confirmed(1, "ann@b.test"), confirmed(2, "bob@b.test")]).await;
    desk.all_read().await;
    let folder = desk.folder.path().join("mailbox");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..1_001 {
        std::fs::write(folder.join(format!("0000{number:04}.eml")), "old").unwrap();
    }
    let sending = desk.send(WorkOptions::default());
    eventually("the mails lie there", async || desk.count("sent") == 2).await;
    sending.end().await;
    running.end().await;
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!((names.len(), names[0].as_str()), (1_000, "00000003.eml"));
    let ids =
        desk.bed.write(|tx| tx.all("SELECT id FROM deliveries ORDER BY id", params![], |row| row.text(0)));
    assert_eq!(names[998..], [format!("{}.eml", ids[0]), format!("{}.eml", ids[1])]);
    let mail = std::fs::read_to_string(folder.join(&names[998])).unwrap();
    assert!(mail.contains("To: ann@b.test\r\n") && mail.contains("Subject: Your order 1 at Shop"), "{mail}");
}
