//! Each mistake has its message, and a fix where it is surely known what was meant.
//!
//! A message is shown as `CODE line:column «marked text» title: label; help`, with `[fix]` after a help that a machine may apply.

mod support;

use support::{fixed, messages};

#[track_caller]
fn says(text: &str, expected: &[&str]) {
    assert_eq!(messages(text), expected, "{text}");
}

/// The fixes lead to this text, in which nothing is left to say.
#[track_caller]
fn fixes(text: &str, expected: &str) {
    assert_eq!(fixed(text), expected);
}

#[test]
fn an_arrow_is_written_with_hyphen_and_angle() {
    says("web > api:8080", &["NP0101 1:5 «>» unexpected `>`: not an arrow; write `->` [fix]"]);
    fixes("web > api:8080", "web -> api:8080");
    says("web => api:8080", &["NP0101 1:5 «=>» unexpected `=>`: not an arrow; write `->` [fix]"]);
    fixes("web => api:8080", "web -> api:8080");
    says("web → api:80", &["NP0101 1:5 «→» unexpected `→`: not an arrow; write `->` [fix]"]);
    fixes("web → api:80", "web -> api:80");
    says("web --> api:80", &["NP0101 1:5 «-->» unexpected `-->`: not an arrow; write `->` [fix]"]);
    fixes("web --> api:80", "web -> api:80");
    says(
        "a <- b:80",
        &[
            "NP0101 1:3 «<» an arrow points to the right: who connects stands on the left; write `client -> server:port`",
        ],
    );
    says(
        "web to api:80",
        &[
            "NP0101 1:5 «to» unexpected `to`: expected `->`; write `->` between pods, or start with `egress` for addresses",
        ],
    );
}

#[test]
fn a_label_is_compared_with_equals() {
    says(
        "workload web selects app: web",
        &["NP0101 1:25 «:» a label is compared with `=`: not `:`; write `app=…` [fix]"],
    );
    fixes("workload web selects app: web", "workload web selects app=web");
    says(
        "workload web selects app=web, tier: db",
        &["NP0101 1:35 «:» a label is compared with `=`: not `:`; write `tier=…` [fix]"],
    );
    fixes("workload web selects app=web, tier: db", "workload web selects app=web, tier=db");
    says(
        "workload web selects app=web && tier=db",
        &["NP0101 1:30 «&&» conditions on labels are joined by `,`: each of them must hold; write `,` [fix]"],
    );
    fixes("workload web selects app=web && tier=db", "workload web selects app=web, tier=db");
}

#[test]
fn a_workload_selects_its_pods() {
    let says_so = |text: &str, place: &str| {
        let help = "expected `selects`; write `workload NAME selects LABEL=VALUE` [fix]";
        says(text, &[&format!("NP0101 1:{place} a workload `selects` its pods: {help}")]);
        fixes(text, "workload web selects app=web");
    };
    says_so("workload web: app=web", "13 «:»");
    says_so("workload web = app=web", "14 «=»");
    says_so("workload web app=web", "14 «app»");
    says_so("workload web (app=web)", "14 «(»");
    says_so("workload web matches app=web", "14 «matches»");
    says(
        "workload web selects (app=web)",
        &["NP0101 1:22 «(» `selects` needs no parentheses: not needed; remove them [fix]"],
    );
    fixes("workload web selects (app=web)", "workload web selects app=web");
    says(
        "workload web selects app=web tier=front",
        &[
            "NP0101 1:30 «tier» conditions on labels are joined by `,`: another condition; write `,` before it [fix]",
        ],
    );
    fixes("workload web selects app=web tier=front", "workload web selects app=web, tier=front");
    says(
        "web selects app=web",
        &[
            "NP0101 1:1 «web» `web` does not start a statement: the name of a workload; write `workload` before it [fix]",
        ],
    );
    fixes("web selects app=web", "workload web selects app=web");
    says(
        "workload web = api",
        &[
            "NP0101 1:14 «=» unexpected `=`: expected `account`, `host-network`, `in`, `on`, `ports`, `selects`, a clause such as `because \"…\"` or the end of the line",
        ],
    );
    let block = messages("workload web { app: web }");
    let help = "say its labels on the line: `workload web selects app=web`";
    assert_eq!(block[0], format!("NP0101 1:14 «{{» this statement has no block: unexpected `{{`; {help}"));
    fixes("workload web label=x", "workload web selects label=x");
    fixes("workload web: app=web, tier in (a, b)", "workload web selects app=web, tier in (a, b)");
    fixes("workload web with app=web ports [http=80]", "workload web selects app=web ports [http=80]");
}

#[test]
fn a_port_follows_a_colon() {
    says(
        "web -> api port 8080",
        &["NP0101 1:12 «port 8080» a port follows a `:`: expected `:`; write `api:8080` [fix]"],
    );
    fixes("web -> api port 8080", "web -> api:8080");
    fixes("expose web 80 to x", "expose web:80 to x");
    fixes("web -> api 8080 because \"x\"", "web -> api:8080 because \"x\"");
}

#[test]
fn a_flow_has_its_words_in_order() {
    says(
        "allow from web to api:8080",
        &["NP0101 1:12 «web» a flow between pods is an arrow: expected `->`; write `web -> api:8080`"],
    );
    fixes("web -> api:80 until \"2027-01-31\"", "web -> api:80 until 2027-01-31");
    says(
        "egress from web to internet:443",
        &[
            "NP0101 1:13 «web» `egress` says first which port, then where to: expected `to`; write `egress 443 to internet from web` [fix]",
        ],
    );
    fixes("egress from web to internet:443", "egress 443 to internet from web");
    let where_to = "expected `to`; write `egress PORTS to ADDRESSES from PODS`";
    says("egress dns from web", &[&format!("NP0101 1:12 «from» `egress` says where to: {where_to}")]);
    says("egress from web to internet", &[&format!("NP0101 1:13 «web» `egress` says where to: {where_to}")]);
    says(
        "expose api:8080",
        &[
            "NP0101 1:16 «» `expose` says to whom: expected `to`; write who may reach it: `to NAMESPACE/WORKLOAD`",
        ],
    );
}

#[test]
fn a_workload_elsewhere_is_named_with_its_namespace() {
    says(
        "web -> db in data:5432",
        &[
            "NP0101 1:11 «in data» a workload is named with its namespace: stands before its name; write `data/db` [fix]",
        ],
    );
    fixes("web -> db in data:5432", "web -> data/db:5432");
    fixes("web in data -> api:80", "data/web -> api:80");
    fixes("app=web -> api:80", "pod(app=web) -> api:80");
    fixes("web -> app=api:80", "web -> pod(app=api):80");
    says(
        "workload db in data selects app=db",
        &[
            "NP0101 1:21 «selects» `selects` stands right after the name: too late; write `workload NAME selects LABEL=VALUE in NAMESPACE`",
        ],
    );
    fixes("workload db selects app=db namespace data", "workload db selects app=db in data");
}

#[test]
fn a_list_has_commas() {
    says(
        "net office = [10.0.0.0/8 192.168.0.0/16]",
        &[
            "NP0101 1:26 «192.168.0.0/16» a list has `,` between items: the next item; write `,` before it [fix]",
        ],
    );
    fixes("net office = [10.0.0.0/8 192.168.0.0/16]", "net office = [10.0.0.0/8, 192.168.0.0/16]");
    fixes("web -> api:[80 90]", "web -> api:[80, 90]");
    fixes("[web api] -> db:80", "[web, api] -> db:80");
}

#[test]
fn the_platforms_lines_have_their_words() {
    let cluster = |line: &str| format!("cluster prod {{\n  {line}\n}}");
    says(
        &cluster("pods = 10.0.0.0/8"),
        &["NP0101 2:8 «=» an attribute of a cluster is a word and its value: not needed; remove it [fix]"],
    );
    fixes(&cluster("pods = 10.0.0.0/8"), &cluster("pods 10.0.0.0/8"));
    fixes(&cluster("pods: [10.0.0.0/8, 10.1.0.0/16]"), &cluster("pods [10.0.0.0/8, 10.1.0.0/16]"));
    says(
        "tenant shop = [a, b]",
        &["NP0101 1:13 «=» a tenant `owns` its namespaces: expected `owns`; write `owns` [fix]"],
    );
    fixes("tenant shop = [a, b]", "tenant shop owns [a, b]");
    fixes("tenant shop namespaces [a, b]", "tenant shop owns [a, b]");
    let guardrail = |line: &str| format!("guardrail g {{\n  {line}\n}}");
    says(
        &guardrail("deny egress any to internet from namespace dev"),
        &[
            "NP0101 2:36 «namespace dev» the pods of a namespace are named `NAMESPACE/all`: not a name; write `dev/all` [fix]",
        ],
    );
    says(
        &guardrail("deny egress any to internet except api"),
        &[
            "NP0101 2:31 «except» `except` is a line of its own: in the middle of a deny; write below it which flow is spared: `except FLOW`",
        ],
    );
    fixes(
        &guardrail("require because for egress internet"),
        &guardrail("require because on egress internet"),
    );
}

#[test]
fn words_of_other_languages_are_known() {
    says(
        "import std/k8s",
        &["NP0102 1:1 «import» unknown word `import`: not a word of the language; did you mean `use`? [fix]"],
    );
    fixes("import std/k8s", "use std/k8s");
    says(
        "use std.k8s",
        &["NP0101 1:5 «std.k8s» a path is joined by `/`: joined by `.`; write `std/k8s` [fix]"],
    );
    fixes("use std.k8s", "use std/k8s");
    fixes("use \"std/k8s\"", "use std/k8s");
    says(
        "namespace \"shop\" {}",
        &["NP0101 1:11 «\"shop\"» a name stands without quotes: not a text; write `shop` [fix]"],
    );
    fixes("namespace \"shop\" {}", "namespace shop {}");
    fixes("network office = 10.0.0.0/8", "net office = 10.0.0.0/8");
    fixes("service web selects app=web", "workload web selects app=web");
}

#[test]
fn what_the_book_tells_to_write_is_what_the_fix_writes() {
    let page = include_str!("../../../book/src/errors/np0101.md");
    let code = |cell: &str| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned());
    let rows = page.lines().filter_map(|line| {
        let (first, second) = line.strip_prefix('|')?.strip_suffix('|')?.split_once('|')?;
        Some((code(first)?, code(second)?))
    });
    let rows: Vec<(String, String)> = rows.collect();
    assert!(rows.len() > 10, "the table is there");
    rows.iter().for_each(|(first, second)| fixes(first, second));
}

#[test]
fn a_test_says_first_what_must_be() {
    let test = |line: &str| format!("test \"x\" {{\n  {line}\n}}");
    says(
        &test("web -> api:80 denied"),
        &[
            "NP0101 2:17 «denied» unexpected `denied`: a test says it before the flow; write `cannot` before the flow",
        ],
    );
    says(
        &test("web -> api:80 allowed"),
        &[
            "NP0101 2:17 «allowed» unexpected `allowed`: a test says it before the flow; write `can` before the flow",
        ],
    );
}

#[test]
fn tiers_are_told_apart_by_a_label() {
    says(
        "tiers [web, api]",
        &[
            "NP0101 1:17 «» `tiers` needs the label that tells them apart: expected `by`; write `by LABEL`, such as `by tier`",
        ],
    );
}

#[test]
fn a_list_stands_in_brackets() {
    says("a, b -> c:80", &["NP0101 1:2 «,» a list stands in brackets: a second item; write `[a, b]` [fix]"]);
    fixes("a, b -> c:80", "[a, b] -> c:80");
    says("a -> b, c:80", &["NP0101 1:7 «,» a list stands in brackets: a second item; write `[b, c]` [fix]"]);
    fixes("a -> b, c:80", "a -> [b, c]:80");
    says(
        "web -> api:80, 90",
        &["NP0101 1:14 «,» a list stands in brackets: a second item; write `[80, 90]` [fix]"],
    );
    fixes("web -> api:80, 90", "web -> api:[80, 90]");
    says(
        "egress 80, 443 to internet",
        &["NP0101 1:10 «,» a list stands in brackets: a second item; write `[80, 443]` [fix]"],
    );
    fixes("egress 80, 443 to internet", "egress [80, 443] to internet");
    says(
        "egress https to a.com, b.com from x",
        &["NP0101 1:22 «,» a list stands in brackets: a second item; write `[a.com, b.com]` [fix]"],
    );
    fixes("egress https to a.com, b.com from x", "egress https to [a.com, b.com] from x");
    says(
        "a -> b:80 -> c",
        &[
            "NP0101 1:11 «->» a statement has one arrow: a second one; write one line for each connection: `a -> b:port`, then `b -> c:port`",
        ],
    );
}

#[test]
fn the_port_of_an_edge_flow_stands_first() {
    says(
        "egress https to api.x.com:443",
        &[
            "NP0101 1:26 «:443» the port stands after `egress`: not here; remove it; the port is there already [fix]",
        ],
    );
    fixes("egress https to api.x.com:443", "egress https to api.x.com");
    says(
        "egress to api.x.com:443",
        &["NP0101 1:20 «:443» the port stands after `egress`: not here; write `egress 443 to …` [fix]"],
    );
    fixes("egress to api.x.com:443", "egress 443 to api.x.com");
    says(
        "egress 8080 to api.x.com:443 from y",
        &[
            "NP0101 1:25 «:443» the port stands after `egress`: not here; ports `8080` stand after `egress`; remove this one, or write it there",
        ],
    );
}

#[test]
fn domains_are_not_pages() {
    says(
        "egress https to https://api.x.com",
        &[
            "NP0101 1:17 «https://api.x.com» a domain is expected, not the address of a page: starts with a scheme; write `api.x.com` [fix]",
        ],
    );
    fixes("egress https to https://api.x.com", "egress https to api.x.com");
    says(
        "egress https to https://api.x.com/v1 from x",
        &[
            "NP0101 1:17 «https://api.x.com/v1» a domain is expected, not the address of a page: starts with a scheme; write `api.x.com`; a rule is for the whole host",
        ],
    );
    says(
        "egress https to api.x.com.",
        &[
            "NP0101 1:26 «.» a domain has no dot at its end: every domain here is complete; write `api.x.com` [fix]",
        ],
    );
    fixes("egress https to api.x.com.", "egress https to api.x.com");
}

#[test]
fn almost_addresses_are_told() {
    says(
        "egress https to 10.0.0/8",
        &[
            "NP0302 1:17 «10.0.0/8» `10.0.0/8` is not an address range: an address has four numbers; write `10.0.0.0/8` [fix]",
        ],
    );
    fixes("egress https to 10.0.0/8", "egress https to 10.0.0.0/8");
    says(
        "egress 443 to 10.1.2.3-10.1.2.9",
        &[
            "NP0302 1:15 «10.1.2.3-10.1.2.9» `10.1.2.3-10.1.2.9` is not an address range: a range from one address to another; write `[10.1.2.3, 10.1.2.4/30, 10.1.2.8/31]` [fix]",
        ],
    );
    fixes("egress 443 to 10.1.2.3-10.1.2.9", "egress 443 to [10.1.2.3, 10.1.2.4/30, 10.1.2.8/31]");
    says(
        "net x = [10.0.0.0/8, 10.1.2.3-10.1.2.9]",
        &[
            "NP0302 1:22 «10.1.2.3-10.1.2.9» `10.1.2.3-10.1.2.9` is not an address range: a range from one address to another; write `10.1.2.3, 10.1.2.4/30, 10.1.2.8/31` [fix]",
        ],
    );
    fixes(
        "net x = [10.0.0.0/8, 10.1.2.3-10.1.2.9]",
        "net x = [10.0.0.0/8, 10.1.2.3, 10.1.2.4/30, 10.1.2.8/31]",
    );
    says(
        "net x = 10.0.0.0/255.0.0.0",
        &[
            "NP0302 1:9 «10.0.0.0/255.0.0.0» `10.0.0.0/255.0.0.0` is not an address range: a mask stands after the slash; write `10.0.0.0/8` [fix]",
        ],
    );
    fixes("net x = 10.0.0.0/255.0.0.0", "net x = 10.0.0.0/8");
    says(
        "egress https to 10.0.0",
        &[
            "NP0302 1:17 «10.0.0» `10.0.0` is not an address range: an address has four numbers, and a block a `/` with the number of its fixed bits; write an address such as `10.1.2.3` or a block such as `10.1.0.0/16`",
        ],
    );
    says(
        "web -> fd00::1:80",
        &[
            "NP0316 1:8 «fd00::1:80» `->` is between pods, and `fd00::1:80` is an address: all of this is read as one address, without a port; for port 80 of `fd00::1`, write `egress 80 to fd00::1 from web`",
        ],
    );
}

#[test]
fn declarations_have_equals() {
    says(
        "net x 10.0.0.0/8",
        &[
            "NP0101 1:7 «10» a declaration needs `=`: expected `=` before this; write `=` between the name and its value [fix]",
        ],
    );
    fixes("net x 10.0.0.0/8", "net x = 10.0.0.0/8");
    says("group x: [a, b]", &["NP0101 1:8 «:» unexpected `:`: expected `=`; write `=` [fix]"]);
    fixes("group x: [a, b]", "group x = [a, b]");
}

#[test]
fn a_brace_stands_on_the_line_of_its_head() {
    says(
        "namespace a\n{\n web -> b:80\n}",
        &[
            "NP0101 2:1 «{» `{` stands on the line of its head: a new line ends the statement before it; write `{` at the end of the line above [fix]",
        ],
    );
    fixes("namespace a\n{\n web -> b:80\n}", "namespace a {\n\n web -> b:80\n}");
    says(
        "app a because \"x\" # why\n\n{\n}",
        &[
            "NP0101 3:1 «{» `{` stands on the line of its head: a new line ends the statement before it; write `{` at the end of the line above [fix]",
        ],
    );
    fixes("app a because \"x\" # why\n\n{\n}", "app a because \"x\" { # why\n\n\n}");
    says("app web", &["NP0101 1:8 «» `app` needs a block: expected `{`"]);
    says("web -> api:80 {\n a -> b:80\n}", &["NP0101 1:15 «{» this statement has no block: unexpected `{`"]);
    says(
        "{\n a -> b:80\n}",
        &[
            "NP0101 1:1 «{» a block has no head: nothing says what this block is; write `namespace NAME {`, `app NAME {` or another head before it",
        ],
    );
}

#[test]
fn order_in_the_file_matters() {
    says(
        "namespace a\nweb -> b:80\nuse std/k8s",
        &[
            "NP0101 3:1 «use std/k8s» `use` stands before every other statement: the statements it is for have begun; move it up [fix]",
        ],
    );
    fixes("namespace a\nweb -> b:80\nuse std/k8s", "use std/k8s\nnamespace a\nweb -> b:80\n");
    says(
        "a -> b:80\nedition 2026",
        &[
            "NP0105 2:1 «edition 2026» the edition stands first in the file: something stands before it; move it to the first line [fix]",
        ],
    );
    fixes("a -> b:80\nedition 2026", "edition 2026\na -> b:80\n");
    says(
        "edition 2026\nedition 2026",
        &["NP0105 2:1 «edition 2026» a file has one edition: a second one; remove one of them"],
    );
    says(
        "edition 2031",
        &[
            "NP0105 1:9 «2031» edition 2031 is not known: written for another compiler; write one that this compiler knows, 2026, or use a newer compiler",
        ],
    );
    says(
        "namespace a\nnamespace b",
        &[
            "NP0101 2:1 «namespace b» a file has one namespace header: a second one; write the namespace as a block: `namespace NAME { … }`",
        ],
    );
    says(
        "net x = a.b\nnamespace b",
        &[
            "NP0101 2:1 «namespace b» the namespace header stands before the statements of the file: statements stand before it; move it up, or write the namespace as a block: `namespace NAME { … }` [fix]",
        ],
    );
    fixes("net x = a.b\nnamespace b", "namespace b\nnet x = a.b\n");
}

#[test]
fn marks_of_other_languages() {
    says(
        "a -> b:80;\nb -> c:80; c -> d:80\n",
        &[
            "NP0101 1:10 «;» a statement ends with its line: no `;` is needed; remove `;`, and start each statement on a line of its own [fix]",
        ],
    );
    fixes("a -> b:80;\nb -> c:80; c -> d:80\n", "a -> b:80\nb -> c:80\n c -> d:80\n");
    says(
        "// hello {\na -> b:80 // x",
        &["NP0101 1:1 «//» a comment starts with `#`: read as a comment; write `#` for `//` [fix]"],
    );
    fixes("// hello {\na -> b:80 // x", "# hello {\na -> b:80 # x");
    says(
        "a\u{a0}-> b:80",
        &["NP0101 1:2 «\u{a0}» this is not a plain space: U+00A0; write a plain space [fix]"],
    );
    fixes("a\u{a0}-> b:80", "a -> b:80");
    says(
        "a -> b:80 because “x”",
        &["NP0101 1:19 «“» a text stands in straight quotes: a curly quote; write `\"` [fix]"],
    );
    fixes("a -> b:80 because “x”", "a -> b:80 because \"x\"");
    says(
        "a -> b:80 because 'x'",
        &["NP0101 1:19 «'x'» a text stands in double quotes: single quotes; write `\"` [fix]"],
    );
    fixes("a -> b:80 because 'x'", "a -> b:80 because \"x\"");
    says("a -> b:80 owner: team", &["NP0101 1:16 «:» no `:` follows `owner`: not needed; remove it [fix]"]);
    fixes("a -> b:80 owner: team", "a -> b:80 owner team");
}

#[test]
fn separators_of_lines_that_only_some_programs_know() {
    // In a manifest's comment, what follows would be a line of its own for kubectl.
    says(
        "a -> b:80 because \"x\u{2028}- {}\"",
        &[
            "NP0101 1:21 «\u{2028}» the text holds the separator U+2028: some programs end a line here, others do not; remove it; lines end with LF or CRLF",
        ],
    );
    says(
        "# x\u{2029}- {}",
        &[
            "NP0101 1:4 «\u{2029}» the text holds the separator U+2029: some programs end a line here, others do not; remove it; lines end with LF or CRLF",
        ],
    );
}

#[test]
fn reserved_words_need_backticks() {
    says(
        "web -> log:80",
        &[
            "NP0101 1:8 «log» `log` is a reserved word: a name is expected here; write it in backticks if it is a name: `` `log` `` [fix]",
        ],
    );
    fixes("web -> log:80", "web -> `log`:80");
    says(
        "workload nodes selects a=b",
        &[
            "NP0101 1:10 «nodes» `nodes` is a reserved word: a name is expected here; write it in backticks if it is a name: `` `nodes` `` [fix]",
        ],
    );
    fixes("workload nodes selects a=b", "workload `nodes` selects a=b");
    says(
        "web -> x/to:80",
        &[
            "NP0101 1:10 «to» `to` is a reserved word: a name is expected here; write it in backticks if it is a name: `` `to` `` [fix]",
        ],
    );
    fixes("web -> x/to:80", "web -> x/`to`:80");
}

#[test]
fn ports_are_numbers_or_names() {
    says(
        "web -> api:port 8080",
        &["NP0101 1:12 «port 8080» `port` is not written: not a port; write `8080` [fix]"],
    );
    fixes("web -> api:port 8080", "web -> api:8080");
    says(
        "web -> api:tcp 8080",
        &["NP0101 1:12 «tcp 8080» a protocol is joined to its port: not a port; write `tcp/8080` [fix]"],
    );
    fixes("web -> api:tcp 8080", "web -> api:tcp/8080");
    says(
        "web -> api:8080 tcp",
        &["NP0101 1:12 «8080 tcp» a protocol stands before its port: not a port; write `tcp/8080` [fix]"],
    );
    fixes("web -> api:8080 tcp", "web -> api:tcp/8080");
    says(
        "egress port 443 to internet",
        &["NP0101 1:8 «port 443» `port` is not written: not a port; write `443` [fix]"],
    );
    fixes("egress port 443 to internet", "egress 443 to internet");
    says(
        "web -> api:8000..9000",
        &["NP0101 1:16 «..» a range of ports is written with `-`: not `..`; write `-` [fix]"],
    );
    fixes("web -> api:8000..9000", "web -> api:8000-9000");
    says("web -> api:*", &["NP0101 1:12 «*» `*` is not a port: every port is `any`; write `any` [fix]"]);
    fixes("web -> api:*", "web -> api:any");
    says(
        "web -> api:all",
        &["NP0101 1:12 «all» `all` is not a port: every port is `any`; write `any` [fix]"],
    );
    fixes("web -> api:all", "web -> api:any");
    says("web -> api:8080/tcp", &[]);
}

#[test]
fn tickets_and_reasons_are_quoted() {
    says(
        "a -> b:80 ticket #88 until 2026-01-01",
        &[
            "NP0101 1:18 «#88» `#` starts a comment, so the ticket is missing: read as a comment; quote it: `ticket \"#88\"` [fix]",
        ],
    );
    fixes("a -> b:80 ticket #88 until 2026-01-01", "a -> b:80 ticket \"#88\" until 2026-01-01");
    says(
        "a -> b:80\n  ticket #88",
        &[
            "NP0101 2:10 «#88» `#` starts a comment, so the ticket is missing: read as a comment; quote it: `ticket \"#88\"` [fix]",
        ],
    );
    fixes("a -> b:80\n  ticket #88", "a -> b:80\n  ticket \"#88\"");
    says(
        "a -> b:80 because needed for billing",
        &["NP0101 1:19 «needed for billing» a reason stands in quotes: not quoted; write it in quotes [fix]"],
    );
    fixes("a -> b:80 because needed for billing", "a -> b:80 because \"needed for billing\"");
    says(
        "a -> b:80 ticket https://x.y/1",
        &["NP0101 1:18 «https://x.y/1» this ticket needs quotes: not a plain word; write it in quotes [fix]"],
    );
    fixes("a -> b:80 ticket https://x.y/1", "a -> b:80 ticket \"https://x.y/1\"");
    says(
        "a -> b:80 because \"scrape",
        &[
            "NP0103 1:19 «\"scrape» string is not closed: the line ends inside the quotes; close the quote with `\"`; strings do not span lines",
        ],
    );
    says(
        "a -> b:80 because \"C:\\temp\"",
        &[
            "NP0101 1:22 «\\» this backslash escapes nothing: only `\\\"` and `\\\\` are known; write `\\\\` for a backslash [fix]",
        ],
    );
    fixes("a -> b:80 because \"C:\\temp\"", "a -> b:80 because \"C:\\\\temp\"");
    says(
        "only http [\n GET \"/a\n]",
        &[
            "NP0103 2:6 «\"/a» string is not closed: the line ends inside the quotes; close the quote with `\"`; strings do not span lines",
        ],
    );
}

#[test]
fn misspelt_words_are_guessed() {
    says(
        "exppose web:80 to x/y",
        &[
            "NP0102 1:1 «exppose» unknown word `exppose`: not a word of the language; did you mean `expose`? [fix]",
        ],
    );
    fixes("exppose web:80 to x/y", "expose web:80 to x/y");
    says(
        "namspace shop {\n web -> api:80\n}",
        &[
            "NP0102 1:1 «namspace» unknown word `namspace`: not a word of the language; did you mean `namespace`? [fix]",
        ],
    );
    fixes("namspace shop {\n web -> api:80\n}", "namespace shop {\n web -> api:80\n}");
    says(
        "deyn a -> b:80",
        &["NP0102 1:1 «deyn» unknown word `deyn`: not a word of the language; did you mean `deny`? [fix]"],
    );
    fixes("deyn a -> b:80", "deny a -> b:80");
    says(
        "a -> b:80\n  becuase \"x\"",
        &[
            "NP0102 2:3 «becuase» unknown word `becuase`: not a word of the language; did you mean `because`? [fix]",
        ],
    );
    fixes("a -> b:80\n  becuase \"x\"", "a -> b:80\n  because \"x\"");
    says(
        "require becuase on egress",
        &[
            "NP0102 1:9 «becuase» unknown word `becuase`: not a word of the language; did you mean `because`? [fix]",
        ],
    );
    fixes("require becuase on egress", "require because on egress");
    says(
        "pattern p(a: wrkload) {\n}",
        &[
            "NP0102 1:14 «wrkload» unknown word `wrkload`: not a word of the language; did you mean `workload`? [fix]",
        ],
    );
    fixes("pattern p(a: wrkload) {\n}", "pattern p(a: workload) {\n}");
    says(
        "cluster c {\n pds 10.0.0.0/8\n foo\n}",
        &[
            "NP0102 2:2 «pds» unknown word `pds`: not a word of the language; did you mean `pods`? [fix]",
            "NP0101 3:2 «foo» unexpected `foo`: expected a line such as `pods 10.244.0.0/16`",
        ],
    );
    fixes("cluster c {\n pds 10.0.0.0/8\n foo\n}", "cluster c {\n pods 10.0.0.0/8\n foo\n}");
}

#[test]
fn names_are_kebab_case() {
    says(
        "workload Web_Server selects a=b\nWeb_Server -> db:80",
        &[
            "NP0104 1:10 «Web_Server» `Web_Server` is not lower-kebab-case: a name has lower-case letters, digits and single hyphens; write `web-server`, here and in the other places of this file [fix]",
        ],
    );
    fixes(
        "workload Web_Server selects a=b\nWeb_Server -> db:80",
        "workload web-server selects a=b\nweb-server -> db:80",
    );
    says(
        "-web -> api:80",
        &["NP0104 1:1 «-web» `-web` is not lower-kebab-case: a name starts with a letter; write `web` [fix]"],
    );
    fixes("-web -> api:80", "web -> api:80");
    says(
        "web- -> api:80",
        &[
            "NP0104 1:1 «web-» `web-` is not lower-kebab-case: a name has lower-case letters, digits and single hyphens; write `web` [fix]",
        ],
    );
    fixes("web- -> api:80", "web -> api:80");
    says(
        "`Web` -> api:80",
        &[
            "NP0104 1:1 «`Web`» `Web` is not lower-kebab-case: a name has lower-case letters, digits and single hyphens; write `web` [fix]",
        ],
    );
    fixes("`Web` -> api:80", "web -> api:80");
}

#[test]
fn what_may_follow_is_said() {
    says("foo", &["NP0101 1:4 «» the line ends too soon: expected `->`"]);
    says("foo bar", &["NP0101 1:1 «foo» `foo` does not start a statement: not a word of the language"]);
    says(
        "web ->",
        &[
            "NP0101 1:7 «» the line ends too soon: expected a workload, a path such as `shop/api`, an address or a domain",
        ],
    );
    says(
        "-> api:80",
        &[
            "NP0101 1:1 «->» unexpected `->`: expected a workload, a path such as `shop/api`, an address or a domain",
        ],
    );
    says("a b -> c:80", &["NP0101 1:3 «b» unexpected `b`: expected `->`"]);
    says(
        "ingress 80 to web",
        &[
            "NP0101 1:12 «to» `ingress` says where from: expected `from`; write `ingress PORTS from ADDRESSES to PODS`",
        ],
    );
    says(
        "require because on everything",
        &[
            "NP0101 1:20 «everything» unexpected `everything`: expected the rules meant, such as `egress internet` or `every rule`",
        ],
    );
    says("expose web [x] to y", &["NP0101 1:12 «[» unexpected `[`: expected `:` or `to`"]);
    says(
        "namespace a x {\n b -> c:80\n}",
        &[
            "NP0101 1:13 «x» unexpected `x`: expected `matching`, `on`, a clause such as `because \"…\"`, a mode such as `audit` or the end of the line",
        ],
    );
    says("app {\n b -> c:80\n}", &["NP0101 1:4 «» unexpected `{`: expected a name"]);
    says(
        "a/b/c -> d:80",
        &[
            "NP0101 1:1 «a/b/c» a path has one slash: more than one; write `namespace/workload` or `module/name`",
        ],
    );
    says("test foo {\n}", &["NP0101 1:6 «foo» unexpected `foo`: expected a text in double quotes"]);
    says(
        "a -> b:[]",
        &[
            "NP0101 1:9 «]» unexpected `]`: expected a port such as `8080`, `udp/53`, `https` or `any` or a text in double quotes",
        ],
    );
}

#[test]
fn braces_match() {
    says("}", &["NP0101 1:1 «}» `}` closes nothing: no block is open here; remove it [fix]"]);
    fixes("}", "");
    says(
        "}}}}",
        &["NP0101 1:1 «}» `}` closes nothing: no block is open here; remove it, and the others after it"],
    );
    says(
        "namespace a {\n web -> b:80\n",
        &["NP0101 1:13 «{» block is not closed: no `}` closes this; write `}` after its last statement"],
    );
    says(
        "namespace a {\n  app x {\n    web -> b:80\n  api -> c:80\n}\nnamespace b {\n}\n",
        &["NP0101 2:9 «{» block is not closed: no `}` closes this; write `}` after its last statement"],
    );
    says(
        "namespace a {} b -> c:80",
        &[
            "NP0101 1:16 «» a statement starts on a line of its own: follows a `}` on the same line; start a new line [fix]",
        ],
    );
    fixes("namespace a {} b -> c:80", "namespace a {} \nb -> c:80");
    says(
        "namespace a {} because \"x\"",
        &[
            "NP0101 1:16 «because \"x\"» a clause has no statement: nothing stands before it that it could be about; clauses of a block stand before its `{`",
        ],
    );
    says(
        "because \"x\"",
        &[
            "NP0101 1:1 «because \"x\"» a clause has no statement: nothing stands before it that it could be about; write it after the statement it is about",
        ],
    );
}

#[test]
fn brackets_match() {
    says(
        "[a, b -> c:80\nd -> e:80",
        &[
            "NP0101 1:1 «[» `[` is not closed: opened here; write `]` after its last item, and `,` between items",
        ],
    );
    says(
        "net x = [\n  10.0.0.0/8,\n  10.1.0.0/16\nweb -> api:80\nworkload q selects a=b",
        &[
            "NP0101 1:9 «[» `[` is not closed: opened here; write `]` after its last item, and `,` between items",
        ],
    );
    says(
        "apply p(a\ndeny a -> b:80",
        &[
            "NP0101 1:8 «(» `(` is not closed: opened here; write `)` after its last item, and `,` between items",
        ],
    );
}

#[test]
fn hidden_characters_are_told() {
    says(
        "a -> b:80\r  c -> d:80",
        &[
            "NP0101 1:10 «\r» a carriage return stands without a line feed: some programs show a new line here, others none; remove it; lines end with LF or CRLF",
        ],
    );
    says(
        "a -> b:80 # \u{202e}x",
        &[
            "NP0101 1:13 «\u{202e}» the invisible character U+202E turns the direction of text: what follows may be shown in another order than it is read; remove it; lines end with LF or CRLF",
        ],
    );
    says(
        "a\0 -> b:80",
        &[
            "NP0101 1:2 «\0» the text holds a NUL character: is this a text file?; remove it; lines end with LF or CRLF",
        ],
    );
}
