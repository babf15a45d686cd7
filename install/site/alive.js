// Live cells: sliders that run the cell's program in a worker of this page. The
// program is loaded when the reader comes to the first such cell; until a run has
// ended, and where none can, the author's figure stays.
(function () {
  const cells = document.querySelectorAll(".alive");
  if (!cells.length || !["WebAssembly", "Worker", "IntersectionObserver", "DecompressionStream", "BigInt64Array"].every(name => window[name])) return;
  const make = (tag, parent, text) => {
    const e = document.createElement(tag);
    if (text) e.textContent = text;
    parent.append(e);
    return e;
  };
  const code = text => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  // unpack compiles a module in a worker, so that the page can be read meanwhile.
  const unpack = (parts, name) => new Promise((done, failed) => {
    const w = new Worker(code(parts.unpack));
    const end = (then, value) => { w.terminate(); then(value); };
    w.onmessage = ({ data }) => data.module ? end(done, data.module) : end(failed, data.error);
    w.onerror = e => end(failed, e.message);
    w.postMessage(parts[name]);
  });
  // The module with relaxed_madd is taken if the engine has it and it is fused:
  // with a = 1 + 2^-30, a a - (a a) is then 2^-60.
  async function kernels(parts) {
    try {
      if (/[#&]unfused\b/.test(location.hash)) throw "as a test asks";
      const mem = new WebAssembly.Memory({ initial: 1 }), module = await unpack(parts, "relaxed"), a = 1 + 2 ** -30;
      new Float64Array(mem.buffer).set([a, a, -(a * a), -(a * a)]);
      if (new WebAssembly.Instance(module, { go: { mem } }).exports.fused(0, 0, 0)) return { module, fused: true };
    } catch { /* the other one runs everywhere */ }
    return { module: await unpack(parts, "plain"), fused: false };
  }
  let loading;
  function load() {
    return loading ||= new Promise((done, failed) => {
      let came = false;
      window.myogenLive = parts => {
        came = true;
        Promise.all([unpack(parts, "program"), kernels(parts)])
          .then(([program, k]) => done({ program, kernels: k.module, fused: k.fused, worker: code(parts.worker) }), failed);
      };
      const s = make("script", document.head);
      s.onload = () => { if (!came) failed("live.js is damaged"); };
      s.onerror = () => failed("there is no live.js beside this page");
      s.src = "live.js";
    });
  }
  const words = (k, at) => {
    const v = k.min + at * k.step;
    return (k.point > 6 ? String(+v.toPrecision(6)) : v.toFixed(k.point)) + (k.unit ? " " + k.unit : "");
  };
  const text64 = bytes => { let s = ""; for (let i = 0; i < bytes.length; i += 8192) s += String.fromCharCode(...bytes.subarray(i, i + 8192)); return btoa(s); };

  function bring(box) {
    const cell = box.dataset.cell, number = cell.replace(/^.*\//, ""), tag = "live-" + number + "=";
    const shown = box.closest(".cell").querySelector(".myogen-figure");
    const script = shown && shown.nextElementSibling && shown.nextElementSibling.textContent;
    const came = performance.now();
    const caption = box.closest(".cell").querySelector("figcaption");
    let worker = null, knobs = [], timer = 0, sum = "", alt = "", title = "", begun = 0, stand = shown, area = null;
    let status, bar, stop, files, note = "", whose = "the author's";
    // run starts a worker; at is null to ask for the sliders. An earlier one ends.
    async function run(at) {
      const parts = await load();
      box.dataset.fused = parts.fused;
      halt();
      const own = worker = new Worker(parts.worker);
      begun = performance.now();
      own.onmessage = ({ data: [kind, value] }) => { if (own === worker) hear[kind](value); };
      own.onerror = e => { if (own === worker) hear.error(e.message); };
      own.postMessage({ args: [cell, JSON.stringify(at)], program: parts.program, kernels: parts.kernels });
    }
    const hear = {
      knobs(text) { halt(); knobs = JSON.parse(text); build(); },
      progress(part) { bar.value = part; },
      spikes(s) { sum = s; },
      words(s) { alt = s; },
      title(s) { title = s; },
      figure(bytes) {
        replace(bytes);
        if (caption) caption.lastChild.textContent = " " + title;
        whose = "that of the run before";
        box.dataset.seconds = (performance.now() - begun) / 1000;
        say("Computed in this page in " + (+box.dataset.seconds).toFixed(1) + " s. SHA-256 of the spikes: " + sum + note);
        box.dataset.sum = sum;
        rest("done");
      },
      ready() { files.hidden = false; },
      file([kind, bytes]) {
        const a = document.createElement("a");
        a.href = URL.createObjectURL(new Blob([bytes]));
        a.download = { npz: "run", csv: "spikes", yaml: "experiment" }[kind] + "." + kind;
        a.click();
        setTimeout(() => URL.revokeObjectURL(a.href), 60000);
      },
      error(text) {
        if (!status) {
          box.textContent = "The sliders do not work here; this is the author's figure. (" + text + ")";
          box.dataset.state = "failed";
          return;
        }
        if (box.dataset.state === "running") {
          text += ". The figure is " + whose + ".";
          halt();
          rest("failed");
        }
        say(text, true);
      }
    };
    // halt ends the run that goes on, of which nothing more is heard.
    function halt() {
      clearTimeout(timer);
      if (worker) worker.terminate();
      worker = null;
    }
    // rest shows that no run goes on.
    function rest(state) {
      bar.hidden = true;
      stop.setAttribute("aria-disabled", true); // disabled it would lose the focus
      box.dataset.state = state;
    }
    function say(text, failed) {
      status.textContent = text;
      status.className = failed ? "failed" : "";
    }
    // replace draws a figure. The one before stays in sight until the new one stands, which
    // takes over its zoom.
    function replace(bytes) {
      if (!script) return;
      if (!area) {
        area = document.createElement("div");
        area.style.position = "relative";
        shown.before(area);
        area.append(shown);
      }
      const before = stand, figure = stand = make("div", area);
      const chart = before.dataset.state === "live" && echarts.getInstanceByDom(before.querySelector(".plot").firstElementChild);
      if (chart) {
        const { dataZoom, legend } = chart.getOption();
        figure.kept = { zoom: dataZoom.map(z => ({ start: z.start, end: z.end })), legend: (legend || []).map(l => ({ selected: l.selected })) };
      }
      area.style.minHeight = before.offsetHeight + "px";
      Object.assign(before.style, { position: "absolute", inset: "0 0 auto" });
      before.inert = true;
      figure.className = "myogen-figure";
      figure.dataset.figure = text64(bytes);
      const img = make("img", figure);
      img.alt = alt;
      img.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
      const s = document.createElement("script");
      s.textContent = script;
      area.append(s); // it draws the figure before it
      s.remove();
      const end = () => { before.remove(); area.style.minHeight = ""; };
      new MutationObserver((_, seen) => { seen.disconnect(); end(); }).observe(figure, { attributes: true, attributeFilter: ["data-state"] });
      setTimeout(end, 2000);
    }
    const value = k => String(+(k.min + k.at * k.step).toPrecision(12));
    // follow runs the cell with the values that stand in the address, in the sliders' ranges.
    function follow() {
      const asked = location.hash.slice(1).split("&").find(p => p.startsWith(tag));
      if (!asked) return;
      const values = asked.slice(tag.length).split(",").map(v => v.trim() ? Number(v) : NaN);
      if (values.length !== knobs.length || !values.every(Number.isFinite)) {
        say("The address does not have a number for each slider: " + knobs.map(k => k.name).join(", ") + ". This is the figure of other values.", true);
        return;
      }
      const now = ["running", "done"].includes(box.dataset.state) ? knobs.map(value).join() : "";
      note = "";
      knobs.forEach((k, i) => {
        const at = Math.round((values[i] - k.min) / k.step);
        k.move(Math.min(k.last, Math.max(0, at)));
        if (at !== k.at) note += " The address has " + k.name + " " + values[i] + "; the slider goes from " + words(k, 0) + " to " + words(k, k.last) + ".";
      });
      if (note || knobs.map(value).join() !== now) ask(0);
    }
    // ask runs the cell with the values of the sliders, if none of them moves for some ms
    // more. The run before ends at once: its figure would be that of other values.
    function ask(ms) {
      halt();
      box.dataset.state = "running";
      files.hidden = true;
      bar.hidden = false;
      stop.setAttribute("aria-disabled", false);
      bar.value = 0;
      timer = setTimeout(() => {
        say("Running: " + knobs.map(k => k.name + " " + words(k, k.at)).join(", "));
        run(knobs.map(k => k.at));
        const others = location.hash.slice(1).split("&").filter(p => p && !p.startsWith(tag));
        history.replaceState(null, "", "#" + [tag + knobs.map(value).join(","), ...others].join("&"));
      }, ms);
    }
    function build() {
      box.textContent = "";
      for (const e of box.closest(".cell").querySelectorAll(".myogen-sliders")) e.remove(); // those of the author's run
      const form = make("form", box);
      form.setAttribute("aria-label", "Sliders" + (caption ? " of " + caption.firstChild.textContent.replace(/\.\s*$/, "") : ""));
      form.addEventListener("submit", e => e.preventDefault());
      for (const k of knobs) {
        const label = make("label", form), input = (make("span", label, k.name), make("input", label)), out = make("output", label);
        Object.assign(input, { type: "range", min: 0, max: k.last, step: 1 });
        out.setAttribute("aria-hidden", true); // the slider says its value
        k.move = at => { k.at = at; input.value = at; out.textContent = words(k, at); input.setAttribute("aria-valuetext", words(k, at)); };
        k.move(k.at);
        input.addEventListener("input", () => { k.move(+input.value); note = ""; ask(100); });
      }
      const end = make("p", form);
      stop = make("button", end, "Stop");
      stop.type = "button";
      stop.addEventListener("click", () => {
        if (box.dataset.state !== "running") return;
        halt();
        rest("stopped");
        say("Stopped. The figure is " + whose + ".");
      });
      bar = make("progress", end);
      bar.max = 1;
      bar.setAttribute("aria-label", "Progress");
      files = make("span", end);
      for (const [kind, name] of [["npz", "Run (npz)"], ["csv", "Spikes (CSV)"], ["yaml", "Experiment (YAML)"]]) {
        const b = make("button", files, name);
        b.type = "button";
        b.addEventListener("click", () => worker && worker.postMessage({ file: kind }));
      }
      files.hidden = true;
      status = make("p", box, "Move a slider: this page simulates anew.");
      status.setAttribute("role", "status");
      rest("ready");
      box.dataset.ready = performance.now() - came;
      addEventListener("hashchange", follow);
      follow();
    }
    run(null).catch(e => hear.error(String(e)));
  }
  // A link to a heading leaves the sliders' values in the address, and an address with both
  // leads to the heading.
  const parts = hash => hash.slice(1).split("&").filter(Boolean), valued = p => /^live-\d+=/.test(p);
  addEventListener("hashchange", e => {
    const now = parts(location.hash), before = parts(new URL(e.oldURL).hash).filter(valued);
    if (before.length && !now.some(valued)) history.replaceState(null, "", "#" + [...before, ...now].join("&"));
  });
  if (parts(location.hash).some(valued)) {
    const headings = [...document.querySelectorAll("[id]")];
    for (const p of parts(location.hash)) headings.find(h => h.id === p || encodeURIComponent(h.id) === p)?.scrollIntoView();
  }
  const seen = new IntersectionObserver(list => {
    for (const e of list) if (e.isIntersecting) { seen.unobserve(e.target); bring(e.target); }
  }, { rootMargin: "400px" });
  cells.forEach(c => location.hash.includes("live-" + c.dataset.cell.replace(/^.*\//, "") + "=") ? bring(c) : seen.observe(c));
})();
