//! Cases that try to get out, each a folder of `cases/`: run as root and as an ordinary user, natively and crosswise,
//! beside one that does no harm. A leg that could do what it must not says ESCAPED in its log.
//!
//! The first lines of an attack say what it tries and how its trial must end: with that level, or failed or with an
//! error that has those words; `or` where it depends on the machine.

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../stage/mod.rs"]
mod stage;

mod ground;

use ground::{Ground, User};
use std::os::unix::fs::MetadataExt;

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[test]
fn nothing_escapes_root() {
    if is_root() {
        Ground::new(User::Own).attacked();
    } else {
        println!("not run: this user is not root");
    }
}

#[test]
fn nothing_escapes_an_ordinary_user() {
    match is_root() {
        true => Ground::new(User::Other(12_345)).attacked(),
        false => Ground::new(User::Own).attacked(),
    }
}
