//! Times `netpol check` and `netpol build` as whole cold processes on generated platforms.
//!
//! `cargo bench -p netpol` prints one line a size: median, fastest and slowest of several runs.
//! With `-- --large` also on a platform of 1,000 namespaces; with `-- --check` it fails when the small one misses its
//! target.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark, not part of the compiler"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use netpol_tests::platform::{Size, generate};

fn main() {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    let strict = asked("--check");
    let small = Size { namespaces: 20, workloads: 50, rules: 250 };
    let large = Size { namespaces: 1_000, workloads: 20, rules: 100 };
    let took = measure(&small, 11);
    if asked("--large") {
        measure(&large, 3);
    }
    let target = Duration::from_millis(200);
    if strict && took > target {
        println!("too slow: {took:?}, the target is {target:?}");
        std::process::exit(1);
    }
}

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// `check`.
    Check,
    /// `build`, where no output is yet: every file is written.
    First,
    /// `build`, where one line changed since the last one: the files of one namespace are written.
    Again,
}

/// The median time of `netpol build` for three targets, where no output is yet.
fn measure(size: &Size, runs: usize) -> Duration {
    let folder =
        std::env::temp_dir().join(format!("netpol-bench-{}-{}", size.namespaces, std::process::id()));
    generate(&folder, size);
    let workloads = size.namespaces * size.workloads;
    let rules = size.namespaces * size.rules;
    println!("{} namespaces, {workloads} workloads, {rules} rules, three targets", size.namespaces);
    let mut first = Duration::ZERO;
    for (work, title) in
        [(Work::Check, "check"), (Work::First, "first build"), (Work::Again, "build after an edit")]
    {
        let mut times: Vec<Duration> = (0..runs).map(|at| run(&folder, work, at)).collect();
        times.sort();
        let (fastest, median, slowest) = (times[0], times[times.len() / 2], times[times.len() - 1]);
        println!("  {title:19}  median {median:>9.1?}  fastest {fastest:>9.1?}  slowest {slowest:>9.1?}");
        if work == Work::First {
            first = median;
        }
    }
    if std::env::var_os("NETPOL_KEEP").is_none() {
        std::fs::remove_dir_all(&folder).expect("the folder is removed");
    }
    first
}

fn run(folder: &Path, work: Work, at: usize) -> Duration {
    let output = folder.join("dist");
    match work {
        Work::First if output.exists() => {
            // A file system may look for a while at every file just removed before it makes another: ext4 does.
            std::fs::rename(&output, folder.join(format!(".dist-{at}"))).expect("the output is moved aside");
        }
        Work::Again => edit(&folder.join("tenants/ns-0001.netpol")),
        Work::Check | Work::First => {}
    }
    let start = Instant::now();
    let done = Command::new(env!("CARGO_BIN_EXE_netpol"))
        .args([if work == Work::Check { "check" } else { "build" }, "--quiet"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .expect("netpol runs");
    let took = start.elapsed();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    took
}

/// Adds a line, or takes it away again.
fn edit(file: &Path) {
    const LINE: &str = "w0 -> w1:9\n";
    let text = std::fs::read_to_string(file).expect("the file is read");
    let text = match text.strip_suffix(LINE) {
        Some(before) => before.to_owned(),
        None => text + LINE,
    };
    std::fs::write(file, text).expect("the file is written");
}
