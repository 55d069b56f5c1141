/** The texts of the page in the language of its reader, as the lab has sent them with it. */

const TEXTS = JSON.parse(document.getElementById("texts").textContent || "{}");

/** What this page is read in. */
export const LANGUAGE = document.documentElement.lang;

/** A text of the page in that language, with these values in place of {0}, {1} and so on. */
export function t(text, ...values) {
  return (TEXTS[text] ?? text).replace(/\{(\d)\}/g, (place, number) => values[number] ?? place);
}
