//! `preCondition`: a comma-separated set of conditions (`integratedMode,bitness64`), in no particular order.

use std::collections::BTreeSet;

/// Whether two `preCondition` values name the same set. Space around a condition and empty conditions do not
/// count; case does, because the schema of IIS makes the attribute case-sensitive.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    conditions(a) == conditions(b)
}

fn conditions(value: &str) -> BTreeSet<&str> {
    value.split(',').map(str::trim).filter(|condition| !condition.is_empty()).collect()
}
