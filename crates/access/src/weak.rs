//! Secrets that somebody chose badly: too short, of too few characters, a pattern, or one that everybody knows.

use crate::is_known_default;

/// The fewest characters of a secret that a person chooses.
const CHARACTERS_LEAST: usize = 16;

/// The fewest different characters. Of 16 random hexadecimal digits there are fewer in one case of 100,000.
const DIFFERENT_LEAST: usize = 5;

/// Longer ones that stand in tutorials and samples, without case and punctuation; what they may end in, such as `123`, is
/// cut off before they are compared.
const KNOWN: &str = "
    youradmintoken youradmintokenhere yoursecrethere yoursecrettoken yoursecretkey yoursecretkeyhere
    yourtokenhere mysecretpassword mysecrettoken mysupersecrettoken supersecretpassword supersecrettoken
    supersecretkey verysecrettoken verysecretpassword thisisasecret thisisnotsecret changethistoken
    changethispassword changethissecret changemeplease pleasechangeme replacemeplease replacewithasecret
    insertsecrethere correcthorsebatterystaple administratorpassword adminpassword admintoken
    defaultpassword examplepassword exampletoken exampleadmintoken kassaadmintoken kassatoken
    kassasecret kassapassword passwordpassword letmeinplease qwertyuiopasdfgh qwertyuiopasdfghjkl
    qwertyuiopasdfghjklzxcvbnm
";

/// Why `secret` protects nothing, to follow the secret's name in a sentence; `None` for one that may do. It is no proof of
/// strength: only what somebody would try at once is refused.
pub fn weakness(secret: &str) -> Option<String> {
    let length = secret.chars().count();
    if length < CHARACTERS_LEAST {
        return Some(format!("has {length} characters: at least {CHARACTERS_LEAST} are wanted"));
    }
    let letters: Vec<char> = secret.to_lowercase().chars().collect();
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT_LEAST {
        return Some(format!("has only {} different characters", different.len()));
    }
    if is_repetition(&letters) {
        return Some("repeats itself".to_owned());
    }
    if is_row(&letters) {
        return Some("is a row of neighbours, such as 0123456789abcdef".to_owned());
    }
    is_known(secret).then(|| "stands in samples and lists of passwords".to_owned())
}

/// Whether it is a shorter text again and again.
fn is_repetition(letters: &[char]) -> bool {
    (1..=letters.len() / 2)
        .any(|period| letters.iter().zip(&letters[period..]).all(|(one, next)| one == next))
}

/// Whether nearly every character follows the one before it, upwards or downwards.
fn is_row(letters: &[char]) -> bool {
    let steps =
        || letters.windows(2).map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])));
    let most = letters.len() * 3 / 4;
    [1, -1].iter().any(|step| steps().filter(|found| found == step).count() >= most)
}

fn is_known(secret: &str) -> bool {
    let plain: String = secret.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    let stem = plain.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let known = |text: &str| is_known_default(text) || KNOWN.split_whitespace().any(|known| known == text);
    [plain.as_str(), stem].into_iter().any(|text| !text.is_empty() && known(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_would_try_is_refused() {
        let check = |secret: &str, expected: &str| {
            let found = weakness(secret).unwrap_or_default();
            assert!(!found.is_empty() && found.contains(expected), "{secret}: {found}");
        };
        check("", "0 characters: at least 16");
        check("fifteen-charact", "15 characters");
        check("aaaaaaaaaaaaaaaaaaaa", "only 1 different");
        check("1111000011110000", "only 2 different");
        check("changemechangeme", "repeats itself");
        check("abcdefghabcdefghabc", "repeats itself");
        check("0123456789abcdef", "row of neighbours");
        check("zyxwvutsrqponmlk", "row of neighbours");
        check("abcdefghijklmnop", "row of neighbours");
        check("My-Secret-Password", "stands in samples");
        check("your-admin-token-here", "stands in samples");
        check("Admin00000000000012345", "stands in samples");
        check("SuperSecretToken123", "stands in samples");
        check("correct horse battery staple", "stands in samples");
    }

    #[test]
    fn random_ones_may_do() {
        for _ in 0..2_000 {
            let id = uuid::Uuid::new_v4().simple().to_string();
            assert_eq!(weakness(&id), None, "{id}");
        }
        assert_eq!(weakness("an-admin-token-for-tests"), None);
        assert_eq!(weakness("7201943361058827"), None, "digits alone");
    }
}
