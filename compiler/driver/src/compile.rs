//! From sources to manifests, in memory: the façade that the terminal and the editor share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_check::{Checked, Input, InputFile, Lapse, Require, TestResult, Wanted, check};
use netpol_diagnostics::{Code, Diagnostic, FileId, Severity, Source, Sources, Span, nearest};
use netpol_flow::{Date, Text};
use netpol_model::Policy;
use netpol_syntax::tree::File;
use netpol_syntax::{Parsed, parse};
use netpol_verify::Tally;
use rayon::prelude::*;

use crate::authority::{authority_of, declared_tenants};
use crate::fault::usage;
use crate::load::Loaded;
use crate::lower::{Scope, lower_all};
use crate::manifest::list;
use crate::paths::is_within;
use crate::project::{Project, Target};
use crate::taker::{Forgotten, Kept, Taker};

/// What to compile, and as of when.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day lapsed lines are judged by.
    pub as_of: Date,
    /// The targets to lower, by name; all where none is named.
    pub targets: Vec<String>,
    /// What the manifests are for.
    pub purpose: Purpose,
}

/// What the manifests are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To say whether they could be built. A lapsed line is an error, so that its owner hears of it.
    Check,
    /// To be used. A lapsed line is left out with a warning, so that it stops nobody else (amendment U9).
    ///
    /// What is left out is an allow or an exception: the output is narrower than the text, never wider.
    Build,
    /// To run the tests: nothing is lowered.
    Test,
}

/// What compiling gives.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The sources, with the modules of the library that were used.
    pub sources: Sources,
    /// The first file that is the library's and not the project's.
    pub library: u32,
    /// What there is to say, by file and offset.
    pub diagnostics: Vec<Diagnostic>,
    /// The manifests of each target; not to be written where an error is among the diagnostics.
    pub targets: Vec<Manifests>,
    /// The policy of each cluster; none where the text could not be checked.
    pub views: Vec<Policy>,
    /// What the tests came to; none where the text has errors of its own.
    pub tests: Vec<TestResult>,
    /// Whether the tests were run.
    pub has_tested: bool,
    /// Everything that has a last day, by day and place.
    pub lapses: Vec<Lapse>,
    /// The paperwork that guardrails demand, in the order written.
    pub requires: Vec<Require>,
}

/// The manifests of one target.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    /// The target's name.
    pub target: Text,
    /// The folder they go to, relative to the project.
    pub output: String,
    /// Where the project file speaks of that folder.
    pub output_span: Option<Span>,
    /// The files, by name; empty where whoever asked has no use for them, or where something is wrong.
    pub files: BTreeMap<String, String>,
    /// How many files there are, kept or not.
    pub file_count: usize,
    /// How many Kubernetes objects those hold.
    pub object_count: usize,
    /// What was compared to prove that they mean what the source says; none where nothing could be.
    pub proof: Option<Tally>,
}

impl Compiled {
    /// How many diagnostics are this bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Whether anything is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Keeps what keeps the policy from being known whole: with these the views lack a line. Tests that fail, lines that
    /// have lapsed and paperwork that is missing are no such things.
    pub fn keep_what_hides(&mut self) {
        self.keep_errors(200);
    }

    /// Keeps the errors below a code; every error where the text could not be checked whole.
    pub(crate) fn keep_errors(&mut self, below: u16) {
        let is_known = self.has_tested;
        self.diagnostics.retain(|diagnostic| {
            diagnostic.severity == Severity::Error && (!is_known || diagnostic.code.0 < below)
        });
    }

    /// Keeps what concerns the files under a path of the project, and what has no place in a source; so with tests.
    pub fn narrow(&mut self, path: &str) {
        let sources = &self.sources;
        self.diagnostics.retain(|diagnostic| match &diagnostic.primary {
            None => true,
            Some(label) => diagnostic.code.0 < 100 || is_within(&sources.file(label.span.file).path, path),
        });
        self.tests.retain(|test| is_within(&sources.file(test.span.file).path, path));
        self.lapses.retain(|lapse| is_within(&sources.file(lapse.span.file).path, path));
    }
}

/// The tree of a file and the mistakes in it, shared by every compilation of the same text.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) file: Arc<File>,
    pub(crate) mistakes: Arc<[Diagnostic]>,
}

impl Tree {
    /// Parses a text.
    pub(crate) fn of(file: FileId, text: &str) -> Tree {
        let Parsed { file, diagnostics } = parse(file, text);
        Tree { file: file.into(), mistakes: diagnostics.into() }
    }
}

/// Parses, checks and lowers what was loaded.
///
/// Lowering is reached only without an error before it, and stops at none of its own: every target has its say.
pub fn compile(loaded: Loaded, options: &Options) -> Compiled {
    let kept = Kept::default();
    let compiled = compile_views(loaded, options, read_all, &|| false, None, &kept);
    let mut compiled = compiled.unwrap_or_default();
    kept.give(&mut compiled.targets);
    compiled
}

/// As [`compile`], but no more than a few of the manifests are ever in memory, and none are kept.
pub fn check_all(loaded: Loaded, options: &Options) -> Compiled {
    compile_with(loaded, options, read_all, &|| false).unwrap_or_default()
}

/// The trees of everything loaded.
pub(crate) fn read_all(loaded: &Loaded) -> Vec<Tree> {
    loaded.files.par_iter().map(|file| Tree::of(*file, &loaded.sources.file(*file).text)).collect()
}

/// As [`check_all`], with the trees from elsewhere: `trees` gives one for each file. None where it was cancelled.
pub(crate) fn compile_with(
    loaded: Loaded,
    options: &Options,
    trees: impl FnOnce(&Loaded) -> Vec<Tree>,
    is_cancelled: &(dyn Fn() -> bool + Sync),
) -> Option<Compiled> {
    compile_views(loaded, options, trees, is_cancelled, None, &Forgotten)
}

/// As [`check_all`], of trees that are a part of a project, and for some of its namespaces: nothing is written or proved for
/// the others.
pub(crate) fn compile_part(
    loaded: Loaded,
    options: &Options,
    trees: Vec<Tree>,
    namespaces: &BTreeSet<Text>,
) -> Option<Compiled> {
    compile_views(loaded, options, |_| trees, &|| false, Some(namespaces), &Forgotten)
}

/// Leaves the other namespaces to other projects.
fn narrow(views: &mut [Policy], namespaces: &BTreeSet<Text>) {
    let all = views.iter_mut().flat_map(|view| view.namespaces.values_mut());
    for other in all.filter(|namespace| !namespaces.contains(&namespace.name)) {
        other.external = true;
        other.rules.clear();
    }
}

/// As [`compile_with`]; with `about` only those namespaces are lowered and proved, and `taker` gets the manifests.
pub(crate) fn compile_views(
    loaded: Loaded,
    options: &Options,
    trees: impl FnOnce(&Loaded) -> Vec<Tree>,
    is_cancelled: &(dyn Fn() -> bool + Sync),
    about: Option<&BTreeSet<Text>>,
    taker: &dyn Taker,
) -> Option<Compiled> {
    let has_faults = loaded.diagnostics.iter().any(|fault| fault.severity == Severity::Error);
    let trees = if has_faults { Vec::new() } else { trees(&loaded) };
    let Loaded { sources, project, default_namespace, diagnostics, .. } = loaded;
    let library = sources.iter().count() as u32;
    let mut compiled = Compiled { sources, library, diagnostics, ..Compiled::default() };
    if is_cancelled() {
        return None;
    }
    let targets = match choose(&project, options) {
        Ok(targets) => targets,
        Err(fault) => {
            // A project file that could not be read whole lacks what it was to say.
            compiled.diagnostics.extend((!has_faults).then_some(*fault));
            Vec::new()
        }
    };
    if !compiled.has_errors() {
        let mut checked =
            front(&mut compiled, &project, trees, default_namespace.as_deref(), options, is_cancelled);
        let stops = |d: &Diagnostic| d.severity == Severity::Error && d.code != EXPIRED;
        let is_done = options.purpose == Purpose::Test;
        if is_cancelled() {
            return None;
        }
        if !is_done && !compiled.diagnostics.iter().any(stops) {
            about.iter().for_each(|namespaces| narrow(&mut checked.views, namespaces));
            let scope = Scope { as_of: options.as_of, about, is_cancelled };
            let (manifests, diagnostics) = lower_all(&targets, &checked.views, scope, taker)?;
            compiled.targets = manifests;
            compiled.diagnostics.extend(diagnostics);
        }
        compiled.has_tested = checked.has_tested;
        compiled.lapses = checked.lapses;
        compiled.requires = checked.requires;
        (compiled.views, compiled.tests) = (checked.views, checked.tests);
    }
    compiled
        .diagnostics
        .sort_by_key(|diagnostic| (diagnostic.primary.as_ref().map(|label| label.span), diagnostic.code));
    Some(compiled)
}

/// The targets asked for.
pub(crate) fn choose<'a>(
    project: &'a Project,
    options: &Options,
) -> Result<Vec<&'a Target>, Box<Diagnostic>> {
    let names = &options.targets;
    let known: Vec<&str> = project.targets.iter().map(|target| &*target.name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let fault = usage(format!("no target is named `{name}`"));
        let fault = match nearest(name, known.iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => fault.help("the project file has no target"),
            None => fault.help(format!("the project has {}", list(&known))),
        };
        return Err(Box::new(fault));
    }
    if known.is_empty() && options.purpose == Purpose::Build {
        let help = "add a table to `netpol.toml`: `[targets.production]` with `backend = \"cilium\"`";
        return Err(Box::new(usage("the project has no target").help(help)));
    }
    let chosen =
        project.targets.iter().filter(|target| names.is_empty() || names.iter().any(|n| **n == *target.name));
    Ok(chosen.collect())
}

/// Checks what was parsed; what is found goes to the diagnostics.
fn front(
    compiled: &mut Compiled,
    project: &Project,
    trees: Vec<Tree>,
    default_namespace: Option<&str>,
    options: &Options,
    is_cancelled: &(dyn Fn() -> bool + Sync),
) -> Checked {
    let sources = &compiled.sources;
    let mistakes: Vec<Diagnostic> = trees.iter().flat_map(|tree| tree.mistakes.iter().cloned()).collect();
    let trees: Vec<Arc<File>> = trees.into_iter().map(|tree| tree.file).collect();
    let tenants = declared_tenants(trees.iter().map(|tree| &**tree));
    let authority = |file: FileId| authority_of(&sources.file(file).path, project, &tenants);
    let inputs: Vec<InputFile> =
        trees.into_iter().map(|tree| InputFile { authority: authority(tree.file), tree }).collect();
    let blind = project.targets.iter().filter(|target| target.backend.compares_addresses);
    let by_address: Vec<Option<Text>> = blind.map(|target| target.cluster.clone()).collect();
    let is_wanted = || !is_cancelled();
    let wanted = Wanted(&is_wanted);
    let input =
        Input { files: &inputs, default_namespace, as_of: options.as_of, by_address: &by_address, wanted };
    let mut checked = check(&input, &mut compiled.sources);
    // Trees that nobody else has are large, and freeing them takes a while.
    inputs.into_par_iter().for_each(drop);
    let found = std::mem::take(&mut checked.diagnostics);
    let found = without_consequences(found, &mistakes, &compiled.sources);
    if mistakes.iter().any(|mistake| mistake.severity == Severity::Error) {
        checked.has_tested = false;
        checked.tests.clear();
    }
    compiled.diagnostics.extend(mistakes);
    compiled.diagnostics.extend(found.into_iter().map(|diagnostic| lapsed(diagnostic, options)));
    checked
}

/// The rule has expired.
const EXPIRED: Code = Code(603);

fn lapsed(diagnostic: Diagnostic, options: &Options) -> Diagnostic {
    if diagnostic.code != EXPIRED || diagnostic.severity != Severity::Error {
        return diagnostic;
    }
    match options.purpose {
        Purpose::Check | Purpose::Test => diagnostic,
        Purpose::Build => {
            let note = "left out of what is built; `netpol check` counts it as an error";
            diagnostic.severity(Severity::Warning).note(note)
        }
    }
}

/// Codes that say something is missing: a name, a module, a port, an exposure.
const ABSENCES: [u16; 6] = [201, 202, 310, 320, 405, 406];

/// Leaves out what only follows from a mistake in the text: one cause, one diagnostic.
///
/// A statement that could not be read declares nothing. So with a mistake, warnings wait until the text can be read,
/// and so does a missing name that stands on a line with a mistake.
fn without_consequences(
    found: Vec<Diagnostic>,
    mistakes: &[Diagnostic],
    sources: &Sources,
) -> Vec<Diagnostic> {
    if !mistakes.iter().any(|mistake| mistake.severity == Severity::Error) {
        return found;
    }
    let unread: BTreeSet<&str> = mistakes
        .iter()
        .filter_map(|mistake| mistake.primary.as_ref())
        .flat_map(|label| words(lines_of(sources.file(label.span.file), label.span)))
        .collect();
    // What is missing may be why a guardrail or a test seems to say otherwise.
    let is_about_meaning = |code: Code| matches!(code.0 / 100, 5 | 9);
    let follows = |diagnostic: &Diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| sources.text(label.span)).unwrap_or_default();
        diagnostic.severity != Severity::Error
            || is_about_meaning(diagnostic.code)
            || ABSENCES.contains(&diagnostic.code.0) && words(place).any(|word| unread.contains(word))
    };
    found.into_iter().filter(|diagnostic| !follows(diagnostic)).collect()
}

/// The names in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).filter(|word| !word.is_empty())
}

/// The whole lines a span touches.
fn lines_of(source: &Source, span: Span) -> &str {
    let text = &*source.text;
    let before = text.get(..span.start as usize).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = text
        .get(span.end as usize..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |at| at + span.end as usize);
    text.get(start..end).unwrap_or("")
}
