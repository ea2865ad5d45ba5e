//! `netpol build`.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use netpol_diagnostics::Diagnostic;
use netpol_driver::{
    Compiled, Loaded, Manifests, Options, Purpose, Replaced, build, build_and_keep, compare, compile,
    load_project, usage,
};

use super::{day, load_alone, misplaced};
use crate::arguments::{Common, Format, Single, Telling, after_help};
use crate::disk::Disk;
use crate::locate::{Located, locate};
use crate::proof::explain;
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::{self, Outcome};

/// Build the manifests of a project
///
/// Writes one folder for each target of `netpol.toml`: a file for each namespace, one for cluster-wide objects, and a
/// `kustomization.yaml`. With an error nothing is written. A folder is replaced whole or not at all, left untouched
/// where nothing changed, and refused where it holds files that netpol did not write.
///
/// A line whose `until` has passed is left out, with a warning; `netpol check` counts it as an error.
///
/// With `--backend`, PATH is one file, and its manifests go to standard output.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol build
  netpol build examples/online-boutique
  netpol build --target production
  netpol build --check                  is what is committed current?
  netpol build --admission              also keep foreign NetworkPolicies out (stock Kubernetes)
  netpol build --explain-proof          what was compared before anything was written?
  netpol build --stats                  how much YAML does this replace?
  netpol build shop.netpol --backend cilium | kubectl apply -f -
  netpol build web.netpol --backend calico --namespace shop"))]
pub struct Build {
    /// A project, or with --backend one file [default: the project around the current folder]
    path: Option<PathBuf>,

    /// Build these targets only; may be repeated
    #[arg(long = "target", value_name = "NAME", conflicts_with = "backend")]
    targets: Vec<String>,

    /// Write nothing; print what is not current as a unified diff, and exit with 1 if anything is
    #[arg(long, conflicts_with = "backend")]
    check: bool,

    /// For stock Kubernetes, also write an admission policy that keeps NetworkPolicies of others from allowing anything
    #[arg(long)]
    admission: bool,

    /// Say how much was compared to prove that the manifests mean what the source says
    #[arg(long, conflicts_with = "backend")]
    explain_proof: bool,

    /// Say how many lines of YAML the source stands for
    ///
    /// Counted is what a person would write: no blank lines, no comments, no labels and annotations of netpol's own, no
    /// admission policy, no kustomization.yaml.
    #[arg(long, conflicts_with = "backend")]
    stats: bool,

    #[command(flatten)]
    telling: Telling,

    #[command(flatten)]
    single: Single,
}

/// Runs the command.
pub fn run(arguments: &Build, common: Common) -> Outcome {
    let start = Instant::now();
    let format = arguments.telling.format;
    let as_of = match day(&arguments.telling) {
        Ok(day) => day,
        Err(fault) => return tell_alone(vec![*fault], format, common),
    };
    let options = Options { as_of, targets: arguments.targets.clone(), purpose: Purpose::Build };
    if let (Some(path), Some(_)) = (&arguments.path, &arguments.single.backend) {
        return build_alone(path, arguments, &options, common);
    }
    let (root, prefix) = match project(arguments) {
        Ok(project) => project,
        Err(fault) => return tell_alone(vec![*fault], format, common),
    };
    let mut loaded = load_project(&Disk, &root);
    if let Some(fault) = ask_for_admission(&mut loaded, arguments) {
        return tell_alone(vec![fault], format, common);
    }
    if arguments.check {
        return check_current(&mut compile(loaded, &options), &root, &prefix, arguments, common, start);
    }
    // Lines are counted in the manifests, so that they have to be kept for it.
    let build = if arguments.stats { build_and_keep } else { build };
    let (compiled, replaced) = build(loaded, &options, &Disk, &root);
    // This process ends once it has told; taking the policy apart would be one more thing to wait for.
    let compiled = ManuallyDrop::new(compiled);
    if replaced.is_some() {
        tell_figures(&compiled, arguments, start);
    }
    let outcome = tell(&compiled, &prefix, format, common, Stream::ByFormat);
    if let (Some(replaced), false) = (replaced, common.quiet) {
        terminal::tell(&summary(&compiled.targets, &replaced, &prefix, start));
    }
    outcome
}

/// What was compared and what it replaces, where that was asked.
fn tell_figures(compiled: &Compiled, arguments: &Build, start: Instant) {
    if arguments.explain_proof {
        terminal::tell(&explain(&compiled.targets, start.elapsed()));
    }
    if arguments.stats {
        terminal::tell(&stats(compiled));
    }
}

/// Turns the setting on for every target that has it; the fault where none has.
fn ask_for_admission(loaded: &mut Loaded, arguments: &Build) -> Option<Diagnostic> {
    if !arguments.admission || !loaded.diagnostics.is_empty() {
        return None;
    }
    let mut found = false;
    for target in &mut loaded.project.targets {
        if target.backend.settings.iter().any(|setting| setting.key == "admission") {
            found = true;
            target.settings.insert("admission".into(), "on".into());
        }
    }
    (!found).then(|| {
        usage("no target of the project takes an admission policy")
            .help("it is for `kubernetes`, where others could widen what is built; elsewhere leave it out")
    })
}

fn project(arguments: &Build) -> Result<(PathBuf, String), Box<Diagnostic>> {
    match locate(arguments.path.as_deref())? {
        Located::Project { root, prefix, part } if part.is_empty() || arguments.path.is_none() => {
            match misplaced(&arguments.single) {
                Some(fault) => Err(Box::new(fault)),
                None => Ok((root, prefix)),
            }
        }
        Located::Project { root, .. } => {
            let shown = arguments.path.as_deref().unwrap_or(Path::new(".")).display().to_string();
            let fault = usage(format!("`{shown}` is a part of a project, and projects are built whole"))
                .help(format!("build `{}`, or check the part: `netpol check {shown}`", root.display()))
                .help("or build one file on its own, with `--backend NAME`");
            Err(Box::new(fault))
        }
        Located::File(path) => {
            let fault = usage(format!("`{}` is one file, and lies in no project", path.display()))
                .help("say what to build it with: `--backend kubernetes`, `calico` or `cilium`");
            Err(Box::new(fault))
        }
    }
}

/// One file: its manifests go to standard output, so everything else goes to standard error.
fn build_alone(path: &Path, arguments: &Build, options: &Options, common: Common) -> Outcome {
    let mut loaded = load_alone(path, &arguments.single);
    if let Some(fault) = ask_for_admission(&mut loaded, arguments) {
        return tell_alone(vec![fault], arguments.telling.format, common);
    }
    let compiled = compile(loaded, options);
    let outcome = tell(&compiled, "", arguments.telling.format, common, Stream::Error);
    if compiled.has_errors() {
        return outcome;
    }
    let files = compiled.targets.iter().flat_map(|target| &target.files);
    let manifests: String =
        files.filter(|(name, _)| *name != "kustomization.yaml").map(|(_, text)| text.as_str()).collect();
    outcome.max(terminal::print(&manifests))
}

fn check_current(
    compiled: &mut Compiled,
    root: &Path,
    prefix: &str,
    arguments: &Build,
    common: Common,
    start: Instant,
) -> Outcome {
    let format = arguments.telling.format;
    if compiled.has_errors() {
        return tell(compiled, prefix, format, common, Stream::ByFormat);
    }
    tell_figures(compiled, arguments, start);
    let differences = match compare(&Disk, root, &compiled.targets) {
        Ok(differences) => differences,
        Err(fault) => {
            compiled.diagnostics.push(*fault);
            return tell(compiled, prefix, format, common, Stream::ByFormat);
        }
    };
    let outcome = tell(compiled, prefix, format, common, Stream::ByFormat);
    let diff: String = differences.iter().map(|difference| difference.diff.as_str()).collect();
    if differences.is_empty() {
        if !common.quiet {
            terminal::tell(&format!(
                "{} current\n",
                counted(compiled.targets.len(), "target is", "targets are")
            ));
        }
        return outcome;
    }
    // A report for programs has standard output for itself.
    let printed = match format {
        Format::Json | Format::Sarif => {
            terminal::tell(&diff);
            Outcome::Wrong
        }
        Format::Human | Format::Short | Format::Github => terminal::print(&diff),
    };
    if !common.quiet {
        let stale = counted(differences.len(), "file is", "files are");
        terminal::tell(&format!(
            "{stale} not what a build would write: run `netpol build` and commit the result\n"
        ));
    }
    outcome.max(printed).max(Outcome::Wrong)
}

/// One line for each target, and one for all.
fn summary(targets: &[Manifests], replaced: &[Replaced], prefix: &str, start: Instant) -> String {
    let folder = |target: &Manifests| match prefix {
        "" => target.output.clone(),
        prefix => format!("{prefix}/{}", target.output),
    };
    let widest =
        |width: fn(&str) -> usize, texts: Vec<String>| texts.iter().map(|t| width(t)).max().unwrap_or(0);
    let count = |text: &str| text.chars().count();
    let name_width = widest(count, targets.iter().map(|target| target.target.to_string()).collect());
    let folder_width = widest(count, targets.iter().map(folder).collect());
    let mut text = String::new();
    for (target, replaced) in targets.iter().zip(replaced) {
        let files = counted(target.file_count, "file", "files");
        let objects = counted(target.object_count, "object", "objects");
        let unchanged = match replaced {
            Replaced::Written => "",
            Replaced::Unchanged => ", unchanged",
        };
        let (name, folder) = (&target.target, folder(target));
        text.push_str(&format!(
            "  {name:name_width$}  {folder:folder_width$}  {files}, {objects}{unchanged}\n"
        ));
    }
    let milliseconds = start.elapsed().as_secs_f64() * 1_000.0;
    text.push_str(&format!(
        "built {} in {milliseconds:.0} ms\n",
        counted(targets.len(), "target", "targets")
    ));
    text
}

/// The lines of the source, and of each target.
fn stats(compiled: &Compiled) -> String {
    let source = compiled.source_lines();
    let width = compiled.targets.iter().map(|target| target.target.chars().count()).max().unwrap_or(0).max(6);
    let mut text = format!("  {:width$}  {}\n", "source", counted(source, "line", "lines"));
    for target in &compiled.targets {
        let (name, lines) = (&target.target, target.lines());
        let times = lines as f64 / source.max(1) as f64;
        text.push_str(&format!(
            "  {name:width$}  {} of YAML, {times:.0} times as many\n",
            counted(lines, "line", "lines")
        ));
    }
    text
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
