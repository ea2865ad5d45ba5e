//! Telling what a proof compared.

use std::time::Duration;

use netpol_driver::Manifests;

/// One line for each target: how much of it was compared with the source, and that it holds; then what that took, with
/// the compiling before it.
pub fn explain(targets: &[Manifests], took: Duration) -> String {
    let width = targets.iter().map(|target| target.target.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for target in targets {
        let (name, Some(proof)) = (&target.target, target.proof) else { continue };
        text.push_str(&format!(
            "  {name:width$}  {} classes of connections, on {} sides of namespaces: manifests and source agree on each\n",
            grouped(proof.classes),
            grouped(proof.sides)
        ));
        if proof.leaning > 0 {
            text.push_str(&format!(
                "  {:width$}  {} of them are denied by the other end's own objects alone\n",
                "",
                grouped(proof.leaning)
            ));
        }
    }
    text.push_str(&format!("compiled and proved in {:.0} ms\n", took.as_secs_f64() * 1_000.0));
    text
}

/// A number with its digits in threes.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
