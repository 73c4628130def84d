//! A letter, and the message that it becomes: the same to the byte whenever it is sent, under the same `Message-ID`.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};

use crate::notify::delivery::Delivery;

/// What is written to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// From whom it is: `email.from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) mailbox: Mailbox,
}

impl Sender {
    /// From `Shop <shop@shop.example>` or the address alone.
    ///
    /// # Errors
    /// It is no address.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mailbox = text.parse().map_err(|error| format!("{text} is no address of a sender: {error}"))?;
        Ok(Self { mailbox })
    }

    /// As whom kassa says hello to a server.
    pub(crate) fn host(&self) -> &str {
        self.mailbox.email.domain()
    }

    /// The message of a delivery.
    ///
    /// # Errors
    /// Its target is no address that mail can go to.
    pub(crate) fn message(&self, delivery: &Delivery, letter: &Letter) -> Result<Message, String> {
        let to: lettre::Address =
            delivery.target.parse().map_err(|error| format!("{} is no address: {error}", delivery.target))?;
        let host = self.host();
        // Of an id, which is a UUID: nothing in the text can be it by chance or on purpose.
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("kassa-{}", delivery.id))
            .singlepart(SinglePart::plain(letter.text.clone()))
            .singlepart(SinglePart::html(letter.html.clone()));
        Message::builder()
            .message_id(Some(format!("<{}@{host}>", delivery.id)))
            .date(made_at(delivery))
            .from(self.mailbox.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(parts)
            .map_err(|error| format!("it cannot be written as a message: {error}"))
    }
}

fn made_at(delivery: &Delivery) -> SystemTime {
    let micros = u64::try_from(delivery.created_at.micros()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use kassa_model::Timestamp;

    use super::*;
    use crate::notify::delivery::{Channel, State};

    fn to(target: &str) -> Delivery {
        Delivery {
            id: "0190a000-0000-7000-8000-000000000001".to_owned(),
            event_id: "o:1".to_owned(),
            event_type: "OrderConfirmed".to_owned(),
            channel: Channel::Email,
            target: target.to_owned(),
            template: "order-confirmed".to_owned(),
            payload: String::new(),
            order_id: None,
            state: State::Waiting,
            attempts: 0,
            tries: 0,
            next_at: None,
            created_at: Timestamp::from_micros(1_800_000_000_000_000),
            begun_at: Timestamp::from_micros(0),
            done_at: None,
        }
    }

    fn written(from: &str, target: &str, subject: &str) -> Result<String, String> {
        let letter = Letter {
            subject: subject.to_owned(),
            text: "Grüße\n.\nnot the end\r\n.\r\nQUIT".to_owned(),
            html: "<p>Grüße</p>".to_owned(),
        };
        let message = Sender::parse(from)?.message(&to(target), &letter)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    fn head(text: &str) -> Vec<&str> {
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        head.split("\r\n").map(|line| line.split_once(':').map_or(line, |(name, _)| name)).collect()
    }

    #[test]
    fn a_message_is_the_same_each_time() {
        let write = || written("Shop <shop@shop.example>", "ann@b.test", "Your order 7").unwrap();
        let text = write();
        assert_eq!(text, write());
        for line in [
            "Message-ID: <0190a000-0000-7000-8000-000000000001@shop.example>",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000",
            "To: ann@b.test",
            "Subject: Your order 7",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
        }
        assert!(text.is_ascii(), "{text}");
    }

    /// Whatever stands in a subject or a name, there is no header more, and none less.
    #[test]
    fn no_header_can_be_added() {
        let plain = written("shop@shop.example", "ann@b.test", "x").unwrap().replace("\r\n ", " ");
        for subject in [
            "a\r\nBcc: eve@b.test",
            "a\nBcc: eve@b.test",
            "a\rBcc: x",
            "\u{0}",
            "ä\r\n\r\n<b>",
            "\u{2028}Bcc: x",
            "=?utf-8?q?=0ABcc:_x?=",
        ] {
            let text = written("shop@shop.example", "ann@b.test", subject).unwrap();
            let unfolded = text.replace("\r\n ", " ");
            assert_eq!(head(&unfolded), head(&plain), "{subject:?}: {text}");
        }
        for bad in [
            "a@b.test\r\nBcc: e@b.test",
            "a@b.test, e@b.test",
            "a b@c.test",
            "@b.test",
            "",
            "a@b.test>",
            "a\u{0}@b.test",
        ] {
            assert!(written("shop@shop.example", bad, "x").is_err(), "{bad:?}");
        }
        assert!(Sender::parse("Shop\r\nBcc: e@b.test <a@b.test>").is_err());
    }
}
