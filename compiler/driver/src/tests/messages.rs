//! How the codes of guardrails, paperwork and tests read to people: each by its smallest wrong program.
//!
//! The snapshots are one file a family, to be read as a whole; `tests/spec/bad-messages.md` lists what is not good
//! enough yet.

use std::fmt::Write as _;

use netpol_diagnostics::Code;

use super::{load, shown};
use crate::testing::Memory;
use crate::{Format, Options, Purpose, compile};

const PROJECT: &str =
    "edition = 2026\nplatform = [\"platform.netpol\"]\n[tenants]\nshop = [\"shop.netpol\"]\n";
const OWNS_BOTH: &str = "tenant shop owns [shop, data]\n";
const SHOP: &str = "tenant shop owns shop owner team-shop\n";

/// A code with the platform's file and the tenant's.
type Case = (u16, &'static str, &'static str);

fn read(cases: &[Case]) -> String {
    let mut text = String::new();
    for (code, platform, tenant) in cases {
        let owned = if platform.contains("tenant shop") { "" } else { SHOP };
        let platform = format!("{platform}{owned}");
        let host = Memory::with(&[
            ("p/netpol.toml", PROJECT),
            ("p/platform.netpol", &platform),
            ("p/shop.netpol", tenant),
        ]);
        let as_of = "2026-11-21".parse().unwrap();
        let loaded = load(&host);
        let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Test };
        let compiled = compile(loaded.clone(), &options);
        let of_code: Vec<_> =
            compiled.diagnostics.iter().filter(|d| d.code == Code(*code)).cloned().collect();
        assert_eq!(of_code.len(), 1, "{}: {:#?}", Code(*code), compiled.diagnostics);
        let loaded = crate::Loaded { sources: compiled.sources, ..loaded };
        let rendered = shown(Format::Human, &loaded, &of_code);
        let body = rendered.trim_end().rsplit_once("\n\n").map_or(&*rendered, |(body, _)| body);
        let _ = writeln!(text, "{body}\n");
    }
    text
}

#[test]
fn guardrails_and_layers() {
    let metadata = "sealed guardrail metadata {\n  deny egress any to 169.254.169.254 from tenants\n    because \"node credentials\"\n}\n";
    let old_site = "guardrail old-site {\n  deny egress any to 10.128.0.0/9 from tenants\n    because \"being shut down\"\n}\n";
    let cases: [Case; 11] = [
        (
            501,
            metadata,
            "namespace shop\ntiers [web, api] by tier\negress http to 169.254.169.254 from api\n",
        ),
        (502, old_site, "namespace shop\ntiers [web, api] by tier\negress https to 10.0.0.0/8 from api\n"),
        (
            503,
            "",
            "namespace shop\ndeny egress any to internet\negress https to 203.0.113.7\n  because \"the partners' API\"\n",
        ),
        (
            504,
            "use std/k8s\nguardrail kube-system {\n  deny tenants -> kube-system/all:any\n}\nbaseline {\n  apply k8s/dns\n}\n",
            "namespace shop\n",
        ),
        (
            505,
            "sealed guardrail g {\n  deny egress any to 203.0.113.0/24 from tenants\n  except egress 443 to 203.0.113.7 from shop/all\n}\n",
            "namespace shop\n",
        ),
        (
            506,
            "guardrail g {\n  deny egress 443 to 203.0.113.0/24 from tenants\n  except egress 8443 to 203.0.113.7 from shop/all\n}\n",
            "namespace shop\n",
        ),
        (
            507,
            "guardrail g {\n  deny egress any to 203.0.113.0/24 from tenants\n  except egress 443 to 203.0.113.7 from shop/all\n}\n",
            "namespace shop\n",
        ),
        (508, "", "namespace shop\ndeny egress any to internet\n  until 2026-12-31\n"),
        (
            509,
            "namespace vault {\n}\nguardrail g {\n  deny tenants -> valut/all:any\n}\n",
            "namespace shop\n",
        ),
        (510, "", "namespace shop\ndeny egress any to nodes\n"),
        (511, "guardrail g {\n  deny ingress 22 from nodes to tenants\n}\n", "namespace shop\n"),
    ];
    insta::assert_snapshot!("messages_05", read(&cases));
}

#[test]
fn paperwork() {
    let cases: [Case; 12] = [
        (
            601,
            "guardrail g {\n  require because on egress internet\n}\n",
            "namespace shop\negress https to internet\n",
        ),
        (602, "guardrail g {\n  require ticket on expose\n}\n", "namespace shop\nexpose all:80 to b/all\n"),
        (603, "", "namespace shop owner team-shop\nall -> all:80\n  until 2026-11-20\n"),
        (604, "", "namespace shop owner team-shop\nall -> all:80\n  until 2026-11-30\n"),
        (
            605,
            "guardrail g {\n  require until within 180d on egress\n}\n",
            "namespace shop\negress https to 203.0.113.7\n  until 2031-01-01\n",
        ),
        (606, "tenant shop owns shop\nguardrail g {\n  require owner on namespace\n}\n", "namespace shop\n"),
        (
            607,
            "guardrail g {\n  require reviewed within 180d on namespace\n}\n",
            "namespace shop reviewed 2026-01-10\n",
        ),
        (608, "", "namespace shop\nall -> all:80\n  because \"needed\"\n"),
        (
            609,
            "guardrail g {\n  require prefix /16 on egress\n}\n",
            "namespace shop\negress https to 10.0.0.0/8\n",
        ),
        (610, "guardrail g {\n  require ports on every rule\n}\n", "namespace shop\nall -> all:any\n"),
        (
            611,
            "guardrail g {\n  require enforce on namespace\n}\n",
            "namespace shop audit until 2026-12-31\n",
        ),
        (613, "", "namespace shop audit\n"),
    ];
    insta::assert_snapshot!("messages_06", read(&cases));
}

/// Lines that another namespace has to write too, and lines of two days.
fn between_namespaces() -> [Case; 3] {
    let base = "namespace data {\n  workload orders selects app=orders\n}\nnamespace shop {\n  tiers [web, api] by tier\n";
    let text = |lines: &str| -> &'static str { format!("{base}{lines}").leak() };
    let days = "  web -> api:8080\n    until 2026-12-31\n}\ntest \"later\" at 2027-02-01 {\n  can shop/web -> shop/api:8080\n}\n\
                test \"now\" {\n  cannot shop/web -> shop/api:any\n}\n";
    [
        (901, OWNS_BOTH, text("}\ntest \"orders are read\" {\n  can shop/api -> data/orders:5432\n}\n")),
        (901, OWNS_BOTH, text("}\ntest \"orders are read\" {\n  can shop/api -> legacy/all:80\n}\n")),
        (904, OWNS_BOTH, text(days)),
    ]
}

#[test]
fn tests() {
    let shop = |lines: &str| -> &'static str {
        let text = format!(
            "namespace shop\ntiers [web, api, db] by tier\nworkload board selects app=board\nweb -> api:8080\n\
             api -> db:5432\nweb -> db:9187\n  until 2026-11-30\ntest \"the database is private\" {{\n{lines}\n}}\n"
        );
        text.leak()
    };
    let cases: [Case; 7] = [
        (901, "", shop("  cannot all -> db:5432")),
        (901, "", shop("  can web -> api:[8080, 9090]")),
        (901, "", shop("  cannot board -> db:any")),
        (902, "", shop("  cannot shpo/all -> db:any")),
        (904, "", shop("  can api -> db:5432\n  cannot all -> db:5432")),
        (905, "", shop("  can web -> db:9187")),
        (902, "", shop("")),
    ];
    let text = read(&cases) + &read(&between_namespaces());
    insta::assert_snapshot!("messages_09", text);
}
