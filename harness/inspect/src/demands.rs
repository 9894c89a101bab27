//! What compressed streams ask of their readers: readers refuse checks and filters that they do not know, and windows
//! larger than they care to hold, though the content be the same.

use std::collections::BTreeSet;

/// Of a stream of xz (.xz file format, sections 2.1.1, 3.1 and 4): its check, and every chain of filters with what it is
/// told, the size of the dictionary among it.
pub(crate) fn xz(stream: &[u8]) -> Option<String> {
    let check = *stream.get(7)?;
    let footer = stream.len().checked_sub(12)?;
    let backward = stream.get(footer + 4..footer + 8)?.first_chunk()?;
    let size = (u32::from_le_bytes(*backward) as usize)
        .checked_add(1)?
        .checked_mul(4)?;
    let index = stream.get(footer.checked_sub(size)?..footer)?;
    let mut rest = index.strip_prefix(&[0])?;
    let count = number(&mut rest)?;
    let mut chains = BTreeSet::new();
    let mut at = 12_usize;
    for _ in 0..count {
        let unpadded = usize::try_from(number(&mut rest)?).ok()?;
        number(&mut rest)?;
        chains.insert(filters(stream.get(at..)?)?);
        at = at.checked_add(unpadded.checked_next_multiple_of(4)?)?;
    }
    let chains: Vec<String> = chains.into_iter().collect();
    Some(format!("check {check}, filters {}", chains.join(" or ")))
}

/// The filters of a block.
fn filters(block: &[u8]) -> Option<String> {
    let (size, flags) = (*block.first()?, *block.get(1)?);
    let header = block.get(..(usize::from(size) + 1) * 4)?;
    let mut rest = header.get(2..)?;
    for bit in [0x40, 0x80] {
        if flags & bit != 0 {
            number(&mut rest)?;
        }
    }
    let mut out = Vec::new();
    for _ in 0..=flags & 3 {
        let id = number(&mut rest)?;
        let size = usize::try_from(number(&mut rest)?).ok()?;
        let (told, after) = rest.split_at_checked(size)?;
        rest = after;
        let told: String = told.iter().map(|byte| format!(" {byte:#04x}")).collect();
        out.push(format!("{id:#x}{told}"));
    }
    Some(out.join(", "))
}

/// Of a zlib stream (RFC 1950, section 2.2): the size of its window.
pub(crate) fn zlib(stream: &[u8]) -> Option<String> {
    let method = stream.first()?;
    Some(format!("window of 2^{} bytes", (method >> 4) + 8))
}

/// A number in as many bytes as it needs (section 1.2).
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Of an old LZMA stream: its properties and the size of the dictionary.
pub(crate) fn lzma(stream: &[u8]) -> Option<String> {
    let (properties, rest) = stream.split_first()?;
    let dictionary = u32::from_le_bytes(*rest.first_chunk()?);
    // Readers that make room at once must know how much; in a zip archive the directory says it.
    let unknown = rest.get(4..12).is_some_and(|size| size == [0xff; 8]);
    let size = if unknown { ", size not stated" } else { "" };
    Some(format!(
        "properties {properties:#04x}, a dictionary of {dictionary} bytes{size}"
    ))
}

/// Of a frame of Zstandard (RFC 8878, section 3.1.1.1): the window, the check and the dictionary.
pub(crate) fn zstd(frame: &[u8]) -> Option<String> {
    let descriptor = *frame.get(4)?;
    let single = descriptor & 0x20 != 0;
    let mut at = 5;
    let window = match single {
        // The content is its own window.
        true => "as large as the content".to_owned(),
        false => {
            let byte = u64::from(*frame.get(at)?);
            at += 1;
            let base = 1_u64 << (10 + (byte >> 3));
            format!("{} bytes", base + base / 8 * (byte & 7))
        }
    };
    let size = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied()?;
    let dictionary = frame.get(at..at + size)?;
    let dictionary = dictionary
        .iter()
        .rev()
        .fold(0_u64, |n, b| n << 8 | u64::from(*b));
    let check = descriptor & 4 != 0;
    // Readers that make room at once must know how much.
    let size = match single || descriptor >> 6 != 0 {
        true => "size stated",
        false => "size not stated",
    };
    Some(format!(
        "window {window}, check {check}, dictionary {dictionary}, {size}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(preset: u32, check: liblzma::stream::Check) -> Vec<u8> {
        let stream = liblzma::stream::Stream::new_easy_encoder(preset, check).unwrap();
        let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
        encoder.write_all(&[7; 5000]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_larger_dictionary_and_a_different_check_are_demands() {
        use liblzma::stream::Check;
        let plain = xz(&packed(6, Check::Crc64)).unwrap();
        assert_eq!(plain, "check 4, filters 0x21 0x16");
        assert_ne!(xz(&packed(9, Check::Crc64)), Some(plain.clone()));
        assert_ne!(xz(&packed(6, Check::Crc32)), Some(plain.clone()));
        assert_eq!(xz(&packed(6, Check::Crc64)[..20]), None);
    }

    #[test]
    fn a_window_of_zstandard_is_a_demand() {
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0];
        assert_eq!(
            zstd(&frame).unwrap(),
            "window 2097152 bytes, check true, dictionary 0, size not stated"
        );
        let single = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0];
        assert!(
            zstd(&single)
                .unwrap()
                .starts_with("window as large as the content")
        );
    }
}
