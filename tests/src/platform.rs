//! Generated platforms, for measuring.

use std::fmt::Write as _;
use std::path::Path;

/// How large a platform is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many namespaces.
    pub namespaces: usize,
    /// How many workloads in each.
    pub workloads: usize,
    /// How many rules in each.
    pub rules: usize,
}

/// Writes a platform: in each namespace half the rules stay inside, the rest go to neighbours that expose them and to address
/// blocks outside.
pub fn generate(folder: &Path, size: &Size) {
    std::fs::create_dir_all(folder.join("platform")).expect("a folder");
    std::fs::create_dir_all(folder.join("tenants")).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    write(
        "netpol.toml",
        "edition = 2026\nplatform = [\"platform\"]\n[targets.kubernetes]\nbackend = \"kubernetes\"\n\
         [targets.calico]\nbackend = \"calico\"\n[targets.cilium]\nbackend = \"cilium\"\nserved = \"off-node\"\n",
    );
    let names: Vec<String> = (0..size.namespaces).map(|n| format!("ns-{n:04}")).collect();
    let mut platform = String::from(
        "use std/cloud\nuse std/k8s\ncluster big {\n  pods 10.128.0.0/12\n  services 10.96.0.0/12\n  nodes 10.10.0.0/16\n\
         apiserver 10.10.0.10\n}\n\
         guardrail metadata {\n  deny egress any to cloud/metadata from tenants because \"credentials\"\n}\n\
         baseline {\n  apply k8s/dns\n}\n",
    );
    for tenant in names.chunks(2) {
        let list = tenant.join(", ");
        let _ = writeln!(platform, "tenant t-{} owns [{list}] owner team-{}", tenant[0], tenant[0]);
    }
    write("platform/platform.netpol", &platform);
    let mut random = 7u64;
    let mut below = move |limit: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % limit
    };
    // For each namespace, who of its neighbours may call which of its workloads.
    let mut exposes: Vec<String> = vec![String::new(); size.namespaces];
    let mut bodies: Vec<String> = Vec::new();
    for namespace in 0..size.namespaces {
        let mut body = format!("namespace {}\n\n", names[namespace]);
        for workload in 0..size.workloads {
            let _ = writeln!(
                body,
                "workload w{workload} selects app=app-{workload},part-of=suite-{}",
                workload % 7
            );
        }
        let mut rules = 0;
        while rules < size.rules {
            let (from, to) = (below(size.workloads), below(size.workloads));
            let port = 1_024 + below(40_000);
            match below(10) {
                0..=6 => {
                    let _ = writeln!(body, "w{from} -> w{to}:{port}");
                    rules += 1;
                }
                7 | 8 => {
                    let other = (namespace + 1 + below(size.namespaces.min(50) - 1)) % size.namespaces;
                    let _ =
                        writeln!(body, "w{from} -> {}/w{to}:{port} because \"shared service\"", names[other]);
                    let _ = writeln!(
                        exposes[other],
                        "expose w{to}:{port} to {}/w{from} because \"shared service\"",
                        names[namespace]
                    );
                    rules += 2;
                }
                _ => {
                    let block = format!("203.0.{}.{}/32", below(250), below(250));
                    let _ = writeln!(
                        body,
                        "egress {port} to {block} from w{from} because \"orders of a partner\""
                    );
                    rules += 1;
                }
            }
        }
        bodies.push(body);
    }
    for (namespace, body) in bodies.iter().enumerate() {
        write(&format!("tenants/{}.netpol", names[namespace]), &format!("{body}{}", exposes[namespace]));
    }
}
