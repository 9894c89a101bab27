//! Jumps through tables of bytes and half-words between the instructions.

use super::*;

/// The table behind TBB and TBH. Its index was compared with the number of its last entry; where that is not seen,
/// it ends where the first of its targets begins.
pub(in super::super) fn jump_table(
    code: &Arm<'_>,
    at: u64,
    compared: Option<(usize, u64)>,
) -> Option<(u64, u64)> {
    let (first, second) = halves(code, at)?;
    let second = second?;
    if first != 0xe8df || second & 0xffe0 != 0xf000 {
        return None;
    }
    let start = at + 4;
    let wide = second & 0x10 != 0;
    let step = if wide { 2 } else { 1 };
    let index = (second & 15) as usize;
    let last = compared.filter(|(register, _)| *register == index);
    let most = last.map_or(u64::MAX, |(_, last)| last + 1);
    let (mut place, mut end, mut count) = (start, u64::MAX, 0);
    // No entry leads back into the table; one that would is none, but fills it up.
    while place < end && count < most {
        let to = start + jump_entry(code, place, wide)? * 2;
        if to <= place {
            break;
        }
        end = end.min(to);
        place += step;
        count += 1;
    }
    Some((start, place.next_multiple_of(2)))
}

fn jump_entry(code: &Arm<'_>, place: u64, wide: bool) -> Option<u64> {
    let half = u64::from(code.half(place & !1)?);
    Some(match (wide, place & 1) {
        (true, _) => half,
        (false, 0) => half & 0xff,
        (false, _) => half >> 8,
    })
}

/// Where the entries of such a table lead.
pub(in super::super) fn jump_targets(
    code: &Arm<'_>,
    at: u64,
    start: u64,
    end: u64,
) -> Option<Vec<u64>> {
    let (first, second) = halves(code, at)?;
    let wide = second.filter(|_| first == 0xe8df)? & 0x10 != 0;
    let places = (start..end).step_by(if wide { 2 } else { 1 });
    let target = |place: u64| Some(start + jump_entry(code, place, wide)? * 2);
    Some(places.filter_map(target).collect())
}
