//! Ends of flows, and what stands in port position.

use super::line::Line;
use super::names::is_lower;
use crate::tree::{End, EndKind, Ends, Service, ServiceKind, Services};

impl<'t> Line<'_, '_, 't> {
    pub(super) fn ends(&mut self) -> Option<Ends> {
        let (items, span) = self.one_or_list(Self::end)?;
        Some(Ends { items, span })
    }

    fn end(&mut self) -> Option<End> {
        let start = self.next();
        let written = self.run(start, |byte| is_lower(byte) || matches!(byte, b'.' | b'*'))?;
        let kind = if written == "tenant" && matches!(self.byte(self.at), Some(b' ' | b'\t')) {
            EndKind::Tenant(self.name()?)
        } else if !written.contains('.') {
            let path = self.path(start, written)?;
            self.builder.plain(path, start)
        } else if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            self.address(start, written)?
        } else {
            is_domain(written).then(|| EndKind::Domain(self.builder.text(written)))?
        };
        Some(End { kind, span: self.span_from(start) })
    }

    /// `10.0.0.1` or `10.0.0.0/8`, after its digits and dots.
    fn address(&mut self, start: usize, digits: &str) -> Option<EndKind> {
        let is_group = |group: &str| (1..=3).contains(&group.len());
        if digits.split('.').count() != 4 || !digits.split('.').all(is_group) {
            return None;
        }
        if self.byte(self.at) == Some(b'/') {
            let prefix = self.run(self.at + 1, is_lower)?;
            if !is_group(prefix) || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
        }
        Some(EndKind::Address(self.builder.text(self.slice_from(start))))
    }

    /// What stands in port position before `word`, which must follow; none where nothing does.
    pub(super) fn services_before(&mut self, word: &str) -> Option<Option<Services>> {
        if self.word(word).is_some() {
            return Some(None);
        }
        let services = self.services()?;
        self.word_below(word)?;
        Some(Some(services))
    }

    pub(super) fn services(&mut self) -> Option<Services> {
        let (items, span) = self.one_or_list(Self::service)?;
        Some(Services { items, span })
    }

    fn service(&mut self) -> Option<Service> {
        let start = self.next();
        let kind = if self.byte(start) == Some(b'"') {
            ServiceKind::Quoted(self.quoted()?)
        } else {
            let written = self.service_word(start)?;
            self.builder.service_kind(written, start)
        };
        Some(Service { kind, span: self.span_from(start) })
    }

    /// The text of `8080`, `http`, `tcp/*` or `m/http`.
    fn service_word(&mut self, start: usize) -> Option<&'t str> {
        self.kebab(start)?;
        if self.byte(self.at) == Some(b'/') {
            if self.byte(self.at + 1) == Some(b'*') {
                self.at += 2;
            } else {
                self.kebab(self.at + 1)?;
            }
        }
        Some(self.slice_from(start))
    }
}

/// Whether a text of letters, digits, hyphens, dots and stars is a domain: its last label has a letter.
fn is_domain(written: &str) -> bool {
    let mut labels = written.split('.');
    let last_has_letter =
        labels.next_back().is_some_and(|last| last.contains(|c: char| c.is_ascii_lowercase()));
    last_has_letter && !written.starts_with('-') && labels.all(|label| !label.is_empty())
}
