//! Lapses for people.

use std::fmt::Write as _;

use super::Calendar;
use crate::render::View;
use crate::render::clean::clean;
use crate::render::place::place_of;

pub(super) fn render_human(calendar: &Calendar<'_>, view: &View<'_>) -> String {
    let mut text = String::new();
    for lapse in calendar.lapses {
        let place = place_of(lapse.span, view);
        let ahead = lapse.day.days() - calendar.as_of.days();
        let when = match ahead {
            ..0 => "over".to_owned(),
            0 => "last day".to_owned(),
            1 => "in a day".to_owned(),
            days => format!("in {days} days"),
        };
        let owner = lapse.owner.as_deref().unwrap_or("nobody");
        let ticket = lapse.ticket.as_ref().map(|ticket| format!(", {ticket}")).unwrap_or_default();
        let home = lapse.namespace.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        let _ = writeln!(text, "{}  {when}: {}{home}, {owner}{ticket}", lapse.day, lapse.kind.word());
        let _ = writeln!(text, "    {}:{}: {}", place.path, place.line, lapse.text);
    }
    let over = calendar.lapses.iter().filter(|lapse| calendar.is_over(lapse)).count();
    let soon = calendar.lapses.len() - over;
    let _ = match (soon, over) {
        (0, 0) => writeln!(text, "nothing lapses within {} days of {}", calendar.days, calendar.as_of),
        (soon, 0) => writeln!(text, "{soon} within {} days of {}", calendar.days, calendar.as_of),
        (soon, over) => {
            writeln!(text, "{soon} within {} days of {}, {over} over", calendar.days, calendar.as_of)
        }
    };
    clean(&text).into_owned()
}
