//! Python bytecode (PEP 552): what the header says as facts, and each function's code object field by field.

mod code;
mod marshal;
mod spelling;

use crate::items::told;
use crate::limits;
use crate::options::Options;
use crate::part::{Canon, Item, Part, with_gaps_of};
use crossproof_model::Level;
use std::collections::BTreeSet;

const HEADER: usize = 16;

/// The source that bytecode of this name stands for (PEP 3147): beside it, or above its folder `__pycache__`.
fn source_of(name: &[u8]) -> Option<Vec<u8>> {
    let stem = name.strip_suffix(b".pyc")?;
    let at = stem
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |at| at + 1);
    let (folder, file) = stem.split_at_checked(at)?;
    let cached = folder.strip_suffix(b"__pycache__/");
    let above = cached.filter(|above| above.is_empty() || above.ends_with(b"/"));
    Some(match above {
        Some(above) => {
            let module = file.split(|byte| *byte == b'.').next()?;
            [above, module, b".py"].concat()
        }
        None => [folder, file, b".py"].concat(),
    })
}

/// Of the files of these names, the sources whose bytecode is among them: Python takes it only if the source has the
/// time that the bytecode holds.
pub(crate) fn sources_with_bytecode<'n>(
    names: impl IntoIterator<Item = &'n [u8]>,
) -> BTreeSet<&'n [u8]> {
    let names: BTreeSet<&[u8]> = names.into_iter().collect();
    let made = names.iter().filter_map(|name| source_of(name));
    made.filter_map(|source| names.get(source.as_slice()).copied())
        .collect()
}

/// Whether the content starts as bytecode of Python 3.7 or later does: a version and a line end, flags that
/// have a meaning, and a code object after the header.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let Some([low, high, b'\r', b'\n', flags, 0, 0, 0, ..]) = content.first_chunk::<HEADER>()
    else {
        return false;
    };
    let version = u16::from_le_bytes([*low, *high]);
    let code = content.get(HEADER).map(|kind| kind & 0x7f);
    (3390..4000).contains(&version) && matches!(flags, 0 | 1 | 3) && code == Some(b'c')
}

/// Takes bytecode apart. The interpreter reads every field of the header, so no rule applies to it. The code of
/// a version whose code objects nobody here knows is compared byte for byte.
pub(crate) fn explode<'a>(
    content: &'a [u8],
    options: &'a Options,
) -> Result<Vec<Part<'a>>, String> {
    let header = content.get(..HEADER).ok_or("the header is cut short")?;
    let field = |range| told(header.get(range).unwrap_or_default());
    let fact = |key: &str, value| Item::new(&["pyc", key], key, value, Level::Interface);
    let mut facts = vec![fact("version", field(0..4)), fact("flags", field(4..8))];
    match header.get(4) {
        Some(0) => facts.extend([
            fact("source-mtime", field(8..12)),
            fact("source-size", field(12..16)),
        ]),
        _ => facts.push(fact("source-hash", field(8..16))),
    }
    let told = Canon::Told(Box::new(move || facts.clone()));
    let part = Part::exact("header", &["pyc.header"], vec![0..HEADER], Level::Interface);
    let mut parts = vec![part.through(told, None)];
    let body = content.get(HEADER..).unwrap_or_default();
    let layout = match header {
        [low, high, ..] => code::layout(u16::from_le_bytes([*low, *high])),
        _ => None,
    };
    let layout = layout.filter(|_| body.len() <= limits::MARSHALLED_BYTES);
    let read = layout.and_then(|layout| code::facts(body, layout, options));
    let size = read.as_ref().map_or(body.len(), |(_, size)| *size);
    let claims = vec![HEADER..HEADER + size];
    let part = Part::exact("code", &["pyc.code"], claims, Level::Interface);
    parts.push(match read {
        None => part,
        Some((facts, _)) => part.through(Canon::Told(Box::new(move || facts.clone())), None),
    });
    Ok(with_gaps_of("pyc", content, parts, None, |_| true))
}

#[cfg(test)]
mod tests {
    use super::sources_with_bytecode;

    #[test]
    fn bytecode_is_told_by_its_source_beside_it_or_above() {
        let found = |names: &[&'static str]| {
            let names = names.iter().map(|name| name.as_bytes());
            sources_with_bytecode(names).len()
        };
        assert_eq!(found(&["m.py", "m.pyc"]), 1);
        assert_eq!(
            found(&["a/m.py", "a/__pycache__/m.cpython-311.opt-1.pyc"]),
            1
        );
        assert_eq!(found(&["m.py", "__pycache__/m.cpython-311.pyc"]), 1);
        assert_eq!(
            found(&["a/m.py", "b/__pycache__/m.cpython-311.pyc", "m.pyc"]),
            0
        );
        assert_eq!(found(&["m.py", "x__pycache__/m.cpython-311.pyc"]), 0);
    }
}
