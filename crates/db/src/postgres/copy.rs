//! What another program's database has, copied out.

use std::io::{self, Write};
use std::time::Duration;

use postgres::NoTls;

use super::connect::parse;
use super::failure::explain;
use crate::Error;

/// How long the server may take to be reached, if the address says nothing of it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Nothing of the database changes, and times come in UTC.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET client_encoding = 'UTF8'";

/// Writes the answer of `query`, as of one moment, to `out`: CSV below a header. Not to be called from a thread of a runtime.
///
/// # Errors
/// The database cannot be reached, or has not what is asked for; `out` takes no more.
pub fn copy_out(url: &str, query: &'static str, out: &mut dyn Write) -> Result<(), Error> {
    let mut config = parse(url)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    config.application_name("kassa import");
    let mut client = config.connect(NoTls).map_err(|error| explain(&error))?;
    client.batch_execute(SETTINGS).map_err(|error| explain(&error))?;
    let copy = format!("COPY ({query}) TO STDOUT (FORMAT csv, HEADER true)");
    let mut rows = client.copy_out(&copy).map_err(|error| explain(&error))?;
    io::copy(&mut rows, out).map(drop).map_err(|error| Error::Unavailable(error.to_string()))
}
