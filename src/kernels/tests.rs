//! Every operation against candle's own, against finite differences, and against itself.

use candle_core::{DType, Device, Result, Tensor, Var};

use super::*;

/// Uniform in [−1, 1), from splitmix64.
fn noise(seed: u64, shape: &[usize]) -> Tensor {
    let value = |i: usize| {
        let mut z =
            seed.wrapping_mul(0x632b_e59b_d9b4_e019).wrapping_add((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    Tensor::from_vec((0..shape.iter().product()).map(value).collect::<Vec<f32>>(), shape, &Device::Cpu).unwrap()
}

fn vars(shapes: &[&[usize]]) -> Vec<Var> {
    let var = |(i, shape): (usize, &&[usize])| Var::from_tensor(&noise(i as u64 + 1, shape)).unwrap();
    shapes.iter().enumerate().map(var).collect()
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

type Op<'a> = &'a dyn Fn(&[Tensor]) -> Result<Tensor>;

/// The operation's result and its gradients of Σ r · result, for a fixed random r, in a pool of its own.
fn run(op: Op<'_>, args: &[Var]) -> Vec<Vec<f32>> {
    let tensors: Vec<Tensor> = args.iter().map(|v| v.as_tensor().clone()).collect();
    let y = op(&tensors).unwrap();
    let grads = (&y * noise(99, y.dims())).unwrap().sum_all().unwrap().backward().unwrap();
    let grads = args.iter().filter_map(|arg| grads.get(arg.as_tensor()).map(flat));
    std::iter::once(flat(&y)).chain(grads).collect()
}

fn pooled<R: Send>(n_threads: usize, f: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(f)
}

#[track_caller]
fn assert_close(what: &str, actual: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(actual.len(), expected.len(), "{what}: number of values");
    let scale = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    for (i, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert!((a - e).abs() <= tolerance * scale, "{what}[{i}]: {a} instead of {e} (scale {scale})");
    }
}

/// Σ r · op(args) in f64.
fn objective(op: Op<'_>, args: &[Tensor]) -> f64 {
    let y = op(args).unwrap();
    let r = flat(&noise(99, y.dims()));
    flat(&y).iter().zip(r).map(|(y, r)| f64::from(*y) * f64::from(r)).sum()
}

/// `op` and its backward pass agree with `stock` (when there is one), with central differences of width `h` along
/// random directions (when `op` has no kink, `h` > 0), and with themselves in pools of one to three threads.
#[track_caller]
fn check(
    what: &str,
    shapes: &[&[usize]],
    op: &(dyn Fn(&[Tensor]) -> Result<Tensor> + Sync),
    stock: Option<Op<'_>>,
    h: f64,
) {
    let args = vars(shapes);
    for n_threads in 1..=3 {
        let what = format!("{what} {shapes:?} in {n_threads} threads");
        let first = pooled(n_threads, || run(op, &args));
        assert_eq!(first, pooled(n_threads, || run(op, &args)), "{what}: not the same twice");
        if let Some(stock) = stock {
            for (i, (a, e)) in first.iter().zip(run(stock, &args)).enumerate() {
                assert_close(&format!("{what}, output or gradient {i}"), a, &e, 1e-5);
            }
        }
        if h == 0.0 {
            continue;
        }
        for (i, grad) in first.iter().skip(1).enumerate() {
            let direction = noise(50 + i as u64, args[i].dims());
            let at = |h: f64| {
                let mut args: Vec<Tensor> = args.iter().map(|v| v.as_tensor().detach()).collect();
                args[i] = (&args[i] + (&direction * h).unwrap()).unwrap();
                objective(op, &args)
            };
            let expected = (at(h) - at(-h)) / (2.0 * h);
            let actual: f64 = grad.iter().zip(flat(&direction)).map(|(g, d)| f64::from(*g) * f64::from(d)).sum();
            let norm = grad.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt().max(1.0);
            assert!((actual - expected).abs() < 2e-3 * norm, "{what}: slope {i} is {actual}, measured {expected}");
        }
    }
}

const ACTIVATIONS: [Activation; 3] = [Activation::None, Activation::Relu, Activation::Tanh];

/// candle's own.
fn stock_activation(y: &Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::None => Ok(y.clone()),
        Activation::Relu => y.relu(),
        Activation::Tanh => y.tanh(),
    }
}

/// Width of the finite differences: none over ReLU's kink, small where it is curved.
fn width_for(activation: Activation) -> f64 {
    match activation {
        Activation::None => 0.5,
        Activation::Relu => 0.0,
        Activation::Tanh => 2e-3,
    }
}

#[test]
fn linear_is_matmul_plus_bias() {
    for (b, i, o) in
        [(1, 1, 1), (1, 784, 400), (2, 3, 5), (3, 17, 9), (7, 400, 2), (128, 2, 400), (33, 129, 65), (128, 100, 31)]
    {
        for activation in ACTIVATIONS {
            let op = |t: &[Tensor]| linear(&t[0], &t[1], &t[2], activation);
            let stock = |t: &[Tensor]| {
                let y = t[0].matmul(&t[1].t()?)?.broadcast_add(&t[2])?; // [B, O]
                stock_activation(&y, activation)
            };
            let h = width_for(activation);
            check("linear", &[&[b, i], &[o, i], &[o]], &op, Some(&stock), h);
        }
    }
}

/// k4 s2 p1, and windows that leave pixels unseen, overlap by nothing, or reach two pixels out.
const WINDOWS: [Window; 4] = [
    Window { kernel: 4, stride: 2, padding: 1 },
    Window { kernel: 3, stride: 1, padding: 1 },
    Window { kernel: 2, stride: 3, padding: 0 },
    Window { kernel: 5, stride: 2, padding: 2 },
];

/// (B, H, W, C, O)
const MAPS: [(usize, usize, usize, usize, usize); 8] = [
    (1, 28, 28, 1, 32),
    (3, 7, 5, 3, 5),
    (2, 9, 9, 1, 1),
    (5, 6, 11, 8, 3),
    (1, 5, 5, 17, 9),
    (2, 2, 3, 2, 3),
    (9, 14, 14, 32, 16),
    (1, 32, 32, 16, 64), // one image, large enough to be shared among threads
];

fn nchw(x: &Tensor) -> Result<Tensor> {
    x.permute((0, 3, 1, 2))?.contiguous()
}

fn after(y: &Tensor, b: &Tensor, activation: Activation) -> Result<Tensor> {
    let y = y.permute((0, 2, 3, 1))?.broadcast_add(b)?; // [B, H, W, O]
    stock_activation(&y, activation)
}

#[test]
fn conv2d_is_candles_with_channels_last() {
    for (window, (b, h, w, c, o)) in WINDOWS.into_iter().flat_map(|window| MAPS.map(|map| (window, map))) {
        let k = window.kernel;
        for activation in ACTIVATIONS {
            let op = |t: &[Tensor]| conv2d(&t[0], &t[1], &t[2], window, activation);
            let stock = |t: &[Tensor]| {
                // candle's backward pass fails where the sides leave different numbers of pixels unseen: cut them off.
                let seen = |len: usize| window.count(len).map_or(0, |n| (n - 1) * window.stride + k);
                let (p, x) = (window.padding, nchw(&t[0])?);
                let x = x.pad_with_zeros(2, p, p)?.pad_with_zeros(3, p, p)?;
                let x = x.narrow(2, 0, seen(h))?.narrow(3, 0, seen(w))?.contiguous()?;
                let y = x.conv2d(&nchw(&t[1])?, 0, window.stride, 1, 1)?; // [B, O, H', W']
                after(&y, &t[2], activation)
            };
            let width = width_for(activation);
            let shapes: [&[usize]; 3] = [&[b, h, w, c], &[o, k, k, c], &[o]];
            check(&format!("conv2d {window:?}"), &shapes, &op, Some(&stock), width);
        }
    }
}

#[test]
fn conv_transpose2d_is_candles_with_channels_last() {
    for (window, (b, big_h, big_w, o, c)) in WINDOWS.into_iter().flat_map(|window| MAPS.map(|map| (window, map))) {
        let Window { kernel: k, stride, padding } = window;
        let (h, w) = (window.count(big_h).unwrap(), window.count(big_w).unwrap());
        // What is left over when the windows are laid out is PyTorch's output_padding.
        let extra = |big: usize, small: usize| big + 2 * padding - k - (small - 1) * stride;
        for activation in ACTIVATIONS {
            let op = |t: &[Tensor]| conv_transpose2d(&t[0], &t[1], &t[2], window, (big_h, big_w), activation);
            let stock = |t: &[Tensor]| {
                // candle pads both sides alike: make the larger map, then cut.
                let out = extra(big_h, h).max(extra(big_w, w));
                let y = nchw(&t[0])?.conv_transpose2d(&nchw(&t[1])?, padding, out, stride, 1)?; // [B, O, ≥ H, ≥ W]
                after(&y.narrow(2, 0, big_h)?.narrow(3, 0, big_w)?, &t[2], activation)
            };
            let width = width_for(activation);
            let shapes: [&[usize]; 3] = [&[b, h, w, c], &[c, k, k, o], &[o]];
            check(&format!("conv_transpose2d to {big_h}, {big_w}, {window:?}"), &shapes, &op, Some(&stock), width);
        }
    }
}

#[test]
fn losses_follow_their_formulas() {
    for (b, p) in [(1, 1), (1, 7), (3, 8), (2, 1025), (5, 784), (64, 3000)] {
        // Logits in ±8, pixels in [0, 1); the second argument is data.
        let pair = |t: &[Tensor]| Ok::<_, candle_core::Error>(((&t[0] * 8.0)?, noise(7, &[b, p]).affine(0.5, 0.5)?));
        let softplus = |l: &Tensor| l.relu()? + (l.abs()?.neg()?.exp()? + 1.0)?.log()?;
        let nll = |t: &[Tensor]| pair(t).and_then(|(l, x)| bernoulli_nll(&l, &x));
        let stock_nll = |t: &[Tensor]| pair(t).and_then(|(l, x)| (softplus(&l)? - (&l * x)?)?.sum(1));
        check("bernoulli_nll", &[&[b, p]], &nll, Some(&stock_nll), 1e-2);
        let sse = |t: &[Tensor]| pair(t).and_then(|(l, x)| sigmoid_sse(&l, &x));
        let stock_sse = |t: &[Tensor]| {
            let (l, x) = pair(t)?;
            let m = (l.neg()?.exp()? + 1.0)?.recip()?; // [B, P]
            (m - x)?.sqr()?.sum(1)
        };
        check("sigmoid_sse", &[&[b, p]], &sse, Some(&stock_sse), 1e-2);
    }
}

/// candle-nn's own loss is NaN here.
#[test]
fn bernoulli_nll_is_exact_and_finite_for_large_logits() {
    let logits = [5.0f32, 20.0, 40.0, -20.0, 0.0, -100.0, 1000.0, -1e30];
    let x = [0.0f32, 1.0, 0.25, 1.0, 0.5, 0.0, 1.0, 0.0];
    for (l, x) in logits.into_iter().zip(x) {
        let exact = f64::from(l).max(0.0) - f64::from(l) * f64::from(x) + (-f64::from(l).abs()).exp().ln_1p();
        let slope = 1.0 / (1.0 + (-f64::from(l)).exp()) - f64::from(x);
        let logit = Var::from_slice(&[l], (1, 1), &Device::Cpu).unwrap();
        let nll = bernoulli_nll(&logit, &Tensor::from_slice(&[x], (1, 1), &Device::Cpu).unwrap()).unwrap();
        let grads = nll.backward().unwrap();
        assert_close(&format!("nll at {l}"), &flat(&nll), &[exact as f32], 1e-6);
        // One unit in the last place of a logistic function close to 1.
        let error = f64::from(flat(grads.get(&logit).unwrap())[0]) - slope;
        assert!(error.abs() < 1.2e-7, "slope at {l} is off by {error}");
    }
}

#[test]
fn add_is_candles_addition() {
    for shape in [&[0][..], &[1], &[3, 7], &[64, 4096]] {
        let (a, b) = (noise(1, shape), noise(2, shape));
        let expected = flat(&(&a + &b).unwrap());
        for n_threads in 1..=3 {
            assert_eq!(flat(&pooled(n_threads, || add(&a, &b)).unwrap()), expected);
        }
    }
}

#[test]
fn nan_is_never_hidden() {
    let nan = Tensor::full(f32::NAN, (2, 9), &Device::Cpu).unwrap();
    let half = Tensor::full(0.5f32, (2, 9), &Device::Cpu).unwrap();
    let w = Tensor::ones((3, 9), DType::F32, &Device::Cpu).unwrap();
    let b = Tensor::zeros(3, DType::F32, &Device::Cpu).unwrap();
    let map = Tensor::full(f32::NAN, (1, 2, 2, 3), &Device::Cpu).unwrap();
    let kernel = Tensor::ones((3, 4, 4, 3), DType::F32, &Device::Cpu).unwrap();
    let layers = [
        linear(&nan, &w, &b, Activation::Relu),
        conv2d(&map, &kernel, &b, WINDOWS[0], Activation::Relu),
        conv_transpose2d(&map, &kernel, &b, WINDOWS[0], (4, 4), Activation::Relu),
        linear(&nan, &w, &b, Activation::Tanh),
    ];
    for y in layers.into_iter().chain([bernoulli_nll(&nan, &half), sigmoid_sse(&nan, &half)]) {
        assert!(flat(&y.unwrap()).iter().all(|v| v.is_nan()));
    }
}

/// Textbook Adam in f64.
#[test]
fn adam_follows_the_paper() {
    for n in [1, 13, 200_003] {
        let param = Var::from_tensor(&noise(1, &[n])).unwrap();
        let (mut m, mut v, mut mean) = (vec![0.0; n], vec![0.0; n], vec![3.0; n]);
        let mut exact: Vec<[f64; 4]> = flat(&param).iter().map(|p| [f64::from(*p), 0.0, 0.0, 3.0]).collect();
        for step in 1..=5 {
            let grad = noise(10 + step, &[n]);
            // Every other step without a mean.
            let follows = step % 2 == 1;
            let moments = Moments { m: &mut m, v: &mut v, mean: follows.then_some((mean.as_mut_slice(), 0.3)) };
            adam_step(&param, &grad, moments, step, 1e-2).unwrap();
            let t = step as i32;
            for ([p, m, v, mean], g) in exact.iter_mut().zip(flat(&grad)) {
                let g = f64::from(g);
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                *p -= 1e-2 * (*m / (1.0 - 0.9f64.powi(t))) / ((*v / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8);
                if follows {
                    *mean += 0.3 * (*p - *mean);
                }
            }
        }
        let column = |i: usize| exact.iter().map(|row| row[i] as f32).collect::<Vec<f32>>();
        assert_close("parameter", &flat(&param), &column(0), 1e-5);
        assert_close("first moment", &m, &column(1), 1e-6);
        assert_close("second moment", &v, &column(2), 1e-6);
        assert_close("mean", &mean, &column(3), 1e-5);
    }
}

#[test]
fn views_are_as_good_as_copies() {
    let wide = noise(1, &[10, 6]);
    let (w, b) = (noise(2, &[4, 5]), noise(3, &[4]));
    let view = wide.t().unwrap().narrow(0, 1, 5).unwrap().t().unwrap(); // [10, 5]
    let copy = Tensor::from_vec(flat(&view), (10, 5), &Device::Cpu).unwrap();
    let y = |x: &Tensor| flat(&linear(x, &w, &b, Activation::None).unwrap());
    assert_eq!(y(&view), y(&copy));
    let rows = wide.narrow(0, 3, 2).unwrap(); // contiguous, but not from the start
    let copy = Tensor::from_vec(flat(&rows), (2, 6), &Device::Cpu).unwrap();
    let half = Tensor::full(0.5f32, (2, 6), &Device::Cpu).unwrap();
    assert_eq!(flat(&bernoulli_nll(&rows, &half).unwrap()), flat(&bernoulli_nll(&copy, &half).unwrap()));
}

#[test]
fn arguments_without_gradient_get_none() {
    const WINDOW: Window = WINDOWS[0];
    let linear = |t: &[Tensor]| linear(&t[0], &t[1], &t[2], Activation::Relu);
    let down = |t: &[Tensor]| conv2d(&t[0], &t[1], &t[2], WINDOW, Activation::Relu);
    let up = |t: &[Tensor]| conv_transpose2d(&t[0], &t[1], &t[2], WINDOW, (8, 8), Activation::Relu);
    let ops: [(Op<'_>, [&[usize]; 3]); 3] = [
        (&linear, [&[3, 4], &[2, 4], &[2]]),
        (&down, [&[2, 8, 8, 3], &[5, 4, 4, 3], &[5]]),
        (&up, [&[2, 4, 4, 5], &[5, 4, 4, 3], &[3]]),
    ];
    for (op, shapes) in ops {
        let args = vars(&shapes);
        let all = run(op, &args);
        for tracked in 0..8 {
            let tensor = |(i, arg): (usize, &Var)| {
                let tensor = arg.as_tensor().clone();
                if tracked & (1 << i) == 0 { tensor.detach() } else { tensor }
            };
            let tensors: Vec<Tensor> = args.iter().enumerate().map(tensor).collect();
            let y = op(&tensors).unwrap();
            assert_eq!(y.track_op(), tracked != 0);
            let grads = (&y * noise(99, y.dims())).unwrap().sum_all().unwrap().backward().unwrap();
            for (i, arg) in args.iter().enumerate() {
                let expected = (tracked & (1 << i) != 0).then(|| all[i + 1].clone());
                assert_eq!(grads.get(arg).map(flat), expected, "argument {i} of {shapes:?}, tracked {tracked:03b}");
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let f = |shape: &[usize]| noise(1, shape);
    let f64s = Tensor::zeros((2, 3), DType::F64, &Device::Cpu).unwrap();
    let param = Var::from_tensor(&f(&[3])).unwrap();
    let adam = |grad: &Tensor, n_mean: usize, step| {
        let mean: Option<(&mut [f32], f64)> = Some((&mut vec![0.0; n_mean], 0.5));
        adam_step(&param, grad, Moments { m: &mut [0.0; 3], v: &mut [0.0; 3], mean }, step, 1e-3).unwrap_err()
    };
    let errors = [
        linear(&f(&[2, 3]), &f(&[4, 5]), &f(&[4]), Activation::None).unwrap_err(),
        linear(&f64s, &f(&[4, 3]), &f(&[4]), Activation::None).unwrap_err(),
        conv2d(&f(&[1, 8, 8, 3]), &f(&[4, 4, 4, 2]), &f(&[4]), WINDOWS[0], Activation::None).unwrap_err(),
        conv2d(&f(&[1, 1, 8, 3]), &f(&[4, 4, 4, 3]), &f(&[4]), WINDOWS[0], Activation::None).unwrap_err(),
        conv_transpose2d(&f(&[1, 4, 4, 3]), &f(&[3, 4, 4, 2]), &f(&[2]), WINDOWS[0], (8, 10), Activation::None)
            .unwrap_err(),
        bernoulli_nll(&f(&[2, 3]), &f(&[2, 4])).unwrap_err(),
        sigmoid_sse(&f(&[6]), &f(&[6])).unwrap_err(),
        add(&f(&[2, 3]), &f(&[3, 2])).unwrap_err(),
        adam(&f(&[4]), 3, 1),
        adam(&f(&[3]), 3, 0),
        adam(&f(&[3]), 2, 1),
    ];
    let names = [
        "linear",
        "linear",
        "conv2d",
        "conv2d",
        "conv_transpose2d",
        "bernoulli_nll",
        "sigmoid_sse",
        "add",
        "adam_step",
        "adam_step",
        "adam_step",
    ];
    for (error, name) in errors.iter().zip(names) {
        let text = error.to_string();
        assert!(text.starts_with(name) && text.contains('['), "{text}");
    }
}

#[test]
fn empty_batches_are_empty() {
    let y = linear(&noise(1, &[0, 3]), &noise(2, &[4, 3]), &noise(3, &[4]), Activation::Relu).unwrap();
    assert_eq!(y.dims(), [0, 4]);
    let y = conv2d(&noise(1, &[0, 8, 8, 3]), &noise(2, &[5, 4, 4, 3]), &noise(3, &[5]), WINDOWS[0], Activation::None);
    assert_eq!(y.unwrap().dims(), [0, 4, 4, 5]);
    assert_eq!(bernoulli_nll(&noise(1, &[0, 3]), &noise(2, &[0, 3])).unwrap().dims(), [0]);
}
