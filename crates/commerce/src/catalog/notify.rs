//! Who wants to be told when something is back in stock.

pub(crate) mod store;

use kassa_service::Problem;

use crate::text;

/// Bytes of an e-mail address (RFC 5321).
const EMAIL_BYTES_MAX: usize = 254;

/// An e-mail address, as it was written and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email {
    pub(crate) text: String,
    pub(crate) key: String,
}

impl Email {
    /// Whether an address can be right only its server knows; one without an `@` between two parts never is.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let text = text::trimmed(text);
        let parts =
            text.rsplit_once('@').filter(|(name, host)| text::is_visible(name) && text::is_visible(host));
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if parts.is_none() || !is_plain || text.len() > EMAIL_BYTES_MAX {
            let why = format!(
                "email must be an address such as alice@shop.example, of at most {EMAIL_BYTES_MAX} bytes"
            );
            return Err(Problem::bad_request(why));
        }
        Ok(Self { text: text.to_owned(), key: text.to_ascii_lowercase() })
    }
}

/// Who asks, and in which language they read the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asking {
    pub(crate) email: Email,
    pub(crate) language: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn knows_an_address() {
        let check = |text: &str, key: Option<&str>| {
            assert_eq!(Email::parse(text).ok().map(|email| email.key).as_deref(), key, "{text:?}");
        };
        check("Ann@Shop.example", Some("ann@shop.example"));
        check(" ann@shop.example\u{200b}", Some("ann@shop.example"));
        check("ann", None);
        check("@shop.example", None);
        check("ann@", None);
        check("an n@shop.example", None);
        check("ann@shop\r\nbcc:", None);
        check(&format!("{}@shop.example", "x".repeat(250)), None);
        check("", None);
    }
}
