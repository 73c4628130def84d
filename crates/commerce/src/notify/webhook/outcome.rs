//! What an answer means, by the specification: 2xx has arrived, 410 wants no more, everything else is tried again, redirects too.

use axum::http::StatusCode;

use super::client::Posted;
use crate::notify::delivery::Sent;

/// What is done next.
pub(super) fn sent(posted: Posted) -> Sent {
    let (status, after, answer) = match posted {
        Posted::Failed { text, .. } => return Sent::Later { status: None, answer: text, after: None },
        Posted::Answered { status, after, answer } => (status, after, answer),
    };
    let asks_for_time = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let number = Some(i64::from(status.as_u16()));
    match status {
        StatusCode::GONE => Sent::Never { status: number, answer },
        status if status.is_success() => Sent::Done { status: number, answer },
        _ => Sent::Later { status: number, answer, after: after.filter(|_| asks_for_time) },
    }
}

/// Whether the target itself wants no more.
pub(super) fn is_gone(sent: &Sent) -> bool {
    matches!(sent, Sent::Never { status: Some(410), .. })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::client::Failure;
    use super::*;

    #[test]
    fn answers_mean_what_the_specification_says() {
        let check = |status: u16, expected: &str| {
            let after = Some(Duration::from_secs(7));
            let status = StatusCode::from_u16(status).unwrap();
            let sent = sent(Posted::Answered { status, after, answer: String::new() });
            let found = match &sent {
                Sent::Done { .. } => "done".to_owned(),
                Sent::Never { .. } => format!("never {}", is_gone(&sent)),
                Sent::Later { after, .. } => format!("later {}", after.map_or(0, |after| after.as_secs())),
            };
            assert_eq!(found, expected, "{status}");
        };
        [200, 201, 202, 204, 299].iter().for_each(|status| check(*status, "done"));
        [301, 302, 307, 308, 400, 401, 403, 404, 500, 502, 504].iter().for_each(|s| check(*s, "later 0"));
        check(429, "later 7");
        check(503, "later 7");
        check(410, "never true");
        let failed = Posted::Failed { why: Failure::Late, text: "late".to_owned() };
        assert_eq!(sent(failed), Sent::Later { status: None, answer: "late".to_owned(), after: None });
    }
}
