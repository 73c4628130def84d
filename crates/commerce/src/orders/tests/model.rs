//! Random edges, legal and illegal, against a plain model of what an order is.

use axum::http::Method;
use serde_json::json;

use super::support::{TestShop, shops};
use crate::testing::{Dice, scaled, seed};

const SKUS: [(&str, i64, bool); 4] = [("a", 333, true), ("b", 1, true), ("c", 0, true), ("d", 9_999, false)];

/// What the model knows of an order.
#[derive(Debug, Default)]
struct Known {
    path: String,
    state: &'static str,
    /// Per SKU: ordered, refunded, restocked.
    units: Vec<(usize, i64, i64, i64)>,
    /// Per line: handed over.
    out: Vec<i64>,
    refunded: i64,
    touched: bool,
    kept: bool,
}

impl Known {
    fn total(&self) -> i64 {
        self.units.iter().map(|(sku, ordered, ..)| SKUS[*sku].1 * ordered).sum()
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
            let out = vec![0; basket.len()];
            let units = basket.into_iter().map(|(sku, quantity)| (sku, quantity, 0, 0)).collect();
            self.orders.push(Known { path, state: "confirmed", units, out, ..Known::default() });
        }
    }

    async fn edit(&mut self, place: usize) {
        let basket = self.basket();
        let known = &self.orders[place];
        let legal = known.state == "confirmed" && !known.touched && !known.is_begun();
        let enough = basket.iter().all(|(sku, quantity)| {
            !SKUS[*sku].2 || *quantity <= self.on_hand(*sku) + self.orders[place].holds(*sku)
        });
        let path = known.path.clone();
        let answer = self.shop.put(&path, &json!({"items": Self::items(&basket)})).await;
        let expected = if !legal {
            409
        } else if enough {
            200
        } else {
            422
        };
        self.note(answer.status, expected, &answer.body);
        if expected == 200 {
            self.orders[place].out = vec![0; basket.len()];
            self.orders[place].units =
                basket.into_iter().map(|(sku, quantity)| (sku, quantity, 0, 0)).collect();
        }
    }

    async fn cancel(&mut self, place: usize) {
        let body = ["", "{}", r#"{"restock":true}"#, r#"{"restock":false}"#];
        let body = body[usize::try_from(self.dice.below(4)).unwrap()];
        let known = &self.orders[place];
        let legal = known.state == "confirmed" && !known.is_begun();
        let path = format!("{}/cancel", known.path);
        let answer = self.shop.call((Method::POST, &path), &[], body).await;
        self.note(answer.status, if legal { 200 } else { 409 }, &answer.body);
        if legal {
            self.orders[place].state = "cancelled";
            self.orders[place].kept = body.contains("false");
        }
    }

    async fn fulfil(&mut self, place: usize) {
        let (line, quantity) = (self.dice.below(3), 1 + self.dice.below(3));
        let by_line = self.dice.below(3) > 0;
        let known = &self.orders[place];
        let line = usize::try_from(line).unwrap() % known.units.len();
        let (sku, ordered, ..) = known.units[line];
        let body = match by_line {
            true => json!({"lines": [{"sku": SKUS[sku].0, "quantity": quantity}]}).to_string(),
            false => String::new(),
        };
        let expected = match known.state {
            "confirmed" if by_line && quantity > ordered - known.out[line] => 422,
            "confirmed" => 200,
            _ => 409,
        };
        let path = format!("{}/fulfil", known.path);
        let answer = self.shop.call((Method::POST, &path), &[], body).await;
        self.note(answer.status, expected, &answer.body);
        if expected != 200 {
            return;
        }
        let known = &mut self.orders[place];
        match by_line {
            true => known.out[line] += quantity,
            false => (0..known.units.len()).for_each(|line| known.out[line] += known.left(line)),
        }
        if (0..known.units.len()).all(|line| known.left(line) == 0) {
            known.state = "fulfilled";
        }
        assert_eq!(answer.json()["status"], known.state);
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
        let (path, key) = (format!("{}/refunds", known.path), uuid::Uuid::now_v7().to_string());
        let answer = self.shop.post(&path, &key, &body).await;
        let expected = if !legal {
            409
        } else if fits {
            200
        } else {
            422
        };
        self.note(answer.status, expected, &answer.body);
        if expected != 200 {
            return;
        }
        let order = answer.json();
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
            _ => {
                let sku = usize::try_from(self.dice.below(3)).unwrap();
                self.shop.receive(SKUS[sku].0, 5);
                self.received[sku] += 5;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_what_a_plain_model_says() {
    let (seed, steps) = (seed(), scaled(3_000));
    for shop in shops() {
        for (sku, price, tracked) in SKUS {
            shop.product(sku, price, "USD", tracked);
        }
        let mut run =
            Run { shop, dice: Dice(seed), orders: Vec::new(), received: [0; SKUS.len()], steps: [0; 2] };
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
