//! Paths inside a project: relative, `/` between parts, compared part by part.

/// Reads a path of the project file: `tenants/shop`, `./dist`, `.`.
///
/// The result has no `.` parts and no final slash; the project itself is the empty text. The error says why the path
/// cannot lie inside the project.
pub(crate) fn project_path(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("the path is empty");
    }
    if text.contains('\\') {
        return Err("write `/` between the parts of a path");
    }
    if text.starts_with('/') || text.get(1..2) == Some(":") {
        return Err("the path is absolute; it is read from the project's folder");
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("the path may not hold `..`: it stays inside the project"),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Whether `path` is `folder` or lies under it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `a` and `b` joined by `/`; either may be empty.
pub(crate) fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.to_owned(),
        (_, true) => a.to_owned(),
        (false, false) => format!("{}/{b}", a.trim_end_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_compared_part_by_part() {
        assert!(is_within("dist/cilium", "dist"));
        assert!(is_within("dist", "dist"));
        assert!(is_within("anything", ""));
        assert!(!is_within("distant", "dist"));
    }

    #[test]
    fn a_path_that_could_leave_the_project_is_refused() {
        assert_eq!(project_path("./a//b/"), Ok("a/b".to_owned()));
        assert_eq!(project_path("."), Ok(String::new()));
        for outside in ["/etc", "a/../..", "..", "C:/x", "a\\b", ""] {
            assert!(project_path(outside).is_err(), "{outside}");
        }
    }
}
