//! Who may declare what, by path.

use netpol_check::Authority;
use netpol_flow::Text;

use super::load;
use crate::authority::authority_of;
use crate::testing::Memory;

fn authority(lines: &str, path: &str) -> Authority {
    let manifest = format!("edition = 2026\n{lines}\n");
    let loaded = load(&Memory::with(&[("p/netpol.toml", &manifest), ("p/a.netpol", "")]));
    authority_of(path, &loaded.project, &[Text::from("shop"), Text::from("bank")].into())
}

fn tenants(names: &[&str]) -> Authority {
    Authority::Tenants(names.iter().map(|name| Text::from(*name)).collect())
}

#[test]
fn without_a_mapping_every_file_may_declare_everything() {
    assert_eq!(authority("", "any/where.netpol"), Authority::Anyone);
}

#[test]
fn without_tenants_the_rest_belongs_to_every_tenant() {
    let lines = "platform = [\"platform\"]";
    assert_eq!(authority(lines, "platform/x.netpol"), Authority::Platform);
    assert_eq!(authority(lines, "platform.netpol"), tenants(&["shop", "bank"]));
}

#[test]
fn the_longest_path_decides() {
    let lines = "platform = [\"p\", \"p/t/core\"]\n[tenants]\nshop = [\"p/t\"]\nbank = [\"p/t\", \"b\"]";
    assert_eq!(authority(lines, "p/x.netpol"), Authority::Platform);
    assert_eq!(authority(lines, "p/t/x.netpol"), tenants(&["bank", "shop"]));
    assert_eq!(authority(lines, "p/t/core/x.netpol"), Authority::Platform);
    assert_eq!(authority(lines, "b/x.netpol"), tenants(&["bank"]));
    assert_eq!(authority(lines, "elsewhere.netpol"), tenants(&[]));
}
