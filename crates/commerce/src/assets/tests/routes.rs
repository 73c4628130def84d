//! The routes of pictures, over both engines.

use image::ImageFormat;
use serde_json::{Value, json};

use super::{asset, corners, file, served, upload};
use crate::assets::{AssetOptions, Assets, Files};
use crate::shop::ShopOptions;
use crate::testing::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_one_asset_however_often_it_comes() {
    for bed in Bed::each() {
        let jpeg = file(corners(2_000, 1_000), ImageFormat::Jpeg);
        let reply = upload(&bed, &jpeg).await;
        let made = reply.json();
        assert_eq!(
            (reply.status, &made["width"], &made["height"], &made["mime"]),
            (201, &json!(1_600), &json!(800), &json!("image/jpeg")),
            "{}",
            bed.name
        );
        let id = made["id"].as_str().unwrap();
        assert_eq!(reply.header("location"), format!("/assets/i/{id}-1600"));
        let (largest, _) = served(&bed, &made["id"], 1_600).await;
        assert_eq!(made["bytes"], largest.bytes.len());
        let again = upload(&bed, &jpeg).await;
        assert_eq!((again.status, again.json()), (200, made.clone()), "{}", bed.name);
        // Two at once are one, too.
        let png = file(corners(8, 8), ImageFormat::Png);
        let (one, other) = tokio::join!(upload(&bed, &png), upload(&bed, &png));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert!(statuses == [200, 201], "{}: {statuses:?}", bed.name);
        assert_eq!(one.json()["id"], other.json()["id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_width_is_never_more_than_came() {
    let bed = Bed::sqlite();
    for (came, widths) in [
        (2_000, [320, 640, 960, 1_600]),
        (1_600, [320, 640, 960, 1_600]),
        (1_000, [320, 640, 960, 1_000]),
        (500, [320, 500, 500, 500]),
        (320, [320, 320, 320, 320]),
        (7, [7, 7, 7, 7]),
    ] {
        let made = asset(&bed, &file(corners(came, 2 * came), ImageFormat::Jpeg)).await;
        assert_eq!(made["width"], widths[3], "{made}");
        for (asked, width) in [320, 640, 960, 1_600].into_iter().zip(widths) {
            let (reply, image) = served(&bed, &made["id"], asked).await;
            assert_eq!((image.width(), image.height()), (width, 2 * width), "{came} at {asked}");
            assert_eq!(reply.header("content-length"), reply.bytes.len().to_string());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_may_be_kept_for_ever() {
    let bed = Bed::sqlite();
    let made = asset(&bed, &file(corners(400, 400), ImageFormat::Png)).await;
    let path = format!("/assets/i/{}-320", made["id"].as_str().unwrap());
    let reply = bed.call(&format!("GET {path}"), &[], "").await;
    let etag = reply.header("etag").to_owned();
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(
        (reply.header("content-type"), reply.header("x-content-type-options")),
        ("image/jpeg", "nosniff")
    );
    let head = bed.call(&format!("HEAD {path}"), &[], "").await;
    assert_eq!(
        (head.status, head.header("content-length"), head.header("etag"), head.bytes.len()),
        (200, reply.header("content-length"), etag.as_str(), 0)
    );
    let known = bed.call(&format!("GET {path}"), &[&format!("if-none-match: {etag}")], "").await;
    assert_eq!((known.status, known.bytes.len(), known.header("etag")), (304, 0, etag.as_str()));
    let id = made["id"].as_str().unwrap();
    for name in [
        format!("{id}-321"),
        format!("{id}-0320"),
        format!("{id}-"),
        id.to_owned(),
        format!("{}-320", id.to_uppercase()),
        format!("{}-320", "0".repeat(64)),
        format!("{id}-320%2F..%2F..%2Fkassa.db"),
        "..-320".to_owned(),
        "%FF-320".to_owned(),
    ] {
        let reply = bed.call(&format!("GET /assets/i/{name}"), &[], "").await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"), "{name}");
    }
    assert_eq!(bed.call(&format!("POST {path}"), &[], "").await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_lost_are_made_again() {
    let bed = Bed::sqlite();
    let jpeg = file(corners(700, 700), ImageFormat::Jpeg);
    let made = asset(&bed, &jpeg).await;
    let folder = crate::testing::assets_of(&bed);
    let id = made["id"].as_str().unwrap();
    let lost = folder.join(&id[..2]).join(format!("{id}-640"));
    let before = std::fs::read(&lost).unwrap();
    std::fs::remove_file(&lost).unwrap();
    let (_, smaller) = served(&bed, &made["id"], 640).await;
    assert_eq!(smaller.width(), 320, "what there is of it is shown");
    assert_eq!(upload(&bed, &jpeg).await.status, 200);
    assert_eq!(std::fs::read(&lost).unwrap(), before);
    let left: Vec<_> =
        std::fs::read_dir(lost.parent().unwrap()).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(left.len(), 3, "nothing unfinished is left: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_change_the_catalogue_uploads_nothing() {
    let bed = Bed::sqlite().closed();
    let png = file(corners(8, 8), ImageFormat::Png);
    assert_eq!(bed.call("POST /v1/assets", &[], png.clone()).await.status, 401);
    let key = "authorization: Bearer an-admin-token-for-tests";
    let made = bed.call("POST /v1/assets", &[key], png.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    // Anyone looks at it.
    served(&bed, &made.json()["id"], 320).await;
    let foreign = ["origin: https://evil.example", key];
    assert_eq!(bed.call("POST /v1/assets", &foreign, png.clone()).await.status, 403);
    assert_eq!(bed.call("POST /v1/assets?name=x", &[key], png).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_bytes_and_pixels_and_no_more() {
    let bed = Bed::sqlite();
    let png = file(corners(100, 50), ImageFormat::Png);
    let with = |bytes_max: usize, pixels_max: u64| {
        let folder = tempfile::tempdir().unwrap();
        let options = AssetOptions { bytes_max, pixels_max, workers: 1 };
        let assets = Assets::new(Files::folder(folder.path()).unwrap(), options);
        (ShopOptions { assets: Some(assets.into()), ..ShopOptions::default() }, folder)
    };
    let mut bed = bed;
    for (bytes_max, pixels_max, status) in
        [(png.len(), 5_000, 201), (png.len() - 1, 5_000, 413), (png.len(), 4_999, 400)]
    {
        let (options, _folder) = with(bytes_max, pixels_max);
        bed = bed.with(options);
        let reply = upload(&bed, &png).await;
        assert_eq!(reply.status, status, "{bytes_max} {pixels_max}: {}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_wait_or_are_told_to_come_again() {
    let bed = std::sync::Arc::new(Bed::sqlite());
    let mut all = tokio::task::JoinSet::new();
    for side in 0..24 {
        let (bed, png) = (std::sync::Arc::clone(&bed), file(corners(600 + side, 600), ImageFormat::Png));
        all.spawn(async move { upload(&bed, &png).await.status });
    }
    let statuses = all.join_all().await;
    assert!(statuses.iter().all(|status| [201, 503].contains(status)), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 201).count() >= 8, "{statuses:?}");
    // Afterwards there is room.
    assert_eq!(upload(&bed, &file(corners(3, 3), ImageFormat::Png)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_for_files_there_are_no_routes() {
    let mut bed = Bed::sqlite();
    bed.shop = crate::Shop::new(
        crate::Databases::all_in(&bed.db),
        bed.shop.access.clone(),
        bed.clock.clone(),
        ShopOptions::default(),
        &kassa_service::Metrics::new("test"),
    );
    assert_eq!(upload(&bed, b"x").await.status, 404);
    let products = bed.get("/v1/products").await;
    assert_eq!(products["results"], Value::Array(Vec::new()));
}
