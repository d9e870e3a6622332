//! `preCondition`: a comma-separated set of conditions (`integratedMode,bitness64`), in no particular order.

use std::collections::BTreeSet;

/// Whether two `preCondition` values name the same set. Space around a condition and empty conditions do not
/// count; case does, because the schema of IIS makes the attribute case-sensitive.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    conditions(a) == conditions(b)
}

/// Whether `seen` has a condition that `known` has not: the module runs in fewer places. Case does not count here: a
/// condition that IIS does not know by its case is no reason to take the module for narrowed.
#[must_use]
pub fn narrows(seen: &str, known: &str) -> bool {
    let known = conditions(known);
    conditions(seen).iter().any(|condition| !known.iter().any(|own| own.eq_ignore_ascii_case(condition)))
}

/// Whether a condition is among those of `value`. Case does not count.
#[must_use]
pub fn has(value: &str, condition: &str) -> bool {
    conditions(value).iter().any(|own| own.eq_ignore_ascii_case(condition))
}

fn conditions(value: &str) -> BTreeSet<&str> {
    value.split(',').map(str::trim_ascii).filter(|condition| !condition.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{narrows, same};

    #[test]
    fn a_condition_more_narrows() {
        for (seen, known, expected) in [
            ("bitness32", "", true),
            ("bitness32,managedHandler", "managedHandler", true),
            ("bitness32", "bitness64", true),
            ("", "managedHandler", false),
            (" , ", "", false),
            ("runtimeVersionv4.0, MANAGEDHANDLER", "managedHandler,runtimeVersionv4.0,integratedMode", false),
        ] {
            assert_eq!(narrows(seen, known), expected, "{seen:?} {known:?}");
        }
    }

    #[test]
    fn sets_of_conditions() {
        for (a, b, expected) in [
            ("runtimeVersionv4.0,bitness32", "bitness32,runtimeVersionv4.0", true),
            ("bitness32, runtimeVersionv4.0,", " bitness32 ,runtimeVersionv4.0\n", true),
            ("bitness32,bitness32", "bitness32", true),
            ("", " , ", true),
            ("bitness32", "bitness64", false),
            ("bitness32", "Bitness32", false),
            ("bitness32", "", false),
            ("bitness32", "bitness32,managedHandler", false),
        ] {
            assert_eq!(same(a, b), expected, "{a:?} {b:?}");
            assert_eq!(same(b, a), expected, "{b:?} {a:?}");
        }
    }
}
