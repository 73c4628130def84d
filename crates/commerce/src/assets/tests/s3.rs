//! Pictures on S3: on a server that is there where `KASSA_TEST_S3` names one, and what is said where there is none.

use std::sync::Arc;

use image::ImageFormat;

use super::{asset, corners, file, served, upload};
use crate::assets::{AssetOptions, Assets, Files, S3Options};
use crate::shop::ShopOptions;
use crate::testing::Bed;

fn over(options: &S3Options) -> Bed {
    let assets = Assets::new(Files::s3(options).unwrap(), AssetOptions::default());
    Bed::sqlite().with(ShopOptions { assets: Some(Arc::new(assets)), ..ShopOptions::default() })
}

/// `http://key:secret@127.0.0.1:9000/bucket`.
fn named() -> Option<S3Options> {
    let url = std::env::var("KASSA_TEST_S3").ok()?;
    let (who, place) = url.strip_prefix("http://")?.split_once('@')?;
    let (key, secret) = who.split_once(':')?;
    let (host, bucket) = place.split_once('/')?;
    Some(S3Options {
        bucket: bucket.to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: format!("http://{host}"),
        access_key_id: key.to_owned(),
        secret_access_key: secret.to_owned(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_keeps_pictures_as_a_folder_does() {
    let Some(options) = named() else {
        println!("KASSA_TEST_S3 names no server");
        return;
    };
    let bed = over(&options);
    // Another each time, so that the bucket does not know it.
    let side = 300 + u32::from(uuid::Uuid::now_v7().as_bytes()[15]);
    let jpeg = file(corners(1_700, side), ImageFormat::Jpeg);
    let made = asset(&bed, &jpeg).await;
    for (asked, width) in [(320, 320), (640, 640), (960, 960), (1_600, 1_600)] {
        let (reply, image) = served(&bed, &made["id"], asked).await;
        assert_eq!((image.width(), reply.header("content-type")), (width, "image/jpeg"));
    }
    assert_eq!(upload(&bed, &jpeg).await.status, 200);
    let small = asset(&bed, &file(corners(side, 9), ImageFormat::Png)).await;
    assert_eq!(served(&bed, &small["id"], 1_600).await.1.width(), side, "the next smaller one");
    let unknown = bed.call(&format!("GET /assets/i/{}-320", "0".repeat(64)), &[], "").await;
    assert_eq!(unknown.status, 404, "{}", unknown.text);
    for wrong in [
        S3Options { secret_access_key: "wrong".to_owned(), ..options.clone() },
        S3Options { bucket: "not-there".to_owned(), ..options.clone() },
    ] {
        let bed = over(&wrong);
        let reply = upload(&bed, &jpeg).await;
        assert_eq!((reply.status, reply.problem().as_str()), (503, "unavailable"), "{wrong:?}");
        assert!(!reply.text.contains(&options.secret_access_key), "{}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_away_is_said() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = S3Options {
        bucket: "pictures".to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: format!("http://{closed}"),
        access_key_id: "key".to_owned(),
        secret_access_key: "a-secret".to_owned(),
    };
    assert!(!format!("{options:?}").contains("a-secret"));
    let bed = over(&options);
    let reply = upload(&bed, &file(corners(8, 8), ImageFormat::Png)).await;
    assert_eq!((reply.status, reply.problem().as_str()), (503, "unavailable"), "{}", reply.text);
    assert_eq!(reply.header("retry-after"), "5");
    // What is no picture is told so, for nobody needs to be asked.
    assert_eq!(upload(&bed, b"hello").await.status, 400);
    let read = bed.call(&format!("GET /assets/i/{}-320", "0".repeat(64)), &[], "").await;
    assert_eq!(read.status, 503, "{}", read.text);
}
