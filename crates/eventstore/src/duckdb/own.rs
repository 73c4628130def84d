//! Where an event came from and with what, most often as its visit: source, referrer, the five of utm, device, browser,
//! system, country. Each column of a table costs every row something, so what is as in the visit is not written again:
//! the column `own` holds, as JSON, what differs.
//!
//! ```text
//! NULL                              all as in the visit; without a visit, nothing
//! {"source":null,"referrer":null}   a later page of a visit that came from somewhere
//! ```

use std::collections::BTreeMap;

use kassa_model::{ORIGIN_NAMES, ORIGIN_TEXTS, VISIT_TEXTS};

use super::failure::Failure;
use crate::Error;

/// The texts of [`kassa_model::Event::origin`]; their names are the keys of the JSON, and were columns of `events` before version 3.
pub(super) type Texts<'a> = [Option<&'a str>; ORIGIN_TEXTS];

/// What a row says that its visit does not.
#[derive(Debug, Default)]
pub(super) struct Own(BTreeMap<String, Option<String>>);

/// Those among the texts of a visit, [`kassa_model::VisitFacts::texts`].
pub(super) fn of_visit<'a>(texts: &[Option<&'a str>; VISIT_TEXTS]) -> Texts<'a> {
    std::array::from_fn(|place| texts[VISIT_TEXTS - ORIGIN_TEXTS + place])
}

/// What is written for an event with these texts, of a visit with those.
pub(super) fn write(own: &Texts<'_>, visit: &Texts<'_>) -> Option<String> {
    let mut text = String::new();
    let pairs = ORIGIN_NAMES.iter().zip(own.iter().zip(visit));
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
        std::array::from_fn(|place| match self.0.get(ORIGIN_NAMES[place]) {
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
            let (mut own, mut visit) = ([None; ORIGIN_TEXTS], [Some("same"); ORIGIN_TEXTS]);
            own[2..].copy_from_slice(&visit[2..]);
            (own[0], visit[0]) = (first, second);
            let text = write(&own, &visit);
            assert_eq!(Own::read(text.as_deref()).unwrap().over(&visit), own);
            written.extend(text);
        }
        assert_eq!(write(&[Some("a"); ORIGIN_TEXTS], &[Some("a"); ORIGIN_TEXTS]), None);
        assert!(written.contains(&r#"{"source":null,"referrer":null}"#.to_owned()), "{written:?}");
        assert!(Own::read(Some("{")).is_err());
    }
}
