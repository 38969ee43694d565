//! A scene as SVG: texts stay texts, lines stay lines.

use std::fmt::Write;

use crate::curves::scene::{Area, Colours, Hold, Ink, Item, Pen, Place, Scene};
use crate::letters::BASELINE;

/// The file's text; `made` says how it was made, as JSON.
pub fn svg(scene: &Scene, colours: Colours, made: &str) -> String {
    let [width, height] = scene.size;
    let mut svg = Svg { text: String::new(), colours, n_clips: 0 };
    let title = escaped(&scene.title);
    svg.push(format_args!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    svg.push(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Inter, 'Helvetica Neue', Arial, sans-serif\">\n"
    ));
    svg.push(format_args!("<title>{title}</title>\n<metadata>{}</metadata>\n", escaped(made)));
    let paper = svg.colour(Ink::Paper);
    svg.push(format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>\n"));
    svg.items(&scene.items);
    svg.push(format_args!("</svg>\n"));
    svg.text
}

struct Svg {
    text: String,
    colours: Colours,
    n_clips: usize,
}

impl Svg {
    fn push(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _never = self.text.write_fmt(arguments);
    }

    fn colour(&self, ink: Ink) -> String {
        let [r, g, b] = (self.colours)(ink);
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Line(places, pen) => self.line(places, pen),
                Item::Band(edges, ink, alpha) => self.band(edges, *ink, *alpha),
                Item::Dot([x, y], radius, ink) => {
                    let colour = self.colour(*ink);
                    self.push(format_args!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius}\" fill=\"{colour}\"/>\n"));
                }
                Item::Text { at: [x, y], hold, size, strong, ink, text } => {
                    let anchor = match hold {
                        Hold::Start => "start",
                        Hold::Middle => "middle",
                        Hold::End => "end",
                    };
                    let (colour, text, y) = (self.colour(*ink), escaped(text), y + BASELINE * size);
                    let weight = if *strong { " font-weight=\"600\"" } else { "" };
                    self.push(format_args!(
                        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{weight} \
                         fill=\"{colour}\">{text}</text>\n"
                    ));
                }
                Item::Within(area, items) => self.within(*area, items),
            }
        }
    }

    fn line(&mut self, places: &[Place], pen: &Pen) {
        if places.len() < 2 {
            return;
        }
        let (colour, width) = (self.colour(pen.ink), pen.width);
        self.push(format_args!("<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\""));
        self.push(format_args!(" stroke-linejoin=\"round\""));
        if pen.alpha < 1.0 {
            self.push(format_args!(" stroke-opacity=\"{}\"", pen.alpha));
        }
        if let Some(dash) = pen.dash {
            self.push(format_args!(" stroke-dasharray=\"{dash}\""));
        }
        self.push(format_args!(" points=\""));
        for [x, y] in places {
            self.push(format_args!("{x:.2},{y:.2} "));
        }
        self.push(format_args!("\"/>\n"));
    }

    fn band(&mut self, edges: &[[f32; 3]], ink: Ink, alpha: f32) {
        let colour = self.colour(ink);
        self.push(format_args!("<polygon fill=\"{colour}\" fill-opacity=\"{alpha}\" points=\""));
        for [x, upper, _] in edges {
            self.push(format_args!("{x:.2},{upper:.2} "));
        }
        for [x, _, lower] in edges.iter().rev() {
            self.push(format_args!("{x:.2},{lower:.2} "));
        }
        self.push(format_args!("\"/>\n"));
    }

    fn within(&mut self, area: Area, items: &[Item]) {
        self.n_clips += 1;
        let ([x, y], [width, height], id) = (area.min, area.size(), self.n_clips);
        self.push(format_args!(
            "<clipPath id=\"clip{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/></clipPath>\n"
        ));
        self.push(format_args!("<g clip-path=\"url(#clip{id})\">\n"));
        self.items(items);
        self.push(format_args!("</g>\n"));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_scene_is_in_the_file() {
        let area = Area { min: [1.0, 2.0], max: [5.0, 8.0] };
        let pen = Pen { ink: Ink::Kl, alpha: 0.5, width: 2.0, dash: Some(3.0) };
        let line = Item::Line(vec![[1.0, 2.0], [3.0, 4.5]], pen);
        let (hold, text) = (Hold::End, "a < b & c".to_owned());
        let label = Item::Text { at: [4.0, 10.0], hold, size: 10.0, strong: true, ink: Ink::Text, text };
        let band = Item::Band(vec![[0.0, 1.0, 5.0], [2.0, 2.0, 6.0]], Ink::Kl, 0.3);
        let items = vec![Item::Within(area, vec![line]), label, band];
        let scene = Scene { size: [10.0, 20.0], items, title: "cats & dogs".into() };
        let text = svg(&scene, |ink| if ink == Ink::Kl { [1, 2, 255] } else { [0; 3] }, "{}");
        for part in [
            "<title>cats &amp; dogs</title>",
            "fill-opacity=\"0.3\" points=\"0.00,1.00 2.00,2.00 2.00,6.00 0.00,5.00 \"",
            "<rect x=\"1\" y=\"2\" width=\"4\" height=\"6\"/></clipPath>",
            "stroke=\"#0102ff\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-opacity=\"0.5\" stroke-dasharray=\"3\" points=\"1.00,2.00 3.00,4.50 \"",
            "x=\"4.00\" y=\"13.60\" font-size=\"10\" text-anchor=\"end\" font-weight=\"600\" fill=\"#000000\">a &lt; b &amp; c</text>",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert_eq!(text.matches('<').count(), text.matches('>').count());
    }
}
