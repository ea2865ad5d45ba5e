//! One policy for each cluster (amendment U1): the second pass, which turns lines into rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Sources, Span};
use netpol_flow::Text;
use netpol_model::{self as model, End, Layer, Policy};
use netpol_sets::PodSet;
use netpol_syntax::tree::{self, Item, ItemKind, Reference};

use crate::damage::Damage;
use crate::input::{Authority, Checked, Input};
use crate::nesting::{self, Place};
use crate::paperwork;
use crate::patience;
use crate::proofs;
use crate::report::Report;
use crate::resolve::{ends, nouns};
use crate::scope::apart::each_apart;
use crate::scope::collect;
use crate::scope::expand;
use crate::scope::modules::{FileKind, Project};
use crate::scope::names::{Author, Context, DeclaredNamespace, DeclaredTenant, NounKind, ScopeId};
use crate::statements::clauses::{Bearer, Papers, Read, read_clauses};
use crate::statements::{Lines, Site, origin, read_all, test};
use crate::unused;
use crate::values::address::Ranges;
use crate::{expiry, flows};

/// Checks each view in turn; what is said of one place is said once.
pub(crate) fn check_views<'a>(
    input: &Input<'a>,
    project: &'a Project<'a>,
    sources: &'a Sources,
    mut report: Report,
) -> Checked {
    let clusters = clusters_of(project, &mut report);
    let platform = platform_files(input);
    let mut used = BTreeSet::new();
    let mut requires = Vec::new();
    let mut views = Vec::new();
    let mut tests = Vec::new();
    let mut has_tested = true;
    let mut lapses = Vec::new();
    let blocks: Vec<Option<&tree::Cluster>> =
        if clusters.is_empty() { vec![None] } else { clusters.iter().copied().map(Some).collect() };
    for block in blocks {
        let mut cx = context(input, project, sources, &clusters, block, report, used, requires);
        if let Some(block) = block {
            read_cluster(&mut cx, block);
        }
        collect::collect(&mut cx);
        let mut view = policy(&mut cx);
        if !(input.wanted.0)() {
            return Checked::default();
        }
        tell_tenants_apart(&mut cx, &mut view);
        // A line left out for a mistake of its own would make others look wrong.
        if !cx.report.has_errors() {
            for found in flows::check_with(&view, input.as_of, &facts(&cx)) {
                cx.report.add(&[], found);
            }
            for found in paperwork::check(&view, &cx.requires, &platform, input.as_of) {
                cx.report.add(&[], found);
            }
            let mut blind = input.by_address.iter();
            let by_address = blind.any(|cluster| cluster.is_none() || *cluster == view.cluster.name);
            let (results, found) = proofs::run(&view, input.as_of, by_address, sources);
            tests.extend(results);
            for found in found {
                cx.report.add(&[], found);
            }
        } else {
            has_tested = false;
            let damage = Damage::of(&cx);
            let spared = |found: &Diagnostic| damage.as_ref().is_some_and(|damage| damage.spares(found));
            if damage.is_some() {
                let mut found = flows::check_with(&view, input.as_of, &facts(&cx));
                found.extend(paperwork::check(&view, &cx.requires, &platform, input.as_of));
                found.retain(spared);
                found.into_iter().for_each(|found| cx.report.add(&[], found));
            }
        }
        lapses.extend(expiry::lapses(&view));
        lapses.extend(paperwork::reviews(&view, &cx.requires, &platform, input.as_of));
        views.push(view);
        (report, used, requires) = (cx.report, cx.used, cx.requires);
    }
    if !report.has_errors() {
        unused::tell_unused(project, &used, sources, &mut report);
    }
    Checked {
        views,
        tests,
        has_tested,
        lapses: expiry::in_order(lapses),
        requires,
        diagnostics: report.finish(),
    }
}

/// The files whose lines are the platform's own; where the project maps no authority, namespaces are nobody's but
/// their authors'.
fn platform_files(input: &Input<'_>) -> BTreeSet<netpol_diagnostics::FileId> {
    let platform = input.files.iter().filter(|file| file.authority == Authority::Platform);
    platform.map(|file| file.tree.file).collect()
}

/// NP0512 where tenants own namespaces by labels that cross too often; then nobody asks for those namespaces again.
fn tell_tenants_apart(cx: &mut Context<'_>, view: &mut Policy) {
    let Err(found) = patience::tenants_told_apart(view) else { return };
    let by_label = |declared: &&DeclaredTenant<'_>| !declared.tenant.matching.is_empty();
    let found = match cx.tenants.values().filter(by_label).map(|declared| declared.name.span).max() {
        Some(last) => found.at(last, "owns namespaces by label, as others do"),
        None => found,
    };
    view.tenants.values_mut().for_each(|tenant| tenant.matching.clear());
    cx.report.add(&[], found);
}

/// What the checks about flows need of the text beside the policy.
fn facts(cx: &Context<'_>) -> flows::Facts {
    let tiers = |item: &&Item| {
        let ItemKind::Tiers { names, .. } = &item.kind else { return None };
        Some(names.iter().map(|name| name.text.clone()).collect())
    };
    let orders = |items: &Vec<&Item>| items.iter().filter_map(tiers).collect::<Vec<_>>();
    let namespaces = cx.namespaces.iter().map(|(name, declared)| (name.clone(), orders(&declared.items)));
    flows::Facts { tiers: namespaces.filter(|(_, orders)| !orders.is_empty()).collect() }
}

fn clusters_of<'a>(project: &Project<'a>, report: &mut Report) -> Vec<&'a tree::Cluster> {
    let mut clusters: Vec<&'a tree::Cluster> = Vec::new();
    for file in
        project.files.iter().filter(|file| file.kind == FileKind::Project && file.tree.header.is_none())
    {
        for item in &file.tree.items {
            let ItemKind::Cluster(cluster) = &item.kind else { continue };
            if let Some(first) = clusters.iter().find(|first| first.name.text == cluster.name.text) {
                let found = Diagnostic::new(Code(203), format!("`{}` is declared twice", cluster.name.text));
                let found = found
                    .at(cluster.name.span, "declared again")
                    .and_at(first.name.span, "declared first here");
                report.add(&[], found.help("keep one of them"));
                continue;
            }
            clusters.push(cluster);
        }
    }
    clusters
}

#[allow(clippy::too_many_arguments, reason = "what one view hands to the next travels by itself")]
fn context<'a>(
    input: &Input<'a>,
    project: &'a Project<'a>,
    sources: &'a Sources,
    clusters: &[&tree::Cluster],
    block: Option<&tree::Cluster>,
    report: Report,
    used: BTreeSet<Span>,
    requires: Vec<crate::Require>,
) -> Context<'a> {
    let mut cx = Context {
        sources,
        project,
        as_of: input.as_of,
        wanted: input.wanted,
        view: block.map(|block| block.name.text.clone()),
        clusters: clusters.iter().map(|cluster| cluster.name.text.clone()).collect(),
        report,
        default_namespace: input.default_namespace.map(Text::from),
        top: ScopeId(1),
        scopes: Vec::new(),
        modules: BTreeMap::new(),
        nouns: Vec::new(),
        namespaces: Arc::default(),
        tenants: BTreeMap::new(),
        owners: BTreeMap::new(),
        ranges: Ranges::default(),
        cluster: model::Cluster::default(),
        baseline: BTreeMap::new(),
        instances: BTreeMap::new(),
        definitions: Vec::new(),
        circular: BTreeSet::new(),
        expanded: 0,
        used,
        requires,
        suggested: 0,
        calls: BTreeMap::new(),
        port_depth: 0,
        noun_depth: 0,
        platform_statement: false,
        every_tenant: None,
        other_pods: BTreeMap::new(),
    };
    let prelude = cx.add_scope(None, Author::Platform);
    cx.top = cx.add_scope(Some(prelude), Author::Platform);
    cx
}

fn read_cluster<'a>(cx: &mut Context<'a>, block: &'a tree::Cluster) {
    cx.cluster.name = Some(block.name.text.clone());
    cx.cluster.declared = Some(block.name.span);
    let mut ranges = Ranges::default();
    for attribute in &block.attributes {
        match &attribute.node {
            tree::ClusterAttribute::Pods(written) => ranges.pods.extend(blocks(cx, written)),
            tree::ClusterAttribute::Services(written) => ranges.services.extend(blocks(cx, written)),
            tree::ClusterAttribute::Nodes(written) => ranges.nodes.extend(blocks(cx, written)),
            tree::ClusterAttribute::Shared(written) => ranges.shared.extend(blocks(cx, written)),
            tree::ClusterAttribute::ApiServer(written) => {
                let found = blocks(cx, written);
                cx.cluster.apiserver.extend(found.into_iter().map(|(block, _)| block));
            }
            tree::ClusterAttribute::Gateway(written) => {
                let found = blocks(cx, written);
                cx.cluster.gateway.extend(found.into_iter().map(|(block, _)| block));
            }
            tree::ClusterAttribute::System(names) => {
                cx.cluster.system = names.iter().map(|name| name.text.clone()).collect();
            }
            tree::ClusterAttribute::Undeclared { open } => cx.cluster.undeclared_closed = !open,
        }
    }
    let plain = |placed: &[(ipnet::IpNet, Span)]| placed.iter().map(|(block, _)| *block).collect::<Vec<_>>();
    cx.cluster.pods = plain(&ranges.pods);
    cx.cluster.services = plain(&ranges.services);
    cx.cluster.nodes = plain(&ranges.nodes);
    cx.cluster.shared = plain(&ranges.shared);
    cx.ranges = ranges;
}

fn blocks<'a>(cx: &mut Context<'a>, written: &'a tree::Ends) -> Vec<(ipnet::IpNet, Span)> {
    let mut found = Vec::new();
    for item in &written.items {
        let tree::EndKind::Address(text) = &item.kind else {
            let told = Diagnostic::new(Code(302), "a cluster's ranges are written as blocks");
            cx.report.add(
                &[],
                told.at(item.span, "not an address range").help("write blocks such as `10.244.0.0/16`"),
            );
            continue;
        };
        if let Some(resolved) = ends::block(cx, cx.top, text, item.span)
            && let End::Addresses { blocks, .. } = resolved.end
        {
            found.extend(blocks.into_iter().map(|block| (block, item.span)));
        }
    }
    found
}

fn site(scope: ScopeId, place: Place, layer: Layer, papers: Papers) -> Site {
    let papers = Arc::new(papers);
    Site {
        scope,
        place,
        layer,
        papers,
        until: None,
        acknowledged: false,
        is_definition: false,
        guardrail: None,
    }
}

fn policy(cx: &mut Context<'_>) -> Policy {
    let project = cx.project;
    for file in &project.files {
        match file.kind {
            FileKind::Project if file.tree.header.is_none() => {
                collect::tell_nesting(cx, Place::TopLevel, file.tree)
            }
            FileKind::Module => collect::tell_nesting(cx, Place::Module, file.tree),
            FileKind::Project | FileKind::Library => {}
        }
    }
    read_definitions(cx);
    let mut policy = Policy { cluster: cx.cluster.clone(), ..Policy::default() };
    policy.tenants =
        cx.tenants.iter().map(|(name, declared)| (name.clone(), declared.tenant.clone())).collect();
    name_baseline(cx);
    let names: Vec<Text> = cx.namespaces.keys().cloned().collect();
    let namespaces = each_apart(cx, &names, read_namespace).into_iter().flatten();
    policy.namespaces = namespaces.map(|namespace| (namespace.name.clone(), namespace)).collect();
    let mut guardrails: BTreeMap<Text, Span> = BTreeMap::new();
    for file in project.files.iter().filter(|file| file.kind == FileKind::Project) {
        let loose = collect::is_loose(cx, file.tree);
        for item in &file.tree.items {
            match &item.kind {
                _ if file.tree.header.is_some() => {}
                ItemKind::Guardrail { sealed, name, audit, body } if !cx.is_tenant_file(item.head) => {
                    if let Some(first) = guardrails.get(&name.text).copied() {
                        cx.tell_twice(cx.top, name, first);
                        continue;
                    }
                    guardrails.insert(name.text.clone(), name.span);
                    let block = read_guardrail(cx, item, *sealed, name, *audit, body);
                    policy.guardrails.push(block);
                }
                ItemKind::Baseline { body } if !cx.is_tenant_file(item.head) => {
                    let baseline = read_baseline(cx, body, &policy);
                    policy.baseline.extend(baseline);
                }
                ItemKind::Test { title, at, body } if !loose => {
                    policy.tests.extend(test::read_test(cx, cx.top, title, at.as_ref(), body, item.span));
                }
                ItemKind::Workload(workload) => {
                    policy
                        .handles
                        .extend(handle(cx, &workload.name).map(|pods| (workload.name.text.clone(), pods)));
                }
                ItemKind::Group { .. }
                | ItemKind::Net { .. }
                | ItemKind::Domain { .. }
                | ItemKind::Port { .. } => {}
                ItemKind::Cluster(_)
                | ItemKind::Tenant { .. }
                | ItemKind::Namespace { .. }
                | ItemKind::App { .. }
                | ItemKind::Guardrail { .. }
                | ItemKind::Baseline { .. }
                | ItemKind::Pattern { .. }
                | ItemKind::Test { .. }
                | ItemKind::Mode { .. }
                | ItemKind::Tiers { .. }
                | ItemKind::Apply { .. }
                | ItemKind::Waive { .. }
                | ItemKind::Require(_)
                | ItemKind::Expose { .. }
                | ItemKind::Deny(_)
                | ItemKind::Allow(_)
                | ItemKind::Except(_)
                | ItemKind::Can(_)
                | ItemKind::Cannot(_)
                | ItemKind::Flow(_) => {}
            }
            if file.tree.header.is_none() {
                crate::statements::nouns::read_noun(cx, cx.top, item);
            }
        }
    }
    let has_test = |name: &Text| cx.namespaces.get(name).is_some_and(DeclaredNamespace::has_test);
    let tested: Vec<Text> = names.into_iter().filter(has_test).collect();
    policy.tests.extend(each_apart(cx, &tested, read_tests).into_iter().flatten());
    policy.tests.sort_by_key(|test| test.span);
    policy
}

/// Reads every pattern of the project where it is written, so that its mistakes are told there and once.
fn read_definitions(cx: &mut Context<'_>) {
    for (pattern, scope) in cx.definitions.clone() {
        let site =
            Site { is_definition: true, ..site(scope, Place::Pattern, Layer::Namespace, Papers::default()) };
        read_all(cx, &site, pattern.body, &mut Lines::default());
    }
    let project = cx.project;
    for (at, scope) in cx.modules.clone() {
        let module = project.files.get(at).filter(|file| file.kind == FileKind::Module);
        for item in module.iter().flat_map(|file| &file.tree.items) {
            crate::statements::nouns::read_noun(cx, scope, item);
        }
    }
}

fn handle(cx: &mut Context<'_>, name: &tree::Name) -> Option<model::SharedPods> {
    let id = cx.scope(cx.top)?.ends.get(&*name.text).copied()?;
    let noun = cx.nouns.get(id.0).filter(|noun| noun.name.span == name.span)?;
    matches!(noun.kind, NounKind::Workload(_)).then_some(())?;
    nouns::evaluate(cx, id)?.iter().find_map(|one| match &one.end {
        End::Pods(pods) => Some(pods.clone()),
        End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_)
        | End::Any => None,
    })
}

/// The reference as written: what `waive` names.
fn written(reference: &Reference) -> Text {
    match reference {
        Reference::Plain(name) => name.text.clone(),
        Reference::Prefixed(path) => format!("{}/{}", path.prefix.text, path.name.text).into(),
    }
}

/// Finds the patterns of the baseline, so that `waive` can be held against them.
fn name_baseline(cx: &mut Context<'_>) {
    let project = cx.project;
    for file in
        project.files.iter().filter(|file| file.kind == FileKind::Project && file.tree.header.is_none())
    {
        for item in &file.tree.items {
            let ItemKind::Baseline { body } = &item.kind else { continue };
            for line in body {
                let ItemKind::Apply { pattern, .. } = &line.kind else { continue };
                if let Some(found) = expand::find_quietly(cx, cx.top, pattern) {
                    cx.mark_used(found.name.span);
                    cx.baseline.entry(found.name.span).or_insert_with(|| written(pattern));
                }
            }
        }
    }
}

fn mode_of(mode: tree::Mode) -> model::ModeKind {
    match mode {
        tree::Mode::Audit => model::ModeKind::Audit,
        tree::Mode::IngressOnly => model::ModeKind::IngressOnly,
        tree::Mode::EgressOnly => model::ModeKind::EgressOnly,
        tree::Mode::External => model::ModeKind::Enforce,
    }
}

fn tell_endless(cx: &mut Context<'_>, scope: ScopeId, read: &Read, place: Span) {
    if read.until.is_none() && read.papers.because.is_none() && !read.is_wrong {
        let found = Diagnostic::new(Code(613), "mode has no end date").at(place, "holds for ever");
        cx.say(scope, found.help("add `until DATE`").help("or keep it and say why with `because`"));
    }
}

fn read_namespace(cx: &mut Context<'_>, name: &Text) -> Option<model::Namespace> {
    let declared = cx.namespaces.get(name)?;
    let (scope, head, place, items) = (declared.scope, declared.head, declared.place, declared.items.clone());
    let apps: Vec<_> = declared.apps.iter().map(|app| (app.name, app.item, app.body, app.scope)).collect();
    let tenant = cx.owners.get(name).map(|(tenant, _)| tenant.clone());
    let tenant_papers = match tenant.as_ref().and_then(|tenant| cx.tenants.get(tenant)).map(|t| t.item) {
        Some(item) => read_clauses(cx, cx.top, &item.clauses, Bearer::Declaration, None).papers,
        None => Papers::default(),
    };
    let written_mode = head.and_then(|head| head.mode.as_ref());
    let external = written_mode.is_some_and(|mode| mode.node == tree::Mode::External);
    let bearer = if written_mode.is_some() && !external { Bearer::Mode } else { Bearer::Declaration };
    let read =
        read_clauses(cx, scope, head.map_or(&[], |head| &head.clauses), bearer, tenant_papers.owner.as_ref());
    let mut mode = model::Mode::default();
    if let Some(written) = written_mode.filter(|_| !external) {
        mode = model::Mode { kind: mode_of(written.node), until: read.until };
        tell_endless(cx, scope, &read, written.span);
    }
    let papers = read.papers.or(&tenant_papers);
    let around = site(scope, Place::Namespace { external }, Layer::Namespace, papers.clone());
    let mut lines = Lines::default();
    read_all(cx, &around, items.iter().copied(), &mut lines);
    read_modes(cx, scope, &items, written_mode.map(|mode| mode.span), &mut mode);
    let waived = read_waives(cx, scope, &items);
    for (app, item, body, app_scope) in apps {
        let read = read_clauses(cx, app_scope, &item.clauses, Bearer::Declaration, papers.owner.as_ref());
        let place = if external { Place::Namespace { external } } else { Place::App };
        let inner = site(app_scope, place, Layer::App(app.text.clone()), read.papers.or(&papers));
        read_all(cx, &inner, body, &mut lines);
    }
    lines.rules.shrink_to_fit();
    let workloads = workloads_of(cx, name);
    tell_same_pods(cx, &workloads);
    let span = head.map(|head| head.span).or(place).or(items.first().map(|item| item.head))?;
    Some(model::Namespace {
        name: name.clone(),
        tenant,
        mode,
        external,
        workloads: workloads.into_iter().map(|(name, (pods, _))| (name, pods)).collect(),
        fence: lines.denies,
        fence_exceptions: lines.exceptions,
        rules: lines.rules,
        waived,
        origin: origin::origin(cx, scope, span, papers),
    })
}

/// `mode … on CLUSTER` lines: the one for this view, if any.
fn read_modes<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    items: &[&'a Item],
    head: Option<Span>,
    mode: &mut model::Mode,
) {
    let mut first = head;
    for item in items {
        let ItemKind::Mode { mode: written, on } = &item.kind else { continue };
        collect::tell_clusters(cx, scope, on);
        if !cx.in_view(on) {
            continue;
        }
        if let Some(first) = first {
            let found = Diagnostic::new(Code(203), "mode is set twice").at(item.head, "set again");
            cx.say(scope, found.and_at(first, "set first here").help("keep one of them for each cluster"));
            continue;
        }
        first = Some(item.head);
        match written {
            Some(written) if written.node == tree::Mode::External => {
                let found = Diagnostic::new(Code(403), "`external` is said in the head of the namespace");
                cx.say(scope, found.at(written.span, "not a mode"));
            }
            Some(written) => {
                let read = read_clauses(cx, scope, &item.clauses, Bearer::Mode, None);
                *mode = model::Mode { kind: mode_of(written.node), until: read.until };
                tell_endless(cx, scope, &read, item.head);
            }
            None => {
                read_clauses(cx, scope, &item.clauses, Bearer::Declaration, None);
            }
        }
    }
}

fn read_waives<'a>(cx: &mut Context<'a>, scope: ScopeId, items: &[&'a Item]) -> BTreeSet<Text> {
    let mut waived = BTreeSet::new();
    for item in items {
        let ItemKind::Waive { pattern } = &item.kind else { continue };
        let read = read_clauses(cx, scope, &item.clauses, Bearer::Waive, None);
        if read.is_wrong {
            continue;
        }
        let name = written(pattern);
        let found =
            expand::find_quietly(cx, scope, pattern).and_then(|found| cx.baseline.get(&found.name.span));
        if let Some(known) = found.or_else(|| cx.baseline.values().find(|known| **known == name)).cloned() {
            waived.insert(known);
            continue;
        }
        let found = Diagnostic::new(
            Code(415),
            format!("`{name}` is not in the baseline, so there is nothing to waive"),
        );
        let known: Vec<&str> = cx.baseline.values().map(|known| &**known).collect();
        let help = if known.is_empty() {
            "the project has no baseline".to_owned()
        } else {
            format!("the baseline has {}", known.join(", "))
        };
        cx.say(scope, found.at(item.head, "nothing to waive").help(help));
    }
    waived
}

/// The workloads and tiers of a namespace that are its own pods, with where each is declared.
fn workloads_of(cx: &mut Context<'_>, name: &Text) -> BTreeMap<Text, (model::SharedPods, Span)> {
    let Some(declared) = cx.namespaces.get(name) else { return BTreeMap::new() };
    let scopes: Vec<ScopeId> =
        std::iter::once(declared.scope).chain(declared.apps.iter().map(|a| a.scope)).collect();
    let mut found = BTreeMap::new();
    for scope in scopes {
        let ids: Vec<_> =
            cx.scope(scope).map(|inner| inner.ends.values().copied().collect()).unwrap_or_default();
        for id in ids {
            let Some(noun) = cx.nouns.get(id.0) else { continue };
            if !matches!(noun.kind, NounKind::Workload(_) | NounKind::Tier { .. }) {
                continue;
            }
            let declared = noun.name;
            let Some(meaning) = nouns::evaluate(cx, id) else { continue };
            for one in meaning.iter().filter(|one| one.is_within(name)) {
                if let End::Pods(pods) = &one.end {
                    found.entry(declared.text.clone()).or_insert_with(|| (pods.clone(), declared.span));
                }
            }
        }
    }
    found
}

/// Tells workloads of one namespace that select the same pods.
fn tell_same_pods(cx: &mut Context<'_>, workloads: &BTreeMap<Text, (model::SharedPods, Span)>) {
    // A set has one form, however its selector is written.
    let mut first: BTreeMap<&PodSet, (Span, Text)> = BTreeMap::new();
    let mut sorted: Vec<_> = workloads.iter().collect();
    sorted.sort_by_key(|(_, (_, span))| *span);
    for (name, (pods, span)) in sorted {
        match first.get(pods.set()) {
            Some((place, other)) => {
                let found =
                    Diagnostic::new(Code(313), format!("`{name}` and `{other}` select the same pods"));
                let found =
                    found.at(*span, format!("selects `{}`", pods.selector)).and_at(*place, "so does this");
                cx.report.add(&[], found.help("keep one name"));
            }
            None => {
                first.insert(pods.set(), (*span, name.clone()));
            }
        }
    }
}

fn read_guardrail<'a>(
    cx: &mut Context<'a>,
    item: &'a Item,
    sealed: bool,
    name: &'a tree::Name,
    audit: Option<Span>,
    body: &'a [Item],
) -> model::Guardrail {
    let bearer = if audit.is_some() { Bearer::Mode } else { Bearer::Declaration };
    let read = read_clauses(cx, cx.top, &item.clauses, bearer, None);
    if let Some(place) = audit {
        tell_endless(cx, cx.top, &read, place);
    }
    let is_audit = audit.is_some() && read.until.is_none_or(|until| cx.as_of <= until);
    let scope = cx.add_scope(Some(cx.top), Author::Platform);
    expand::fill(cx, scope, body);
    let layer = Layer::Guardrail(name.text.clone());
    let around = Site {
        guardrail: Some((name.text.clone(), is_audit)),
        ..site(scope, Place::Guardrail { sealed }, layer, read.papers.clone())
    };
    let mut lines = Lines::default();
    read_all(cx, &around, body, &mut lines);
    model::Guardrail {
        name: name.text.clone(),
        sealed,
        audit: is_audit,
        audit_until: read.until.filter(|_| audit.is_some()),
        denies: lines.denies,
        exceptions: lines.exceptions,
        allows: lines.allows,
        origin: origin::origin(cx, cx.top, item.head, read.papers),
    }
}

/// Instantiates the baseline's patterns for each declared namespace that does not waive them.
fn read_baseline<'a>(cx: &mut Context<'a>, body: &'a [Item], policy: &Policy) -> Vec<model::Baseline> {
    let mut found = Vec::new();
    for item in body {
        if let Err(told) = nesting::check(Place::Baseline, item, false) {
            cx.report.add(&[], told);
            continue;
        }
        let ItemKind::Apply { pattern, .. } = &item.kind else { continue };
        let Some(known) = expand::find(cx, cx.top, pattern) else { continue };
        let name = cx.baseline.get(&known.name.span).cloned().unwrap_or_else(|| written(pattern));
        let mut rules = BTreeMap::new();
        for namespace in policy.namespaces.values() {
            if namespace.external || namespace.waived.contains(&name) {
                continue;
            }
            let scope = cx.add_scope(Some(cx.top), Author::Namespace(namespace.name.clone()));
            let around = site(scope, Place::Baseline, Layer::Baseline(name.clone()), Papers::default());
            let mut lines = Lines::default();
            read_all(cx, &around, std::iter::once(item), &mut lines);
            if !lines.rules.is_empty() {
                rules.insert(namespace.name.clone(), lines.rules);
            }
        }
        found.push(model::Baseline { pattern: name, rules });
    }
    found
}

fn read_tests(cx: &mut Context<'_>, name: &Text) -> Vec<model::Test> {
    let Some(declared) = cx.namespaces.get(name) else { return Vec::new() };
    let (scope, items) = (declared.scope, declared.items.clone());
    let mut tests = Vec::new();
    for item in items {
        if let ItemKind::Test { title, at, body } = &item.kind {
            tests.extend(test::read_test(cx, scope, title, at.as_ref(), body, item.span));
        }
    }
    tests
}
