//! Domain names.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::DomainPattern;

use super::Caution;

/// Suffixes under which every customer of a provider can obtain a name, in lower case.
const SHARED: [&str; 44] = [
    "amazonaws.com",
    "cloudfront.net",
    "elasticbeanstalk.com",
    "awsapprunner.com",
    "on.aws",
    "windows.net",
    "core.windows.net",
    "blob.core.windows.net",
    "database.windows.net",
    "servicebus.windows.net",
    "azurewebsites.net",
    "azureedge.net",
    "azurefd.net",
    "azurecr.io",
    "azurecontainerapps.io",
    "cloudapp.azure.com",
    "trafficmanager.net",
    "vault.azure.net",
    "googleapis.com",
    "googleusercontent.com",
    "appspot.com",
    "cloudfunctions.net",
    "run.app",
    "web.app",
    "firebaseapp.com",
    "firebaseio.com",
    "pkg.dev",
    "github.io",
    "githubusercontent.com",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "vercel.app",
    "pages.dev",
    "workers.dev",
    "r2.dev",
    "fly.dev",
    "onrender.com",
    "digitaloceanspaces.com",
    "ngrok.io",
    "ngrok.app",
    "akamaized.net",
    "fastly.net",
    "trycloudflare.com",
];

/// Reads a name or a wildcard, parameters already replaced.
pub(crate) fn parse_domain(text: &str, place: Span) -> Result<DomainPattern, Diagnostic> {
    if !text.is_ascii() {
        let found = Diagnostic::new(Code(302), format!("`{text}` is not a domain name as DNS carries it"));
        let found = found.at(place, "holds letters beyond ASCII");
        return Err(found.help("write the name in punycode, with labels that begin with `xn--`"));
    }
    let name = text.to_ascii_lowercase();
    let (wild, rest) = match name.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, name.as_str()),
    };
    if rest.contains('*') {
        let found = Diagnostic::new(Code(307), "`*` must be the first label, and whole");
        let found = found.at(place, "`*` stands inside the name");
        let found = found.note("`*.x` is every name of one or more labels before `x`");
        return Err(
            found.help("list the names, or use a domain with a parameter, such as `aws/s3(eu-west-1)`")
        );
    }
    let labels: Vec<&str> = rest.split('.').collect();
    let last_has_letter = labels.last().is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    if !last_has_letter {
        let found = Diagnostic::new(Code(302), format!("`{text}` is not an address range"));
        let found = found.at(place, "neither an address nor a name: the last part of a name has a letter");
        return Err(found.help("write blocks as `10.1.2.0/24`; a range is a list of blocks"));
    }
    if let Some(label) = labels.iter().find(|label| !is_label(label)) {
        let found = Diagnostic::new(Code(302), format!("`{text}` is not a domain name"));
        return Err(found.at(place, format!("`{label}` is not a label of a name")));
    }
    if rest.len() > 253 {
        return Err(Diagnostic::new(Code(302), "domain name is too long").at(place, "over 253 characters"));
    }
    if wild && (labels.len() < 2 || is_public_suffix(rest)) {
        let found = Diagnostic::new(Code(308), format!("wildcard covers the whole public suffix `{rest}`"));
        let found = found.at(place, "every organisation under it");
        return Err(found.help("name the organisation's domain"));
    }
    Ok(if wild { DomainPattern::Under(rest.into()) } else { DomainPattern::Exact(rest.into()) })
}

/// The warning for a wildcard under which anyone can obtain a name.
pub(crate) fn shared_hosting(pattern: &DomainPattern, place: Span) -> Option<Caution> {
    let DomainPattern::Under(suffix) = pattern else { return None };
    let covers = |known: &&&str| {
        known.strip_suffix(&**suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    SHARED.iter().find(covers)?;
    Some(Caution {
        code: Code(309),
        title: format!("anyone can obtain a name under `{suffix}`"),
        label: "shared by all customers of the provider",
        note: "data can leave to a place that is not yours",
        help: "name the services you use, for example `[aws/s3(eu-west-1), aws/sts(eu-west-1)]`",
        place,
    })
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether a name is a suffix under which registries hand out names (the ICANN part of the public-suffix list).
fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| {
        suffix.as_bytes() == name.as_bytes()
            && (suffix.typ() == Some(psl::Type::Icann) || !name.contains('.'))
    })
}
