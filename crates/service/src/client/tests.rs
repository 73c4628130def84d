//! The client against real sockets: answers, refusals, silence, and connections that break.

use axum::Router;
use axum::extract::Request as Incoming;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

async fn serve(router: Router) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Client::new(&url, Some("secret")).unwrap()
}

/// Answers every connection's first request with `answer` and closes.
async fn raw(answer: &'static str) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Client::new(&url, None).unwrap()
}

async fn echo(request: Incoming) -> (StatusCode, String) {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers[name].to_str().unwrap().to_owned();
    let sent = format!("{} {} {}", header("authorization"), header("content-type"), header("if-match"));
    let body = body.collect().await.unwrap().to_bytes();
    (StatusCode::UNPROCESSABLE_ENTITY, format!("{sent} {}", String::from_utf8_lossy(&body)))
}

fn describe(sent: &Sent) -> String {
    match sent {
        Sent::Answer(answer) => {
            format!("{} {}", answer.status.as_u16(), String::from_utf8_lossy(&answer.body))
        }
        Sent::NotSent(_) => "not sent".to_owned(),
        Sent::Unknown(_) => "unknown".to_owned(),
    }
}

#[tokio::test]
async fn sends_json_with_the_token_and_reads_any_status() {
    let client = serve(Router::new().route("/a/b", post(echo))).await;
    let call = Call::post("/a/b", &serde_json::json!({"n": 1})).unwrap();
    let sent = client.send(call.header(axum::http::header::IF_MATCH, "\"1\"")).await;
    assert_eq!(describe(&sent), "422 Bearer secret application/json \"1\" {\"n\":1}");
    assert!(!sent.is_failure());
}

#[tokio::test]
async fn says_what_is_known() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let nobody = Client::new(&format!("http://127.0.0.1:{port}"), None).unwrap();
    assert_eq!(describe(&nobody.send(Call::get("/")).await), "not sent");

    let slow = Router::new().route("/", get(|| tokio::time::sleep(Duration::from_secs(60))));
    let call = || Call::get("/").within(Duration::from_millis(50));
    assert_eq!(describe(&serve(slow).await.send(call()).await), "unknown");

    assert_eq!(describe(&raw("").await.send(Call::get("/")).await), "unknown");
    let short = raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    assert_eq!(describe(&short.send(Call::get("/")).await), "unknown");

    let broken = raw("HTTP/1.1 503 Gone\r\ncontent-length: 0\r\n\r\n").await.send(Call::get("/")).await;
    assert_eq!(describe(&broken), "503 ");
    assert!(broken.is_failure());
}

#[tokio::test]
async fn reads_no_endless_answer() {
    let endless = Router::new().route("/", get(|| async { vec![b'x'; ANSWER_BYTES_MAX + 1] }));
    assert_eq!(describe(&serve(endless).await.send(Call::get("/")).await), "unknown");
}

#[test]
fn calls_http_addresses_only() {
    for bad in [
        "",
        "127.0.0.1:1",
        "https://127.0.0.1:1",
        "http://",
        "sqlite:x",
        "http://a/?b=c",
        "http://a:port",
        "http://a:",
        "http://u:p@a:1",
    ] {
        assert!(Client::new(bad, None).is_err(), "{bad}");
    }
    assert!(Client::new("http://127.0.0.1:1", Some("a\nb")).is_err());
    assert!(Client::new("http://127.0.0.1:1/prefix/", None).is_ok());
    assert!(Client::new("http://[::1]:7101", None).is_ok() && Client::new("http://inventory", None).is_ok());
    let said = Client::new("http://u:secret@a:1", None).unwrap_err().to_string();
    assert!(said.contains("http://u:********@a:1"), "{said}");
}
