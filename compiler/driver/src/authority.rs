//! Which folder may declare what (amendment U5).

use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_check::Authority;
use netpol_diagnostics::{Diagnostic, Source};
use netpol_flow::Text;
use netpol_syntax::tree::{File, ItemKind};

use crate::fault::PROJECT;
use crate::paths::is_within;
use crate::project::{ListedPath, Project};

/// What the file at this path may declare. `every_tenant` counts where the project file does not map tenants.
pub(crate) fn authority_of(path: &str, project: &Project, every_tenant: &Arc<[Text]>) -> Authority {
    if project.platform.is_none() && project.tenants.is_none() {
        return Authority::Anyone;
    }
    let holding = |listed: &str| is_within(path, listed).then_some(listed.len());
    let platform = project.platform.iter().flatten().filter_map(|listed| holding(&listed.path)).max();
    let Some(tenants) = &project.tenants else {
        return match platform {
            Some(_) => Authority::Platform,
            None => Authority::Tenants(Arc::clone(every_tenant)),
        };
    };
    let of_tenant = |paths: &Vec<ListedPath>| paths.iter().filter_map(|listed| holding(&listed.path)).max();
    let longest = tenants.values().filter_map(of_tenant).max();
    match (platform, longest) {
        (Some(platform), longest) if longest.is_none_or(|longest| platform >= longest) => Authority::Platform,
        (_, None) => Authority::Tenants(Arc::new([])),
        (_, Some(longest)) => {
            let holders = tenants.iter().filter(|(_, paths)| of_tenant(paths) == Some(longest));
            Authority::Tenants(holders.map(|(name, _)| name.clone()).collect())
        }
    }
}

/// Every tenant the sources declare.
pub(crate) fn declared_tenants<'a>(trees: impl IntoIterator<Item = &'a File>) -> Arc<[Text]> {
    let mut names = BTreeSet::new();
    for item in trees.into_iter().flat_map(|tree| &tree.items) {
        if let ItemKind::Tenant { name, .. } = &item.kind {
            names.insert(name.text.clone());
        }
    }
    names.into_iter().collect()
}

/// Paths that hold no source: authority given to a misspelt folder is given to nobody.
pub(crate) fn empty_paths(project: &Project, sources: &[&Source]) -> Vec<Diagnostic> {
    let tenants = project.tenants.iter().flat_map(|tenants| tenants.values()).flatten();
    let listed = project.platform.iter().flatten().chain(tenants);
    let empty = listed.filter(|listed| !sources.iter().any(|source| is_within(&source.path, &listed.path)));
    let fault = |listed: &ListedPath| {
        let title = format!("no `.netpol` file lies under `{}`", listed.path);
        Diagnostic::new(PROJECT, title)
            .at(listed.span, "this path gives authority to no file")
            .help("correct the path, or leave it out")
    };
    empty.map(fault).collect()
}
