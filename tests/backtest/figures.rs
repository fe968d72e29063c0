//! The figure of the docs, made by the program: how large a step must be to be seen, by family, and how often none is.

use std::fmt::Write as _;

use cockpit::domain::{
    anomaly::{DEFAULT_RATE, Label, real, try_case},
    judge::State,
    policy::Bad,
};

use crate::{
    dice::Dice,
    families::{Family, case, noise},
};

/// Kayenta's cases that are answered otherwise on purpose, and why.
pub(crate) const KAYENTA: [(&str, (State, &str)); 5] = [
    (
        "kayenta-7",
        (State::Pass, "the series of kayenta-11, which is ok there"),
    ),
    (
        "kayenta-14",
        (
            State::Pass,
            "a slow fall by two sigmas: a drift of the past may do that",
        ),
    ),
    (
        "kayenta-18",
        (State::Fail, "the series of kayenta-8, a regression there"),
    ),
    (
        "kayenta-20",
        (State::Ambiguous, "two values before the change are no past"),
    ),
    (
        "kayenta-25",
        (
            State::NoData,
            "nothing measured never passes; there it reads as zero",
        ),
    ),
];

const SHOWN: [(Family, &str); 5] = [
    (Family::Calm, "#2b6cb0"),
    (Family::HeavyTailed, "#2f855a"),
    (Family::Sticky, "#b7791f"),
    (Family::Seasonal, "#6b46c1"),
    (Family::Spiky, "#c53030"),
];
/// In units of the noise from value to value.
const SIZES: [f64; 8] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0];
const EACH: u32 = 20;

/// The share of windows of 15 minutes, after an hour of past, that alarm.
fn power(family: Family, size: f64) -> f64 {
    let mut dice = Dice::new(4_242);
    let found = (0..EACH)
        .filter(|_| {
            let values = family.series(&mut dice, 75);
            let (before, after) = values.split_at(60);
            let unit = noise(before);
            let after: Vec<f64> = after.iter().map(|v| v + size * unit).collect();
            try_case(
                &case("p", Bad::Up, before, &after, Label::Healthy),
                DEFAULT_RATE,
            )
            .is_regression()
        })
        .count();
    real(found) / f64::from(EACH)
}

fn figure() -> String {
    let (x, y) = (
        |size: f64| 60.0 + size * 44.0,
        |share: f64| 260.0 - share * 220.0,
    );
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"660\" height=\"320\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"660\" height=\"320\" fill=\"#ffffff\"/>\n\
         <text x=\"60\" y=\"24\" font-size=\"14\">Share of 15-minute windows that alarm, by size of a step (an hour of past)</text>\n",
    );
    for percent in [0, 20, 40, 60, 80, 100] {
        let at = y(f64::from(percent) / 100.0);
        writeln!(svg, "<path d=\"M60 {at:.0}H500\" stroke=\"#dddddd\"/><text x=\"52\" y=\"{:.0}\" text-anchor=\"end\">{percent}%</text>", at + 4.0).unwrap();
    }
    for size in SIZES {
        writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"280\" text-anchor=\"middle\">{size}</text>",
            x(size)
        )
        .unwrap();
    }
    svg.push_str("<text x=\"280\" y=\"304\" text-anchor=\"middle\">step, in units of the noise from minute to minute; 0 is no change: false alarms</text>\n");
    for (row, (family, colour)) in (0_u8..).zip(SHOWN) {
        let line: Vec<String> = SIZES
            .iter()
            .map(|size| format!("{:.1},{:.1}", x(*size), y(power(family, *size))))
            .collect();
        let at = 60 + 22 * u16::from(row);
        writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            line.join(" ")
        )
        .unwrap();
        writeln!(svg, "<path d=\"M516 {at}h20\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"542\" y=\"{}\">{family:?}</text>", at + 4).unwrap();
    }
    svg.push_str("</svg>\n");
    svg
}

/// `INSTA_UPDATE=always` writes it anew.
#[test]
fn the_figure_of_the_docs_is_what_the_program_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/power.svg");
    let made = figure();
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        made == kept,
        "assets/power.svg is old: INSTA_UPDATE=always cargo test --test backtest"
    );
}
