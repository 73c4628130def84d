//! The log record's bytes: one JSON object with a version and short keys, so that anything that subscribes to the
//! topic can read it. This file is the format's documentation.
//!
//! An accepted event (absent keys are absent values; times are µs UTC; hashes 63-bit integers; `v0` and `v1`, the
//! cookieless visitors, are absent in an event from a client that named the visitor; `b` is 1 for a browser's library and 0 for
//! anything else, and absent in records from before crawlers were bots in every format; `nc` is 2 where the visitor asked
//! for privacy, else 1, and absent in records from before visits heeded names, 0.2.0's among them):
//! ```json
//! {"v":1,"id":"m-1","st":"demo","n":"click","ns":"CLICK","t":1735732800000000,"r":1735732800100000,"d":"batch",
//!  "vi":7,"u":"42","se":9,"h":"shop.test","p":"/shop","ti":"Shop","rf":"https://a.test/","us":"x","um":"cpc",
//!  "uc":"spring","ut":"mug","un":"top","co":"DE","cm":"BuyButton","lt":"COMPONENT","ta":"Buy",
//!  "o":{"id":"…","m":-500,"c":"EUR","s":"refunded","i":[{"k":"mug","n":"Mug","g":"kitchen","u":-1,"m":-500}]},
//!  "x":{"any":"property"},"a":"Mozilla/5.0 …","b":1,"v0":1,"v1":2,"pa":1735732700000000,"wd":1,"ri":1,"nc":1}
//! ```
//! A refused one:
//! ```json
//! {"v":1,"rej":"invalid_time","id":"…","st":"demo","r":1735732800100000,"d":"flat","w":"timestamp","raw":"{…}"}
//! ```
//! What is left of one of a person who was erased; spaces follow, for it has the place of another:
//! ```json
//! {"v":1,"rej":"erased","st":"demo","r":1735732800100000,"d":"shop"}
//! ```

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Dialect, Event, LogRecord, Naming, OrderPart, Reason, Recorded, Rejected, Timestamp};

/// The version that this build writes; it reads all from 1 on. Records are never rewritten, so a log holds those of all
/// versions that wrote to it, and [`decode`] takes each by its own. A new version raises the format of the log's folder, too
/// (`meta.json`), so that a build that does not know it opens none of it.
const VERSION: u32 = 1;

/// The most bytes of `props` that a record carries; the collector refuses larger events long before.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not the JSON that [`encode`] writes.
    #[error("cannot decode a log record: {0}")]
    Shape(#[from] serde_json::Error),
    /// Written by a newer version.
    #[error(
        "cannot decode a log record of version {0}: a newer kassa wrote it, and this one knows up to {VERSION}"
    )]
    Version(u32),
}

/// The bytes of `record`.
///
/// # Errors
/// [`CodecError::Shape`] when `props` is not the text of a JSON value.
pub fn encode(record: &LogRecord) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::with_capacity(512);
    out.push(b'{');
    match record {
        LogRecord::Event(recorded) => put_event(&mut out, recorded)?,
        LogRecord::Rejected(rejected) => put_rejected(&mut out, rejected)?,
    }
    out.push(b'}');
    Ok(out)
}

/// The record of `bytes`.
///
/// # Errors
/// [`CodecError`] when the bytes are no record of a version that this build knows.
pub fn decode(bytes: &[u8]) -> Result<LogRecord, CodecError> {
    let wire: RecordIn = match serde_json::from_slice::<RecordIn>(bytes) {
        Ok(wire) if wire.v == VERSION => wire,
        Ok(wire) => return Err(CodecError::Version(wire.v)),
        Err(why) => return Err(shape_of(bytes).unwrap_or(why.into())),
    };
    Ok(match wire.rej {
        Some(reason) => LogRecord::Rejected(Box::new(wire.into_rejected(reason))),
        None => LogRecord::Event(Box::new(wire.into_recorded())),
    })
}

/// That a record which is none of ours is of a version that we do not know.
fn shape_of(bytes: &[u8]) -> Option<CodecError> {
    let head: Head = serde_json::from_slice(bytes).ok()?;
    (head.v > VERSION).then_some(CodecError::Version(head.v))
}

fn put_event(out: &mut Vec<u8>, recorded: &Recorded) -> Result<(), CodecError> {
    let event = &recorded.event;
    put(out, "v", VERSION)?;
    put(out, "id", &event.id)?;
    put(out, "st", &event.site)?;
    put(out, "n", &event.name)?;
    maybe(out, "ns", (event.name_sent != event.name).then_some(&event.name_sent))?;
    put(out, "t", event.occurred_at.micros())?;
    put(out, "r", event.received_at.micros())?;
    put(out, "d", event.dialect.name())?;
    maybe(out, "vi", event.visitor)?;
    maybe(out, "u", event.user.as_ref())?;
    maybe(out, "se", event.session)?;
    maybe(out, "h", event.host.as_ref())?;
    maybe(out, "p", event.path.as_ref())?;
    maybe(out, "ti", event.title.as_ref())?;
    maybe(out, "rf", event.referrer.as_ref())?;
    maybe(out, "us", event.utm_source.as_ref())?;
    maybe(out, "um", event.utm_medium.as_ref())?;
    maybe(out, "uc", event.utm_campaign.as_ref())?;
    maybe(out, "ut", event.utm_term.as_ref())?;
    maybe(out, "un", event.utm_content.as_ref())?;
    maybe(out, "co", event.country.as_ref())?;
    maybe(out, "cm", event.component.as_ref())?;
    maybe(out, "lt", event.location_type.as_ref())?;
    maybe(out, "ta", event.target.as_ref())?;
    maybe(out, "o", event.order.as_ref())?;
    if !matches!(event.props.as_str(), "" | "{}") {
        put(out, "x", serde_json::from_str::<&RawValue>(&event.props)?)?;
    }
    maybe(out, "a", recorded.agent.as_ref())?;
    let sender = if recorded.from_browser { Some(1) } else { recorded.crawlers_are_bots.then_some(0) };
    maybe(out, "b", sender)?;
    maybe(out, "v0", Some(recorded.visitor_today).filter(|hash| *hash != 0))?;
    maybe(out, "v1", Some(recorded.visitor_yesterday).filter(|hash| *hash != 0))?;
    maybe(out, "pa", recorded.placed_at.map(Timestamp::micros))?;
    maybe(out, "wd", recorded.automated.then_some(1))?;
    maybe(out, "ri", recorded.referrer_ignored.then_some(1))?;
    let naming = match recorded.naming {
        Naming::OfBefore => None,
        Naming::Heeded => Some(1),
        Naming::Private => Some(2),
    };
    maybe(out, "nc", naming)
}

fn put_rejected(out: &mut Vec<u8>, rejected: &Rejected) -> Result<(), CodecError> {
    put(out, "v", VERSION)?;
    put(out, "rej", rejected.reason)?;
    if rejected.reason != Reason::Erased {
        put(out, "id", &rejected.id)?;
    }
    put(out, "st", &rejected.site)?;
    put(out, "r", rejected.received_at.micros())?;
    put(out, "d", rejected.dialect.name())?;
    if rejected.reason == Reason::Erased {
        return Ok(());
    }
    put(out, "w", &rejected.detail)?;
    put(out, "raw", &rejected.original)
}

/// Writes a member of the object that `out` is in; `key` needs no escapes.
fn put(out: &mut Vec<u8>, key: &str, value: impl Serialize) -> Result<(), CodecError> {
    out.extend_from_slice(if out.len() > 1 { b",\"" } else { b"\"" });
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    Ok(serde_json::to_writer(out, &value)?)
}

/// Writes a member if there is one.
fn maybe(out: &mut Vec<u8>, key: &str, value: Option<impl Serialize>) -> Result<(), CodecError> {
    value.map_or(Ok(()), |value| put(out, key, value))
}

/// What records of every version have.
#[derive(Deserialize)]
struct Head {
    v: u32,
}

#[derive(Deserialize)]
struct RecordIn {
    v: u32,
    rej: Option<Reason>,
    #[serde(default)]
    id: String,
    st: String,
    #[serde(default)]
    n: String,
    ns: Option<String>,
    #[serde(default)]
    t: i64,
    r: i64,
    #[serde(deserialize_with = "dialect_by_name")]
    d: Dialect,
    vi: Option<i64>,
    u: Option<String>,
    se: Option<i64>,
    h: Option<String>,
    p: Option<String>,
    ti: Option<String>,
    rf: Option<String>,
    us: Option<String>,
    um: Option<String>,
    uc: Option<String>,
    ut: Option<String>,
    un: Option<String>,
    co: Option<String>,
    cm: Option<String>,
    lt: Option<String>,
    ta: Option<String>,
    o: Option<OrderPart>,
    x: Option<Box<RawValue>>,
    a: Option<String>,
    b: Option<u8>,
    #[serde(default)]
    v0: i64,
    #[serde(default)]
    v1: i64,
    pa: Option<i64>,
    #[serde(default)]
    wd: u8,
    #[serde(default)]
    ri: u8,
    #[serde(default)]
    nc: u8,
    #[serde(default)]
    w: String,
    #[serde(default)]
    raw: String,
}

fn dialect_by_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
    let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
    name.parse().map_err(serde::de::Error::custom)
}

impl RecordIn {
    fn into_recorded(self) -> Recorded {
        let event = Event {
            id: self.id,
            site: self.st,
            name_sent: self.ns.unwrap_or_else(|| self.n.clone()),
            name: self.n,
            occurred_at: Timestamp::from_micros(self.t),
            visitor: self.vi,
            user: self.u,
            session: self.se,
            host: self.h,
            path: self.p,
            title: self.ti,
            referrer: self.rf,
            utm_source: self.us,
            utm_medium: self.um,
            utm_campaign: self.uc,
            utm_term: self.ut,
            utm_content: self.un,
            country: self.co,
            component: self.cm,
            location_type: self.lt,
            target: self.ta,
            order: self.o,
            props: self.x.map_or_else(|| "{}".to_owned(), |raw| Box::<str>::from(raw).into()),
            ..Event::blank(self.d, Timestamp::from_micros(self.r))
        };
        Recorded {
            event,
            agent: self.a,
            from_browser: self.b == Some(1),
            crawlers_are_bots: self.b.is_some(),
            visitor_today: self.v0,
            visitor_yesterday: self.v1,
            placed_at: self.pa.map(Timestamp::from_micros),
            automated: self.wd != 0,
            referrer_ignored: self.ri != 0,
            naming: match self.nc {
                0 => Naming::OfBefore,
                2 => Naming::Private,
                _ => Naming::Heeded,
            },
        }
    }

    fn into_rejected(self, reason: Reason) -> Rejected {
        Rejected {
            id: self.id,
            site: self.st,
            received_at: Timestamp::from_micros(self.r),
            reason,
            detail: self.w,
            dialect: self.d,
            original: self.raw,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTED: &str = r#"{"v":1,"id":"m-1","st":"demo","n":"click","ns":"CLICK","t":1735732800000000,"r":1735732800100000,"d":"batch","vi":7,"u":"42","se":9,"h":"shop.test","p":"/shop","ti":"Shop","rf":"https://a.test/","us":"x","um":"cpc","uc":"spring","ut":"mug","un":"top","co":"DE","cm":"BuyButton","lt":"COMPONENT","ta":"Buy","o":{"id":"o-1","m":-500,"c":"EUR","s":"refunded","i":[{"k":"mug","n":"Mug","g":"kitchen","u":-1,"m":-500}]},"x":{"any":"property","n":1.50},"a":"Mozilla/5.0","b":1,"v0":1,"v1":2,"pa":1735732700000000,"wd":1,"ri":1,"nc":1}"#;
    const REJECTED: &str = r#"{"v":1,"rej":"invalid_time","id":"r-1","st":"demo","r":1735732800100000,"d":"flat","w":"timestamp","raw":"{\"a\":1}"}"#;

    const ERASED: &str = r#"{"v":1,"rej":"erased","st":"demo","r":1735732800100000,"d":"shop"}"#;

    #[test]
    fn the_documented_records_go_both_ways() {
        let private = DOCUMENTED.replace(r#""nc":1"#, r#""nc":2"#);
        for text in [DOCUMENTED, &private, REJECTED, ERASED] {
            let record = decode(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(encode(&record).unwrap()).unwrap(), text);
        }
        let LogRecord::Event(recorded) = decode(DOCUMENTED.as_bytes()).unwrap() else { panic!("an event") };
        assert_eq!(recorded.event.name_sent, "CLICK");
        assert_eq!(recorded.event.props, r#"{"any":"property","n":1.50}"#);
        assert!(recorded.from_browser && recorded.naming == Naming::Heeded);
    }

    #[test]
    fn a_record_of_0_2_0_is_of_before() {
        let text = DOCUMENTED.replace(r#","nc":1"#, "");
        let record = decode(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(encode(&record).unwrap()).unwrap(), text);
        let LogRecord::Event(recorded) = record else { panic!("an event") };
        assert!(recorded.crawlers_are_bots && recorded.is_of_before());
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        assert!(matches!(
            decode(br#"{"v":2,"id":"","st":"","r":0,"d":"flat"}"#),
            Err(CodecError::Version(2))
        ));
        let other = decode(br#"{"v":3,"of":"another shape"}"#).unwrap_err();
        assert!(other.to_string().contains("version 3: a newer kassa wrote it"), "{other}");
        for bad in ["", "[]", "{}", "\u{0}", r#"{"v":1}"#, r#"{"v":1,"id":"a","st":"b","r":0,"d":"No"}"#] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
