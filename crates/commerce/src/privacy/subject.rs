//! Who is asked for.
//!
//! ```json
//! {"email":"alice@shop.test"}
//! {"user":"42"}
//! ```

use kassa_service::Problem;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::catalog::notify::Email;

/// Bytes of a user's id.
const USER_BYTES_MAX: usize = 255;

/// A question about a person, as it comes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectBody {
    /// An e-mail address.
    pub email: Option<String>,
    /// The id of a user, as the shop's pages name it.
    pub user: Option<String>,
}

/// Who is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Whoever has this address, in lower case.
    Email(String),
    /// The user of this id.
    User(String),
}

impl Subject {
    /// Its kind, as it is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::User(_) => "user",
        }
    }

    /// What stands for them where they must not be named.
    pub fn hash(&self) -> String {
        let (Self::Email(text) | Self::User(text)) = self;
        let mut hasher = Sha256::new();
        hasher.update(self.kind());
        hasher.update([0]);
        hasher.update(text);
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<SubjectBody> for Subject {
    type Error = Problem;

    fn try_from(body: SubjectBody) -> Result<Self, Problem> {
        match (body.email, body.user) {
            (Some(email), None) => Ok(Self::Email(Email::parse(&email)?.key)),
            (None, Some(user)) => user_of(&user),
            _ => Err(Problem::bad_request("name one person, by email or by user")),
        }
    }
}

fn user_of(user: &str) -> Result<Subject, Problem> {
    let refuse = |why: &str| Err(Problem::bad_request(format!("user {why}")));
    match user.trim() {
        "" => refuse("is empty"),
        user if user.len() > USER_BYTES_MAX => refuse(&format!("has at most {USER_BYTES_MAX} bytes")),
        user if user.contains('\0') => refuse("contains U+0000"),
        user => Ok(Subject::User(user.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_named() {
        let check = |email: Option<&str>, user: Option<&str>, expected: Option<Subject>| {
            let body = SubjectBody { email: email.map(str::to_owned), user: user.map(str::to_owned) };
            assert_eq!(Subject::try_from(body).ok(), expected, "{email:?} {user:?}");
        };
        check(Some(" Ann@Shop.test"), None, Some(Subject::Email("ann@shop.test".to_owned())));
        check(None, Some("42 "), Some(Subject::User("42".to_owned())));
        check(None, None, None);
        check(Some("a@b.test"), Some("42"), None);
        check(Some("ann"), None, None);
        check(None, Some(" "), None);
        check(None, Some("a\0b"), None);
        let (email, user) = (Subject::Email("x".to_owned()), Subject::User("x".to_owned()));
        assert_ne!(email.hash(), user.hash());
        assert_eq!(email.hash().len(), 64);
    }
}
