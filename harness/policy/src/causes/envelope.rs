//! Causes that change only how contents are wrapped.

use super::{Clues, Found, some_of};
use crossproof_model::{Difference, RuleRef};
use std::collections::BTreeSet;

fn found<'a>(evidence: Vec<&'a Difference>, sentence: &str, remedy: &str) -> Option<Found<'a>> {
    (!evidence.is_empty()).then(|| Found {
        sentence: sentence.to_owned(),
        remedy: remedy.to_owned(),
        evidence,
    })
}

/// The same members stand in another order.
pub(super) fn member_order<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let ordered = |key: &str| {
        let archive = ["ar.", "tar.", "zip.", "cpio."];
        // An index follows from what the members define.
        archive.iter().any(|kind| key.starts_with(kind))
            && key.ends_with(".order")
            && !key.contains("index")
    };
    let lone = clues.with(|key| key.contains(".member.only-") || key.contains(".member.renamed"));
    // Where members are missing or have different names, that is the cause, and the order follows.
    let same = |order: &&Difference| {
        let inside = |d: &Difference| {
            let (here, there) = (&order.place.inside, &d.place.inside);
            // The order of ar's members is told of them all together.
            let steps = if order.key.as_str().starts_with("ar.") {
                2
            } else {
                1
            };
            let depth = here.len().saturating_sub(steps);
            d.place.path == order.place.path && here.get(..depth) == there.get(..depth)
        };
        !lone.iter().any(|d| inside(d))
    };
    // An order that a rule settles follows from something else, such as the members' names.
    let evidence = clues.with(ordered).into_iter().filter(same);
    let evidence = evidence.filter(|d| d.settled_by.is_none()).collect();
    found(
        evidence,
        "archives hold the same members in a different order",
        "sort what is given to the archiver; a listing of a folder has no order",
    )
}

/// The same contents are compressed otherwise. Where something differs in what was compressed, the stream follows
/// from that.
pub(super) fn compression<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let compressed = |d: &Difference| {
        let ruled = d.settled_by.as_ref().map(|rule| rule.id.as_str());
        d.key.as_str().ends_with("compression") || ruled == Some("compressed.stream")
    };
    let mut all = clues.with(|_| true);
    all.sort_by_key(|d| &d.place);
    let family = |d: &Difference| d.key.as_str().split('.').next().map(str::to_owned);
    let follows = |stream: &Difference| {
        let first = all.partition_point(|d| d.place < stream.place);
        let rest = all.get(first..).unwrap_or_default().iter();
        let there = rest.take_while(|d| d.place.is_in(&stream.place));
        let mut inside = there.filter(|d| !compressed(d) && family(d) != family(stream));
        // What several members have in common is told of what they stand in.
        let common = |d: &&&Difference| d.settled_by.is_some() && stream.place.is_in(&d.place);
        let mut around = all.iter().filter(common);
        inside.next().is_some() || around.any(|d| !compressed(d) && family(d) != family(stream))
    };
    let streams = all.iter().copied().filter(|d| compressed(d));
    found(
        streams.filter(|stream| !follows(stream)).collect(),
        "the same contents are compressed otherwise",
        "use the same compressor, release, level and number of threads",
    )
}

/// Nothing differs but the build-id: it is a hash of what a later step took away.
pub(super) fn build_id_only<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let all = clues.with(|_| true);
    let is_id = |d: &&Difference| {
        d.settled_by
            .as_ref()
            .is_some_and(|rule| rule.id == "elf.build-id")
    };
    match all.iter().all(is_id) {
        true => found(
            all,
            "only the build-id differs: it is random, was given, or was made from something that was stripped later, such \
             as debug information",
            "see how the linker makes it (--build-id=uuid is random); compare the files before they are stripped, or \
             link with -Wl,--build-id=none",
        ),
        false => None,
    }
}

/// Rules settle every difference.
pub(super) fn settled_only<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let all = clues.with(|_| true);
    let rules: BTreeSet<&RuleRef> = all.iter().filter_map(|d| d.settled_by.as_ref()).collect();
    let open = all.iter().any(|d| d.settled_by.is_none());
    if open || build_id_only(clues).is_some() {
        return None;
    }
    let sentence = format!(
        "nothing differs that a program notices in normal use: {} {} all",
        some_of(&rules),
        if rules.len() == 1 {
            "settles"
        } else {
            "settle"
        }
    );
    let why = match all.len() {
        1 => "why the place may differ".to_owned(),
        places => format!("why each of the {places} places may differ"),
    };
    found(
        all,
        &sentence,
        &format!("nothing, unless the bytes must be the same; `crossproof rules` says {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{difference, said};
    use super::*;

    #[test]
    fn an_order_of_members_is_no_order_of_sections() {
        assert!(said(member_order, [difference("ar.order")]).is_some());
        assert_eq!(
            said(member_order, [difference("elf.section-table.order")]),
            None
        );
        let order = || difference("ar.order").at("members").at("order");
        let member = difference("ar.member.only-left").at("f2.o");
        assert_eq!(said(member_order, [order(), member]), None);
        let follows = difference("tar.order").settled_by("tree.build-id-path@2");
        assert_eq!(said(member_order, [follows]), None);
    }

    #[test]
    fn compression_is_told_by_key_or_rule() {
        assert!(said(compression, [difference("xz.compression")]).is_some());
        let ruled = difference("gzip.bytes").settled_by("compressed.stream@4");
        assert!(said(compression, [ruled]).is_some());
        assert_eq!(said(compression, [difference("bytes")]), None);
        // Its own header says no more of the content; a member that differs does.
        let stream = || difference("xz.compression").at("data.tar.xz");
        let header = difference("xz.check").at("data.tar.xz");
        assert!(said(compression, [stream(), header]).is_some());
        let id = || difference("elf.note.gnu.build-id").settled_by("elf.build-id@3");
        let member = id().at("data.tar.xz").at("usr/bin/x");
        assert_eq!(said(compression, [member, stream()]), None);
        let elsewhere = id().at("data.tar.xzz").at("usr/bin/x");
        assert!(said(compression, [elsewhere, stream()]).is_some());
    }

    #[test]
    fn only_what_is_settled_is_harmless() {
        let id = || difference("elf.note.gnu.build-id").settled_by("elf.build-id@3");
        let comment = || difference("elf.section.comment.bytes").settled_by("elf.comment@1");
        assert!(said(build_id_only, [id(), id()]).is_some());
        assert_eq!(said(settled_only, [id()]), None);
        assert_eq!(said(build_id_only, [id(), comment()]), None);
        let (sentence, _) = said(settled_only, [id(), comment()]).unwrap();
        assert!(
            sentence.ends_with("elf.build-id@3, elf.comment@1 settle all"),
            "{sentence}"
        );
        assert_eq!(said(settled_only, [id(), difference("bytes")]), None);
        assert_eq!(said(settled_only, []), None);
    }
}
