//! What an order of another shop sold, as lines that add up to its total: goods with the discount spread over them, then shipping, tax
//! and what else there is. Amounts are whole minor units; what does not divide by a line's quantity stands on a line of its own.

use serde_json::{Value, json};

/// Goods of an order; each SKU once.
#[derive(Debug, Default)]
pub(super) struct Sold {
    goods: Vec<Goods>,
}

/// Units of a product.
#[derive(Debug)]
struct Goods {
    sku: String,
    name: String,
    quantity: i64,
    total_minor: i64,
}

/// What an order came to, minor units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    /// What was paid or owed for all of it.
    pub(super) total: i64,
    /// What of that is for goods, discounts taken off; `None`: what shipping and tax leave.
    pub(super) goods: Option<i64>,
    pub(super) shipping: i64,
    pub(super) tax: i64,
}

impl Sold {
    /// Adds units at what they cost together before discounts.
    ///
    /// # Errors
    /// A quantity that is none, an amount that is too large.
    pub(super) fn add(
        &mut self,
        (sku, name): (Option<&str>, &str),
        quantity: i64,
        total_minor: i64,
    ) -> Result<(), String> {
        if quantity < 1 || total_minor < 0 {
            return Err(format!("{name}: {quantity} for {total_minor} cannot have been sold"));
        }
        // What has no SKU is known by its name.
        let sku = sku.unwrap_or(name);
        let sku = sku[..sku.floor_char_boundary(150)].to_owned();
        match self.goods.iter_mut().find(|goods| goods.sku == sku) {
            Some(known) => {
                known.quantity = known.quantity.saturating_add(quantity);
                known.total_minor = known.total_minor.saturating_add(total_minor);
            }
            None => self.goods.push(Goods { sku, name: name.to_owned(), quantity, total_minor }),
        }
        Ok(())
    }

    /// The lines, which add up to the total.
    ///
    /// # Errors
    /// They cannot.
    pub(super) fn lines(self, sums: Sums) -> Result<Vec<Value>, String> {
        if self.goods.is_empty() {
            return Err("the order has no line".to_owned());
        }
        let Sums { total, goods, shipping, tax } = sums;
        let known = goods.unwrap_or_else(|| total.saturating_sub(shipping).saturating_sub(tax));
        let beside = total.checked_sub(known).filter(|beside| *beside >= 0 && known >= 0);
        let beside = beside.ok_or("the amounts of the order do not add up")?;
        let whole: i64 = self.goods.iter().map(|goods| goods.total_minor).sum();
        // More than the goods cost is no discount.
        let discount = (whole - known).max(0);
        let mut lines = Vec::with_capacity(self.goods.len() + 4);
        let mut rounding = 0;
        for (goods, off) in self.goods.iter().zip(spread(discount, &self.goods)) {
            let total = goods.total_minor - off;
            rounding += total % goods.quantity;
            lines.push(json!({"sku": goods.sku, "name": goods.name, "quantity": goods.quantity,
                "unit_price_minor": total / goods.quantity}));
        }
        let (shipping, tax, other) = divided(beside, shipping, tax);
        let other = other + (known - whole).max(0);
        let extra = [
            ("shipping", "Shipping", shipping),
            ("tax", "Tax", tax),
            ("other", "Other", other),
            ("rounding", "Rounding", rounding),
        ];
        for (sku, name, amount) in extra {
            if amount > 0 {
                lines.push(json!({"sku": sku, "name": name, "quantity": 1, "unit_price_minor": amount}));
            }
        }
        Ok(lines)
    }
}

/// What stands beside the goods as shipping, tax and other. Where prices hold their tax it is no part of that.
fn divided(beside: i64, shipping: i64, tax: i64) -> (i64, i64, i64) {
    if beside >= shipping.saturating_add(tax) {
        return (shipping, tax, beside - shipping - tax);
    }
    match beside >= shipping {
        true => (shipping, 0, beside - shipping),
        false => (beside, 0, 0),
    }
}

/// An amount spread by what the goods cost; the parts add up to it, and none is more than its goods.
fn spread(amount: i64, goods: &[Goods]) -> Vec<i64> {
    let whole = goods.iter().map(|goods| i128::from(goods.total_minor)).sum::<i128>().max(1);
    let exact = |goods: &Goods| i128::from(amount) * i128::from(goods.total_minor);
    let mut parts: Vec<i128> = goods.iter().map(|goods| exact(goods) / whole).collect();
    let mut by_fraction: Vec<usize> = (0..goods.len()).collect();
    by_fraction.sort_by_key(|place| std::cmp::Reverse(exact(&goods[*place]) % whole));
    let missing = usize::try_from(i128::from(amount) - parts.iter().sum::<i128>()).unwrap_or(0);
    for place in by_fraction.into_iter().take(missing) {
        parts[place] += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(goods: &[(&str, i64, i64)], sums: (i64, Option<i64>, i64, i64), expected: &[(&str, i64, i64)]) {
        let mut sold = Sold::default();
        for (sku, quantity, total) in goods {
            sold.add((Some(sku), sku), *quantity, *total).unwrap();
        }
        let (total, goods, shipping, tax) = sums;
        let lines = sold.lines(Sums { total, goods, shipping, tax }).unwrap();
        let found: Vec<(&str, i64, i64)> = lines
            .iter()
            .map(|line| {
                let number = |name: &str| line[name].as_i64().unwrap();
                (line["sku"].as_str().unwrap(), number("quantity"), number("unit_price_minor"))
            })
            .collect();
        assert_eq!(found, expected);
        let sum: i64 = found.iter().map(|(_, quantity, price)| quantity * price).sum();
        assert_eq!(sum, total, "{found:?}");
    }

    #[test]
    fn lines_add_up_to_the_total() {
        check(&[("a", 2, 2_000)], (2_000, Some(2_000), 0, 0), &[("a", 2, 1_000)]);
        // Shipping and a tax that comes on top.
        check(
            &[("a", 1, 1_000)],
            (1_690, Some(1_000), 490, 200),
            &[("a", 1, 1_000), ("shipping", 1, 490), ("tax", 1, 200)],
        );
        // A tax that the prices hold.
        check(&[("a", 1, 1_000)], (1_490, Some(1_000), 490, 160), &[("a", 1, 1_000), ("shipping", 1, 490)]);
        // A discount that does not divide.
        check(
            &[("a", 3, 3_000), ("b", 1, 1_000)],
            (3_900, Some(3_900), 0, 0),
            &[("a", 3, 975), ("b", 1, 975)],
        );
        check(&[("a", 3, 3_000)], (2_900, Some(2_900), 0, 0), &[("a", 3, 966), ("rounding", 1, 2)]);
        // The same SKU on two lines, free shipping, a tip.
        check(
            &[("a", 1, 1_000), ("a", 1, 900)],
            (1_950, Some(1_900), 0, 0),
            &[("a", 2, 950), ("other", 1, 50)],
        );
        check(&[("a", 1, 1_000)], (0, Some(0), 0, 0), &[("a", 1, 0)]);
        check(&[("a", 1, 1_000)], (1_100, None, 100, 0), &[("a", 1, 1_000), ("shipping", 1, 100)]);
    }

    #[test]
    fn what_cannot_add_up_is_refused() {
        let sums = |total, goods| Sums { total, goods, shipping: 0, tax: 0 };
        assert!(Sold::default().lines(sums(1, None)).is_err());
        let mut sold = Sold::default();
        assert!(sold.add((None, "x"), 0, 1).is_err() && sold.add((None, "x"), 1, -1).is_err());
        sold.add((None, "x"), 1, 5).unwrap();
        assert!(sold.lines(sums(5, Some(7))).is_err());
    }
}
