//! Every figure, curve and idea that the program explains, in the order of the glossary.

use crate::state::lens::Page;

/// What the glossary is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Entropy, divergence, codes.
    Information,
    /// Likelihood, Bayes, expectations.
    Probability,
    /// What the model is made of.
    Model,
    /// The ELBO, its terms and its gap.
    Bound,
    /// How the model is trained.
    Training,
    /// Places and ways in latent space.
    Space,
    /// The images, and the model as a code for them.
    Images,
}

impl Part {
    /// Its name in the catalogue, below `explain.part`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Probability => "probability",
            Self::Model => "model",
            Self::Bound => "bound",
            Self::Training => "training",
            Self::Space => "space",
            Self::Images => "images",
        }
    }
}

/// One line a topic: its key in the catalogue, its part, the page of the lens where it can be pushed about, and what to
/// see besides.
macro_rules! topics {
    ($($topic:ident $key:literal $part:ident $page:expr, [$($see:ident)*];)*) => {
        /// A kind of figure or curve, or an idea behind one. Its texts are in the catalogue, below `explain.topic`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Topic {
            $(#[doc = $key] $topic,)*
        }

        impl Topic {
            /// Every topic, part by part.
            pub const ALL: &[Self] = &[$(Self::$topic,)*];

            /// Its name in the catalogue, below `explain.topic`.
            pub fn key(self) -> &'static str {
                match self { $(Self::$topic => $key,)* }
            }

            /// Where it stands in the glossary.
            pub fn part(self) -> Part {
                match self { $(Self::$topic => Part::$part,)* }
            }

            /// The page of the lens where it can be pushed about.
            pub fn page(self) -> Option<Page> {
                match self { $(Self::$topic => $page,)* }
            }

            /// What to see besides.
            pub fn see(self) -> &'static [Self] {
                match self { $(Self::$topic => &[$(Self::$see,)*],)* }
            }
        }
    };
}

const IMAGE: Option<Page> = Some(Page::Image);
const BOUND: Option<Page> = Some(Page::Bound);
const ASCENT: Option<Page> = Some(Page::Ascent);
const PUSH: Option<Page> = Some(Page::Divergences);
const CODE: Option<Page> = Some(Page::Code);
const GENERATE: Option<Page> = Some(Page::Generate);
const CONTEST: Option<Page> = Some(Page::Contest);

topics! {
    Information "information" Information PUSH, [Entropy Units Huffman];
    Entropy "entropy" Information PUSH, [Information CrossEntropy Huffman];
    DifferentialEntropy "differential_entropy" Information PUSH, [Entropy GaussianKl];
    CrossEntropy "cross_entropy" Information PUSH, [Entropy Kl WrongCode];
    Kl "kl" Information PUSH, [KlWays CrossEntropy KlPrior];
    KlWays "kl_ways" Information PUSH, [Kl VariationalInference];
    GaussianKl "gaussian_kl" Information PUSH, [DifferentialEntropy KlPrior KlSampled];
    MutualInformation "mutual_information" Information None, [AggregateKl KlPrior];
    Huffman "huffman" Information PUSH, [Entropy WrongCode];
    WrongCode "wrong_code" Information PUSH, [CrossEntropy Kl Huffman];
    Units "units" Information PUSH, [Information BitsPerPixel];

    Likelihood "likelihood" Probability IMAGE, [MaximumLikelihood LogLikelihood];
    MaximumLikelihood "maximum_likelihood" Probability IMAGE, [Likelihood SigmaOpt];
    Bayes "bayes" Probability BOUND, [Evidence TruePosterior];
    Evidence "evidence" Probability BOUND, [Identity Quadrature Importance];
    Expectation "expectation" Probability PUSH, [StandardError KlSampled];
    StandardError "standard_error" Probability PUSH, [Expectation Importance];

    LatentCode "latent_code" Model IMAGE, [Prior Posterior NearestImages];
    Prior "prior" Model GENERATE, [LatentCode KlPrior Generation];
    LogLikelihood "log_likelihood" Model IMAGE, [Sigma Bernoulli Recon];
    Bernoulli "bernoulli" Model IMAGE, [LogLikelihood CrossEntropy];
    Posterior "posterior" Model IMAGE, [Reparameterisation KlPrior TruePosterior];
    Reparameterisation "reparameterisation" Model IMAGE, [Posterior Expectation];
    Sigma "sigma" Model IMAGE, [SigmaOpt LogLikelihood];
    SigmaOpt "sigma_opt" Model IMAGE, [MaximumLikelihood Sigma MeanSquaredError];
    Autoencoder "autoencoder" Model CONTEST, [Pca Recon Elbo];
    Pca "pca" Model CONTEST, [MainDirections Autoencoder];
    Generation "generation" Model GENERATE, [Prior Mixture AggregatePosterior];
    Mixture "mixture" Model GENERATE, [AggregatePosterior Generation];

    Elbo "elbo" Bound IMAGE, [Recon KlPrior Identity];
    Recon "recon" Bound IMAGE, [LogLikelihood Elbo Distortion];
    KlPrior "kl_prior" Bound IMAGE, [GaussianKl KlPerDim Rate];
    Beta "beta" Bound None, [BetaKl KlPrior LearningRate];
    BetaKl "beta_kl" Bound None, [Beta KlPrior FreeBits];
    FreeBits "free_bits" Bound None, [KlPerDim Collapse];
    KlPerDim "kl_per_dim" Bound IMAGE, [KlPrior ActiveUnits];
    ActiveUnits "active_units" Bound None, [KlPerDim Collapse];
    Collapse "collapse" Bound None, [ActiveUnits FreeBits Beta];
    Identity "identity" Bound BOUND, [Residual Elbo KlTrue];
    KlTrue "kl_true" Bound BOUND, [Identity TruePosterior AmortisationGap];
    Residual "residual" Bound BOUND, [Identity StandardError];
    TruePosterior "true_posterior" Bound BOUND, [Bayes Posterior KlTrue];
    Quadrature "quadrature" Bound BOUND, [Evidence Importance];
    Importance "importance" Bound BOUND, [ImportanceBound Evidence StandardError];
    ImportanceBound "importance_bound" Bound BOUND, [Importance Elbo];
    KlSampled "kl_sampled" Bound BOUND, [Expectation GaussianKl StandardError];
    VariationalInference "variational_inference" Bound ASCENT, [Elbo AmortisationGap KlWays];
    ElboOfQ "elbo_of_q" Bound ASCENT, [VariationalInference EncoderElbo];
    EncoderElbo "encoder_elbo" Bound ASCENT, [AmortisationGap ElboOfQ];
    AmortisationGap "amortisation_gap" Bound ASCENT, [ApproximationGap EncoderElbo Refinement];
    ApproximationGap "approximation_gap" Bound ASCENT, [AmortisationGap KlTrue];

    Step "step" Training None, [Epoch LearningRate Speed];
    Epoch "epoch" Training None, [Step Held];
    LearningRate "learning_rate" Training None, [Step GradientNorm WeightMean];
    Speed "speed" Training None, [Step TimeLeft];
    TimeLeft "time_left" Training None, [Speed Epoch];
    GradientNorm "gradient_norm" Training None, [LearningRate Diverged];
    WeightMean "weight_mean" Training None, [LearningRate Held];
    Held "held" Training None, [Overfitting Dataset Smoothing];
    Overfitting "overfitting" Training None, [Held Sigma];
    Diverged "diverged" Training None, [LearningRate GradientNorm];
    Smoothing "smoothing" Training None, [Recon Step];

    AggregatePosterior "aggregate_posterior" Space GENERATE, [Density AggregateKl Mixture];
    Density "density" Space None, [DensityPercentile AggregatePosterior Geodesic];
    DensityPercentile "density_percentile" Space None, [Density Outliers];
    AggregateKl "aggregate_kl" Space None, [MutualInformation AggregatePosterior];
    NearestImages "nearest_images" Space None, [LatentCode Duplicates Analogy];
    MainDirections "main_directions" Space None, [Pca KlPerDim];
    Refinement "refinement" Space None, [AmortisationGap LogLikelihood];
    PathLength "path_length" Space None, [StepChange Geodesic];
    LowestDensity "lowest_density" Space None, [DensityPercentile Geodesic];
    StepChange "step_change" Space None, [PathLength Geodesic];
    Geodesic "geodesic" Space None, [Slerp PathLength LowestDensity];
    Slerp "slerp" Space None, [Prior Geodesic];
    Direction "direction" Space None, [Strength Analogy];
    Strength "strength" Space None, [Direction DensityPercentile];
    Analogy "analogy" Space None, [Direction LatentCode];

    Dataset "dataset" Images None, [Held Values Fingerprint];
    Values "values" Images None, [Dataset BitsPerPixel];
    Fingerprint "fingerprint" Images None, [Dataset Held];
    SquaredError "squared_error" Images IMAGE, [RmsError MeanSquaredError LogLikelihood];
    RmsError "rms_error" Images None, [SquaredError ErrorPercentile];
    MeanSquaredError "mean_squared_error" Images CONTEST, [SquaredError SigmaOpt TestError];
    ErrorPercentile "error_percentile" Images None, [RmsError Outliers];
    Outliers "outliers" Images None, [Density DensityPercentile];
    Duplicates "duplicates" Images None, [NearestImages RmsError];
    Rate "rate" Images CODE, [Distortion KlPrior BitsPerPixel];
    Distortion "distortion" Images CODE, [Rate Recon BitsPerPixel];
    BitsPerPixel "bits_per_pixel" Images CODE, [Rate Distortion PixelEntropy];
    PixelEntropy "pixel_entropy" Images CODE, [Entropy PngSize BitsPerPixel];
    PngSize "png_size" Images CODE, [PixelEntropy BitsPerPixel];
    TestError "test_error" Images CONTEST, [MeanSquaredError Pca Autoencoder];
}
