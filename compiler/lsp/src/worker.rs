//! The thread that checks projects, so that nobody waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, at, never, select, unbounded};
use netpol_driver::{Host, Prepared, Root, Snapshot, Workspace};

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
    /// The files whose text has changed since anything was found.
    changed: BTreeSet<PathBuf>,
    /// Whether something else has changed.
    is_stale: bool,
    /// The last file that has been opened with the text it had.
    opened: Option<PathBuf>,
    /// When a whole check is due; none where one is under way or has ended.
    due: Option<Instant>,
    /// Set when what is being checked is no longer so.
    is_over: Arc<AtomicBool>,
}

/// How long nobody types before the whole project is checked.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a project that was just read waits for the file that an editor opens it for.
const GRACE: Duration = Duration::from_millis(30);

/// A whole check to do, and what it came to.
struct Whole {
    prepared: Prepared,
    is_over: Arc<AtomicBool>,
}

/// What a whole check is known by, and what it came to; none where it was cancelled.
type Answer = (Arc<AtomicBool>, Option<Arc<Snapshot>>);

/// Checks until nobody sends jobs any more.
///
/// A changed file's own namespaces are checked at once, and the whole project on another thread when nobody has typed for a
/// moment. What changes during a check cancels it.
pub fn run(host: &dyn Host, jobs: &Receiver<Job>, done: &Sender<Done>) {
    let (wholes, asked) = unbounded::<Whole>();
    let (found, answers) = unbounded();
    std::thread::spawn(move || check_wholes(&asked, &found));
    let mut projects: BTreeMap<Root, Open<'_>> = BTreeMap::new();
    loop {
        let next = projects.values().filter_map(|open| open.due).min();
        let pause = next.map_or(never(), at);
        select! {
            recv(jobs) -> job => {
                let Ok(job) = job else { return };
                take(host, &mut projects, job);
                while let Ok(job) = jobs.try_recv() {
                    take(host, &mut projects, job);
                }
            }
            recv(answers) -> answer => {
                let Ok(answer) = answer else { return };
                finish(&mut projects, done, answer);
            }
            recv(pause) -> _ => {}
        }
        for open in projects.values_mut() {
            look(open, done);
            if open.due.is_some_and(|due| due <= Instant::now()) {
                open.due = None;
                let is_over = Arc::new(AtomicBool::new(false));
                open.is_over = is_over.clone();
                let Some(prepared) = guarded(|| open.workspace.prepare(&|| false)) else { continue };
                if wholes.send(Whole { prepared, is_over }).is_err() {
                    return;
                }
            }
        }
    }
}

/// Checks what has changed where that can be done at once; the whole is due later.
fn look(open: &mut Open<'_>, done: &Sender<Done>) {
    let changed = std::mem::take(&mut open.changed);
    let is_stale = std::mem::take(&mut open.is_stale);
    let opened = std::mem::take(&mut open.opened);
    // Who opens a file hears what is known of it already, and before anything is, what is near it.
    let mut answered = Duration::ZERO;
    if let Some(place) = opened.as_ref().or(changed.first()) {
        let known = if changed.is_empty() { open.workspace.last() } else { None };
        if let Some(snapshot) = known.or_else(|| guarded(|| open.workspace.check_first(place))) {
            let _ = done.send(Done { snapshot, versions: open.versions.clone() });
            // Who has an answer may begin to type.
            answered = PAUSE;
        }
    }
    if changed.is_empty() && !is_stale {
        if opened.is_some() {
            open.due = open.due.map(|_| Instant::now() + answered);
        }
        return;
    }
    let mut pause = Duration::ZERO;
    if changed.is_empty() && open.workspace.last().is_none() {
        // What is read here need not be read again.
        guarded(|| open.workspace.prepare(&|| false));
        pause = GRACE;
    }
    if let (Some(place), 1, false) = (changed.first(), changed.len(), is_stale)
        && let Some(snapshot) = guarded(|| open.workspace.check_near(place))
    {
        let _ = done.send(Done { snapshot, versions: open.versions.clone() });
        pause = PAUSE;
    }
    open.due = Some(Instant::now() + pause);
}

/// What went wrong in one check must not end the others.
fn guarded<T>(check: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).ok().flatten()
}

/// A whole check that has ended: nobody's where it was cancelled.
fn finish(projects: &mut BTreeMap<Root, Open<'_>>, done: &Sender<Done>, (is_over, snapshot): Answer) {
    let open = projects.values_mut().find(|open| Arc::ptr_eq(&open.is_over, &is_over));
    let (Some(open), Some(snapshot), false) = (open, snapshot, is_over.load(Ordering::Relaxed)) else {
        return;
    };
    open.workspace.checked(snapshot.clone());
    let _ = done.send(Done { snapshot, versions: open.versions.clone() });
}

/// Does whole checks one after the other, in threads of their own: nobody who types waits for them.
fn check_wholes(asked: &Receiver<Whole>, found: &Sender<Answer>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok();
    for Whole { prepared, is_over } in asked {
        let check = || guarded(|| prepared.check(&|| is_over.load(Ordering::Relaxed)));
        let snapshot = match &pool {
            _ if is_over.load(Ordering::Relaxed) => None,
            Some(pool) => pool.install(check),
            None => check(),
        };
        if found.send((is_over, snapshot)).is_err() {
            return;
        }
    }
}

fn take<'h>(host: &'h dyn Host, projects: &mut BTreeMap<Root, Open<'h>>, job: Job) {
    let root = match &job {
        Job::Open(root) | Job::Close(root) | Job::Reload(root) => root,
        Job::Text(root, ..) | Job::Remove(root, _) => root,
    };
    if let Job::Close(root) = &job {
        if let Some(open) = projects.remove(root) {
            open.is_over.store(true, Ordering::Relaxed);
        }
        return;
    }
    let open = projects.entry(root.clone()).or_insert_with(|| Open {
        workspace: Workspace::open(host, root.clone()),
        versions: BTreeMap::new(),
        changed: BTreeSet::new(),
        is_stale: true,
        opened: None,
        due: None,
        is_over: Arc::default(),
    });
    match job {
        Job::Open(_) | Job::Close(_) => return,
        Job::Text(_, place, text, version) => {
            open.versions.insert(place.clone(), version);
            // A file is opened with the text that is checked already, or being checked.
            if !open.workspace.set_text(place.clone(), text) {
                open.opened = Some(place);
                return;
            }
            open.changed.insert(place);
        }
        Job::Remove(_, place) => {
            open.versions.remove(&place);
            open.workspace.remove(&place);
            open.is_stale = true;
        }
        Job::Reload(_) => {
            open.workspace.reload();
            open.is_stale = true;
        }
    }
    open.is_over.store(true, Ordering::Relaxed);
    open.due = None;
}
