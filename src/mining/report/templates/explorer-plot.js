/* The exploration page, 2 of 3: the chosen places on one grid of times, and uPlot told how to draw
   it. `state` holds `step` (day or hour), `places` (their positions), `grid`, `view` (first and last
   second), and whether incidents are `marked`. */
"use strict";
(() => {
  const { data, texts, format, figure } = globalThis.explorer;
  const COLORS = ["#0b5563", "#9a4a00", "#6a3d8f"];
  const BANDS = ["rgba(11,85,99,.2)", "rgba(154,74,0,.18)", "rgba(106,61,143,.18)"];
  const DASHES = [[], [7, 4], [2, 3]];
  const MUTED = "#4d5b65", RULE = "#d8ddda", FONT = "system-ui, sans-serif";
  const SECONDS = { day: 86400, hour: 3600 };
  const STRIP = 7;       // height of a row of incidents
  const CROWDED = 0.7;   // more points to a pixel than this are drawn with thin lines

  const seriesOf = (place, step, start, length) => {
    const empty = () => new Array(length).fill(null);
    const made = { name: place.name, page: place.page, counts: empty(), low: empty(),
                   least: empty(), middle: empty(), high: empty() };
    const [first, counts] = place[`${step}s`];
    counts.forEach((n, k) => { made.counts[first + k] = n; });
    const [from, lows, middles, highs] = place[`${step}s_ahead`];
    middles.forEach((middle, row) => {
      const k = from + row - start;
      if (middle === null || k < 0 || made.counts[k] !== null) return;
      made.least[k] = lows[row];
      made.low[k] = lows[row] ?? data.minimum;  // a band ends where counts are told
      made.middle[k] = middle;
      made.high[k] = highs[row];
    });
    return made;
  };

  /** Lay counts and forecasts of places on one grid. */
  const laid = (step, chosen) => {
    const start = data[step], unit = SECONDS[step], places = chosen.map((k) => data.places[k]);
    const today = Math.ceil((data.today * 3600) / unit) - start;
    const ends = places.map((place) => {
      const [first, counts] = place[`${step}s`], [from, lows] = place[`${step}s_ahead`];
      return Math.max(first + counts.length, from + lows.length - start);
    });
    const length = Math.max(today, ...ends);
    return {
      unit, today: (start + today) * unit,
      times: Array.from({ length }, (_, k) => (start + k) * unit),
      series: places.map((place) => seriesOf(place, step, start, length)),
    };
  };

  /** First and last position that are seen. */
  const visible = ({ grid, view }) => {
    const last = grid.times.length - 1;
    const [low, high] = view.map((seconds) => (seconds - grid.times[0]) / grid.unit);
    return [Math.min(Math.max(Math.ceil(low), 0), last), Math.min(Math.floor(high), last)];
  };

  const endOf = ([, , end]) => (end === null ? data.today : end) * 3600;

  /** Incidents of the chosen places, or of all, between two times. */
  const incidents = (state, from, to) => data.incidents.filter((incident) => {
    const [place, start] = incident;
    const here = place < 0 || state.places.includes(place);
    return here && start * 3600 < to && endOf(incident) > from;
  });

  const drawIncidents = (u, state, at) => {
    const { ctx, bbox } = u, ratio = uPlot.pxRatio;
    incidents(state, u.scales.x.min, u.scales.x.max).forEach((incident) => {
      state.places.forEach((place, row) => {
        if (incident[0] >= 0 && incident[0] !== place) return;
        const left = at(incident[1] * 3600);
        const width = Math.max(at(endOf(incident)) - left, 2 * ratio);
        ctx.fillStyle = COLORS[row];
        ctx.fillRect(left, bbox.top + row * STRIP * ratio, width, (STRIP - 2) * ratio);
      });
    });
  };

  /** Draw where counts end and the forecast begins. */
  const drawToday = (state) => (u) => {
    const { ctx, bbox } = u, ratio = uPlot.pxRatio, edge = state.grid.today - state.grid.unit / 2;
    const ahead = state.grid.series.some((s) => s.middle.some((n) => n !== null));
    if (!ahead || edge <= u.scales.x.min || edge >= u.scales.x.max) return;
    const x = u.valToPos(edge, "x", true), room = bbox.left + bbox.width - x > 70 * ratio;
    ctx.save();
    ctx.setLineDash([]);
    Object.assign(ctx, { strokeStyle: MUTED, fillStyle: MUTED, lineWidth: ratio,
                         font: `${12 * ratio}px ${FONT}`, textAlign: room ? "left" : "right" });
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(texts.ahead, x + (room ? 5 : -5) * ratio, bbox.top + (3 * STRIP + 12) * ratio);
    ctx.restore();
  };

  const drawBehind = (state) => (u) => {
    const { bbox } = u;
    const clamped = (x) => Math.min(Math.max(x, bbox.left), bbox.left + bbox.width);
    const at = (seconds) => clamped(u.valToPos(seconds, "x", true));
    const [first, last] = visible(state), width = bbox.width / uPlot.pxRatio;
    const thin = last - first > CROWDED * width;
    u.series.slice(1).forEach((line, k) => {
      Object.assign(line, { width: thin ? 1 : 2, dash: thin ? [] : DASHES[Math.floor(k / 4)] });
    });
    u.ctx.save();
    if (state.marked) drawIncidents(u, state, at);
    u.ctx.restore();
  };

  const sundayFirst = (days) => [days[6], ...days.slice(0, 6)];
  const NAMES = { MMMM: format.months, MMM: format.short_months,
                  WWWW: sundayFirst(format.days), WWW: sundayFirst(format.short_days) };
  const HOUR_MARK = format.hour_mark, DAY_MARK = "{D}\u00a0{MMM}";
  const MARKS = [  // least distance of marks, their text, and what is added at a new year or day
    [86400 * 365, "{YYYY}", null, null, null, null, null, null, 1],
    [86400 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [86400, DAY_MARK, "\n{YYYY}", null, null, null, null, null, 1],
    [3600, HOUR_MARK, `\n${DAY_MARK} {YYYY}`, null, `\n${DAY_MARK}`, null, null, null, 1],
  ];

  const axes = () => {
    const shared = { stroke: MUTED, font: `12px ${FONT}`, grid: { stroke: RULE, width: 1 },
                     ticks: { stroke: RULE } };
    const whole = (u, all) => all.map((n) => (Number.isInteger(n) ? figure(n) : ""));
    return [{ ...shared, values: MARKS, space: 62 },
            { ...shared, size: 62, label: texts.axis, labelFont: shared.font, labelSize: 18,
              values: whole }];
  };

  /** Return a drawing; `hooks` are told of a position under the cursor, and of a new view. */
  const drawn = (state, box, hooks) => {
    const series = [{}], bands = [], columns = [], width = box.clientWidth;
    state.grid.series.forEach((s, k) => {
      const line = { stroke: COLORS[k] };
      const bound = { stroke: "transparent", points: { show: false } };
      bands.push({ series: [series.length + 3, series.length + 1], fill: BANDS[k] });
      series.push(line, bound, line, bound);
      columns.push(s.counts, s.low, s.middle, s.high);
    });
    const options = {
      width, height: width < 500 ? 280 : 360, series, bands, axes: axes(),
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      fmtDate: (template) => uPlot.fmtDate(template, NAMES),
      scales: { x: { min: state.view[0], max: state.view[1] },
                y: { range: (u, low, high) => [0, (high || 1) * 1.12] } },
      hooks: {
        drawClear: [drawBehind(state)],
        draw: [drawToday(state)],
        setCursor: [({ cursor }) => {
          if (cursor.idx !== null && cursor.left >= 0) hooks.read(cursor.idx);
        }],
        setScale: [(u, key) => { if (key === "x") hooks.moved(u.scales.x.min, u.scales.x.max); }],
      },
    };
    return new uPlot(options, [state.grid.times, ...columns], box);
  };

  Object.assign(globalThis.explorer, { laid, visible, incidents, drawn });
})();
