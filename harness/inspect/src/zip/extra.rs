//! Extra fields of zip headers: an id, a size and that many bytes, over and over.

use crate::items::told;
use crate::rules::Rule;

/// Ids of fields that hold times only: NTFS's and the extended timestamp.
const NTFS: u16 = 0x000a;
const EXTENDED: u16 = 0x5455;
/// ZIP64 sizes and offsets.
const LARGE: u16 = 0x0001;

/// Fields by id, and what is left that is none.
fn fields(mut extra: &[u8]) -> (Vec<(u16, &[u8])>, &[u8]) {
    let mut out = Vec::new();
    while let Some(([a, b, c, d], rest)) = extra.split_first_chunk::<4>() {
        let size = usize::from(u16::from_le_bytes([*c, *d]));
        let Some((field, rest)) = rest.split_at_checked(size) else {
            break;
        };
        out.push((u16::from_le_bytes([*a, *b]), field));
        extra = rest;
    }
    (out, extra)
}

/// Fields that hold nothing but times.
pub(super) fn times(extra: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let (fields, _) = fields(extra);
    let times = fields.into_iter().filter(|(id, field)| is_time(*id, field));
    times.map(|(_, field)| field.to_vec())
}

/// Whether a field holds times and nothing else (APPNOTE 6.3.10, section 4.5.5; Info-ZIP, extended timestamp).
fn is_time(id: u16, field: &[u8]) -> bool {
    match (id, field) {
        // A reserved word, and one attribute: three times of eight bytes.
        (NTFS, [0, 0, 0, 0, 1, 0, 24, 0, times @ ..]) => times.len() == 24,
        // Which times there are; the directory has the first alone.
        (EXTENDED, [flags, times @ ..]) => {
            let all = flags.count_ones() as usize * 4;
            let first = (*flags as usize & 1) * 4;
            *flags < 8 && (times.len() == all || times.len() == first)
        }
        _ => false,
    }
}

/// The fields in order, but for times where a rule settles them, and with sizes and offsets left out where they are
/// what they must be.
pub(super) fn spelled(extra: &[u8], times: Option<&'static Rule>, sizes: &[u8]) -> String {
    let (fields, rest) = fields(extra);
    let fields = fields.into_iter().filter_map(|(id, field)| match id {
        id if is_time(id, field) && times.is_some() => None,
        LARGE if !sizes.is_empty() && field == sizes => {
            Some(format!("ZIP64, {} sizes and offsets", sizes.len() / 8))
        }
        id => Some(format!("{id:#06x} {}", told(field))),
    });
    let rest = Some(told(rest)).filter(|rest| !rest.is_empty());
    let all: Vec<String> = fields.chain(rest).collect();
    match all.is_empty() {
        true => "no extra field".to_owned(),
        false => all.join(", "),
    }
}

/// The ZIP64 field.
pub(super) fn large_field(extra: &[u8]) -> Option<&[u8]> {
    let (fields, _) = fields(extra);
    let field = fields.into_iter().find(|(id, _)| *id == LARGE);
    field.map(|(_, bytes)| bytes)
}

/// Size, packed size and offset, each from the ZIP64 field if the record has no room for it.
pub(super) fn large(extra: &[u8], stated: [u32; 3]) -> Option<[u64; 3]> {
    let mut field = large_field(extra).unwrap_or_default();
    let mut out = [0; 3];
    for (value, stated) in out.iter_mut().zip(stated) {
        *value = match stated {
            u32::MAX => {
                let (bytes, rest) = field.split_first_chunk::<8>()?;
                field = rest;
                u64::from_le_bytes(*bytes)
            }
            small => u64::from(small),
        };
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::is_time;

    #[test]
    fn only_fields_of_times_alone_are_times() {
        assert!(is_time(0x5455, &[1, 9, 9, 9, 9]));
        assert!(is_time(0x5455, &[3, 9, 9, 9, 9, 8, 8, 8, 8]));
        assert!(is_time(0x5455, &[3, 9, 9, 9, 9]), "as the directory has it");
        assert!(!is_time(0x5455, &[1, 9, 9, 9, 9, 0]), "more than times");
        assert!(!is_time(0x5455, &[9, 9, 9, 9, 9]), "a reserved flag");
        let ntfs = [&[0, 0, 0, 0, 1, 0, 24, 0], &[7; 24][..]].concat();
        assert!(is_time(0x000a, &ntfs));
        assert!(!is_time(0x000a, &[&ntfs[..], &[0]].concat()));
        assert!(!is_time(
            0x000a,
            &[&[0, 0, 0, 0, 2, 0, 24, 0], &[7; 24][..]].concat()
        ));
        assert!(!is_time(0x7875, &[1, 4, 0, 0, 0, 0]));
    }
}
