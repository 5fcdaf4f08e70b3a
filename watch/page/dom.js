// The elements of the page.

/** The first element that a CSS selector means. */
export const $ = (selector) => document.querySelector(selector);
