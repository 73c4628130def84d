//! Random commands against a plain model: what each answers, what is on hand, and the ledger's sums.

use std::collections::{BTreeMap, HashMap};

use kassa_db::Error;

use super::super::{
    LedgerKind, MoveError, Movement, Refusal, StockLine, deduct, give_back, merged, move_by_hand, open, store,
};
use super::{NOW, line};
use crate::testing::{Bed, Dice, scaled, seed};

const SKUS: [&str; 5] = ["a", "b", "c", "d", "e"];
/// Commands at full scale, per engine.
const COMMANDS: u64 = 20_000;

/// What stock must be, without a database.
#[derive(Default)]
struct Model {
    on_hand: BTreeMap<&'static str, i64>,
    done: HashMap<(String, &'static str, &'static str), i64>,
}

/// One command; its reference may have come before.
#[derive(Debug, Clone)]
enum Command {
    ByHand(LedgerKind, i64),
    Deduct(Vec<StockLine>),
    GiveBack(LedgerKind, i64),
}

/// What a command says. `Other`: its reference stands for another quantity.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Done,
    Crossed(Vec<String>),
    Refused(Refusal),
    Other,
}

impl Model {
    fn by_hand(&mut self, reference: &str, sku: &'static str, kind: LedgerKind, quantity: i64) -> Said {
        let Some(on_hand) = self.on_hand.get_mut(sku) else {
            return Said::Refused(Refusal::UnknownSku(sku.to_owned()));
        };
        let name = (reference.to_owned(), sku, kind.name());
        if let Some(before) = self.done.get(&name) {
            return if *before == quantity { Said::Done } else { Said::Other };
        }
        if *on_hand + quantity < 0 {
            let (available, requested) = (*on_hand, -quantity);
            return Said::Refused(Refusal::Insufficient { sku: sku.to_owned(), available, requested });
        }
        *on_hand += quantity;
        self.done.insert(name, quantity);
        Said::Done
    }

    fn deduct(&mut self, reference: &str, lines: &[StockLine]) -> Said {
        let mut new = Vec::new();
        for line in merged(lines).unwrap() {
            let sku = SKUS.iter().chain(&["zz"]).find(|sku| **sku == line.sku).unwrap();
            match self.done.get(&(reference.to_owned(), *sku, "deduct")) {
                Some(before) if *before == -line.quantity => (),
                Some(_) => return Said::Other,
                None => new.push((*sku, line.quantity)),
            }
        }
        for (sku, quantity) in &new {
            match self.on_hand.get(sku) {
                None => return Said::Refused(Refusal::UnknownSku((*sku).to_owned())),
                Some(available) if available < quantity => {
                    let (available, requested) = (*available, *quantity);
                    return Said::Refused(Refusal::Insufficient {
                        sku: (*sku).to_owned(),
                        available,
                        requested,
                    });
                }
                Some(_) => (),
            }
        }
        let mut crossed = Vec::new();
        for (sku, quantity) in new {
            let on_hand = self.on_hand.get_mut(sku).unwrap();
            if *on_hand > 5 && *on_hand - quantity <= 5 {
                crossed.push(sku.to_owned());
            }
            *on_hand -= quantity;
            self.done.insert((reference.to_owned(), sku, "deduct"), -quantity);
        }
        Said::Crossed(crossed)
    }

    fn run(&mut self, reference: &str, sku: &'static str, command: &Command) -> Said {
        match command {
            Command::ByHand(kind, quantity) => self.by_hand(reference, sku, *kind, *quantity),
            Command::Deduct(lines) => self.deduct(reference, lines),
            Command::GiveBack(kind, quantity) => self.by_hand(reference, sku, *kind, *quantity),
        }
    }
}

fn run(bed: &Bed, reference: &str, sku: &'static str, command: Command) -> Said {
    let reference = reference.to_owned();
    let said = bed.db.write_blocking(move |tx| match &command {
        Command::ByHand(kind, quantity) => {
            let movement = Movement {
                reference: reference.clone(),
                sku: sku.to_owned(),
                kind: *kind,
                quantity: *quantity,
                reason: None,
            };
            match move_by_hand(tx, &movement, NOW) {
                Ok(_) => Ok(Said::Done),
                Err(MoveError::Refused(refusal)) => Ok(Said::Refused(refusal)),
                Err(MoveError::OtherQuantity(_)) => Ok(Said::Other),
                Err(MoveError::TooMany(sku)) => panic!("too many of {sku}"),
                Err(MoveError::Db(error)) => Err(error),
            }
        }
        Command::Deduct(lines) => Ok(match deduct(tx, &reference, lines, NOW)? {
            Ok(crossed) => Said::Crossed(crossed.into_iter().map(|crossing| crossing.sku).collect()),
            Err(refusal) => Said::Refused(refusal),
        }),
        Command::GiveBack(kind, quantity) => {
            give_back(tx, &reference, *kind, &[line(sku, *quantity)], NOW).map(|()| Said::Done)
        }
    });
    match said {
        Ok(said) => said,
        Err(Error::Invalid(_)) => Said::Other,
        Err(error) => panic!("{error}"),
    }
}

fn command(dice: &mut Dice) -> Command {
    match dice.below(10) {
        0 => Command::ByHand(LedgerKind::Receive, 1 + dice.below(30)),
        1 => {
            Command::ByHand(LedgerKind::Adjust, [-20, -3, -1, 1, 2][usize::try_from(dice.below(5)).unwrap()])
        }
        2 => Command::GiveBack(LedgerKind::Release, 1 + dice.below(4)),
        3 => Command::GiveBack(LedgerKind::Return, 1 + dice.below(4)),
        _ => Command::Deduct((0..=dice.below(4)).map(|_| wanted(dice)).collect()),
    }
}

fn wanted(dice: &mut Dice) -> StockLine {
    let sku = if dice.below(40) == 0 { "zz" } else { SKUS[usize::try_from(dice.below(5)).unwrap()] };
    line(sku, 1 + dice.below(4))
}

#[test]
fn hard_random_commands_do_what_a_plain_model_does() {
    let (seed, commands) = (seed(), scaled(COMMANDS));
    for bed in Bed::each() {
        let mut dice = Dice(seed);
        let mut model = Model { on_hand: SKUS.iter().map(|sku| (*sku, 0)).collect(), ..Model::default() };
        bed.write(|tx| SKUS.iter().try_for_each(|sku| open(tx, sku, 5, NOW)));
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for number in 0..commands {
            // A quarter of the commands come again, some with another quantity.
            let reference = format!("r{}", dice.below(i64::try_from(number).unwrap() * 3 / 4 + 2));
            let sku = SKUS[usize::try_from(dice.below(5)).unwrap()];
            let command = command(&mut dice);
            let expected = model.run(&reference, sku, &command);
            let said = run(&bed, &reference, sku, command.clone());
            assert_eq!(said, expected, "{} seed {seed}, {number}: {reference} {sku} {command:?}", bed.name);
            let kind = match said {
                Said::Done => "done",
                Said::Crossed(_) => "taken",
                Said::Refused(_) => "refused",
                Said::Other => "other",
            };
            *counts.entry(kind).or_default() += 1;
        }
        check_books(&bed, &model);
        println!("{}: {commands} commands, seed {seed}: {counts:?}", bed.name);
        assert!(commands < 100 || counts.len() == 4, "every kind of answer came: {counts:?}");
    }
}

fn check_books(bed: &Bed, model: &Model) {
    for (sku, expected) in &model.on_hand {
        let sku = *sku;
        let (on_hand, entries) = bed.write(move |tx| {
            let stock = store::by_sku(tx, sku)?.unwrap();
            Ok((stock.on_hand, store::ledger(tx, sku, i64::MAX, i64::MAX)?))
        });
        assert_eq!(on_hand, *expected, "{}: {sku}", bed.name);
        let sum: i64 = entries.iter().map(|entry| entry.quantity).sum();
        assert_eq!(sum, *expected, "{}: the ledger of {sku}", bed.name);
    }
}
