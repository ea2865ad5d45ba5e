//! Clauses.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{Clause, ClauseKind, Http, Spanned};
use pest::iterators::Pair;

impl Builder<'_> {
    /// The clauses of a `clauses` pair.
    pub(super) fn clauses(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Clause>> {
        let mut clauses = Vec::with_capacity(1);
        for clause in Children::of(pair) {
            let span = self.span(&clause);
            clauses.push(Clause { kind: self.clause(clause)?, span });
        }
        Some(clauses)
    }

    fn clause(&mut self, pair: Pair<'_, Rule>) -> Option<ClauseKind> {
        let rule = pair.as_rule();
        let mut inner = Children::of(pair);
        inner.next()?;
        Some(match rule {
            Rule::because => match inner.next()? {
                reason if reason.as_rule() == Rule::string => ClauseKind::Because(self.string(&reason)),
                name => ClauseKind::BecauseParam(self.name(&name)),
            },
            Rule::ticket => match inner.next()? {
                ticket if ticket.as_rule() == Rule::string => ClauseKind::Ticket(self.string(&ticket)),
                ticket => ClauseKind::Ticket(self.text(ticket.as_str())),
            },
            Rule::owner => ClauseKind::Owner(self.text(inner.next()?.as_str())),
            Rule::until => ClauseKind::Until(self.text(inner.next()?.as_str())),
            Rule::reviewed => ClauseKind::Reviewed(self.text(inner.next()?.as_str())),
            Rule::log => ClauseKind::Log,
            Rule::alert => ClauseKind::Alert { critical: inner.next()?.as_rule() == Rule::k_critical },
            Rule::only => {
                inner.accept(Rule::k_http)?;
                ClauseKind::OnlyHttp(inner.map(|request| self.request(request)).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    fn request(&mut self, pair: Pair<'_, Rule>) -> Option<Http> {
        let mut inner = Children::of(pair);
        let method = self.written(&inner.accept(Rule::method)?);
        let path = inner.next()?;
        let node = self.string(&path);
        Some(Http { method, path: Spanned { node, span: self.span(&path) } })
    }
}
