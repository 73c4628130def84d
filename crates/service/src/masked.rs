//! Addresses as they may be shown: without the secrets that stand in them.

/// What stands for a secret.
const STARS: &str = "********";

/// Words in the name of a query parameter whose value is a secret.
const SECRET_WORDS: [&str; 6] = ["pass", "pwd", "secret", "token", "key", "credential"];

/// `url` with stars for every password: behind the user's name, in whatever form it is written, and in query parameters such
/// as `?password=`. Any text may be given; what is no address is searched for parameters alone.
pub fn url(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", parameters(&user(scheme, rest))),
        None => parameters(url),
    }
}

/// Masks `user:password@`. The last `@` ends it: a password may hold one, and `/` or `?`, when nobody escaped them.
fn user(scheme: &str, rest: &str) -> String {
    let Some((user, host)) = rest.rsplit_once('@') else { return rest.to_owned() };
    match user.split_once(':') {
        Some((name, _)) => format!("{name}:{STARS}@{host}"),
        // A name alone is one on a database, and a token on the web.
        None if scheme.starts_with("http") => format!("{STARS}@{host}"),
        None => rest.to_owned(),
    }
}

/// Masks the values of parameters with a secret's name.
fn parameters(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['?', '&', ';']) {
        let (before, after) = rest.split_at(at + 1);
        shown.push_str(before);
        rest = after;
        let end = rest.find(['&', ';', '#']).unwrap_or(rest.len());
        if let Some((name, _)) = rest[..end].split_once('=') {
            let lower = name.to_ascii_lowercase();
            if SECRET_WORDS.iter().any(|word| lower.contains(word)) {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(STARS);
                rest = &rest[end..];
            }
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_part_of_an_address_shows_a_password() {
        let check = |given: &str, expected: &str| assert_eq!(super::url(given), expected);
        check("postgres://shop:pw@db.example/shop", "postgres://shop:********@db.example/shop");
        check(
            "postgres://shop:p@ss/w?rd@db.example:5432/shop",
            "postgres://shop:********@db.example:5432/shop",
        );
        check("postgres://db/shop?user=me&password=pw", "postgres://db/shop?user=me&password=********");
        check("postgres://db/shop?sslpassword=pw&x=1", "postgres://db/shop?sslpassword=********&x=1");
        check(
            "postgresql://shop:pw@db/shop?PassWord=pw#f",
            "postgresql://shop:********@db/shop?PassWord=********#f",
        );
        check("postgres://shop@db/shop", "postgres://shop@db/shop");
        check("http://token@host:7101", "http://********@host:7101");
        check("http://host:7101/base?api_key=pw", "http://host:7101/base?api_key=********");
        check("redis://:pw@host", "redis://:********@host");
        check("sqlite:{data}/kassa.db", "sqlite:{data}/kassa.db");
        check("clickhouse:host?password=pw", "clickhouse:host?password=********");
        check("", "");
    }
}
