//! The projects `netpol init` can begin with: the examples of the repository, as they are.

use netpol_diagnostics::nearest;
use netpol_driver::Date;

/// The day the examples are written for.
const WRITTEN: &str = "2026-11-21";

/// Name, README, and path and text of each file.
type Embedded = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const EXAMPLES: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// One example, to begin a project with.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    readme: &'static str,
    files: &'static [(&'static str, &'static str)],
}

/// The template of a name; the error says which there are.
pub fn template(name: &str) -> Result<Template, String> {
    let found = EXAMPLES.iter().find(|(known, ..)| *known == name);
    found.map(|(_, readme, files)| Template { readme, files }).ok_or_else(|| {
        let near = nearest(name, EXAMPLES.iter().map(|(known, ..)| *known));
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        format!("no template is named `{name}`: {near}`--template list` shows them")
    })
}

/// A line for each template: its name and what it is.
pub fn list() -> String {
    let width = EXAMPLES.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let line = |(name, readme, _): &Embedded| format!("{name:width$}  {}\n", title(readme));
    EXAMPLES.iter().map(line).collect()
}

impl Template {
    /// The files to write: those of the example, with their dates moved on to `today`, and a short README.
    ///
    /// A date stays as far ahead as it is in the example; without that, what is excepted there until a day would have
    /// lapsed in a project that is made after it.
    pub fn files(self, today: Option<Date>) -> Vec<(String, String)> {
        let written: Option<Date> = WRITTEN.parse().ok();
        let days = today.zip(written).map_or(0, |(today, written)| (today.days() - written.days()).max(0));
        let sources = self.files.iter().map(|(path, text)| ((*path).to_owned(), moved(text, days)));
        sources.chain([("README.md".to_owned(), readme(self.readme))]).collect()
    }
}

/// The heading.
fn title(readme: &str) -> &str {
    readme.lines().next().unwrap_or_default().trim_start_matches('#').trim()
}

/// Heading and lead of an example's README, and what to do next.
fn readme(example: &str) -> String {
    let head: Vec<&str> = example.split("\n\n").take(2).collect();
    format!(
        "{}\n\nBegun with `netpol init --template`; the names are examples, and so are the address ranges of the cluster.\n\n\
         ```sh\nnetpol build           # writes dist/, which is committed\nnetpol build --check   # in CI: is it current?\n\
         netpol test            # what the tests prove\n```\n",
        without_links(&head.join("\n\n"))
    )
}

/// The text with the words of its links to other files in their place; those to the web stay.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        match after.split_once("](").and_then(|(words, after)| Some((words, after.split_once(')')?))) {
            Some((words, (link, after))) if !words.contains('[') => {
                match link.contains("://") {
                    true => out.push_str(&format!("[{words}]({link})")),
                    false => out.push_str(words),
                }
                rest = after;
            }
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

/// The text with every day of the calendar in it so many days later.
fn moved(text: &str, days: i64) -> String {
    const LENGTH: usize = "2026-11-21".len();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let date = rest.get(..LENGTH).and_then(|word| word.parse::<Date>().ok());
        match date.and_then(|date| Date::from_days(date.days() + days)) {
            Some(later) => {
                out.push_str(&later.to_string());
                rest = rest.get(LENGTH..).unwrap_or_default();
            }
            None => {
                out.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_moves_and_nothing_else_does() {
        let text = "until 2026-12-31 because \"v4-2026-1\" # é 2027-02-28\n";
        assert_eq!(moved(text, 1), "until 2027-01-01 because \"v4-2026-1\" # é 2027-03-01\n");
        assert_eq!(moved(text, 0), text);
    }

    #[test]
    fn links_to_files_that_are_not_there_become_words() {
        let text = "see [this](../this/README.md), [that](https://that.example) and a[0]";
        assert_eq!(without_links(text), "see this, [that](https://that.example) and a[0]");
    }
}
