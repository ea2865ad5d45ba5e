//! The command from outside: arguments in, text and exit code out.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A finished run.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn netpol(folder: &Path, arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_netpol")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// A folder with the project that `netpol init` makes.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let run = netpol(folder.path(), &["init"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    folder
}

#[test]
fn help_reads_like_a_manual_page() {
    let here = Path::new(".");
    for command in ["", "build", "check", "init", "targets", "explain"] {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|argument| !argument.is_empty()).collect();
        let run = netpol(here, &arguments);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("help_{command}").trim_end_matches('_'), run.out);
    }
}

#[test]
fn a_new_project_builds_for_three_targets_and_is_then_current() {
    let folder = project();
    let built = netpol(folder.path(), &["build"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    assert_eq!(built.out, "");
    for target in ["kubernetes", "calico", "cilium"] {
        let manifest = fs::read_to_string(folder.path().join("dist").join(target).join("shop.yaml")).unwrap();
        assert!(manifest.starts_with(netpol_driver::MARKER), "{manifest}");
    }
    let check = netpol(folder.path(), &["build", "--check"]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), ""), "{}", check.err);
    let again = netpol(folder.path(), &["build"]);
    assert_eq!(again.err.matches("unchanged").count(), 3, "{}", again.err);
    assert_eq!(netpol(folder.path(), &["init"]).code, Some(2), "a project is not made over another");
}

#[test]
fn stale_output_is_a_diff_and_exit_code_1() {
    let folder = project();
    netpol(folder.path(), &["build"]);
    let file = folder.path().join("dist/cilium/shop.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("8080", "8081")).unwrap();
    let run = netpol(folder.path(), &["build", "--check"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.out.starts_with("--- dist/cilium/shop.yaml\n+++ dist/cilium/shop.yaml\n"), "{}", run.out);
    assert!(run.err.contains("run `netpol build`"), "{}", run.err);
}

#[test]
fn a_wrong_policy_is_exit_code_1_and_nothing_is_written() {
    let folder = project();
    fs::write(folder.path().join("wrong.netpol"), "namespace wrong\nwbe -> api:80\n").unwrap();
    let run = netpol(folder.path(), &["build"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("wrong.netpol:2:1"), "{}", run.err);
    assert!(!folder.path().join("dist").exists());
    let elsewhere = netpol(folder.path(), &["check", "shop.netpol"]);
    assert_eq!(elsewhere.code, Some(0), "the other file is not to blame: {}", elsewhere.err);
    assert_eq!(netpol(folder.path(), &["check", "wrong.netpol"]).code, Some(1));
}

#[test]
fn forms_for_programs_go_to_standard_output() {
    let folder = project();
    fs::write(folder.path().join("wrong.netpol"), "namespace wrong\nwbe -> api:80\n").unwrap();
    for (format, begin) in [("json", "{\n"), ("sarif", "{\n")] {
        let run = netpol(folder.path(), &["check", "--format", format]);
        assert!(run.out.starts_with(begin) && run.err.is_empty(), "{} {}", run.out, run.err);
    }
    for (format, begin) in
        [("short", "wrong.netpol:2:1: error[NP0201]"), ("github", "::error file=wrong.netpol,line=2")]
    {
        let run = netpol(folder.path(), &["check", "--format", format]);
        assert!(run.err.starts_with(begin) && run.out.is_empty(), "{}", run.err);
    }
}

#[test]
fn one_file_goes_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let text = "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n";
    fs::write(folder.path().join("shop.netpol"), text).unwrap();
    let run = netpol(folder.path(), &["build", "shop.netpol", "--backend", "cilium"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("kind: CiliumNetworkPolicy"), "{}", run.out);
    assert!(!run.out.contains("Kustomization"), "{}", run.out);
    assert_eq!(netpol(folder.path(), &["build", "shop.netpol"]).code, Some(2), "no back end is named");
    assert_eq!(netpol(folder.path(), &["build", "shop.netpol", "--backend", "cillium"]).code, Some(2));
}

#[test]
fn misuse_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["build"][..],
        &["check", "nowhere"],
        &["frobnicate"],
        &["build", "--as-of", "2026-02-30"],
        &["targets", "nftables"],
        &["explain", "NP9999"],
        &["explain", "web -> api"],
        &["init", "--name", "Shop"],
    ] {
        let run = netpol(folder.path(), arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.err);
        assert!(!run.err.is_empty() && run.out.is_empty(), "{arguments:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_project_is_found_from_a_folder_inside_it() {
    let folder = project();
    let run = netpol(&folder.path().join("platform"), &["build"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("../dist/calico"), "{}", run.err);
}

#[test]
fn explain_prints_the_page_of_a_code() {
    for code in ["NP0201", "np0201", "201"] {
        let run = netpol(Path::new("."), &["explain", code]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!("explain_NP0201", run.out);
    }
}

#[test]
fn explain_without_a_code_lists_every_code_by_family() {
    let run = netpol(Path::new("."), &["explain"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for entry in netpol_diagnostics::CATALOGUE {
        assert!(run.out.contains(&format!("  {}  ", entry.code)), "{}", entry.code);
        let page = netpol(Path::new("."), &["explain", &entry.code.to_string()]);
        assert_eq!(page.code, Some(0), "{}: {}", entry.code, page.err);
        assert!(!page.out.contains("```") && !page.out.contains("]("), "{}", page.out);
    }
}

#[test]
fn explain_suggests_a_near_code() {
    for (written, near) in [("NP0217", "NP0207"), ("NPO201", "NP0201"), ("NP02011", "NP0201")] {
        let run = netpol(Path::new("."), &["explain", written]);
        assert_eq!(run.code, Some(2));
        assert!(run.err.contains(&format!("did you mean `{near}`")), "{written}: {}", run.err);
    }
    let run = netpol(Path::new("."), &["explain", "policy"]);
    assert!(run.err.contains("`netpol explain` lists them"), "{}", run.err);
}

#[test]
fn targets_lists_every_back_end() {
    for arguments in [&["targets"][..], &["targets", "--format", "json"]] {
        let run = netpol(Path::new("."), arguments);
        assert_eq!(run.code, Some(0));
        assert!(["kubernetes", "calico", "cilium"].iter().all(|name| run.out.contains(name)), "{}", run.out);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netpol"))
        .args(["targets", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
}

#[test]
fn colour_comes_only_when_asked_for_or_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.netpol"), "namespace a\nx -> y:1\n").unwrap();
    assert!(!netpol(folder.path(), &["check", "a.netpol"]).err.contains('\u{1b}'));
    assert!(netpol(folder.path(), &["check", "a.netpol", "--color", "always"]).err.contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_files_that_are_not_text_have_a_place() {
    let folder = project();
    std::os::unix::fs::symlink("..", folder.path().join("platform/up")).unwrap();
    std::os::unix::fs::symlink("loop.netpol", folder.path().join("loop.netpol")).unwrap();
    fs::write(folder.path().join("latin.netpol"), b"# caf\xe9\n").unwrap();
    let run = netpol(folder.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, Some(2));
    for place in [
        "platform/up:1:1: error[NP0001]",
        "loop.netpol:1:1: error[NP0001]",
        "latin.netpol:1:6: error[NP0001]",
    ] {
        assert!(run.err.contains(place), "{place}: {}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn output_that_cannot_be_written_leaves_the_old_one() {
    use std::os::unix::fs::PermissionsExt;
    let folder = project();
    netpol(folder.path(), &["build"]);
    let dist = folder.path().join("dist");
    let before = fs::read(dist.join("calico/shop.yaml")).unwrap();
    let shop = folder.path().join("shop.netpol");
    fs::write(&shop, fs::read_to_string(&shop).unwrap().replace("8080", "8081")).unwrap();
    fs::set_permissions(&dist, fs::Permissions::from_mode(0o555)).unwrap();
    // Nobody refuses the superuser; for that one the folder is simply written.
    let is_refused = fs::write(dist.join("probe"), "").is_err();
    let run = netpol(folder.path(), &["build"]);
    fs::set_permissions(&dist, fs::Permissions::from_mode(0o755)).unwrap();
    if is_refused {
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("error[NP0002]: folder `dist/kubernetes` cannot be written"), "{}", run.err);
        assert!(run.err.contains("permission denied"), "{}", run.err);
        assert_eq!(fs::read(dist.join("calico/shop.yaml")).unwrap(), before);
    } else {
        assert_eq!(run.code, Some(0), "{}", run.err);
    }
}

#[test]
fn a_file_that_netpol_did_not_write_stops_the_build() {
    let folder = project();
    netpol(folder.path(), &["build"]);
    fs::write(folder.path().join("dist/calico/notes.txt"), "mine").unwrap();
    let shop = folder.path().join("shop.netpol");
    fs::write(&shop, fs::read_to_string(&shop).unwrap().replace("8080", "8081")).unwrap();
    let run = netpol(folder.path(), &["build"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("netpol.toml:") && run.err.contains("`dist/calico/notes.txt`"), "{}", run.err);
    assert!(folder.path().join("dist/calico/notes.txt").exists());
    assert!(!fs::read_to_string(folder.path().join("dist/cilium/shop.yaml")).unwrap().contains("8081"));
}
