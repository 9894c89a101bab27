//! Which places of a unit begin an entry.

/// Bytes of a unit that one word answers for.
const SPAN: usize = 32;

/// The entries of a unit by offset: a bit for each byte of the unit, and how many are set before it. It takes a
/// quarter of the unit's size, and says in one step which entry an offset means.
pub(super) struct Ranks(Vec<Word>);

#[derive(Clone, Copy, Default)]
struct Word {
    begins: u32,
    before: u32,
}

impl Ranks {
    /// For a unit of `size` bytes, and the offsets of its entries in rising order.
    pub(super) fn new<E>(
        size: usize,
        mut next: impl FnMut() -> Result<Option<usize>, E>,
    ) -> Result<Self, E> {
        let mut words = vec![Word::default(); size.div_ceil(SPAN)];
        while let Some(offset) = next()? {
            if let Some(word) = words.get_mut(offset / SPAN) {
                word.begins |= 1 << (offset % SPAN);
            }
        }
        let mut before = 0_u32;
        for word in &mut words {
            word.before = before;
            before = before.saturating_add(word.begins.count_ones());
        }
        Ok(Ranks(words))
    }

    /// Which entry begins at this offset.
    pub(super) fn rank(&self, offset: usize) -> Option<usize> {
        let word = self.0.get(offset / SPAN)?;
        let bit = 1_u32 << (offset % SPAN);
        (word.begins & bit != 0)
            .then(|| (word.before + (word.begins & (bit - 1)).count_ones()) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_from_the_first() {
        let offsets = [11, 31, 32, 64, 99];
        let mut given = offsets.into_iter();
        let ranks = Ranks::new(100, || Ok::<_, ()>(given.next())).unwrap();
        for (index, offset) in offsets.into_iter().enumerate() {
            assert_eq!(ranks.rank(offset), Some(index));
        }
        for other in [0, 10, 12, 33, 98, 100, 1000, usize::MAX] {
            assert_eq!(ranks.rank(other), None);
        }
    }
}
