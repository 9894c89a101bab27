//! Attribute values, resolved.

use super::sections::Reader;
use super::units::{OneUnit, Units};
use super::{Unparsed, lines};
use crate::path_map::PathMap;
use gimli::{
    Attribute, AttributeValue, DebuggingInformationEntry, DieReference, Expression, Operation,
    Reader as _, constants,
};

type Entry<'o> = DebuggingInformationEntry<Reader<'o>>;

/// Resolves the values of one unit.
pub(super) struct Values<'v, 'o> {
    pub units: &'v Units<'o>,
    pub one: &'v OneUnit<'o>,
    pub map: &'v PathMap,
    /// Full paths of the unit's line table, by index, under the map.
    pub files: lines::Files,
}

impl<'v, 'o> Values<'v, 'o> {
    pub(super) fn new(
        units: &'v Units<'o>,
        index: usize,
        map: &'v PathMap,
    ) -> Result<Self, Unparsed> {
        let one = units.get(index)?;
        let files = lines::Files::read(&units.dwarf, &one.unit, map)?;
        Ok(Values {
            units,
            one,
            map,
            files,
        })
    }

    /// Appends the value to `out`: a letter for its kind, then its content, ended unambiguously.
    pub(super) fn render(
        &self,
        entry: &Entry<'o>,
        attribute: &Attribute<Reader<'o>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unparsed> {
        match attribute.value() {
            value @ (AttributeValue::String(_)
            | AttributeValue::DebugStrRef(_)
            | AttributeValue::DebugLineStrRef(_)
            | AttributeValue::DebugStrOffsetsIndex(_)) => {
                let text = self.units.dwarf.attr_string(&self.one.unit, value)?;
                let text = text.to_slice()?;
                // Only what is known to be a path is mapped: the unit's own name and folder.
                let path = matches!(
                    attribute.name(),
                    constants::DW_AT_name | constants::DW_AT_comp_dir
                ) && matches!(
                    entry.tag(),
                    constants::DW_TAG_compile_unit
                        | constants::DW_TAG_partial_unit
                        | constants::DW_TAG_type_unit
                        | constants::DW_TAG_skeleton_unit
                );
                match path {
                    true => bytes(b's', &self.map.apply(&text), out),
                    false => bytes(b's', &text, out),
                }
            }
            AttributeValue::FileIndex(index) => match self.files.path(index) {
                Some(path) => bytes(b's', path, out),
                None => number(b'f', index, out),
            },
            AttributeValue::UnitRef(offset) => match self.one.entry(offset.0) {
                Some(entry) => number(b'r', entry as u64, out),
                None => number(b'R', offset.0 as u64, out),
            },
            AttributeValue::DebugInfoRef(offset) => match self.units.entry(offset.0) {
                Some((unit, entry)) => {
                    number(b'g', unit as u64, out);
                    number(b'r', entry as u64, out);
                }
                None => number(b'G', offset.0 as u64, out),
            },
            // The line table itself is compared with the unit.
            AttributeValue::DebugLineRef(_) if self.one.unit.line_program.is_some() => {
                out.push(b'l')
            }
            AttributeValue::Exprloc(expression) => self.expression(expression, out)?,
            AttributeValue::Block(block) => bytes(b'b', &block.to_slice()?, out),
            AttributeValue::Addr(address) => number(b'a', address, out),
            AttributeValue::Sdata(value) => number(b'i', value as u64, out),
            AttributeValue::Flag(set) => number(b'?', u64::from(set), out),
            AttributeValue::SecOffset(offset) => number(b'o', offset as u64, out),
            value => match value
                .udata_value()
                .or(value.offset_value().map(|o| o as u64))
            {
                Some(value) => number(b'u', value, out),
                None => bytes(b'v', format!("{value:?}").as_bytes(), out),
            },
        }
        Ok(())
    }

    /// An expression by its bytes, and by what its operands mean that name entries or are relocated.
    fn expression(
        &self,
        expression: Expression<Reader<'o>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Unparsed> {
        bytes(b'e', &expression.0.to_slice()?, out);
        let mut operations = expression.operations(self.one.unit.encoding());
        let entry = |offset: usize, out: &mut Vec<u8>| match self.one.entry(offset) {
            Some(entry) => number(b'r', entry as u64, out),
            None => number(b'R', offset as u64, out),
        };
        while let Some(operation) = operations.next()? {
            match operation {
                Operation::Address { address } => number(b'a', address, out),
                Operation::Deref { base_type, .. }
                | Operation::RegisterOffset { base_type, .. }
                | Operation::TypedLiteral { base_type, .. }
                | Operation::Convert { base_type }
                | Operation::Reinterpret { base_type }
                    if base_type.0 != 0 =>
                {
                    entry(base_type.0, out);
                }
                Operation::ParameterRef { offset } => entry(offset.0, out),
                Operation::Call {
                    offset: DieReference::UnitRef(offset),
                } => entry(offset.0, out),
                Operation::Call {
                    offset: DieReference::DebugInfoRef(offset),
                }
                | Operation::ImplicitPointer { value: offset, .. } => {
                    match self.units.entry(offset.0) {
                        Some((unit, entry)) => {
                            number(b'g', unit as u64, out);
                            number(b'r', entry as u64, out);
                        }
                        None => number(b'G', offset.0 as u64, out),
                    }
                }
                Operation::EntryValue { expression } => {
                    self.expression(Expression(expression), out)?
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn number(kind: u8, value: u64, out: &mut Vec<u8>) {
    out.push(kind);
    out.extend(value.to_le_bytes());
}

fn bytes(kind: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend((content.len() as u64).to_le_bytes());
    out.extend(content);
}

/// A rendered value, for people.
pub(super) fn spell(rendered: &[u8]) -> String {
    let Some((kind, rest)) = rendered.split_first() else {
        return String::new();
    };
    let (head, tail) = rest.split_at(rest.len().min(8));
    let value = head.iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b));
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
        b'g' => format!("unit {value}, {}", spell(tail)),
        _ => rest.iter().map(|b| format!("{b:02x}")).collect(),
    }
}
