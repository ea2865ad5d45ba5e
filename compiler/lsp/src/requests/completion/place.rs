//! What may stand at a place, by the words before it. The text there is half written, so this asks the words and no tree.

use netpol_syntax::words::{ATTRIBUTES, CLAUSES, continues};
use netpol_syntax::{Token, TokenKind, tokens};

/// The block around a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// None.
    File,
    /// `namespace`, as a block or as the head of the file.
    Namespace,
    /// `app`.
    App,
    /// `guardrail`.
    Guardrail,
    /// `baseline`.
    Baseline,
    /// `test`.
    Test,
    /// `pattern`.
    Pattern,
    /// `cluster`.
    Cluster,
}

/// What is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A statement, or the first end of an arrow; after a line that may go on, what it may go on with.
    Statement {
        /// The words that the statement before may go on with.
        goes_on: Vec<&'static str>,
    },
    /// One of these words.
    Words(Vec<&'static str>),
    /// Pods of the namespace itself.
    OwnPods,
    /// Pods, also of other namespaces.
    Pods,
    /// Pods that an arrow leads to, or that may call what is exposed.
    PodsAnywhere,
    /// Addresses, domains, what is outside.
    Edge,
    /// Ports of what stands before the colon, as written.
    Ports(Vec<String>),
    /// A pattern.
    Pattern,
    /// A module to import.
    Module,
    /// Namespaces.
    Namespaces,
    /// A tenant.
    Tenant,
    /// Clusters.
    Clusters,
    /// An argument of a call.
    Argument,
    /// Something that nobody can guess: a new name, a text, a date.
    Nothing,
}

/// What is expected at a place, and in which block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The block around it.
    pub block: Block,
    /// What may stand there.
    pub expected: Expected,
    /// The names of the namespaces around it.
    pub namespaces: Vec<String>,
}

/// The beginning of the word that is being written at the end of a text.
pub fn word_start(before: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '`' | '.' | '*');
    before.rfind(|c| !is_part(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))
}

/// What may stand at the end of this text, which stops before the word that is being written. None in a comment or text.
pub fn place(before: &str) -> Option<Place> {
    let all = tokens(before);
    if let Some(last) = all.last() {
        let is_open_text = last.kind == TokenKind::Text && (last.text.len() < 2 || !last.text.ends_with('"'));
        let is_comment = last.kind == TokenKind::Comment && !before.get(last.at..)?.contains('\n');
        if is_comment || is_open_text && !before.get(last.at..)?.contains('\n') {
            return None;
        }
    }
    let all: Vec<Token<'_>> = all.into_iter().filter(|token| token.kind != TokenKind::Comment).collect();
    let (block, statement, namespaces) = around(before, &all);
    let line_ended = all
        .last()
        .is_some_and(|last| before.get(last.at + last.text.len()..).is_some_and(|rest| rest.contains('\n')));
    let depth = depth(statement);
    let expected = match statement {
        [] if block == Block::Cluster => Expected::Words(ATTRIBUTES.to_vec()),
        [] => Expected::Statement { goes_on: Vec::new() },
        statement if line_ended && depth == 0 => match block {
            Block::Cluster => Expected::Words(ATTRIBUTES.to_vec()),
            _ => Expected::Statement { goes_on: goes_on(statement, true) },
        },
        statement => within(block, statement),
    };
    let expected = match expected {
        // An alert is raised by a guardrail's deny only.
        Expected::Words(mut words) if block != Block::Guardrail => {
            words.retain(|word| *word != "alert");
            Expected::Words(words)
        }
        Expected::Statement { mut goes_on } if block != Block::Guardrail => {
            goes_on.retain(|word| *word != "alert");
            Expected::Statement { goes_on }
        }
        expected => expected,
    };
    Some(Place { block, expected, namespaces })
}

fn depth(statement: &[Token<'_>]) -> usize {
    statement.iter().fold(0_usize, |depth, token| match token.kind {
        TokenKind::Open => depth + 1,
        TokenKind::Close => depth.saturating_sub(1),
        _ => depth,
    })
}

/// The block around the end of the text, the words of the statement there, and the namespaces around it.
fn around<'a, 't>(before: &str, all: &'a [Token<'t>]) -> (Block, &'a [Token<'t>], Vec<String>) {
    let mut blocks: Vec<(Block, Vec<String>)> = Vec::new();
    let mut header: Option<Vec<String>> = None;
    let (mut start, mut depth) = (0, 0_usize);
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            TokenKind::BlockOpen => {
                blocks.push(head(all.get(start..at).unwrap_or_default()));
                (start, depth) = (at + 1, 0);
            }
            TokenKind::BlockClose => {
                blocks.pop();
                (start, depth) = (at + 1, 0);
            }
            _ => {
                let first = all.get(start).map_or("", |token| token.text);
                let begins =
                    token.breaks > 0 && depth == 0 && at > start && !continues(before, first, token.at);
                if begins {
                    if let (Block::Namespace, names) = head(all.get(start..at).unwrap_or_default())
                        && blocks.is_empty()
                    {
                        header = Some(names);
                    }
                    start = at;
                }
                match token.kind {
                    TokenKind::Open => depth += 1,
                    TokenKind::Close => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    let statement = all.get(start..).unwrap_or_default();
    if let (Block::Namespace, names) = head(statement)
        && blocks.is_empty()
    {
        header = header.or(Some(names));
    }
    let mut namespaces: Vec<String> = header.clone().unwrap_or_default();
    for (block, names) in &blocks {
        if matches!(block, Block::Namespace | Block::App) && !names.is_empty() {
            namespaces.clone_from(names);
        }
    }
    let file = if header.is_some() { Block::Namespace } else { Block::File };
    (blocks.last().map_or(file, |(block, _)| *block), statement, namespaces)
}

/// What a statement opens, and the namespaces it names.
fn head(statement: &[Token<'_>]) -> (Block, Vec<String>) {
    let texts: Vec<&str> = statement.iter().map(|token| token.text).collect();
    match texts.as_slice() {
        ["namespace", rest @ ..] => {
            let names = rest.iter().take_while(|word| !CLAUSES.contains(word) && **word != "on");
            let names =
                names.filter(|word| !matches!(**word, "[" | "]" | ",")).map(|word| (*word).to_owned());
            let several = rest.first() == Some(&"[");
            (Block::Namespace, names.take(if several { usize::MAX } else { 1 }).collect())
        }
        ["app", _, "in", name, ..] => (Block::App, vec![(*name).to_owned()]),
        ["app", ..] => (Block::App, Vec::new()),
        ["guardrail", ..] | ["sealed", ..] => (Block::Guardrail, Vec::new()),
        ["baseline", ..] => (Block::Baseline, Vec::new()),
        ["test", ..] => (Block::Test, Vec::new()),
        ["pattern", ..] => (Block::Pattern, Vec::new()),
        ["cluster", ..] => (Block::Cluster, Vec::new()),
        _ => (Block::File, Vec::new()),
    }
}

/// What may stand inside a statement, behind its first words.
fn within(block: Block, statement: &[Token<'_>]) -> Expected {
    let texts: Vec<&str> = statement.iter().map(|token| token.text).collect();
    let last = texts.last().copied().unwrap_or_default();
    match last {
        "because" | "ticket" | "owner" | "until" | "reviewed" | "at" | "within" => return Expected::Nothing,
        "alert" => return Expected::Words(vec!["warning", "critical"]),
        "only" => return Expected::Words(vec!["http"]),
        "tenant" if texts.len() > 1 => return Expected::Tenant,
        "on" if texts.first() != Some(&"require") => return Expected::Clusters,
        _ => {}
    }
    match texts.as_slice() {
        ["use"] => Expected::Module,
        ["use", _] => Expected::Words(vec!["as"]),
        ["use", ..] | ["edition", ..] | ["pattern", _] | ["test"] => Expected::Nothing,
        ["apply" | "waive"] => Expected::Pattern,
        ["pattern", .., ":"] => {
            Expected::Words(vec!["workload", "port", "net", "domain", "label", "namespace", "text"])
        }
        ["apply", _, rest @ ..] if is_open(rest) => Expected::Argument,
        ["sealed"] => Expected::Words(vec!["guardrail"]),
        ["mode"] => Expected::Words(vec!["audit", "enforce", "ingress-only", "egress-only"]),
        ["mode", _, ..] => Expected::Words(goes_on(statement, false)),
        ["require", rest @ ..] => require(rest),
        ["undeclared"] if block == Block::Cluster => Expected::Words(vec!["open", "closed"]),
        ["system", ..] if block == Block::Cluster => Expected::Namespaces,
        [..] if block == Block::Cluster => Expected::Nothing,
        ["tenant", _, "owns", ..] if is_list_open(statement, "owns") => Expected::Namespaces,
        ["tenant", _] => Expected::Words(vec!["owns"]),
        ["app", _, "in"] => Expected::Namespaces,
        ["app", _] if block == Block::File => Expected::Words(vec!["in"]),
        ["workload", _, .., "in"] | ["workload", _, .., "in", "["] => Expected::Namespaces,
        ["workload", _] => Expected::Words(vec!["selects", "on", "in"]),
        ["workload", _, .., "selects"]
        | ["workload", _, .., "selects", _, "="]
        | ["workload", _, .., "account"] => Expected::Nothing,
        ["workload", .., "ports"] | ["workload", .., "ports", "["] => Expected::Nothing,
        ["workload", .., "="] => Expected::Ports(Vec::new()),
        ["workload", .., ","] => Expected::Nothing,
        ["tiers", .., "by"] | ["tiers"] | ["tiers", .., "[" | ","] => Expected::Nothing,
        ["tiers", .., _] if depth(statement) == 0 => Expected::Words(vec!["by"]),
        ["group", _, "=", ..] if ends_open(statement) => Expected::Pods,
        ["net" | "domain", _, "=", ..] if ends_open(statement) => Expected::Edge,
        ["net", .., "except"] => Expected::Edge,
        ["port", _, "=", ..] if ends_open(statement) => Expected::Ports(Vec::new()),
        [
            "workload" | "group" | "net" | "domain" | "port" | "cluster" | "guardrail" | "namespace" | "app"
            | "tenant",
        ] => Expected::Nothing,
        ["deny" | "allow" | "except" | "can" | "cannot"] => Expected::Statement { goes_on: Vec::new() },
        ["deny" | "allow" | "except" | "can" | "cannot", ..] => {
            flow(statement.get(1..).unwrap_or_default(), statement)
        }
        _ => flow(statement, statement),
    }
}

fn require(rest: &[&str]) -> Expected {
    match rest {
        [] => Expected::Words(vec![
            "because", "ticket", "owner", "enforce", "ports", "until", "reviewed", "prefix",
        ]),
        [.., "on"] => Expected::Words(vec![
            "egress",
            "ingress",
            "expose",
            "cross-namespace",
            "except",
            "namespace",
            "every",
        ]),
        [.., "every"] => Expected::Words(vec!["rule"]),
        [.., "in"] => Expected::Namespaces,
        [.., "on", "egress"] => Expected::Words(vec!["internet", "in"]),
        [.., "on", _] | [.., "on", _, _] => Expected::Words(vec!["in"]),
        ["until" | "reviewed"] => Expected::Words(vec!["on", "within"]),
        [..] => Expected::Words(vec!["on"]),
    }
}

/// Whether a bracket is open.
fn is_open(texts: &[&str]) -> bool {
    let count = |bracket: &[&str]| texts.iter().filter(|text| bracket.contains(text)).count();
    count(&["(", "["]) > count(&[")", "]"])
}

/// Whether the list after a word goes on.
fn is_list_open(statement: &[Token<'_>], word: &str) -> bool {
    statement.last().is_some_and(|last| last.text == word) || ends_open(statement)
}

/// Whether the last word is one that something follows: `=`, `[`, `,`.
fn ends_open(statement: &[Token<'_>]) -> bool {
    let last = statement.last().map(|token| token.kind);
    matches!(last, Some(TokenKind::Equals | TokenKind::Open | TokenKind::Comma))
}

/// The part of a flow that the end of its text lies in.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    From,
    To,
    Ports,
    Edge,
    Own,
}

/// What may stand in a flow: `all` is the statement with the word before it.
fn flow(flow: &[Token<'_>], all: &[Token<'_>]) -> Expected {
    let verb = flow.first().map_or("", |token| token.text);
    let mut part = match verb {
        "egress" | "ingress" => Part::Ports,
        "expose" => Part::Own,
        _ => Part::From,
    };
    let (mut depth, mut calls) = (0_usize, Vec::new());
    let mut destination: Vec<String> = Vec::new();
    let mut has_clause = false;
    for (at, token) in flow.iter().enumerate() {
        let text = token.text;
        match token.kind {
            TokenKind::Open => {
                let before = at.checked_sub(1).and_then(|at| flow.get(at)).map(|token| token.kind);
                calls.push(text == "(" && before == Some(TokenKind::Word));
                depth += 1;
            }
            TokenKind::Close => {
                calls.pop();
                depth = depth.saturating_sub(1);
            }
            TokenKind::Arrow => (part, destination) = (Part::To, Vec::new()),
            TokenKind::Colon if depth == 0 => part = Part::Ports,
            TokenKind::Word if depth == 0 && CLAUSES.contains(&text) => has_clause = true,
            TokenKind::Word if depth == 0 && at > 0 && matches!(text, "to" | "from") => {
                part = match (verb, text) {
                    ("egress", "to") | ("ingress", "from") => Part::Edge,
                    ("egress", "from") | ("ingress", "to") => Part::Own,
                    _ => Part::To,
                };
            }
            TokenKind::Word if matches!(part, Part::To | Part::Own) => destination.push(text.to_owned()),
            TokenKind::Word
            | TokenKind::Text
            | TokenKind::Equals
            | TokenKind::Not
            | TokenKind::Colon
            | TokenKind::Comma
            | TokenKind::BlockOpen
            | TokenKind::BlockClose
            | TokenKind::Comment => {}
        }
    }
    if calls.contains(&true) {
        return Expected::Argument;
    }
    let Some(last) = flow.last().filter(|_| !has_clause) else {
        return Expected::Words(goes_on(all, false));
    };
    let is_item_next =
        matches!(last.kind, TokenKind::Arrow | TokenKind::Colon | TokenKind::Open | TokenKind::Comma)
            || matches!(last.text, "to" | "from" | "egress" | "ingress" | "expose");
    if !is_item_next {
        return match (depth, part) {
            (0, _) => Expected::Words(goes_on(all, false)),
            (_, _) => Expected::Nothing,
        };
    }
    match part {
        Part::From => Expected::Pods,
        Part::To => Expected::PodsAnywhere,
        Part::Ports => Expected::Ports(destination),
        Part::Edge => Expected::Edge,
        Part::Own => Expected::OwnPods,
    }
}

/// The words that may follow a statement that is whole: the other parts of its sentence, and its clauses.
fn goes_on(statement: &[Token<'_>], on_next_line: bool) -> Vec<&'static str> {
    let texts: Vec<&str> = statement.iter().map(|token| token.text).collect();
    let has = |word: &str| texts.contains(&word);
    let first = texts.first().copied().unwrap_or_default();
    let verb =
        texts.iter().copied().find(|word| !matches!(*word, "deny" | "allow" | "except" | "can" | "cannot"));
    let mut words: Vec<&'static str> = Vec::new();
    match verb.unwrap_or_default() {
        "egress" | "expose" if !has("to") => words.push("to"),
        "ingress" if !has("from") => words.push("from"),
        "egress" if !has("from") => words.push("from"),
        "ingress" if !has("to") => words.push("to"),
        "workload" if !on_next_line && !has("in") => words.extend(["in", "ports", "account", "host-network"]),
        "net" if !has("except") => words.push("except"),
        "namespace" => words.extend(["audit", "ingress-only", "egress-only", "external", "on"]),
        "guardrail" => words.push("audit"),
        _ => {}
    }
    words.retain(|word| matches!(*word, "to" | "from" | "except") || !on_next_line);
    let is_flow = has("->") || matches!(verb, Some("egress" | "ingress" | "expose"));
    let clauses: &[&'static str] = match first {
        "can" | "cannot" | "use" | "edition" | "require" | "tiers" | "test" | "pattern" | "baseline"
        | "cluster" => &[],
        "net" | "group" | "domain" | "port" | "workload" | "tenant" | "app" | "namespace" => {
            &["because", "ticket", "owner", "reviewed"]
        }
        "mode" | "guardrail" | "sealed" => &["because", "ticket", "owner", "until", "reviewed"],
        "apply" => &["because", "ticket", "owner", "until", "reviewed"],
        "waive" => &["because", "ticket", "owner", "reviewed"],
        "deny" => &["because", "ticket", "owner", "reviewed", "log", "alert"],
        "except" => &["because", "ticket", "owner", "until", "reviewed", "log"],
        _ if is_flow => &["because", "ticket", "owner", "until", "reviewed", "log", "only"],
        _ => &[],
    };
    let is_whole = !is_flow
        || (has(":") || matches!(verb, Some("egress" | "ingress")))
            && (has("to") || has("->") || has("from"));
    if is_whole {
        words.extend(clauses.iter().copied().filter(|clause| !has(clause)));
    }
    words
}
