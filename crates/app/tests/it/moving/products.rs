//! Products, by CSV and JSON Lines.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{command, measured, memory, piped, text, tried};
use crate::kassa::{Kassa, Start, scaled, wait_for};

/// A shop with variants, categories in each other, a picture, a draft and what is archived.
fn fill(kassa: &Kassa) {
    let made = |path: &str, body: Value| {
        let answer = kassa.post(path, &body.to_string());
        assert_eq!(answer.status, 201, "{path} {body}: {}", answer.body);
        answer.json()
    };
    let clothes = made("/v1/categories", json!({"name": "Clothes"}));
    let shirts = made("/v1/categories", json!({"name": "Shirts", "parent_id": clothes["id"], "position": 2}));
    let price = json!({"amount_minor": 1_900, "currency": "EUR"});
    made(
        "/v1/products",
        json!({"name": "Shirt, \"linen\"", "slug": "linen-shirt", "category_id": shirts["id"], "price": price,
            "description": "Of linen\nand air", "image_url": "https://cdn.example/a.png", "options": ["Size"],
            "attributes": {"colour": "red", "weave": 1.50},
            "variants": [{"sku": "s", "options": ["S"]}, {"sku": "m", "options": ["M"], "cost": {"amount_minor": 700}}]}),
    );
    made(
        "/v1/products",
        json!({"name": "=HYPERLINK(\"http://evil\")", "sku": "f", "status": "draft", "price": price}),
    );
    let received = kassa.post("/v1/inventory/s/receive", r#"{"quantity":9}"#);
    assert_eq!(received.status, 200, "{}", received.body);
}

fn exported(data: &Path, how: &str) -> String {
    let output = tried(&["products", "export", "--as", how], data);
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_empty_shop_becomes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [from, running, still] = ["from", "running", "still"].map(|name| folder.path().join(name));
    std::fs::create_dir(&still).unwrap();
    let shop = Start::up(&from).start();
    fill(&shop);
    let other = Start::up(&running).start();
    let expected = exported(&from, "jsonl");
    assert_eq!(expected.lines().count(), 2);
    for (how, name) in [("csv", "all.csv"), ("jsonl", "all.jsonl")] {
        let file = folder.path().join(name);
        let written = file.display().to_string();
        command(&["products", "export", &written, "--as", how], &from);
        let again = tried(&["products", "export", &written], &from);
        assert!(!again.status.success(), "a file that is there was written over");
        let printed = command(&["products", "import", &written], &running);
        let made = if how == "csv" { "2 made" } else { "2 there already" };
        assert!(printed.contains(made), "{how}: {printed}");
        assert_eq!(exported(&running, "jsonl"), expected, "{how}");
        let printed = command(&["products", "import", &written], &running);
        assert!(printed.contains("nothing to do"), "{printed}");
        let printed = command(&["products", "import", &written, "--again"], &running);
        assert!(printed.contains("2 there already"), "{printed}");
    }
    assert!(shop.stop().success());
    // Both shops stand still, and a pipe lies between them.
    let out = tried(&["products", "export", "--as", "csv"], &from);
    assert!(!String::from_utf8_lossy(&out.stdout).contains("\n=HYPERLINK"), "a formula went out");
    let printed = piped(&["products", "import", "-"], &still, &out.stdout);
    assert!(printed.status.success(), "{}", text(&printed));
    assert_eq!(exported(&still, "jsonl"), expected);
    let audited = command(&["audit"], &still);
    assert!(!audited.contains("BROKEN"), "{audited}");
    drop(other);
}

#[test]
fn a_dry_run_and_lines_that_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let file = folder.path().join("products.csv");
    let mut csv = b"name,sku,price,currency\nMug,mug,12.50,USD\n,none,1,USD\nCup,cup,1.234,USD\n".to_vec();
    csv.extend(b"Bowl,bowl,3,XYZ\n\xff,x,1,USD\n=1+1,formula,1,USD\nA\0B,nul,1,USD\nPot,pot,9,USD\n");
    std::fs::write(&file, &csv).unwrap();
    let file = file.display().to_string();
    let errors = folder.path().join("errors.csv");
    let import = ["products", "import", &file, "--errors", &errors.display().to_string()].map(str::to_owned);
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let dry: Vec<&str> = import.iter().copied().chain(["--dry-run"]).collect();
    let looked = tried(&dry, &data);
    assert!(text(&looked).contains("3 made") && text(&looked).contains("5 refused"), "{}", text(&looked));
    let told = std::fs::read_to_string(&errors).unwrap();
    assert_eq!(kassa.get("/v1/products").json()["results"], json!([]), "a dry run made something");
    let done = tried(&import, &data);
    assert!(!done.status.success() && text(&done).contains("3 made"), "{}", text(&done));
    assert_eq!(std::fs::read_to_string(&errors).unwrap(), told, "both say the same");
    let numbers: Vec<&str> = told.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(numbers, ["3", "4", "5", "6", "8"], "{told}");
    let names = kassa.get("/v1/products?sort=name").json();
    let names: Vec<&str> = names["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["=1+1", "Mug", "Pot"]);
}

/// Killed again and again in the middle, then left alone: each product once.
#[test]
fn an_import_that_is_killed_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let count = scaled(20_000);
    let mut csv = String::from("name,sku,price,currency,on_hand\n");
    for number in 0..count {
        csv.push_str(&format!("Product {number},sku-{number},{}.50,USD,3\n", number % 90));
    }
    let file = folder.path().join("many.csv");
    std::fs::write(&file, csv).unwrap();
    let kassa = Start::up(&data).start();
    let mut kills = 0;
    for part in 1..=4 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
            .args(["products", "import", &file.display().to_string(), "--data", &data.display().to_string()])
            .env_remove("LD_LIBRARY_PATH")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let done = || kassa.get("/v1/admin/imports").json()["results"][0]["done_to"].as_u64().unwrap_or(0);
        let until = Instant::now() + Duration::from_secs(60);
        while done() < count * part / 6 && child.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::yield_now();
        }
        kills += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    let begun = Instant::now();
    let before = memory(kassa.pid(), "VmRSS");
    let (printed, most) = measured(&["products", "import", &file.display().to_string()], &data);
    let grown = memory(kassa.pid(), "VmHWM").saturating_sub(before);
    assert!(
        most < 300 << 10 && grown < 100 << 10,
        "the command had {most} KiB, the server grew by {grown} KiB"
    );
    assert!(printed.contains(&format!("{count} made, 0 changed, 0 there already, 0 refused")), "{printed}");
    let found = tried(&["products", "export"], &data);
    assert_eq!(String::from_utf8_lossy(&found.stdout).lines().count() as u64, count);
    let ledger = kassa.get("/v1/inventory/sku-0/ledger").json();
    assert_eq!(ledger["results"].as_array().unwrap().len(), 1, "{ledger}");
    let took = begun.elapsed();
    println!(
        "kills: {kills} of an import, {count} products, each once; the rest in {took:?}, {most} KiB, server +{grown} KiB"
    );
    assert!(kills > 0, "nothing was cut off");
    wait_for("the audit", || {
        let report = kassa.get("/v1/admin/audit").json();
        (report["ok"] == true).then_some(())
    });
}

#[test]
fn other_shops_files_are_known_by_their_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let shopify = folder.path().join("shopify.csv");
    std::fs::write(
        &shopify,
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
         Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Cost per item,Status\n\
         shirt,Shirt,<p>Of linen</p><script>alert(1)</script>,Acme,Shirts,summer,true,Size,S,shirt-s,180,shopify,12,19.00,,file:///etc/passwd,7,active\n\
         mug,Mug,,,,,true,Title,Default Title,mug,300,shopify,4,9.50,,https://cdn.example/mug.jpg,,active\n",
    )
    .unwrap();
    let done = tried(&["products", "import", &shopify.display().to_string()], &data);
    assert!(text(&done).contains("1 made") && text(&done).contains("line 2: image_url"), "{}", text(&done));
    let mug = kassa.get("/v1/products/sku:mug").json();
    assert_eq!((&mug["slug"], &mug["stock"]["available"]), (&json!("mug"), &json!(4)), "{mug}");
    let woo = folder.path().join("woo.csv");
    std::fs::write(
        &woo,
        "ID,Type,SKU,Name,Published,Description,Stock,Weight (kg),Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n\
         11,variable,hat,Hat,1,Of felt,,,,Clothes > Hats,https://a.example/1.jpg,,Size,\"S, M\"\n\
         12,variation,hat-s,Hat - S,1,,12,0.18,19,,,hat,Size,S\n\
         13,variation,hat-m,Hat - M,1,,,0.2,21,,,id:11,Size,M\n",
    )
    .unwrap();
    assert!(command(&["products", "import", &woo.display().to_string()], &data).contains("1 made"));
    let hat = kassa.get("/v1/products/sku:hat-s").json();
    assert_eq!((hat["variants"].as_array().unwrap().len(), &hat["category"]), (2, &json!("Hats")), "{hat}");
}
