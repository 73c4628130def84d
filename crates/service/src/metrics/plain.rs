//! The text format of Prometheus before OpenMetrics (version 0.0.4), made of the OpenMetrics text: counters are named as
//! their samples are, and there is no unit and no end mark. What is asked for by `Accept` is answered.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// The media type of OpenMetrics text.
pub(super) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The media type of the plain format.
pub(super) const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether OpenMetrics is asked for by name, and not less than the plain format.
pub(super) fn wants_open_metrics(headers: &HeaderMap) -> bool {
    let accepted: Vec<&str> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let weight = |name: &str| {
        let found = accepted.iter().find(|range| essence(range).eq_ignore_ascii_case(name));
        found.map_or(0.0, |range| quality(range))
    };
    let open = weight("application/openmetrics-text");
    open > 0.0 && open >= weight("text/plain")
}

fn essence(range: &str) -> &str {
    range.split(';').next().unwrap_or_default().trim()
}

fn quality(range: &str) -> f32 {
    let parameters = range.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let q = parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    q.map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(0.0))
}

/// OpenMetrics text in the plain format.
pub(super) fn plain(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    // A family begins with its help; its kind, which the name depends on, comes after.
    let mut help = None;
    for line in open_metrics.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            help = rest.split_once(' ').map(|(_, said)| said);
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' '))
        {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "unknown" => ("", "untyped"),
                "info" => ("_info", "gauge"),
                other => ("", other),
            };
            if let Some(said) = help.take() {
                text.push_str(&format!("# HELP {name}{suffix} {said}\n"));
            }
            text.push_str(&format!("# TYPE {name}{suffix} {kind}\n"));
        } else if !line.starts_with("# ") {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openmetrics_is_for_who_asks_for_it() {
        let check = |accept: Option<&'static str>, expected: bool| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(wants_open_metrics(&headers), expected, "{accept:?}");
        };
        check(None, false);
        check(Some("*/*"), false);
        check(Some("text/plain"), false);
        check(Some("application/openmetrics-text"), true);
        check(Some("application/openmetrics-text; version=1.0.0; charset=utf-8"), true);
        check(
            Some(
                "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            ),
            true,
        );
        check(Some("text/plain;version=0.0.4;q=0.8, application/openmetrics-text;q=0.4"), false);
        check(Some("application/openmetrics-text;q=0"), false);
    }

    #[test]
    fn counters_are_named_as_their_samples_are() {
        let given = "# HELP kassa_a A.\n# TYPE kassa_a counter\nkassa_a_total{x=\"# y\"} 1\n\
                     # HELP b_seconds B.\n# TYPE b_seconds gauge\n# UNIT b_seconds seconds\nb_seconds 2\n# EOF\n";
        let expected = "# HELP kassa_a_total A.\n# TYPE kassa_a_total counter\nkassa_a_total{x=\"# y\"} 1\n\
                        # HELP b_seconds B.\n# TYPE b_seconds gauge\nb_seconds 2\n";
        assert_eq!(plain(given), expected);
    }
}
