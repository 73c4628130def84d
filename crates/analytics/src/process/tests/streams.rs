//! Random streams of records with everything that makes a fold hard: late events, duplicates, pauses, clocks set back,
//! midnight, cookieless visitors, users who name themselves, are renamed or send through a server, events that nobody did,
//! campaigns, sessions that clients name, money, crawlers, refused and unreadable records, and those of before.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_model::{
    Dialect, Event, LogRecord, MICROS_PER_HOUR, Naming, OrderItem, OrderPart, Reason, Recorded, Rejected,
    Timestamp, encode, visitor_from,
};

use crate::process::agent::tests::PEOPLE;
use crate::process::testing::{Random, START, event, recorded};

const MINUTE: i64 = 60_000_000;

/// A stream under construction.
struct Stream {
    random: Random,
    received: i64,
    /// By how much the machine's clock is wrong, in µs.
    wrong: i64,
    steady: bool,
    ids: Vec<(String, String)>,
}

/// The stream of a seed: `length` records with gaps between their offsets.
pub(super) fn stream(seed: u64, length: usize) -> Vec<(Offset, Bytes)> {
    records(
        Stream { random: Random(seed), received: START, wrong: 0, steady: false, ids: Vec::new() },
        length,
    )
}

/// The same with a clock that goes on and makes no long pause, and is never wrong.
pub(super) fn steady_stream(seed: u64, length: usize) -> Vec<(Offset, Bytes)> {
    records(Stream { random: Random(seed), received: START, wrong: 0, steady: true, ids: Vec::new() }, length)
}

fn records(mut stream: Stream, length: usize) -> Vec<(Offset, Bytes)> {
    let mut offset = 0_u64;
    (0..length)
        .map(|_| {
            offset += 1 + stream.random.below(5);
            (Offset(offset), stream.record())
        })
        .collect()
}

impl Stream {
    fn record(&mut self) -> Bytes {
        self.pass_time();
        match self.random.below(40) {
            0 => Bytes::from_static(b"\xff\0not a record"),
            1 => Bytes::from_static(br#"{"v":9,"id":"x","st":"shop-a","r":1,"d":"flat"}"#),
            2 => self.refused(),
            3 => self.out_of_limits(),
            4..=6 => self.money(),
            _ => {
                let recorded = self.event();
                encoded(LogRecord::Event(Box::new(recorded)))
            }
        }
    }

    /// Mostly little time passes, at times a night, a week, or the clock is set back; rarely it is days or years wrong for
    /// a while.
    fn pass_time(&mut self) {
        if self.steady {
            // Some records in a row that are not stored make no pause of 12 hours, which ages by less than it lasts.
            self.received += (self.random.below(40) * self.random.below(7)) as i64 * MINUTE;
            return;
        }
        self.received -= self.wrong;
        if self.random.chance(3) {
            let hours = [0, 0, 0, -2, 3 * 24, 2 * 365 * 24, -2 * 365 * 24][self.random.below(7) as usize];
            self.wrong = hours * 60 * MINUTE;
        }
        self.pass_right_time();
        self.received += self.wrong;
    }

    fn pass_right_time(&mut self) {
        let minutes = match self.random.below(100) {
            0..=69 => self.random.below(6) as i64,
            70..=89 => 15 + self.random.below(60) as i64,
            90..=94 => 60 * (20 + self.random.below(10) as i64),
            95..=96 => 60 * 24 * (3 + self.random.below(6) as i64),
            _ => -(self.random.below(240) as i64),
        };
        self.received += minutes * MINUTE + self.random.below(60_000_000) as i64;
    }

    fn event(&mut self) -> Recorded {
        let random = &mut self.random;
        let mut event = event(&format!("m-{}", random.next() % 1_000_000));
        event.site = ["shop-a", "shop-b"][random.below(2) as usize].to_owned();
        event.received_at = Timestamp::from_micros(self.received);
        let late = match random.below(10) {
            0 => -(random.below(90) as i64),
            1 | 2 => random.below(180) as i64,
            3 => random.below(60 * 30) as i64,
            _ => 0,
        };
        event.occurred_at = event.received_at.plus_micros(-late * MINUTE);
        let person = random.below(4) as i64;
        event.visitor = random.chance(50).then_some(person + 1);
        self_named(random, &mut event, person);
        event.session = random.chance(25).then_some(700 + person * 2 + random.below(2) as i64);
        let names =
            ["page_view", "page_view", "click", "click", "time_on_page", "identify", "alias", "hover_enter"];
        event.name = names[random.below(names.len() as u64) as usize].to_owned();
        if event.name == "alias" && random.chance(50) {
            // Of the user that it was before.
            event.visitor = Some(visitor_from(&event.site, &format!("c{}", random.below(4))));
        }
        if random.chance(10) {
            event.props =
                [r#"{"interactive":false}"#, r#"{"nonInteraction":1}"#][random.below(2) as usize].to_owned();
        }
        event.name_sent.clone_from(&event.name);
        event.path = random.chance(70).then(|| format!("/{}", random.below(5)));
        event.referrer = random.chance(20).then(|| "https://www.google.de/".to_owned());
        event.utm_campaign = random.chance(20).then(|| format!("sale-{}", random.below(3)));
        if random.chance(25) && !self.ids.is_empty() {
            let (site, id) = self.ids[random.below(self.ids.len() as u64) as usize].clone();
            (event.site, event.id) = (site, id);
        }
        self.ids.push((event.site.clone(), event.id.clone()));
        let agent = match random.below(5) {
            0 => None,
            1 => Some("Mozilla/5.0 (compatible; Googlebot/2.1)".to_owned()),
            2 => Some("python-requests/2.32".to_owned()),
            _ => Some(PEOPLE[random.below(PEOPLE.len() as u64) as usize].0.to_owned()),
        };
        let naming =
            [Naming::OfBefore, Naming::OfBefore, Naming::Private].get(random.below(10) as usize).copied();
        let naming = naming.unwrap_or(Naming::Heeded);
        if naming == Naming::Private {
            (event.visitor, event.user, event.session) = (None, None, None);
        }
        // The salts of the collector's days, as far as a fold can tell.
        let day = event.received_at.day();
        Recorded {
            visitor_today: 1_000_000 + day * 10 + person,
            visitor_yesterday: 1_000_000 + (day - 1) * 10 + person,
            from_browser: random.chance(50),
            crawlers_are_bots: random.chance(80),
            naming,
            agent,
            ..recorded(event)
        }
    }

    /// A change of money from the outbox; one in three is sent again.
    fn money(&mut self) -> Bytes {
        let mut change = self.event();
        let amount = self.random.below(10_000) as i64 - 3_000;
        let item = OrderItem {
            sku: "mug".to_owned(),
            name: "Mug".to_owned(),
            category: None,
            units: 1,
            revenue_minor: amount,
        };
        let event = &mut change.event;
        event.dialect = Dialect::SHOP;
        event.id = format!("order-{}", self.random.below(12));
        event.name = "Order Completed".to_owned();
        event.order = Some(OrderPart {
            order_id: event.id.clone(),
            revenue_minor: amount,
            currency: "EUR".to_owned(),
            status: "confirmed".to_owned(),
            items: if self.random.chance(70) { vec![item] } else { Vec::new() },
        });
        if self.random.chance(50) {
            let late = self.random.below(40 * 60) as i64;
            change.placed_at = Some(change.event.occurred_at.plus_micros(-late * MINUTE));
        }
        encoded(LogRecord::Event(Box::new(change)))
    }

    fn refused(&mut self) -> Bytes {
        let rejected = Rejected {
            id: format!("r-{}", self.random.next()),
            site: ["", "shop-a"][self.random.below(2) as usize].to_owned(),
            received_at: Timestamp::from_micros(self.received),
            reason: Reason::ALL[self.random.below(Reason::ALL.len() as u64) as usize],
            detail: "because".to_owned(),
            dialect: Dialect::named("batch"),
            original: "{}".to_owned(),
        };
        encoded(LogRecord::Rejected(Box::new(rejected)))
    }

    /// What a collector would have refused, written to the log by something else.
    fn out_of_limits(&mut self) -> Bytes {
        let mut recorded = self.event();
        let event = &mut recorded.event;
        match self.random.below(6) {
            0 => event.id = "x".repeat(201),
            1 => event.id.clear(),
            2 => event.site.clear(),
            3 => event.occurred_at = event.received_at.plus_micros(25 * MICROS_PER_HOUR),
            4 => event.occurred_at = Timestamp::from_micros(-1),
            _ => event.received_at = Timestamp::from_micros(i64::MAX),
        }
        encoded(LogRecord::Event(Box::new(recorded)))
    }
}

/// At times a user is named, mostly the person's own, beside the browser or instead of it.
fn self_named(random: &mut Random, event: &mut Event, person: i64) {
    if !random.chance(35) {
        return;
    }
    let user = match random.below(10) {
        0 => format!("c{}", random.below(4)),
        1 => "guest".to_owned(),
        _ => format!("c{person}"),
    };
    if event.visitor.is_none() && user != "guest" && random.chance(60) {
        event.visitor = Some(visitor_from(&event.site, &user));
    }
    event.user = Some(user);
}

fn encoded(record: LogRecord) -> Bytes {
    Bytes::from(encode(&record).unwrap())
}
