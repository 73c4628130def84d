//! Totals of days, on both engines: each line once, added up by whatever a line has, and gone with their batch.

use jiff::civil::date;
use kassa_db::testing::prepare_all;

use crate::testing::{Process, beds, until};
use crate::totals::store;
use crate::{Access, DayCounts, DaySum, DayTotal, Origin, TotalsBy, TotalsKind};

fn total(line: i64, kind: TotalsKind, value: Option<&str>, visitors: i64) -> DayTotal {
    let day = date(2024, 5, 1 + i8::try_from(line % 3).unwrap());
    let counts = DayCounts { visitors, visits: 2 * visitors, seconds: 60, ..DayCounts::default() };
    let (value, origin) = (value.map(str::to_owned), Origin::default());
    DayTotal { line, site: "default".to_owned(), day, kind, value, host: None, origin, counts }
}

async fn sums(access: &Access, by: TotalsBy, is_by_day: bool) -> Vec<(Option<String>, i64)> {
    let days = (date(2024, 5, 1), date(2024, 5, 3));
    let found = access.totals(("default", by), days, (is_by_day, 100)).await.unwrap();
    found.into_iter().map(|DaySum { value, counts, .. }| (value, counts.visitors)).collect()
}

fn process() -> Vec<(Process, &'static str)> {
    beds().into_iter().map(|bed| (bed.process(), bed.name)).collect()
}

#[tokio::test]
async fn lines_are_added_up_by_what_they_have_and_go_with_their_batch() {
    for (process, name) in process() {
        let access = &process.access;
        prepare_all(&process.db, &store::all()).unwrap();
        assert_eq!(access.days_of_totals("default"), None);
        let source = |line, source, medium: &str| DayTotal {
            origin: Origin { utm_medium: Some(medium.to_owned()), ..Origin::default() },
            ..total(line, TotalsKind::Source, source, 7)
        };
        let lines = vec![
            total(3, TotalsKind::All, None, 10),
            total(4, TotalsKind::All, None, 20),
            total(5, TotalsKind::All, None, 40),
            source(6, Some("Google"), "cpc"),
            source(7, None, "cpc"),
            source(9, Some("Google"), "email"),
        ];
        assert_eq!(access.keep_totals("events-1", lines.clone()).await.unwrap(), []);
        // Sent twice, it counts once.
        assert_eq!(access.keep_totals("events-1", lines).await.unwrap(), []);
        assert_eq!(access.days_of_totals("default"), Some((date(2024, 5, 1), date(2024, 5, 3))));
        let all = TotalsBy::Value(TotalsKind::All);
        assert_eq!(sums(access, all, false).await, [(None, 30)], "{name}");
        assert_eq!(sums(access, all, true).await, [(None, 10), (None, 20)], "{name}");
        let mut by_source = sums(access, TotalsBy::Value(TotalsKind::Source), false).await;
        by_source.sort();
        assert_eq!(by_source, [(None, 7), (Some("Google".to_owned()), 14)], "{name}");
        let text = |text: &str| Some(text.to_owned());
        let by_medium = [(text("cpc"), 14), (text("email"), 7)];
        assert_eq!(sums(access, TotalsBy::UtmMedium, false).await, by_medium, "{name}");
        // Another file of the same days would count them twice; its other days are taken.
        let wrong = access.check_totals("events-2", vec![total(3, TotalsKind::All, None, 1)]).await.unwrap();
        assert_eq!(wrong, [(3, "2024-05-01 was brought in by events-1".to_owned())]);
        let other = DayTotal { day: date(2024, 4, 30), ..total(4, TotalsKind::All, None, 1) };
        let both = vec![total(3, TotalsKind::All, None, 1), other];
        assert_eq!(access.keep_totals("events-2", both).await.unwrap(), wrong);
        assert_eq!(access.days_of_totals("default"), Some((date(2024, 4, 30), date(2024, 5, 3))));
        assert_eq!(access.forget_totals("events-1").await.unwrap(), 6);
        assert_eq!(access.days_of_totals("default"), Some((date(2024, 4, 30), date(2024, 4, 30))));
        assert_eq!(access.forget_totals("events-2").await.unwrap(), 1);
        assert_eq!(access.days_of_totals("default"), None);
        assert_eq!(sums(access, all, false).await, [], "{name}");
    }
}

#[tokio::test]
async fn other_processes_know_the_days_within_seconds() {
    for bed in beds() {
        let (one, other) = (bed.process(), bed.process());
        one.access.keep_totals("events-1", vec![total(3, TotalsKind::All, None, 10)]).await.unwrap();
        other.access.attached().unwrap().wake();
        until("the other process knows", || other.access.days_of_totals("default").is_some()).await;
    }
}
