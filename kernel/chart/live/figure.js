// Draws the figure in the element before this script. The still picture in it
// stays until the live chart stands, and for good if it never does.
(function () {
  const box = document.currentScript.previousElementSibling;

  // --- The library: in the page, carried by another output, or beside the kernelspec.

  function bytes(text) { return Uint8Array.from(atob(text), c => c.charCodeAt(0)); }
  async function unzip(text) {
    const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  function load(url) {
    return new Promise((done, failed) => {
      const s = document.createElement("script");
      s.src = url; s.onload = done; s.onerror = failed;
      document.head.appendChild(s);
    });
  }
  async function library() {
    if (window.echarts) return;
    let carrier = document.querySelector("[data-echarts-gzip]");
    if (!carrier && document.readyState === "loading") { // a later figure may bring it
      await new Promise(done => document.addEventListener("DOMContentLoaded", done));
      carrier = document.querySelector("[data-echarts-gzip]");
    }
    if (carrier) {
      await load(URL.createObjectURL(new Blob([await unzip(carrier.dataset.echartsGzip)], { type: "text/javascript" })));
      if (window.echarts) return;
    }
    const config = document.getElementById("jupyter-config-data");
    const base = config ? JSON.parse(config.textContent).baseUrl || "/" : "/";
    await load(base + "kernelspecs/gomyogen/echarts.min.js");
  }
  if (!window.myogenECharts) {
    window.myogenECharts = library().catch(e => { window.myogenECharts = null; throw e; });
  }

  // --- Small helpers.

  function make(tag, name, parent, text) {
    const e = document.createElement(tag);
    // JupyterLab's shortcuts look for this at what has the focus, before they look around it.
    if (tag === "button" || tag === "input" || name === "plot") e.dataset.lmSuppressShortcuts = "true";
    if (name) e.className = name;
    if (text) e.textContent = text;
    if (parent) parent.append(e);
    return e;
  }
  // The first index from..to at which x is not below v.
  function search(x, v, from, to) {
    while (from < to) {
      const mid = (from + to) >> 1;
      if (x[mid] < v) from = mid + 1; else to = mid;
    }
    return from;
  }
  // The step of 1, 2, 3 or 5 times a power of ten nearest to x.
  function nice(x) {
    const e = 10 ** Math.floor(Math.log10(x)), f = x / e;
    return (f < 1.5 ? 1 : f < 2.5 ? 2 : f < 4 ? 3 : f < 7 ? 5 : 10) * e;
  }
  // The step of 1, 2 or 5 times a power of ten that divides a range into about n,
  // and the ticks of an axis, as Go places them (package scene).
  function stepOf(size, n) {
    const e = 10 ** Math.floor(Math.log10(size / n)), f = size / n / e;
    return (f < Math.SQRT2 ? 1 : f < Math.sqrt(10) ? 2 : f < Math.sqrt(50) ? 5 : 10) * e;
  }
  const whole = v => Math.abs(v - Math.round(v)) < 1e-9, tidy = (v, step) => +v.toPrecision(step && v ? Math.min(15, Math.max(12, Math.ceil(Math.log10(Math.abs(v / step))) + 2)) : 12);
  function tickText(v) {
    const a = Math.abs(v);
    return v && (a < 1e-4 || a >= 1e7) ? v.toExponential().replace("e+", "e") : String(v || 0);
  }
  function logTicks(low, high, n) {
    const from = Math.floor(Math.log10(low) + 1e-9), to = Math.ceil(Math.log10(high) - 1e-9), every = Math.max(1, Math.ceil((to - from) / (2 * n)));
    let out = [];
    for (const factors of [[1], [1, 2, 5]]) {
      out = [];
      for (let e = from; e <= to; e++) if (e % every === 0) for (const f of factors) {
        const at = tidy(f * 10 ** e);
        if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9)) out.push({ at, text: tickText(at) });
      }
      if (out.length > 1) break;
    }
    return out;
  }
  function ticks(a, low, high, n) {
    if (!(high > low)) return [];
    if (a.log) {
      const out = logTicks(low, high, n);
      if (out.length > 1) return out;
    }
    const size = tidy(high - low), step = n >= 3 && n <= 5 && (size === 1 || size === 100) && whole(4 * low / size) ? size / 4 : stepOf(high - low, n);
    if (a.categories) return multiples(a, low, high, Math.max(1, Math.round(step)));
    const out = multiples(a, low, high, step);
    return out.length < 3 && n >= 3 ? multiples(a, low, high, stepOf(step, 2)) : out;
  }
  function multiples(a, low, high, step) {
    const out = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step && out.length < 100; i++) {
      const at = tidy(i * step, step), text = a.categories ? a.categories[at] : tickText(at);
      if (text !== undefined) out.push({ at, text });
    }
    return out;
  }
  function digits(step) { return Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))); }
  // As many digits as the numbers of a packed column have, at most six, and more of
  // numbers that are far from zero and close together.
  function number(v, c) {
    const step = c.log || c.decimal ? 0 : ((c.high || 0) - (c.low || 0)) / c.levels, grain = step > 0 ? 10 ** Math.ceil(Math.log10(step) - 1e-9) : 0;
    const far = step > 0 && v ? Math.ceil(Math.log10(Math.abs(v) / (c.high - c.low))) + 3 : 0;
    return String(+(grain ? Math.round(v / grain) * grain : v).toPrecision(Math.min(15, Math.max(6, far))));
  }
  function mix(hex, other, part) {
    const a = parseInt(hex.slice(1), 16), b = parseInt(other.slice(1), 16);
    let out = 0;
    for (const s of [16, 8, 0]) out |= Math.round(((a >> s) & 255) * (1 - part) + ((b >> s) & 255) * part) << s;
    return "#" + out.toString(16).padStart(6, "0");
  }
  function light(hex) {
    const v = parseInt(hex.slice(1), 16);
    return (0.2126 * (v >> 16) + 0.7152 * ((v >> 8) & 255) + 0.0722 * (v & 255)) / 255;
  }
  function dark() {
    if (document.body.dataset.jpThemeLight) return document.body.dataset.jpThemeLight === "false";
    for (let e = box; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor.match(/[\d.]+/g).map(Number);
      if (c.length < 4 || c[3] > 0.5) return c[0] + c[1] + c[2] < 384;
    }
    return false;
  }
  const themes = {
    light: { ink: "#333333", paper: "#ffffff", line: "#d0d0d0", mark: c => c },
    dark: { ink: "#d8d8d8", paper: "#1e1e1e", line: "#484848", mark: c => mix(c, "#ffffff", 1.6 * Math.max(0, 0.38 - light(c))) }
  };

  // --- Marks that ECharts does not draw itself. Each takes a view, the place
  // of the data on the screen, and returns elements of zrender.

  const markWidth = 1.2; // px of a spike
  const marks = {
    band(s, theme) {
      const x = s.column(s.xs), low = s.column(s.lows), high = s.column(s.ys), color = theme.mark(s.color), parts = [];
      for (let i = 0, from = 0; i <= x.length; i++) {
        if (i < x.length && !isNaN(low[i]) && !isNaN(high[i])) continue;
        if (i > from) parts.push([from, i]);
        from = i + 1;
      }
      return v => parts.map(([from, to]) => {
        const points = [];
        for (let i = from; i < to; i++) points.push([v.x(x[i]), v.y(high[i])]);
        for (let i = to - 1; i >= from; i--) points.push([v.x(x[i]), v.y(low[i])]);
        return { type: "polygon", shape: { points }, style: { fill: color, fillOpacity: 0.3, stroke: color, strokeOpacity: 0.6, lineWidth: 0.75 } };
      });
    },
    // ECharts' own lines leave out points that are less than 2 px from the one before, and
    // make slopes of narrow or low steps.
    steps(s, theme) {
      const x = s.column(s.xs), y = s.column(s.ys);
      const style = { stroke: theme.mark(s.color), lineWidth: s.width, lineDash: s.dashed ? [6, 4] : null, lineJoin: "round", fill: null };
      return v => {
        const parts = [], from = s.x.from(v.x0), to = s.x.from(v.x1);
        let points = null;
        for (let i = 0; i < y.length; i++) {
          const end = i + 1 < x.length ? x[i + 1] : x[i];
          if (isNaN(y[i]) || Math.max(x[i], end) < from || Math.min(x[i], end) > to) { points = null; continue; }
          if (!points) parts.push(points = []);
          points.push([v.x(x[i]), v.y(y[i])], [v.x(end), v.y(y[i])]);
        }
        return parts.map(points => ({ type: "polyline", shape: { points }, style }));
      };
    },
    bars(s, theme) {
      const x = s.column(s.xs), y = s.column(s.ys), color = theme.mark(s.color);
      return v => Array.from(x, (at, i) => i).filter(i => !isNaN(y[i]) && x[i] + s.width / 2 >= v.x0 && x[i] - s.width / 2 <= v.x1).map(i => {
        const a = v.x(x[i] - s.width / 2), b = v.x(x[i] + s.width / 2), top = Math.min(v.y(y[i]), v.foot);
        return { type: "rect", shape: { x: a, y: top, width: Math.max(1, b - a), height: Math.abs(v.y(y[i]) - v.foot) }, style: { fill: color } };
      });
    },
    errors(s, theme) {
      const x = s.column(s.xs), y = s.column(s.ys), half = s.column(s.errors), stroke = s.kind === "bars" ? theme.ink : theme.mark(s.color), cap = 3;
      return v => Array.from(y, (_, i) => i).filter(i => !isNaN(y[i]) && !isNaN(half[i])).map(i => {
        const at = v.x(x[i]), top = v.y(y[i] + half[i]), bottom = v.y(y[i] - half[i]);
        const pathData = "M" + at + " " + top + "V" + bottom + "M" + (at - cap) + " " + top + "h" + 2 * cap + "M" + (at - cap) + " " + bottom + "h" + 2 * cap;
        return { type: "path", shape: { pathData }, style: { stroke, lineWidth: 1, fill: null } };
      });
    },
    rule(s, theme) {
      const color = theme.mark(s.color);
      return v => {
        const at = s.vertical ? v.x(s.at || 0) : v.y(s.at || 0), end = v.left + v.width;
        const shape = s.vertical ? { x1: at, x2: at, y1: v.top, y2: v.top + v.height } : { x1: v.left, x2: end, y1: at, y2: at };
        const flip = s.vertical ? at > v.left + v.width / 2 : at < v.top + 16;
        const text = s.vertical
          ? { x: flip ? at - 4 : at + 4, y: v.top + 3, textAlign: flip ? "right" : "left", textVerticalAlign: "top" }
          : { x: end - 4, y: flip ? at + 3 : at - 3, textAlign: "right", textVerticalAlign: flip ? "top" : "bottom" };
        return [
          { type: "line", shape, style: { stroke: color, lineWidth: 1.25, lineDash: s.dashed ? [6, 4] : null } },
          { type: "text", style: { ...text, text: s.name, fill: mix(color, theme.ink, 0.5), stroke: theme.paper, lineWidth: 3, fontSize: 11 } }
        ];
      };
    },
    // A picture is made anew for each view, px by px: the quickest way to tens
    // of thousands of marks. An SVG file gets a path for each row.
    raster(s, theme, { vector, scale }) {
      const times = s.column(s.xs), first = s.first, canvas = document.createElement("canvas");
      const colors = s.colors.map(theme.mark), color = r => colors[Math.floor(r * (colors.length - 1) / Math.max(1, s.rows - 1))];
      return v => {
        const paths = [], from = s.x.from(v.x0), to = s.x.from(v.x1);
        const columns = Math.max(1, Math.round(v.width * scale)), lines = Math.max(1, Math.round(v.height * scale));
        const height = Math.max(1, 0.8 * (v.y(0) - v.y(1)) * scale), width = Math.max(1, Math.round(markWidth * scale));
        const dots = vector ? null : new Uint32Array(columns * lines);
        // Where a neuron has more spikes than there are places for marks, these are
        // translucent: the more spikes, the darker.
        let shown = 0, spikes = 0;
        for (let r = 0; r < s.rows; r++) {
          const n = search(times, to, first[r], first[r + 1]) - search(times, from, first[r], first[r + 1]);
          if (n > 0) { shown++; spikes += n; }
        }
        const opacity = Math.max(0.35, Math.min(1, shown * columns / (spikes * width)));
        for (let r = Math.max(0, Math.ceil(v.y0 - 0.5)); r < s.rows && r <= v.y1 + 0.5; r++) {
          const y = (v.y(r) - v.top) * scale - height / 2;
          const top = Math.max(0, Math.round(y)), bottom = Math.min(lines, Math.max(top + 1, Math.round(y + height)));
          const c = parseInt(color(r).slice(1), 16), ink = (c & 255) << 16 | c & 0xff00 | c >> 16;
          let path = "";
          for (let i = search(times, from, first[r], first[r + 1]); i < first[r + 1] && times[i] <= to; i++) {
            if (vector) { path += "M" + v.x(times[i]).toFixed(2) + " " + (v.top + y).toFixed(2) + "v" + height.toFixed(2); continue; }
            const x = Math.round((v.x(times[i]) - v.left) * scale - width / 2), left = Math.max(0, x), right = Math.min(columns, x + width);
            for (let line = top; line < bottom; line++) for (let at = line * columns + left; at < line * columns + right; at++) {
              const alpha = dots[at] >>> 24;
              dots[at] = ((alpha + Math.round((255 - alpha) * opacity)) << 24 | ink) >>> 0;
            }
          }
          if (path) paths.push({ type: "path", shape: { pathData: path }, style: { stroke: color(r), lineWidth: markWidth, fill: null } });
        }
        if (vector) return paths;
        canvas.width = columns; canvas.height = lines;
        canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(dots.buffer), columns, lines), 0, 0);
        return [{ type: "image", style: { image: canvas, x: v.left, y: v.top, width: v.width, height: v.height } }];
      };
    },
    heat(s, theme, { scale }) {
      const values = s.column(s.ys), whole = document.createElement("canvas"), seen = document.createElement("canvas");
      whole.width = s.columns; whole.height = s.rows;
      const g = whole.getContext("2d"), img = g.createImageData(s.columns, s.rows), [low, high] = s.values;
      const colors = s.colors.map(c => parseInt(c.slice(1), 16));
      for (let i = 0; i < values.length; i++) {
        if (isNaN(values[i])) continue;
        const c = colors[Math.round(255 * Math.min(1, Math.max(0, (values[i] - low) / (high - low))))];
        const at = 4 * ((s.rows - 1 - Math.floor(i / s.columns)) * s.columns + i % s.columns);
        img.data[at] = c >> 16; img.data[at + 1] = c >> 8 & 255; img.data[at + 2] = c & 255; img.data[at + 3] = 255;
      }
      g.putImageData(img, 0, 0);
      return v => {
        const p = seen.getContext("2d");
        seen.width = Math.max(1, Math.round(v.width * scale)); seen.height = Math.max(1, Math.round(v.height * scale));
        p.imageSmoothingEnabled = false;
        const a = v.x(s.span[0]), b = v.x(s.span[1]), top = v.y(s.rows - 0.5), bottom = v.y(-0.5);
        p.drawImage(whole, (a - v.left) * scale, (top - v.top) * scale, (b - a) * scale, (bottom - top) * scale);
        return [{ type: "image", style: { image: seen, x: v.left, y: v.top, width: v.width, height: v.height } }];
      };
    }
  };
  // The colour bar stands in the margin right of the map.
  function bar(s, theme, v, margin) {
    const x = v.left + v.width + 12, [low, high] = s.values, y = t => v.top + v.height * (1 - (t - low) / (high - low));
    const stops = s.colors.map((color, i) => ({ offset: i / 255, color }));
    const out = [{ type: "rect", shape: { x, y: v.top, width: 12, height: v.height }, style: { fill: { type: "linear", x: 0, y: 1, x2: 0, y2: 0, colorStops: stops } } }];
    // An edge, for an end of the colours may be that of the page.
    const at = v => Math.round(v - 0.5) + 0.5, left = at(x), right = at(x + 12), top = at(v.top), bottom = at(v.top + v.height);
    for (const [x1, y1, x2, y2] of [[left, top, right, top], [right, top, right, bottom], [left, bottom, right, bottom], [left, top, left, bottom]]) {
      out.push({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: theme.ink, lineWidth: 1 } });
    }
    for (const t of s.ticks || []) {
      out.push({ type: "line", shape: { x1: x + 12, x2: x + 15, y1: y(t.at), y2: y(t.at) }, style: { stroke: theme.ink, lineWidth: 1 } });
      out.push({ type: "text", style: { x: x + 18, y: y(t.at), text: t.text, fill: theme.ink, fontSize: 11, textVerticalAlign: "middle" } });
    }
    out.push({ type: "text", x: v.left + v.width + margin - 3, y: v.top + v.height / 2, rotation: Math.PI / 2, style: { text: s.name, fill: theme.ink, fontSize: 12, textAlign: "center", textVerticalAlign: "bottom" } });
    return out;
  }

  // --- The axes: coordinates of the chart, ticks and their texts.

  // A number of an axis has a coordinate: itself, or its logarithm. Those of a right
  // axis are moved to the left one's, so that both are zoomed at once.
  function coordinates(a, left) {
    const plain = !a.log && !left;
    a.to = a.log ? v => Math.log10(Math.max(v, Number.MIN_VALUE)) : v => v; // error bars reach below 0
    a.from = a.log ? v => tidy(10 ** v) : v => v;
    Object.assign(a, { plain, lo: a.to(a.low), hi: a.to(a.high), put: a.to, take: a.from });
    if (!left) return;
    const k = (left.hi - left.lo) / (a.hi - a.lo);
    a.put = v => left.lo + (a.to(v) - a.lo) * k;
    a.take = v => a.from(a.lo + (v - left.lo) / k);
  }

  // The layout for a width: its option, and where things stand. Side by side, panels
  // need some room. Titles and legends that are wider than their panel get more rows.
  const columnWidth = 320, titleRow = 16, legendRow = 19, mostLegendRows = 5, textFont = "12px sans-serif", titleFont = "bold 13px sans-serif";
  const measuring = document.createElement("canvas").getContext("2d");
  function measure(text, font) {
    measuring.font = font;
    return measuring.measureText(text).width;
  }
  // How many rows pieces take, with a gap between them.
  function rowsOf(widths, gap, width) {
    let rows = 1, at = 0;
    for (const w of widths) {
      if (at && at + w > width) { rows++; at = 0; }
      rows += Math.max(0, Math.ceil(w / width) - 1);
      at += w + gap;
    }
    return rows;
  }
  // ECharts breaks lines by the sum of the widths of characters, which kerning makes more than that of the text.
  const breadth = (text, font) => [...text].reduce((sum, c) => sum + measure(c, font), 0);
  const rowsOfText = (text, font, width) => rowsOf(text.split(" ").map(w => breadth(w, font)), measure(" ", font), width);
  function geometry(spec, width) {
    const o = spec.options[width < columnWidth * spec.options[0].columns ? 1 : 0], part = width / o.columns;
    const left = i => part * o.places[i].column + o.left, size = Math.max(1, part - o.left - o.right), text = Math.max(40, size + o.right);
    const names = i => o.places[i].legend < 0 ? [] : o.legend[o.places[i].legend].data || [];
    const titleRows = i => Math.max(...spec.frames.map(f => rowsOfText(f.titles[i] || "", titleFont, text)));
    const legendRows = i => rowsOf(names(i).map(name => 22 + 5 + 2 + measure(name, textFont)), 10, text);
    const grids = [], legends = [], titles = [];
    let grown = 0; // px
    for (let from = 0; from < o.grid.length; from += o.columns) {
      const row = o.grid.map((_, i) => i).slice(from, from + o.columns), rows = row.map(legendRows).map(n => n > mostLegendRows ? 1 : n); // many scroll
      const below = titleRow * (Math.max(...row.map(titleRows)) - 1), beside = legendRow * (Math.max(...rows) - 1);
      row.forEach((i, k) => {
        titles.push({ top: +o.title[i].top + grown, width: text });
        if (o.places[i].legend >= 0) legends[o.places[i].legend] = { panel: i, top: +o.legend[o.places[i].legend].top + grown + below, width: text, scrolls: legendRows(i) > mostLegendRows };
        grids.push({ left: left(i), top: +o.grid[i].top + grown + below + beside, width: size, height: +o.grid[i].height });
      });
      grown += below + beside;
    }
    return { o, grids, legends, titles, height: o.height + grown };
  }

  // The largest font in which names beside one another leave a gap, and whether even
  // the smallest does.
  function nameFont(names) {
    let font;
    for (const size of [12, 11, 10, 9]) {
      font = size + "px sans-serif";
      const half = names.map(n => measure(n.text, font) / 2);
      if (names.every((n, i) => !i || n.at - half[i] >= names[i - 1].at + half[i - 1] + 3)) return { font, whole: true };
    }
    return { font, whole: false };
  }

  const nameRoom = 30; // px by which the name of a vertical axis may be longer than the axis

  // Grid lines, ticks and texts of a panel: elements of zrender.
  function axes(spec, theme, i, place, margin) {
    const { y, right } = spec.panels[i], x = xOf(spec, i), text = { fill: theme.ink, font: textFont };
    const gridLine = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: theme.line, opacity: 0.7, lineWidth: 1 } });
    const mark = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: theme.ink, lineWidth: 1 } });
    const crisp = v => Math.round(v - 0.5) + 0.5;
    return v => {
      const out = [], end = v.left + v.width, bottom = v.top + v.height;
      let last = -Infinity;
      const xTicks = ticks(x, x.from(v.x0), x.from(v.x1), Math.max(4, Math.round(v.width / 110)));
      // Names of categories are made smaller, then cut, and not left out.
      const { font, whole } = x.categories ? nameFont(xTicks.map(t => ({ text: t.text, at: v.x(t.at) }))) : { font: textFont, whole: true };
      for (const t of xTicks) {
        const at = v.x(t.at), half = measure(t.text, font) / 2;
        out.push(gridLine(crisp(at), v.top, crisp(at), bottom));
        const room = whole ? Infinity : Math.max(24, Math.abs(v.x(t.at + 1) - at) - 6);
        if (!place.xTexts || at - Math.min(half, room / 2) < last + 3) continue; // it would cover the one before it
        last = at + Math.min(half, room / 2);
        out.push({ type: "text", style: { ...text, font, text: t.text, x: at, y: bottom + 8, textAlign: "center", textVerticalAlign: "top", ...(2 * half > room ? { width: room, overflow: "truncate" } : {}) } });
      }
      for (const t of ticks(y, y.take(v.y0), y.take(v.y1), y.steps)) {
        const at = v.y(t.at);
        out.push(gridLine(v.left, crisp(at), end, crisp(at)));
        out.push({ type: "text", style: { ...text, text: t.text, x: v.left - 8, y: at, textAlign: "right", textVerticalAlign: "middle", width: Math.max(20, v.room - 28), overflow: "truncate" } });
      }
      if (!right) return out;
      out.push(mark(crisp(end), v.top, crisp(end), bottom));
      for (const t of ticks(right, right.take(v.y0), right.take(v.y1), right.steps)) {
        const at = v.right(t.at);
        out.push(mark(end, crisp(at), end + 4, crisp(at)));
        out.push({ type: "text", style: { ...text, text: t.text, x: end + 8, y: at, textAlign: "left", textVerticalAlign: "middle" } });
      }
      const name = right.label && right.unit ? right.label + " (" + right.unit + ")" : right.label || right.unit;
      out.push({ type: "text", x: end + margin - 5, y: v.top + v.height / 2, rotation: Math.PI / 2, style: { ...text, text: name, textAlign: "center", textVerticalAlign: "bottom", ...(measure(name, textFont) > v.height + nameRoom ? { width: v.height + nameRoom, overflow: "truncate" } : {}) } });
      return out;
    };
  }
  function xOf(spec, i) { return spec.panels[i].x || spec.x; }

  // Panels that are zoomed together: those of the shared axis first, then each with
  // its own. There is always a first group.
  function zoomGroups(spec) {
    const all = spec.panels.map((_, i) => i), shared = all.filter(i => !spec.panels[i].x), own = all.filter(i => spec.panels[i].x).map(i => [i]);
    return shared.length ? [shared, ...own] : own;
  }
  // Index of the zoom of a panel's horizontal axis: 0 is that of the first group, 1 its
  // slider, then there is one for each vertical axis.
  function zoomIndex(spec, panel) {
    const at = zoomGroups(spec).findIndex(g => g.includes(panel));
    return at ? 1 + spec.panels.length + at : 0;
  }

  // --- The option of a chart: what Go described, the theme, and the series.

  // What Go writes of an option, and what a style of ours never has. A figure of another
  // origin may lead away, or load something.
  const described = {
    title: ["top", "textStyle"], legend: ["type", "show", "top", "data", "itemWidth", "itemHeight"], grid: ["top", "height", "outerBoundsMode"],
    xAxis: ["type", "gridIndex", "name", "nameLocation", "nameGap"], yAxis: ["type", "gridIndex", "name", "nameLocation", "nameGap"]
  };
  const loads = /url|import|image|src|\\/i;
  const pick = (o, names) => Object.fromEntries(names.filter(n => n in o).map(n => [n, o[n]]));
  const known = from => Object.fromEntries(Object.entries(described).map(([part, names]) => [part, (from[part] || []).map(o => pick(o, names))]));
  function option(spec, theme, shown, o) {
    const { o: from, grids, legends, titles } = geometry(spec, o.width), out = JSON.parse(JSON.stringify(known(from)));
    const frame = spec.frames[shown], text = { color: theme.ink, fontFamily: "sans-serif" };
    out.animation = false;
    out.backgroundColor = o.paper || "transparent";
    out.textStyle = text;
    out.title.forEach((t, i) => { t.text = frame.titles[i]; t.left = grids[i].left; t.top = titles[i].top; t.padding = [4, 0, 0, 0]; t.textStyle = { ...pick(t.textStyle || {}, ["fontSize"]), ...text, width: titles[i].width, overflow: "break", lineHeight: titleRow }; });
    const noSymbol = name => !frame.series.some(s => s.name === name && (s.kind !== "line" || s.marker) && s.kind !== "dots"); // without one in the legend
    out.legend.forEach((l, at) => {
      const { panel, top, width, scrolls } = legends[at], { left } = grids[panel];
      Object.assign(l, { type: scrolls ? "scroll" : "plain", itemHeight: scrolls ? l.itemHeight : 9, left, top: scrolls ? top : top + 4, width, textStyle: text, padding: 0, pageTextStyle: text, pageIconColor: theme.ink, inactiveColor: theme.line });
      l.data = (l.data || []).map(name => ({ name, itemStyle: { opacity: noSymbol(name) ? 0 : 1 } }));
    });
    out.grid.forEach((g, i) => { g.left = grids[i].left; g.top = grids[i].top; g.width = grids[i].width; });
    out.xAxis.forEach((x, i) => { const a = xOf(spec, i); x.min = a.lo; x.max = a.hi; });
    out.yAxis.forEach((y, i) => { const a = spec.panels[i].y; y.min = a.lo; y.max = a.hi; y.nameTruncate = { maxWidth: +out.grid[i].height + nameRoom, ellipsis: "..." }; });
    for (const a of out.xAxis.concat(out.yAxis)) {
      Object.assign(a, { nameTextStyle: { ...text, fontSize: 12 }, nameMoveOverlap: false, axisTick: { show: false }, splitLine: { show: false }, axisLabel: { show: false } });
      a.axisLine = { show: true, onZero: false, lineStyle: { color: theme.ink } };
    }
    const style = { borderColor: theme.line, textStyle: { color: "transparent" }, handleStyle: { borderColor: theme.ink }, moveHandleStyle: { opacity: 0.4 } };
    const groups = zoomGroups(spec), x = xAxisIndex => ({ type: "inside", xAxisIndex, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false });
    out.dataZoom = [
      x(groups[0]),
      { ...style, type: "slider", xAxisIndex: groups[0], filterMode: "none", show: !o.save, bottom: 4, height: 18, left: grids[0].left, right: from.right, showDataShadow: false, showDetail: false, brushSelect: false },
      ...spec.panels.map((_, i) => ({ type: "inside", yAxisIndex: i, filterMode: "none", disabled: true })),
      ...groups.slice(1).map(x)
    ];
    out.series = series(spec, theme, shown, o);
    if (o.save) {
      const title = paperTitle(spec, shown, o.width);
      for (const list of [out.title, out.legend, out.grid]) for (const e of list) e.top = +e.top + title.height;
      out.title.push({ text: title.text, left: 8, top: 8, padding: 0, textStyle: { ...text, fontSize: 16, lineHeight: title.row, width: title.width, overflow: "break" } });
    }
    return out;
  }

  // The title of a figure on paper, which has no caption beside it.
  function paperTitle(spec, shown, width) {
    const { label } = spec.frames[shown], font = "bold 16px sans-serif", row = 20;
    const text = spec.title + (label ? "  -  " + (spec.slider || "Run") + ": " + label : "");
    width -= 16;
    return { text, row, width, height: 14 + row * rowsOfText(text, font, width) };
  }

  // Coordinates x and y of a line's points, by turns.
  function points(s) {
    const x = s.column(s.xs), y = s.column(s.ys), out = new Float64Array(2 * y.length);
    const to = s.x.to, { put } = s.axis, plain = s.x.plain && s.axis.plain;
    for (let i = 0; i < y.length; i++) {
      out[2 * i] = plain ? x[i] : to(x[i]);
      out[2 * i + 1] = plain ? y[i] : put(y[i]);
    }
    return out;
  }
  // Sizes of markers, all of the area of a circle 6 px wide.
  const sizes = { circle: 6, rect: 5.3, triangle: [7.3, 6.3], diamond: 8.4 };
  function series(spec, theme, shown, o) {
    const { o: layout } = geometry(spec, o.width), scale = o.vector ? 1 : o.scale || window.devicePixelRatio || 1;
    const custom = (base, panel, right, z, color, draw, beside) => {
      const x = xOf(spec, panel), { y } = spec.panels[panel], other = spec.panels[panel].right, axis = right ? other : y;
      const renderItem = (params, api) => {
        const c = params.coordSys, a = api.coord([x.lo, y.lo]), b = api.coord([x.hi, y.hi]);
        const kx = (b[0] - a[0]) / (x.hi - x.lo), ky = (b[1] - a[1]) / (y.hi - y.lo);
        const view = {
          left: c.x, top: c.y, width: c.width, height: c.height, room: layout.left,
          x: x.plain ? v => a[0] + (v - x.lo) * kx : v => a[0] + (x.to(v) - x.lo) * kx,
          y: axis.plain ? v => a[1] + (v - y.lo) * ky : v => a[1] + (axis.put(v) - y.lo) * ky,
          right: v => a[1] + (other.put(v) - y.lo) * ky,
          x0: x.lo + (c.x - a[0]) / kx, x1: x.lo + (c.x + c.width - a[0]) / kx,
          y0: y.lo + (c.y + c.height - a[1]) / ky, y1: y.lo + (c.y - a[1]) / ky
        };
        view.foot = axis.log ? c.y + c.height : view.y(0);
        const inside = { type: "group", clipPath: { type: "rect", shape: { x: c.x, y: c.y, width: c.width, height: c.height } }, children: draw ? draw(view) : [] };
        return { type: "group", children: beside ? [inside, ...beside(view)] : [inside] };
      };
      return { ...base, type: "custom", clip: false, itemStyle: { color }, data: [[x.lo, y.lo]], renderItem, z };
    };
    const under = spec.panels.map((_, i) => custom({ id: "axes " + i, name: "", xAxisIndex: i, yAxisIndex: i, animation: false, silent: true }, i, false, 0, theme.ink, null, axes(spec, theme, i, layout.places[i], layout.right)));
    return under.concat(spec.frames[shown].series.flatMap((s, at) => {
      const base = { id: "series " + at, name: s.name, xAxisIndex: s.panel, yAxisIndex: s.panel, animation: false, silent: true }, color = s.color ? theme.mark(s.color) : theme.ink;
      const errors = s.errors ? [custom({ ...base, id: "errors " + at }, s.panel, s.right, 3, color, marks.errors(s, theme))] : [];
      if (s.kind === "line" || s.kind === "dots") {
        const symbol = Object.hasOwn(sizes, s.marker) ? s.marker : "none", data = s.step && !s.marker ? [] : points(s), bare = s.kind === "dots" || s.noLine || s.step && !!s.marker;
        if (s.step) errors.unshift(custom({ ...base, id: "steps " + at }, s.panel, s.right, 2, color, marks.steps(s, theme)));
        return [{ ...base, type: "line", data, dimensions: ["x", "y"], showSymbol: !!s.marker, showAllSymbol: !!s.marker, symbol, symbolSize: s.kind === "dots" ? s.width + 3 : sizes[symbol] || 0, itemStyle: { color, opacity: 1 }, lineStyle: { width: bare ? 0 : s.width, type: s.dashed ? [6, 4] : "solid", color, join: "round" } }, ...errors];
      }
      const draw = marks[s.kind](s, theme, { vector: o.vector, scale });
      return [custom(base, s.panel, s.right, s.kind === "heat" || s.kind === "band" ? 1 : 2, color, draw, s.kind === "heat" && (v => bar(s, theme, v, layout.right))), ...errors];
    }));
  }

  // --- Reading the chart at a place, and its data as a table.

  // A panel of more lines than mostLines names the nearest ones alone; what is
  // within reach, in px, is at the crosshair.
  const mostLines = 8, nearestLines = 3, reach = 8;

  // What the crosshair meets: entries of a panel, a colour, a name and what is
  // said of it, the place itself first. Where it is in a panel, a row is read
  // there; rows of other panels are summed up. What is hidden is not read.
  function read(spec, shown, at, hidden) {
    const { titles, series } = spec.frames[shown], { view } = at, axis = xOf(spec, at.near), x = axis.from(at.x), reached = reach * (view.x1 - view.x0) / view.width, within = axis.log ? axis.from(at.x + reached) - x : reached;
    const time = (v, step) => (axis.log ? String(+v.toPrecision(4)) : v.toFixed(digits(step || (view.x1 - view.x0) / 2000))) + (axis.unit ? " " + axis.unit : "");
    const entries = [[-1, "", (axis.label || "x") + " " + (axis.categories ? axis.categories[Math.round(x)] || "" : time(x)), ""]];
    spec.panels.forEach((panel, i) => {
      if (xOf(spec, i) !== axis) return; // x is not there
      const here = i === at.panel, y = panel.y, title = titles[i] || y.label || "Panel " + (i + 1), all = series.filter(s => s.panel === i && !hidden.has(s.name));
      const said = all.filter(s => s.rows).map(s => here ? readRow(s, y, x, Math.round(at.y), within, time) : readRows(s, title, x, nice(within), time));
      for (const e of said.concat(readLines(all, title, x, here ? at.y : NaN, within))) if (e) entries.push([i, ...e]);
    });
    return entries.map(([panel, color, name, said]) => ({ panel, color, name, said }));
  }
  function readRow(s, axis, x, row, within, time) {
    if (row < 0 || row >= s.rows) return null;
    const name = (axis.categories && axis.categories[row] || (axis.label || "Row") + " " + row) + (s.names && s.names[row] ? " (" + s.names[row] + ")" : "");
    if (s.kind === "raster") {
      const spike = nearestSpike(s, row, x, within);
      return [s.colors[Math.floor(row * (s.colors.length - 1) / Math.max(1, s.rows - 1))], name, ": " + (spike === undefined ? "no spike here" : "spike at " + time(spike))];
    }
    const [low, high] = s.values, [v] = mapValues(s, x, row, row + 1);
    if (v === undefined) return ["", name, ": no value"];
    return [s.colors[Math.round(255 * Math.min(1, Math.max(0, (v - low) / (high - low))))], name, ": " + number(v, s.ys) + "  " + s.name];
  }
  function readRows(s, title, x, within, time) {
    const count = (n, what) => n + " " + what + (n === 1 ? "" : "s");
    if (s.kind === "raster") {
      const [spikes, trains] = spikesAround(s, x, within);
      return ["", title, ": " + (spikes ? count(spikes, "spike") + " of " + count(trains, "train") : "no spikes") + " within \u00b1" + time(within, within)];
    }
    const values = mapValues(s, x, 0, s.rows).sort((a, b) => a - b), low = values[0], high = values[values.length - 1];
    if (!values.length) return ["", title, ": no values"];
    return ["", title, ": " + number(low, s.ys) + (low < high ? " to " + number(high, s.ys) : "") + "  " + s.name];
  }
  // Lines, steps, bands and bars; those nearest to y, a coordinate, if there are many.
  function readLines(all, title, x, y, within) {
    const lines = [], far = l => Math.abs(l.s.axis.put(l.low) - y);
    for (const s of all) {
      let values = valuesAt(s, x, within).sort((a, b) => a.v - b.v);
      if (s.kind !== "band" && values.length > 1 && !isNaN(y)) values = [values.reduce((a, b) => Math.abs(s.axis.put(b.v) - y) < Math.abs(s.axis.put(a.v) - y) ? b : a)];
      if (values.length) lines.push({ s, low: values[0].v, high: values[values.length - 1].v, error: values.length === 1 ? values[0].error : NaN });
    }
    const value = (v, s) => { const text = number(v, s.ys), { categories } = s.axis; return categories && categories[text] || text; };
    const range = (a, b) => value(a.low, a.s) + (a.low < b.high ? " to " + value(b.high, b.s) : "") + (a.error >= 0 && a === b ? " \u00b1 " + number(a.error, a.s.errors) : "") + (a.s.axis.unit ? " " + a.s.axis.unit : "");
    const named = line => [line.s.color, line.s.name || line.s.axis.label || "y", ": " + range(line, line)];
    if (lines.length <= mostLines) return lines.map(named);
    const near = isNaN(y) ? [] : lines.slice().sort((a, b) => far(a) - far(b)).slice(0, nearestLines), sums = [];
    for (const right of [false, true]) {
      const some = lines.filter(l => !!l.s.right === right);
      if (!some.length) continue;
      const low = some.reduce((a, b) => b.low < a.low ? b : a), high = some.reduce((a, b) => b.high > a.high ? b : a);
      sums.push(["", title, ": " + some.length + " lines from " + range(low, high)]);
    }
    return [...near.map(named), ...sums];
  }

  // What is drawn of a series at x: a point of a line, both edges of a band, all
  // that a line which turns back has there; beside a gap the point itself. Points
  // with an error bar, or without a line between them, are read themselves, the
  // latter within reach. Rasters, maps and rules have none.
  function valuesAt(s, x, within) {
    if (!s.xs || !s.ys || s.kind === "dots") return [];
    const xs = s.column(s.xs), ys = s.column(s.ys), half = s.errors && s.column(s.errors), n = ys.length, last = xs[xs.length - 1], out = [];
    const add = (v, i) => { if (isFinite(v)) out.push({ v, error: half && i !== undefined ? half[i] : NaN }); };
    const between = (y, i) => {
      const part = (s.x.to(x) - s.x.to(xs[i - 1])) / (s.x.to(xs[i]) - s.x.to(xs[i - 1]));
      if (s.step) return y[part < 1 ? i - 1 : i];
      return xs[i] === xs[i - 1] ? y[i] : s.axis.plain ? y[i - 1] * (1 - part) + y[i] * part : s.axis.take(s.axis.put(y[i - 1]) * (1 - part) + s.axis.put(y[i]) * part);
    };
    if (s.kind === "bars") {
      const i = xs.findIndex(v => Math.abs(v - x) <= s.width / 2);
      if (i >= 0) add(ys[i], i);
    } else if (s.noLine) {
      for (let i = 0; i < n; i++) if (Math.abs(xs[i] - x) <= within) add(ys[i], i);
    } else if (!s.sorted) {
      for (let i = 1; i < n; i++) if ((xs[i - 1] - x) * (xs[i] - x) <= 0) add(between(ys, i));
    } else if (x >= xs[0] && x <= last) {
      const i = Math.max(Math.min(1, n - 1), Math.min(n - 1, search(xs, x, 0, n))), near = i && x - xs[i - 1] < xs[i] - x ? i - 1 : i;
      if (s.step && xs.length > n && x >= xs[n - 1]) add(ys[n - 1]); // the last step
      else if (half) add(ys[near], near);
      else for (const y of s.lows ? [s.column(s.lows), ys] : [ys]) {
        const v = i ? between(y, i) : NaN;
        add(isNaN(v) ? y[near] : v);
      }
    }
    return out;
  }
  function nearestSpike(s, row, x, within) {
    const times = s.column(s.xs), i = search(times, x, s.first[row], s.first[row + 1]);
    const close = [i - 1, i].filter(j => j >= s.first[row] && j < s.first[row + 1] && Math.abs(times[j] - x) <= within).map(j => times[j]);
    return close.sort((a, b) => Math.abs(a - x) - Math.abs(b - x))[0];
  }
  // The values of a map at x in some rows, without gaps.
  function mapValues(s, x, from, end) {
    const values = s.column(s.ys), column = Math.floor((x - s.span[0]) / (s.span[1] - s.span[0]) * s.columns), out = [];
    if (column >= 0 && column < s.columns) for (let r = from; r < end; r++) if (!isNaN(values[r * s.columns + column])) out.push(values[r * s.columns + column]);
    return out;
  }
  // How many spikes of how many trains are no further from x.
  function spikesAround(s, x, within) {
    const times = s.column(s.xs);
    let spikes = 0, trains = 0;
    for (let r = 0; r < s.rows; r++) {
      const from = search(times, x - within, s.first[r], s.first[r + 1]);
      let to = from;
      while (to < s.first[r + 1] && times[to] <= x + within) to++;
      spikes += to - from;
      if (to > from) trains++;
    }
    return [spikes, trains];
  }

  // How many points of how many of a run are in the figure.
  function held(spec, shown) {
    const all = spec.frames[shown].series.filter(s => s.of), sum = count => all.reduce((n, s) => n + count(s), 0);
    return { n: sum(s => (s.ys || s.xs).n), of: sum(s => s.of) };
  }

  function table(spec, shown) {
    const named = a => a.label && a.unit ? a.label + " (" + a.unit + ")" : a.label || a.unit;
    const own = spec.panels.some(p => p.x), frame = spec.frames[shown];
    const rows = [["panel", "series", own ? "x" : named(spec.x) || "x", "value", "low", "error", "quantity"].concat(own ? ["x quantity"] : [])];
    const has = a => a && a.categories, hasX = has(spec.x) || spec.panels.some(p => has(p.x)), hasY = spec.panels.some(p => has(p.y) || has(p.right));
    const category = (a, v) => Number.isInteger(v) && has(a) && a.categories[v] || "";
    rows[0].push(...(hasX ? ["x category"] : []), ...(hasY ? ["y category"] : []));
    // The digits that the numbers of a column have.
    const exact = (v, c) => isNaN(v) ? "" : c.decimal ? String(v) : String(+v.toPrecision(c.log ? 6 : 12));
    for (const s of frame.series) {
      const panel = frame.titles[s.panel], y = named(s.axis);
      // A row at a place, which has categories.
      const add = (atX, atY, ...fields) => rows.push([panel, ...fields].concat(own ? [named(s.x)] : [], hasX ? [category(s.x, atX)] : [], hasY ? [category(s.axis, atY)] : []));
      if (s.kind === "raster") {
        const times = s.column(s.xs);
        for (let r = 0; r < s.rows; r++) for (let i = s.first[r]; i < s.first[r + 1]; i++) add(times[i], r, s.names && s.names[r] || r, exact(times[i], s.xs), r, "", "", y);
      } else if (s.kind === "heat") {
        s.column(s.ys).forEach((v, i) => {
          const row = Math.floor(i / s.columns), x = tidy(s.span[0] + (i % s.columns + 0.5) / s.columns * (s.span[1] - s.span[0]));
          add(x, row, row, x, exact(v, s.ys), "", "", s.name || "");
        });
      } else if (s.kind === "rule") {
        const at = s.at || 0;
        add(...(s.vertical ? [at, NaN, s.name, at, ""] : [NaN, at, s.name, "", at]), "", "", y);
      } else if (s.kind !== "dots") {
        const xs = s.column(s.xs), low = s.lows && s.column(s.lows), half = s.errors && s.column(s.errors);
        s.column(s.ys).forEach((v, i) => add(xs[i], v, s.name, exact(xs[i], s.xs), exact(v, s.ys), low ? exact(low[i], s.lows) : "", half ? exact(half[i], s.errors) : "", y));
        const end = xs[s.ys.n]; // of the last step
        if (end !== undefined) add(end, NaN, s.name, exact(end, s.xs), "", "", "", y);
      }
    }
    const quote = v => /[",\n]/.test(v) ? '"' + String(v).replace(/"/g, '""') + '"' : String(v);
    return rows.map(r => r.map(quote).join(",")).join("\n") + "\n";
  }

  // --- The live figure: tools, chart, slider of runs.

  function decode(blob) {
    const at = 4 + new DataView(blob.buffer).getUint32(0, true), spec = JSON.parse(new TextDecoder().decode(blob.subarray(4, at))), known = new Map();
    const column = c => {
      if (!c.n) return new Float64Array(0); // stands where the next one does
      if (known.has(c.at)) return known.get(c.at);
      const out = new Float64Array(c.n);
      let p = at + c.at, level = 0;
      for (let i = 0; i < c.n; i++) {
        let z = 0, shift = 0, b;
        do { b = blob[p++]; z |= (b & 127) << shift; shift += 7; } while (b & 128);
        level += z >>> 1 ^ -(z & 1);
        const f = (level - 1) / c.levels, k = (c.from || 0) + level - 1, e = c.digits || 0;
        out[i] = level === 0 ? NaN : c.decimal ? (e < 0 ? k * 10 ** -e : k / 10 ** e) : c.log ? 10 ** ((c.low || 0) * (1 - f) + (c.high || 0) * f) : (c.low || 0) * (1 - f) + (c.high || 0) * f;
      }
      known.set(c.at, out);
      return out;
    };
    coordinates(spec.x);
    for (const p of spec.panels) {
      coordinates(p.y);
      if (p.x) coordinates(p.x);
      if (p.right) coordinates(p.right, p.y);
    }
    for (const f of spec.frames) for (const s of f.series || (f.series = [])) {
      s.column = column;
      s.x = xOf(spec, s.panel);
      s.axis = s.right ? spec.panels[s.panel].right : spec.panels[s.panel].y;
      if (s.counts) s.first = column(s.counts).reduce((all, n) => (all.push(all[all.length - 1] + Math.round(n)), all), [0]);
    }
    return spec;
  }

  // What a reader may do, the keys by the names that are on them.
  const help = [
    ["Ctrl and wheel", "zoom where the pointer is"], ["Drag", "move"], ["Shift and drag", "zoom to a box"], ["Tab", "go to the tools, the panels and the legend"],
    ["+ and \u2212", "zoom, in the panels"], ["\u2190 and \u2192", "move"], ["Shift and \u2190 \u2192", "read values, or the spikes of a row"],
    ["Shift and \u2191 \u2193", "read the next row or panel"], ["Shift and Page \u2191 \u2193", "read the next panel"], ["0", "show all again"], ["Esc", "hide the values"]
  ];

  function draw(spec) {
    const el = make("div", "live"), still = box.querySelector("img");
    make("style", "", el, loads.test(spec.style) ? "" : spec.style);
    const head = make("div", "head", el);
    make("div", "name", head, spec.title).dir = "auto";
    const tools = make("div", "tools", head);
    tools.setAttribute("role", "toolbar");
    tools.setAttribute("aria-label", "Figure tools");
    const tool = (text, title, act) => {
      const b = make("button", "", tools, text);
      b.type = "button"; b.title = title;
      b.addEventListener("click", () => act(b));
      return b;
    };
    let chart, theme, shown = spec.frame, boxed = false, start = null;
    const boxTool = tool("Box zoom", "Zoom to a box: drag in a panel (or Shift and drag)", b => { boxed = !boxed; b.setAttribute("aria-pressed", boxed); });
    boxTool.setAttribute("aria-pressed", false);
    tool("Reset", "Show the whole figure again (0)", () => reset());
    tool("PNG", "Save as PNG", () => save("png"));
    tool("SVG", "Save as SVG", () => save("svg"));
    const csv = tool("CSV", "", () => save("csv"));
    const helpTool = tool("Help", "What mouse and keys do", b => { keys.hidden = !keys.hidden; b.setAttribute("aria-expanded", !keys.hidden); });
    helpTool.setAttribute("aria-expanded", false);
    const keys = make("dl", "help", el);
    keys.hidden = true;
    for (const [key, does] of help) {
      const row = make("div", "", keys);
      make("dt", "", row, key);
      make("dd", "", row, does);
    }
    if (spec.frames.length > 1) {
      const runs = make("label", "runs", el, (spec.slider || "Run") + ":"), slider = make("input", "", runs), value = make("output", "", runs);
      Object.assign(slider, { type: "range", min: 0, max: spec.frames.length - 1, step: 1, value: shown });
      const show = safely(() => {
        shown = +slider.value;
        value.textContent = spec.frames[shown].label;
        slider.setAttribute("aria-valuetext", spec.frames[shown].label);
        if (chart) chart.setOption({ title: spec.frames[shown].titles.map(text => ({ text })), series: series(spec, themes[theme], shown, { width: plot.clientWidth }) }, { replaceMerge: ["series"] });
        hide();
        tell();
      });
      slider.addEventListener("input", show);
      value.textContent = spec.frames[shown].label;
      slider.setAttribute("aria-valuetext", spec.frames[shown].label);
    }
    // The legend for the keyboard: ECharts hears the pointer alone.
    const entries = new Map(), group = make("div", "unseen entries", el);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Series to show");
    for (const name of new Set((spec.options[0].legend || []).flatMap(l => l.data || []))) {
      const b = make("button", "", group, name);
      b.type = "button";
      b.setAttribute("aria-pressed", true);
      b.addEventListener("click", () => chart.dispatchAction({ type: "legendToggleSelect", name }));
      entries.set(name, b);
    }
    const plot = make("div", "plot", el);
    let grids = [], height = 0; // of the panels in the width of the page
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-roledescription", "chart");
    // What is said of a run: the figure in words, and how much of it a table has.
    function tell() {
      const { n, of } = held(spec, shown);
      csv.title = "Save as CSV: " + n + " of " + of + " points, as drawn: rounded, of many points the extremes, of many columns of a heat map means. kernel.Save to a .csv file has all.";
      plot.setAttribute("aria-label", spec.frames[shown].text + " Keys: plus and minus zoom, left and right move, Shift and arrows read values, Shift and Page Up or Page Down go to another panel, 0 shows all.");
    }
    tell();
    const canvas = make("div", "", plot), cross = make("div", "cross", plot), level = make("div", "level", plot), frame = make("div", "frame", plot), tip = make("div", "tip", plot);
    function place() {
      const at = geometry(spec, plot.clientWidth || spec.still);
      grids = at.grids; height = at.height + 24;
      plot.style.height = canvas.style.height = height + "px";
    }
    place();
    const heard = make("div", "unseen", el);
    heard.setAttribute("role", "status");

    const hidden = new Set(); // names of series
    function select(selected) {
      for (const [name, on] of Object.entries(selected || {})) hidden[on ? "delete" : "add"](name);
      for (const [name, b] of entries) b.setAttribute("aria-pressed", !hidden.has(name));
    }
    let kept = box.kept || null; // zoom and hidden series, while no chart stands, or of the figure before
    function begin() {
      theme = dark() ? "dark" : "light";
      for (const [k, v] of Object.entries(themes[theme])) if (typeof v === "string") el.style.setProperty("--" + k, v);
      el.style.colorScheme = theme; // of sliders
      place();
      chart = echarts.init(canvas, null, { width: plot.clientWidth, height });
      chart.setOption(option(spec, themes[theme], shown, { width: plot.clientWidth }));
      for (const kind of ["legendselectchanged", "legendselected", "legendunselected"]) chart.on(kind, e => select(e.selected));
      if (!kept) return;
      restore(chart, kept);
      for (const { selected } of kept.legend) select(selected);
    }
    function end() {
      kept = state();
      chart.dispose();
      chart = null;
    }
    function resize() { end(); begin(); }
    // What a reader has changed: zoom and hidden series.
    function state() {
      const o = chart.getOption();
      return { zoom: o.dataZoom.map(z => ({ start: z.start, end: z.end })), legend: (o.legend || []).map(l => ({ selected: l.selected })) };
    }
    function restore(c, { zoom, legend }) {
      c.setOption({ legend });
      zooms(zoom, c);
    }
    function zooms(list, c = chart) { c.dispatchAction({ type: "dataZoom", batch: list.map((z, i) => ({ dataZoomIndex: i, ...z })) }); }
    function reset() { zooms(Array.from({ length: 1 + spec.panels.length + zoomGroups(spec).length }, () => ({ start: 0, end: 100 }))); hide(); }

    // The visible part of a panel, in coordinates and in px.
    function view(p) {
      const { left, top, width, height } = grids[p];
      const [x0, y1] = chart.convertFromPixel({ gridIndex: p }, [left, top]), [x1, y0] = chart.convertFromPixel({ gridIndex: p }, [left + width, top + height]);
      return { x0, x1, y0, y1, left, top, width, height };
    }
    const across = (g, px) => px >= g.left && px <= g.left + g.width, down = (g, py) => py >= g.top && py <= g.top + g.height;
    // What is at a point: the panel, or -1 between panels, the nearest one in the
    // column, and coordinates.
    function locate(px, py) {
      const column = grids.map((_, i) => i).filter(i => across(grids[i], px)), panel = column.find(i => down(grids[i], py)) ?? -1;
      if (!column.length) return null;
      const far = i => Math.max(grids[i].top - py, py - grids[i].top - grids[i].height), near = column.reduce((a, b) => far(b) < far(a) ? b : a), v = view(near);
      return { panel, near, column, x: v.x0 + (px - v.left) / v.width * (v.x1 - v.x0), y: v.y1 + (py - v.top) / v.height * (v.y0 - v.y1), view: v };
    }
    function hide() { for (const e of [cross, level, tip]) e.style.display = "none"; }
    function point(px, py) {
      const at = locate(px, py), linked = at ? at.column.filter(i => xOf(spec, i) === xOf(spec, at.near)) : [];
      const top = Math.min(...linked.map(i => grids[i].top)), bottom = Math.max(...linked.map(i => grids[i].top + grids[i].height));
      if (!at || py < top || py > bottom) return hide();
      const { left, width } = at.view, entries = read(spec, shown, at, hidden);
      Object.assign(cross.style, { display: "block", left: px + "px", top: top + "px", height: bottom - top + "px" });
      Object.assign(level.style, { display: at.panel < 0 ? "none" : "block", left: left + "px", top: py + "px", width: width + "px" });
      tip.textContent = "";
      for (const { color, name, said } of entries) {
        const row = make("div", "", tip);
        if (color) make("i", "", row).style.background = themes[theme].mark(color);
        make("span", "", row, name);
        make("b", "", row, said);
      }
      // Beside the place, and where there is no room, at the edge.
      tip.style.display = "block";
      const { offsetWidth: w, offsetHeight: h } = tip;
      tip.style.left = (px + 14 + w > plot.clientWidth ? Math.max(0, px - 14 - w) : px + 14) + "px";
      tip.style.top = Math.max(0, py + 12 + h > height ? py - 12 - h : py + 12) + "px";
      return entries;
    }
    const local = e => { const r = plot.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
    plot.addEventListener("pointermove", e => { if (start) drag(e); else if (chart) point(...local(e)); });
    plot.addEventListener("pointerleave", () => { if (!start) hide(); });

    // Box zoom: ECharts does not hear of it.
    const grab = e => {
      if (!boxed && !e.shiftKey) return;
      const [px, py] = local(e), at = locate(px, py);
      if (!at || at.panel < 0) return;
      e.stopPropagation();
      if (e.type !== "pointerdown") return;
      start = { px, py, at };
      plot.setPointerCapture(e.pointerId);
      hide();
    };
    plot.addEventListener("pointerdown", grab, { capture: true });
    plot.addEventListener("mousedown", grab, { capture: true });
    function corner(e) {
      const v = start.at.view, [px, py] = local(e);
      return [Math.min(v.left + v.width, Math.max(v.left, px)), Math.min(v.top + v.height, Math.max(v.top, py))];
    }
    function drag(e) {
      const [px, py] = corner(e);
      Object.assign(frame.style, { display: "block", left: Math.min(px, start.px) + "px", top: Math.min(py, start.py) + "px", width: Math.abs(px - start.px) + "px", height: Math.abs(py - start.py) + "px" });
    }
    plot.addEventListener("pointerup", e => {
      if (!start) return;
      const [px, py] = corner(e), from = start, to = locate(px, Math.min(Math.max(py, from.at.view.top), from.at.view.top + from.at.view.height));
      start = null;
      frame.style.display = "none";
      if (!to || Math.abs(px - from.px) < 4 || Math.abs(py - from.py) < 4) return;
      const x = [from.at.x, to.x].sort((a, b) => a - b), y = [from.at.y, to.y].sort((a, b) => a - b);
      chart.dispatchAction({ type: "dataZoom", batch: [{ dataZoomIndex: zoomIndex(spec, from.at.panel), startValue: x[0], endValue: x[1] }, { dataZoomIndex: 2 + from.at.panel, startValue: y[0], endValue: y[1] }] });
      if (boxed) boxTool.click();
    });

    // The page scrolls over the figure; with Ctrl the wheel zooms.
    plot.addEventListener("wheel", e => { if (!e.ctrlKey && !e.metaKey) e.stopPropagation(); }, { capture: true, passive: true });

    // Keys read at a cursor: in a row of a raster or map, or in the middle of a panel.
    const cursor = { panel: 0, row: 0, x: NaN };
    const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
    function rows(p) {
      const s = spec.frames[shown].series.find(s => s.panel === p && s.rows), v = view(p);
      return { s, low: s ? Math.max(0, Math.ceil(v.y0)) : 0, high: s ? Math.min(s.rows - 1, Math.floor(v.y1)) : 0 };
    }
    function turn(by, page) {
      const { low, high } = rows(cursor.panel), row = cursor.row - by, next = cursor.panel + by;
      if (!page && row >= low && row <= high) cursor.row = row;
      else if (spec.panels[next]) Object.assign(cursor, { panel: next, row: by > 0 ? Infinity : 0 });
    }
    // The next place with something to read is at least a hundredth of the view away.
    function walk(by, v) {
      const { s } = rows(cursor.panel), to = cursor.x + by * (v.x1 - v.x0) / 100;
      let next;
      if (s && s.kind === "raster") {
        const times = s.column(s.xs), from = s.first[cursor.row], end = s.first[cursor.row + 1], x = s.x.from(to);
        let i = search(times, x, from, end);
        if (by < 0 && (i === end || times[i] > x)) i--;
        if (i >= from && i < end) next = s.x.to(times[i]);
      } else if (s) {
        const wide = (s.span[1] - s.span[0]) / s.columns, column = x => Math.floor((x - s.span[0]) / wide);
        next = s.span[0] + wide * (column(to) === column(cursor.x) ? column(to) + by + 0.5 : column(to) + 0.5);
      }
      cursor.x = next >= v.x0 && next <= v.x1 ? next : clamp(to, v.x0, v.x1);
    }
    function readAtCursor(key) {
      const before = cursor.panel, fits = () => { const { low, high } = rows(cursor.panel); cursor.row = clamp(cursor.row, low, high); };
      fits();
      const v = view(before), by = /Left|Up/.test(key) ? -1 : 1;
      if (!(cursor.x >= v.x0 && cursor.x <= v.x1)) cursor.x = (v.x0 + v.x1) / 2;
      if (/Left|Right/.test(key)) walk(by, v); else turn(by, /Page/.test(key));
      fits();
      const { s } = rows(cursor.panel), at = view(cursor.panel);
      if (!(cursor.x >= at.x0 && cursor.x <= at.x1)) cursor.x = (at.x0 + at.x1) / 2;
      const px = at.left + (cursor.x - at.x0) / (at.x1 - at.x0) * at.width, py = at.top + (s ? (at.y1 - cursor.row) / (at.y1 - at.y0) : 0.5) * at.height;
      const entries = point(px, py) || [], title = cursor.panel === before ? "" : spec.frames[shown].titles[cursor.panel];
      heard.textContent = [title, ...entries.filter(e => e.panel < 0 || e.panel === cursor.panel).map(e => e.name + e.said)].filter(Boolean).join(", ");
      for (const e of [tip, level]) e.scrollIntoView({ block: "nearest" });
    }
    plot.addEventListener("keydown", e => {
      if (e.target !== plot || !chart || e.ctrlKey || e.metaKey || e.altKey) return;
      const zoom = zoomIndex(spec, cursor.panel), z = chart.getOption().dataZoom[zoom], w = z.end - z.start;
      if (e.shiftKey && /^(Arrow|Page)/.test(e.key)) {
        readAtCursor(e.key);
        e.preventDefault();
        return;
      }
      const move = d => { d = Math.min(100 - z.end, Math.max(-z.start, d)); return [z.start + d, z.end + d]; };
      const go = { "+": [z.start + w / 4, z.end - w / 4], "=": [z.start + w / 4, z.end - w / 4], "-": [z.start - w / 2, z.end + w / 2], ArrowLeft: move(-w / 4), ArrowRight: move(w / 4) }[e.key];
      if (e.key === "0") reset();
      else if (e.key === "Escape") hide();
      else if (go) { chart.dispatchAction({ type: "dataZoom", dataZoomIndex: zoom, start: Math.max(0, go[0]), end: Math.min(100, go[1]) }); hide(); }
      else return;
      e.preventDefault();
    });

    // A copy of the chart as it stands, of the width of stills, dark on white.
    function onPaper(vector, scale) {
      const size = { width: spec.still, height: geometry(spec, spec.still).height + paperTitle(spec, shown, spec.still).height + 8 };
      const copy = echarts.init(make("div"), null, { renderer: vector ? "svg" : "canvas", devicePixelRatio: scale, ...size });
      copy.setOption(option(spec, themes.light, shown, { width: size.width, save: true, vector, scale, paper: "#ffffff" }));
      restore(copy, state());
      return copy;
    }

    // A figure of a run in the page has no still picture: one is drawn to be printed.
    let sheet;
    const print = safely(() => {
      if (!chart || still.naturalWidth > 1) return;
      const copy = onPaper(false, 2);
      if (sheet) sheet.remove();
      sheet = copy.renderToCanvas({ pixelRatio: 2 });
      sheet.className = "sheet";
      sheet.hidden = true;
      box.append(sheet);
      copy.dispose();
    });

    function save(kind) {
      const { n, of } = held(spec, shown), name = spec.title + " " + spec.frames[shown].label;
      let url, ending = "." + kind;
      if (kind === "csv") {
        url = URL.createObjectURL(new Blob([table(spec, shown)], { type: "text/csv" }));
        if (n < of) ending = "-as-drawn.csv";
      } else {
        const vector = kind === "svg", scale = 2, copy = onPaper(vector, scale);
        url = vector ? URL.createObjectURL(new Blob([copy.renderToSVGString()], { type: "image/svg+xml" })) : copy.getDataURL({ type: "png", pixelRatio: scale });
        copy.dispose();
      }
      const a = make("a", "", el);
      a.href = url;
      a.download = (name.replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "") || "figure") + ending;
      a.click();
      a.remove();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    }

    // Light and dark follow JupyterLab's theme, and a page's own.
    const recolor = safely(() => { if (chart && plot.clientWidth && theme !== (dark() ? "dark" : "light")) resize(); });
    const watcher = new MutationObserver(recolor), scheme = matchMedia("(prefers-color-scheme: dark)");
    function wake() {
      begin();
      watcher.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class", "style"] });
      scheme.addEventListener("change", recolor);
      window.addEventListener("beforeprint", print);
      awake.set(box, sleep);
      still.style.display = "none";
      box.dataset.state = "live";
    }
    function sleep() {
      awake.delete(box);
      watcher.disconnect();
      scheme.removeEventListener("change", recolor);
      window.removeEventListener("beforeprint", print);
      end();
      delete box.dataset.state;
    }
    // The width is 0 while a cell is out of sight. One that left the page may
    // be gone for good, or come back.
    const sized = new ResizeObserver(safely(() => {
      if (!plot.clientWidth) {
        if (chart && !box.isConnected) sleep();
      } else if (!chart) {
        wake();
      } else if (chart.getWidth() !== plot.clientWidth) resize();
    }));
    // A figure that cannot be drawn is the still picture again.
    function safely(act) {
      return () => {
        try { act(); } catch (e) {
          console.warn("The figure is a picture again:", e);
          still.style.display = "";
          el.remove();
          delete box.dataset.state;
          awake.delete(box);
          sized.disconnect();
          watcher.disconnect();
          scheme.removeEventListener("change", recolor);
          window.removeEventListener("beforeprint", print);
          if (chart) chart.dispose();
          chart = null;
        }
      };
    }
    box.append(el);
    sized.observe(head); // as wide as the panels, whose height follows from the width
  }

  // Figures that left the page while they were out of sight did not notice.
  const awake = window.myogenFigures ||= new Map();
  for (const [other, sleep] of awake) if (!other.isConnected) sleep();

  Promise.all([window.myogenECharts, unzip(box.dataset.figure)]).then(([, blob]) => draw(decode(blob)))
    .catch(e => console.warn("The figure stays a picture:", e));
})();
