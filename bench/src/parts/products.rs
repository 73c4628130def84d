//! Part j: reads of products, against the empty server.

use std::time::Duration;

use crate::http::get;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::{Plan, send};
use crate::parts::{duration, pairs};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;
use crate::shop;

const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// Part j.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("products")?;
    let kassa = Kassa::start(Mode::Up, folder.path())?;
    let ids = shop::fill(&mut kassa.client()?)?;
    let empty = Kassa::start(Mode::Empty, folder.path())?;
    let (mut ratios, mut rates, mut empty_rates) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs() {
        let (mut read, mut nothing) = (0.0, 0.0);
        let mut sides = [(&kassa, shop::reads(&ids), &mut read), (&empty, nothing_requests(), &mut nothing)];
        if pair % 2 == 1 {
            sides.reverse();
        }
        for (server, requests, rate) in &mut sides {
            **rate = measure(server, requests)?;
        }
        ratios.push(read / nothing);
        rates.push(read);
        empty_rates.push(nothing);
    }
    report.target("product reads / empty server", Measured::of(&ratios, 2, "×"), Target::AtLeast(0.4));
    report.note("products a second", Measured::of(&rates, 0, "/s"));
    report.note("requests a second: empty server", Measured::of(&empty_rates, 0, "/s"));
    empty.stop()?;
    kassa.stop()
}

fn nothing_requests() -> Requests {
    Requests::new(1, 1, |_| get("/event"))
}

fn measure(server: &Kassa, requests: &mut Requests) -> anyhow::Result<f64> {
    let plan = Plan::closed(server.address, CONNECTIONS, duration(WARM_UP), duration(MEASURED));
    Ok(send(&plan, requests)?.all_taken()?.rate())
}
