//! Random edges, legal and illegal, against a plain model of what an order is.

use axum::http::Method;
use kassa_db::params;
use serde_json::{Value, json};

use super::support::{Answered, TestShop, shops};
use crate::testing::{Dice, scaled, seed};

/// SKU, first price, and whether its stock is tracked.
const SKUS: [(&str, i64, bool); 4] = [("a", 333, true), ("b", 1, true), ("c", 0, true), ("d", 9_999, false)];

/// What the model knows of an order.
#[derive(Debug, Default)]
struct Known {
    path: String,
    state: &'static str,
    /// Per SKU: ordered, refunded, restocked.
    units: Vec<(usize, i64, i64, i64)>,
    /// Per line: the price that was agreed on.
    prices: Vec<i64>,
    /// Per line: handed over.
    out: Vec<i64>,
    /// Its ETag, and those that it had before.
    tags: Vec<String>,
    refunded: i64,
    touched: bool,
    kept: bool,
}

impl Known {
    fn total(&self) -> i64 {
        self.units.iter().zip(&self.prices).map(|((_, ordered, ..), price)| price * ordered).sum()
    }

    fn holds(&self, sku: usize) -> i64 {
        let open = (["confirmed", "fulfilled", "refunded"].contains(&self.state) || self.kept) && SKUS[sku].2;
        let held =
            self.units.iter().filter(|(of, ..)| *of == sku).map(|(_, ordered, _, back)| ordered - back);
        if open { held.sum() } else { 0 }
    }

    fn is_begun(&self) -> bool {
        self.out.iter().any(|out| *out > 0)
    }

    /// How many of a line are neither refunded nor handed over.
    fn left(&self, line: usize) -> i64 {
        let (_, ordered, gone, _) = self.units[line];
        (ordered - gone - self.out[line]).max(0)
    }
}

struct Run {
    shop: TestShop,
    dice: Dice,
    orders: Vec<Known>,
    received: [i64; SKUS.len()],
    /// Of today.
    prices: [i64; SKUS.len()],
    steps: [u64; 2],
}

impl Run {
    fn on_hand(&self, sku: usize) -> i64 {
        self.received[sku] - self.orders.iter().map(|order| order.holds(sku)).sum::<i64>()
    }

    fn basket(&mut self) -> Vec<(usize, i64)> {
        let mut basket: Vec<(usize, i64)> = Vec::new();
        for _ in 0..=self.dice.below(2) {
            let sku = usize::try_from(self.dice.below(4)).unwrap();
            if basket.iter().all(|(of, _)| *of != sku) {
                basket.push((sku, 1 + self.dice.below(6)));
            }
        }
        basket
    }

    fn items(basket: &[(usize, i64)]) -> serde_json::Value {
        basket.iter().map(|(sku, quantity)| json!({"sku": SKUS[*sku].0, "quantity": quantity})).collect()
    }

    async fn place(&mut self) {
        let basket = self.basket();
        let enough = basket.iter().all(|(sku, quantity)| !SKUS[*sku].2 || *quantity <= self.on_hand(*sku));
        let key = uuid::Uuid::now_v7().to_string();
        let answer = self.shop.post("/v1/orders", &key, &json!({"items": Self::items(&basket)})).await;
        self.note(answer.status, if enough { 201 } else { 422 }, &answer.body);
        if enough {
            let path = format!("/v1/orders/{}", answer.json()["id"].as_str().unwrap());
            let (out, tags) = (vec![0; basket.len()], vec![tag(&answer)]);
            let prices = basket.iter().map(|(sku, _)| self.prices[*sku]).collect();
            let units = basket.into_iter().map(|(sku, quantity)| (sku, quantity, 0, 0)).collect();
            self.orders.push(Known {
                path,
                state: "confirmed",
                units,
                prices,
                out,
                tags,
                ..Known::default()
            });
        }
    }

    async fn edit(&mut self, place: usize) {
        let (basket, reprice) = (self.basket(), self.dice.below(3) == 0);
        let known = &self.orders[place];
        let legal = known.state == "confirmed" && !known.touched && !known.is_begun();
        let enough = basket.iter().all(|(sku, quantity)| {
            !SKUS[*sku].2 || *quantity <= self.on_hand(*sku) + self.orders[place].holds(*sku)
        });
        let mut body = json!({"items": Self::items(&basket)});
        if reprice || self.dice.below(2) == 0 {
            body["reprice"] = json!(reprice);
        }
        let expected = if !legal {
            409
        } else if enough {
            200
        } else {
            422
        };
        if self.change(place, (Method::PUT, ""), &body, expected).await.is_some() {
            let known = &self.orders[place];
            let agreed = |sku: usize| {
                let line = known.units.iter().position(|(of, ..)| *of == sku && !reprice);
                line.map_or(self.prices[sku], |line| known.prices[line])
            };
            let prices = basket.iter().map(|(sku, _)| agreed(*sku)).collect();
            self.orders[place].prices = prices;
            self.orders[place].out = vec![0; basket.len()];
            self.orders[place].units =
                basket.into_iter().map(|(sku, quantity)| (sku, quantity, 0, 0)).collect();
        }
    }

    async fn cancel(&mut self, place: usize) {
        let kept = self.dice.below(3) == 0;
        let body = [Value::Null, json!({}), json!({"restock": true})];
        let body = if kept {
            json!({"restock": false})
        } else {
            body[usize::try_from(self.dice.below(3)).unwrap()].clone()
        };
        let known = &self.orders[place];
        let expected = if known.state == "confirmed" && !known.is_begun() { 200 } else { 409 };
        if self.change(place, (Method::POST, "/cancel"), &body, expected).await.is_some() {
            self.orders[place].state = "cancelled";
            self.orders[place].kept = kept;
        }
    }

    async fn fulfil(&mut self, place: usize) {
        let (line, quantity) = (self.dice.below(3), 1 + self.dice.below(3));
        let by_line = self.dice.below(3) > 0;
        let known = &self.orders[place];
        let line = usize::try_from(line).unwrap() % known.units.len();
        let (sku, ordered, ..) = known.units[line];
        let body = match by_line {
            true => json!({"lines": [{"sku": SKUS[sku].0, "quantity": quantity}]}),
            false => Value::Null,
        };
        let expected = match known.state {
            "confirmed" if by_line && quantity > ordered - known.out[line] => 422,
            "confirmed" => 200,
            _ => 409,
        };
        let done = self.change(place, (Method::POST, "/fulfil"), &body, expected).await;
        let Some(order) = done else { return };
        let known = &mut self.orders[place];
        match by_line {
            true => known.out[line] += quantity,
            false => (0..known.units.len()).for_each(|line| known.out[line] += known.left(line)),
        }
        if (0..known.units.len()).all(|line| known.left(line) == 0) {
            known.state = "fulfilled";
        }
        assert_eq!(order["status"], known.state);
    }

    async fn refund(&mut self, place: usize) {
        let by_amount = self.dice.below(3) == 0;
        let (line, quantity, restock) = (self.dice.below(3), 1 + self.dice.below(3), self.dice.below(2) == 0);
        let amount = 1 + self.dice.below(self.orders[place].total().max(1) + 3);
        let known = &self.orders[place];
        let legal = ["confirmed", "fulfilled"].contains(&known.state);
        let line = usize::try_from(line).unwrap() % known.units.len();
        let (sku, ordered, gone, _) = known.units[line];
        let fits =
            if by_amount { amount <= known.total() - known.refunded } else { quantity <= ordered - gone };
        let body = match by_amount {
            true => json!({"amount_minor": amount}),
            false => json!({"lines": [{"sku": SKUS[sku].0, "quantity": quantity, "restock": restock}]}),
        };
        let expected = if !legal {
            409
        } else if fits {
            200
        } else {
            422
        };
        let done = self.change(place, (Method::POST, "/refunds"), &body, expected).await;
        let Some(order) = done else { return };
        let known = &mut self.orders[place];
        known.refunded = order["refunded"]["amount_minor"].as_i64().unwrap();
        known.touched = true;
        if !by_amount {
            known.units[line].2 += quantity;
            known.units[line].3 += if restock && SKUS[sku].2 { quantity } else { 0 };
        }
        let all = known.units.iter().all(|(_, ordered, gone, _)| ordered == gone);
        assert!(known.refunded <= known.total());
        if all {
            assert_eq!(known.refunded, known.total(), "all units are back");
        }
        if known.refunded == known.total() && (known.total() > 0 || all) {
            known.state = "refunded";
        }
        assert_eq!(order["status"], known.state);
    }

    /// Asks for a change, now and then of what was seen: of what is no more it is refused whatever else it asks for.
    async fn change(
        &mut self,
        place: usize,
        (method, tail): (Method, &str),
        body: &Value,
        expected: u16,
    ) -> Option<Value> {
        let known = &self.orders[place];
        let (now, before) = known.tags.split_last().unwrap();
        let (seen, expected) = match (self.dice.below(4), before.last()) {
            (0, Some(old)) => (Some(old.clone()), 412),
            (1, _) => (Some(now.clone()), expected),
            (2, _) => (Some("*".to_owned()), expected),
            _ => (None, expected),
        };
        let (path, key) = (format!("{}{tail}", known.path), uuid::Uuid::now_v7().to_string());
        let mut headers = vec![("idempotency-key", key.as_str())];
        headers.extend(seen.as_deref().map(|seen| ("if-match", seen)));
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.shop.call((method, &path), &headers, text).await;
        self.note(answer.status, expected, &answer.body);
        if expected != 200 {
            return None;
        }
        self.orders[place].tags.push(tag(&answer));
        Some(answer.json())
    }

    /// The shop thinks again about a price.
    fn reprice(&mut self) {
        let (sku, price) = (usize::try_from(self.dice.below(4)).unwrap(), self.dice.below(500));
        let name = SKUS[sku].0;
        let sql = "UPDATE variants SET price_minor = $2 WHERE sku = $1";
        self.shop.db.write_blocking(move |tx| tx.execute(sql, params![name, price])).unwrap();
        self.prices[sku] = price;
    }

    fn note(&mut self, status: u16, expected: u16, body: &str) {
        assert_eq!(status, expected, "{body}");
        self.steps[usize::from(status >= 400)] += 1;
    }

    async fn step(&mut self) {
        let choice = self.dice.below(10);
        if choice < 3 || self.orders.is_empty() {
            return self.place().await;
        }
        let place = self.orders.len() - 1 - usize::try_from(self.dice.below(4)).unwrap() % self.orders.len();
        match choice {
            3 | 4 => self.edit(place).await,
            5 => self.cancel(place).await,
            6 => self.fulfil(place).await,
            7 | 8 => self.refund(place).await,
            _ if self.dice.below(2) == 0 => self.reprice(),
            _ => {
                let sku = usize::try_from(self.dice.below(3)).unwrap();
                self.shop.receive(SKUS[sku].0, 5);
                self.received[sku] += 5;
            }
        }
    }
}

fn tag(answer: &Answered) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_what_a_plain_model_says() {
    let (seed, steps) = (seed(), scaled(3_000));
    for shop in shops() {
        for (sku, price, tracked) in SKUS {
            shop.product(sku, price, "USD", tracked);
        }
        let (orders, received, prices) = (Vec::new(), [0; SKUS.len()], SKUS.map(|(_, price, _)| price));
        let mut run = Run { shop, dice: Dice(seed), orders, received, prices, steps: [0; 2] };
        for _ in 0..steps {
            run.step().await;
        }
        for (place, (sku, _, tracked)) in SKUS.iter().enumerate() {
            if *tracked {
                assert_eq!(run.shop.on_hand(sku), run.on_hand(place), "{sku}, seed {seed}");
            }
        }
        for known in &run.orders {
            let order = run.shop.get(&known.path).await.json();
            assert_eq!(order["status"], known.state, "seed {seed}");
            assert_eq!(order["total"]["amount_minor"], known.total(), "seed {seed}");
            assert_eq!(order["refunded"]["amount_minor"], known.refunded, "seed {seed}");
            let out: Vec<_> =
                order["items"].as_array().unwrap().iter().map(|of| &of["fulfilled_quantity"]).collect();
            assert_eq!(out, known.out.iter().collect::<Vec<_>>(), "seed {seed}");
        }
        run.shop.check_books();
        let [done, refused] = run.steps;
        println!("{:?}: seed {seed}, {done} done and {refused} refused steps", run.shop.engine());
    }
}
