//! The statements that may stand in each block, with what is usually written after their first word.

use super::place::Block;

/// A statement: its first word, the rest as a snippet, what it is for.
pub struct Statement {
    /// The word.
    pub word: &'static str,
    /// The whole as a snippet of the protocol.
    pub snippet: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Where it may stand.
    pub blocks: &'static [Block],
}

use Block::{App, Baseline, File, Guardrail, Namespace, Pattern, Test};

/// Every statement. A test holds the blocks against what the check allows.
pub const STATEMENTS: &[Statement] = &[
    Statement { word: "use", snippet: "use $0", about: "import a module", blocks: &[File] },
    Statement {
        word: "namespace",
        snippet: "namespace ${1:name}\n\n$0",
        about: "what follows belongs to a namespace, denied but for its lines",
        blocks: &[File],
    },
    Statement {
        word: "workload",
        snippet: "workload ${1:name} selects ${2:app}=${3:$1}",
        about: "pods by their labels",
        blocks: &[Namespace, App, Pattern],
    },
    Statement {
        word: "tiers",
        snippet: "tiers [${1:web, api, db}] by ${2:tier}",
        about: "workloads told by the values of one label, callers first",
        blocks: &[Namespace, App, Pattern],
    },
    Statement {
        word: "group",
        snippet: "group ${1:name} = [$0]",
        about: "several workloads under one name",
        blocks: &[File, Namespace, App, Pattern],
    },
    Statement {
        word: "net",
        snippet: "net ${1:name} = ${2:203.0.113.0/24}",
        about: "blocks of addresses under one name",
        blocks: &[File, Namespace, App, Guardrail, Pattern],
    },
    Statement {
        word: "domain",
        snippet: "domain ${1:name} = ${2:api.example.com}",
        about: "names on the internet under one name",
        blocks: &[File, Namespace, App, Guardrail, Pattern],
    },
    Statement {
        word: "port",
        snippet: "port ${1:name} = ${2:8080}",
        about: "ports under one name",
        blocks: &[File, Namespace, App, Guardrail, Pattern],
    },
    Statement {
        word: "egress",
        snippet: "egress ${1:https} to ${2:internet} from ${3:all}\n  because \"${4:reason}\"",
        about: "let pods reach something outside",
        blocks: &[Namespace, App, Pattern],
    },
    Statement {
        word: "ingress",
        snippet: "ingress ${1:https} from ${2:internet} to ${3:all}\n  because \"${4:reason}\"",
        about: "let something outside reach pods",
        blocks: &[Namespace, App, Pattern],
    },
    Statement {
        word: "expose",
        snippet: "expose ${1:workload}:${2:port} to ${3:namespace}/${4:all}\n  because \"${5:reason}\"",
        about: "agree that pods of other namespaces call these",
        blocks: &[Namespace, App, Pattern],
    },
    Statement {
        word: "apply",
        snippet: "apply $0",
        about: "all lines of a pattern",
        blocks: &[Namespace, App, Guardrail, Baseline, Pattern],
    },
    Statement {
        word: "waive",
        snippet: "waive $0",
        about: "leave out a pattern of the baseline, for this namespace",
        blocks: &[Namespace],
    },
    Statement {
        word: "app",
        snippet: "app ${1:name} owner ${2:team} {\n  $0\n}",
        about: "lines of one team within a namespace",
        blocks: &[Namespace],
    },
    Statement {
        word: "mode",
        snippet: "mode ${1|audit,ingress-only,egress-only|} until ${2:YYYY-MM-DD}",
        about: "how much of a namespace is enforced",
        blocks: &[Namespace],
    },
    Statement {
        word: "deny",
        snippet: "deny ${1:egress any to internet}\n  because \"${2:reason}\"",
        about: "what no line below may open",
        blocks: &[Namespace, Guardrail, Pattern],
    },
    Statement {
        word: "except",
        snippet: "except $0",
        about: "where a deny beside it steps aside",
        blocks: &[Namespace, Guardrail, Pattern],
    },
    Statement {
        word: "allow",
        snippet: "allow $0",
        about: "what no namespace may close",
        blocks: &[Guardrail, Pattern],
    },
    Statement {
        word: "require",
        snippet: "require ${1|because,ticket,owner,ports|} on ${2|egress internet,egress,ingress,expose,cross-namespace,every rule,namespace|}",
        about: "what lines of others must say",
        blocks: &[Guardrail, Pattern],
    },
    Statement {
        word: "test",
        snippet: "test \"${1:title}\" {\n  $0\n}",
        about: "what must be proved on every build",
        blocks: &[File, Namespace],
    },
    Statement {
        word: "can",
        snippet: "can $0",
        about: "every one of these connections must pass",
        blocks: &[Test],
    },
    Statement {
        word: "cannot",
        snippet: "cannot $0",
        about: "none of these connections may pass",
        blocks: &[Test],
    },
    Statement {
        word: "pattern",
        snippet: "pattern ${1:name}(${2:pods}: workload) {\n  $0\n}",
        about: "lines to apply in several places",
        blocks: &[File],
    },
    Statement {
        word: "guardrail",
        snippet: "guardrail ${1:name} {\n  $0\n}",
        about: "what the platform denies for everybody",
        blocks: &[File],
    },
    Statement {
        word: "baseline",
        snippet: "baseline {\n  apply $0\n}",
        about: "patterns of every namespace that does not waive them",
        blocks: &[File],
    },
    Statement {
        word: "tenant",
        snippet: "tenant ${1:name} owns [${2:namespace}] owner ${3:team}",
        about: "who owns which namespaces",
        blocks: &[File],
    },
    Statement {
        word: "cluster",
        snippet: "cluster ${1:name} {\n  pods ${2:10.244.0.0/16}\n  services ${3:10.96.0.0/12}\n  nodes ${4:10.10.0.0/16}\n}",
        about: "the addresses of a cluster",
        blocks: &[File],
    },
];

/// What a word that goes on with a statement is usually followed by.
pub fn clause_snippet(word: &str) -> Option<&'static str> {
    Some(match word {
        "because" => "because \"${1:reason}\"",
        "ticket" => "ticket ${1:ABC-1}",
        "owner" => "owner ${1:team}",
        "until" => "until ${1:YYYY-MM-DD}",
        "reviewed" => "reviewed ${1:YYYY-MM-DD}",
        "only" => "only http ${1:GET} \"${2:/path/*}\"",
        "alert" => "alert ${1|warning,critical|}",
        _ => return None,
    })
}
