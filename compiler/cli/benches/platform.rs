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

/// The median time of `netpol build` for three targets, with the output removed before each run.
fn measure(size: &Size, runs: usize) -> Duration {
    let folder =
        std::env::temp_dir().join(format!("netpol-bench-{}-{}", size.namespaces, std::process::id()));
    generate(&folder, size);
    let workloads = size.namespaces * size.workloads;
    let rules = size.namespaces * size.rules;
    println!("{} namespaces, {workloads} workloads, {rules} rules, three targets", size.namespaces);
    let mut median = Duration::ZERO;
    for command in ["check", "build"] {
        let mut times: Vec<Duration> = (0..runs).map(|at| run(&folder, command, at)).collect();
        times.sort();
        median = times[times.len() / 2];
        let (fastest, slowest) = (times[0], times[times.len() - 1]);
        println!("  {command:5}  median {median:>9.1?}  fastest {fastest:>9.1?}  slowest {slowest:>9.1?}");
    }
    if std::env::var_os("NETPOL_KEEP").is_none() {
        std::fs::remove_dir_all(&folder).expect("the folder is removed");
    }
    median
}

fn run(folder: &Path, command: &str, at: usize) -> Duration {
    let output = folder.join("dist");
    if output.exists() {
        // A file system may look for a while at every file just removed before it makes another: ext4 does.
        let aside = folder.join(format!(".dist-{command}-{at}"));
        std::fs::rename(&output, aside).expect("the output is moved aside");
    }
    let start = Instant::now();
    let done = Command::new(env!("CARGO_BIN_EXE_netpol"))
        .args([command, "--quiet"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .expect("netpol runs");
    let took = start.elapsed();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    took
}
