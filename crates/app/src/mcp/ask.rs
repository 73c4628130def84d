//! A tool's call as a request to the API, by the same caller; and its answer as a tool's.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, IF_MATCH,
    IF_NONE_MATCH, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use super::tools::Tool;

/// What a tool answers at most.
const BYTES_MAX: usize = 1 << 20;

/// What a request says of its own body, and of the answer that it wants: the tool's is another.
const OF_ONE_REQUEST: [HeaderName; 10] = [
    ACCEPT,
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    IF_MATCH,
    IF_NONE_MATCH,
    TRANSFER_ENCODING,
];

/// The request that `tool` is, by the caller who sent `headers`.
///
/// # Errors
/// A sentence about arguments that no query can hold.
pub(super) fn request(
    tool: &Tool,
    arguments: &Map<String, Value>,
    headers: &HeaderMap,
) -> Result<Request, String> {
    let mut headers = headers.clone();
    for name in OF_ONE_REQUEST {
        headers.remove(name);
    }
    let (uri, body) = if tool.method == Method::GET {
        (format!("{}{}", tool.path, query(arguments)?), Body::empty())
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        (tool.path.clone(), Body::from(json!(arguments).to_string()))
    };
    let mut request = Request::builder().method(tool.method.clone()).uri(uri).body(body);
    if let Ok(request) = &mut request {
        *request.headers_mut() = headers;
    }
    request.map_err(|_| "the arguments are too long".to_owned())
}

/// `?name=value&…`; nothing without arguments.
fn query(arguments: &Map<String, Value>) -> Result<String, String> {
    let mut text = String::new();
    for (name, value) in arguments {
        let value = match value {
            Value::String(value) => value.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(format!("{name} must be a text, a number, true or false")),
        };
        text.push(if text.is_empty() { '?' } else { '&' });
        encode(&mut text, name);
        text.push('=');
        encode(&mut text, &value);
    }
    Ok(text)
}

fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                into.push(char::from(byte))
            }
            _ => into.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// What the API answers, as a tool's result: a refusal is one, too, which says what is wrong.
pub(super) async fn ask(api: Router, request: Request) -> Value {
    let answer = match api.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let refused = !answer.status().is_success();
    let text = match to_bytes(answer.into_body(), BYTES_MAX).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => return result("the answer is too long: ask for less", true),
    };
    result(&text, refused)
}

fn result(text: &str, is_error: bool) -> Value {
    json!({"content": [{"type": "text", "text": text}], "isError": is_error})
}
