// Draws the figure in the element before this script; until it is drawn the
// still picture stays.
(function () {
  const box = document.currentScript.previousElementSibling;
  const still = box.querySelector("img"), el = box.querySelector(".live");
  const spec = JSON.parse(box.dataset.figure);

  function bytes(text) { return Uint8Array.from(atob(text), c => c.charCodeAt(0)); }
  function points(s) {
    if (!s.data) return new Float64Array(0);
    const levels = new Uint16Array(bytes(s.data).buffer), out = new Float64Array(levels.length), [x0, x1, y0, y1] = s.box;
    for (let i = 0; i < levels.length; i += 2) {
      out[i] = x0 + levels[i] / 65534 * (x1 - x0);
      out[i + 1] = levels[i + 1] === 65535 ? NaN : y0 + levels[i + 1] / 65534 * (y1 - y0);
    }
    return out;
  }

  function script(url) {
    return new Promise((done, failed) => {
      const s = document.createElement("script");
      s.src = url; s.onload = done; s.onerror = failed;
      document.head.appendChild(s);
    });
  }
  async function library() {
    if (window.echarts) return;
    const carrier = document.querySelector("[data-echarts-gzip]");
    if (carrier) {
      const stream = new Blob([bytes(carrier.dataset.echartsGzip)]).stream().pipeThrough(new DecompressionStream("gzip"));
      const code = await new Response(stream).text();
      await script(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
      if (window.echarts) return;
    }
    const config = document.getElementById("jupyter-config-data");
    const base = config ? JSON.parse(config.textContent).baseUrl || "/" : "/";
    await script(base + "kernelspecs/gomyogen/echarts.min.js");
  }
  if (!window.myogenECharts) {
    window.myogenECharts = library().catch(e => { window.myogenECharts = null; throw e; });
  }

  function heat(h) {
    const v = bytes(h.values), palette = bytes(h.palette), canvas = document.createElement("canvas");
    canvas.width = h.columns; canvas.height = h.rows;
    const ctx = canvas.getContext("2d"), img = ctx.createImageData(h.columns, h.rows);
    for (let i = 0; i < v.length; i++) {
      const row = h.rows - 1 - Math.floor(i / h.columns), at = 4 * (row * h.columns + i % h.columns);
      img.data.set([palette[3 * v[i]], palette[3 * v[i] + 1], palette[3 * v[i] + 2], 255], at);
    }
    ctx.putImageData(img, 0, 0);
    return (params, api) => {
      const a = api.coord([h.x0, h.rows - 0.5]), b = api.coord([h.x1, -0.5]), c = params.coordSys;
      return {
        type: "group",
        clipPath: { type: "rect", shape: { x: c.x, y: c.y, width: c.width, height: c.height } },
        children: [{ type: "image", style: { image: canvas, x: a[0], y: a[1], width: b[0] - a[0], height: b[1] - a[1] } }]
      };
    };
  }

  function dark() {
    const body = document.body;
    if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
    return matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(body).backgroundColor !== "rgb(255, 255, 255)";
  }

  function option() {
    const o = JSON.parse(JSON.stringify(spec.option));
    o.series = spec.series.map(s => {
      const base = { name: s.name, xAxisIndex: s.panel, yAxisIndex: s.panel, animation: false };
      if (s.kind === "heat") return { ...base, type: "custom", clip: true, data: [[s.x0, 0], [s.x1, 0]].slice(0, 1), renderItem: heat(s), tooltip: { show: false } };
      const data = points(s);
      if (s.kind === "raster") return { ...base, type: "scatter", data, dimensions: ["x", "y"], large: true, largeThreshold: 0, progressive: 0, symbol: "rect", symbolSize: [1.5, s.mark], itemStyle: { color: s.color, opacity: 1 }, silent: true, tooltip: { show: false } };
      return { ...base, type: "line", data, dimensions: ["x", "y"], showSymbol: false, symbol: "circle", lineStyle: { width: s.width, type: s.dashed ? "dashed" : "solid", color: s.color }, itemStyle: { color: s.color } };
    });
    o.backgroundColor = "transparent";
    o.tooltip.formatter = points => {
      points = points.filter(p => p.seriesType === "line");
      if (!points.length) return "";
      const shown = points.slice(0, 12).map(p => p.marker + p.seriesName.replace(/[&<>]/g, c => "&#" + c.charCodeAt(0) + ";") + " " + (+p.value[1]).toPrecision(4) + " " + (spec.units[p.axisIndex] || ""));
      if (points.length > 12) shown.push("and " + (points.length - 12) + " more");
      return (+points[0].value[0]).toFixed(3) + " " + spec.xUnit + "<br>" + shown.join("<br>");
    };
    return o;
  }

  function draw() {
    let chart, theme;
    const start = () => {
      if (chart) chart.dispose();
      theme = dark();
      chart = echarts.init(el, theme ? "dark" : null);
      chart.setOption(option());
    };
    el.style.display = "block";
    const sized = new ResizeObserver(() => {
      if (!el.clientWidth) return;
      if (!chart) {
        try { start(); } catch (e) { sized.disconnect(); el.style.display = "none"; throw e; }
        still.style.display = "none";
        box.dataset.state = "live";
      }
      else if (theme !== dark()) start();
      else chart.resize();
    });
    sized.observe(el);
    new MutationObserver(() => { if (chart && theme !== dark()) start(); }).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    el.addEventListener("wheel", e => { if (!e.ctrlKey && !e.metaKey) e.stopPropagation(); }, { capture: true, passive: true });
    el.addEventListener("keydown", e => {
      const z = chart && chart.getOption().dataZoom[0], w = z && z.end - z.start;
      const go = { "+": [z.start + w / 4, z.end - w / 4], "-": [z.start - w / 2, z.end + w / 2], ArrowLeft: [z.start - w / 4, z.end - w / 4], ArrowRight: [z.start + w / 4, z.end + w / 4], "0": [0, 100] }[e.key];
      if (!go) return;
      e.preventDefault();
      chart.dispatchAction({ type: "dataZoom", start: Math.max(0, go[0]), end: Math.min(100, go[1]) });
    });
  }
  window.myogenECharts.then(draw).catch(() => { el.style.display = "none"; });
})();
