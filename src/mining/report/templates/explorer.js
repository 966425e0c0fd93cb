/* The exploration page, 3 of 3: choices, and what is said of the drawing. */
"use strict";
(() => {
  const { data, texts, say, figure, isolated, dateAt, isoAt, when, span, told,
          laid, visible, incidents, drawn } = globalThis.explorer;
  const byId = (id) => document.getElementById(id);
  const SPANS = { day: [28, 91, 365], hour: [2, 7, 28] };  // days
  const LEAST = { day: 2, hour: 6 };                       // steps that a view spans at least
  const MOST_ROWS = 400, MOST_LISTED = 20;
  const state = { step: "day", places: [0], grid: null, view: [0, 0], marked: true };
  let at = 0, plot = null, named = "";

  const element = (name, content = "", attributes = {}) => {
    const made = document.createElement(name);
    made.append(content);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const namesOf = (found) => found.map((s) => isolated(s.name)).join(", ");
  const limits = () => [state.grid.times[0], state.grid.times[state.grid.times.length - 1]];

  // What is said of the drawing ---------------------------------------------------------------
  const read = (k) => {
    at = k;
    const { grid, step } = state, [first, last] = visible(state);
    const list = element("ul");
    grid.series.forEach((series, row) => {
      const item = element("li", element("span", "", { class: `swatch s${row}` }));
      item.append(say("colon", { name: isolated(series.name), text: told(series, k) }));
      list.append(item);
    });
    const here = incidents(state, grid.times[k], grid.times[k] + grid.unit);
    const labels = [...new Set(here.map((i) => data.labels[i[3]]))].join(", ");
    if (labels) list.append(element("li", say("incident_now", { label: labels })));
    const time = when(grid.times[k], step), slider = byId("cursor");
    byId("reading").replaceChildren(element("p", time), list);
    Object.assign(slider, { min: first, max: Math.max(first, last), value: k });
    const said = [...list.children].map((item) => item.textContent);
    slider.setAttribute("aria-valuetext", [time, ...said].join(". "));
  };

  const summarize = () => {
    const { grid, step } = state, [first, last] = visible(state);
    let best = null, untold = 0;
    grid.series.forEach((series) => {
      for (let k = first; k <= last; k += 1) {
        const n = series.counts[k];
        if (n === null && series.middle[k] === null) untold += 1;
        if (n !== null && (!best || n > best.n)) best = { n, k, name: isolated(series.name) };
      }
    });
    const period = { first: dateAt(grid.times[first]), last: dateAt(grid.times[last]) };
    const out = [say(`summary_${step}`, { names: namesOf(grid.series), ...period })];
    out.push(best ? say("top", { ...best, n: figure(best.n), when: when(grid.times[best.k], step) })
                  : texts.empty);
    if (best && untold) out.push(say(`untold_${step}`, { n: figure(untold) }));
    const without = grid.series.filter((s) => s.middle.every((n) => n === null));
    if (without.length) out.push(say("no_ahead", { names: namesOf(without) }));
    byId("summary").textContent = out.join(" ");
  };

  const list = () => {
    const { grid } = state, [first, last] = visible(state);
    const found = incidents(state, grid.times[first], grid.times[last] + grid.unit);
    const items = found.slice(0, MOST_LISTED).map(([place, start, end, kind]) => element("li", say(
      "incident", { name: place < 0 ? texts.everywhere : isolated(data.places[place].name),
                    label: data.labels[kind], span: span(start, end) })));
    byId("listed").replaceChildren(...(items.length ? items : [element("li", texts.no_incident)]));
    const rest = found.length - items.length;
    byId("rest").textContent = rest ? say("more", { n: figure(rest) }) : "";
  };

  const table = () => {
    if (!byId("figures").open) return;
    const { grid, step } = state, [first, last] = visible(state);
    const box = byId("figures").querySelector(".scroll");
    if (last - first >= MOST_ROWS) {
      const text = say("too_long", { n: figure(last - first + 1), most: MOST_ROWS });
      box.replaceChildren(element("p", text));
      return;
    }
    const head = element("tr", element("th", texts.when, { scope: "col" }));
    const body = element("tbody");
    grid.series.forEach((s) => head.append(element("th", element("bdi", s.name), { scope: "col" })));
    for (let k = first; k <= last; k += 1) {
      const row = element("tr", element("th", when(grid.times[k], step), { scope: "row" }));
      grid.series.forEach((s) => row.append(element("td", told(s, k))));
      body.append(row);
    }
    const made = element("table", element("caption", element("span", texts.caption)));
    made.append(element("thead", head), body);
    box.replaceChildren(made);
  };

  const tell = () => {
    const [first, last] = visible(state), [low, high] = limits();
    summarize();
    list();
    table();
    read(Math.min(Math.max(at, first), Math.max(first, last)));
    byId("since").value = isoAt(state.view[0]);
    byId("until").value = isoAt(state.view[1]);
    byId("du-mots").textContent = dateAt(state.view[0]);  // the fields follow the browser's language
    byId("au-mots").textContent = dateAt(state.view[1]);
    const whole = state.view[0] <= low && state.view[1] >= high;
    byId("span").value = whole ? "all" : named || "custom";
    named = "";
  };

  // Choices -----------------------------------------------------------------------------------
  const moved = (low, high) => {
    if (low === state.view[0] && high === state.view[1]) return;
    state.view = [low, high];
    tell();
  };

  /** Show so many seconds from a time on, as far as there are data. */
  const show = (start, length, name = "") => {
    const [low, high] = limits();
    const wide = Math.min(Math.max(length, LEAST[state.step] * state.grid.unit), high - low);
    const from = Math.min(Math.max(start, low), high - wide);
    named = name;
    plot.setScale("x", { min: from, max: from + wide });
  };

  const draw = () => {
    const all = [1, 2, 3].map((k) => byId(`place-${k}`)).filter(Boolean).map((s) => +s.value);
    state.places = all.filter((place, k) => place >= 0 && all.indexOf(place) === k);
    state.grid = laid(state.step, state.places);
    if (plot) plot.destroy();
    plot = drawn(state, byId("drawing"), { read, moved });
    plot.over.addEventListener("wheel", (event) => {  // sideways only: down scrolls the page
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      const length = state.view[1] - state.view[0];
      show(state.view[0] + (length * event.deltaX) / 1000, length);
    }, { passive: false });
    byId("pages").replaceChildren(...state.grid.series.filter((s) => s.page).flatMap((s) => [
      element("a", say("page", { name: isolated(s.name) }), { href: s.page }), element("br")]));
  };

  const spanned = (value) => {
    const [kind, number] = value.split("-"), [low, high] = limits();
    if (kind === "last") return [Math.max(state.grid.today - number * 86400, low), high];
    if (kind !== "year") return [low, high];
    const [first, next] = [+number, +number + 1].map((year) => Date.UTC(year, 0, 1) / 1000);
    return [Math.max(first, low), Math.min(next - state.grid.unit, high)];
  };

  const spans = () => {
    const [low, high] = limits().map((t) => new Date(t * 1000).getUTCFullYear());
    const years = Array.from({ length: state.step === "day" ? high - low + 1 : 0 },
                             (_, k) => high - k);
    const all = [
      ...SPANS[state.step].map((n) => [`last-${n}`, texts[`last_${n}`]]),
      ...years.map((year) => [`year-${year}`, say("year", { year })]),
      ["all", texts.all], ["custom", texts.custom],
    ];
    byId("span").replaceChildren(...all.map(([value, text]) => element("option", text, { value })));
  };

  const stepped = (name) => {
    state.step = name;
    state.grid = laid(name, state.places);
    spans();
    named = `last-${SPANS[name][1]}`;
    state.view = spanned(named);
    draw();
    at = state.grid.series[0].counts.reduce((last, n, k) => (n === null ? last : k), 0);
    tell();
  };

  const dated = () => {
    const [from, to] = ["since", "until"].map((id) => Date.parse(`${byId(id).value}T00:00:00Z`) / 1000);
    const end = to + 86400 - state.grid.unit;  // the last day with all its hours
    if (from <= end) show(from, end - from);
  };

  const changed = ({ target }) => {
    if (target.name === "step") stepped(target.value);
    else if (target.id === "since" || target.id === "until") dated();
    else if (target.id !== "span") {
      named = byId("span").value;
      draw();
      tell();
    } else if (target.value !== "custom") {
      const [from, to] = spanned(target.value);
      show(from, to - from, target.value);
    }
  };

  const MOVES = {
    earlier: ([low, high]) => show(low - (high - low) / 2, high - low),
    later: ([low, high]) => show(low + (high - low) / 2, high - low),
    closer: ([low, high]) => show(low + (high - low) / 4, (high - low) / 2),
    wider: ([low, high]) => show(low - (high - low) / 2, (high - low) * 2),
    reset: () => show(...limits()),
  };

  byId("explorer-page").hidden = false;
  byId("choices").addEventListener("change", changed);
  byId("choices").addEventListener("submit", (event) => event.preventDefault());
  byId("figures").addEventListener("toggle", table);
  byId("mark").addEventListener("change", ({ target }) => {
    state.marked = target.checked;
    plot.redraw();
  });
  byId("cursor").addEventListener("input", ({ target }) => {
    const k = +target.value;
    plot.setCursor({ left: plot.valToPos(state.grid.times[k], "x"), top: 10 }, false);
    read(k);
  });
  document.querySelectorAll("[data-move]").forEach((button) => {
    button.addEventListener("click", () => MOVES[button.dataset.move](state.view));
  });
  stepped("day");
  let width = byId("drawing").clientWidth;
  new ResizeObserver(() => {
    const now = byId("drawing").clientWidth;
    if (now !== width) plot.setSize({ width: now, height: plot.height });
    width = now;
  }).observe(byId("drawing"));
})();
