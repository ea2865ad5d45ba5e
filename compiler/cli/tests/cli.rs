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
    for command in [
        "",
        "build",
        "check",
        "test",
        "fix",
        "fmt",
        "expire",
        "analyze",
        "interface",
        "doc",
        "graph",
        "init",
        "targets",
        "explain",
        "lsp",
    ] {
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

#[cfg(unix)]
#[test]
fn a_build_after_an_edit_keeps_the_files_that_stay_as_they_are() {
    use std::os::unix::fs::MetadataExt;
    let folder = project();
    fs::write(folder.path().join("mail.netpol"), "namespace mail\nworkload web selects app=web\n").unwrap();
    assert_eq!(netpol(folder.path(), &["build"]).code, Some(0));
    let node = |file: &str| fs::metadata(folder.path().join("dist/calico").join(file)).unwrap().ino();
    let before = ["mail.yaml", "shop.yaml"].map(node);
    fs::write(
        folder.path().join("mail.netpol"),
        "namespace mail\nworkload web selects app=w\nweb -> web:1\n",
    )
    .unwrap();
    assert_eq!(netpol(folder.path(), &["build"]).code, Some(0));
    let after = ["mail.yaml", "shop.yaml"].map(node);
    assert!(before[0] != after[0] && before[1] == after[1], "{before:?} {after:?}");
    let entries = fs::read_dir(folder.path().join("dist")).unwrap().count();
    assert_eq!(entries, 3, "nothing is left beside the folders");
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

#[test]
fn an_analysis_is_an_answer_or_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n---\n\
                apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {}\n---\n\
                apiVersion: v1\nkind: Secret\nmetadata: {name: c}\n";
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\n\
                  spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::write(folder.path().join("inner/pods.yml"), pods).unwrap();
    fs::write(folder.path().join("policy.yaml"), policy).unwrap();
    let run = netpol(folder.path(), &["analyze", "."]);
    let nobody = "No workload may reach another, or any address outside, or be reached from there.\n";
    assert_eq!((run.code, run.out.starts_with(nobody)), (Some(0), true), "{}{}", run.out, run.err);
    assert_eq!(run.err, "2 workloads, policies read as kubernetes reads them\npassed over: 1 Secret\n");
    let run = netpol(folder.path(), &["analyze", "inner/pods.yml", "--format", "csv", "--quiet"]);
    assert_eq!((run.code, run.out.lines().count(), run.err.as_str()), (Some(0), 7, ""), "{}", run.out);

    fs::write(folder.path().join("policy.yaml"), policy.replace("podSelector", "podselector")).unwrap();
    let run = netpol(folder.path(), &["analyze", "."]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(run.err.contains("NetworkPolicy closed is not understood"), "{}", run.err);
    assert!(run.err.contains("policy.yaml:4"), "{}", run.err);

    assert!(run.err.contains("mend it, or analyze the manifests without it"), "{}", run.err);

    fs::write(folder.path().join("policy.yaml"), "replicas: {{ .Values.replicas }}\n").unwrap();
    let run = netpol(folder.path(), &["analyze", "."]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("this looks like a template"), "{}", run.err);

    let calico = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {selector: all()}\n";
    let cilium = "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a}\n\
                  spec: {endpointSelector: {}, ingress: [{}]}\n";
    fs::write(folder.path().join("policy.yaml"), format!("{calico}{cilium}")).unwrap();
    let run = netpol(folder.path(), &["analyze", "."]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("`--plugin calico` or `--plugin cilium`"), "{}", run.err);
    let run = netpol(folder.path(), &["analyze", ".", "--plugin", "calico"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err.contains("1 CiliumNetworkPolicy"),
        "what the other plug-in enforces is told: {}",
        run.err
    );

    fs::write(folder.path().join("policy.yaml"), [b'a', 0xff]).unwrap();
    assert_eq!(netpol(folder.path(), &["analyze", "."]).code, Some(2), "not UTF-8");
    assert_eq!(netpol(folder.path(), &["analyze", "nowhere"]).code, Some(2), "missing");
    fs::create_dir(folder.path().join("empty")).unwrap();
    let run = netpol(folder.path(), &["analyze", "empty"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("holds no manifest"), "{}", run.err);
}

#[test]
fn a_proof_says_for_each_target_what_it_compared() {
    let folder = project();
    for command in ["build", "check"] {
        let run = netpol(folder.path(), &[command, "--explain-proof"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let lines: Vec<&str> =
            run.err.lines().filter(|line| line.contains("manifests and source agree")).collect();
        assert!(!lines.is_empty(), "{}", run.err);
        assert!(lines.iter().all(|line| !line.contains(" 0 classes")), "{}", run.err);
        assert!(run.err.contains("compiled and proved in "), "{}", run.err);
    }
}

/// A project with one test that holds and one that does not.
fn tested(cannot: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("netpol.toml"), "edition = 2026\n[targets.k]\nbackend = \"kubernetes\"\n")
        .unwrap();
    let text = format!(
        "namespace shop\ntiers [web, api, db] by tier\nweb -> api:8080\napi -> db:5432\n\n\
         test \"the front door\" {{\n  can web -> api:8080\n}}\n\n\
         test \"the <database>\" at 2027-01-01 {{\n  cannot {cannot} -> db:any\n}}\n"
    );
    fs::write(folder.path().join("shop.netpol"), text).unwrap();
    folder
}

#[test]
fn tests_that_hold_are_a_short_report_and_exit_code_0() {
    let folder = tested("web");
    let run = netpol(folder.path(), &["test", "--as-of", "2026-11-21", "--coverage"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("tests_hold", run.out);
    assert_eq!(netpol(folder.path(), &["build", "--as-of", "2026-11-21"]).code, Some(0));
}

#[test]
fn a_failing_test_stops_the_build_and_every_form_shows_it() {
    let folder = tested("all");
    let run = netpol(folder.path(), &["build", "--as-of", "2026-11-21"]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("error[NP0901]: test failed: `cannot all -> db:any`"), "{}", run.err);
    assert!(!folder.path().join("dist").exists());
    for format in ["human", "json", "junit"] {
        let run = netpol(folder.path(), &["test", "--as-of", "2026-11-21", "--format", format]);
        assert_eq!(run.code, Some(1), "{}", run.err);
        insta::assert_snapshot!(format!("tests_fail_{format}"), run.out);
    }
}

#[test]
fn tests_of_a_text_with_errors_are_not_run() {
    let folder = tested("wbe");
    let run = netpol(folder.path(), &["test", "--format", "junit"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("<error message=\"no test was run: the text has errors\"/>"), "{}", run.out);
    assert!(run.err.contains("NP0201"), "{}", run.err);
}

#[test]
fn what_is_surely_right_is_fixed_and_then_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.netpol");
    let text = "use std/gcp\nnamespace shop\ntiers [web, api] by tier\nweb > api:8080 # the front door\nweb -> api:8080\n";
    fs::write(folder.path().join("netpol.toml"), "edition = 2026\n").unwrap();
    fs::write(&file, text).unwrap();
    let dry = netpol(folder.path(), &["fix", "--dry-run"]);
    assert_eq!(dry.code, Some(1), "{}", dry.err);
    insta::assert_snapshot!("fix_dry_run", dry.out);
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "a dry run writes nothing");
    let run = netpol(folder.path(), &["fix"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let fixed = fs::read_to_string(&file).unwrap();
    assert_eq!(fixed, "namespace shop\ntiers [web, api] by tier\nweb -> api:8080 # the front door\n");
    let again = netpol(folder.path(), &["fix", "--dry-run"]);
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""), "{}", again.err);
}

#[test]
fn what_lapses_is_listed_for_people_programs_tables_and_calendars() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("netpol.toml"), "edition = 2026\n").unwrap();
    let text = "namespace shop audit owner team-shop until 2026-12-01 {\n  tiers [web, api] by tier\n  web -> api:8080\n    \
                because \"checkout, and its metrics\" ticket SHOP-7 until 2026-11-30\n  web -> api:9090\n    \
                until 2027-11-30\n}\n";
    fs::write(folder.path().join("shop.netpol"), text).unwrap();
    for format in ["human", "json", "csv", "ics"] {
        let run = netpol(folder.path(), &["expire", "--as-of", "2026-11-21", "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("expire_{format}"), run.out);
    }
    let check = |within: &str| {
        netpol(folder.path(), &["expire", "--as-of", "2026-11-21", "--check", "--within", within]).code
    };
    assert_eq!((check("8"), check("9")), (Some(0), Some(1)));
}
