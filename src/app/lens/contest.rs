//! AE, VAE and PCA on the same images, on the thread `contest`: it trains them, keeps them, and answers what is asked of
//! them, between two steps too.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::app::lens::contestants::{Found, Kept};
use crate::app::task::{Post, Task, in_own_pool};
use crate::data::Dataset;
use crate::run::contest::{self, contest};
use crate::state::Action;
use crate::state::lens::contest::ContestOrder;
use crate::state::lens::{ContestAction, ContestErrand, ContestNews, LensAction};
use crate::threads::WakeUp;
use crate::train::TrainError;

/// Progress is told this often.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// What can be left: the contest, and the images of another kind.
const TRAINED: usize = 0;
const UNSEEN: usize = 1;

/// Set when nobody wants it any more.
type Stop = Arc<AtomicBool>;

enum Request {
    Start(Box<ContestOrder>, Arc<Dataset>, Stop),
    Draw(u64),
    Unseen(String, Stop),
}

/// The thread, once it was needed.
#[derive(Default)]
pub struct Contests {
    served: Option<Served>,
}

struct Served {
    // Hung up before the thread is waited for.
    requests: Sender<Request>,
    /// Of the last of each that can be left.
    stops: [Stop; 2],
    task: Task<Action>,
}

impl Contests {
    /// Hands an errand over.
    pub fn perform(&mut self, wake: WakeUp, errand: ContestErrand, data: Option<Arc<Dataset>>) -> Result<(), String> {
        let (request, of) = match errand {
            ContestErrand::Cancel => {
                self.served.iter().for_each(Served::stop);
                return Ok(());
            }
            ContestErrand::CancelUnseen => {
                self.served.iter().for_each(|served| served.stops[UNSEEN].store(true, Ordering::Relaxed));
                return Ok(());
            }
            ContestErrand::Start(order) => {
                let Some(data) = data else { return Ok(()) };
                self.served.iter().for_each(Served::stop);
                let stop = Stop::default();
                (Request::Start(order, data, Arc::clone(&stop)), Some((TRAINED, stop)))
            }
            ContestErrand::Unseen(source) => {
                let stop = Stop::default();
                (Request::Unseen(source, Arc::clone(&stop)), Some((UNSEEN, stop)))
            }
            ContestErrand::Draw(draw) => (Request::Draw(draw), None),
            // The dialog is shown by whoever shows dialogs.
            ContestErrand::ChooseFolder => return Ok(()),
        };
        if self.served.is_none() {
            self.served = Some(Served::spawn(wake)?);
        }
        let Some(served) = &mut self.served else { return Ok(()) };
        if let Some((which, stop)) = of
            && let Some(last) = served.stops.get_mut(which)
        {
            last.store(true, Ordering::Relaxed);
            *last = stop;
        }
        // Nobody hears it only after a panic, which was told.
        let _ended = served.requests.send(request);
        Ok(())
    }

    /// What was said.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.served.take_if(|served| served.task.poll_into(actions));
    }
}

impl Served {
    fn spawn(wake: WakeUp) -> Result<Self, String> {
        let (requests, asked) = unbounded();
        let task = Task::spawn("contest", wake, move |post| {
            let served = in_own_pool("contest", 0, true, || {
                serve(&asked, post);
                Ok::<_, TrainError>(())
            });
            if let Err(reason) = served {
                post.send(Action::Failed(reason));
            }
        })?;
        Ok(Self { requests, stops: [Stop::default(), Stop::default()], task })
    }

    fn stop(&self) {
        self.stops.iter().for_each(|stop| stop.store(true, Ordering::Relaxed));
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
        self.task.cancel();
    }
}

fn serve(asked: &Receiver<Request>, post: &Post<Action>) {
    let kept = RefCell::new(None);
    while let Ok(request) = asked.recv() {
        let mut next = Some(request);
        while let Some(request) = next.take() {
            next = match request {
                Request::Start(order, data, stop) => run(&order, &data, &stop, &kept, asked, post),
                other => {
                    answer(other, &kept, post);
                    None
                }
            };
        }
    }
}

fn say(round: u64, news: ContestNews) -> Action {
    LensAction::Contest(ContestAction::Heard(round, news)).into()
}

/// One contest; what has to be begun in its place, if anything.
fn run(
    order: &ContestOrder,
    data: &Arc<Dataset>,
    stop: &Stop,
    kept: &RefCell<Option<Kept>>,
    asked: &Receiver<Request>,
    post: &Post<Action>,
) -> Option<Request> {
    let round = order.round;
    let nobody = Kept::new(order, Arc::clone(data));
    post.send(say(round, ContestNews::Scene(Box::new(nobody.scene()))));
    kept.replace(Some(nobody));
    let (next, failed, told) = (Cell::new(None), Cell::new(None), Cell::new(None::<Instant>));
    let hear = |news: contest::News<'_>| {
        match news {
            contest::News::Step(progress) => {
                if told.get().is_none_or(|last| last.elapsed() >= REPORT_EVERY) {
                    told.set(Some(Instant::now()));
                    post.progress(say(round, ContestNews::Progress(progress)));
                }
            }
            contest::News::Ended(contestant) => match kept.borrow_mut().as_mut().map(|kept| kept.enter(contestant)) {
                Some(Ok(entry)) => post.send(say(round, ContestNews::Ended(Box::new(entry)))),
                None => {}
                Some(Err(error)) => {
                    failed.set(Some(error.to_string()));
                    return ControlFlow::Break(());
                }
            },
        }
        while let Ok(request) = asked.try_recv() {
            if let Request::Start(..) = request {
                next.set(Some(request));
                return ControlFlow::Break(());
            }
            answer(request, kept, post);
        }
        let unwanted = stop.load(Ordering::Relaxed) || post.go_on().is_break();
        if unwanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = contest(&order.config, data, &order.dims, &hear);
    let result = match (failed.take(), ended) {
        (Some(reason), _) => Err(reason),
        (None, Err(error)) => Err(error.to_string()),
        (None, Ok(_)) => Ok(()),
    };
    post.send(say(round, ContestNews::Over(result)));
    next.take()
}

/// Something that is asked of those who have ended.
fn answer(request: Request, kept: &RefCell<Option<Kept>>, post: &Post<Action>) {
    let mut kept = kept.borrow_mut();
    let Some(kept) = &mut *kept else { return };
    let news = match request {
        Request::Draw(draw) => match kept.draw(draw) {
            Ok(images) => ContestNews::Drawn(draw, images),
            Err(error) => return post.send(Action::Failed(error.to_string())),
        },
        Request::Unseen(source, stop) => match kept.look_at(&source, &stop) {
            Found::Errors(unseen, errors) => ContestNews::Unseen(unseen, errors),
            Found::Nothing(reason) => ContestNews::NoUnseen(Some(reason).filter(|_| !stop.load(Ordering::Relaxed))),
        },
        // Those begin anew, and are not answered here.
        Request::Start(..) => return,
    };
    post.send(say(kept.round(), news));
}
