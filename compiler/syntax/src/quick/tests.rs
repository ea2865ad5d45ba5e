//! What is read without the grammar is what the grammar reads.

use crate::build::{Builder, Built, Shared};
use crate::dispatch;
use crate::tree::Item;
use netpol_diagnostics::FileId;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn builder(shared: &mut Shared) -> Builder<'_> {
    Builder { file: FileId(3), base: 7, patches: &[], shared, complaint: None, refused: false }
}

fn quickly(text: &str) -> Option<Item> {
    let rule = dispatch::rules(text, false).first()?;
    super::read(&mut builder(&mut Shared::default()), text, *rule)
}

/// The statement as the grammar reads it, where nothing is wrong with it.
fn by_the_grammar(text: &str) -> Option<Item> {
    let mut shared = Shared::default();
    let mut builder = builder(&mut shared);
    let built = builder.statement(dispatch::read(text, false).ok()?)?;
    let complaints = usize::from(builder.complaint.is_some()) + shared.bad_names.report().count();
    match built {
        Built::Item(item) if complaints == 0 => Some(*item),
        _ => None,
    }
}

#[test]
fn plain_statements_need_no_grammar() {
    for text in [
        "web -> api:8080",
        "web->api:8080",
        "[web, blue/api] -> [db, cache,]:[postgres, 6379]",
        "all -> blue/all:any because \"one\" ticket SEC-1",
        "egress https to [api.example.com, 10.1.0.0/16, 192.0.2.1] from api\n  because \"two\" until 2027-01-31",
        "egress to internet\n  from web",
        "ingress [http, 8000-8999] from outside to web log",
        "ingress from internet",
        "deny egress any to cloud/metadata owner @team/a",
        "allow tenants -> other-tenants:any",
        "except egress http to cloud/metadata",
        "can web -> api:udp/53",
        "cannot web -> api:tcp/* reviewed 2027-01-31",
        "expose [web, api]:[80, 443] to tenants",
        "expose web to edge/nginx alert critical",
        "expose [tenant blue, *.a.com]:\"metrics\" to tenant red alert warning",
        "apply k8s/dns",
        "waive dns because \"three\"",
        "workload web selects app=web in blue\n  in [red, 9a, log]",
        "workload web selects app=web,part-of==a.B_9, app.kubernetes.io/x!=y",
        "workload web selects app=web, tier in (front, edge,), zone notin (\n a\n) owner team-a",
    ] {
        let item = quickly(text);
        assert!(item.is_some(), "{text:?} is left to the grammar");
        assert_eq!(item, by_the_grammar(text), "{text:?}");
    }
}

#[test]
fn what_only_looks_plain_is_left_to_the_grammar() {
    for text in [
        "web -> api:8080 becuase \"x\"",
        "Web -> api:8080",
        "web -> deny:80",
        "web -> tenant because",
        "web -> tenant log:80",
        "web -> fd00::1:80",
        "web -> [a, b",
        "egress 80 to 10.0.0.0/24from web",
        "egress 80 to 10.0.0",
        "egress 80 to a..com",
        "egress 80 to s3(a)",
        "web -> api # why\n  log",
        "web -> api:80 because \"a \\\" b\"",
        "workload web selects app",
        "workload web selects app in blue",
        "workload web selects app=web in namespaces(a=b)",
        "workload web selects app=web ports http=80",
        "apply k8s/dns()",
        "web -> tenant:80",
    ] {
        assert_eq!(quickly(text), None, "{text:?}");
    }
}

/// One of `likely`, or now and then something that does not belong there.
fn one_of(likely: &'static [&'static str]) -> impl Strategy<Value = String> {
    let odd = [
        "",
        "Web",
        "a_b",
        "-a",
        "a-",
        "a--b",
        "9a",
        "to",
        "from",
        "in",
        "log",
        "pod",
        "tenant",
        "egress",
        "because",
        "`a`",
        "*",
        "a/b",
        "a/b/c",
        "1.2.3",
        "10.0.0.0/24",
        "1.2.3.4.5",
        "a.b.",
        ".a.b",
        "a.1",
        "1.a",
        "::1",
        "fd00::1",
        "f(a)",
        "\"x\"",
        "{r}.a",
        "a.{r}",
        "pod(a=b)",
        "namespaces(a=b)",
        "tenant blue",
        "x -> y",
        ":",
        ",",
        "[",
        "]",
        "(",
        ")",
        "->",
        "=",
        "!a",
        "é",
        "8080/tcp",
    ];
    prop_oneof![30 => select(likely), 1 => select(odd.to_vec())].prop_map(str::to_owned)
}

fn list(likely: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let items = proptest::collection::vec(one_of(likely), 1..4);
    (items, 0..4_u8).prop_map(|(items, shape)| {
        if shape > 0 && items.len() == 1 {
            return items;
        }
        let mut tokens = vec!["[".to_owned()];
        for item in items {
            tokens.extend([item, ",".to_owned()]);
        }
        if shape != 1 {
            tokens.pop();
        }
        tokens.push("]".to_owned());
        tokens
    })
}

const ENDS: &[&str] = &[
    "web",
    "api-1",
    "all",
    "any",
    "internet",
    "b/api",
    "b/all",
    "10.0.0.0/8",
    "10.1.2.3",
    "tenant blue",
    "*.a.com",
    "a.b.com",
    "1.2.3.4.org",
];
const SERVICES: &[&str] =
    &["80", "8000-8999", "http", "any", "icmp", "udp/53", "tcp/*", "b/http", "80a", "\"x\""];
const LABELS: &[&str] = &["app", "App_1", "a.b/c", "part-of", "in", "7"];

fn words(written: &'static str) -> BoxedStrategy<Vec<String>> {
    Just(written.split(' ').map(str::to_owned).collect::<Vec<_>>()).boxed()
}

fn joined(parts: Vec<BoxedStrategy<Vec<String>>>) -> BoxedStrategy<Vec<String>> {
    parts.prop_map(|parts| parts.concat()).boxed()
}

fn flow() -> BoxedStrategy<Vec<String>> {
    let (ends, services) = (|| list(ENDS).boxed(), || list(SERVICES).boxed());
    prop_oneof![
        joined(vec![ends(), words("->"), ends()]),
        joined(vec![ends(), words("->"), ends(), words(":"), services()]),
        joined(vec![words("egress"), services(), words("to"), ends()]),
        joined(vec![words("egress"), services(), words("to"), ends(), words("from"), ends()]),
        joined(vec![words("ingress"), services(), words("from"), ends(), words("to"), ends()]),
        joined(vec![words("ingress from"), ends()]),
    ]
    .boxed()
}

fn requirement() -> BoxedStrategy<Vec<String>> {
    let label = || one_of(LABELS).prop_map(|label| vec![label]).boxed();
    prop_oneof![
        joined(vec![
            label(),
            select(&["=", "==", "!="][..]).prop_map(|mark| vec![mark.to_owned()]).boxed(),
            label()
        ]),
        joined(vec![label(), words("in ("), label(), words(","), label(), words(")")]),
        joined(vec![label(), words("notin ("), label(), words(")")]),
    ]
    .boxed()
}

fn clause() -> BoxedStrategy<Vec<String>> {
    select(
        &[
            "because \"x\"",
            "because \"a \\\\ b\"",
            "because \"x",
            "ticket ABC-1",
            "ticket \"#1\"",
            "owner @a/b.c",
            "until 2027-01-31",
            "reviewed 1-a",
            "log",
            "alert warning",
            "only http GET \"/\"",
            "log log",
        ][..],
    )
    .prop_map(|clause| vec![clause.to_owned()])
    .boxed()
}

fn statement() -> BoxedStrategy<Vec<String>> {
    let expose = joined(vec![
        words("expose"),
        list(ENDS).boxed(),
        words(":"),
        list(SERVICES).boxed(),
        words("to"),
        list(ENDS).boxed(),
    ]);
    let verb = select(&["deny", "allow", "except", "can", "cannot"][..])
        .prop_map(|verb| vec![verb.to_owned()])
        .boxed();
    let one = joined(vec![
        words("workload"),
        one_of(&["web", "a-1"]).prop_map(|name| vec![name]).boxed(),
        words("selects"),
        requirement(),
    ]);
    let within = joined(vec![one.clone(), words("in"), list(&["blue", "9a", "log"]).boxed()]);
    let two = joined(vec![one.clone(), words(","), requirement()]);
    let apply = joined(vec![words("apply"), one_of(ENDS).prop_map(|end| vec![end]).boxed()]);
    let head =
        prop_oneof![3 => flow(), 1 => joined(vec![verb, flow()]), 1 => expose, 1 => one, 1 => two, 1 => apply, 1 => within].boxed();
    let clauses = proptest::collection::vec(clause(), 0..3).prop_map(|clauses| clauses.concat()).boxed();
    joined(vec![head, clauses])
}

/// What stands between two tokens.
fn gap() -> impl Strategy<Value = &'static str> {
    prop_oneof![30 => Just(" "), 4 => Just(""), 1 => select(&["  ", "\t", "\n", "\n\n  ", "\r\n", " # c\n", "\\"][..])]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_quickly_is_what_the_grammar_reads(
        tokens in statement(),
        gaps in proptest::collection::vec(gap(), 40),
        cut in proptest::option::weighted(0.3, (any::<Index>(), 0..6_usize, select(&["", " ", "a", ":", ",", "/", ".", "-", "(", "\"", "9", "_"][..]))),
    ) {
        let mut text: String = tokens.iter().zip(gaps.iter().cycle()).flat_map(|(token, gap)| [token.as_str(), gap]).collect();
        if let Some((from, length, put)) = cut {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let start = boundary(from.index(text.len() + 1));
            text.replace_range(start..boundary(start + length).max(start), put);
        }
        let text = text.trim();
        if let Some(item) = quickly(text) {
            prop_assert_eq!(Some(item), by_the_grammar(text), "{:?}", text);
        }
    }
}
