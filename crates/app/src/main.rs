//! The binary `kassa`: one command line, one subcommand per thing to do.

mod admin;
mod api;
mod backup;
mod cli;
mod client;
mod config;
mod demo;
mod docs;
mod lock;
mod mcp;
mod memory;
mod open;
mod privacy;
mod private;
mod progress;
mod roles;
mod run;
mod storefront;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kassa_service::console::{self, PrintError};
use kassa_service::{logs, signals};

use crate::roles::Roles;
use crate::run::{Asked, Demo, Loss};
use cli::common::Common;
use cli::moving::{Action, Noun};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    logs::note_panics();
    signals::ignore_meaningless();
    private::keep_new_files_private();
    memory::use_small_pages();
    let cli = Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) if error.downcast_ref::<PrintError>().is_some_and(PrintError::is_closed) => {
            ExitCode::from(READER_GONE)
        }
        Err(error) => {
            console::complain(format_args!("kassa: {}", sentence(&error)));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes, each once: some say their cause themselves.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for said in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = said;
        } else if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
    }
    text
}

/// The status that a shell shows of a program whose reader has gone, as in `kassa log inspect | head -1`.
const READER_GONE: u8 = 141;

/// A shop's backend and its own real-time analytics in one program.
#[derive(Debug, Parser)]
#[command(name = "kassa", version = env!("APP_VERSION"), propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in this process, on embedded storage.
    Up {
        #[command(flatten)]
        common: Common,
        /// Address and port to listen on [default: 127.0.0.1:8000].
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
        /// Fill the shop with products and the store with 30 days of believable traffic first, once, for the site `demo`; more of it
        /// comes while this runs.
        #[arg(long)]
        demo: bool,
        /// Listen also on the ports of the systems that kassa stands in for.
        #[arg(long)]
        compat_ports: bool,
        /// Start though parts of the data folder do not belong together; the log says what is given up.
        #[arg(long)]
        accept_loss: bool,
    },
    /// Run some roles in this process.
    Serve {
        #[command(flatten)]
        common: Common,
        /// Any of catalog, orders, inventory, notifier, collector, processor, reports, separated by commas.
        #[arg(long, value_name = "LIST")]
        roles: String,
        /// Address and port to listen on [default: 127.0.0.1 and the first role's port].
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
        /// Start though parts of the data folder do not belong together; the log says what is given up.
        #[arg(long)]
        accept_loss: bool,
    },
    /// Print the effective configuration, secrets masked, and say whether a start would take it.
    Check {
        #[command(flatten)]
        common: Common,
        /// The roles that are to be started [default: all, as `up` does].
        #[arg(long, value_name = "LIST")]
        roles: Option<String>,
    },
    /// Look into the event log's folder, verify it, or save what is whole of a damaged one.
    Log {
        #[command(subcommand)]
        action: cli::log::Action,
    },
    /// List or show refused events.
    DeadLetters {
        #[command(subcommand)]
        action: cli::dead_letters::Action,
    },
    /// Fold the whole retained log into a new, empty store.
    Replay {
        #[command(flatten)]
        common: Common,
        /// The new store's file; it must not exist.
        #[arg(long, value_name = "FILE")]
        into: PathBuf,
    },
    /// Make one consistent copy of shop, log and reports, of a running kassa or of its folder. Never the salts.
    Backup {
        #[command(flatten)]
        common: Common,
        /// The folder for it, empty or not there.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Bring a backup back into a data folder that is empty or not there.
    Restore {
        #[command(flatten)]
        common: Common,
        /// The backup's folder.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// A list of erasures, as `kassa privacy list --json` writes it: who was erased after the backup is erased again.
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
    },
    /// Check that the shop's books agree: stock, orders, keys, the log, the reports' money; exit status 0 if they do.
    Audit {
        #[command(flatten)]
        common: Common,
        /// What a test client was answered, a line of JSON each: {"key","status","order_id"?,"body"?}.
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Bring products in from a file, or write them to one.
    Products {
        #[command(subcommand)]
        action: Action,
    },
    /// Bring customers in from a file, or write them to one.
    Customers {
        #[command(subcommand)]
        action: Action,
    },
    /// List or show orders, bring orders of before in from a file, or write orders to one.
    Orders {
        #[command(subcommand)]
        action: OrdersAction,
    },
    /// Bring events of before in from a file, or write events to one.
    Events {
        #[command(subcommand)]
        action: Action,
    },
    /// Give out or erase what is kept of a person.
    Privacy {
        #[command(subcommand)]
        action: cli::privacy::Action,
    },
    /// Say what runs, how far reports are behind, how much room there is, and whether the books agree.
    Status {
        #[command(flatten)]
        common: Common,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List sites, or make one.
    Sites {
        #[command(subcommand)]
        action: cli::shop::Sites,
    },
    /// List, make or revoke secret keys.
    Keys {
        #[command(subcommand)]
        action: cli::shop::Keys,
    },
    /// List or show what was told to whom, or begin it anew.
    Deliveries {
        #[command(subcommand)]
        action: cli::shop::Deliveries,
    },
    /// List stock, or move it by hand.
    Stock {
        #[command(subcommand)]
        action: cli::shop::Stock,
    },
    /// Ask for a report: as a table, CSV or JSON, once or again and again.
    Query(cli::query::Asked),
    /// Print what a shell needs to complete commands: source <(kassa completions bash).
    Completions {
        /// bash, zsh, fish and others.
        shell: clap_complete::Shell,
    },
    /// Write the manual, a page for each command, into a folder.
    Man {
        /// The folder; it is made if it is not there.
        dir: PathBuf,
    },
    /// Ask a running kassa whether it is ready; exit status 0 if it is.
    Healthcheck {
        #[command(flatten)]
        common: Common,
        /// Its address; without it, that of the process that holds the data folder.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// A server with nothing behind it, against which `make bench` measures.
    #[command(hide = true)]
    BenchEmpty {
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
        listen: String,
    },
}

/// What to do with orders.
#[derive(Debug, Subcommand)]
enum OrdersAction {
    #[command(flatten)]
    Look(cli::shop::Orders),
    #[command(flatten)]
    Move(Action),
}

impl Cli {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Up { common, listen, demo, compat_ports, accept_loss } => {
                let start = run::begin()?;
                let mut flags = listen.map(|listen| vec![("server.listen", listen)]).unwrap_or_default();
                if demo {
                    flags.push(("shop.site", demo::SITE.to_owned()));
                }
                if compat_ports {
                    flags.push(("server.compat_ports", "true".to_owned()));
                }
                let demo = if demo { Demo::Wanted } else { Demo::Unwanted };
                let asked = Asked { demo, loss: loss(accept_loss) };
                run::serve(common.load(flags)?, &Roles::all(), asked, start)
            }
            Command::Serve { common, roles, listen, accept_loss } => {
                let start = run::begin()?;
                let roles: Roles = roles.parse()?;
                let own = format!("127.0.0.1:{}", roles.default_port());
                let flags = listen.map(|listen| vec![("server.listen", listen)]).unwrap_or_default();
                let config = common.load_over(vec![("server.listen", own)], flags)?;
                let asked = Asked { demo: Demo::Unwanted, loss: loss(accept_loss) };
                run::serve(config, &roles, asked, start)
            }
            Command::Check { common, roles } => cli::check::run(&common, roles),
            Command::Log { action } => cli::log::run(action),
            Command::DeadLetters { action } => cli::dead_letters::run(action),
            Command::Replay { common, into } => cli::replay::run(&common, &into),
            Command::Audit { common, answers, json } => cli::audit::run(&common, answers, json),
            Command::Backup { common, to } => cli::backup::backup(&common, &to),
            Command::Restore { common, from, erasures } => {
                cli::backup::put_back(&common, &from, erasures.as_deref())
            }
            Command::Products { action } => cli::moving::run(Noun::Products, action),
            Command::Customers { action } => cli::moving::run(Noun::Customers, action),
            Command::Orders { action: OrdersAction::Move(action) } => cli::moving::run(Noun::Orders, action),
            Command::Orders { action: OrdersAction::Look(action) } => cli::shop::orders(action),
            Command::Events { action } => cli::moving::run(Noun::Events, action),
            Command::Privacy { action } => cli::privacy::run(action),
            Command::Deliveries { action } => cli::shop::deliveries(action),
            Command::Status { common, json } => cli::status::run(&common, json),
            Command::Sites { action } => cli::shop::sites(action),
            Command::Keys { action } => cli::shop::keys(action),
            Command::Stock { action } => cli::shop::stock(action),
            Command::Query(asked) => cli::query::run(&asked),
            Command::Completions { shell } => cli::manual::completions::<Self>(shell),
            Command::Man { dir } => cli::manual::man::<Self>(&dir),
            Command::Healthcheck { common, url } => cli::healthcheck::run(&common, url),
            Command::BenchEmpty { listen } => cli::bench_empty::run(&listen),
        }
    }
}

/// What `--accept-loss` says.
fn loss(accept: bool) -> Loss {
    if accept { Loss::Accepted } else { Loss::Refused }
}
