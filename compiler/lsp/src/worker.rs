//! The thread that checks projects, so that nobody waits for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};
use netpol_driver::{Host, Root, Snapshot, Workspace};

/// What the worker is told.
#[derive(Debug)]
pub enum Job {
    /// A project is looked at from now on.
    Open(Root),
    /// Nobody looks at a project any more.
    Close(Root),
    /// A file has this text and version.
    Text(Root, PathBuf, Arc<str>, i32),
    /// A file is no longer open.
    Remove(Root, PathBuf),
    /// Files on disk have changed.
    Reload(Root),
}

/// What one check came to.
#[derive(Clone, Debug)]
pub struct Done {
    /// What was found.
    pub snapshot: Arc<Snapshot>,
    /// The versions of the open files it was found in.
    pub versions: BTreeMap<PathBuf, i32>,
}

struct Open<'h> {
    workspace: Workspace<'h>,
    versions: BTreeMap<PathBuf, i32>,
    is_current: bool,
}

/// Checks until nobody sends jobs any more. A job that arrives during a check cancels it.
pub fn run(host: &dyn Host, jobs: &Receiver<Job>, done: &Sender<Done>) {
    let mut projects: BTreeMap<Root, Open<'_>> = BTreeMap::new();
    while let Ok(job) = jobs.recv() {
        take(host, &mut projects, job);
        loop {
            while let Ok(job) = jobs.try_recv() {
                take(host, &mut projects, job);
            }
            let Some(open) = projects.values_mut().find(|open| !open.is_current) else { break };
            // What goes wrong in one check must not end the others.
            let check = || open.workspace.check(&|| !jobs.is_empty());
            let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check));
            match found {
                Ok(Some(snapshot)) => {
                    open.is_current = true;
                    if done.send(Done { snapshot, versions: open.versions.clone() }).is_err() {
                        return;
                    }
                }
                Ok(None) => {}
                Err(_) => {
                    open.is_current = true;
                    open.workspace.reload();
                }
            }
        }
    }
}

fn take<'h>(host: &'h dyn Host, projects: &mut BTreeMap<Root, Open<'h>>, job: Job) {
    let root = match &job {
        Job::Open(root) | Job::Close(root) | Job::Reload(root) => root,
        Job::Text(root, ..) | Job::Remove(root, _) => root,
    };
    if let Job::Close(root) = &job {
        projects.remove(root);
        return;
    }
    let open = projects.entry(root.clone()).or_insert_with(|| Open {
        workspace: Workspace::open(host, root.clone()),
        versions: BTreeMap::new(),
        is_current: false,
    });
    match job {
        Job::Open(_) | Job::Close(_) => return,
        Job::Text(_, place, text, version) => {
            open.versions.insert(place.clone(), version);
            open.workspace.set_text(place, text);
        }
        Job::Remove(_, place) => {
            open.versions.remove(&place);
            open.workspace.remove(&place);
        }
        Job::Reload(_) => open.workspace.reload(),
    }
    open.is_current = false;
}
