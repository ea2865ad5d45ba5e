//! Reading `netpol.toml`: every mistake of the file in one run, each at its place.

use std::collections::BTreeMap;
use std::ops::Range;

use netpol_backends::{BACKENDS, Backend, backend};
use netpol_diagnostics::{Diagnostic, FileId, Span, nearest};
use netpol_flow::{Text, is_dns_label};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::{PROJECT, start_of};
use crate::paths::{is_within, project_path};
use crate::project::{EDITION, ListedPath, Project, Target};

/// The keys of the file.
const KEYS: [&str; 4] = ["edition", "platform", "tenants", "targets"];
/// The keys of a target that are not settings of its back end.
const TARGET_KEYS: [&str; 3] = ["backend", "cluster", "output"];

type Key<'i> = Spanned<std::borrow::Cow<'i, str>>;
type Value<'i> = Spanned<DeValue<'i>>;

/// What the file says as far as it is right, and what is wrong with it.
pub(crate) fn read_manifest(file: FileId, text: &str) -> (Project, Vec<Diagnostic>) {
    let mut reader = Reader { file, diagnostics: Vec::new() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().unwrap_or(0..0);
        let label = first_line(error.message());
        reader.report("project file is not TOML", &at, label);
    }
    let mut project = Project::default();
    if reader.diagnostics.is_empty() {
        reader.document(document.get_ref(), &mut project);
    }
    (project, reader.diagnostics)
}

fn first_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join("; ")
}

struct Reader {
    file: FileId,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn span(&self, at: &Range<usize>) -> Span {
        Span { file: self.file, start: at.start as u32, end: at.end as u32 }
    }

    /// Adds a diagnostic and gives it back, for help to be added.
    fn report(&mut self, title: impl Into<String>, at: &Range<usize>, label: impl Into<String>) {
        let diagnostic = Diagnostic::new(PROJECT, title).at(self.span(at), label);
        self.diagnostics.push(diagnostic);
    }

    /// Adds advice to the last diagnostic.
    fn advise(&mut self, help: impl Into<String>) {
        if let Some(diagnostic) = self.diagnostics.pop() {
            self.diagnostics.push(diagnostic.help(help));
        }
    }

    fn unknown_key(&mut self, key: &Key<'_>, place: &str, known: &[&str]) {
        let title = format!("{place} has no key `{}`", key.get_ref());
        self.report(title, &key.span(), "unknown key");
        match nearest(key.get_ref(), known.iter().copied()) {
            Some(near) => self.advise(format!("did you mean `{near}`?")),
            None if known.is_empty() => {}
            None => self.advise(format!("the keys are {}", list(known))),
        }
    }

    fn document(&mut self, document: &DeTable<'_>, project: &mut Project) {
        for (key, value) in document {
            match &**key.get_ref() {
                "edition" => self.edition(value),
                "platform" => project.platform = Some(self.paths(value)),
                "tenants" => project.tenants = self.tenants(value),
                "targets" => project.targets = self.targets(value),
                _ => self.unknown_key(key, "the project file", &KEYS),
            }
        }
        if !document.keys().any(|key| key.get_ref() == "edition") {
            let place = start_of(self.file);
            let missing = Diagnostic::new(PROJECT, "the project does not say its edition");
            let help = format!("begin the file with `edition = {EDITION}`");
            self.diagnostics.push(missing.at(place, "no `edition`").fix(
                help,
                place,
                format!("edition = {EDITION}\n"),
            ));
        }
        self.separate_outputs(&project.targets);
        self.outputs_without_authority(project);
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    }

    fn edition(&mut self, value: &Value<'_>) {
        let written = match value.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            DeValue::String(text) => text.to_string(),
            other => format!("a {}", other.type_str()),
        };
        if !matches!(value.get_ref(), DeValue::Integer(_)) || written != EDITION.to_string() {
            self.report(format!("edition {written} is unknown"), &value.span(), "not an edition");
            self.advise(format!("this compiler knows {EDITION}: `edition = {EDITION}`"));
        }
    }

    fn text(&mut self, value: &Value<'_>, what: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            other => {
                let label = this_is(other.type_str());
                self.report(format!("{what} must be text in quotes"), &value.span(), label);
                None
            }
        }
    }

    fn path(&mut self, value: &Value<'_>, what: &str) -> Option<ListedPath> {
        let text = self.text(value, what)?;
        match project_path(&text) {
            Ok(path) => Some(ListedPath { path, span: self.span(&value.span()) }),
            Err(why) => {
                self.report(format!("`{text}` is not a path inside the project"), &value.span(), why);
                None
            }
        }
    }

    fn paths(&mut self, value: &Value<'_>) -> Vec<ListedPath> {
        let DeValue::Array(items) = value.get_ref() else {
            let label = this_is(value.get_ref().type_str());
            self.report("paths must be a list", &value.span(), label);
            self.advise("write it like `[\"platform\"]`");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.path(item, "a path")).collect()
    }

    fn tenants(&mut self, value: &Value<'_>) -> Option<BTreeMap<Text, Vec<ListedPath>>> {
        let table = self.table(value, "`tenants` must be a table from tenants to lists of paths")?;
        Some(table.iter().map(|(key, value)| (Text::from(&**key.get_ref()), self.paths(value))).collect())
    }

    fn table<'a, 'i>(&mut self, value: &'a Value<'i>, title: &str) -> Option<&'a DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            other => {
                self.report(title, &value.span(), this_is(other.type_str()));
                None
            }
        }
    }

    fn targets(&mut self, value: &Value<'_>) -> Vec<Target> {
        let Some(table) = self.table(value, "`targets` must be a table") else { return Vec::new() };
        let mut written: Vec<_> = table.iter().collect();
        written.sort_by_key(|(key, _)| key.span().start);
        written.into_iter().filter_map(|(key, value)| self.target(key, value)).collect()
    }

    fn target(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<Target> {
        let name = &**key.get_ref();
        if !is_dns_label(name) {
            self.report(format!("`{name}` is no name for a target"), &key.span(), "not a name");
            self.advise("use lower-case letters, digits and hyphens");
        }
        let table = self.table(value, "a target must be a table with a `backend`")?;
        let backend = self.backend(key, table);
        let mut output = ListedPath { path: format!("dist/{name}"), span: self.span(&key.span()) };
        let (mut cluster, mut cluster_span) = (None, self.span(&key.span()));
        let mut settings = BTreeMap::new();
        for (setting, value) in table {
            match &**setting.get_ref() {
                "backend" => {}
                "cluster" => {
                    cluster = self.text(value, "`cluster`").map(Text::from);
                    cluster_span = self.span(&value.span());
                }
                "output" => output = self.path(value, "`output`").unwrap_or(output),
                other => {
                    if let Some((backend, _)) = backend
                        && self.is_setting(backend, setting)
                        && let Some(text) = self.setting(value)
                    {
                        settings.insert(Text::from(other), Text::from(text));
                    }
                }
            }
        }
        if output.path.is_empty() {
            let at = output.span.start as usize..output.span.end as usize;
            self.report(
                "a target cannot be written over the project",
                &at,
                "this is the project's own folder",
            );
            self.advise(format!("name a folder of its own, `dist/{name}`"));
        }
        let (backend, backend_span) = backend?;
        Some(Target {
            name: name.into(),
            backend,
            backend_span: Some(backend_span),
            cluster,
            output: output.path,
            settings,
            cluster_span: Some(cluster_span),
            output_span: Some(output.span),
        })
    }

    fn backend(&mut self, key: &Key<'_>, table: &DeTable<'_>) -> Option<(&'static Backend, Span)> {
        let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == "backend") else {
            let title = format!("target `{}` has no back end", key.get_ref());
            self.report(title, &key.span(), "no `backend` in this table");
            self.advise(format!("add `backend = \"…\"` with one of {}", list(&backend_names())));
            return None;
        };
        let name = self.text(value, "`backend`")?;
        let found = backend(&name).map(|backend| (backend, self.span(&value.span())));
        if found.is_none() {
            let title = format!("no back end is named `{name}`");
            let fault = Diagnostic::new(PROJECT, title).at(self.span(&value.span()), "unknown back end");
            let help = match nearest(&name, backend_names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", list(&backend_names())),
            };
            self.diagnostics.push(fault.help(help));
        }
        found
    }

    fn is_setting(&mut self, backend: &Backend, key: &Key<'_>) -> bool {
        let known: Vec<&str> = backend.settings.iter().map(|setting| setting.key).collect();
        if known.contains(&&**key.get_ref()) {
            return true;
        }
        let keys: Vec<&str> = TARGET_KEYS.into_iter().chain(known).collect();
        self.unknown_key(key, &format!("a target for `{}`", backend.name), &keys);
        false
    }

    /// A setting's value as text: a version is written in quotes, because `1.20` as a number is `1.2`.
    fn setting(&mut self, value: &Value<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => {
                let quoted = format!("\"{}\"", number.as_str());
                let span = self.span(&value.span());
                let fault = Diagnostic::new(PROJECT, "a setting with a point must be text in quotes");
                let fault = fault.at(span, "read as a number, `1.20` would be `1.2`");
                self.diagnostics.push(fault.fix(format!("write `{quoted}`"), span, quoted));
                None
            }
            other @ (DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_)) => {
                let label = this_is(other.type_str());
                self.report("a setting must be text, a whole number or a flag", &value.span(), label);
                None
            }
        }
    }

    /// Two targets never share a folder, and none lies inside another.
    fn separate_outputs(&mut self, targets: &[Target]) {
        for (at, target) in targets.iter().enumerate() {
            for other in targets.iter().take(at) {
                if !is_within(&target.output, &other.output) && !is_within(&other.output, &target.output) {
                    continue;
                }
                let title =
                    format!("targets `{}` and `{}` would write over each other", other.name, target.name);
                let (Some(here), Some(there)) = (target.output_span, other.output_span) else { continue };
                let fault = Diagnostic::new(PROJECT, title)
                    .at(here, format!("writes to `{}`", target.output))
                    .and_at(there, format!("writes to `{}`", other.output))
                    .help("give each target a folder of its own");
                self.diagnostics.push(fault);
            }
        }
    }

    /// A folder that is replaced by a build must not be where sources are kept.
    fn outputs_without_authority(&mut self, project: &Project) {
        let tenants = project.tenants.iter().flat_map(BTreeMap::values).flatten();
        let listed: Vec<ListedPath> = project.platform.iter().flatten().chain(tenants).cloned().collect();
        for target in project.targets.iter().filter(|target| !target.output.is_empty()) {
            let Some(span) = target.output_span else { continue };
            for path in listed.iter().filter(|path| is_within(&path.path, &target.output)) {
                let title = format!("target `{}` would be written over sources", target.name);
                let fault = Diagnostic::new(PROJECT, title)
                    .at(span, format!("writes to `{}`", target.output))
                    .and_at(path.span, "sources are kept here");
                self.diagnostics
                    .push(fault.help(format!("name a folder of its own, `dist/{}`", target.name)));
            }
        }
    }
}

/// The names of all back ends.
pub(crate) fn backend_names() -> Vec<&'static str> {
    BACKENDS.iter().map(|backend| backend.name).collect()
}

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// What a value is, by the name TOML has for it.
fn this_is(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("this is {article} {kind}")
}
