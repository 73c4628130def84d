//! Thirty days of believable visits to a small shop, as the browser tracker would send them. Made of data tables and a
//! seeded generator; knows nothing of collector or log.

use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use super::random::Random;

/// One request of a browser.
#[derive(Debug)]
pub(crate) struct Hit {
    /// When it reaches the collector.
    pub(crate) received_at: Timestamp,
    /// The client's address.
    pub(crate) address: [u8; 4],
    /// Its User-Agent.
    pub(crate) agent: &'static str,
    /// Body of `POST /v1/batch`.
    pub(crate) body: String,
    /// Events in it.
    pub(crate) events: u64,
}

/// An order that a visit ends with.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    /// When it is placed.
    pub(crate) at: Timestamp,
    /// The client's address.
    pub(crate) address: [u8; 4],
    /// Its User-Agent.
    pub(crate) agent: &'static str,
    /// The customer, when known.
    pub(crate) user: Option<String>,
    /// What.
    pub(crate) sku: &'static str,
    /// How many.
    pub(crate) quantity: i64,
}

/// A day's requests and orders, each in order of time.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) hits: Vec<Hit>,
    pub(crate) purchases: Vec<Purchase>,
}

/// What the demo page sells, by how often it is looked at.
const PRODUCTS: &[(u64, (&str, &str, u64))] = &[
    (14, ("stoneware-mug", "Stoneware Mug", 1_800)),
    (12, ("everyday-pack", "Everyday Pack", 9_600)),
    (11, ("gooseneck-kettle", "Gooseneck Kettle", 6_400)),
    (9, ("desk-lamp", "Desk Lamp", 8_900)),
    (8, ("field-notebook", "Field Notebook", 1_200)),
    (7, ("potted-fern", "Potted Fern", 2_600)),
    (6, ("wool-beanie", "Wool Beanie", 3_200)),
    (6, ("walnut-board", "Walnut Board", 4_200)),
    (5, ("soy-candle", "Soy Candle", 2_200)),
    (4, ("wall-clock", "Wall Clock", 5_800)),
    (4, ("linen-tote", "Linen Tote", 2_800)),
    (3, ("brass-pen", "Brass Pen", 3_400)),
];

/// What is looked for, and how many things there are of it.
const SEARCHES: &[(u64, (&str, u64))] = &[
    (20, ("mug", 1)),
    (14, ("kettle", 1)),
    (10, ("desk", 3)),
    (9, ("Lamp", 1)),
    (8, ("tea towel", 0)),
    (7, ("backpack", 0)),
    (6, ("plant", 1)),
    (5, ("gift card", 0)),
    (4, ("candle", 1)),
    (3, ("scarf", 0)),
];

const SOURCES: &[(u64, (&str, &str))] = &[
    (34, ("", "")),
    (30, ("https://www.google.com/", "")),
    (5, ("https://duckduckgo.com/", "")),
    (4, ("https://www.bing.com/", "")),
    (6, ("https://www.reddit.com/r/coffee/", "")),
    (4, ("https://news.ycombinator.com/", "")),
    (5, ("https://www.instagram.com/", "")),
    (6, ("", "utm_source=newsletter&utm_medium=email&utm_campaign=autumn")),
    (4, ("https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=kitchen&utm_term=kettle")),
    (2, ("https://blog.example/best-desks", "")),
];

const AGENTS: &[(u64, &str)] = &[
    (
        30,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    ),
    (
        14,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
    ),
    (
        24,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1",
    ),
    (
        18,
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    ),
    (7, "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
    (
        3,
        "Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1",
    ),
    (
        2,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    ),
    (2, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
];

/// Visits in each hour of a day, in thousandths of the day's. Nights are quiet, but somebody is always there: whoever tries the
/// demo may do it at four.
const HOURS: [u64; 24] =
    [25, 21, 18, 17, 17, 18, 22, 28, 38, 46, 49, 51, 53, 50, 49, 46, 46, 51, 53, 64, 75, 73, 56, 34];

/// SKU and price, in cents, of what the visits are about.
pub(crate) fn products() -> impl Iterator<Item = (&'static str, u64)> {
    PRODUCTS.iter().map(|(_, (sku, _, cents))| (*sku, *cents))
}

/// The visits that begin on the day `days_ago` before the one of `today`.
pub(crate) fn day(today: Timestamp, days_ago: i64, write_key: &str) -> Day {
    let midnight = (today.day() - days_ago) * MICROS_PER_DAY;
    let mut random = Random::new(0x6b61_7373_6100 ^ midnight.unsigned_abs());
    let (mut hits, mut purchases) = (Vec::new(), Vec::new());
    for visit in 0..visits_on(midnight, days_ago, &mut random) {
        let start = midnight + time_of_day(&mut random);
        let mut shopper = Shopper::new(&mut random, start, visit, write_key);
        shopper.visit(&mut random);
        hits.append(&mut shopper.hits);
        purchases.extend(shopper.purchase);
    }
    hits.retain(|hit| hit.received_at < today);
    hits.sort_by_key(|hit| hit.received_at);
    purchases.retain(|purchase: &Purchase| purchase.at < today);
    purchases.sort_by_key(|purchase| purchase.at);
    Day { hits, purchases }
}

/// More at the weekend, and a little more each week.
fn visits_on(midnight: i64, days_ago: i64, random: &mut Random) -> u64 {
    let weekday = (midnight / MICROS_PER_DAY + 3).rem_euclid(7); // 0 = Monday: 1970-01-01 was a Thursday.
    let weekly = [94, 90, 92, 98, 112, 128, 122][usize::try_from(weekday).unwrap_or(0)];
    let growth = 1_000 - u64::try_from(days_ago).unwrap_or(0) * 8;
    let noise = 95 + random.below(11);
    1_330 * weekly * growth * noise / (100 * 1_000 * 100)
}

fn time_of_day(random: &mut Random) -> i64 {
    let mut at = random.below(HOURS.iter().sum());
    let mut hour = 0;
    while at >= HOURS[hour] {
        at -= HOURS[hour];
        hour += 1;
    }
    let second = hour as u64 * 3_600 + random.below(3_600);
    i64::try_from(second * 1_000_000 + random.below(1_000_000)).unwrap_or(0)
}

/// One visit in the making.
struct Shopper<'a> {
    hits: Vec<Hit>,
    purchase: Option<Purchase>,
    clock: i64,
    address: [u8; 4],
    agent: &'static str,
    user: Option<String>,
    referrer: String,
    write_key: &'a str,
    serial: u64,
}

impl<'a> Shopper<'a> {
    fn new(random: &mut Random, start: i64, visit: u64, write_key: &'a str) -> Self {
        let person = random.below(6_000);
        let house = person.wrapping_mul(2_654_435_761) % 0xff_ffff;
        let agent_of_person = Random::new(person).pick(AGENTS);
        let address = [10, (house >> 16) as u8, (house >> 8) as u8, house as u8];
        let user = (person < 900 && random.chance(70)).then(|| format!("customer-{person}"));
        let serial = visit << 8;
        Self {
            hits: Vec::new(),
            purchase: None,
            clock: start,
            address,
            agent: agent_of_person,
            user,
            referrer: String::new(),
            write_key,
            serial,
        }
    }

    fn visit(&mut self, random: &mut Random) {
        let (referrer, campaign) = random.pick(SOURCES);
        (*referrer).clone_into(&mut self.referrer);
        let landing = random.pick(&[(50, "/"), (12, "/c/kitchen"), (8, "/c/desk"), (30, "")]);
        let product = *random.pick(PRODUCTS);
        let first = if landing.is_empty() { format!("/p/{}", product.0) } else { (*landing).to_owned() };
        self.page(random, &first, campaign);
        if random.chance(12) {
            self.wait(random, 4, 30);
            self.search(random);
        }
        let mut page = first;
        while random.chance(58) && self.hits.len() < 24 {
            self.wait(random, 6, 90);
            self.referrer = format!("https://shop.example{page}");
            let product = *random.pick(PRODUCTS);
            page = format!("/p/{}", product.0);
            self.page(random, &page, "");
            self.track(random, "Product Viewed", &product);
            if random.chance(22) {
                self.wait(random, 3, 40);
                self.click(random, &page, "Add to cart");
                self.track(random, "Product Added", &product);
            }
        }
        if random.chance(6) {
            self.wait(random, 5, 60);
            self.page(random, "/cart", "");
            self.wait(random, 5, 120);
            self.page(random, "/checkout", "");
            self.track(random, "Checkout Started", &product);
            if random.chance(60) {
                self.wait(random, 20, 160);
                self.buy(random, product.0);
            }
        }
    }

    fn buy(&mut self, random: &mut Random, sku: &'static str) {
        let quantity = *random.pick(&[(80, 1), (15, 2), (5, 3)]);
        let at = Timestamp::from_micros(self.clock);
        let user = self.user.clone();
        self.purchase = Some(Purchase { at, address: self.address, agent: self.agent, user, sku, quantity });
    }

    fn page(&mut self, random: &mut Random, path: &str, campaign: &str) {
        let query = if campaign.is_empty() { String::new() } else { format!("?{campaign}") };
        let seconds = 4 + random.below(70);
        let page = json!({"path": path, "url": format!("https://shop.example{path}{query}"),
            "title": format!("kassa shop {path}"), "referrer": self.referrer});
        let view = json!({"type": "page", "context": {"page": page}});
        let stay = json!({"type": "track", "event": "time_on_page",
            "properties": {"seconds": seconds}, "context": {"page": {"path": path}}});
        self.send(random, vec![view]);
        self.clock += i64::try_from(seconds).unwrap_or(0) * MICROS_PER_SECOND;
        if random.chance(55) {
            self.send(random, vec![stay]);
        }
    }

    fn click(&mut self, random: &mut Random, path: &str, target: &str) {
        let click = json!({"type": "track", "event": "click",
            "properties": {"target": target}, "context": {"page": {"path": path}}});
        self.send(random, vec![click]);
    }

    fn track(&mut self, random: &mut Random, event: &str, product: &(&str, &str, u64)) {
        let (sku, name, price_minor) = product;
        let price = format!("{}.{:02}", price_minor / 100, price_minor % 100);
        let track = json!({"type": "track", "event": event,
            "properties": {"sku": sku, "name": name, "price": price, "currency": "USD"},
            "context": {"page": {"path": format!("/p/{sku}")}}});
        self.send(random, vec![track]);
    }

    fn search(&mut self, random: &mut Random) {
        let (query, results) = random.pick(SEARCHES);
        let search = json!({"type": "track", "event": "Products Searched",
            "properties": {"query": query, "results": results}, "context": {"page": {"path": "/"}}});
        self.send(random, vec![search]);
    }

    fn wait(&mut self, random: &mut Random, least: u64, more: u64) {
        self.clock += i64::try_from(least + random.below(more)).unwrap_or(0) * MICROS_PER_SECOND;
    }

    fn send(&mut self, random: &mut Random, mut items: Vec<Value>) {
        let occurred = Timestamp::from_micros(self.clock);
        for item in &mut items {
            self.serial += 1;
            item["messageId"] = json!(format!("demo-{:x}-{:x}-{:x}", self.clock, self.serial, random.next()));
            item["timestamp"] = json!(occurred.to_iso_millis());
            item["context"]["library"] = json!({"name": "kassa", "version": env!("CARGO_PKG_VERSION")});
            if let Some(user) = &self.user {
                item["userId"] = json!(user);
            }
        }
        let received_at = occurred.plus_micros(20_000 + i64::try_from(random.below(180_000)).unwrap_or(0));
        let events = items.len() as u64;
        let body = json!({"writeKey": self.write_key, "batch": items, "sentAt": occurred.to_iso_millis()});
        let hit =
            Hit { received_at, address: self.address, agent: self.agent, body: body.to_string(), events };
        self.hits.push(hit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_day_goes_on_from_what_was_of_it_before() {
        let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let midnight: Timestamp = "2026-11-21T23:59:59.999999Z".parse().unwrap();
        let (before, whole) = (day(noon, 0, "demo"), day(midnight, 0, "demo"));
        assert!(whole.hits.len() > before.hits.len() + 1_000);
        for (one, same) in before.hits.iter().zip(&whole.hits) {
            assert_eq!((one.received_at, &one.body), (same.received_at, &same.body));
        }
        assert!(whole.hits[before.hits.len()].received_at >= noon);
    }

    #[test]
    fn thirty_days_hold_200_000_events_in_order() {
        let today: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut events = 0;
        for days_ago in (0..=30).rev() {
            let Day { hits, purchases } = day(today, days_ago, "demo");
            assert!(days_ago == 0 || purchases.len() > 10, "{} orders", purchases.len());
            assert!(hits.is_sorted_by_key(|hit| hit.received_at));
            assert!(hits.iter().all(|hit| hit.received_at < today));
            events += hits.iter().map(|hit| hit.events).sum::<u64>();
        }
        assert!((200_000..400_000).contains(&events), "{events}");
    }

    #[test]
    fn the_same_day_is_the_same_traffic() {
        let today: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let bodies = |day: Day| day.hits.into_iter().map(|hit| hit.body).collect::<Vec<_>>();
        assert_eq!(bodies(day(today, 3, "demo")), bodies(day(today, 3, "demo")));
    }
}
