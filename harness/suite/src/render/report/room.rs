//! How much the page shows of each result, so that it stays a page: a browser that is handed hundreds of
//! megabytes shows nothing.

/// Bytes that the table of all results may take.
pub const TABLE: usize = 3_500_000;
/// Bytes that the parts of all results may take together.
pub const PARTS: usize = 5_000_000;

/// What one result may show.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Files with their differences.
    pub files: usize,
    /// Differences of each file.
    pub differences: usize,
    /// Lines of detail of each difference.
    pub lines: usize,
    /// Names in any other list.
    pub names: usize,
}

/// From plenty to next to nothing; the first in which all results have room is taken for all of them.
pub const ROOMS: [Room; 10] = [
    room(1000, 60, 40, 100),
    room(400, 30, 16, 50),
    room(120, 20, 8, 30),
    room(50, 12, 4, 20),
    room(30, 10, 2, 16),
    room(20, 8, 2, 12),
    room(20, 8, 0, 12),
    room(10, 6, 0, 8),
    room(6, 4, 0, 6),
    room(2, 2, 0, 3),
];

const fn room(files: usize, differences: usize, lines: usize, names: usize) -> Room {
    Room {
        files,
        differences,
        lines,
        names,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_room_is_smaller_than_the_one_before() {
        let sizes = ROOMS.map(|room| [room.files, room.differences, room.lines, room.names]);
        let no_larger = |a: &[usize; 4], b: &[usize; 4]| a.iter().zip(b).all(|(a, b)| a >= b);
        assert!(sizes.is_sorted_by(|before, next| before != next && no_larger(before, next)));
        const { assert!(TABLE + PARTS < 9_000_000) };
    }
}
