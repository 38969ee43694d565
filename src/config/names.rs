//! What settings and their values are called where people read them: the words of the window.

use rust_i18n::t;

use crate::config::{BetaSchedule, Kind, LrSchedule, number};

/// What the setting `key` is called; a key that the window does not show is its own name.
pub fn name_of(key: &str) -> String {
    let name = match key {
        "data.size" => t!("data.size"),
        "data.channels" => t!("data.channels"),
        "data.fit" => t!("data.fit"),
        "data.background" => t!("data.background"),
        "data.max_megapixels" => t!("data.max_megapixels"),
        "data.validation_fraction" => t!("model.validation"),
        "model.kind" => t!("model.kind"),
        "model.arch" => t!("model.arch"),
        "model.latent_dim" => t!("model.latent_dim"),
        "model.likelihood" => t!("model.likelihood"),
        "model.sigma" => t!("model.sigma"),
        "model.init" => t!("model.init"),
        "model.hidden" => t!("model.hidden"),
        "model.activation" => t!("model.activation"),
        "model.binarise" => t!("model.binarise"),
        "train.epochs" => t!("model.epochs"),
        "train.batch" => t!("model.batch"),
        "train.lr" => t!("model.lr"),
        "train.lr_schedule" => t!("schedule.lr_schedule"),
        "train.lr_warmup_epochs" => t!("schedule.lr_warmup"),
        "train.beta" => t!("model.beta"),
        "train.beta_schedule" => t!("schedule.beta"),
        "train.warmup_epochs" => t!("schedule.warmup"),
        "train.cycle_epochs" => t!("schedule.cycle"),
        "train.cycles" => t!("schedule.cycles"),
        "train.cycle_ramp" => t!("schedule.ramp"),
        "train.beta_from_epoch" => t!("schedule.from"),
        "train.free_bits" => t!("model.free_bits"),
        "train.mc_samples" => t!("model.mc_samples"),
        "train.clip_norm" => t!("model.clip"),
        "train.flip" => t!("model.flip"),
        "train.shift_pixels" => t!("model.shift"),
        "train.seed" => t!("model.seed"),
        "train.average" => t!("model.average"),
        "train.threads" => t!("model.threads"),
        "train.timeline_mb" => t!("model.timeline"),
        other => return other.to_owned(),
    };
    name.into_owned()
}

/// `value` of the setting `key`, as `--set` takes it, in the words that the window has for it; numbers stay as they are.
pub fn value_of(key: &str, value: &str) -> String {
    let text = match (key, value) {
        ("model.kind", value) => return kind(value),
        ("model.arch", "mlp") => t!("model.arch_mlp"),
        ("model.arch", "conv") => t!("model.arch_conv"),
        ("model.likelihood", "bernoulli") => t!("model.likelihood_bernoulli"),
        ("model.likelihood", "gaussian") => t!("model.likelihood_gaussian"),
        ("model.likelihood", "gaussian-learned") => t!("model.likelihood_gaussian_learned"),
        ("model.activation", "relu") => t!("model.activation_relu"),
        ("model.activation", "tanh") => t!("model.activation_tanh"),
        ("data.size" | "data.channels", "auto") => t!("data.size_auto"),
        ("data.channels", "grey") => t!("data.channels_grey"),
        ("data.channels", "rgb") => t!("data.channels_rgb"),
        ("data.fit", "crop") => t!("data.fit_crop"),
        ("data.fit", "pad") => t!("data.fit_pad"),
        ("data.fit", "stretch") => t!("data.fit_stretch"),
        ("train.beta_schedule" | "train.lr_schedule", value) => return schedule(value),
        ("train.clip_norm", "0") => t!("model.clip_off"),
        ("train.threads", "0") => t!("model.threads_all"),
        (_, "true") => t!("setting.on"),
        (_, "false") => t!("setting.off"),
        ("data.validation_fraction" | "train.cycle_ramp", value) => return percent(value),
        ("train.lr", value) => return value.parse().map_or_else(|_| value.to_owned(), number::figure),
        (_, value) => return value.to_owned(),
    };
    text.into_owned()
}

fn kind(value: &str) -> String {
    if value == Kind::Ae.word() { t!("model.kind_ae") } else { t!("model.kind_vae") }.into_owned()
}

fn schedule(value: &str) -> String {
    let text = match value {
        v if v == BetaSchedule::Cyclical.word() => t!("schedule.cyclical"),
        v if v == LrSchedule::Cosine.word() => t!("schedule.cosine"),
        _ => t!("schedule.constant"),
    };
    text.into_owned()
}

fn percent(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), |share| format!("{} %", (1e4 * share).round() / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{KEYS, RunConfig};

    #[test]
    fn every_setting_has_a_name_of_its_own_in_the_window() {
        let mut names: Vec<_> = KEYS.iter().map(|key| name_of(key)).collect();
        assert!(names.iter().all(|name| !name.contains('.')), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), KEYS.len());
    }

    #[test]
    fn values_are_said_as_the_window_says_them() {
        let check = |pair: &str, expected: &str| {
            let mut config = RunConfig::default();
            config.set_pair(pair).unwrap();
            let key = pair.split_once('=').unwrap().0;
            assert_eq!(value_of(key, &config.get(key).unwrap()), expected, "{pair}");
        };
        check("train.beta=4", "4");
        check("train.lr=1e-4", "10⁻⁴");
        check("train.lr=0.002", "0.002");
        check("model.likelihood=gaussian-learned", "Gaussian, learned σ");
        check("model.kind=ae", "AE");
        check("train.lr_schedule=cosine", "Cosine");
        check("train.beta_schedule=constant", "Constant");
        check("train.flip=true", "on");
        check("train.clip_norm=0", "off");
        check("data.validation_fraction=0.125", "12.5 %");
        check("data.size=48", "48");
    }
}
