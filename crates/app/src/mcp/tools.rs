//! The tools: routes of the API that read, each with what its description says that it takes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::api;

/// A tool, and the operation of the API that it is.
const TOOLS: [(&str, &str); 8] = [
    ("query", "query"),
    ("definitions", "listDefinitions"),
    ("funnel", "funnel"),
    ("products", "listProducts"),
    ("product_performance", "productPerformance"),
    ("orders", "listOrders"),
    ("trust", "getTrust"),
    ("audit", "getAudit"),
];

/// A tool as it is asked.
#[derive(Debug)]
pub(super) struct Tool {
    name: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    /// As `tools/list` has it.
    listed: Value,
}

static ALL: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(api::DESCRIPTION).expect("a test has read it");
    TOOLS.iter().filter_map(|(name, operation)| tool(&document, name, operation)).collect()
});

/// All of them, as `tools/list` has them.
pub(super) fn listed() -> Vec<&'static Value> {
    ALL.iter().map(|tool| &tool.listed).collect()
}

/// The tool of that name.
pub(super) fn named(name: &str) -> Option<&'static Tool> {
    ALL.iter().find(|tool| tool.name == name)
}

fn tool(document: &Value, name: &'static str, operation: &str) -> Option<Tool> {
    for (path, methods) in document["paths"].as_object()? {
        let found = methods.as_object()?.iter().find(|(_, said)| said["operationId"] == operation);
        let Some((method, said)) = found else { continue };
        let about = [&said["summary"], &said["description"]].map(|text| text.as_str().unwrap_or_default());
        let scope = said["security"][0]["key"][0].as_str();
        let scope = scope.map(|scope| format!("Needs the scope {scope}.")).unwrap_or_default();
        let listed = json!({
            "name": name,
            "title": said["summary"],
            "description": format!("{}. {} {scope}", about[0], about[1]).trim(),
            "inputSchema": whole(document, taken(document, said)),
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        });
        let method = method.to_uppercase().parse().ok()?;
        return Some(Tool { name, method, path: path.clone(), listed });
    }
    None
}

/// What an operation takes: its body, or the parameters of its query.
fn taken(document: &Value, said: &Value) -> Value {
    let body = &said["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        return resolved(document, body).clone();
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for parameter in said["parameters"].as_array().into_iter().flatten() {
        let (Some(name), "query") =
            (parameter["name"].as_str(), parameter["in"].as_str().unwrap_or_default())
        else {
            continue;
        };
        let mut schema = parameter["schema"].clone();
        if let Some(about) = parameter.get("description") {
            schema["description"] = about.clone();
        }
        properties.insert(name.to_owned(), schema);
        if parameter["required"] == true {
            required.push(name);
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

const SCHEMAS: &str = "#/components/schemas/";

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|text| text.strip_prefix(SCHEMAS));
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

/// A schema by itself: with the schemas that it names, and those that they name.
fn whole(document: &Value, mut schema: Value) -> Value {
    let (mut known, mut defs) = (BTreeSet::new(), Map::new());
    let mut open = names(&schema);
    while let Some(name) = open.pop() {
        if known.insert(name.clone()) {
            let named = &document["components"]["schemas"][&name];
            open.extend(names(named));
            defs.insert(name, named.clone());
        }
    }
    if !defs.is_empty() {
        schema["$defs"] = Value::Object(defs);
    }
    let text = schema.to_string().replace(SCHEMAS, "#/$defs/");
    serde_json::from_str(&text).unwrap_or(schema)
}

/// The names of the schemas that `schema` names.
fn names(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix(SCHEMAS));
            own.map(str::to_owned).into_iter().chain(members.values().flat_map(names)).collect()
        }
        Value::Array(items) => items.iter().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_is_a_route_that_reads_and_its_schema_stands_by_itself() {
        assert_eq!(ALL.iter().map(|tool| tool.name).collect::<Vec<_>>(), TOOLS.map(|(name, _)| name));
        for tool in ALL.iter() {
            let schema = &tool.listed["inputSchema"];
            assert_eq!(schema["type"], "object", "{}", tool.name);
            let text = schema.to_string();
            assert!(!text.contains(SCHEMAS), "{text}");
            for name in text.split("\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(schema["$defs"][name].is_object(), "{} needs {name}", tool.name);
            }
            let reads = tool.method == Method::GET || tool.path.starts_with("/v1/");
            assert!(reads && tool.listed["description"].as_str().is_some_and(|text| text.len() > 10));
        }
        assert!(named("orders").is_some() && named("refund").is_none());
    }
}
