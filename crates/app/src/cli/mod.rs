//! The commands beside the server. Each asks the admin API: that of the running process where there is one, else its own
//! over the same files ([`admin_access::open`]); so there is one implementation and one output.

pub(crate) mod admin_access;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod bench_empty;
pub(crate) mod check;
pub(crate) mod common;
pub(crate) mod dead_letters;
pub(crate) mod healthcheck;
pub(crate) mod log;
pub(crate) mod manual;
pub(crate) mod moving;
pub(crate) mod privacy;
pub(crate) mod query;
pub(crate) mod replay;
pub(crate) mod shop;
pub(crate) mod status;
mod table;

/// A runtime for a command: one thread is enough.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// A text as a part of a path or a query.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// Bytes for a person: `64.0 MiB`.
pub(crate) fn human_bytes(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1_024.0 && unit + 1 < units.len() {
        value /= 1_024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_for_a_person() {
        assert_eq!(super::human_bytes(512), "512 B");
        assert_eq!(super::human_bytes(64 << 20), "64.0 MiB");
    }
}
