//! The examples: each builds, and each table of its README is decided by the law of the language and by every target's
//! own reading of the bytes.

use std::collections::BTreeSet;

use netpol_diagnostics::Severity;
use netpol_driver::Compiled;
use netpol_flow::{Flow, Side, Verdict};
use netpol_model::{Policy, consent, verdict};
use netpol_tests::example::{self, Example};
use netpol_tests::{book, targets};

/// What is wrong with the examples, each with its name.
fn each(mut judge: impl FnMut(&Example) -> Vec<String>) {
    let only = std::env::var("NETPOL_EXAMPLE").unwrap_or_default();
    let mut wrong = Vec::new();
    for example in example::all().into_iter().filter(|example| example.name.contains(&only)) {
        wrong.extend(judge(&example).into_iter().map(|fault| format!("examples/{}: {fault}", example.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_builds_and_says_what_it_warns_of() {
    each(|example| {
        let compiled = example.build();
        let report = book::report(&compiled).trim_matches('\n').to_owned();
        let shown: Vec<String> = example
            .blocks("text")
            .iter()
            .filter(|block| block.has("report"))
            .map(|block| block.body.trim_matches('\n').to_owned())
            .collect();
        let is_worth_telling = compiled.count(Severity::Warning) > 0;
        match shown.as_slice() {
            _ if compiled.has_errors() => vec![format!("does not build\n{report}")],
            [] if is_worth_telling => vec![format!("warns, and its README does not show it\n{report}")],
            [] => Vec::new(),
            [one] if *one == report => Vec::new(),
            _ => vec![format!("its README shows another report than\n{report}")],
        }
    });
}

#[test]
fn every_table_is_what_the_source_and_every_target_say() {
    let (mut asked, mut answers) = (0, 0);
    each(|example| {
        let mut wrong = Vec::new();
        let (loaded, compiled) = (example.load(), example.build());
        let tables: Vec<_> = ["flows", "pairs"].iter().flat_map(|word| example.blocks(word)).collect();
        if tables.is_empty() {
            wrong.push("its README has no table of flows".to_owned());
        }
        for block in &tables {
            let cluster = block.option("cluster");
            let Some(policy) = example::view(&compiled.views, cluster) else {
                wrong.push(format!("line {}: no cluster is named {cluster:?}", block.line));
                continue;
            };
            let questions = match example::questions(policy, block) {
                Ok(questions) => questions,
                Err(reason) => {
                    wrong.push(reason);
                    continue;
                }
            };
            asked += questions.len();
            for (flow, promised) in &questions {
                if verdict(policy, flow, example::day()) != *promised {
                    let steps = Side::BOTH.map(|side| consent(policy, flow, side, example::day()).step);
                    wrong.push(format!("{flow} is not `{}`: {steps:?}", promised.word()));
                }
            }
            for target in
                loaded.project.targets.iter().filter(|t| cluster.is_none() || t.cluster.as_deref() == cluster)
            {
                let built = compiled.targets.iter().find(|built| built.target == target.name);
                let files = built.map(|built| built.files.clone()).unwrap_or_default();
                match targets::Built::of(target.backend, &target.settings, files) {
                    Ok(built) => wrong.extend(disagreements(&built, policy, &questions, &mut answers)),
                    Err(reasons) => wrong.push(format!("{}: {reasons:?}", target.name)),
                }
            }
        }
        wrong
    });
    println!("{asked} flows, {answers} answers of targets");
}

/// Where a target's reading of one side is not the source's.
fn disagreements(
    built: &targets::Built,
    policy: &Policy,
    questions: &[(Flow, Verdict)],
    answers: &mut usize,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (flow, _) in questions {
        for side in Side::BOTH {
            *answers += 1;
            let meant = consent(policy, flow, side, example::day()).verdict;
            match built.evaluate(flow, side) {
                Ok(trace) if trace.verdict == meant || built.leans(policy, flow, side, example::day()) => {}
                Ok(trace) => wrong.push(format!("{flow} on {side:?}: {:?}", trace.steps)),
                Err(undecided) => wrong.push(format!("{flow} on {side:?}: {}", undecided.reason)),
            }
        }
    }
    wrong
}

#[test]
fn what_a_readme_calls_refused_is_refused_with_that_code() {
    each(|example| {
        let built: BTreeSet<&str> =
            example.load().project.targets.iter().map(|target| target.backend.name).collect();
        let mut wrong = Vec::new();
        let mut refused = BTreeSet::new();
        for line in example.blocks("refused").iter().flat_map(|block| block.body.lines()) {
            let (name, code) = line.split_once(' ').unwrap_or((line, ""));
            refused.insert(name.to_owned());
            let compiled: Compiled = example.build_for(name);
            if !book::says(&compiled, code.trim(), Severity::Error) {
                wrong.push(format!("{name} does not refuse it with {code}:\n{}", book::report(&compiled)));
            }
        }
        for name in netpol_backends::BACKENDS.iter().map(|backend| backend.name) {
            if built.contains(name) == refused.contains(name) {
                wrong
                    .push(format!("`{name}` is to be built, or listed in a block `refused`; one of the two"));
            }
        }
        wrong
    });
}
