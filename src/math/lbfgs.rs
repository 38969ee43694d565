//! Minimising a smooth function of many variables with the gradients of the last few steps: L-BFGS (Nocedal & Wright
//! 2006, algorithms 7.4 and 7.5) with a line search that never goes up.

use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Steps that are remembered (Nocedal & Wright: between 3 and 20).
const MEMORY: usize = 10;
/// A step must bring this share of what the slope promises (Armijo; Nocedal & Wright, eq. 3.4).
const ENOUGH: f64 = 1e-4;
/// How often a step is halved before the search ends.
const HALVINGS: usize = 20;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Steps at most.
    pub steps: usize,
    /// Ends when a step lowers the value by a smaller share than this, three times in a row.
    pub tolerance: f64,
}

/// Where it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The variables.
    pub x: Vec<f64>,
    /// The value there, never above that of the start.
    pub value: f64,
    /// Steps taken.
    pub steps: usize,
}

/// What a caller brings: a function, its scale, and an ear.
pub trait Problem {
    /// Why the function may have no value.
    type Error;
    /// The value at x and its gradient.
    fn value(&mut self, x: &[f64]) -> Result<(f64, Vec<f64>), Self::Error>;
    /// H g, where H is about the inverse of the Hessian; g itself when nothing is known.
    fn precondition(&self, gradient: Vec<f64>) -> Vec<f64> {
        gradient
    }
    /// Told the number of steps done and the value; may end the search, which then has no answer.
    fn watch(&mut self, _steps: usize, _value: f64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Goes downhill from `start`; `Ok(None)` when [`Problem::watch`] ended it.
pub fn minimise<P: Problem>(problem: &mut P, start: Vec<f64>, limits: Limits) -> Result<Option<Minimum>, P::Error> {
    let mut x = start;
    let (mut value, mut gradient) = problem.value(&x)?;
    let mut memory = Memory::default();
    let (mut steps, mut small_steps) = (0, 0);
    while steps < limits.steps && small_steps < 3 {
        if problem.watch(steps, value).is_break() {
            return Ok(None);
        }
        let mut direction = memory.direction(&gradient, problem);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            memory = Memory::default();
            direction = memory.direction(&gradient, problem);
            slope = dot(&direction, &gradient);
        }
        let Some((next, next_value, next_gradient)) = search(problem, &x, value, &direction, slope)? else {
            if memory.pairs.is_empty() {
                break;
            }
            // What is remembered may mislead: once more, straight down.
            memory = Memory::default();
            continue;
        };
        memory.learn(difference(&next, &x), difference(&next_gradient, &gradient));
        let gain = (value - next_value) / value.abs().max(f64::MIN_POSITIVE);
        small_steps = if gain < limits.tolerance { small_steps + 1 } else { 0 };
        (x, value, gradient) = (next, next_value, next_gradient);
        steps += 1;
    }
    Ok(Some(Minimum { x, value, steps }))
}

/// A place, its value and its gradient.
type Found = (Vec<f64>, f64, Vec<f64>);

/// The first of x + d, x + d/2, x + d/4, … that is low enough.
fn search<P: Problem>(
    problem: &mut P,
    x: &[f64],
    value: f64,
    direction: &[f64],
    slope: f64,
) -> Result<Option<Found>, P::Error> {
    let mut share = 1.0;
    for _ in 0..HALVINGS {
        let next: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + share * d).collect();
        let (next_value, gradient) = problem.value(&next)?;
        if next_value < value && next_value <= value + ENOUGH * share * slope {
            return Ok(Some((next, next_value, gradient)));
        }
        share *= 0.5;
    }
    Ok(None)
}

/// Steps s with the changes y of the gradient they brought, oldest first.
#[derive(Default)]
struct Memory {
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
}

impl Memory {
    fn learn(&mut self, s: Vec<f64>, y: Vec<f64>) {
        // Only where the function curves upwards does a pair say something about an inverse.
        if dot(&s, &y) > 1e-12 * dot(&y, &y).sqrt() * dot(&s, &s).sqrt() {
            self.pairs.push_back((s, y));
        }
        if self.pairs.len() > MEMORY {
            self.pairs.pop_front();
        }
    }

    /// −H g by the two loops of algorithm 7.4.
    fn direction<P: Problem>(&self, gradient: &[f64], problem: &P) -> Vec<f64> {
        let mut q = gradient.to_vec();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (s, y) in self.pairs.iter().rev() {
            let share = dot(s, &q) / dot(s, y);
            add(&mut q, -share, y);
            shares.push(share);
        }
        let mut r = problem.precondition(q);
        if let Some((s, y)) = self.pairs.back() {
            // γ = sᵀy / yᵀHy (eq. 7.20 with a preconditioner)
            let gamma = dot(s, y) / dot(y, &problem.precondition(y.clone()));
            r = times(gamma, &r);
        }
        for ((s, y), share) in self.pairs.iter().zip(shares.iter().rev()) {
            let back = dot(y, &r) / dot(s, y);
            add(&mut r, share - back, s);
        }
        times(-1.0, &r)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn times(factor: f64, a: &[f64]) -> Vec<f64> {
    a.iter().map(|a| factor * a).collect()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Rosenbrock's valley in pairs of variables: minimum 0 at (1, …, 1).
    struct Valley {
        stop_at: usize,
        values: Vec<f64>,
    }

    impl Problem for Valley {
        type Error = Infallible;

        fn value(&mut self, x: &[f64]) -> Result<(f64, Vec<f64>), Infallible> {
            let (mut value, mut gradient) = (0.0, vec![0.0; x.len()]);
            for i in (0..x.len()).step_by(2) {
                let (a, b) = (1.0 - x[i], x[i + 1] - x[i] * x[i]);
                value += a * a + 100.0 * b * b;
                gradient[i] = -2.0 * a - 400.0 * b * x[i];
                gradient[i + 1] = 200.0 * b;
            }
            Ok((value, gradient))
        }

        fn watch(&mut self, steps: usize, value: f64) -> ControlFlow<()> {
            self.values.push(value);
            if steps == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }

    const LIMITS: Limits = Limits { steps: 200, tolerance: 0.0 };
    const START: [f64; 4] = [-1.2, 1.0, 2.0, -3.0];

    #[test]
    fn a_curved_valley_is_followed_to_its_end_and_never_upwards() {
        let mut valley = Valley { stop_at: usize::MAX, values: Vec::new() };
        let Ok(Some(minimum)) = minimise(&mut valley, START.to_vec(), LIMITS) else { panic!("it was not stopped") };
        assert!(minimum.x.iter().all(|x| (x - 1.0).abs() < 1e-6), "{minimum:?}");
        assert!(minimum.steps < 100, "{minimum:?}");
        assert!(valley.values.windows(2).all(|pair| pair[1] < pair[0]), "{:?}", valley.values);
    }

    #[test]
    fn it_ends_where_it_is_told_to() {
        let mut valley = Valley { stop_at: 3, values: Vec::new() };
        assert_eq!(minimise(&mut valley, START.to_vec(), LIMITS), Ok(None));
        assert_eq!(valley.values.len(), 4);
        let mut valley = Valley { stop_at: usize::MAX, values: Vec::new() };
        let Ok(Some(minimum)) = minimise(&mut valley, vec![1.0; 4], LIMITS) else { panic!("it was not stopped") };
        assert_eq!((minimum.value, minimum.steps), (0.0, 0));
    }
}
