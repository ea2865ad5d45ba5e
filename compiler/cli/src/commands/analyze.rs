//! `netpol analyze`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netpol_driver::analyze::{Answer, HostNetwork, Options, Plugin, csv, json, text};
use netpol_driver::{Analyzed, Compiled, analyze_cluster};

use crate::arguments::{Common, Format, after_help};
use crate::disk::Disk;
use crate::report::{Stream, tell};
use crate::terminal::{self, Outcome};

/// Say who may reach whom in a cluster
///
/// Reads every `.yaml`, `.yml` and `.json` file under PATH: pods and what makes them, namespaces, and the policies of
/// Kubernetes, Calico and Cilium. Tells each connection that both ends allow, between workloads and with addresses
/// outside, and on which ports. Needs no cluster and no project. What Ingresses and Routes lead to is told as far as any
/// pod may reach it, since they do not say which pods serve them.
///
/// Kinds that say nothing about this are passed over and counted. An object that is not understood might change any line,
/// so with one there is no answer, and exit code 2.
///
/// An address block of a policy is taken to mean addresses outside the cluster. Nodes are not told, nor what passes
/// between a pod and its own node, which most plug-ins never stop; pods on the host network are part of their node.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol analyze manifests/
  netpol analyze manifests/ --format csv > connections.csv
  netpol analyze manifests/ --plugin calico
  kubectl get pods,ns,netpol -A -o yaml > all.yaml && netpol analyze all.yaml"))]
pub struct Analyze {
    /// A folder of manifests, or one file
    path: PathBuf,

    /// How the answer is written: text, json or csv
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: AnswerFormat,

    /// Whose policies count: kubernetes, calico or cilium [default: by the kinds that are there]
    ///
    /// Stock NetworkPolicies count on Calico and Cilium too.
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    plugin: Option<PluginName>,

    /// What pods on the host network are to policy: nodes, or pods as on the few plug-ins that can tell them apart
    #[arg(long, value_enum, default_value_t, value_name = "AS", hide_possible_values = true)]
    host_network: HostPods,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum AnswerFormat {
    /// A table, for people
    #[default]
    Text,
    /// One JSON object
    Json,
    /// A line for each connection
    Csv,
}

/// A network plug-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PluginName {
    /// Stock NetworkPolicies alone
    Kubernetes,
    /// Calico's policies and stock ones
    Calico,
    /// Cilium's policies and stock ones
    Cilium,
}

/// What pods on the host network are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum HostPods {
    /// Part of their node
    #[default]
    Nodes,
    /// Pods like any other
    Pods,
}

/// Runs the command.
pub fn run(arguments: &Analyze, common: Common) -> Outcome {
    let options = Options {
        plugin: arguments.plugin.map(|name| match name {
            PluginName::Kubernetes => Plugin::Kubernetes,
            PluginName::Calico => Plugin::Calico,
            PluginName::Cilium => Plugin::Cilium,
        }),
        host_network: match arguments.host_network {
            HostPods::Nodes => HostNetwork::Nodes,
            HostPods::Pods => HostNetwork::Pods,
        },
    };
    let Analyzed { sources, answer, diagnostics } = analyze_cluster(&Disk, &arguments.path, options);
    let Some(answer) = answer else {
        let told = Compiled { sources, diagnostics, ..Compiled::default() };
        return tell(&told, "", Format::Human, common, Stream::Error);
    };
    let outcome = terminal::print(&match arguments.format {
        AnswerFormat::Text => text(&answer),
        AnswerFormat::Json => json(&answer),
        AnswerFormat::Csv => csv(&answer),
    });
    if !common.quiet {
        terminal::tell(&summary(&answer));
    }
    outcome
}

/// What was read, and what was passed over.
fn summary(answer: &Answer) -> String {
    let workloads = match answer.workloads().len() {
        1 => "1 workload".to_owned(),
        count => format!("{count} workloads"),
    };
    let mut text = format!("{workloads}, policies read as {} reads them\n", answer.plugin.word());
    if !answer.passed_over.is_empty() {
        let kinds = answer.passed_over.iter().map(|(kind, count)| format!("{count} {}", kind.escape_debug()));
        text.push_str(&format!("passed over: {}\n", kinds.collect::<Vec<_>>().join(", ")));
    }
    for stranger in &answer.strangers {
        text.push_str(&format!("passed over: {stranger}\n"));
    }
    for dangling in &answer.dangling {
        text.push_str(&format!("leads nowhere: {dangling}\n"));
    }
    text
}
