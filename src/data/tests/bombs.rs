//! Files that claim more than they hold, and pictures that are as large as they say.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use tempfile::TempDir;

use super::make::{bytes_of, grey, jpeg_claiming, packed_zeros, png_claiming, save, two_colours};
use super::{read, reasons};
use crate::config::DataConfig;
use crate::data::Dataset;
use crate::data::folder::{self, Order};
use crate::data::gate::Gate;

/// The images of `folder`, and the most bytes that pictures took while it was read.
fn read_gated(folder: &Path, config: &DataConfig) -> (Dataset, usize) {
    let (gate, cancel) = (Gate::new(usize::MAX), AtomicBool::new(false));
    let order = Order { config, gate: &gate, cancel: &cancel, progress: &|_| () };
    let (data, _) = folder::load(folder, &order, None).unwrap();
    (data, gate.most())
}

/// `bytes` with those at `at` replaced.
fn patched(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn what_claims_to_be_huge_is_refused_by_its_header_before_memory_is_taken() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let of = |format| bytes_of(&two_colours(), format);
    save(&grey(16, 9), &at("good.png"), ImageFormat::Png);
    // 40,000 × 40,000 in 0.2 MB: zeros pack a thousandfold, and are never unpacked.
    let bomb = png_claiming(40_000, 40_000, &packed_zeros(32_000_000));
    assert!((150_000..250_000).contains(&bomb.len()), "{}", bomb.len());
    let most = [0xff; 8];
    let bombs = [
        ("real.png", bomb),
        ("claims.png", png_claiming((1 << 31) - 1, (1 << 31) - 1, &[])),
        ("wide.png", png_claiming((1 << 31) - 1, 1, &[])),
        ("claims.jpg", jpeg_claiming(65_535, 65_535)),
        ("claims.gif", patched(of(ImageFormat::Gif), 6, &most[..4])),
        ("claims.bmp", patched(of(ImageFormat::Bmp), 18, &[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0])),
        ("more.bmp", patched(of(ImageFormat::Bmp), 18, &[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f])),
        ("claims.qoi", patched(of(ImageFormat::Qoi), 4, &most)),
        ("claims.tga", patched(of(ImageFormat::Tga), 12, &most[..4])),
        ("claims.pnm", b"P6 65535 65535 255\n".to_vec()),
        ("more.pnm", b"P5 4294967295 4294967295 255\n".to_vec()),
        // The largest that the format can say, less one: 16,383 × 16,383.
        ("claims.webp", b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xfe\xbf\xff\x0f\0\0\0\0\0".to_vec()),
        ("canvas.webp", b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff".to_vec()),
        ("claims.tif", tiff_claiming(u32::MAX)),
        ("large.tif", tiff_claiming(65_535)),
    ];
    for (name, bytes) in &bombs {
        fs::write(at(name), bytes).unwrap();
    }
    let (data, most) = read_gated(folder.path(), &DataConfig::default());
    assert_eq!((data.names.as_slice(), data.side), (["good.png".to_owned()].as_slice(), 16));
    assert_eq!(data.report.skipped.len(), bombs.len(), "{:?}", reasons(&data));
    // No picture was let in: what was held were files while their headers were looked at.
    let largest = bombs.iter().map(|(_, bytes)| bytes.len()).max().unwrap();
    assert!(most <= 2 * largest, "{most}");
    for (path, reason) in reasons(&data) {
        // Some decoders object to such a header by themselves.
        let odd = ["claims.qoi", "more.bmp", "more.pnm", "claims.tif", "canvas.webp", "wide.png"].contains(&path);
        assert!(reason.starts_with("too large") || odd, "{path}: {reason}");
    }
    let real = reasons(&data).into_iter().find(|(path, _)| *path == "real.png").unwrap().1;
    assert_eq!(real, "too large: 40000 × 40000 pixels (data.max_megapixels is 256)");
}

/// A TIFF with one directory that claims a square of grey bytes in one strip (TIFF 6.0, section 4).
fn tiff_claiming(side: u32) -> Vec<u8> {
    let entry = |tag: u16, value: u32| {
        [&tag.to_le_bytes()[..], &4_u16.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let entries = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, side), (279, 9)];
    let entries: Vec<Vec<u8>> = entries.into_iter().map(|(tag, value)| entry(tag, value)).collect();
    [&b"II*\0\x08\0\0\0"[..], &(entries.len() as u16).to_le_bytes(), &entries.concat(), &[0; 4]].concat()
}

#[test]
fn the_limit_is_a_setting() {
    let folder = TempDir::new().unwrap();
    save(&grey(1001, 7), &folder.path().join("large.png"), ImageFormat::Png);
    save(&grey(999, 7), &folder.path().join("small.png"), ImageFormat::Png);
    let with = |max_megapixels| read(folder.path(), &DataConfig { max_megapixels, ..DataConfig::default() }).unwrap();
    assert_eq!(with(2).len(), 2);
    let narrow = with(1);
    assert_eq!(narrow.names, ["small.png"]);
    assert_eq!(reasons(&narrow), [("large.png", "too large: 1001 × 1001 pixels (data.max_megapixels is 1)")]);
}

#[test]
fn a_photo_of_48_megapixels_needs_its_own_bytes_and_its_file_and_no_more() {
    let folder = TempDir::new().unwrap();
    let photo = GrayImage::from_fn(8000, 6000, |x, y| Luma([(x / 40 + y / 40) as u8]));
    let jpeg = bytes_of(&DynamicImage::ImageLuma8(photo), ImageFormat::Jpeg);
    for name in ["a.jpg", "b.jpg"] {
        fs::write(folder.path().join(name), &jpeg).unwrap();
    }
    let config = DataConfig { size: crate::config::Size::Side(32), ..DataConfig::default() };
    // Less than one needs: each has to be alone.
    let (gate, cancel) = (Gate::new(1 << 20), AtomicBool::new(false));
    let order = Order { config: &config, gate: &gate, cancel: &cancel, progress: &|_| () };
    let pool = crate::threads::pool("photo-test", 2, false).unwrap();
    let (data, _) = pool.install(|| folder::load(folder.path(), &order, None)).unwrap();
    assert_eq!((data.len(), data.side, data.channels), (2, 32, 1));
    assert_eq!(gate.most(), 48_000_000 + jpeg.len());
    // The middle of the middle square: x = 4000, y = 3000.
    let middle = data.image(0)[16 * 32 + 16];
    assert!(middle.abs_diff((4000 / 40 + 3000 / 40 + 4) as u8) < 8, "{middle}");
}

#[test]
fn a_jpeg_of_a_terabyte_is_not_read() {
    let folder = TempDir::new().unwrap();
    save(&grey(16, 9), &folder.path().join("good.png"), ImageFormat::Png);
    let path = folder.path().join("endless.jpg");
    fs::write(&path, bytes_of(&two_colours(), ImageFormat::Jpeg)).unwrap();
    // It takes no room on the disk: what follows the picture was never written.
    fs::File::options().append(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    let (data, most) = read_gated(folder.path(), &DataConfig::default());
    assert_eq!(reasons(&data), [("endless.jpg", "too large: a JPEG file of 1099511 MB")]);
    assert_eq!((data.len(), most), (1, 0));
}
