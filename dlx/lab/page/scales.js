/** The scales of sliders and axes: where a value lies between two ends, and which value lies there. */

export const STEPS = 1000; // places of a slider

/** The value at a place (0 to STEPS) of a control's slider. */
export function valueAt(control, place) {
  const share = place / STEPS;
  const { from, to, scale } = control;
  if (scale === "linear") return tidy(control, from + share * (to - from));
  if (scale === "one_minus") return place === 0 ? 0 : tidy(control, 1 - from * (to / from) ** share, 5);
  if (scale === "zero_log") return place === 0 ? 0 : tidy(control, from * (to / from) ** share);
  return tidy(control, from * (to / from) ** share);
}

/** The place of a value on a control's slider, the nearest end where it lies beyond. */
export function placeOf(control, value) {
  const { from, to, scale } = control;
  let share = 0;
  if (scale === "linear") share = (value - from) / (to - from);
  else if (scale === "one_minus") share = value <= 0 ? 0 : Math.log((1 - value) / from) / Math.log(to / from);
  else share = value <= 0 ? 0 : Math.log(value / from) / Math.log(to / from);
  const least = scale === "zero_log" && value > 0 ? 1 : 0;
  return Math.max(least, Math.min(STEPS, Math.round(share * STEPS)));
}

/** A value in as few digits as a slider can tell apart, within what the schema allows. */
function tidy(control, value, digits = 3) {
  let rounded = control.whole ? Math.round(value) : Number(value.toPrecision(digits));
  if (control.low !== null && rounded < control.low) rounded = control.low;
  if (control.high !== null && rounded > control.high) rounded = control.high;
  return rounded;
}

/** Even ticks between two ends, about as many as asked for; on a logarithmic axis the powers of ten. */
export function ticks(low, high, count, isLog) {
  if (isLog) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const last = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / count));
    const powers = [];
    for (let power = first; power <= last; power += every) powers.push(10 ** power);
    return powers.length > 1 ? powers : [low, high];
  }
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) || raw;
  const values = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) values.push(Number((i * step).toPrecision(12)));
  return values;
}
