//! Every colour, size, font and icon of the window.

mod fonts;

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, Ui, Vec2,
    Visuals,
};

use crate::curves::scene::Ink;

/// Space between related things, in points; everything else is a multiple.
pub const GAP: f32 = 8.0;
/// Space inside panels, in points.
pub const PAD: i8 = 12;
/// Height of the top bar.
pub const TOP_BAR: f32 = 52.0;
/// Width of the left panel.
pub const LEFT: f32 = 272.0;
/// Width of the right panel.
pub const RIGHT: f32 = 272.0;
/// Height of the curves when open.
pub const CURVES: f32 = 172.0;
/// Height of the line that opens the curves.
pub const CURVES_HEADER: f32 = 30.0;
/// Height of a button or field.
pub const CONTROL: f32 = 26.0;
/// Rounding of controls.
pub const RADIUS: u8 = 6;
/// Side of a small image.
pub const THUMB: f32 = 56.0;
/// Height of a row that holds only text.
pub const TEXT_ROW: f32 = 20.0;
/// Diameter of an image's point on the map.
pub const DOT: f32 = 4.0;

/// Closes or takes away. Like the others a sign of the bundled fonts, so that it is there on every system.
pub const CLOSE: &str = "×";
/// Stands before what is unfolded, and behind what unfolds a menu.
pub const UNFOLDED: &str = "▼";
/// Moves something up.
pub const UP: &str = "▲";
/// Stands before what is folded.
pub const FOLDED: &str = "▶";
/// Holds what plays.
pub const PAUSE: &str = "⏸";
/// Ends what plays.
pub const STOP: &str = "■";
/// Dark colours.
pub const MOON: &str = "🌙";
/// Light colours.
pub const SUN: &str = "☀";
/// Searching.
pub const SEARCH: &str = "🔍";
/// Languages.
pub const GLOBE: &str = "🌐";
/// What is on.
pub const CHECK: &str = "✔";
/// Size of a triangle beside a text.
pub const SIGN: f32 = 9.0;
/// Size of the sign that closes.
pub const CLOSE_SIZE: f32 = 18.0;

/// The window's colours, light or dark.
#[derive(Debug)]
pub struct Palette {
    /// Behind the map.
    pub background: Color32,
    /// Side panels.
    pub panel: Color32,
    /// Buttons and fields.
    pub raised: Color32,
    /// Buttons under the pointer.
    pub hovered: Color32,
    /// Buttons held down.
    pub pressed: Color32,
    /// Where text is typed, and behind pictures.
    pub sunken: Color32,
    /// Quiet lines.
    pub outline: Color32,
    /// Text.
    pub text: Color32,
    /// Text that may be overlooked.
    pub weak: Color32,
    /// The one accent.
    pub accent: Color32,
    /// The accent under the pointer.
    pub accent_hovered: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// The accent as a quiet background.
    pub accent_soft: Color32,
    /// Errors.
    pub error: Color32,
    /// Background of errors.
    pub error_soft: Color32,
    /// Something to look after.
    pub warning: Color32,
    /// Background of what should be looked after.
    pub warning_soft: Color32,
    /// Success.
    pub good: Color32,
    /// Curve of the reconstruction.
    pub recon: Color32,
    /// Curve of KL.
    pub kl: Color32,
    /// Curve of the ELBO.
    pub elbo: Color32,
    /// Validation.
    pub validation: Color32,
    /// Curves of the runs beside the open one: unlike all of the above, for colour-blind eyes too.
    pub runs: [Color32; 5],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

const DARK: Palette = Palette {
    background: rgb(0x0014_171c),
    panel: rgb(0x001b_1f26),
    raised: rgb(0x002a_3039),
    hovered: rgb(0x0035_3c48),
    pressed: rgb(0x0040_4856),
    sunken: rgb(0x0010_1317),
    outline: rgb(0x002c_323c),
    text: rgb(0x00e4_e8ee),
    weak: rgb(0x009a_a4b2),
    accent: rgb(0x002f_6bed),
    accent_hovered: rgb(0x0046_7efa),
    on_accent: rgb(0x00ff_ffff),
    accent_soft: rgb(0x0026_3f73),
    error: rgb(0x00ff_8a80),
    error_soft: rgb(0x003d_2225),
    warning: rgb(0x00f2_b84b),
    warning_soft: rgb(0x0033_2a1a),
    good: rgb(0x004c_c38a),
    recon: rgb(0x005b_9dff),
    kl: rgb(0x004c_c38a),
    elbo: rgb(0x00c3_94f5),
    validation: rgb(0x00f2_a65a),
    runs: [rgb(0x00fb_f74f), rgb(0x009f_fdf9), rgb(0x00b3_68a2), rgb(0x009c_851a), rgb(0x00dd_b9f4)],
};

const LIGHT: Palette = Palette {
    background: rgb(0x00f1_f3f7),
    panel: rgb(0x00fa_fbfc),
    raised: rgb(0x00e1_e6ee),
    hovered: rgb(0x00d5_dce7),
    pressed: rgb(0x00c7_d0de),
    sunken: rgb(0x00ff_ffff),
    outline: rgb(0x00d9_dee6),
    text: rgb(0x001a_1f27),
    weak: rgb(0x005b_6675),
    accent: rgb(0x0025_5fe0),
    accent_hovered: rgb(0x001b_4fc4),
    on_accent: rgb(0x00ff_ffff),
    accent_soft: rgb(0x00cf_defc),
    error: rgb(0x00b3_261e),
    error_soft: rgb(0x00fd_e7e5),
    warning: rgb(0x00b8_7400),
    warning_soft: rgb(0x00fd_f1d9),
    good: rgb(0x0017_8a55),
    recon: rgb(0x001f_68d6),
    kl: rgb(0x0014_8a57),
    elbo: rgb(0x0083_47c9),
    validation: rgb(0x00c2_6a10),
    runs: [rgb(0x00f4_428d), rgb(0x0043_0749), rgb(0x0076_92ca), rgb(0x005c_010b), rgb(0x0082_2871)],
};

/// The colours of the theme in use.
pub fn palette(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// What a scene of [`crate::curves`] is drawn in.
pub fn ink(palette: &Palette, ink: Ink) -> Color32 {
    match ink {
        Ink::Paper => palette.panel,
        Ink::Text => palette.text,
        Ink::Weak => palette.weak,
        Ink::Grid => palette.outline,
        Ink::Recon => palette.recon,
        Ink::Kl => palette.kl,
        Ink::Elbo => palette.elbo,
        Ink::Plain => palette.accent_hovered,
        Ink::Validation => palette.validation,
        Ink::Mark => palette.error,
        Ink::Run(run) => palette.runs[run.saturating_sub(1) % palette.runs.len()],
    }
}

/// The same on paper: the light colours, on white.
pub fn ink_on_paper(ink_of: Ink) -> [u8; 3] {
    let colour = if ink_of == Ink::Paper { LIGHT.sunken } else { ink(&LIGHT, ink_of) };
    [colour.r(), colour.g(), colour.b()]
}

/// Class colours that stay apart for colour-blind eyes (Okabe & Ito 2008, then Tol 2021), bright enough for a dark
/// picture behind them.
const CLASSES: [Color32; 12] = [
    rgb(0x0056_b4e9),
    rgb(0x00e6_9f00),
    rgb(0x0000_b386),
    rgb(0x00f0_e442),
    rgb(0x00cc_79a7),
    rgb(0x00d5_5e00),
    rgb(0x004a_7fe0),
    rgb(0x00bb_bbbb),
    rgb(0x00a8_8bf0),
    rgb(0x0099_9933),
    rgb(0x0088_ccee),
    rgb(0x00aa_4466),
];

/// The colour of a class; images without one are light grey.
pub fn class_colour(label: Option<u16>) -> Color32 {
    match label {
        Some(label) => CLASSES[usize::from(label) % CLASSES.len()],
        None => rgb(0x00d4_d9e0),
    }
}

/// Of little to much: viridis (van der Walt & Smith 2015) from its first quarter on, so that no colour is lost on the dark
/// of the map. Equal steps look equal, to colour-blind eyes too.
const SCALE: [Color32; 7] = [
    rgb(0x003b_528b),
    rgb(0x002c_728e),
    rgb(0x0021_918c),
    rgb(0x0028_ae80),
    rgb(0x005e_c962),
    rgb(0x00ad_dc30),
    rgb(0x00fd_e725),
];

/// The colour of a share in [0, 1] of a scale.
pub fn scale_colour(share: f32) -> Color32 {
    let at = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f32;
    let (from, to) = (at.floor() as usize, at.ceil() as usize);
    SCALE[from].lerp_to_gamma(SCALE[to], at.fract())
}

/// Images held back for validation, and those trained on.
pub fn split_colour(held: bool) -> Color32 {
    CLASSES[usize::from(held)]
}

/// The outline of q(z|x) on the map.
pub const POSTERIOR: Color32 = rgb(0x00ff_7ab8);
/// How much of the points is left while the density lies below them.
pub const DOTS_OVER_DENSITY: Color32 = Color32::from_rgba_premultiplied(90, 90, 90, 90);
/// Side of a small picture on the map.
pub const MAP_THUMB: f32 = 30.0;

/// The dark that pictures stand on, in both themes.
pub const PICTURE_BACK: Color32 = rgb(0x000b_0d10);
/// Lines and marks on the map, which is dark in both themes.
pub const ON_MAP: Color32 = rgb(0x00ff_ffff);
/// Quiet text on the map.
pub const ON_MAP_WEAK: Color32 = rgb(0x00a8_b1bf);
/// Behind marks on the map.
pub const MAP_SHADE: Color32 = Color32::from_black_alpha(150);
/// Around images that were brought along.
pub const OWN: Color32 = rgb(0x0034_d399);
/// The two groups of images: rings around A, squares around B.
pub const GROUPS: [Color32; 2] = [rgb(0x005c_e1ff), rgb(0x00ff_a94d)];
/// The same on paper-white panels, where they would be too pale.
const GROUPS_ON_LIGHT: [Color32; 2] = [rgb(0x0000_8fb3), rgb(0x00c2_6a10)];
/// The pins and the way between them, on the map.
pub const PIN: Color32 = rgb(0x00ff_c53d);
/// Letters on the pins.
pub const ON_PIN: Color32 = rgb(0x001f_1600);
/// The prior's circles.
pub const PRIOR: Color32 = Color32::from_rgba_premultiplied(150, 190, 230, 150);
/// The decoded grid is dimmed a little, so that points and marks stand out.
pub const GRID_TINT: Color32 = Color32::from_gray(205);

/// The colour of a group's sign in a panel.
pub fn group_on_panel(ui: &Ui, is_b: bool) -> Color32 {
    let colours = if ui.visuals().dark_mode { GROUPS } else { GROUPS_ON_LIGHT };
    colours[usize::from(is_b)]
}

/// The semibold family.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Semibold text of a size.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// Ordinary text of a size.
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Size of ordinary text.
pub const BODY: f32 = 13.0;
/// Size of small text.
pub const SMALL: f32 = 11.5;

/// Gives a context the window's fonts and both themes.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts::all());
    ctx.set_style_of(Theme::Dark, style(Visuals::dark(), &DARK));
    ctx.set_style_of(Theme::Light, style(Visuals::light(), &LIGHT));
}

fn style(mut visuals: Visuals, palette: &Palette) -> Style {
    let radius = CornerRadius::same(RADIUS);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.outline);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: Color32::from_black_alpha(70) };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 14, spread: 0, color: Color32::from_black_alpha(60) };
    visuals.extreme_bg_color = palette.sunken;
    visuals.text_edit_bg_color = Some(palette.sunken);
    visuals.faint_bg_color = palette.raised;
    visuals.weak_text_color = Some(palette.weak);
    visuals.hyperlink_color = palette.accent;
    visuals.error_fg_color = palette.error;
    visuals.selection.bg_fill = palette.accent_soft;
    visuals.selection.stroke = Stroke::new(1.0, palette.text);
    visuals.slider_trailing_fill = true;
    visuals.button_frame = true;
    visuals.indent_has_left_vline = false;
    let states = [
        (&mut visuals.widgets.noninteractive, palette.panel, palette.outline, palette.text),
        (&mut visuals.widgets.inactive, palette.raised, palette.raised, palette.text),
        (&mut visuals.widgets.hovered, palette.hovered, palette.hovered, palette.text),
        (&mut visuals.widgets.active, palette.pressed, palette.pressed, palette.text),
        (&mut visuals.widgets.open, palette.hovered, palette.hovered, palette.text),
    ];
    for (widget, fill, stroke, text) in states {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, stroke);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    let mut style = Style { visuals, ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, regular(SMALL)),
        (TextStyle::Body, regular(BODY)),
        (TextStyle::Button, regular(BODY)),
        (TextStyle::Heading, strong(14.0)),
        (TextStyle::Monospace, FontId::monospace(12.0)),
    ]
    .into();
    style.drag_value_text_style = TextStyle::Body;
    style.spacing.item_spacing = Vec2::new(GAP, 6.0);
    style.spacing.button_padding = Vec2::new(10.0, 4.0);
    style.spacing.interact_size = Vec2::new(40.0, CONTROL);
    style.spacing.slider_rail_height = 4.0;
    style.spacing.icon_width = 15.0;
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.tooltip_width = 300.0;
    style.spacing.scroll = egui::style::ScrollStyle::floating();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.animation_time = 0.12;
    style
}

#[cfg(test)]
mod tests;
