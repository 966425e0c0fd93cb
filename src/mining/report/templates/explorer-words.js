/* The exploration page, 1 of 3: numbers, dates and sentences in the language of the page. Times are
   hours of the clock, treated as UTC so that no browser shifts them. */
"use strict";
globalThis.explorer = (() => {
  const data = JSON.parse(document.getElementById("donnees").textContent);
  const { script: texts, format } = data.words;
  const NBSP = "\u00a0";

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const say = (key, values = {}) => fill(texts[key], values);
  const figure = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, format.thousands);
  const passages = (n) => {
    const [first, last] = format.singular;
    return say(first <= n && n <= last ? "passages_one" : "passages_other", { n: figure(n) });
  };
  /** A name that cannot turn the direction of the text around it. */
  const isolated = (name) => `\u2068${name}\u2069`;

  const clock = (hour) => format.hours[hour];
  const dateOf = (date) => {
    const day = date.getUTCDate() === 1 ? format.first_of_month : date.getUTCDate();
    return `${day}${NBSP}${format.months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  };
  const dateAt = (seconds) => dateOf(new Date(seconds * 1000));
  const isoAt = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

  /** A day, or an hour of it, in words. */
  const when = (seconds, step) => {
    const date = new Date(seconds * 1000), hour = date.getUTCHours();
    return say(`when_${step}`, {
      weekday: format.days[(date.getUTCDay() + 6) % 7], date: dateOf(date),
      first: clock(hour), last: clock(hour + 1),
    });
  };

  /** A span from one hour to another (exclusive; none while it lasts), counted from 1970 on. */
  const span = (start, end) => {
    const first = dateAt(start * 3600), opens = start % 24;
    if (end === null) return say("since", { first: opens ? `${first}, ${clock(opens)}` : first });
    const last = dateAt((end - 1) * 3600), closes = end % 24 || 24;
    if (first === last) {
      return opens || closes < 24
        ? say("within", { day: first, first: clock(opens), last: clock(closes) }) : say("on", { day: first });
    }
    return opens || closes < 24
      ? say("from_to", { first: `${first}, ${clock(opens)}`, last: `${last}, ${clock(closes)}` })
      : say("from_to", { first, last });
  };

  /** What is told of one time of a series: a count, else a forecast with its band, else nothing. */
  const told = (series, k) => {
    if (series.counts[k] !== null) return passages(series.counts[k]);
    if (series.middle[k] === null) return texts.nothing;
    const low = series.least[k], high = figure(series.high[k]);
    const range = low === null
      ? say("range_low", { minimum: data.minimum, high }) : say("range", { low: figure(low), high });
    return `${say("expected", { n: figure(series.middle[k]) })}, ${range}`;
  };

  return { data, texts, format, say, figure, isolated, dateAt, isoAt, when, span, told };
})();
