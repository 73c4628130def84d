//! A real mail server (aiosmtpd) for tests.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use serde_json::Value;

static SET_UP: Once = Once::new();

/// A mail server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    file: PathBuf,
}

impl Server {
    pub(crate) fn start(folder: &Path, port: u16, tls: &[&Path]) -> Self {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp");
        SET_UP.call_once(|| {
            let set_up = Command::new(scripts.join("setup.sh")).status().unwrap();
            assert!(set_up.success(), "aiosmtpd cannot be installed");
        });
        let file = folder.join("mails.jsonl");
        let mut child = Command::new("python3")
            .arg(scripts.join("server.py"))
            .arg(&file)
            .arg(port.to_string())
            .args(tls)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the server says no port: {line}"));
        Self { child, port, file }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub(crate) fn mails(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        // The last line may be on its way still.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
