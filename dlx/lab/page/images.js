/** Images in rows, with what the network says of each, or with what a unit computes of it. */

import { colors, pen } from "./elements.js";
import { t } from "./texts.js";

const SMALLEST = 34;
const LARGEST = 64; // pixels of the screen that an image is wide
const LOWER = 15; // below each, for a word
const LONGEST = 9; // letters of that

/** Draw the images of a view (its pixels decoded) and the newest picture; returns the caption. */
export function drawImages(canvas, small, view, pixels, picture, width) {
  const { labels } = view;
  const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(width / 10)));
  const across = Math.floor(width / side);
  const height = Math.ceil(labels.length / across) * (side + LOWER);
  canvas.style.height = `${height}px`;
  const context = pen(canvas, width, height);
  const tones = bytes(picture.tones);
  const codes = picture.unit ? null : bytes(picture.codes);
  context.imageSmoothingEnabled = false;
  labels.forEach((label, i) => {
    const [x, y] = [(i % across) * side, Math.floor(i / across) * (side + LOWER)];
    put(small, view, pixels, i);
    context.drawImage(small, x + 2, y, side - 4, side - 4);
    if (codes) word(context, view, codes[i], label, tones[i] / 255, x + side / 2, y + side - 3);
    else {
      context.fillStyle = `rgb(${ramp(tones[i] / 255)})`;
      context.fillRect(x + 2, y + side - 3, side - 4, LOWER - 4);
    }
  });
  const wrong = codes ? labels.filter((label, i) => codes[i] !== label).length : 0;
  canvas.setAttribute("aria-label", codes ? t("{0} images, of which the network calls {1} by a wrong class", labels.length, wrong) : t("{0} images with what the unit computes", labels.length));
  return codes ? t("{0} examples of {1}, below each the class that the network says: fainter where it is less sure, with ✗ where it is wrong ({2}).", labels.length, t(view.part), wrong) : t("Below each image what the unit computes of it, from dark to bright.");
}

/** The class that the network says, marked where it is wrong. */
function word(context, { classes }, code, label, certainty, x, y) {
  const theme = colors();
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = code === label ? theme.ink : theme.alarm;
  context.globalAlpha = 0.35 + 0.65 * certainty;
  context.fillText(`${code === label ? "" : "✗ "}${classes[code]}`.slice(0, LONGEST), x, y);
  context.globalAlpha = 1;
}

/** Put one image on a small canvas, a pixel for each of its own. */
function put(small, { shape: [rows, columns, channels = 1] }, pixels, number) {
  const image = new ImageData(columns, rows);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const first = (number * rows * columns + pixel) * channels;
    for (let part = 0; part < 3; part++) image.data[4 * pixel + part] = pixels[first + (channels === 3 ? part : 0)];
    image.data[4 * pixel + 3] = 255;
  }
  small.width = columns;
  small.height = rows;
  small.getContext("2d").putImageData(image, 0, 0);
}

/** The bytes that a text holds in base64. */
export function bytes(text) {
  const raw = atob(text);
  const array = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) array[i] = raw.charCodeAt(i);
  return array;
}

/** From dark blue over green to yellow, for numbers (share from 0 to 1). */
export function ramp(share) {
  const stops = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  const position = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(position));
  return stops[i].map((value, part) => Math.round(value + (position - i) * (stops[i + 1][part] - value)));
}
