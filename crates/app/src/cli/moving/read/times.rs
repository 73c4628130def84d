//! Times as other programs write them, as RFC 3339.

/// `2024-05-01 10:00:00 +0200`, `2024-05-01 10:00:00.123+00`, and the same without a zone, which is taken for UTC.
pub(super) fn rfc3339(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.contains('T') && !text.contains(' ') {
        return Ok(text.to_owned());
    }
    let bad = || format!("{text:?} is no time such as 2024-05-01 10:00:00 +0200");
    let (date, rest) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let rest = rest.trim().trim_end_matches("UTC").trim_end();
    let (time, zone) = rest.split_at(rest.find(['+', '-']).unwrap_or(rest.len()));
    let time = time.trim_end();
    let zone = match (zone, zone.len()) {
        ("", _) => "Z".to_owned(),
        (_, 3) => format!("{zone}:00"),
        (_, 5) if zone.is_ascii() => format!("{}:{}", &zone[..3], &zone[3..]),
        (_, 6) => zone.to_owned(),
        _ => return Err(bad()),
    };
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    let at = format!("{date}T{time}{zone}");
    match at.parse::<kassa_model::Timestamp>() {
        Ok(_) => Ok(at),
        Err(_) => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_shops_write() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(rfc3339(text).ok().as_deref(), expected, "{text}")
        };
        check("2024-05-01 10:00:00 +0200", Some("2024-05-01T10:00:00+02:00"));
        check("2024-05-01 10:00:00 UTC", Some("2024-05-01T10:00:00Z"));
        check("2024-05-01 10:00", Some("2024-05-01T10:00:00Z"));
        check("2024-05-01", Some("2024-05-01T00:00:00Z"));
        check("2024-05-01T10:00:00Z", Some("2024-05-01T10:00:00Z"));
        check("2024-05-01 10:00:00.123+00", Some("2024-05-01T10:00:00.123+00:00"));
        check("yesterday", None);
        check("2024-05-01 10:00:00 MESZ", None);
        check("", None);
    }
}
