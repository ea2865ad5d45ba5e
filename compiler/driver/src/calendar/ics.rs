//! Lapses as events of a calendar (RFC 5545).
//!
//! The stamp of an event is the day it was asked on, and its name is made of the file, the line's text and the day, so
//! that the same input gives the same bytes and a calendar recognises an event it has.

use std::fmt::Write as _;

use netpol_check::Lapse;
use netpol_flow::Date;

use super::Calendar;
use crate::render::View;
use crate::render::place::place_of;

/// RFC 5545, section 3.1: a line is at most 75 octets long, without its end.
const LONGEST: usize = 75;

pub(super) fn render_ics(calendar: &Calendar<'_>, view: &View<'_>) -> String {
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//netpol//expire//EN"] {
        write_line(&mut text, line);
    }
    for lapse in calendar.lapses {
        write_event(&mut text, lapse, calendar.as_of, view);
    }
    write_line(&mut text, "END:VCALENDAR");
    text
}

fn write_event(text: &mut String, lapse: &Lapse, as_of: Date, view: &View<'_>) {
    let place = place_of(lapse.span, view);
    let day = compact(lapse.day);
    let home = lapse.namespace.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let owner = lapse.owner.as_deref().unwrap_or("nobody");
    let mut description = format!("{}:{}: {}\nowner: {owner}", place.path, place.line, lapse.text);
    for (word, field) in [("ticket", &lapse.ticket), ("because", &lapse.because)] {
        if let Some(field) = field {
            let _ = write!(description, "\n{word}: {field}");
        }
    }
    let name = hash(&format!("{}|{}|{}", view.sources.file(lapse.span.file).path, lapse.text, day));
    let summary = format!("netpol: {}{home} ends ({owner})", lapse.kind.word());
    let lines = [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{name:016x}@netpol"),
        format!("DTSTAMP:{}T000000Z", compact(as_of)),
        format!("DTSTART;VALUE=DATE:{day}"),
        format!("SUMMARY:{}", escaped(&summary)),
        format!("DESCRIPTION:{}", escaped(&description)),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ];
    for line in lines {
        write_line(text, &line);
    }
}

fn compact(day: Date) -> String {
    day.to_string().replace('-', "")
}

/// FNV-1a, which gives the same number on every machine.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Section 3.3.11: what a text value writes with a backslash.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\r', "").replace('\n', "\\n")
}

/// A content line, folded between characters.
fn write_line(text: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > LONGEST {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_between_characters() {
        let mut text = String::new();
        write_line(&mut text, &"ä".repeat(60));
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= LONGEST), "{lines:?}");
        assert_eq!(text.replace("\r\n ", "").trim_end(), "ä".repeat(60));
    }

    #[test]
    fn what_separates_values_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
