//! Ids that name nobody: what a program writes where it has no id. Taken as ids they would make one visitor of all who
//! have none.

/// What programs write where they have no id, in lower case.
const NOBODY: &[&str] = &[
    "undefined",
    "null",
    "(null)",
    "<null>",
    "nil",
    "none",
    "nan",
    "true",
    "false",
    "unknown",
    "anonymous",
    "guest",
    "not_authenticated",
    "distinct_id",
    "distinctid",
    "user_id",
    "userid",
    "anonymous_id",
    "anonymousid",
    "session_id",
    "sessionid",
];

/// How an object looks that was taken for a text, in lower case.
const OBJECT: &str = "[object ";

/// Whether `id` names nobody: `undefined`, `null`, `NaN`, `0`, `[object Object]`, `anonymous`, `guest` and their like in any
/// case, blanks around them aside; zeros and nothing else, as in a UUID of zeros; or blanks alone.
pub fn names_nobody(id: &str) -> bool {
    let id = id.trim();
    let zeros = id.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'.' | b':'));
    let object = id.get(..OBJECT.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(OBJECT));
    zeros || object || NOBODY.iter().any(|nobody| nobody.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_people_from_nobody() {
        let check = |id: &str, expected: bool| assert_eq!(names_nobody(id), expected, "{id:?}");
        for id in [
            "undefined",
            "UNDEFINED",
            "null",
            "Null",
            " null\n",
            "nil",
            "None",
            "NaN",
            "nan",
            "0",
            "000",
            "-0",
            "0.0",
            "00000000-0000-0000-0000-000000000000",
            "00000000000000000000000000000000",
            "[object Object]",
            "[OBJECT OBJECT]",
            "[object Undefined]",
            "anonymous",
            "Anonymous",
            "guest",
            " Guest ",
            "userId",
            "false",
            "",
            "  ",
            "-",
        ] {
            check(id, true);
        }
        for id in [
            "u1",
            "7",
            "10",
            "01",
            "guest-7",
            "guests",
            "nullman",
            "[object",
            "anonymous@shop.test",
            "00000000-0000-0000-0000-000000000001",
            "none of your business",
            "ä",
        ] {
            check(id, false);
        }
    }
}
