//! How manifests are cut into files makes no difference to what is proved of them.
//!
//! The proof reads each namespace's manifest on its own. These tests give it manifests that are cut otherwise, sound and
//! damaged, so that trusting a file's name would show.

use std::collections::BTreeMap;

use netpol_backends::BACKENDS;
use netpol_flow::{Flow, Side, Verdict};
use netpol_tests::random::{Features, Rng, policy, today};
use netpol_tests::spec::check;
use netpol_tests::targets::{Built, Settings, build};
use netpol_verify::{Outcome, Source, Written, prove};

type Files = BTreeMap<String, String>;

fn documents(files: &Files) -> Vec<String> {
    let manifests = files.iter().filter(|(name, _)| *name != "kustomization.yaml");
    let all = manifests.flat_map(|(_, text)| text.split("---\n").skip(1));
    all.map(|text| format!("---\n{text}")).collect()
}

fn in_one_file(files: &Files) -> Files {
    [("all.yaml".to_owned(), documents(files).concat())].into()
}

fn one_file_each(files: &Files) -> Files {
    documents(files).into_iter().enumerate().map(|(at, text)| (format!("{at}.yaml"), text)).collect()
}

/// Each file under the name of another.
fn misnamed(files: &Files) -> Files {
    let manifests = || files.iter().filter(|(name, _)| *name != "kustomization.yaml");
    let names = manifests().map(|(name, _)| name.clone()).cycle().skip(1);
    names.zip(manifests().map(|(_, text)| text.clone())).collect()
}

/// The last object of each file moved into the next file.
fn displaced(files: &Files) -> Files {
    let manifests = files.iter().filter(|(name, _)| *name != "kustomization.yaml");
    let (mut out, mut carried) = (Files::new(), String::new());
    let mut last = String::new();
    for (name, text) in manifests {
        let at = text.rfind("---\n").unwrap_or(text.len());
        out.insert(name.clone(), text[..at].to_owned() + &carried);
        carried = text[at..].to_owned();
        last.clone_from(name);
    }
    out.entry(last).or_default().push_str(&carried);
    out
}

/// A way to cut manifests into files, and its name.
type Cut = (&'static str, fn(&Files) -> Files);

const CUTS: [Cut; 4] = [
    ("in one file", in_one_file),
    ("one file each", one_file_each),
    ("misnamed", misnamed),
    ("displaced", displaced),
];

/// What a proof finds, in an order of its own.
fn differences(built: &Built, policy: &netpol_model::Policy) -> Result<Vec<(String, Side, Verdict)>, String> {
    let found = built.prove(policy, today())?;
    let tell = |flow: &Flow| flow.to_string();
    let mut told: Vec<_> = found.iter().map(|d| (tell(&d.flow), d.side, d.manifests)).collect();
    told.sort();
    Ok(told)
}

#[test]
fn the_proof_finds_the_same_however_the_manifests_are_cut_into_files() {
    let (mut compared, mut damaged) = (0, 0);
    for seed in 0..40 {
        let mut rng = Rng::new(seed);
        let plain = Features { domains: false, http: false, accounts: false, ..Features::ALL };
        let policy = policy(&mut rng, Features { guardrail_denies: seed % 2 == 0, ..plain });
        for backend in BACKENDS {
            let mut settings = Settings::new();
            if backend.name == "cilium" {
                settings.extend([("sctp".into(), "true".into()), ("served".into(), "off-node".into())]);
            }
            let Ok(output) = build(backend, &policy, &settings, today()) else { continue };
            let narrowed = |text: &String| text.replacen("port: 443", "port: 444", 1);
            let broken: Files =
                output.files.iter().map(|(name, text)| (name.clone(), narrowed(text))).collect();
            for files in [output.files.clone(), broken] {
                let whole = Built::of(backend, &settings, files.clone()).expect("it is read");
                let known = differences(&whole, &policy);
                damaged += usize::from(known.as_ref().is_ok_and(|known| !known.is_empty()));
                for (name, cut) in CUTS {
                    let other = Built::of(backend, &settings, cut(&files)).expect("it is read");
                    assert_eq!(
                        differences(&other, &policy),
                        known,
                        "seed {seed}: {} {name}: another answer",
                        backend.name
                    );
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} cuts compared, of {damaged} damaged outputs among others");
    assert!(compared > 300 && damaged > 5, "{compared} cuts, {damaged} damaged: too few to show anything");
}

/// More namespaces than are compared before it is asked whether a target differs.
fn many_namespaces() -> netpol_model::Policy {
    let one =
        |at: usize| format!("namespace n-{at:03} {{\n  tiers [web, api] by tier\n  web -> api:8080\n}}\n");
    let (mut views, found, _) = check(&[(0..200).map(one).collect()], today());
    assert!(found.is_empty(), "{found:?}");
    views.remove(0)
}

#[test]
fn a_target_that_differs_is_read_no_further_unless_other_files_could_take_it_back() {
    let policy = many_namespaces();
    let source = Source::of(&policy, today());
    for backend in BACKENDS {
        let settings: Settings = [("served".into(), "off-node".into())].into();
        let settings = if backend.name == "cilium" { settings } else { Settings::new() };
        let sound = build(backend, &policy, &settings, today()).expect("it is built").files;
        let outcome = |files: &Files| -> Outcome {
            let written = Written { backend: backend.name, settings: &settings, files };
            prove(&source, &[written]).remove(0).expect("it is read")
        };
        let whole = outcome(&sound);
        assert!(whole.holds(), "{}: {:?}", backend.name, whole.differences);

        let mut wrong = sound.clone();
        let first = wrong.get_mut("n-000.yaml").expect("a file for each namespace");
        let port = first.rfind("8080").expect("the last port");
        first.replace_range(port..port + 4, "8081");
        let found = outcome(&wrong);
        assert!(!found.differences.is_empty(), "{}", backend.name);
        assert!(found.tally.sides < whole.tally.sides / 2, "{}: all were compared", backend.name);

        for (name, cut) in CUTS {
            let held = outcome(&cut(&sound));
            assert!(held.holds(), "{} {name}: {:?}", backend.name, held.differences);
            let tell = |outcome: &Outcome| -> Vec<String> {
                let mut told: Vec<_> =
                    outcome.differences.iter().map(|d| format!("{} {}", d.flow, d.side.word())).collect();
                told.sort();
                told
            };
            assert_eq!(tell(&outcome(&cut(&wrong))), tell(&found), "{} {name}", backend.name);
        }
    }
}
