//! `netpol init`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use netpol_diagnostics::{FileId, Severity};
use netpol_driver::{Date, Host, PROJECT_FILE, is_dns_label};

use crate::arguments::{Common, after_help, parse_date};
use crate::disk::Disk;
use crate::template::{list, template};
use crate::terminal::{self, Outcome};

const MANIFEST: &str = include_str!("new_project/netpol.toml");
const CLUSTER: &str = include_str!("new_project/platform/cluster.netpol");
const NAMESPACE: &str = include_str!("new_project/namespace.netpol");
const README: &str = include_str!("new_project/README.md");
/// What stands for the namespace's name in these.
const NAME: &str = "NAME";

/// Make a small project that builds
///
/// Writes a `netpol.toml` with three targets, the cluster's addresses, one namespace and a README. Nothing that exists
/// is overwritten: a folder that is a project, or holds a source of the same name, is refused; a README is kept.
///
/// With --template it begins with one of the examples instead, whose dates are moved on so that nothing of it has lapsed.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol init
  netpol init shop && netpol build shop
  netpol init policy --name payments
  netpol init --template list           which are there?
  netpol init platform --template tenant-rfc"))]
pub struct Init {
    /// The folder to make it in [default: the current folder]
    dir: Option<PathBuf>,

    /// The namespace to begin with
    #[arg(long, default_value = "shop")]
    name: String,

    /// Begin with an example: its name, or `list` to show them all
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    template: Option<String>,

    /// The day the dates of a template are counted from; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date, requires = "template")]
    as_of: Option<Date>,
}

/// Runs the command.
pub fn run(arguments: &Init, common: Common) -> Outcome {
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let shown = folder.display();
    if arguments.template.as_deref() == Some("list") {
        return terminal::print(&list());
    }
    let files = match files(arguments) {
        Ok(files) => files,
        Err(fault) => {
            terminal::complain(&fault);
            return Outcome::Environment;
        }
    };
    let exists = |path: &str| folder.join(path).symlink_metadata().is_ok();
    let kept: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).filter(|path| exists(path)).collect();
    if let Some(taken) = kept.iter().find(|path| **path != "README.md") {
        terminal::complain(&format!(
            "`{}` exists already; nothing was written",
            folder.join(taken).display()
        ));
        return Outcome::Environment;
    }
    for (path, text) in files.iter().filter(|(path, _)| !kept.contains(&path.as_str())) {
        if let Err(error) = write(&folder.join(path), text) {
            terminal::complain(&format!("`{}` cannot be written: {error}", folder.join(path).display()));
            return Outcome::Environment;
        }
    }
    if common.quiet {
        return Outcome::Fine;
    }
    let mut text = format!("made a project in {shown}:\n");
    for (path, _) in &files {
        let note = if kept.contains(&path.as_str()) { " (kept as it was)" } else { "" };
        text.push_str(&format!("  {path}{note}\n"));
    }
    let target = if arguments.dir.is_some() { format!(" {shown}") } else { String::new() };
    text.push_str(&format!("next: `netpol build{target}`\n"));
    terminal::print(&text)
}

/// What to write: path and text; the error says what is wrong with the name.
fn files(arguments: &Init) -> Result<Vec<(String, String)>, String> {
    if let Some(chosen) = &arguments.template {
        return template(chosen).map(|found| found.files(arguments.as_of.or_else(|| Disk.today())));
    }
    let name = &arguments.name;
    if !is_name(name) {
        return Err(format!(
            "`{name}` cannot name the namespace: use lower-case letters, digits and hyphens, and no word of the language"
        ));
    }
    Ok(vec![
        (PROJECT_FILE.to_owned(), MANIFEST.to_owned()),
        ("platform/cluster.netpol".to_owned(), CLUSTER.to_owned()),
        (format!("{name}.netpol"), NAMESPACE.replace(NAME, name)),
        ("README.md".to_owned(), README.replace(NAME, name)),
    ])
}

/// Whether the first file would read with this name: a DNS label that is no word of the language.
fn is_name(name: &str) -> bool {
    let parsed = netpol_syntax::parse(FileId(0), &NAMESPACE.replace(NAME, name));
    is_dns_label(name) && !parsed.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
