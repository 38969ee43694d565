//! Nothing leaves the machine: the kernel ends whoever opens a socket to a network.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::thread;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use crate::support::{SMALL, json_in};

/// On a thread of its own, whose programs inherit it, `socket` with a family of the Internet is the end.
fn without_network<T: Send>(does: impl FnOnce() -> T + Send) -> T {
    let family = |family: i32| {
        let is = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, family as u64).unwrap();
        SeccompRule::new(vec![is]).unwrap()
    };
    let rules = BTreeMap::from([(libc::SYS_socket, [libc::AF_INET, libc::AF_INET6].map(family).to_vec())]);
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, arch).unwrap();
    let filter = BpfProgram::try_from(filter).unwrap();
    thread::scope(|scope| {
        let guarded = scope.spawn(|| {
            seccompiler::apply_filter(&filter).unwrap();
            does()
        });
        guarded.join().unwrap()
    })
}

#[test]
fn no_command_reaches_for_the_network() {
    let folder = tempfile::tempdir().unwrap();
    without_network(|| {
        // Who does is ended.
        let reaches = Command::new("bash").args(["-c", "exec 3<>/dev/udp/127.0.0.1/9"]).status().unwrap();
        assert_eq!(reaches.signal(), Some(libc::SIGSYS), "the guard does not hold");
        let run = |arguments: &str| json_in(folder.path(), arguments);
        run("scan sample:fashion");
        run(&format!("train sample:fashion --out R {SMALL} --epochs 1"));
        run("eval R sample:fashion --samples 5 --limit 5");
        run("encode R sample:fashion --out latents.tsv");
        run("inspect R sample:fashion --limit 50");
        run("grid R --out grid.png --cells 3");
        run("strip R --from z:-1,0 --to z:1,0 --frames 3 --out strip.png");
        run("animate R --pins z:-1,0 --pins z:1,0 --frames 3 --out way.gif");
        run("runs .");
    });
}
