//! Where an event came from and with what, most often as its visit: source, referrer, the five of utm, device, browser,
//! system, country. Each column of a table costs every row something, so what is as in the visit is not written again:
//! the column `own` holds, as JSON, what differs.
//!
//! ```text
//! NULL                              all as in the visit; without a visit, nothing
//! {"source":null,"referrer":null}   a later page of a visit that came from somewhere
//! ```

use std::collections::BTreeMap;

use kassa_model::{Event, VISIT_TEXTS};

use super::failure::Failure;
use crate::Error;

/// How many texts they are.
const COUNT: usize = 11;

/// Their names in the JSON, and as columns of `events` before version 3. In the order of the visit's, where its entry page and its host
/// come before.
pub(super) const NAMES: [&str; COUNT] = [
    "source",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "device",
    "browser",
    "os",
    "country",
];

/// The texts, in the order of [`NAMES`].
pub(super) type Texts<'a> = [Option<&'a str>; COUNT];

/// What a row says that its visit does not.
#[derive(Debug, Default)]
pub(super) struct Own(BTreeMap<String, Option<String>>);

/// Those of an event.
pub(super) fn of_event(event: &Event) -> Texts<'_> {
    [
        event.source.as_deref(),
        event.referrer.as_deref(),
        event.utm_source.as_deref(),
        event.utm_medium.as_deref(),
        event.utm_campaign.as_deref(),
        event.utm_term.as_deref(),
        event.utm_content.as_deref(),
        event.device.as_deref(),
        event.browser.as_deref(),
        event.os.as_deref(),
        event.country.as_deref(),
    ]
}

/// Those among the texts of a visit, [`kassa_model::VisitFacts::texts`].
pub(super) fn of_visit<'a>(texts: &[Option<&'a str>; VISIT_TEXTS]) -> Texts<'a> {
    std::array::from_fn(|place| texts[VISIT_TEXTS - COUNT + place])
}

/// What is written for an event with these texts, of a visit with those.
pub(super) fn write(own: &Texts<'_>, visit: &Texts<'_>) -> Option<String> {
    let mut text = String::new();
    let pairs = NAMES.iter().zip(own.iter().zip(visit));
    for (name, (own, _)) in pairs.filter(|(_, (own, visit))| own != visit) {
        let value = own.map_or_else(|| "null".to_owned(), |own| serde_json::Value::from(own).to_string());
        let begin = if text.is_empty() { '{' } else { ',' };
        text.extend([begin.to_string().as_str(), "\"", name, "\":", &value]);
    }
    (!text.is_empty()).then(|| text + "}")
}

impl Own {
    /// What `written` says.
    pub(super) fn read(written: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = written else { return Ok(Self::default()) };
        let parsed = serde_json::from_str(text).map_err(|error| {
            Error::Failed(format!("it holds a row whose own texts are {text}, which is no JSON: {error}"))
        });
        Ok(Self(parsed?))
    }

    /// The event's texts, of a visit with these.
    pub(super) fn over<'a>(&'a self, visit: &Texts<'a>) -> Texts<'a> {
        std::array::from_fn(|place| match self.0.get(NAMES[place]) {
            Some(own) => own.as_deref(),
            None => visit[place],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_gives_the_texts_back() {
        let texts = [None, Some(""), Some("a"), Some("\"\\\u{1}é{")];
        let mut written = Vec::new();
        for (first, second) in texts.iter().flat_map(|first| texts.map(|second| (*first, second))) {
            let (mut own, mut visit) = ([None; COUNT], [Some("same"); COUNT]);
            own[2..].copy_from_slice(&visit[2..]);
            (own[0], visit[0]) = (first, second);
            let text = write(&own, &visit);
            assert_eq!(Own::read(text.as_deref()).unwrap().over(&visit), own);
            written.extend(text);
        }
        assert_eq!(write(&[Some("a"); COUNT], &[Some("a"); COUNT]), None);
        assert!(written.contains(&r#"{"source":null,"referrer":null}"#.to_owned()), "{written:?}");
        assert!(Own::read(Some("{")).is_err());
    }
}
