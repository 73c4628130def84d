//! The environment: `KASSA_` and a key with `__` for its dots, as in `KASSA_SERVER__LISTEN`. Every variable of that name is a
//! key, or one of the few that are not; anything else is a typing mistake and refused.

use std::ffi::OsString;

use anyhow::{Context, bail};
use config::Value;

use super::keys::{Kind, known, nearest};

/// Variables that are no keys: secrets and tests of this program, and its build's.
const OTHERS: [&str; 10] = [
    "KASSA_INTERNAL_TOKEN",
    "KASSA_FAILPOINTS",
    "KASSA_SABOTAGE",
    "KASSA_BIN",
    "KASSA_CACHE",
    "KASSA_COMMIT",
    "KASSA_URL",
    "KASSA_SHOTS",
    "KASSA_BENCH_DIR",
    "KASSA_BLESS",
];

/// What every variable that tests take for themselves begins with.
const OF_TESTS: &str = "KASSA_TEST_";

/// The keys that `variables` set, by dotted path.
///
/// # Errors
/// A variable that is neither a key nor known otherwise, named with the nearest; a value of another kind than the key's.
pub(super) fn keys(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> anyhow::Result<Vec<(String, Value)>> {
    let known = known()?;
    let mut found = Vec::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with("KASSA_")) else { continue };
        let value = value.to_str();
        if OTHERS.contains(&name) || name.starts_with(OF_TESTS) || is_of_kubernetes(name, value) {
            continue;
        }
        let at = || format!("in the environment variable {name}");
        let Some(value) = value else { bail!("the environment variable {name} is no UTF-8 text") };
        let path = name["KASSA_".len()..].to_ascii_lowercase().replace("__", ".");
        match known.get(&path) {
            Some(kind) if variable(&path) == name => {
                refuse_list_of_tables(&path).with_context(at)?;
                found.push((path.clone(), kind.parse(&path, value).with_context(at)?));
            }
            _ => {
                let key = nearest(&path, &known);
                let wanted = variable(key);
                bail!("unknown environment variable {name}; did you mean {wanted} (the key {key})?")
            }
        }
    }
    Ok(found)
}

fn refuse_list_of_tables(path: &str) -> anyhow::Result<()> {
    for list in ["sites", "access.secret_keys"] {
        if path.strip_prefix(list).is_some_and(|rest| rest.starts_with('.')) {
            bail!("{list} is a list: only a configuration file can set it");
        }
    }
    Ok(())
}

/// The variable that sets a key.
fn variable(key: &str) -> String {
    format!("KASSA_{}", key.replace('.', "__").to_ascii_uppercase())
}

/// Whether Kubernetes makes such a variable in the containers beside a service `kassa`, or `kassa-orders` and so on:
/// `KASSA_SERVICE_HOST`, `KASSA_SERVICE_PORT_HTTP`, `KASSA_PORT=tcp://…`, `KASSA_PORT_8000_TCP_ADDR`.
fn is_of_kubernetes(name: &str, value: Option<&str>) -> bool {
    let value = value.unwrap_or_default();
    let address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.ends_with("_SERVICE_HOST") || (name.contains("_SERVICE_PORT") && number(value)) {
        return true;
    }
    let Some((_, port)) = name.split_once("_PORT") else { return false };
    let parts: Vec<&str> = port.split('_').skip(1).collect();
    match parts.as_slice() {
        [] | [_, "TCP" | "UDP" | "SCTP"] => address && parts.first().is_none_or(|port| number(port)),
        [port, "TCP" | "UDP" | "SCTP", "PROTO" | "PORT" | "ADDR"] => number(port),
        _ => false,
    }
}

/// What is set for this process.
///
/// # Errors
/// As [`keys`].
pub(super) fn of_process() -> anyhow::Result<Vec<(String, Value)>> {
    keys(std::env::vars_os())
}

/// The kind of a key, for what flags set as text.
pub(super) fn parse_flag(path: &str, text: &str) -> anyhow::Result<Value> {
    known()?.get(path).copied().unwrap_or(Kind::Text).parse(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> anyhow::Result<Vec<(String, Value)>> {
        keys([(name.into(), value.into())])
    }

    #[test]
    fn a_value_keeps_the_kind_of_its_key() {
        let check = |name: &str, value: &str, path: &str, expected: Value| {
            let found = of(name, value).unwrap();
            assert_eq!(found, [(path.to_owned(), expected)], "{name}={value}");
        };
        let digits = "00001234567890123456789";
        check("KASSA_ACCESS__ADMIN_TOKEN", digits, "access.admin_token", digits.into());
        check("KASSA_ACCESS__ADMIN_TOKEN", "1e5", "access.admin_token", "1e5".into());
        check("KASSA_ACCESS__ADMIN_TOKEN", "true", "access.admin_token", "true".into());
        check("KASSA_ACCESS__ADMIN_TOKEN", "a,b", "access.admin_token", "a,b".into());
        check("KASSA_DATA", "12", "data", "12".into());
        check("KASSA_LOG__PARTITIONS", "4", "log.partitions", 4_i64.into());
        check("KASSA_CHAOS__ALLOWED", "TRUE", "chaos.allowed", true.into());
        let hosts = vec!["a.example", "b.example"];
        check("KASSA_SERVER__HOSTS", "a.example, b.example,", "server.hosts", hosts.into());
        check("KASSA_SERVER__HOSTS", "", "server.hosts", Vec::<String>::new().into());
    }

    #[test]
    fn a_typing_mistake_is_refused_with_the_nearest_key() {
        let check = |name: &str, value: &str, expected: &str| {
            let said = format!("{:#}", of(name, value).unwrap_err());
            assert!(said.contains(expected), "{name}={value}: {said}");
        };
        check("KASSA_SERVER_LISTEN", ":1", "did you mean KASSA_SERVER__LISTEN (the key server.listen)?");
        check("KASSA_SERVER__LISEN", ":1", "did you mean KASSA_SERVER__LISTEN");
        check("KASSA_SERVER__Listen", ":1", "did you mean KASSA_SERVER__LISTEN");
        check("KASSA_DATABASE_URL", "x", "did you mean KASSA_DATABASE__URL");
        check("KASSA_ADMIN_TOKEN", "x", "did you mean KASSA_");
        check("KASSA_PORT", "9000", "unknown environment variable KASSA_PORT");
        check("KASSA_SERVER_PORT", "9000", "unknown environment variable KASSA_SERVER_PORT");
        check("KASSA_LISTEN", ":1", "KASSA_SERVER__LISTEN");
        check(
            "KASSA_LOG__PARTITIONS",
            "many",
            "in the environment variable KASSA_LOG__PARTITIONS: log.partitions wants a whole number",
        );
        check("KASSA_CHAOS__ALLOWED", "maybe", "chaos.allowed wants true or false");
        check("KASSA_SITES__ID", "shop", "sites is a list: only a configuration file");
        check("KASSA_SITES", "shop", "unknown environment variable KASSA_SITES");
    }

    #[test]
    fn what_is_no_key_is_left_alone() {
        let check = |name: &str, value: &str| assert!(of(name, value).unwrap().is_empty(), "{name}={value}");
        check("KASSA_INTERNAL_TOKEN", "x");
        check("KASSA_FAILPOINTS", "x");
        check("KASSA_TEST_SEED", "1");
        check("KASSANDRA_PORT", "1");
        check("PATH", "/bin");
        for (name, value) in [
            ("KASSA_SERVICE_HOST", "10.0.0.1"),
            ("KASSA_SERVICE_PORT", "8000"),
            ("KASSA_SERVICE_PORT_HTTP", "8000"),
            ("KASSA_PORT", "tcp://10.0.0.1:8000"),
            ("KASSA_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
            ("KASSA_PORT_8000_TCP_PROTO", "tcp"),
            ("KASSA_PORT_8000_TCP_PORT", "8000"),
            ("KASSA_PORT_8000_TCP_ADDR", "10.0.0.1"),
            ("KASSA_ORDERS_SERVICE_HOST", "10.0.0.1"),
            ("KASSA_ORDERS_PORT_7102_TCP_ADDR", "10.0.0.1"),
        ] {
            check(name, value);
        }
    }

    #[test]
    #[cfg(unix)]
    fn bytes_that_are_no_text_are_an_error_of_their_variable_only() {
        use std::os::unix::ffi::OsStringExt;
        let bytes = || OsString::from_vec(vec![0xff, 0xfe]);
        assert!(keys([("OTHER".into(), bytes()), (bytes(), "x".into())]).unwrap().is_empty());
        let said = keys([("KASSA_DATA".into(), bytes())]).unwrap_err().to_string();
        assert!(said.contains("KASSA_DATA is no UTF-8"), "{said}");
    }
}
