//! Pictures through the whole program: bodies longer than others, beside the pages' own files, on the disk before the answer.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;

use serde_json::json;

use crate::http::Answer;
use crate::kassa::{DEADLINE, Kassa, Start};

/// A picture of two pixels.
pub(crate) const PICTURE: &[u8] =
    b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x01\x08\x02\x00\x00\x00{@\
    \xe8\xdd\x00\x00\x00\x0dIDATx\xdac8!\x07\x04'\x00\x07#\x02\x09;\x06\x9a)\x00\x00\x00\x00IEND\xaeB`\
    \x82";

fn upload(kassa: &Kassa, body: &[u8]) -> Answer {
    kassa.http().send("POST", "/v1/assets", &[("content-type", "image/png")], body).unwrap()
}

/// The picture with so many bytes in all; those behind its end are nobody's business.
fn long(bytes: usize) -> Vec<u8> {
    let mut long = PICTURE.to_vec();
    long.resize(bytes, 0);
    long
}

#[test]
fn a_picture_may_be_longer_than_other_bodies() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_ASSETS__MAX_BYTES", "6000000").start();
    for bytes in [5 << 20, 6_000_000] {
        let answer = upload(&kassa, &long(bytes));
        assert_eq!(answer.status, 201, "{bytes}: {answer:?}");
    }
    for (path, bytes) in [("/v1/assets", 6_000_001), ("/v1/products", 5 << 20)] {
        let answer = declare(&kassa, path, bytes);
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path} {bytes}: {answer}");
    }
}

/// How a body of so many bytes is answered before it is sent.
fn declare(kassa: &Kassa, path: &str, bytes: usize) -> String {
    let authority = kassa.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(stream, "POST {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-length: {bytes}\r\n\r\n").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    answer
}

#[test]
fn pictures_are_served_beside_the_pages_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let made = upload(&kassa, PICTURE);
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["width"], 2);
    let path = format!("/assets/i/{id}-1600");
    assert_eq!(made.header("location"), Some(path.as_str()));
    let (read, head) = (kassa.get(&path), kassa.http().send("HEAD", &path, &[], b"").unwrap());
    for answer in [&read, &head] {
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")), "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    assert_eq!(read.header("content-length"), head.header("content-length"));
    for (path, status) in [("/assets/i/nothing-320", 404), ("/assets/i/", 404), ("/assets/nothing.js", 404)] {
        assert_eq!(kassa.get(path).status, status, "{path}");
    }
    let product = json!({"name": "Print", "price": {"amount_minor": 1}, "images": [{"id": id}]});
    assert_eq!(kassa.post("/v1/products", &product.to_string()).status, 201);
    assert!(kassa.stop().success());
    assert_eq!(files_below(&data.join("assets")), 1);
    let kassa = Start::up(&data).start();
    assert_eq!(kassa.get(&path).status, 200);
    assert_eq!(kassa.get("/v1/products").json()["results"][0]["images"][0]["id"], id);
    assert_eq!(upload(&kassa, PICTURE).status, 200, "it is known");
}

fn files_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}
