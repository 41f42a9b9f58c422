/* Small progressive enhancement by data attributes; README.md beside this file lists them.

A page works without this file: links, GET forms, tables and drawings stand in it. No framework, no inline script or
style, no `eval`. A classic script (`defer`), so that it runs from a file share too, where modules are not loaded. */
(() => {
  "use strict";

  const root = document.documentElement;
  const base = new URL(".", document.querySelector('script[src*="app.js"]').src);
  root.classList.add("js");

  function json(id, missing = null) {
    const block = id ? document.getElementById(id) : null;
    return block ? JSON.parse(block.textContent) : missing;
  }

  /* Sentences: English here, other languages in the JSON block `words` of the page. */
  const WORDS = {
    copied: "Copied", copy_failed: "Copying failed: select the text and copy it by hand.", filter: "Filter rows",
    rows: "{shown} of {all} rows", failed: "The page could not be loaded: {reason}", no_answer: "no answer",
    lost: "The connection was lost; trying again.", left: "{time} left", nothing: "Nothing found for “{query}”.",
    near: "Nothing holds all of these words. Most of them stand here:",
    meant: "Nothing holds “{query}”. Did you mean “{meant}”?",
    found: "{count} found", sorted: "Sorted by {column}, {order}", ascending: "ascending", descending: "descending",
    cancelled: "Cancelling …", no_map: "The map cannot be drawn here; the drawing and the table show the same.",
  };

  function word(key, values = {}) {
    return (json("words", {})[key] ?? WORDS[key]).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  /* Toasts: sentences that screen readers hear. */
  function toast(text, { bad = false, address = null } = {}) {
    let place = document.querySelector(".toasts");
    if (!place) {
      place = document.createElement("div");
      place.className = "toasts";
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    const note = document.createElement("p");
    note.className = bad ? "toast bad" : "toast";
    const line = address ? document.createElement("a") : document.createElement("span");
    if (address) line.href = address;
    line.textContent = text;
    note.append(line);
    place.append(note);
    setTimeout(() => note.remove(), bad ? 12000 : 5000);
  }

  /* Announcements that nobody needs to see. */
  function announce(text) {
    let place = document.getElementById("announcement");
    if (!place) {
      place = document.createElement("p");
      place.id = "announcement";
      place.className = "quiet";
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    place.textContent = text;
  }

  /* Parts of the page that a fetched answer replaces. */
  let asked = null;

  async function fetched(address, options = {}) {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", ...options });
    const text = await answer.text();
    return { answer, page: new DOMParser().parseFromString(text, "text/html") };
  }

  function replaced(page, names) {
    let count = 0;
    const place = document.activeElement?.id;
    for (const name of names) {
      const old = document.getElementById(name);
      const fresh = page.getElementById(name);
      if (!old || !fresh) continue;
      const detail = { old, fresh };
      document.dispatchEvent(new CustomEvent("provenet:replace", { detail }));
      old.replaceWith(fresh);
      enhance(fresh);
      document.dispatchEvent(new CustomEvent("provenet:replaced", { detail }));
      count += 1;
    }
    if (place && document.activeElement === document.body) document.getElementById(place)?.focus({ preventScroll: true });
    return count;
  }

  /* Moving one control again is no further step back: `step` is that control, `lastStep` the one before. */
  let lastStep = null;

  async function show(address, names, { isStep = true, step = null } = {}) {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    const targets = names.map((name) => document.getElementById(name)).filter(Boolean);
    targets.forEach((one) => one.setAttribute("aria-busy", "true"));
    try {
      const { answer, page } = await fetched(address, { signal: mine.signal });
      if (!replaced(page, names)) throw new Error(page.querySelector("main h1")?.textContent.trim() || String(answer.status));
      if (page.title) document.title = page.title;
      const final = answer.redirected ? answer.url : address;
      if (isStep && final !== location.href) {
        if (!history.state) history.replaceState({ isStep }, "");
        if (step && step === lastStep) history.replaceState({ isStep }, "", final); else history.pushState({ isStep }, "", final);
        lastStep = step;
      }
      const sentence = names.map((name) => document.getElementById(name)?.querySelector("[data-announce]")).find(Boolean);
      if (sentence) announce(sentence.textContent.trim());
    } catch (fault) {
      if (fault.name === "AbortError") return;
      targets.forEach((one) => one.removeAttribute("aria-busy"));
      toast(word("failed", { reason: fault.message || word("no_answer") }), { bad: true });
    } finally {
      if (asked === mine) asked = null;
    }
  }

  addEventListener("popstate", (event) => {
    lastStep = null;
    if (event.state?.isStep) show(location.href, ["main"], { isStep: false });
  });

  /* (a) Forms that answer while they are changed, and links that replace a part of the page. */
  function address(form) {
    const url = new URL(form.getAttribute("action") || location.pathname, location.href);
    const fields = new URLSearchParams(new FormData(form));
    for (const [key, value] of [...fields]) if (value === "") fields.delete(key, "");
    url.search = fields.toString();
    return url.href;
  }

  const targetsOf = (element) => (element.dataset.target || "main").split(/\s+/);

  function readout(input) {
    const place = input.id ? document.querySelector(`output[for~="${CSS.escape(input.id)}"]`) : null;
    if (!place) return;
    const names = json(input.dataset.names);
    const text = names ? names[input.value] : (input.dataset.pattern || "{}").replace("{}", Number(input.value).toLocaleString(root.lang || "en"));
    place.textContent = text;
    input.setAttribute("aria-valuetext", text);
  }

  function liveForm(form) {
    let timer = 0;
    const move = (words) => {
      clearTimeout(timer);
      show(address(form), targetsOf(form), words);
    };
    form.addEventListener("input", (event) => {
      if (event.target.type !== "range") return;
      clearTimeout(timer);
      timer = setTimeout(move, 180, { isStep: false });
    });
    form.addEventListener("change", (event) => { if (form.checkValidity()) move({ step: event.target }); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      move();
    });
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) lastStep = null; });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-target]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.href, targetsOf(link));
  });

  /* Details that are filled when they are first opened: the link in them names what goes there. */
  function filled(details) {
    details.addEventListener("toggle", async () => {
      const link = details.open ? details.querySelector(":scope > a[data-fill], :scope > p > a[data-fill]") : null;
      if (!link) return;
      const url = new URL(link.href);
      try {
        const { answer, page } = await fetched(url.href);
        const part = page.getElementById(url.hash.slice(1) || "main") || page.querySelector("main");
        if (!answer.ok || !part) throw new Error(String(answer.status));
        const room = document.createElement("div");
        room.append(...part.childNodes);
        (link.parentElement === details ? link : link.parentElement).replaceWith(room);
        enhance(room);
      } catch (fault) {
        toast(word("failed", { reason: fault.message || word("no_answer") }), { bad: true });
      }
    });
  }

  /* (b) Work in the background, told by server-sent events. */
  function job(section) {
    const part = (name) => section.querySelector(`[data-job-${name}]`);
    const source = new EventSource(section.dataset.job);
    const set = (name, text) => { const place = part(name); if (place && text != null) place.textContent = text; };
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    on("line", ({ text }) => {
      const lines = part("lines");
      if (!lines) return;
      const item = document.createElement("li");
      item.textContent = text;
      lines.append(item);
      while (lines.children.length > 400) lines.firstElementChild.remove();
      lines.scrollTop = lines.scrollHeight;
    });
    on("progress", ({ done, total, text, seconds_left: left }) => {
      const bar = part("bar");
      if (bar && total) { bar.max = total; bar.value = done; }
      set("state", [text, left == null ? null : word("left", { time: duration(left) })].filter(Boolean).join(" · "));
    });
    on("best", ({ text }) => { set("best", text); announce(text); });
    on("end", ({ state, text, address: next }) => {
      source.close();
      section.dataset.state = state;
      set("state", text);
      const bar = part("bar");
      if (bar && state === "done") bar.value = bar.max;
      section.querySelectorAll("[data-job-cancel]").forEach((form) => { form.hidden = true; });
      const link = part("result");
      if (link && next) { link.href = next; link.hidden = false; }
      toast(text, { bad: state === "failed", address: next });
      if (next && section.hasAttribute("data-job-follow")) show(next, targetsOf(section));
    });
    source.onerror = () => { if (source.readyState !== EventSource.CLOSED) set("state", word("lost")); };
    section.querySelectorAll("form[data-job-cancel]").forEach((form) => form.addEventListener("submit", async (event) => {
      event.preventDefault();
      form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
      set("state", word("cancelled"));
      await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
    }));
    document.addEventListener("provenet:replace", ({ detail }) => { if (detail.old.contains(section)) source.close(); });
  }

  function duration(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  }

  /* (c) Tables that sort and filter. A cell sorts by its `data-value` if it has one, else by its text; empty is last. */
  const byText = new Intl.Collator(root.lang || "en", { numeric: true, sensitivity: "base" });
  const NUMBER = /^[\s~≈<>≤≥+]*[-−]?\d[\d\s.,'’]*\s*%?$/;

  function sortKey(row, at) {
    const cell = row.cells[at];
    const text = (cell?.dataset.value ?? cell?.textContent ?? "").trim();
    if (text === "") return null;
    const bare = text.replace("−", "-");
    const plain = cell.dataset.value !== undefined ? Number(bare) : NUMBER.test(bare) ? Number(bare.replace(/[^\d.\-]/g, "")) : NaN;
    return Number.isNaN(plain) ? text : plain;
  }

  function compare(one, two) {
    if (typeof one === "number" && typeof two === "number") return one - two;
    if (typeof one !== typeof two) return typeof one === "number" ? -1 : 1;
    return byText.compare(one, two);
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const heads = table.tHead ? [...table.tHead.rows[table.tHead.rows.length - 1].cells] : [];
    if (!body) return;
    heads.forEach((head, at) => {
      if (head.colSpan !== 1 || head.hasAttribute("data-unsorted") || !head.textContent.trim() || head.querySelector("a, button")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const rows = [...body.rows].map((row) => [sortKey(row, at), row]);
        const known = rows.filter(([key]) => key !== null).sort(([one], [two]) => compare(one, two));
        if (order === "descending") known.reverse();
        body.append(...known.map(([, row]) => row), ...rows.filter(([key]) => key === null).map(([, row]) => row));
        announce(word("sorted", { column: button.textContent.trim(), order: word(order) }));
      });
    });
    if (table.hasAttribute("data-filter")) filterable(table, body);
  }

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

  function filterable(table, body) {
    const bar = document.createElement("div");
    bar.className = "table-filter";
    const label = document.createElement("label");
    const name = document.createElement("span");
    const input = document.createElement("input");
    const count = document.createElement("span");
    name.textContent = table.dataset.filter || word("filter");
    input.type = "search";
    label.className = "field";
    label.append(name, input);
    count.className = "hint";
    count.setAttribute("role", "status");
    bar.append(label, count);
    (table.closest(".scroll") || table).before(bar);
    const texts = new Map([...body.rows].map((row) => [row, fold(row.textContent)]));
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const sought = fold(input.value).split(/\s+/).filter(Boolean);
        let shown = 0;
        for (const [row, text] of texts) {
          row.hidden = !sought.every((one) => text.includes(one));
          shown += !row.hidden;
        }
        count.textContent = sought.length ? word("rows", { shown, all: texts.size }) : "";
      }, 120);
    });
  }

  /* (d) Copying: "cite this". */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
    const text = source ? (source.value ?? source.textContent.trim()) : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      toast(word("copied"));
    } catch {
      if (source) getSelection().selectAllChildren(source);
      toast(word("copy_failed"), { bad: true });
    }
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });

  /* Scripts and style sheets that only some pages need, each loaded once. */
  const loaded = new Map();

  function load(path) {
    if (!loaded.has(path)) {
      loaded.set(path, new Promise((done, failed) => {
        const isStyle = path.endsWith(".css");
        const element = document.createElement(isStyle ? "link" : "script");
        if (isStyle) { element.rel = "stylesheet"; element.href = new URL(path, base); } else { element.async = false; element.src = new URL(path, base); }
        element.onload = done;
        element.onerror = () => failed(new Error(path));
        document.head.append(element);
      }));
    }
    return loaded.get(path);
  }

  function whenSeen(element, act) {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      act();
    }, { rootMargin: "300px" });
    watch.observe(element);
  }

  /* (e) A mark on a curve that can be dragged: the picture moves the slider, the slider moves the mark. */
  function dragMark(figure) {
    const slider = document.getElementById(figure.dataset.dragMark);
    const svg = figure.querySelector("svg");
    const mark = svg?.querySelector("[data-mark]");
    const curve = json(figure.dataset.curve, []).sort((one, two) => one.value - two.value);
    if (!slider || !mark || curve.length < 2) return;
    const between = (from, to, key, wanted) => {
      for (let i = 1; i < curve.length; i += 1) {
        const [one, two] = [curve[i - 1], curve[i]];
        if (wanted <= two[from] || i === curve.length - 1) {
          const part = Math.min(1, Math.max(0, (wanted - one[from]) / (two[from] - one[from] || 1)));
          return one[key] + part * (two[key] - one[key]);
        }
      }
      return curve[0][key];
    };
    const place = () => {
      const value = Number(slider.value);
      mark.setAttribute("transform", `translate(${between("value", "", "x", value)} ${between("value", "", "y", value)})`);
    };
    const move = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const value = String(between("x", "", "value", point.x));
      if (slider.value === value) return;
      slider.value = value;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    };
    svg.addEventListener("pointerdown", (event) => {
      svg.setPointerCapture(event.pointerId);
      figure.classList.add("held");
      move(event);
    });
    svg.addEventListener("pointermove", (event) => { if (figure.classList.contains("held")) move(event); });
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, () => {
      if (!figure.classList.contains("held")) return;
      figure.classList.remove("held");
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    });
    slider.addEventListener("input", place);
    place();
  }

  /* (f) Search over an embedded index: see search.js. Maps: see map.js. */
  function search(form) {
    const start = () => { load("search.js").then(() => provenetSearch.begin(form, { load, word, fold, announce })); };
    form.addEventListener("focusin", start, { once: true });
    const query = new URLSearchParams(location.search).get("q");
    if (query && form.querySelector("input[name=q]")) { form.querySelector("input[name=q]").value = query; start(); }
  }

  async function map(place) {
    try {
      await load("vendor/maplibre-gl-6.17.0/maplibre-gl.css");
      const { begin } = await import(new URL("map.js", base));
      await begin(place, { json, word, toast, fold });
    } catch (fault) {
      place.hidden = true;
      console.warn(fault);
      if (location.protocol !== "file:") toast(word("no_map"), { bad: true });
    }
  }

  /* Everything, on the page and on each part that replaces another. */
  const KINDS = [
    ["form[data-submit-on-change]", liveForm], ["details[data-fill], details:has(> a[data-fill], > p > a[data-fill])", filled],
    ["[data-job]", job], ["table[data-sortable]", sortable], ["[data-drag-mark]", dragMark], ["form[data-search]", search],
    ["[data-map]:not([data-map-on-demand])", (place) => { if (location.protocol !== "file:") whenSeen(place.closest("figure") ?? place.parentElement, () => map(place)); }],
  ];
  const enhanced = new WeakMap();

  function once(element, kind) {
    if (!enhanced.has(element)) enhanced.set(element, new Set());
    const kinds = enhanced.get(element);
    if (kinds.has(kind)) return false;
    kinds.add(kind);
    return true;
  }

  function enhance(part) {
    for (const [selector, act] of KINDS) {
      const found = [...part.querySelectorAll(selector)];
      if (part.matches?.(selector)) found.unshift(part);
      for (const element of found) if (once(element, selector)) act(element);
    }
    for (const input of part.querySelectorAll("input[type=range]")) {
      readout(input);
      if (once(input, "readout")) input.addEventListener("input", () => readout(input));
    }
    for (const box of part.querySelectorAll(".scroll:not([tabindex]), .wide:not([tabindex]), .dossier table:not([tabindex])")) {
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-map-open]");
    const place = button ? document.getElementById(button.dataset.mapOpen) : null;
    if (!place) return;
    button.hidden = true;
    place.hidden = false;
    map(place).then(() => place.querySelector("canvas")?.focus({ preventScroll: true }));
  });

  /* A page on a file share has the drawing alone: the browser loads no module there. */
  if (location.protocol === "file:") document.querySelectorAll("[data-map-open]").forEach((button) => { button.hidden = true; });
  enhance(document.body);
})();
