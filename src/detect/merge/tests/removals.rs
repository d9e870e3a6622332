//! Changes of which every row is about a `remove` element.

use super::merged;

#[test]
fn nothing_is_registered_where_all_rows_are_of_a_removal() {
    for (rows, expected) in [
        (&["1 modules remove 1", "2 modules remove/@name 1 - -> X"][..], true),
        (&["1 modules remove/@name 1 - -> X"], true),
        (&["1 modules remove hidden"], true),
        (&["1 modules remove 1", "2 modules add 1"], false),
        (&["1 modules add/@name 1 - -> X"], false),
        (&["1 modules remove 1", "2 modules remove/@type 1 - -> A.B"], false),
    ] {
        assert_eq!(merged(rows).under_remove, expected, "{rows:?}");
    }
}
