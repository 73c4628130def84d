//! A message of JSON-RPC 2.0, as far as a server reads it.

use serde_json::{Map, Value, json};

/// A request, with what it asks for.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: Value,
    pub(super) call: Call,
}

/// What a request asks for.
#[derive(Debug)]
pub(super) enum Call {
    Initialize {
        version: String,
    },
    Ping,
    Tools,
    Tool {
        name: String,
        arguments: Map<String, Value>,
    },
    /// What is not done here.
    Other(String),
}

/// Why a request is not carried out: a code of JSON-RPC's, and a sentence.
#[derive(Debug)]
pub(super) struct Fault {
    code: i32,
    message: String,
}

impl Fault {
    /// The parameters are wrong.
    pub(super) fn params(message: impl Into<String>) -> Self {
        Self { code: -32_602, message: message.into() }
    }

    /// There is no such method.
    pub(super) fn method(name: &str) -> Self {
        let name: String = name.chars().take(64).collect();
        Self { code: -32_601, message: format!("there is no method {name:?}") }
    }

    fn request(message: &str) -> Self {
        Self { code: -32_600, message: message.to_owned() }
    }

    /// The answer to the request `id`.
    pub(super) fn of(&self, id: &Value) -> Value {
        json!({"jsonrpc": "2.0", "id": id, "error": {"code": self.code, "message": self.message}})
    }
}

impl Message {
    /// `None` for one that asks nothing: a notification, or an answer to what was never asked.
    ///
    /// # Errors
    /// What is no request, whose id cannot be told.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let unread = |_| Fault { code: -32_700, message: "the body is no JSON".to_owned() };
        let value: Value = serde_json::from_slice(bytes).map_err(unread)?;
        let Value::Object(members) = value else {
            return Err(Fault::request("a message is a JSON object; several at once are not taken"));
        };
        if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(Fault::request("jsonrpc must be \"2.0\""));
        }
        let Some(method) = members.get("method") else {
            let is_answer = members.contains_key("result") || members.contains_key("error");
            return if is_answer { Ok(None) } else { Err(Fault::request("method is missing")) };
        };
        let method = method.as_str().ok_or_else(|| Fault::request("method must be a string"))?;
        let id = match members.get("id") {
            None => return Ok(None),
            Some(id @ (Value::String(_) | Value::Number(_))) => id.clone(),
            Some(_) => return Err(Fault::request("id must be a string or a number")),
        };
        let params = members.get("params").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok(Some(Self { id, call: Call::of(method, params) }))
    }
}

impl Call {
    fn of(method: &str, mut params: Map<String, Value>) -> Self {
        let text = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match method {
            "initialize" => Self::Initialize { version: text("protocolVersion") },
            "ping" => Self::Ping,
            "tools/list" => Self::Tools,
            "tools/call" => {
                let name = text("name");
                let arguments = match params.remove("arguments") {
                    Some(Value::Object(arguments)) => arguments,
                    _ => Map::new(),
                };
                Self::Tool { name, arguments }
            }
            other => Self::Other(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_or_refused_with_a_code() {
        let check = |text: &str, expected: &str| {
            let found = match Message::parse(text.as_bytes()) {
                Ok(None) => "nothing".to_owned(),
                Ok(Some(message)) => format!("{} {:?}", message.id, message.call),
                Err(fault) => fault.code.to_string(),
            };
            assert_eq!(found, expected, "{text}");
        };
        check("{", "-32700");
        check("\u{ff}", "-32700");
        check("[]", "-32600");
        check("null", "-32600");
        check(r#"{"id":1,"method":"ping"}"#, "-32600");
        check(r#"{"jsonrpc":"2.0","id":1}"#, "-32600");
        check(r#"{"jsonrpc":"2.0","id":1,"method":7}"#, "-32600");
        check(r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "-32600");
        check(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "nothing");
        check(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, "nothing");
        check(r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":7}"#, "\"a\" Ping");
        check(r#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#, "1 Other(\"resources/list\")");
        let call =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"orders","arguments":[]}}"#;
        check(call, "1 Tool { name: \"orders\", arguments: {} }");
    }
}
