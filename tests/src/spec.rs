//! The runner of the Markdown specification under `tests/spec/`.
//!
//! A section is a heading, prose, and fenced blocks: `netpol` (the program; several blocks are several files),
//! `flows` (a table of flows with their verdicts), `refused` (targets that refuse, with the code), `settings` (settings
//! of a target), `manifest TARGET` (text that must stand in the target's output). A comment `# error: NP0201` or
//! `# warning: NP0402` at the end of a program's line marks the diagnostic expected there.
//!
//! Every flow is asked of the reference interpreter, and, side by side, of every target's reading of the manifests just
//! emitted. A section that asserts nothing fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use netpol_backends::BACKENDS;
use netpol_check::{Authority, Input, InputFile};
use netpol_diagnostics::{Diagnostic, Severity, Sources};
use netpol_flow::{Date, Endpoint, Flow, IpNet, Pod, Protocol, Relation, Request, Side, Text, Verdict};
use netpol_model::{Policy, consent, verdict};
use netpol_sets::PodSet;

use crate::targets::{self, Settings};

/// One section of a specification.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The heading.
    pub title: String,
    programs: Vec<String>,
    flows: Vec<String>,
    refused: BTreeMap<String, String>,
    settings: BTreeMap<String, Settings>,
    manifests: Vec<(String, String)>,
}

impl Section {
    /// Whether it has a table of flows.
    pub fn has_flows(&self) -> bool {
        !self.flows.is_empty()
    }

    /// The rows of its table.
    pub fn flows(&self) -> &[String] {
        &self.flows
    }

    /// The code with which it says that a target refuses.
    pub fn refused(&self, target: &str) -> Option<&str> {
        self.refused.get(target).map(String::as_str)
    }

    /// Its programs, one text for each file.
    pub fn programs(&self) -> &[String] {
        &self.programs
    }

    /// The settings it gives to a target.
    pub fn settings(&self, target: &str) -> Settings {
        self.settings.get(target).cloned().unwrap_or_default()
    }
}

/// What running a section did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Flows of tables asked of the reference.
    pub flows: usize,
    /// Answers of targets compared with the reference.
    pub answers: usize,
    /// Diagnostics expected and found.
    pub diagnostics: usize,
    /// Refusals expected and found.
    pub refusals: usize,
}

/// The sections of a document.
pub fn sections(document: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            sections.push(Section { title: title.to_owned(), ..Section::default() });
        }
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let Some(section) = sections.last_mut() else { continue };
        let words =
            || body.iter().map(|line| line.trim()).filter(|line| !line.is_empty() && !line.starts_with('#'));
        match info.split_whitespace().collect::<Vec<_>>()[..] {
            ["netpol"] => section.programs.push(body.join("\n") + "\n"),
            ["flows"] => section.flows.extend(words().map(str::to_owned)),
            ["refused"] => {
                for line in words() {
                    let (target, code) = line.split_once(' ').unwrap_or((line, ""));
                    section.refused.insert(target.to_owned(), code.trim().to_owned());
                }
            }
            ["settings"] => {
                for line in words() {
                    let mut words = line.split_whitespace();
                    let target = words.next().unwrap_or_default().to_owned();
                    let pairs = words.filter_map(|pair| pair.split_once('='));
                    let pairs = pairs.map(|(key, value)| (Text::from(key), Text::from(value)));
                    section.settings.entry(target).or_default().extend(pairs);
                }
            }
            ["manifest", target] => section.manifests.push((target.to_owned(), body.join("\n"))),
            _ => {}
        }
    }
    sections.retain(|section| !section.programs.is_empty());
    sections
}

/// Checks a program given as files; the views and the diagnostics.
pub fn check(programs: &[String], as_of: Date) -> (Vec<Policy>, Vec<Diagnostic>, Sources) {
    let of_anyone: Vec<_> = programs.iter().map(|program| (Authority::Anyone, program.as_str())).collect();
    check_files(&of_anyone, as_of)
}

/// Checks files, each with what may be said in it.
pub fn check_files(programs: &[(Authority, &str)], as_of: Date) -> (Vec<Policy>, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let mut files = Vec::new();
    for (at, (authority, program)) in programs.iter().enumerate() {
        let id = sources.add(format!("spec-{at}.netpol"), *program);
        let parsed = netpol_syntax::parse(id, program);
        diagnostics.extend(parsed.diagnostics);
        files.push(InputFile { tree: parsed.file.into(), authority: authority.clone() });
    }
    let input = Input {
        files: &files,
        default_namespace: None,
        as_of,
        by_address: &[],
        wanted: netpol_check::Wanted::ALWAYS,
    };
    let checked = netpol_check::check(&input, &mut sources);
    diagnostics.extend(checked.diagnostics);
    (checked.views, diagnostics, sources)
}

/// Runs a section; the error lists everything that does not hold.
pub fn run(section: &Section, as_of: Date) -> Result<Count, String> {
    let mut wrong = String::new();
    let mut count = Count::default();
    let (views, diagnostics, sources) = check(&section.programs, as_of);
    expected_diagnostics(section, &diagnostics, &sources, &mut count, &mut wrong);
    let broken = diagnostics.iter().any(|d| d.severity == Severity::Error);
    let Some(policy) = views.first().filter(|_| !broken) else {
        let silent = count.diagnostics == 0 || !section.flows.is_empty();
        return if wrong.is_empty() && !silent {
            Ok(count)
        } else {
            Err(wrong + "the program does not check\n")
        };
    };
    let table: Vec<(Flow, Verdict)> = section
        .flows
        .iter()
        .filter_map(|line| match parse_flow(policy, line) {
            Ok(row) => Some(row),
            Err(reason) => {
                let _ = writeln!(wrong, "cannot read `{line}`: {reason}");
                None
            }
        })
        .collect();
    for ((flow, expected), line) in table.iter().zip(&section.flows) {
        count.flows += 1;
        let found = verdict(policy, flow, as_of);
        if found != *expected {
            let steps =
                Side::BOTH.map(|side| format!("{side:?} {:?}", consent(policy, flow, side, as_of).step));
            let _ = writeln!(wrong, "reference: `{line}` is {} ({})", found.word(), steps.join(", "));
        }
    }
    for backend in BACKENDS {
        let settings = section.settings.get(backend.name).cloned().unwrap_or_default();
        let built = targets::build(backend, policy, &settings, as_of);
        match (section.refused.get(backend.name), built) {
            (Some(code), Err(refusals)) => {
                count.refusals += 1;
                if !refusals.iter().any(|d| d.code.to_string() == *code) {
                    let _ = writeln!(wrong, "{}: refused with {refusals:#?}, not {code}", backend.name);
                }
            }
            (Some(code), Ok(_)) => {
                let _ = writeln!(wrong, "{}: not refused, though {code} is expected", backend.name);
            }
            (None, Err(refusals)) => {
                let _ = writeln!(wrong, "{}: refused with {refusals:#?}", backend.name);
            }
            (None, Ok(built)) => {
                for (target, text) in section.manifests.iter().filter(|(target, _)| target == backend.name) {
                    count.diagnostics += 1;
                    if !built.files.values().any(|file| file.contains(text.as_str())) {
                        let _ = writeln!(
                            wrong,
                            "{target}: the manifests do not hold\n{text}\nbut\n{:#?}",
                            built.files
                        );
                    }
                }
                for (flow, _) in &table {
                    for side in Side::BOTH {
                        count.answers += 1;
                        let meant = consent(policy, flow, side, as_of).verdict;
                        match built.evaluate(flow, side) {
                            Ok(trace) if trace.verdict == meant => {}
                            Ok(trace) if built.leans(policy, flow, side, as_of) => drop(trace),
                            Ok(trace) => {
                                let _ = writeln!(
                                    wrong,
                                    "{}: {flow} on {side:?} is {} by the manifests, {} by the source: {:?}",
                                    backend.name,
                                    trace.verdict.word(),
                                    meant.word(),
                                    trace.steps
                                );
                            }
                            Err(undecided) => {
                                let _ = writeln!(wrong, "{}: {flow}: {}", backend.name, undecided.reason);
                            }
                        }
                    }
                }
                for difference in built.prove(policy, as_of).unwrap_or_else(|reason| {
                    let _ = writeln!(wrong, "{}: undecided: {reason}", backend.name);
                    Vec::new()
                }) {
                    let _ = writeln!(wrong, "{}: the proof differs: {difference:?}", backend.name);
                }
            }
        }
    }
    if count.flows + count.diagnostics + count.refusals == 0 {
        wrong.push_str("the section asserts nothing\n");
    }
    if wrong.is_empty() { Ok(count) } else { Err(wrong) }
}

/// Compares the diagnostics with the comments that announce them: every error, and every warning that is announced.
fn expected_diagnostics(
    section: &Section,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    count: &mut Count,
    wrong: &mut String,
) {
    let mut expected: BTreeSet<(String, u32, String)> = BTreeSet::new();
    for (at, program) in section.programs.iter().enumerate() {
        for (line, text) in program.lines().enumerate() {
            for word in ["error", "warning"] {
                if let Some((_, codes)) = text.split_once(&format!("# {word}: ")) {
                    for code in codes.split(", ") {
                        expected.insert((
                            format!("spec-{at}.netpol"),
                            line as u32 + 1,
                            code.trim().to_owned(),
                        ));
                    }
                }
            }
        }
    }
    let place = |diagnostic: &Diagnostic| {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        let (file, line) = span.map_or((String::new(), 0), |span| {
            (sources.file(span.file).path.to_string(), sources.position(span).0)
        });
        (file, line, diagnostic.code.to_string())
    };
    let found: BTreeMap<(String, u32, String), &Diagnostic> =
        diagnostics.iter().map(|d| (place(d), d)).collect();
    for (place, diagnostic) in &found {
        let announced = expected.contains(place);
        if diagnostic.severity == Severity::Error && !announced {
            let _ =
                writeln!(wrong, "unexpected {} at {}:{}: {}", place.2, place.0, place.1, diagnostic.title);
        }
    }
    for place in &expected {
        if found.contains_key(place) {
            count.diagnostics += 1;
        } else {
            let _ =
                writeln!(wrong, "expected {} at {}:{}, found {:?}", place.2, place.0, place.1, found.keys());
        }
    }
}

/// Reads `shop/web -> shop/api:8080/TCP [GET /path]   allow`.
pub fn parse_flow(policy: &Policy, line: &str) -> Result<(Flow, Verdict), String> {
    let line = line.split(" #").next().unwrap_or_default().trim();
    let (flow, word) = line.rsplit_once(char::is_whitespace).ok_or("no verdict")?;
    let verdict = match word {
        "allow" => Verdict::Allow,
        "deny" => Verdict::Deny,
        other => return Err(format!("`{other}` is no verdict")),
    };
    let (source, rest) = flow.split_once(" -> ").ok_or("no arrow")?;
    let rest = rest.trim();
    let slash = rest.rfind("/TCP").or_else(|| rest.rfind("/UDP")).or_else(|| rest.rfind("/SCTP"));
    let slash = slash.ok_or("no protocol")?;
    let (address, tail) = rest.split_at(slash);
    let mut tail = tail.trim_start_matches('/').split_whitespace();
    let protocol = match tail.next() {
        Some("TCP") => Protocol::Tcp,
        Some("UDP") => Protocol::Udp,
        Some("SCTP") => Protocol::Sctp,
        _ => return Err("no protocol".into()),
    };
    let request = match (tail.next(), tail.next()) {
        (Some(method), Some(path)) => Some(Request { method: method.into(), path: path.into() }),
        _ => None,
    };
    let (destination, port) = address.rsplit_once(':').ok_or("no port")?;
    let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    let own = source.trim() == "own-node" || destination == "own-node";
    let flow = Flow {
        source: endpoint(policy, source.trim())?,
        destination: endpoint(policy, destination)?,
        relation: if own { Relation::OwnNode } else { Relation::Apart },
        protocol,
        port,
        request,
    };
    Ok((flow, verdict))
}

fn endpoint(policy: &Policy, text: &str) -> Result<Endpoint, String> {
    let cluster = &policy.cluster;
    let host =
        |blocks: &[IpNet], usual: &str| blocks.first().and_then(|b| b.hosts().nth(6)).or(usual.parse().ok());
    let external = |address: &str, name: Option<&str>| match address.parse() {
        Ok(address) => Ok(Endpoint::External { address, names: name.map(Text::from).into_iter().collect() }),
        Err(_) => Err(format!("`{address}` is no endpoint")),
    };
    match text {
        "node" | "own-node" => return Ok(Endpoint::Node { address: host(&cluster.nodes, "10.10.0.7") }),
        "apiserver" => {
            let address = host(&cluster.apiserver, "10.10.0.10");
            let on_node = address
                .is_some_and(|a| cluster.nodes.is_empty() || cluster.nodes.iter().any(|b| b.contains(&a)));
            return Ok(Endpoint::ApiServer { address, on_node });
        }
        "cluster-gateway" => return Ok(Endpoint::Gateway { address: host(&cluster.gateway, "10.245.0.1") }),
        "internet" => return external("198.51.100.7", None),
        _ => {}
    }
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<std::net::IpAddr>().is_ok() {
        return external(bare, None);
    }
    let Some((namespace, noun)) = text.split_once('/') else { return external("203.0.113.77", Some(text)) };
    let (noun, ports) = match noun.split_once("(ports ") {
        Some((noun, ports)) => (noun, ports.trim_end_matches(')')),
        None => (noun, ""),
    };
    let mut pod = match noun.strip_prefix('{') {
        Some(labels) => labelled(namespace, labels.trim_end_matches('}'))?,
        None if noun == "all" => Pod::new(namespace),
        None => {
            let known = policy.namespaces.get(namespace).and_then(|n| n.workloads.get(noun));
            let known =
                known.or_else(|| policy.handles.get(noun)).ok_or_else(|| format!("no workload `{text}`"))?;
            let set = known.set().intersect(&PodSet::of_namespaces([Text::from(namespace)].into()));
            set.pick().ok_or_else(|| format!("`{text}` selects nothing"))?
        }
    };
    for pair in ports.split(',').filter(|pair| !pair.is_empty()) {
        let (name, number) = pair.split_once('=').ok_or("ports are written name=number")?;
        let number = number.parse().map_err(|_| format!("`{number}` is no port"))?;
        pod.ports.insert(name.into(), BTreeSet::from([(Protocol::Tcp, number)]));
    }
    pod.address = host(&cluster.pods, "10.244.0.7");
    Ok(Endpoint::Pod(Arc::new(pod)))
}

/// `shop/{app=web,tier=api}`; `@robot` after the labels names the service account.
fn labelled(namespace: &str, labels: &str) -> Result<Pod, String> {
    let mut pod = Pod::new(namespace);
    for pair in labels.split(',').filter(|pair| !pair.is_empty()) {
        if let Some(account) = pair.strip_prefix('@') {
            pod.account = account.into();
            continue;
        }
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` is no label"))?;
        pod.labels.insert(key.into(), value.into());
    }
    Ok(pod)
}
