//! The tables by which the loader finds symbols: one fact each, whether it finds everything it should.

use super::super::super::image::Image;
use super::super::super::symbols;
use super::super::space::Area;
use super::SHT_DYNSYM;
use crossproof_model::Digest;

/// Whether the GNU hash table is the one that linkers make for these symbols: each bucket begins where its first
/// symbol stands, each chain ends with its last, and the filter has their bits and no others.
pub(super) fn gnu_hash(image: &Image<'_>, area: &Area<'_>) -> Option<String> {
    let f = image.fields.over(area.bytes);
    let (buckets, first, words, shift) = (f.u32(0)?, f.u32(4)?, f.u32(8)?, f.u32(12)?);
    let width = f.wide(4, 8);
    let bits = width as u32 * 8;
    let table = image.sections.iter().find(|s| s.kind == SHT_DYNSYM)?;
    let symbols = symbols::read(image, table)?;
    let size = (words as usize).checked_mul(width)?.checked_add(16)?;
    let size = (buckets as usize).checked_mul(4)?.checked_add(size)?;
    if size > area.bytes.len() || buckets == 0 || words == 0 {
        return None;
    }
    // Of nothing that could be found, as programs have that export nothing.
    let empty = area.bytes.get(16..).unwrap_or_default();
    if area.bytes.len() == size && empty.iter().all(|byte| *byte == 0) {
        return Some(format!(
            "the table of no symbols, {buckets} {words} {shift}"
        ));
    }
    let mut filter = vec![0_u64; words as usize];
    let mut heads = vec![0_u32; buckets as usize];
    let mut chain: Vec<u32> = Vec::new();
    let mut last = None;
    for (index, symbol) in symbols
        .iter()
        .enumerate()
        .skip((first as usize).checked_sub(1)?)
    {
        let add = |h: u32, b: &u8| h.wrapping_mul(33).wrapping_add(u32::from(*b));
        let hash = symbol.name.iter().fold(5381_u32, add);
        let word = filter.get_mut((hash / bits).checked_rem(words)? as usize)?;
        *word |= 1 << (hash % bits) | 1 << (hash.checked_shr(shift)? % bits);
        let bucket = hash % buckets;
        let head = heads.get_mut(bucket as usize)?;
        if *head == 0 {
            *head = index as u32 + 1;
        }
        if last.is_some_and(|last| last != bucket)
            && let Some(link) = chain.last_mut()
        {
            *link |= 1;
        }
        chain.push(hash & !1);
        last = Some(bucket);
    }
    if let Some(link) = chain.last_mut() {
        *link |= 1;
    }
    let number = |at: usize| f.u32(at);
    let base = 16 + words as usize * width;
    let chains = base + buckets as usize * 4;
    let filtered = (0..)
        .zip(&filter)
        .all(|(i, word)| f.word(16 + i * width) == Some(*word));
    let headed = (0..)
        .zip(&heads)
        .all(|(i, head)| number(base + i * 4) == Some(*head));
    let chained = (0..)
        .zip(&chain)
        .all(|(i, link)| number(chains + i * 4) == Some(*link));
    let whole = area.bytes.len() == chains + chain.len() * 4;
    let sound = filtered && headed && chained && whole;
    let mut found: Vec<&[u8]> = (symbols.iter())
        .skip((first as usize).checked_sub(1)?)
        .map(|symbol| symbol.name)
        .collect();
    found.sort_unstable();
    sound.then(|| {
        format!(
            "the table of {} symbols ({}), {buckets} {words} {shift}",
            chain.len(),
            Digest::of_fields(found)
        )
    })
}

/// Whether the hash table (System V ABI, chapter 5) finds every symbol: each stands in the chain of its bucket,
/// and the chains hold nothing else.
pub(super) fn hash(image: &Image<'_>, area: &Area<'_>) -> Option<String> {
    let f = image.fields.over(area.bytes);
    let (buckets, count) = (f.u32(0)? as usize, f.u32(4)? as usize);
    let table = image.sections.iter().find(|s| s.kind == SHT_DYNSYM)?;
    let symbols = symbols::read(image, table)?;
    let chains = buckets.checked_mul(4)?.checked_add(8)?;
    let size = count.checked_mul(4)?.checked_add(chains)?;
    if buckets == 0 || count != symbols.len() + 1 || size != area.bytes.len() {
        return None;
    }
    let mut found = 0;
    for bucket in 0..buckets {
        let mut index = f.u32(8 + bucket * 4)? as usize;
        let mut steps = count;
        while index != 0 {
            steps = steps.checked_sub(1)?;
            let symbol = symbols.get(index.checked_sub(1)?)?;
            let mix = |h: u32, byte: &u8| {
                let h = (h << 4).wrapping_add(u32::from(*byte));
                (h ^ (h >> 24 & 0xf0)) & 0x0fff_ffff
            };
            let hash = symbol.name.iter().fold(0_u32, mix);
            if hash as usize % buckets != bucket {
                return None;
            }
            found += 1;
            index = f.u32(chains + index.checked_mul(4)?)? as usize;
        }
    }
    (found == symbols.len()).then(|| format!("the table of {found} symbols, {buckets}"))
}
