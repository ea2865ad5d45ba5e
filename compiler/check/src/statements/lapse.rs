//! NP0603 and NP0604: lines that lapsed, or will soon.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Date, Text};

use crate::expiry::SOON;

/// What is said of an end that lies behind, or not far ahead; a mode that ended is enforcement, and no mistake.
pub(crate) fn judge(
    day: Date,
    place: Span,
    owner: Option<&Text>,
    is_mode: bool,
    as_of: Date,
) -> Option<Diagnostic> {
    let ahead = day.days() - as_of.days();
    let found = if ahead < 0 && !is_mode {
        let found = Diagnostic::new(Code(603), format!("rule expired on {day}"));
        found.at(place, format!("before {as_of}")).help("delete the rule, or renew it with a new reason")
    } else if (0..=SOON).contains(&ahead) && is_mode {
        let found = Diagnostic::new(Code(604), format!("mode ends soon, on {day}"));
        let found = found.at(place, in_days(ahead)).note("after it, what no line allows is denied");
        found.help("look at what is still denied only on paper, or move the end")
    } else if (0..=SOON).contains(&ahead) {
        let found = Diagnostic::new(Code(604), format!("rule expires soon, on {day}"));
        found.at(place, in_days(ahead)).help("renew it with a new reason, or let it go")
    } else {
        return None;
    };
    Some(match owner {
        Some(owner) => found.note(format!("`{owner}` answers for it")),
        None => found,
    })
}

fn in_days(ahead: i64) -> String {
    match ahead {
        0 => "holds today and no longer".to_owned(),
        1 => "in a day".to_owned(),
        days => format!("in {days} days"),
    }
}
