//! Joins both sides: which class may reach which, on what.

use netpol_flow::Side;

use crate::classes::{Class, Classes, Members};
use crate::rules::{Peer, Rule, Rules};
use crate::traffic::Traffic;

/// The number of a rule among the allows or denies of its side.
type RuleNumber = usize;

/// One side, its rules sorted by the classes they are for.
pub(crate) struct Half<'a> {
    rules: &'a Rules,
    /// For each class, the allows it is a subject of.
    allows: Vec<Vec<RuleNumber>>,
    /// For each class, the denies it is a subject of.
    denies: Vec<Vec<RuleNumber>>,
}

/// Both sides of every class.
pub(crate) struct Joined<'a> {
    classes: &'a Classes,
    /// The classes of each set, by its number.
    members: &'a [Members],
    egress: Half<'a>,
    ingress: Half<'a>,
    /// For each class, the ingress allows that name it among the peers; not those that take every pod.
    named_by: Vec<Vec<RuleNumber>>,
    /// For each class, the ingress allows for it that take every pod.
    open_by: Vec<Vec<RuleNumber>>,
    /// The classes that have such a rule.
    open: Vec<Class>,
}

impl<'a> Half<'a> {
    /// Sorts the rules of a side.
    pub(crate) fn of(rules: &'a Rules, classes: usize, members: &[Members]) -> Half<'a> {
        let sorted = |rules: &[Rule]| {
            let mut by_class = vec![Vec::new(); classes];
            for (number, rule) in rules.iter().enumerate() {
                each(members.get(rule.subject), classes, |class| push(&mut by_class, class, number));
            }
            by_class
        };
        Half { rules, allows: sorted(&rules.allow), denies: sorted(&rules.deny) }
    }

    /// The allows for a class.
    pub(crate) fn allows(&self, class: Class) -> impl Iterator<Item = (RuleNumber, &'a Rule)> {
        pick(&self.rules.allow, &self.allows, class)
    }

    /// The denies for a class.
    pub(crate) fn denies(&self, class: Class) -> impl Iterator<Item = (RuleNumber, &'a Rule)> {
        pick(&self.rules.deny, &self.denies, class)
    }
}

fn pick<'a>(
    rules: &'a [Rule],
    by_class: &[Vec<RuleNumber>],
    class: Class,
) -> impl Iterator<Item = (RuleNumber, &'a Rule)> {
    let numbers = by_class.get(class as usize).into_iter().flatten();
    numbers.filter_map(|number| rules.get(*number).map(|rule| (*number, rule)))
}

fn each(members: Option<&Members>, classes: usize, mut with: impl FnMut(Class)) {
    match members {
        Some(Members::All) => (0..Class::try_from(classes).unwrap_or(Class::MAX)).for_each(with),
        Some(Members::These(these)) => these.iter().for_each(|class| with(*class)),
        None => {}
    }
}

fn push(lists: &mut [Vec<RuleNumber>], class: Class, number: RuleNumber) {
    if let Some(list) = lists.get_mut(class as usize) {
        list.push(number);
    }
}

impl<'a> Joined<'a> {
    /// Prepares the join.
    pub(crate) fn of(
        classes: &'a Classes,
        members: &'a [Members],
        egress: &'a Rules,
        ingress: &'a Rules,
    ) -> Joined<'a> {
        let count = classes.pods.len();
        let (mut named_by, mut open_by) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (number, rule) in ingress.allow.iter().enumerate() {
            let Peer::Pods(peers) = rule.peer else { continue };
            match members.get(peers) {
                Some(Members::All) => {
                    each(members.get(rule.subject), count, |class| push(&mut open_by, class, number));
                }
                named => each(named, count, |class| push(&mut named_by, class, number)),
            }
        }
        let is_open = |class: &Class| open_by.get(*class as usize).is_some_and(|rules| !rules.is_empty());
        let open = (0..Class::try_from(count).unwrap_or(Class::MAX)).filter(is_open).collect();
        let egress = Half::of(egress, count, members);
        let ingress = Half::of(ingress, count, members);
        Joined { classes, members, egress, ingress, named_by, open_by, open }
    }

    /// One side.
    pub(crate) fn half(&self, side: Side) -> &Half<'a> {
        match side {
            Side::Egress => &self.egress,
            Side::Ingress => &self.ingress,
        }
    }

    /// Whether everything passes on a side of a class: with every pod and every address outside.
    pub(crate) fn is_open(&self, class: Class, side: Side) -> bool {
        let half = self.half(side);
        let (mut pods, mut outside) = (false, false);
        for (_, rule) in half.allows(class).filter(|(_, r)| r.services.is_all() && r.requests.is_all()) {
            match &rule.peer {
                Peer::Pods(peers) => pods |= matches!(self.members.get(*peers), Some(Members::All)),
                Peer::Outside(set) => outside |= set.addresses.is_all() && set.named.is_empty(),
            }
        }
        pods && outside && half.denies(class).next().is_none()
    }

    /// What a class takes from every pod there is or may be.
    pub(crate) fn open_to_every_pod(&self, class: Class) -> Traffic {
        let pod = self.classes.pod(class);
        let numbers = self.open_by.get(class as usize).into_iter().flatten();
        let allows = numbers.filter_map(|number| self.ingress.rules.allow.get(*number));
        let allowed = allows.fold(Traffic::default(), |all, rule| {
            all.union(Traffic::at(&rule.services, &rule.requests, pod))
        });
        let denies = self.ingress.denies(class).filter(|(_, rule)| matches!(rule.peer, Peer::Pods(_)));
        denies
            .fold(allowed, |left, (_, rule)| left.subtract(&Traffic::at(&rule.services, &rule.requests, pod)))
    }

    /// What a class may reach, ascending.
    pub(crate) fn row(&self, source: Class) -> Vec<(Class, Traffic)> {
        let mut everywhere: Vec<RuleNumber> = Vec::new();
        let mut sent: Vec<(Class, RuleNumber)> = Vec::new();
        for (number, rule) in self.egress.allows(source) {
            let Peer::Pods(peers) = rule.peer else { continue };
            match self.members.get(peers) {
                Some(Members::All) => everywhere.push(number),
                Some(Members::These(classes)) => sent.extend(classes.iter().map(|class| (*class, number))),
                None => {}
            }
        }
        let mut received: Vec<(Class, RuleNumber)> = Vec::new();
        for number in self.named_by.get(source as usize).into_iter().flatten() {
            let subjects =
                self.ingress.rules.allow.get(*number).and_then(|rule| self.members.get(rule.subject));
            each(subjects, self.classes.pods.len(), |class| received.push((class, *number)));
        }
        sent.sort_unstable();
        received.sort_unstable();
        let mut candidates: Vec<Class> = if everywhere.is_empty() {
            sent.iter().map(|(class, _)| *class).collect()
        } else {
            received.iter().map(|(class, _)| *class).chain(self.open.iter().copied()).collect()
        };
        candidates.sort_unstable();
        candidates.dedup();
        let mut row = Vec::new();
        for destination in candidates {
            let out = everywhere.iter().copied().chain(of_class(&sent, destination));
            let open = self.open_by.get(destination as usize).into_iter().flatten().copied();
            let into = open.chain(of_class(&received, destination));
            let passes = self.passes(source, destination, out, into);
            if !passes.is_empty() {
                row.push((destination, passes));
            }
        }
        row
    }

    /// What passes by these allows of both sides, and by no deny.
    fn passes(
        &self,
        source: Class,
        destination: Class,
        out: impl Iterator<Item = RuleNumber>,
        into: impl Iterator<Item = RuleNumber>,
    ) -> Traffic {
        let pod = self.classes.pod(destination);
        let union = |rules: &[Rule], numbers: &mut dyn Iterator<Item = RuleNumber>| {
            let found = numbers.filter_map(|number| rules.get(number));
            found.fold(Traffic::default(), |all, rule| {
                all.union(Traffic::at(&rule.services, &rule.requests, pod))
            })
        };
        let mut out = out;
        let leaves = union(&self.egress.rules.allow, &mut out);
        if leaves.is_empty() {
            return leaves;
        }
        let mut into = into;
        let passes = leaves.intersect(&union(&self.ingress.rules.allow, &mut into));
        let denied = |half: &Half<'a>, class: Class, peer: Class, passes: Traffic| {
            let denies = half.denies(class).filter(|(_, rule)| match rule.peer {
                Peer::Pods(peers) => self.members.get(peers).is_some_and(|members| members.contains(peer)),
                Peer::Outside(_) => false,
            });
            denies.fold(passes, |left, (_, rule)| {
                left.subtract(&Traffic::at(&rule.services, &rule.requests, pod))
            })
        };
        let passes = denied(&self.egress, source, destination, passes);
        denied(&self.ingress, destination, source, passes)
    }
}

/// The rules listed for a class.
fn of_class(sorted: &[(Class, RuleNumber)], class: Class) -> impl Iterator<Item = RuleNumber> {
    let begin = sorted.partition_point(|(other, _)| *other < class);
    let rest = sorted.get(begin..).unwrap_or_default().iter();
    rest.take_while(move |(other, _)| *other == class).map(|(_, number)| *number)
}
