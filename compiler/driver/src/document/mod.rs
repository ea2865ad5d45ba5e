//! Documentation of a policy, in Markdown: of a project, of one namespace, of a module.
//!
//! It is made from what the text means and not from what it says: patterns are expanded, names resolved, lines that have
//! lapsed left out.

mod words;
mod contract;
mod interface;
mod project;
mod module;
mod pods;

pub use module::{document_item, document_library, document_module};
pub use pods::{consumers_of, document_pods};

use netpol_diagnostics::nearest;
use netpol_flow::Date;
use netpol_model::{Namespace, Policy};

use crate::compile::Compiled;
use crate::render::clean::clean;
use interface::Page;

/// The documentation of a whole project: its clusters, tenants, guardrails and baseline, a chapter for each namespace,
/// and what is tested.
pub fn document_project(compiled: &Compiled, as_of: Date) -> String {
    clean(&project::render(compiled, as_of)).into_owned()
}

/// The contract of a namespace, once for each cluster that has it; the error says which namespaces there are.
pub fn document_namespace(compiled: &Compiled, name: &str, as_of: Date) -> Result<String, String> {
    let Compiled { requires, sources, .. } = compiled;
    pages(compiled, name, |policy, namespace| {
        interface::render(Page { policy, requires, sources, as_of, level: 1 }, namespace)
    })
}

/// The contract of a namespace as text of the language, for another project to check its lines against (amendment U17).
pub fn contract_of(compiled: &Compiled, name: &str, as_of: Date) -> Result<String, String> {
    let is_on_several = compiled.views.iter().filter(|view| view.namespaces.contains_key(name)).count() > 1;
    let on = |view: &Policy| view.cluster.name.clone().filter(|_| is_on_several);
    pages(compiled, name, |view, namespace| contract::render(namespace, as_of, on(view).as_deref()))
}

fn pages(
    compiled: &Compiled,
    name: &str,
    page: impl Fn(&Policy, &Namespace) -> String,
) -> Result<String, String> {
    let views = &compiled.views;
    let found = views.iter().filter_map(|view| Some(page(view, view.namespaces.get(name)?)));
    let pages: Vec<String> = found.collect();
    if pages.is_empty() {
        let known = views.iter().flat_map(|view| view.namespaces.keys()).map(|name| &**name);
        let help = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.clone().next().is_none() => "the project declares none".to_owned(),
            None => {
                let mut names: Vec<&str> = known.collect();
                names.sort_unstable();
                names.dedup();
                format!("the project declares {}", words::listed(&names))
            }
        };
        return Err(format!("no namespace is named `{name}`: {help}"));
    }
    Ok(clean(&pages.join("\n")).into_owned())
}
