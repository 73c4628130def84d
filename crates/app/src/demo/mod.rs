//! `--demo`: a shop with its products, and its last 30 days of traffic and orders, through the collector and the shop with
//! the times of then, so that nothing writes to the store but the processor; and what goes on while it runs ([`live`]). A folder
//! that a demo was made in before is filled in with what came after its newest event; one with a shop or events of its own is
//! refused.

mod catalog;
mod fates;
mod game_day;
mod goods;
pub(crate) mod live;
mod orders;
mod people;
mod pictures;
mod random;
mod said;
mod traffic;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use kassa_access::{RuleOptions, SiteOptions};
use kassa_analytics::collect::{Collector, Incoming};
use kassa_analytics::wire::door;
use kassa_commerce::Shop;
use kassa_eventlog::Stream;
use kassa_eventstore::query::EventFilter;
use kassa_model::{MICROS_PER_DAY, Timestamp};
use kassa_service::Shutdown;

use crate::open::Parts;
use catalog::Whose;
pub(crate) use game_day::{GameDay, Run, SECONDS, SECONDS_BOUNDS};
pub(crate) use said::said;
use traffic::{Day, Hit, Purchase};

/// The site that the demo fills; its write key has the same name.
pub(crate) const SITE: &str = "demo";

/// How many days before today.
const DAYS: i64 = 30;

/// Requests in one append.
const HITS_PER_APPEND: usize = 1_000;

/// Makes the demo's site known, in closed mode too.
pub(crate) fn add_site(access: &mut kassa_access::Options) {
    if access.sites.iter().all(|site| site.id != SITE) {
        access.sites.push(SiteOptions {
            id: SITE.to_owned(),
            write_keys: vec![SITE.to_owned()],
            allow_keyless: true,
            timezone: "UTC".to_owned(),
            origins: Vec::new(),
            keep_days: 0,
            rules: RuleOptions::default(),
            is_preset: true,
        });
    }
}

/// Fills the log with what is missing of the last 30 days and waits until all of it is stored.
///
/// # Errors
/// The collector refuses, the store cannot be asked, or the processor stops.
pub(crate) async fn fill(
    collector: &Collector,
    parts: &Parts,
    now: Timestamp,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let shop = parts.shop()?;
    refuse_own(&shop, parts).await?;
    catalog::fill(&shop, now.plus_micros(-(DAYS + 1) * MICROS_PER_DAY)).await?;
    wait_until_stored(parts, shutdown, &ProgressBar::hidden()).await?;
    let newest = newest_event(parts).await?;
    let missing = now.micros() - newest.map_or(now.micros() - (DAYS + 1) * MICROS_PER_DAY, Timestamp::micros);
    // From the newest event's own day on: it may have been cut short.
    let days = newest.map_or(DAYS, |newest| now.day() - newest.day()).min(DAYS);
    if newest.is_some() && missing < MICROS_PER_DAY / 24 {
        return Ok(());
    }
    tracing::info!(site = SITE, days, "filling in demo traffic");
    let bar = bar("days of traffic  ", u64::try_from(days + 1)?)?;
    let mut events = 0;
    // Of the days before something is to happen still, where they are not filled in themselves.
    let before = if newest.is_some() { days + fates::DAYS } else { days };
    let mut purchases: Vec<Purchase> =
        (days + 1..=before).rev().flat_map(|days_ago| traffic::day(now, days_ago, SITE).purchases).collect();
    for days_ago in (0..=days).rev() {
        let Day { mut hits, purchases: new } = traffic::day(now, days_ago, SITE);
        events += new.len() as u64;
        purchases.extend(new);
        hits.retain(|hit| newest.is_none_or(|newest| hit.received_at > newest));
        for some in hits.chunks(HITS_PER_APPEND) {
            if shutdown.is_triggered() {
                return Ok(());
            }
            collector
                .collect_all(some.iter().map(incoming).collect())
                .await
                .context("cannot take demo traffic in")?;
            events += some.iter().map(|hit| hit.events).sum::<u64>();
        }
        let midnight = Timestamp::from_micros((now.day() - days_ago) * MICROS_PER_DAY);
        let acts = fates::acts(&purchases, midnight, midnight.plus_micros(MICROS_PER_DAY).min(now));
        orders::see_to(&shop, &acts).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let bar = self::bar("records stored   ", events)?;
    wait_until_stored(parts, shutdown, &bar).await?;
    bar.finish_and_clear();
    tracing::info!(site = SITE, events, "demo traffic is in the store");
    Ok(())
}

fn incoming(hit: &Hit) -> Incoming<'_> {
    let body = hit.body.clone().into();
    let door = door("v1/batch").expect("the tracker's path is among the doors");
    Incoming::new(door, body, IpAddr::from(hit.address)).agent(hit.agent).received_at(hit.received_at)
}

async fn newest_event(parts: &Parts) -> anyhow::Result<Option<Timestamp>> {
    let filter = EventFilter {
        sites: Some(vec![SITE.to_owned()]),
        include_bots: true,
        limit: 1,
        ..EventFilter::default()
    };
    let rows = parts.store()?.events(&filter).await?;
    Ok(rows.first().map(|row| row.event.received_at))
}

/// Refuses a folder that is not the demo's: its invented products, orders and traffic would stand among real ones.
///
/// # Errors
/// There is a shop or there are events, and the demo did not make them.
async fn refuse_own(shop: &Arc<Shop>, parts: &Parts) -> anyhow::Result<()> {
    let found = match catalog::whose(shop).await? {
        Whose::Demo => return Ok(()),
        Whose::Owner => "a shop",
        Whose::Nobody if has_events(parts).await? => "events",
        Whose::Nobody => return Ok(()),
    };
    bail!(
        "{} holds {found} of its own, into which --demo would mix invented ones: choose another folder with --data, as in \
         kassa up --demo --data demo",
        parts.config.data.display()
    )
}

/// Whether any event has ever been taken in.
async fn has_events(parts: &Parts) -> anyhow::Result<bool> {
    let status = parts.log()?.status(Stream::Events).await?;
    let rows = parts
        .store()?
        .events(&EventFilter { include_bots: true, limit: 1, ..EventFilter::default() })
        .await?;
    Ok(!rows.is_empty() || status.partitions.iter().any(|partition| partition.end.0 > 0))
}

/// Waits until the processor has stored all that the log holds.
async fn wait_until_stored(parts: &Parts, shutdown: &Shutdown, bar: &ProgressBar) -> anyhow::Result<()> {
    let log = parts.log()?;
    while !shutdown.is_triggered() {
        let status = log.status(Stream::Events).await?;
        let groups = status.partitions.iter().flat_map(|partition| &partition.groups);
        let left: u64 = groups.map(|group| group.lag_records).sum();
        bar.set_position(bar.length().unwrap_or(0).saturating_sub(left));
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn bar(what: &str, length: u64) -> anyhow::Result<ProgressBar> {
    let style =
        ProgressStyle::with_template(&format!("{what} {{bar:40}} {{human_pos}}/{{human_len}}  {{elapsed}}"))?;
    Ok(ProgressBar::new(length).with_style(style))
}
