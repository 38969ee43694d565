//! Every dependency has its reason in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

/// Cargo.toml's dependencies against the table under "Dependencies" in ARCHITECTURE.md: `` | `name` | reason | ``.
pub fn dependency_violations(cargo_toml: &str, architecture: &str) -> Vec<String> {
    let (mut needed, mut section) = (BTreeSet::new(), "");
    for line in cargo_toml.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            needed.extend(section.split_once("dependencies.").map(|(_, name)| name.trim_matches('"')));
        } else if section.ends_with("dependencies") && !line.starts_with('#') {
            needed.extend(line.split_once('=').map(|(name, _)| name.split('.').next().unwrap_or(name).trim()));
        }
    }
    let table = architecture.split("\n## ").find(|part| part.starts_with("Dependencies")).unwrap_or_default();
    let rows = table.lines().filter_map(|line| line.trim().strip_prefix("| `")?.split_once("` |"));
    let listed: BTreeMap<_, _> = rows.map(|(name, reason)| (name, reason.trim_matches(['|', ' ']))).collect();
    let without = needed.iter().filter(|name| listed.get(*name).is_none_or(|reason| reason.is_empty()));
    let gone = listed.keys().filter(|name| !needed.contains(*name));
    let without = without.map(|name| format!("ARCHITECTURE.md gives no reason for the dependency {name}"));
    without.chain(gone.map(|name| format!("ARCHITECTURE.md lists {name}, which is no dependency"))).collect()
}

#[test]
fn the_dependency_check_sees_both_sides() {
    let cargo = "[package]\nname = \"x\"\n[dependencies]\nclap = { version = \"4\" }\n[dependencies.png]\nversion = \"1\"\n\
                 [target.'cfg(unix)'.dependencies]\nrustix.version = \"1\"\n[dev-dependencies]\nassert_cmd = \"2\"\n";
    let table = "# A\n\n## Dependencies\n\n| crate | for |\n| --- | --- |\n| `clap` | arguments |\n| `png` | text |\n\
                 | `rustix` | priority |\n| `assert_cmd` | tests |\n\n## Next\n\n| `serde` | no |\n";
    let check = |table: &str, expected: &[&str]| assert_eq!(dependency_violations(cargo, table), expected);
    check(table, &[]);
    check(&table.replace("arguments", ""), &["ARCHITECTURE.md gives no reason for the dependency clap"]);
    check(&table.replace("## Next\n\n", ""), &["ARCHITECTURE.md lists serde, which is no dependency"]);
    check(
        &table.replace("| `rustix` | priority |\n", ""),
        &["ARCHITECTURE.md gives no reason for the dependency rustix"],
    );
}
