//! Ways that meet.

use super::*;

#[test]
fn ways_that_meet_are_all_kept() {
    let mut one = State::unknown();
    one.set(3, Some(Held::Address(8)));
    let mut other = State::unknown();
    other.set(3, Some(Held::Address(16)));
    assert_eq!(one.get(3), Some(Held::Address(8)));
    assert_eq!(one.join(&other), Some(true));
    assert_eq!(one.join(&other), Some(false), "nothing is news twice");
    assert_eq!(one.get(3), None);
    assert_eq!(one.all(3).count(), 2);
    assert!(one.sure(3), "one of the two, and nothing else");
    one.join(&State::unknown());
    assert!(!one.sure(3));
    one.set(3, None);
    assert_eq!(one.all(3).count(), 0);
}
