// Makes sliders of the element before this script once the cell that it
// belongs to answers. Until then, and without a cell, it stays a line of text.
(function () {
  const box = document.currentScript.previousElementSibling, { kernel, address, knobs } = JSON.parse(box.dataset.interact);

  // --- To the cell: messages of GoNB's comm over a socket of our own. The
  // socket that GoNB's script opens knows neither a base URL nor wss.
  // What is sent is sent again until it is answered: the first message may
  // come before the server listens, and another page may take over the comm.

  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0")).join("");
  const page = random();
  let socket = null, comm = "", ours = false, waiting = null, tries = 0, timer = 0, number = 0;

  function server() {
    const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}"), slash = s => s.replace(/\/*$/, "/");
    const pages = new URL(slash(config.baseUrl || "/"), location.href), sockets = new URL(slash(config.wsUrl || pages.href), pages);
    sockets.protocol = sockets.protocol.replace("http", "ws");
    const at = new URL("api/kernels/" + kernel + "/channels", sockets);
    at.searchParams.set("session_id", page);
    if (config.token && at.host !== location.host) at.searchParams.set("token", config.token);
    return { model: new URL("api/kernels/" + kernel, pages), channels: at };
  }
  function post(type, content) {
    const header = { msg_id: random(), msg_type: type, session: page, username: "", date: new Date().toISOString(), version: "5.3" };
    socket.send(JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] }));
  }
  function connect() {
    ours = false;
    const s = socket = new WebSocket(server().channels);
    s.onopen = () => { if (s === socket) push(); };
    // It goes with the sliders.
    const alive = setInterval(() => {
      if (!box.isConnected) s.close();
      if (s.readyState > WebSocket.OPEN) clearInterval(alive);
    }, 2000);
    s.onmessage = e => {
      if (s !== socket || typeof e.data !== "string" || !e.data.includes("#comm_open_ack")) return;
      const { msg_type, content } = JSON.parse(e.data);
      if (msg_type !== "comm_msg" || content.data?.address !== "#comm_open_ack") return;
      const before = ours;
      ours = content.comm_id === comm;
      if (ours !== before) push(); // ours, or lost to another one
    };
  }
  function disconnect() {
    clearTimeout(timer);
    if (socket) socket.close();
    socket = null;
  }
  // Sends what is not answered.
  function push() {
    clearTimeout(timer);
    if (!waiting) return;
    if (!box.isConnected) return disconnect();
    timer = setTimeout(again, 500 * 2 ** Math.min(tries, 5));
    if (!socket || socket.readyState > WebSocket.OPEN) return connect();
    if (socket.readyState !== WebSocket.OPEN) return;
    if (ours) return post("comm_msg", { comm_id: comm, data: { address, value: JSON.stringify(waiting) } });
    comm = random();
    post("comm_open", { comm_id: comm, target_name: "gonb_comm", kernel_id: kernel, data: {} });
  }
  async function again() {
    tries++;
    ours = false;
    if (tries % 3 === 0) {
      disconnect();
      if (!form && tries > 8 || !await runs()) return lost();
    }
    push();
  }
  // A kernel without work has no cell that could answer.
  async function runs() {
    try {
      const r = await fetch(server().model, { credentials: "same-origin" });
      return r.ok ? (await r.json()).execution_state === "busy" : r.status !== 404;
    } catch { return true; }
  }
  function lost() {
    waiting = null;
    known.get(address)?.delete(hear);
    if (!form) return;
    for (const e of form.querySelectorAll("input, button")) e.disabled = true;
    say("The cell does not run any more; run it again.", true);
  }
  function send(more) {
    number = Math.max(number + 1, Date.now()); // later than that of another page
    waiting = { page, number, at: knobs.map(k => k.at), ...more };
    tries = 0;
  }

  // --- From the cell: the output with the figure calls this.

  const known = window.myogenInteract ||= new Map();
  function hear(told, area) {
    if (!box.isConnected) return known.get(address).delete(hear);
    replace(area);
    if (!told.pages?.includes(page)) return; // an old one, saved
    if (!form) build();
    number = Math.max(number, told.number); // clocks of two computers may differ
    if (waiting && told.number < waiting.number) return;
    waiting = null;
    tries = 0;
    clearTimeout(timer);
    knobs.forEach((k, i) => k.move(told.at[i]));
    say(told.text, told.failed);
  }
  // The figure before stays in sight until the new one stands, which takes over
  // its zoom.
  function replace(area) {
    const place = area.parentElement, before = place.figure, figure = area.querySelector(".myogen-figure");
    if (!figure || figure === before) return;
    place.figure = figure;
    const chart = before?.dataset.state === "live" && echarts.getInstanceByDom(before.querySelector(".plot").firstElementChild);
    if (!chart) return;
    const { dataZoom, legend } = chart.getOption();
    figure.kept = { zoom: dataZoom.map(z => ({ start: z.start, end: z.end })), legend: (legend || []).map(l => ({ selected: l.selected })) };
    Object.assign(before.style, { position: "absolute", inset: "0 0 auto" });
    before.inert = true;
    area.prepend(before);
    area.style.minHeight = before.offsetHeight + "px";
    const end = () => { before.remove(); area.style.minHeight = ""; };
    new MutationObserver((_, seen) => { seen.disconnect(); end(); }).observe(figure, { attributes: true, attributeFilter: ["data-state"] });
    setTimeout(end, 2000);
  }
  known.set(address, (known.get(address) || new Set()).add(hear));

  // --- The sliders.

  let form = null, status, resting = 0;
  const make = (tag, parent, text) => {
    const e = document.createElement(tag);
    // JupyterLab's shortcuts look for this at what has the focus, before they look around it.
    if (tag === "button" || tag === "input") e.dataset.lmSuppressShortcuts = "true";
    if (text) e.textContent = text;
    parent.append(e);
    return e;
  };
  const style = `
    .myogen-interact { container-type: inline-size; }
    .myogen-interact form { margin: 0; padding: 4px 0; font: 13px sans-serif; color: var(--jp-ui-font-color1, inherit); }
    body[data-jp-theme-light=false] .myogen-interact { color-scheme: dark; }
    .myogen-interact .knobs { display: grid; grid-template-columns: minmax(0, max-content) minmax(90px, 420px) max-content; gap: 8px 12px; align-items: center; }
    .myogen-interact label { display: contents; }
    .myogen-interact span { overflow-wrap: anywhere; }
    .myogen-interact input { margin: 0; width: 100%; accent-color: light-dark(#0072b2, #2c93e3); }
    .myogen-interact output { font-variant-numeric: tabular-nums; }
    .myogen-interact .end { display: flex; gap: 12px; align-items: baseline; padding-top: 8px; min-height: 26px; }
    .myogen-interact button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--jp-border-color1, #888); border-radius: 3px; padding: 2px 12px; cursor: pointer; }
    .myogen-interact button:disabled { opacity: .5; cursor: default; }
    .myogen-interact :focus-visible { outline: 2px solid #1a86d9; outline-offset: 2px; }
    @container (max-width: 280px) {
      .myogen-interact .knobs { grid-template-columns: minmax(0, 1fr) minmax(0, max-content); grid-auto-flow: dense; }
      .myogen-interact .knobs span { grid-column: 1; }
      .myogen-interact .knobs output { grid-column: 2; min-width: 0 !important; }
      .myogen-interact .knobs input { grid-column: 1 / -1; }
      .myogen-interact .end { flex-wrap: wrap; overflow-wrap: anywhere; }
    }
    .myogen-interact .failed { color: var(--jp-error-color1, #c62828); font-weight: bold; }`;
  const words = (k, at) => {
    const v = k.min + at * k.step;
    return (k.point > 6 || Math.abs(v) >= 1e9 ? String(+v.toPrecision(6)) : v.toFixed(k.point)) + (k.unit ? " " + k.unit : "");
  };
  function say(text, failed) {
    status.textContent = text;
    status.className = failed ? "failed" : "";
  }
  function build() {
    box.textContent = "";
    make("style", box, style);
    form = make("form", box);
    form.setAttribute("aria-label", "Sliders");
    form.addEventListener("submit", e => e.preventDefault());
    const rows = make("div", form);
    rows.className = "knobs";
    for (const k of knobs) {
      const label = make("label", rows);
      make("span", label, k.name);
      const input = make("input", label), output = make("output", rows);
      output.setAttribute("aria-hidden", true); // the slider says its value
      output.style.minWidth = Math.max(words(k, 0).length, words(k, k.last).length) + "ch"; // a slider keeps its width
      Object.assign(input, { type: "range", min: 0, max: k.last, step: 1 });
      k.move = at => {
        k.at = at;
        input.value = at;
        output.textContent = words(k, at);
        input.setAttribute("aria-valuetext", words(k, at));
      };
      k.move(k.at);
      input.addEventListener("input", () => {
        k.move(+input.value);
        send();
        // A slider that is moved changes more often than need be told.
        if (!resting) resting = setTimeout(() => { resting = 0; if (waiting) { say("Running: " + knobs.map(k => k.name + " " + words(k, k.at)).join(", ")); push(); } }, 50);
      });
    }
    const end = make("div", form);
    end.className = "end";
    const done = make("button", end, "Done");
    done.type = "button";
    done.title = "Keep this figure and end the cell";
    done.addEventListener("click", () => {
      for (const e of form.querySelectorAll("input, button")) e.disabled = true;
      send({ done: true });
      push();
      say("Finishing");
    });
    status = make("div", end);
    status.setAttribute("role", "status");
  }

  waiting = { page, number: 0, at: [], done: false };
  push();
})();
