//! Handlers and watched settings: the rows of the table that the random rows meet, written out once more.

use iismodcheck::detect::Verdict;
use iismodcheck::iis::{Class, Image, Operation, change};

use super::matching::Case;
use super::oracle::{Decided, by_app_pool};

/// What the table says of a subject.
#[derive(Debug, Clone)]
pub struct Told {
    pub verdict: Verdict,
    pub severity: usize,
    pub rule: String,
    /// The row is about who made the change.
    pub by_actor: bool,
}

impl Case<'_> {
    pub fn told(&mut self) -> Option<Told> {
        match self.subject.class {
            Class::Module | Class::IsapiFilter => None,
            Class::Handler => Some(self.told_of_handler()),
            Class::Setting => Some(self.told_of_setting()),
        }
    }

    fn nothing() -> Told {
        Told { verdict: Verdict::NotModule, severity: 0, rule: String::new(), by_actor: false }
    }

    fn tell(&mut self, id: &str, verdict: Verdict, severity: usize) -> Told {
        self.say("setting", id);
        Told { verdict, severity, rule: id.to_owned(), by_actor: false }
    }

    fn told_of_handler(&mut self) -> Told {
        const ID: &str = "handler-script-processor";
        // None of the random images is a program.
        let library = self.image.is_some();
        if self.image.is_some() && self.location().is_some() {
            return self.tell(ID, Verdict::SuspiciousLocation, 3);
        }
        if library {
            return self.unlisted(ID);
        }
        if self.subject.value_unseen {
            return self.tell(ID, Verdict::Unverified, 1);
        }
        Self::nothing()
    }

    fn told_of_setting(&mut self) -> Told {
        let setting = self.subject.setting.expect("a setting");
        let by_pool = by_app_pool(self.subject.actor);
        let site = change::site(self.subject.config_path, self.subject.location);
        let is_below = site.contains('/');
        let path = setting.path;
        let unseen =
            setting.operation == Operation::Hidden && setting.value.is_none() && setting.secret.is_none();
        if path.ends_with("/@dll") {
            let gzip = r"%windir%\system32\inetsrv\gzip.dll";
            let known = path.contains("\"gzip\"").then_some((gzip, "base-compression-scheme-gzip-1"));
            return self.library("compression-scheme", known, unseen);
        }
        if path.ends_with("/@managedRuntimeLoader") {
            return self.library(
                "runtime-loader",
                Some(("webengine4.dll", "base-runtime-loader-webengine4.dll-1")),
                unseen,
            );
        }
        if path.ends_with("/@dontLog") {
            return match setting.value {
                _ if is_below => Self::nothing(),
                Some("true") => self.tell("http-logging-off", Verdict::Weakened, 3),
                None if unseen => self.tell("http-logging-off", Verdict::Unverified, 1),
                _ => Self::nothing(),
            };
        }
        if path.ends_with("/@validationKey") {
            let written = unseen || setting.secret.is_some();
            if !by_pool || !written {
                return Self::nothing();
            }
            if setting.secret.is_some() {
                let given = self.given.expect("a setting");
                let new = given.value.expect("a value");
                let differs = match given.old {
                    None => "",
                    Some(old) if old == new => ", the same as before",
                    Some(_) => ", another one than before",
                };
                self.say("value_hidden", &format!("{} characters{differs}", new.len()));
            }
            return Told { by_actor: true, ..self.tell("machine-key-by-pool", Verdict::Weakened, 2) };
        }
        if path.contains("hiddenSegments") {
            let removed =
                path.ends_with("/clear") || matches!(setting.operation, Operation::Add | Operation::Hidden);
            let severity = if is_below { 2 } else { 3 };
            return if removed {
                self.tell("hidden-segment-removed", Verdict::Weakened, severity)
            } else {
                Self::nothing()
            };
        }
        assert!(path.ends_with("/@allowed"), "{path}");
        let gone = setting.operation == Operation::Delete && setting.value.is_none();
        if gone || setting.value == Some("false") {
            return Self::nothing();
        }
        self.unlisted("isapi-extension")
    }

    fn library(&mut self, id: &str, known: Option<(&str, &str)>, unseen: bool) -> Told {
        let Some(image) = self.whole() else {
            return if unseen { self.tell(id, Verdict::Unverified, 1) } else { Self::nothing() };
        };
        if let Some((_, rule)) = known.filter(|(path, _)| *path == image.normal) {
            return Told { verdict: Verdict::KnownGood, rule: rule.to_owned(), ..Self::nothing() };
        }
        if let Some(place) = self.place(&image) {
            self.say(place, "");
            return self.tell(id, Verdict::SuspiciousLocation, 3);
        }
        self.unlisted(id)
    }

    fn unlisted(&mut self, id: &str) -> Told {
        let of_product = ["%programfiles", "%commonprogramfiles", "%exchangeinstallpath%"];
        let is_product = |image: &Image| of_product.iter().any(|root| image.normal.starts_with(root));
        let low = self.image.as_ref().is_some_and(is_product);
        self.tell(id, Verdict::Unknown, if low { 1 } else { 2 })
    }

    /// What follows from it where nothing condemns the subject.
    pub fn carrier(&mut self, told: &Told) -> Decided {
        let shown = self.image.is_some() || self.managed.is_some();
        if matches!(told.verdict, Verdict::NotModule | Verdict::KnownGood) {
            return (told.verdict, told.rule.clone(), None);
        }
        if self.replaced() {
            self.say("image_replaced", "");
        }
        let by_name = self.first(|case, e| case.is_for_the_name(e) && case.in_force(e)).filter(|_| !shown);
        if told.verdict == Verdict::Unverified {
            let rule = by_name.map_or(told.rule.clone(), |entry| entry.id.to_string());
            if let Some(entry) = by_name {
                self.say("name_entry", &entry.id);
            }
            return (told.verdict, rule, None);
        }
        let exact = self.fitting(Self::is_exact_pair);
        let pattern = self
            .fitting(Self::is_covering_pattern)
            .filter(|_| told.verdict == Verdict::Unknown && self.threat(false).is_none());
        if let Some(entry) = exact.or(pattern).or(by_name) {
            return (Verdict::Allowed, entry.id.to_string(), None);
        }
        self.patterns_that_allow_nothing();
        self.lapsed(told.verdict).unwrap_or((told.verdict, told.rule.clone(), None))
    }
}
