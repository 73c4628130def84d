//! The real binary as a test starts, asks, kills and restarts it: with its own data folder, on a free port.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use crate::http::{Answer, Http};

/// How long anything may take before the test calls it broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// How a process is to be started.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    data: PathBuf,
}

/// A running kassa; killed when dropped.
pub(crate) struct Kassa {
    child: Child,
    pub(crate) address: String,
    /// What it printed before.
    pub(crate) said: String,
}

impl Start {
    /// `kassa up` on `data`.
    pub(crate) fn up(data: &Path) -> Self {
        Self::command(data, &["up"])
    }

    /// Any serving command on `data`.
    pub(crate) fn command(data: &Path, arguments: &[&str]) -> Self {
        let mut arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        arguments.extend([
            "--listen".into(),
            "127.0.0.1:0".into(),
            "--data".into(),
            data.display().to_string(),
        ]);
        // A test machine may be short of disk; the reserve has tests of its own.
        let environment = vec![("KASSA_LOG__RESERVE_BYTES".into(), "1048576".into())];
        Self { arguments, environment, data: data.to_owned() }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Listens there instead of on a free port.
    pub(crate) fn listen(mut self, address: &str) -> Self {
        let at = self.arguments.iter().position(|argument| argument == "--listen").unwrap();
        self.arguments[at + 1] = address.to_owned();
        self
    }

    /// On this database instead of the file in its folder.
    pub(crate) fn with_database(self, url: Option<&str>) -> Self {
        match url {
            Some(url) => self.env("KASSA_DATABASE__URL", url),
            None => self,
        }
    }

    /// With another flag.
    pub(crate) fn with(mut self, flag: &str) -> Self {
        self.arguments.push(flag.to_owned());
        self
    }

    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(&self) -> Kassa {
        self.try_start().unwrap_or_else(|errors| panic!("kassa did not start: {errors}"))
    }

    /// As `start`; what it printed to stderr if it ends instead.
    pub(crate) fn try_start(&self) -> Result<Kassa, String> {
        let errors = self.data.with_extension("stderr");
        std::fs::create_dir_all(errors.parent().unwrap()).unwrap();
        let stderr = std::fs::File::options().create(true).append(true).open(&errors).unwrap();
        let from = stderr.metadata().unwrap().len() as usize;
        let mut child = command(&self.arguments, &self.environment)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut line, mut said) = (String::new(), String::new());
        while stdout.read_line(&mut line).unwrap() > 0 {
            if let Some((_, address)) = line.trim().split_once("listening on ") {
                let address = address.split(' ').next().unwrap().to_owned();
                // Keep reading, so that the process never stops on a full pipe.
                std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
                return Ok(Kassa { child, address, said });
            }
            said.push_str(&line);
            line.clear();
        }
        let status = child.wait().unwrap();
        let text = std::fs::read(&errors).unwrap_or_default();
        Err(format!("{status}: {}", String::from_utf8_lossy(&text[from.min(text.len())..])))
    }
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    run_with(arguments, &[])
}

/// As [`run`], with these variables.
pub(crate) fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let environment: Vec<_> = environment.iter().map(owned).collect();
    command(&arguments, &environment).output().unwrap()
}

fn command(arguments: &[String], environment: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassa"));
    command
        .args(arguments)
        .env_remove("LD_LIBRARY_PATH")
        .envs(environment.iter().cloned())
        .stdin(Stdio::null());
    command
}

impl Kassa {
    pub(crate) fn http(&self) -> Http {
        Http::connect(&self.address).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.http().get(path).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.http().post(path, body).unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and its end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        wait_for("kassa to end after SIGTERM", || self.child.try_wait().unwrap())
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        wait_for("kassa to end", || self.child.try_wait().unwrap())
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until the processor has folded everything that the log holds.
    pub(crate) fn wait_until_drained(&self) {
        wait_for("the processor to catch up", || {
            let log = self.get("/v1/admin/log").json();
            let partitions = log["events"]["partitions"].as_array().unwrap();
            let behind = partitions.iter().any(|partition| partition["groups"][0]["lag_records"] != 0);
            (!behind).then_some(())
        });
    }
}

impl Drop for Kassa {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of the first sample of `name` in the text of `/metrics`.
pub(crate) fn metric(text: &str, name: &str) -> Option<f64> {
    let sample = text.lines().find(|line| line.starts_with(name) && !line.starts_with('#'))?;
    sample.rsplit(' ').next()?.parse().ok()
}

/// Asks until there is an answer; fails after [`DEADLINE`].
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "waited {DEADLINE:?} for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How much of the full counts hard tests run: percent, from `KASSA_TEST_SCALE`; a tenth by default.
pub(crate) fn scaled(full: u64) -> u64 {
    let percent =
        std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(10);
    (full * percent).div_ceil(100)
}
