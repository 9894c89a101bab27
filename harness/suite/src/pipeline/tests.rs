//! The pipeline from a case to its judgement, with an executor that builds nothing.

use super::mock::{Answer, Mock};
use super::{Pipeline, Repeats};
use crate::args::PlaceArguments;
use crate::ledger;
use crate::session::Session;
use crossproof_exec::Error;
use crossproof_model::case::PhaseName;
use crossproof_model::level::Behaviour;
use crossproof_model::observation::{Exit, Observation};
use crossproof_model::report::{Report, Trial};
use crossproof_model::request::{BuildRequest, BuildResult, Product};
use crossproof_model::verdict::{Control, Failure, Judgement, Verdict};
use crossproof_model::{Case, Digest, Level, Platform, Side};
use crossproof_record as record;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// This repository's own cases, with a store that is empty.
struct Place {
    session: Session,
    _store: tempfile::TempDir,
}

fn place() -> Place {
    let store = tempfile::tempdir().expect("a folder");
    let repository: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let session = Session::open(&PlaceArguments {
        project: Some(repository),
        store: Some(store.path().to_owned()),
        mirror: Some("http://mirror.invalid".to_owned()),
        quiet: true,
    });
    Place {
        session: session.expect("a session"),
        _store: store,
    }
}

impl Place {
    fn case(&self, name: &str) -> Case {
        let name = name.parse().expect("a name");
        let mut case = self.session.project.case(&name).expect("a case");
        // These look at roots, which are nowhere here.
        case.checks.headers = false;
        case
    }

    fn pipeline(&self, executor: &Arc<Mock>, repeats: Repeats) -> Arc<Pipeline> {
        let executor = Arc::clone(executor) as Arc<dyn crossproof_exec::Executor>;
        let pipeline = Pipeline::new(self.session.clone(), executor, Platform::all(), repeats);
        Arc::new(pipeline.expect("a pipeline"))
    }

    async fn judged(&self, executor: Mock, names: &[&str]) -> Report {
        let pipeline = self.pipeline(&Arc::new(executor), Repeats::AsCasesSay);
        let selected = names
            .iter()
            .map(|name| (self.case(name), Platform::Aarch64));
        let report = ledger::trials(&pipeline, &selected.collect()).await;
        report.expect("a report")
    }
}

fn verdict(trial: &Trial) -> &Verdict {
    match &trial.judgement {
        Judgement::Decided(verdict) => verdict,
        other => panic!("no verdict: {other:?}"),
    }
}

fn same(_: &BuildRequest) -> Answer {
    Answer::Installs("the same")
}

fn by_side(request: &BuildRequest) -> Answer {
    Answer::Installs(match request.leg.side {
        Side::Native => "one\n",
        Side::Cross => "two\n",
    })
}

#[tokio::test]
async fn legs_that_come_to_the_same_are_bits_and_say_who_built_them() {
    let report = place().judged(Mock::building(same), &["hello-c"]).await;
    let found = verdict(&report.trials[0]);
    assert_eq!(found.level, Level::Bits);
    assert_eq!(found.behaviour, Behaviour::Same);
    assert_eq!(found.provenance.executors.left, "mock");
}

#[tokio::test]
async fn legs_that_differ_are_not_and_neither_are_programs_that_print_other_things() {
    let mock = Mock::building(by_side).printing(|_| "the same on both sides");
    let report = place().judged(mock, &["hello-c"]).await;
    let found = verdict(&report.trials[0]);
    assert!(found.level < Level::Metadata, "{:?}", found.level);
    assert_eq!(found.behaviour, Behaviour::Same);

    let native = std::sync::Mutex::new(None);
    let mock = Mock::building(by_side).printing(move |request| {
        let mut native = native.lock().unwrap();
        match *native.get_or_insert(request.leg) == request.leg {
            true => "native",
            false => "cross",
        }
    });
    let report = place().judged(mock, &["hello-c"]).await;
    assert_eq!(verdict(&report.trials[0]).behaviour, Behaviour::Different);
}

#[tokio::test]
async fn controls_are_built_where_they_are_asked_for_and_tell_chance() {
    let place = place();
    let mock = Mock::building(|request| {
        Answer::Installs(match (request.leg.side, request.leg.repeat) {
            (Side::Cross, 2) => "by chance",
            _ => "the same",
        })
    });
    let mock = Arc::new(mock);
    let pipeline = place.pipeline(&mock, Repeats::Always);
    let case = place.case("hello-c");
    let trial = pipeline.trial(&case, Platform::Armv7).await.unwrap();
    let controls = verdict(&trial).controls;
    assert_eq!(controls.left, Control::Same);
    assert!(matches!(controls.right, Control::Differs(_)));
    let asked = mock.built.lock().unwrap();
    let keys: BTreeSet<_> = asked.iter().map(BuildRequest::key).collect();
    assert_eq!((asked.len(), keys.len()), (4, 4));
}

#[tokio::test]
async fn a_leg_that_fails_is_its_trials_failure() {
    let mock = Mock::building(|request| match request.leg.side {
        Side::Native => Answer::Installs("made"),
        Side::Cross => Answer::Fails("exit 2"),
    });
    let report = place().judged(mock, &["hello-c"]).await;
    let Judgement::Failed(failure) = &report.trials[0].judgement else {
        panic!("{:?}", report.trials[0].judgement);
    };
    assert_eq!(
        (failure.leg.to_string(), &*failure.reason),
        ("C1".to_owned(), "exit 2")
    );
}

#[tokio::test]
async fn one_trials_error_or_panic_is_no_other_trials() {
    let mock = Mock::building(|request| match &*request.name {
        name if name.starts_with("hello-c::") => {
            let cause = std::io::Error::other("the disk is gone");
            Answer::Breaks(Error::fault("reading", &cause))
        }
        name if name.starts_with("hello-rust::") => Answer::Panics,
        _ => Answer::Installs("made"),
    });
    let report = place()
        .judged(mock, &["hello-c", "hello-rust", "zlib"])
        .await;
    let errors: Vec<&str> = (report.trials.iter())
        .filter_map(|trial| match &trial.judgement {
            Judgement::Errored(why) => Some(&**why),
            _ => None,
        })
        .collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("the disk is gone"), "{errors:?}");
    assert!(errors[1].contains("panic"), "{errors:?}");
    assert_eq!(verdict(&report.trials[2]).level, Level::Bits);
}

/// What an executor elsewhere would be sent, for every leg and run of this repository, is what was asked.
#[tokio::test]
async fn every_request_reads_back_as_it_was_written() {
    let place = place();
    let mock = Arc::new(Mock::building(same));
    let pipeline = place.pipeline(&mock, Repeats::AsCasesSay);
    for name in place.session.project.cases().unwrap().into_keys() {
        let case = place.case(name.as_str());
        for target in case.targets.clone() {
            let trial = pipeline.trial(&case, target).await;
            trial.unwrap_or_else(|e| panic!("{name}::{target}: {e:#}"));
        }
    }
    let built = mock.built.lock().unwrap();
    assert!(built.len() > 150, "{}", built.len());
    for request in built.iter() {
        let text = record::build_request_json(request).expect("its root is locked");
        let read = record::read_build_request(&text, "request").unwrap();
        let mut want = request.clone();
        // Of a lock of many roots one is sent.
        want.root.lock = Arc::clone(&read.root.lock);
        assert_eq!(read, want);
        assert_eq!(read.root.lock.roots.len(), 1);
        let digest = crossproof_exec::roots::digest(&read.root.request, &read.root.lock);
        assert_eq!(digest.unwrap(), read.root.digest);
        assert_eq!(record::build_request_json(&read).unwrap(), text);
    }
    let run = mock.run.lock().unwrap();
    assert!(run.len() > 500, "{}", run.len());
    // Each holds a whole lock: a few of every case are enough.
    for request in run.iter().step_by(7) {
        let text = record::run_request_json(request).expect("its root is locked");
        let read = record::read_run_request(&text, "request").unwrap();
        let mut want = request.clone();
        want.root.lock = Arc::clone(&read.root.lock);
        assert_eq!(read, want);
    }
}

#[test]
fn a_request_whose_key_does_not_follow_from_it_is_refused() {
    let place = place();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mock = Arc::new(Mock::building(same));
    let pipeline = place.pipeline(&mock, Repeats::AsCasesSay);
    let case = place.case("hello-c");
    let trial = pipeline.trial(&case, Platform::Aarch64);
    runtime.block_on(trial).unwrap();
    let built = mock.built.lock().unwrap();
    let text = record::build_request_json(&built[0]).unwrap();
    for (from, to) in [
        ("make", "false; make"),
        ("\"leg\": \"N1\"", "\"leg\": \"N2\""),
        ("\"target\": \"aarch64\"", "\"target\": \"armv7\""),
        ("\"version\": 1", "\"version\": 2"),
        (
            "\"emulated\": true",
            "\"emulated\": true, \"emulated\": true",
        ),
        ("\"emulated\"", "\"imulated\""),
    ] {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from}");
        assert!(
            record::read_build_request(&edited, "request").is_err(),
            "{from}"
        );
    }
    let result = BuildResult {
        key: built[0].key(),
        executor: "mock".to_owned(),
        product: Ok(Product {
            artifact: built[0].key(),
            wall: Duration::from_millis(1234),
        }),
    };
    let text = record::build_result_json(&result);
    assert_eq!(record::read_build_result(&text, "result").unwrap(), result);
    assert!(record::read_build_result(&text.replace("product", "failure"), "result").is_err());
}

#[test]
fn results_read_back_as_they_were_written() {
    let failure = Failure {
        leg: "C1".parse().unwrap(),
        phase: Some(PhaseName::Build),
        reason: "exit 2".to_owned(),
        log_end: vec!["make: *** [a.o] Error 1".to_owned()],
        log: None,
    };
    let failed = BuildResult {
        key: Digest::of("a leg"),
        executor: "mock".to_owned(),
        product: Err(failure),
    };
    let text = record::build_result_json(&failed);
    assert_eq!(record::read_build_result(&text, "result").unwrap(), failed);
    for exit in [Exit::Code(3), Exit::Signal(11), Exit::Limit] {
        let seen = Observation {
            exit,
            stdout: b"caf\xe9\n".to_vec(),
            stderr: b"plain".to_vec(),
            files: [("out".parse().unwrap(), vec![0, 255])].into(),
        };
        let text = record::observation_json(&seen);
        assert_eq!(record::read_observation(&text, "seen").unwrap(), seen);
    }
    let both = record::observation_json(&Observation {
        exit: Exit::Code(0),
        stdout: Vec::new(),
        stderr: Vec::new(),
        files: Default::default(),
    });
    let both = both.replace("\"signal\": null", "\"signal\": 9");
    assert!(record::read_observation(&both, "seen").is_err());
}
