//! `POST /mcp`: the Model Context Protocol over streamable HTTP, for programs that ask on somebody's behalf. Its tools read, and
//! each is a route of the API, asked as the caller would ask it: a key's scopes hold as they do there. There is no session and no
//! stream; every answer is one message of JSON-RPC 2.0.
//!
//! ```json
//! {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"orders","arguments":{"payment_status":"unpaid"}}}
//! {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{\"results\":[…]}"}],"isError":false}}
//! ```

mod ask;
mod message;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::{Access, Caller};
use kassa_service::{Json, Permit, Problem, Protected, RouteClass, body, protected};
use serde_json::{Value, json};

use message::{Call, Fault, Message};

/// The versions of the protocol that are spoken, the newest first.
const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

const INSTRUCTIONS: &str = "Reports, products and orders of a shop, to read. `definitions` names the metrics and dimensions of \
                            `query`. Amounts are in the smallest unit of their currency.";

/// The API that tools ask, and who decides whom it lets in.
pub(crate) struct Mcp {
    access: Arc<Access>,
    api: Router,
}

/// The route; `api` is everything else that this process serves.
pub(crate) fn routes(access: Arc<Access>, api: Router) -> Protected {
    Protected::new().route("/mcp", protected::post(answer_message)).with_state(Arc::new(Mcp { access, api }))
}

/// Whoever has a key or a session, whatever it is for. A share link's reports are looked at by people.
struct Known;

impl Permit for Known {}

impl FromRequestParts<Arc<Mcp>> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, mcp: &Arc<Mcp>) -> Result<Self, Problem> {
        match mcp.access.admit(parts, RouteClass::Native)? {
            Caller::Share(_) => Err(Problem::forbidden("a share link does not show this")),
            _ => Ok(Self),
        }
    }
}

/// `POST /mcp`: one message. 202 where it asks nothing.
async fn answer_message(
    _: Known,
    State(mcp): State<Arc<Mcp>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    speaks(&parts.headers)?;
    let bytes = body::read(body).await?;
    let message = match Message::parse(&bytes) {
        Ok(Some(message)) => message,
        Ok(None) => return Ok(StatusCode::ACCEPTED.into_response()),
        Err(fault) => return Ok((StatusCode::BAD_REQUEST, Json(fault.of(&Value::Null))).into_response()),
    };
    let answer = match carry_out(&mcp, &parts.headers, &message).await {
        Ok(result) => json!({"jsonrpc": "2.0", "id": message.id, "result": result}),
        Err(fault) => fault.of(&message.id),
    };
    Ok(Json(answer).into_response())
}

/// After the first message clients say which version was agreed on.
fn speaks(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(version) = headers.get("mcp-protocol-version") else { return Ok(()) };
    if VERSIONS.iter().any(|known| version == known) {
        return Ok(());
    }
    let known = VERSIONS.join(", ");
    Err(Problem::bad_request(format!(
        "the version of the protocol is none of those that are spoken: {known}"
    )))
}

async fn carry_out(mcp: &Mcp, headers: &HeaderMap, message: &Message) -> Result<Value, Fault> {
    match &message.call {
        Call::Initialize { version } => {
            let agreed = VERSIONS.into_iter().find(|known| known == version).unwrap_or(VERSIONS[0]);
            let info = json!({"name": "kassa", "title": "kassa", "version": env!("CARGO_PKG_VERSION")});
            let tools = json!({"tools": {"listChanged": false}});
            Ok(json!({"protocolVersion": agreed, "capabilities": tools, "serverInfo": info,
                "instructions": INSTRUCTIONS}))
        }
        Call::Ping => Ok(json!({})),
        Call::Other(method) => Err(Fault::method(method)),
        Call::Tools => Ok(json!({"tools": tools::listed()})),
        Call::Tool { name, arguments } => {
            let tool = tools::named(name).ok_or_else(|| Fault::params(format!("unknown tool {name:?}")))?;
            let request = ask::request(tool, arguments, headers).map_err(Fault::params)?;
            Ok(ask::ask(mcp.api.clone(), request).await)
        }
    }
}
