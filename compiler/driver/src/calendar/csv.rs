//! Lapses as a table (RFC 4180): lines end in CRLF, every field is quoted.

use super::Calendar;
use crate::render::View;
use crate::render::place::place_of;

const HEADER: &str = "day,days left,kind,namespace,owner,ticket,file,line,text,because";

pub(super) fn render_csv(calendar: &Calendar<'_>, view: &View<'_>) -> String {
    let mut text = format!("{HEADER}\r\n");
    for lapse in calendar.lapses {
        let place = place_of(lapse.span, view);
        let left = lapse.day.days() - calendar.as_of.days();
        let or_empty = |field: &Option<netpol_flow::Text>| field.as_deref().unwrap_or_default().to_owned();
        let fields = [
            lapse.day.to_string(),
            left.to_string(),
            lapse.kind.word().to_owned(),
            or_empty(&lapse.namespace),
            or_empty(&lapse.owner),
            or_empty(&lapse.ticket),
            place.path,
            place.line.to_string(),
            lapse.text.to_string(),
            or_empty(&lapse.because),
        ];
        text.push_str(&fields.map(|field| quoted(&field)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}
