//! Charts as inline SVG. Each says in words what it shows; the numbers stand in a table beside it.

use super::{Row, Share, anchor, time};
use crate::survey::figures::{both, percent};
use maud::{Markup, html};
use std::time::Duration;

/// Most points of a scatter: more are a blot, and a large one.
pub const POINTS: usize = 2000;
/// The square that a scatter is drawn in, its left and lower margin, and the others.
const SIDE: f64 = 360.0;
const MARGIN: f64 = 56.0;
const EDGE: f64 = 28.0;

/// A share as one stacked bar, best first.
pub fn bar(share: &Share) -> Markup {
    let all = share.all().max(1) as f64;
    let mut at = 0.0;
    let parts: Vec<_> = share
        .ways()
        .into_iter()
        .map(|way| {
            let width = share.of(way) as f64 * 100.0 / all;
            at += width;
            (way, at - width, width)
        })
        .collect();
    let label: Vec<String> = parts
        .iter()
        .map(|(way, _, _)| {
            let of = share.of(*way);
            format!("{} {of} ({})", way.name(), percent(of, share.all()))
        })
        .collect();
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=(label.join(", ")) {
            @for (way, at, width) in parts {
                rect class={ "fill-" (way.name()) } x={ (format!("{at:.2}")) } y="0" width={ (format!("{width:.2}")) } height="10" {}
            }
        }
    }
}

/// The colour of a part of a bar, beside the words for it.
pub fn swatch(fill: &str) -> Markup {
    html! { svg.swatch viewBox="0 0 10 10" aria-hidden="true" { rect class={ "fill-" (fill) } width="10" height="10" {} } }
}

/// What is open and what rules settle, of so many, as a bar.
pub fn settling(open: usize, settled: usize, of: usize) -> Markup {
    let width = |part: usize| format!("{:.2}", part as f64 * 100.0 / of.max(1) as f64);
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" role="img"
            aria-label={ (open) " open, " (settled) " settled, of " (of) } {
            rect.fill-open x="0" y="0" width=(width(open)) height="10" {}
            rect.fill-settled x=(width(open)) y="0" width=(width(settled)) height="10" {}
        }
    }
}

/// What the native side took against what the cross side took, both on scales of powers of ten.
pub fn scatter(rows: &[Row<'_>]) -> Markup {
    let timed = rows.iter().filter_map(|row| Some((row, both(row)?)));
    let points: Vec<_> = timed.take(POINTS).collect();
    let seconds = points
        .iter()
        .flat_map(|(_, times)| [times.left, times.right].map(|time| time.as_secs_f64()));
    let (low, high) = seconds.fold((1.0_f64, 10.0_f64), |(low, high), one| {
        (low.min(one), high.max(one))
    });
    // Whole powers of ten, from a hundredth of a second up.
    let low = low.max(0.01).log10().floor();
    let high = high.log10().ceil().max(low + 1.0);
    let along = |time: Duration| {
        let power = time.as_secs_f64().max(0.01).log10();
        (power - low) / (high - low) * (SIDE - MARGIN - EDGE)
    };
    let x = |time| MARGIN + along(time);
    let y = |time| SIDE - MARGIN - along(time);
    let powers: Vec<Duration> = (low as i32..=high as i32)
        .map(|power| Duration::from_secs_f64(10_f64.powi(power)))
        .collect();
    let (start, end) = (
        Duration::from_secs_f64(10_f64.powf(low)),
        Duration::from_secs_f64(10_f64.powf(high)),
    );
    let to = |number: f64| format!("{number:.1}");
    html! {
        figure {
            svg.scatter viewBox={ "0 0 " (SIDE) " " (SIDE) } role="img"
                aria-label={ "Time of the native build against time of the cross build, of " (points.len()) " results" } {
                @for power in &powers {
                    line.grid x1=(to(x(*power))) y1=(to(y(start))) x2=(to(x(*power))) y2=(to(y(end))) {}
                    line.grid x1=(to(x(start))) y1=(to(y(*power))) x2=(to(x(end))) y2=(to(y(*power))) {}
                    text.tick x=(to(x(*power))) y=(to(SIDE - MARGIN + 18.0)) text-anchor="middle" { (tick(*power)) }
                    text.tick x=(to(MARGIN - 6.0)) y=(to(y(*power) + 4.0)) text-anchor="end" { (tick(*power)) }
                }
                line.even x1=(to(x(start))) y1=(to(y(start))) x2=(to(x(end))) y2=(to(y(end))) {}
                text.axis x=(to((MARGIN + SIDE - EDGE) / 2.0)) y=(to(SIDE - 10.0)) text-anchor="middle" { "cross build" }
                text.axis x="14" y=(to((SIDE - MARGIN) / 2.0)) text-anchor="middle"
                    transform={ "rotate(-90 14 " (to((SIDE - MARGIN) / 2.0)) ")" } { "native build" }
                @for (row, times) in &points {
                    circle cx=(to(x(times.right))) cy=(to(y(times.left))) r="4" data-row=(anchor(row)) {
                        title { (row.name) "::" (row.target) ": native " (time(times.left)) ", cross " (time(times.right)) }
                    }
                }
            }
            figcaption {
                "A dot for each result; above the dashed line the native build took longer. Both scales are of powers of ten."
            }
        }
    }
}

fn tick(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        1.0.. => format!("{seconds:.0} s"),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::{Way, run, specimen};
    use crossproof_model::Level;

    #[test]
    fn a_bar_is_as_wide_as_its_parts_and_says_them() {
        let mut share = Share::default();
        share.add(Way::Level(Level::Bits));
        share.add(Way::Level(Level::Bits));
        share.add(Way::Failed);
        let bar = bar(&share).into_string();
        assert!(bar.contains("aria-label=\"bits 2 (66.7 %), failed 1 (33.3 %)\""));
        assert!(bar.contains("x=\"0.00\" y=\"0\" width=\"66.67\""));
        assert!(bar.contains("x=\"66.67\" y=\"0\" width=\"33.33\""));
    }

    #[test]
    fn only_what_has_both_times_is_a_dot() {
        let report = specimen::report();
        let plot = scatter(&run::survey(&report, None).rows).into_string();
        assert_eq!(plot.matches("<circle").count(), 3);
        assert!(!plot.contains("NaN") && !plot.contains("inf"));
    }
}
