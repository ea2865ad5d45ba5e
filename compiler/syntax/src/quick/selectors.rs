//! Workloads and their conditions on labels.

use super::line::Line;
use crate::tree::{NamespaceSelection, Operator, Requirement, Spanned, Text, Workload};

impl Line<'_, '_, '_> {
    /// `workload NAME selects … in …`, without the rarer things that may follow the selector.
    pub(super) fn workload(&mut self) -> Option<Workload> {
        self.word("workload")?;
        let name = self.name()?;
        self.word("selects")?;
        let start = self.next();
        let mut requirements = Vec::with_capacity(2);
        loop {
            requirements.push(self.requirement()?);
            if self.mark(",").is_none() {
                break;
            }
            self.at = self.next_below();
        }
        let selects = Some(Spanned { node: requirements, span: self.span_from(start) });
        let mut within = Vec::new();
        while self.word_below("in").is_some() {
            within.push(NamespaceSelection::Names(self.one_or_list(Self::label)?.0));
        }
        Some(Workload {
            name,
            on: Vec::new(),
            selects,
            within,
            ports: Vec::new(),
            accounts: Vec::new(),
            host_network: None,
        })
    }

    fn requirement(&mut self) -> Option<Requirement> {
        let start = self.next();
        let mut written = self.run(start, is_label)?;
        if self.byte(self.at) == Some(b'/') {
            self.run(self.at + 1, is_label)?;
            written = self.slice_from(start);
        }
        let key = Spanned { node: self.builder.text(written), span: self.span_from(start) };
        let mut values = Vec::with_capacity(1);
        let operator = if let Some(operator) = self.comparison() {
            values.push(self.label_value()?);
            operator
        } else {
            let operator = self.membership()?;
            self.mark("(")?;
            self.items(Self::label_value, b')', &mut values)?;
            operator
        };
        Some(Requirement { key, operator, values, span: self.span_from(start) })
    }

    fn comparison(&mut self) -> Option<Operator> {
        if self.mark("!=").is_some() {
            return Some(Operator::NotIn);
        }
        self.mark("==").or_else(|| self.mark("=")).map(|()| Operator::In)
    }

    fn membership(&mut self) -> Option<Operator> {
        if self.word("notin").is_some() {
            return Some(Operator::NotIn);
        }
        self.word("in").map(|()| Operator::In)
    }

    fn label_value(&mut self) -> Option<Spanned<Text>> {
        let start = self.next();
        let written = self.run(start, is_label)?;
        Some(Spanned { node: self.builder.text(written), span: self.span_from(start) })
    }
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}
