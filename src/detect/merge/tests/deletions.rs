//! What the deletion of an attribute shows: the number of an operation is no proof.

use super::merged;

#[test]
fn a_deletion_that_shows_another_value_sets_it() {
    let change = merged(&["1 global add/@image 2 a -> b"]);
    assert_eq!((change.old.as_deref(), change.image.as_deref()), (Some("a"), Some("b")));
}

#[test]
fn a_value_in_a_deletion_stays_where_nothing_else_came() {
    for (rows, image, type_name) in [
        (&["1 global add/@image 2 - -> evil"][..], Some("evil"), None),
        (&["1 global add/@image 2 evil -> evil"], Some("evil"), None),
        (&["1 modules add/@type 2 - -> A.B"], None, Some("A.B")),
        (&["1 global add 1", "2 global add/@image 2 - -> evil"], Some("evil"), None),
        (&["1 global add 3", "2 global add/@image 2 - -> evil"], Some("evil"), None),
        (&["1 modules remove 1", "2 modules add/@type 2 A.B -> A.B"], None, None),
        (&["1 global add/@image 2 a -> -"], None, None),
        (&["1 global add/@image 2 a -> a", "2 global add/@image 3 a -> b"], Some("b"), None),
        (&["1 global add 2", "2 global add/@image 2 a -> a"], None, None),
        (&["1 global add/@image 2 a -> a", "2 global add 2", "3 modules add 2"], None, None),
    ] {
        let change = merged(rows);
        assert_eq!((change.image.as_deref(), change.type_name.as_deref()), (image, type_name), "{rows:?}");
    }
}
