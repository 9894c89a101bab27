//! Numbers in as many bytes as they need (DWARF 5, section 7.6).

/// An unsigned number at `at`, which moves on behind it.
pub(crate) fn unsigned(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let (mut value, mut shift) = (0_u64, 0);
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
}

/// A signed number at `at`, which moves on behind it.
pub(crate) fn signed(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let start = *at;
    let value = unsigned(bytes, at)?;
    let bits = (*at - start) as u32 * 7;
    let negative = bits < 64 && value >> (bits - 1) & 1 == 1;
    Some(match negative {
        true => (value as i64).wrapping_sub(1_i64.wrapping_shl(bits)),
        false => value as i64,
    })
}
