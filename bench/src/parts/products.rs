//! Part j: reads of products and their pages, against the empty server.

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

/// Requests a second, of each pair.
#[derive(Default)]
struct Rates {
    reads: Vec<f64>,
    pages: Vec<f64>,
    nothing: Vec<f64>,
}

/// Part j.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("products")?;
    let kassa = Kassa::start(Mode::Up, folder.path())?;
    let ids = shop::fill(&mut kassa.client()?)?;
    let empty = Kassa::start(Mode::Empty, folder.path())?;
    let mut rates = Rates::default();
    for pair in 0..pairs() {
        let mut sides = [
            (&kassa, shop::reads(&ids), &mut rates.reads),
            (&kassa, shop::pages(), &mut rates.pages),
            (&empty, nothing_requests(), &mut rates.nothing),
        ];
        if pair % 2 == 1 {
            sides.reverse();
        }
        for (server, requests, rates) in &mut sides {
            rates.push(measure(server, requests)?);
        }
    }
    let against = |rates: &[f64], nothing: &[f64]| -> Vec<f64> {
        rates.iter().zip(nothing).map(|(rate, nothing)| rate / nothing).collect()
    };
    let Rates { reads, pages, nothing } = rates;
    let ratios = [against(&reads, &nothing), against(&pages, &nothing)];
    report.target("product reads / empty server", Measured::of(&ratios[0], 2, "×"), Target::AtLeast(0.4));
    report.target("product pages / empty server", Measured::of(&ratios[1], 2, "×"), Target::AtLeast(0.3));
    report.note("products a second", Measured::of(&reads, 0, "/s"));
    report.note("product pages a second", Measured::of(&pages, 0, "/s"));
    report.note("requests a second: empty server", Measured::of(&nothing, 0, "/s"));
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
