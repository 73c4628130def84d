//! What is taken, what is refused, and that both engines agree on whatever is taken.

use super::*;

#[test]
fn spells_out_what_the_engines_read_differently() {
    let check = |text: &str, re2: &str| {
        assert_eq!(Pattern::parse(text).unwrap().re2(), format!("({re2})"), "{text}");
    };
    check("^/shop", "^/shop");
    check(r"\d+", "[0-9]+");
    check(r"[\d\s.]", r"[0-9\t\n\f\r .]");
    check(r"\bmug\b", r"\bmug\b");
    check("(?i)a|b(?:c)", "(?i)a|b(?:c)");
    check("a{2,3}", "a{2,3}");
    check("[a&&b]", r"[a\&\&b]");
    check(r"[+\-*-]", r"[+\-*\-]");
    check("(a{500})*", "(a{500})*");
    check("(?:a{10}|b{20}){50}?", "(?:a{10}|b{20}){50}?");
    check("a*?b+?c??d{2}?", "a*?b+?c??d{2}?");
    assert!(Pattern::parse(r"\d").unwrap().regex.find("٣").is_none());
    assert!(Pattern::parse(r"\bä").unwrap().regex.find("ä").is_none());
}

#[test]
fn refuses_what_they_do_not_share() {
    let check = |text: &str, why: &str| match Pattern::parse(text) {
        Err(Error::Invalid(said)) => assert!(said.contains(why), "{text}: {said}"),
        other => panic!("{text}: {other:?}"),
    };
    check("(", "not closed");
    check("[", "not closed");
    check("a{", "\\{");
    check("a{1001}", "up to 1,000");
    check("a{,5}", "up to 1,000");
    check("a{5,2}", "ends before");
    check("a{02}", "leading zeros");
    check("a{0,02}", "leading zeros");
    check(r"\u0041", "not known");
    check(r"\B", "not known");
    check(r"\p{L}", "not known");
    check(r"\x41", "not known");
    check(r"\Qa\E", "not known");
    check(r"(a)\1", "not known");
    check("(?x)a", "known behind (?");
    check("(?U)a", "known behind (?");
    check("(?<n>a)", "known behind (?");
    check("(?P<n>a)", "known behind (?");
    check("(?=a)", "known behind (?");
    check("(?!a)", "known behind (?");
    check("(?<=a)b", "known behind (?");
    check("(?)a", "known behind (?");
    check("(?i-)a", "must follow");
    check("(?--i)a", "twice");
    check("(?ii)a", "twice");
    check("[[:alpha:]]", "\\[");
    check("[a--b]", "--");
    check("[z-a]", "range");
    check(r"[!-\d]", "range");
    check(r"[\d-x]", "range");
    check("*", "nothing stands before *");
    check("a|+", "nothing stands before +");
    check("(?i)*", "nothing stands before *");
    check("\\", "ends in a backslash");
    check("a)", "\\)");
    check("/blog/**", "repeats a repetition");
    check("a+*", "repeats a repetition");
    check("a*??", "repeats a repetition");
    check("a{2}{3}", "repeats a repetition");
    check("a{2}*", "repeats a repetition");
    check("(a{1000}){1000}", "more than 1,000");
    check("(x{100}){100}", "more than 1,000");
    check("((x{10}){10}|b){11}", "more than 1,000");
    check("((a{500})*){3}", "more than 1,000");
    check("(?:x{2,}){501}", "more than 1,000");
    check(&"(".repeat(200), "deep");
    check(&"a".repeat(1_025), "1,024");
}

#[cfg(feature = "duckdb")]
mod in_the_engine {
    use duckdb::{Connection, params};

    use super::*;
    use crate::conformance::sample::{Random, scaled};

    /// Texts that patterns are tried on: short, so that what is generated now and then fits.
    const SAMPLES: [&str; 24] = [
        "", "a", "b", "aa", "ab", "ba", "aab", "abc", "aaaa", "a b", "A", "É", "é", "ä", "ſ", "K", "k", "0",
        "10", "/blog/a", "a\nb", "\n", "a-b_c", "a\u{0}b",
    ];
    const PIECES: [&str; 56] = [
        "a", "b", "ab", "É", "ä", "K", "ſ", "0", "/", " ", "\u{0}", ".", "^", "$", "|", "(", ")", "(?:",
        "(?i)", "(?m)", "(?s:", "(?i-s:", "(?-i)", "*", "+", "?", "*?", "{2}", "{0}", "{1,3}", "{2,}",
        "{10}", "{100}", "{1000}", "[ab]", "[^a]", "[a-c0]", "[^\\n]", "[-a]", "[a-]", "[&&~]", "[\\w-]",
        "[A-Z]", r"\d", r"\W", r"\b", r"\A", r"\z", r"\n", r"\.", r"\\", r"\s", "{", "}", "]", "[",
    ];

    /// A pattern of the grammar, or (one in three) of pieces in any order.
    fn pattern(random: &mut Random) -> String {
        if random.one_in(3) {
            return (0..1 + random.below(9)).map(|_| random.pick(&PIECES)).collect();
        }
        let text = alternation(random, 0);
        if random.one_in(4) { mutated(random, &text) } else { text }
    }

    fn alternation(random: &mut Random, depth: usize) -> String {
        let branches = 1 + random.below(2);
        let branches: Vec<String> = (0..branches)
            .map(|_| (0..random.below(4)).map(|_| repeated(random, depth)).collect::<String>())
            .collect();
        branches.join("|")
    }

    fn repeated(random: &mut Random, depth: usize) -> String {
        let atom = if depth < 3 && random.one_in(3) {
            let open = random.pick(&["(", "(?:", "(?i:", "(?s:", "(?m:"]);
            format!("{open}{})", alternation(random, depth + 1))
        } else {
            random.pick(&[&PIECES[..12], &PIECES[34..52]].concat()).to_owned()
        };
        let repetition = ["", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{3,}", "{10}", "{50}", "{1}?"];
        format!("{atom}{}", random.pick(&repetition))
    }

    fn mutated(random: &mut Random, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let place = random.below(chars.len() + 1);
        match random.below(3) {
            0 => chars.splice(place..place, random.pick(&PIECES).chars()).for_each(drop),
            1 if place < chars.len() => drop(chars.remove(place)),
            _ if place < chars.len() => chars.insert(place, chars[place]),
            _ => {}
        }
        chars.into_iter().collect()
    }

    fn samples(connection: &Connection) {
        connection.execute_batch("CREATE TABLE samples (place INTEGER, text VARCHAR)").unwrap();
        for (place, sample) in SAMPLES.iter().enumerate() {
            connection.execute("INSERT INTO samples VALUES ($1, $2)", params![place, sample]).unwrap();
        }
    }

    fn found(connection: &Connection, re2: &str) -> duckdb::Result<Vec<bool>> {
        let mut statement =
            connection.prepare_cached("SELECT regexp_matches(text, $1) FROM samples ORDER BY place")?;
        statement.query_map(params![re2], |row| row.get(0))?.collect()
    }

    /// Several at once, and texts as parts, find what each of them does.
    #[test]
    fn a_search_for_several_finds_what_each_does() {
        let connection = Connection::open_in_memory().unwrap();
        samples(&connection);
        let mut random = Random(7);
        let mut searched = 0;
        while searched < scaled(3_000) {
            let texts: Vec<String> = (0..1 + random.below(4)).map(|_| pattern(&mut random)).collect();
            let contained = SAMPLES.map(|sample| texts.iter().any(|text| sample.contains(text)));
            assert_eq!(found(&connection, &Search::containing(&texts).re2).unwrap(), contained, "{texts:?}");
            let patterns: Result<Vec<Pattern>, Error> =
                texts.iter().map(|text| Pattern::parse(text)).collect();
            let Ok(patterns) = patterns else { continue };
            searched += 1;
            let fitting = SAMPLES.map(|sample| patterns.iter().any(|pattern| pattern.regex.is_match(sample)));
            let search = Search::fitting(&texts).unwrap();
            assert_eq!(found(&connection, &search.re2).unwrap(), fitting, "{texts:?}");
            let _small = search.states(300);
        }
    }

    #[test]
    fn whatever_is_taken_runs_and_finds_the_same() {
        let seed = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
        let connection = Connection::open_in_memory().unwrap();
        samples(&connection);
        let (mut random, count) = (Random(seed), scaled(30_000));
        let (mut taken, mut fitting) = (0, 0);
        for _ in 0..count {
            let text = pattern(&mut random);
            let Ok(pattern) = Pattern::parse(&text) else { continue };
            taken += 1;
            let expected = SAMPLES.map(|sample| pattern.regex.is_match(sample));
            let found = match found(&connection, &pattern.re2()) {
                Ok(found) => found,
                Err(error) => panic!("seed {seed}: {text:?}: {error}"),
            };
            assert_eq!(found, expected, "seed {seed}: {text:?}");
            fitting += u64::from(found.contains(&true) && found.contains(&false));
        }
        println!("patterns: {count}, seed {seed}, {taken} taken, {fitting} fit some samples and not others");
        assert!(taken * 3 > count && fitting * 12 > count, "{taken} taken, {fitting} fit");
    }
}
