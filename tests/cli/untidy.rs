//! A folder with everything at once that nobody has tidied, made by code from a seed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma};
use serde_json::Value;
use tempfile::TempDir;

use crate::make::{
    animated_gif, animated_png, animated_webp, bytes_of, cmyk_jpeg, grey, jpeg_claiming, jpeg_with_orientation,
    packed_zeros, palette_png, png_claiming, png_with, save, two_colours,
};
use crate::support::{lines, number, program, stderr};

/// The folder `images` in a folder of its own, and what is to be said of every file in it: `None` for an image, or a part
/// of why it is none.
struct Untidy {
    around: TempDir,
    verdicts: BTreeMap<String, Option<&'static str>>,
}

impl Untidy {
    fn new() -> Self {
        let mut untidy = Self { around: tempfile::tempdir().unwrap(), verdicts: BTreeMap::new() };
        fs::create_dir(untidy.images()).unwrap();
        untidy.good_files();
        untidy.bad_files();
        untidy.odd_names();
        untidy.no_files();
        untidy
    }

    fn images(&self) -> std::path::PathBuf {
        self.around.path().join("images")
    }

    fn put(&mut self, name: &str, bytes: &[u8], verdict: Option<&'static str>) {
        let path = self.images().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self.verdicts.insert(name.to_owned(), verdict);
    }

    fn good_files(&mut self) {
        let (png, jpeg) = (bytes_of(&two_colours(), ImageFormat::Png), bytes_of(&two_colours(), ImageFormat::Jpeg));
        let deep = ImageBuffer::from_fn(16, 16, |x, y| Luma([(x * y * 257) as u16]));
        let photo = GrayImage::from_fn(8000, 6000, |x, y| Luma([(x / 40 + y / 40) as u8]));
        let heavy = [b"heavy\0\0".as_slice(), &packed_zeros(100_000_000)].concat();
        for (name, bytes) in [
            ("kinds/jpeg.png", jpeg),
            ("kinds/no_ending", png.clone()),
            ("kinds/profile.png", png_with(&png, *b"iCCP", &heavy)),
            ("kinds/16_bits.png", bytes_of(&DynamicImage::ImageLuma16(deep), ImageFormat::Png)),
            ("kinds/palette.png", palette_png()),
            ("kinds/print.jpg", cmyk_jpeg([10, 200, 30, 60])),
            ("kinds/animated.gif", animated_gif()),
            ("kinds/animated.png", animated_png()),
            ("kinds/animated.webp", animated_webp()),
            ("kinds/photo.jpg", bytes_of(&DynamicImage::ImageLuma8(photo), ImageFormat::Jpeg)),
        ] {
            self.put(name, &bytes, None);
        }
        for turned in 1..=8 {
            self.put(&format!("turned/{turned}.jpg"), &jpeg_with_orientation(turned), None);
        }
        let black = bytes_of(&grey(16, 0), ImageFormat::Png);
        (0..12).for_each(|i| self.put(&format!("same/{i}.png"), &png, None));
        (0..12).for_each(|i| self.put(&format!("black/{i}.png"), &black, None));
    }

    fn bad_files(&mut self) {
        let png = bytes_of(&two_colours(), ImageFormat::Png);
        // Numbers of a linear congruential generator (Knuth's MMIX) from a seed.
        let mut state = 7_u64;
        let mut noise = [0_u8; 4000];
        noise.fill_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        });
        let mut corrupt = png.clone();
        let end = corrupt.len();
        corrupt[41..end - 12].iter_mut().zip(noise).for_each(|(byte, noise)| *byte = noise);
        for (name, bytes, why) in [
            ("bad/text.png", b"no image".to_vec(), "not an image that can be read"),
            ("bad/text.tga", b"no image".to_vec(), "damaged"),
            ("bad/zero.jpg", Vec::new(), "empty"),
            ("bad/cut.png", png[..png.len() / 2].to_vec(), "damaged: the file ends too early"),
            ("bad/corrupt.png", corrupt, "damaged PNG file"),
            ("bad/noise.webp", noise.to_vec(), "not an image that can be read"),
            ("bad/bomb.png", png_claiming(40_000, 40_000, &packed_zeros(32_000_000)), "too large: 40000 × 40000"),
            ("bad/claims.png", png_claiming((1 << 31) - 1, (1 << 31) - 1, &[]), "too large"),
            ("bad/claims.jpg", jpeg_claiming(65_535, 65_535), "too large: 65535 × 65535"),
        ] {
            self.put(name, &bytes, Some(why));
        }
        let locked = self.images().join("locked");
        self.put("locked/a.png", &png, None);
        fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
        self.verdicts.remove("locked/a.png");
        self.verdicts.insert("locked".into(), Some("permission denied"));
        self.put("bad/locked.png", &png, Some("permission denied"));
        fs::set_permissions(self.images().join("bad/locked.png"), Permissions::from_mode(0o000)).unwrap();
    }

    fn odd_names(&mut self) {
        let png = bytes_of(&two_colours(), ImageFormat::Png);
        let long = format!("names/{}.png", "n".repeat(251));
        let deep = "levels/".repeat(40) + "deep.png";
        for name in ["names/two\nlines.png", "names/帽子 é.png", &long, &deep] {
            self.put(name, &png, None);
        }
        self.put("names/no\timage\n.png", b"text", Some("not an image"));
        let name = self.images().join("names").join(OsStr::from_bytes(b"caf\xe9.png"));
        fs::write(name, &png).unwrap();
        self.verdicts.insert("names/caf\u{fffd}.png".into(), None);
        fs::write(self.images().join(".hidden.png"), &png).unwrap();
    }

    fn no_files(&mut self) {
        let at = self.images();
        fs::create_dir_all(at.join("links/empty")).unwrap();
        assert!(Command::new("mkfifo").arg(at.join("links/pipe.png")).status().unwrap().success());
        symlink("/dev/zero", at.join("links/device.png")).unwrap();
        symlink("nowhere", at.join("links/dangling.png")).unwrap();
        symlink("itself", at.join("links/itself")).unwrap();
        symlink("..", at.join("links/up")).unwrap();
        for (name, why) in [
            ("links/pipe.png", "not a regular file"),
            ("links/device.png", "not a regular file"),
            ("links/dangling.png", "no such file"),
            ("links/itself", "symbolic links"),
            ("links/up", "leads back to its own folder"),
        ] {
            self.verdicts.insert(name.into(), Some(why));
        }
    }

    /// Runs the program; whoever may read everything gives that up.
    fn run(&self, arguments: &str) -> Output {
        let user = Command::new("id").arg("-u").output().unwrap().stdout;
        let program = program();
        let mut command = if user.trim_ascii() == b"0" {
            let mut limited = Command::new("setpriv");
            let without = "-dac_override,-dac_read_search";
            limited.args(["--bounding-set", without, "--inh-caps", without]).arg(program.get_program());
            limited.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
            limited
        } else {
            program
        };
        command.current_dir(self.around.path()).args(arguments.split_whitespace()).output().unwrap()
    }

    #[track_caller]
    fn json(&self, arguments: &str) -> Vec<Value> {
        let output = self.run(&format!("{arguments} --json"));
        assert_eq!(output.status.code(), Some(0), "{arguments}: {}", stderr(&output));
        lines(&output)
    }
}

impl Drop for Untidy {
    fn drop(&mut self) {
        // So that everybody can take it away.
        let _told_by_the_test = fs::set_permissions(self.images().join("locked"), Permissions::from_mode(0o755));
    }
}

#[test]
fn a_folder_with_everything_at_once_loads_with_every_verdict_right_and_can_be_trained_on() {
    let untidy = Untidy::new();
    let said = untidy.json("scan images --no-cache");
    let mut skipped: BTreeMap<&str, &str> = BTreeMap::new();
    for line in said.iter().filter(|line| line["event"] == "skipped") {
        skipped.insert(line["path"].as_str().unwrap(), line["reason"].as_str().unwrap());
    }
    for (path, verdict) in &untidy.verdicts {
        let found = skipped.get(path.as_str());
        match verdict {
            None => assert_eq!(found, None, "{path}"),
            Some(why) => assert!(found.is_some_and(|f| f.contains(why)), "{path}: {found:?} should say {why:?}"),
        }
    }
    let images = untidy.verdicts.values().filter(|verdict| verdict.is_none()).count();
    let done = said.last().unwrap();
    assert_eq!((done["loaded"].as_u64(), skipped.len()), (Some(images as u64), untidy.verdicts.len() - images));
    assert_eq!((number(done, "side"), number(done, "channels")), (64.0, 3.0));
    let classes = ["black", "kinds", "levels", "names", "same", "turned"];
    assert_eq!(done["classes"].as_object().unwrap().keys().collect::<Vec<_>>(), classes);

    // For people: a line a file, whatever its name.
    let text = String::from_utf8(untidy.run("scan images --no-cache").stdout).unwrap();
    assert_eq!(text.lines().count(), skipped.len() + 1 + classes.len(), "{text}");
    assert!(text.contains("skipped names/no\\timage\\n.png: not an image"), "{text}");

    for likelihood in ["bernoulli", "gaussian", "gaussian-learned"] {
        let set = "--epochs 2 --set model.hidden=16 --set train.threads=1 --set data.size=16";
        let run = format!("train images --no-cache --out {likelihood} {set} --set model.likelihood={likelihood}");
        let done = untidy.json(&run).pop().unwrap();
        assert!(number(&done, "train.elbo_nats").is_finite() && number(&done, "validation.kl_nats").is_finite());
    }
    // A limit of its own leaves the photo out too.
    let narrow = untidy.json("scan images --no-cache --set data.max_megapixels=40");
    let photo = narrow.iter().find(|line| line["path"] == "kinds/photo.jpg").unwrap();
    assert!(photo["reason"].as_str().unwrap().contains("8000 × 6000"), "{photo}");
}

/// A folder of `n` pictures, each of one level.
fn levels(n: usize, level: impl Fn(usize) -> u8) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    (0..n).for_each(|i| save(&grey(16, level(i)), &folder.path().join(format!("d/{i:03}.png")), ImageFormat::Png));
    folder
}

#[test]
fn one_image_all_the_same_and_all_black_are_trained_on_and_evaluated() {
    let few = "--set model.hidden=16 --set train.threads=1 --epochs 3";
    for (what, folder) in [
        ("one", levels(1, |_| 90)),
        ("two", levels(2, |_| 90)),
        ("the same", levels(40, |_| 90)),
        ("black", levels(40, |_| 0)),
        ("white", levels(40, |_| 255)),
    ] {
        let json = |arguments: &str| crate::support::json_in(folder.path(), arguments);
        for (i, model) in [
            "model.likelihood=bernoulli",
            "model.likelihood=gaussian",
            "model.likelihood=gaussian-learned",
            "model.kind=ae",
            "model.arch=conv",
        ]
        .into_iter()
        .enumerate()
        {
            let done = json(&format!("train d --out {i} {few} --set {model}")).pop().unwrap();
            let is_alone = what == "one";
            assert!(number(&done, "train.recon_nats").is_finite(), "{what}, {model}: {done}");
            assert_eq!(done["validation"].is_null(), is_alone, "{what}, {model}: {done}");
            // log p(x) needs a prior.
            let samples = if model.ends_with("ae") { "" } else { "--samples 5" };
            let told = json(&format!("eval {i} d {samples}")).pop().unwrap();
            assert!(number(&told, "recon_nats").is_finite(), "{what}, {model}: {told}");
            json(&format!("inspect {i} d --limit 3"));
            json(&format!("grid {i} --out {i}.png --cells 3"));
        }
    }
}

#[test]
fn a_missing_and_an_empty_folder_are_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (data, says) in [("nowhere", "no such file or folder"), ("empty", "holds no image that can be read")] {
        for command in [format!("scan {data}"), format!("train {data} --out R")] {
            let output = crate::support::run_in(folder.path(), &command);
            let said = stderr(&output);
            assert_eq!((output.status.code(), said.trim_end().lines().count()), (Some(1), 1), "{said}");
            assert!(said.contains(data) && said.contains(says), "{said}");
        }
    }
    assert!(!Path::new(&folder.path().join("R")).exists());
}
