//! Archives: whatever they hold, nothing outside their folder changes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fs;

fuzz_target!(|archive: &[u8]| {
    let place = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
    let into = place.path().join("a/into");
    fs::create_dir_all(&into).expect("a folder");
    let _ = crossproof_exec::unpack_archive(archive, &into);
    let outside = fs::read_dir(place.path()).expect("a folder").count()
        + fs::read_dir(place.path().join("a")).expect("a folder").count();
    assert_eq!(outside, 2, "something came out");
});
