//! `netpol targets`.

use clap::{Args, ValueEnum};
use netpol_diagnostics::nearest;
use netpol_driver::{BACKENDS, Backend, Support, backend};
use serde::Serialize;

use crate::arguments::after_help;
use crate::terminal::{self, Outcome};

/// Show what each target can express
///
/// Without NAME, one line for each construct of the language and one column for each target. With NAME, the conditions,
/// the refusals with their codes, and the target's settings.
///
/// What a target cannot say exactly is an error of `netpol build`, never left out.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol targets
  netpol targets cilium
  netpol targets --format json"))]
pub struct Targets {
    /// One target: kubernetes, calico or cilium
    name: Option<String>,

    /// How the table is written: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: TableFormat,
}

/// How the table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// For people
    #[default]
    Human,
    /// One JSON array
    Json,
}

/// Runs the command.
pub fn run(arguments: &Targets) -> Outcome {
    let chosen = match &arguments.name {
        None => BACKENDS.to_vec(),
        Some(name) => match backend(name) {
            Some(backend) => vec![backend],
            None => {
                let known: Vec<&str> = BACKENDS.iter().map(|backend| backend.name).collect();
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", known.join(", ")),
                };
                terminal::complain(&format!("no target is named `{name}`: {help}"));
                return Outcome::Environment;
            }
        },
    };
    let text = match (arguments.format, &arguments.name) {
        (TableFormat::Json, _) => json(&chosen),
        (TableFormat::Human, None) => overview(&chosen),
        (TableFormat::Human, Some(_)) => chosen.iter().map(|backend| page(backend)).collect(),
    };
    terminal::print(&text)
}

/// All targets side by side.
fn overview(backends: &[&Backend]) -> String {
    let mut constructs: Vec<&str> = Vec::new();
    for capability in backends.iter().flat_map(|backend| backend.capabilities) {
        if !constructs.contains(&capability.construct) {
            constructs.push(capability.construct);
        }
    }
    let width = constructs.iter().map(|construct| construct.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for backend in backends {
        text.push_str(&format!("{:10}  {}\n", backend.name, backend.summary));
    }
    text.push('\n');
    let head: Vec<String> = backends.iter().map(|backend| format!("{:10}", backend.name)).collect();
    text.push_str(format!("{:width$}  {}", "", head.join("  ")).trim_end());
    text.push('\n');
    for construct in constructs {
        let cells = backends.iter().map(|backend| {
            let found = backend.capabilities.iter().find(|capability| capability.construct == construct);
            format!("{:10}", found.map_or("", |capability| support_word(capability.support)))
        });
        let cells: Vec<String> = cells.collect();
        text.push_str(format!("{construct:width$}  {}", cells.join("  ")).trim_end());
        text.push('\n');
    }
    text.push_str(
        "\nexact: always the same meaning. on terms: the same meaning on a condition, else refused.\n",
    );
    text.push_str("`netpol targets NAME` has the conditions, the refusals and the settings.\n");
    text
}

/// One target in full.
fn page(backend: &Backend) -> String {
    let mut text = format!("{}: {}\n", backend.name, backend.summary);
    for support in [Support::Exact, Support::Conditional, Support::Refused] {
        let capabilities = backend.capabilities.iter().filter(|capability| capability.support == support);
        for (at, capability) in capabilities.enumerate() {
            if at == 0 {
                text.push_str(&format!("\n{}:\n", support_word(support)));
            }
            text.push_str(&format!("  {}\n", capability.construct));
            text.push_str(&wrapped(capability.note, 6));
        }
    }
    if !backend.settings.is_empty() {
        text.push_str("\nsettings, as keys of the target's table in `netpol.toml`:\n");
    }
    for setting in backend.settings {
        let default = if setting.default.is_empty() { "none" } else { setting.default };
        text.push_str(&format!("  {} = {} (default: {default})\n", setting.key, setting.values));
        text.push_str(&wrapped(setting.about, 6));
    }
    text
}

/// A text in lines of at most 100 columns, indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + indent < 100 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| format!("{:indent$}{line}\n", "")).collect()
}

fn support_word(support: Support) -> &'static str {
    match support {
        Support::Exact => "exact",
        Support::Conditional => "on terms",
        Support::Refused => "refused",
    }
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    summary: &'a str,
    capabilities: Vec<Cell<'a>>,
    settings: Vec<Setting<'a>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    construct: &'a str,
    support: &'a str,
    note: &'a str,
}

#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    default: &'a str,
    values: &'a str,
    about: &'a str,
}

fn json(backends: &[&Backend]) -> String {
    let rows: Vec<Row<'_>> = backends
        .iter()
        .map(|backend| Row {
            name: backend.name,
            summary: backend.summary,
            capabilities: backend
                .capabilities
                .iter()
                .map(|c| Cell { construct: c.construct, support: support_json(c.support), note: c.note })
                .collect(),
            settings: backend
                .settings
                .iter()
                .map(|s| Setting { key: s.key, default: s.default, values: s.values, about: s.about })
                .collect(),
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rows).unwrap_or_default();
    text.push('\n');
    text
}

fn support_json(support: Support) -> &'static str {
    match support {
        Support::Exact => "exact",
        Support::Conditional => "conditional",
        Support::Refused => "refused",
    }
}
