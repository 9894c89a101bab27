//! Instructions for unwinding in readelf's words (DWARF 5, section 6.4.2).

use gimli::{
    CallFrameInstruction as I, EndianSlice, RunTimeEndian, UnwindExpression, UnwindSection,
};

type Bytes<'a> = EndianSlice<'a, RunTimeEndian>;

/// What numbers in instructions are multiplied with.
pub(super) struct Factors {
    pub code: u64,
    pub data: i64,
}

/// One instruction; `None` if it holds an address, which only its place would explain, or is not known.
pub(super) fn spell<'a>(
    instruction: &I<usize>,
    section: &impl UnwindSection<Bytes<'a>>,
    factors: &Factors,
) -> Option<String> {
    let advance = |delta: u32| u64::from(delta).wrapping_mul(factors.code);
    let place = |number: i64| number.wrapping_mul(factors.data);
    let expression = |e: &UnwindExpression<usize>| {
        let bytes = e.get::<Bytes<'a>, _>(section).ok()?.0;
        let hex = bytes.slice().iter().map(|byte| format!("{byte:02x}"));
        Some(hex.collect::<String>())
    };
    Some(match instruction {
        I::SetLoc { .. } => return None,
        I::AdvanceLoc { delta } => format!("DW_CFA_advance_loc: {}", advance(*delta)),
        I::DefCfa { register, offset } => format!("DW_CFA_def_cfa: r{} ofs {offset}", register.0),
        I::DefCfaSf {
            register,
            factored_offset,
        } => format!(
            "DW_CFA_def_cfa_sf: r{} ofs {}",
            register.0,
            place(*factored_offset)
        ),
        I::DefCfaRegister { register } => format!("DW_CFA_def_cfa_register: r{}", register.0),
        I::DefCfaOffset { offset } => format!("DW_CFA_def_cfa_offset: {offset}"),
        I::DefCfaOffsetSf { factored_offset } => {
            format!("DW_CFA_def_cfa_offset_sf: {}", place(*factored_offset))
        }
        I::DefCfaExpression { expression: e } => {
            format!("DW_CFA_def_cfa_expression ({})", expression(e)?)
        }
        I::Undefined { register } => format!("DW_CFA_undefined: r{}", register.0),
        I::SameValue { register } => format!("DW_CFA_same_value: r{}", register.0),
        I::Offset {
            register,
            factored_offset,
        } => format!(
            "DW_CFA_offset: r{} at cfa{:+}",
            register.0,
            place(*factored_offset as i64)
        ),
        I::OffsetExtendedSf {
            register,
            factored_offset,
        } => format!(
            "DW_CFA_offset_extended_sf: r{} at cfa{:+}",
            register.0,
            place(*factored_offset)
        ),
        I::ValOffset {
            register,
            factored_offset,
        } => format!(
            "DW_CFA_val_offset: r{} is cfa{:+}",
            register.0,
            place(*factored_offset as i64)
        ),
        I::ValOffsetSf {
            register,
            factored_offset,
        } => format!(
            "DW_CFA_val_offset_sf: r{} is cfa{:+}",
            register.0,
            place(*factored_offset)
        ),
        I::Register {
            dest_register,
            src_register,
        } => format!(
            "DW_CFA_register: r{} in r{}",
            dest_register.0, src_register.0
        ),
        I::Expression {
            register,
            expression: e,
        } => format!("DW_CFA_expression: r{} ({})", register.0, expression(e)?),
        I::ValExpression {
            register,
            expression: e,
        } => format!(
            "DW_CFA_val_expression: r{} ({})",
            register.0,
            expression(e)?
        ),
        I::Restore { register } => format!("DW_CFA_restore: r{}", register.0),
        I::RememberState => "DW_CFA_remember_state".to_owned(),
        I::RestoreState => "DW_CFA_restore_state".to_owned(),
        I::ArgsSize { size } => format!("DW_CFA_GNU_args_size: {size}"),
        I::NegateRaState => "DW_CFA_AARCH64_negate_ra_state".to_owned(),
        I::Nop => "DW_CFA_nop".to_owned(),
    })
}
