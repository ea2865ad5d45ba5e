//! `netpol test`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netpol_diagnostics::Severity;
use netpol_driver::{
    Compiled, Options, Purpose, TrialFormat, Trials, View, compile, cover, load_project, merge_coverage,
    render_trials,
};

use super::{day, load_alone, misplaced};
use crate::arguments::{Common, Format, Single, Telling, after_help};
use crate::disk::Disk;
use crate::locate::{Located, locate};
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::{self, Outcome};

/// Prove the tests of a project
///
/// A line of a `test` is a proof about every connection it speaks of: every pod that could carry those labels, every
/// port, every address a name may resolve to. Where it does not hold, the report shows a connection and who decided
/// about it. `netpol build` runs the tests first and writes nothing where one fails.
///
/// The exit code says whether the tests hold, and nothing else: 1 where one does not, or where a mistake in the text keeps
/// them from being run. Missing paperwork and lapsed lines are for `netpol check`.
///
/// PATH may be a folder or file inside a project: its tests are told, asked of the whole project.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol test
  netpol test tenants/shop
  netpol test --coverage                which lines does no test look at?
  netpol test --format junit > tests.xml
  netpol test --as-of 2027-01-31        what will hold by then"))]
pub struct Test {
    /// A project, a folder or file inside one, or a file on its own [default: the project around the current folder]
    path: Option<PathBuf>,

    /// Say which rules no `can` exercises, and which denies no `cannot` holds
    #[arg(long)]
    coverage: bool,

    /// The day of tests that name none; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = crate::arguments::parse_date)]
    as_of: Option<netpol_driver::Date>,

    /// How the report is written: human, json or junit
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,

    /// The namespace of rules that stand outside every namespace, for a file on its own
    #[arg(long, value_name = "NAME", value_parser = crate::arguments::parse_namespace)]
    namespace: Option<String>,
}

/// How the report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// A line for each test, and more for those that fail
    #[default]
    Human,
    /// One JSON object
    Json,
    /// JUnit's XML
    Junit,
}

impl From<ReportFormat> for TrialFormat {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Human => Self::Human,
            ReportFormat::Json => Self::Json,
            ReportFormat::Junit => Self::Junit,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Test, common: Common) -> Outcome {
    let telling = Telling { as_of: arguments.as_of, format: Format::Human };
    let single = Single { backend: None, namespace: arguments.namespace.clone(), settings: Vec::new() };
    let located = day(&telling).and_then(|day| Ok((day, locate(arguments.path.as_deref())?)));
    let (as_of, located) = match located {
        Ok(found) => found,
        Err(fault) => return tell_alone(vec![*fault], Format::Human, common),
    };
    let (loaded, prefix, part) = match located {
        Located::Project { root, prefix, part } => match misplaced(&single) {
            Some(fault) => return tell_alone(vec![fault], Format::Human, common),
            None => (load_project(&Disk, &root), prefix, part),
        },
        Located::File(path) => (load_alone(&path, &single), String::new(), String::new()),
    };
    let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Test };
    let mut compiled = compile(loaded, &options);
    compiled.narrow(&part);
    let report = report(arguments, &compiled, &prefix, options.as_of);
    let printed = terminal::print(&report);
    // The report shows the failing lines; what else there is to say of tests goes to standard error.
    let failed = compiled.tests.iter().any(|test| !test.passes());
    let beside = leave_out_what_is_beside_the_tests(&mut compiled);
    let outcome = tell(&compiled, &prefix, Format::Human, common, Stream::Error);
    if beside > 0 && !common.quiet {
        let errors = if beside == 1 { "1 error".to_owned() } else { format!("{beside} errors") };
        terminal::tell(&format!("{errors} beside the tests, which `netpol check` tells\n"));
    }
    let held = if failed { Outcome::Wrong } else { Outcome::Fine };
    outcome.max(printed).max(held)
}

/// Leaves out what the report shows, and, where the tests were run, what they do not rest on: a missing reason or a lapsed
/// line is no failure of a test. How many errors that were.
fn leave_out_what_is_beside_the_tests(compiled: &mut Compiled) -> usize {
    let is_run = compiled.has_tested;
    let is_beside = |code: u16| is_run && (100..900).contains(&code);
    let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let beside = errors.filter(|found| is_beside(found.code.0)).count();
    compiled.diagnostics.retain(|found| !is_beside(found.code.0) && !IN_REPORT.contains(&found.code.0));
    beside
}

/// What the report itself tells: a failing line, and one that cannot be decided.
const IN_REPORT: [u16; 2] = [901, 906];

fn report(arguments: &Test, compiled: &Compiled, prefix: &str, as_of: netpol_driver::Date) -> String {
    let views = || compiled.views.iter().map(|policy| cover(policy, as_of));
    let coverage = (arguments.coverage && compiled.has_tested).then(|| merge_coverage(views()));
    let trials =
        Trials { results: &compiled.tests, coverage: coverage.as_ref(), has_run: compiled.has_tested };
    let view = View { sources: &compiled.sources, library: compiled.library, prefix, colour: false };
    render_trials(arguments.format.into(), &trials, &view)
}
