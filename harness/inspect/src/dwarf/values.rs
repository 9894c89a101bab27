//! Attribute values, resolved.

use super::leb128::{number, read_number};
use super::sections::Reader;
use super::units::{OneUnit, Units};
use super::{Unparsed, lines};
use crate::path_map::PathMap;
use crossproof_model::Digest;
use gimli::{
    Attribute, AttributeValue, DieReference, DwTag, Expression, Operation, Reader as _, constants,
};

/// How deep expressions may stand within each other.
const EXPRESSIONS: usize = 4;

/// Bytes rendered before they are hashed.
const CHUNK: usize = 1 << 16;
/// Most bytes that a byte of a unit may stand for, its strings written out.
const TEXT_PER_BYTE: usize = 128;

/// The digest of everything the unit says: its header, entries and line table.
/// `out` is scratch space.
pub(super) fn digest(
    units: &Units<'_>,
    index: usize,
    map: &PathMap,
    out: &mut Vec<u8>,
) -> Result<Digest, Unparsed> {
    let one = units.get(index)?;
    let values = Values::new(units, index, map)?;
    let mut hasher = blake3::Hasher::new();
    out.clear();
    out.extend(units.header(index)?.as_bytes());
    // Many attributes may share one long string.
    let size = one.unit.header.length_including_self();
    let mut budget = size.saturating_mul(TEXT_PER_BYTE).max(1 << 20);
    let mut raw = one.unit.entries_raw(None)?;
    while !raw.is_empty() {
        if let Some(abbreviation) = raw.read_abbreviation()? {
            let tag = abbreviation.tag();
            out.push(1 + u8::from(abbreviation.has_children()));
            number(u64::from(tag.0), out);
            for specification in abbreviation.attributes() {
                let attribute = raw.read_attribute_inline(*specification)?;
                values.attribute(tag, &attribute, out)?;
                if out.len() >= CHUNK {
                    let spent = budget.checked_sub(out.len());
                    budget = spent
                        .ok_or_else(|| Unparsed("a unit says more than is believed".to_owned()))?;
                    units.text.spend(out.len())?;
                    hasher.update(out);
                    out.clear();
                }
            }
        } else {
            out.push(0);
        }
    }
    if let Some(table) = values.table {
        out.extend(table.digest.as_bytes());
    }
    units.text.spend(out.len())?;
    hasher.update(out);
    Ok(hasher.finalize().into())
}

/// Appends what an entry at an offset of the unit is called.
pub(super) type Spell<'v> = dyn Fn(usize, &mut Vec<u8>) + 'v;

/// Resolves the values of one unit.
pub(super) struct Values<'v, 'o> {
    pub units: &'v Units<'o>,
    pub one: &'v OneUnit<'o>,
    pub map: &'v PathMap,
    /// The unit's line table, if it has one.
    pub table: Option<&'v lines::Table>,
    /// Spells a reference to an offset of the unit otherwise than by rank.
    pub spelled: Option<&'v Spell<'v>>,
}

impl<'v, 'o> Values<'v, 'o> {
    pub(super) fn new(
        units: &'v Units<'o>,
        index: usize,
        map: &'v PathMap,
    ) -> Result<Self, Unparsed> {
        let one = units.get(index)?;
        Ok(Values {
            units,
            one,
            map,
            table: units.table(one),
            spelled: None,
        })
    }

    /// Appends name and value of an attribute of an entry with this tag.
    #[inline]
    pub(super) fn attribute(
        &self,
        tag: DwTag,
        attribute: &Attribute<Reader<'o>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unparsed> {
        number(u64::from(attribute.name().0), out);
        self.render(tag, attribute, out)
    }

    /// Appends the value to `out`: a letter for its kind, then its content, ended unambiguously.
    pub(super) fn render(
        &self,
        tag: DwTag,
        attribute: &Attribute<Reader<'o>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unparsed> {
        match attribute.value() {
            // Of an alternate that is not there only the offset is known.
            AttributeValue::DebugStrRefSup(offset) if self.units.alternate().is_none() => {
                value(b'u', offset.0 as u64, out);
            }
            text @ (AttributeValue::String(_)
            | AttributeValue::DebugStrRefSup(_)
            | AttributeValue::DebugStrRef(_)
            | AttributeValue::DebugLineStrRef(_)
            | AttributeValue::DebugStrOffsetsIndex(_)) => {
                // Only what is known to be a path is mapped: the unit's own name and folder.
                let path = matches!(
                    attribute.name(),
                    constants::DW_AT_name | constants::DW_AT_comp_dir
                ) && matches!(
                    tag,
                    constants::DW_TAG_compile_unit
                        | constants::DW_TAG_partial_unit
                        | constants::DW_TAG_type_unit
                        | constants::DW_TAG_skeleton_unit
                );
                self.units.text(self.one, text, |text| match path {
                    true => bytes(b's', &self.map.apply(text), out),
                    false => bytes(b's', text, out),
                })?;
            }
            AttributeValue::FileIndex(index) => {
                match self.table.and_then(|table| table.files.path(index)) {
                    Some(path) => bytes(b's', path, out),
                    None => value(b'f', index, out),
                }
            }
            AttributeValue::UnitRef(offset) => self.reference(offset.0, out),
            AttributeValue::DebugInfoRef(offset) => match self.units.entry(offset.0) {
                Some((unit, entry)) => {
                    value(b'g', unit as u64, out);
                    value(b'r', entry as u64, out);
                }
                None => value(b'G', offset.0 as u64, out),
            },
            AttributeValue::DebugInfoRefSup(offset) => {
                let there = self.units.alternate().and_then(|a| a.entry(offset.0));
                match there {
                    Some((unit, entry)) => {
                        value(b'A', unit as u64, out);
                        value(b'r', entry as u64, out);
                    }
                    None => value(b'u', offset.0 as u64, out),
                }
            }
            // The line table itself is compared with the unit.
            AttributeValue::DebugLineRef(_) if self.one.unit.line_program.is_some() => {
                out.push(b'l')
            }
            AttributeValue::Exprloc(expression) => self.expression(expression, 0, out)?,
            AttributeValue::Block(block) => bytes(b'b', &block.to_slice()?, out),
            AttributeValue::Addr(address) => value(b'a', address, out),
            AttributeValue::Sdata(signed) => value(b'i', signed as u64, out),
            AttributeValue::Flag(set) => value(b'?', u64::from(set), out),
            AttributeValue::SecOffset(offset) => value(b'o', offset as u64, out),
            AttributeValue::Encoding(constant) => word(constant.static_string(), constant.0, out),
            AttributeValue::Inline(constant) => word(constant.static_string(), constant.0, out),
            AttributeValue::Language(constant) => word(constant.static_string(), constant.0, out),
            AttributeValue::Accessibility(constant) => {
                word(constant.static_string(), constant.0, out);
            }
            AttributeValue::Virtuality(constant) => {
                word(constant.static_string(), constant.0, out);
            }
            AttributeValue::CallingConvention(constant) => {
                word(constant.static_string(), constant.0, out);
            }
            AttributeValue::RangeListsRef(at) => {
                bytes(b'v', format!("range list at {:#x}", at.0).as_bytes(), out);
            }
            AttributeValue::LocationListsRef(at) => {
                bytes(
                    b'v',
                    format!("location list at {:#x}", at.0).as_bytes(),
                    out,
                );
            }
            other => match other
                .udata_value()
                .or(other.offset_value().map(|o| o as u64))
            {
                Some(plain) => value(b'u', plain, out),
                None => bytes(b'v', format!("{other:?}").as_bytes(), out),
            },
        }
        Ok(())
    }

    /// Appends which entry of the unit stands at this offset.
    #[inline]
    fn reference(&self, offset: usize, out: &mut Vec<u8>) {
        match (self.spelled, self.one.entry(offset)) {
            (Some(spelled), _) => spelled(offset, out),
            (None, Some(entry)) => value(b'r', entry as u64, out),
            (None, None) => value(b'R', offset as u64, out),
        }
    }

    /// An expression by its bytes, and by what its operands mean that name entries or are relocated.
    fn expression(
        &self,
        expression: Expression<Reader<'o>>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Unparsed> {
        // What stands within another is written once more; compilers write one within one.
        if depth > EXPRESSIONS {
            return Err(Unparsed("expressions nest without end".to_owned()));
        }
        bytes(b'e', &expression.0.to_slice()?, out);
        let mut operations = expression.operations(self.one.unit.encoding());
        while let Some(operation) = operations.next()? {
            match operation {
                Operation::Address { address } => value(b'a', address, out),
                Operation::Deref { base_type, .. }
                | Operation::RegisterOffset { base_type, .. }
                | Operation::TypedLiteral { base_type, .. }
                | Operation::Convert { base_type }
                | Operation::Reinterpret { base_type }
                    if base_type.0 != 0 =>
                {
                    self.reference(base_type.0, out);
                }
                Operation::ParameterRef { offset } => self.reference(offset.0, out),
                Operation::Call {
                    offset: DieReference::UnitRef(offset),
                } => self.reference(offset.0, out),
                Operation::Call {
                    offset: DieReference::DebugInfoRef(offset),
                }
                | Operation::ImplicitPointer { value: offset, .. } => {
                    match self.units.entry(offset.0) {
                        Some((unit, entry)) => {
                            value(b'g', unit as u64, out);
                            value(b'r', entry as u64, out);
                        }
                        None => value(b'G', offset.0 as u64, out),
                    }
                }
                Operation::EntryValue { expression } => {
                    self.expression(Expression(expression), depth + 1, out)?
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn value(kind: u8, value: u64, out: &mut Vec<u8>) {
    out.push(kind);
    number(value, out);
}

/// A constant that the standard names.
fn word(name: Option<&str>, constant: impl Into<u64>, out: &mut Vec<u8>) {
    match name {
        Some(name) => bytes(b'v', name.as_bytes(), out),
        None => value(b'u', constant.into(), out),
    }
}

fn bytes(kind: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    number(content.len() as u64, out);
    out.extend_from_slice(content);
}

/// A rendered value, for people.
pub(super) fn spell(rendered: &[u8]) -> String {
    let Some((kind, rest)) = rendered.split_first() else {
        return String::new();
    };
    let (value, tail) = read_number(rest);
    match kind {
        b's' => String::from_utf8_lossy(tail).into_owned(),
        b'a' => format!("address {value:#x}"),
        b'r' => format!("entry {value}"),
        b'i' => (value as i64).to_string(),
        b'u' => value.to_string(),
        b'?' => (value != 0).to_string(),
        b'l' => "line table".to_owned(),
        b'o' | b'R' | b'G' => format!("offset {value:#x}"),
        b'v' => String::from_utf8_lossy(tail).into_owned(),
        b'A' => format!("unit {value} of the alternate, {}", spell(tail)),
        b'g' => format!("unit {value}, {}", spell(tail)),
        _ => rest.iter().map(|b| format!("{b:02x}")).collect(),
    }
}
