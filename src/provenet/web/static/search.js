/* Search over an index that lies beside the pages, so that it works from a file share or a USB stick.

`search-index.js` sets `provenetIndex`, a list of {title, address, text}; addresses are relative to the folder of the
form's `data-search` (the way to the top of the site, such as "../"). */
const provenetSearch = (() => {
  "use strict";
  const MOST = 30;
  const MOST_NEARBY = 10;
  const LONGEST = 220;
  const ready = new WeakSet();
  const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/;

  /* How well a page answers: each word must stand in it; at the start of a word counts more, in the title most. */
  function score(page, words) {
    let sum = 0;
    for (const one of words) {
      const inTitle = place(page.foldedTitle, one);
      const inText = place(page.foldedText, one);
      if (!inTitle && !inText) return 0;
      sum += 8 * inTitle + inText;
    }
    return sum;
  }

  function place(text, one) {
    const at = text.indexOf(one);
    if (at < 0) return 0;
    if (JAPANESE.test(one) || at === 0) return 2;
    return new RegExp(`(^|[^\\p{L}\\p{N}])${one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "u").test(text) ? 2 : 1;
  }

  function best(scored) {
    return scored.sort(([one, a], [two, b]) => two - one || (a.address < b.address ? -1 : 1));
  }

  /* The pages in which as many of the words stand as in any, where none holds all. */
  function nearby(pages, words) {
    const scored = pages.map((page) => [words.map((one) => score(page, [one])), page]);
    const held = ([hits]) => hits.filter(Boolean).length;
    const most = Math.max(0, ...scored.map(held));
    const kept = most ? scored.filter((one) => held(one) === most) : [];
    return best(kept.map(([hits, page]) => [hits.reduce((sum, hit) => sum + hit, 0), page])).slice(0, MOST_NEARBY);
  }

  /* The words around the first hit, cut between words. */
  function extract(page, words) {
    if (page.text.length <= LONGEST) return page.text;
    const hits = words.map((one) => page.foldedText.indexOf(one)).filter((one) => one >= 0);
    const near = Math.max(0, Math.min(page.text.length - LONGEST, Math.min(...hits, page.text.length) - 60));
    const from = near ? page.text.indexOf(" ", near) + 1 : 0;
    const end = page.text.lastIndexOf(" ", from + LONGEST);
    const text = page.text.slice(from, end > from ? end : from + LONGEST);
    return `${from ? "… " : ""}${text}${end < page.text.length - 1 ? " …" : ""}`;
  }

  async function begin(form, { load, word, fold, announce }) {
    if (ready.has(form)) return;
    ready.add(form);
    const top = form.dataset.search || "";
    const input = form.querySelector("input[name=q]");
    const list = document.getElementById(form.dataset.results) || form.nextElementSibling;
    await load(form.dataset.index || new URL(`${top}search-index.js`, document.baseURI).href);
    const pages = provenetIndex.map((page) => ({ ...page, foldedTitle: fold(page.title), foldedText: fold(page.text) }));

    function show() {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      list.replaceChildren();
      list.hidden = words.length === 0;
      if (!words.length) return;
      let found = best(pages.map((page) => [score(page, words), page]).filter(([sum]) => sum > 0)).slice(0, MOST);
      const sentence = found.length ? word("found", { count: found.length }) : word("nothing", { query: input.value });
      const none = !found.length;
      if (none) found = nearby(pages, words);
      if (none) {
        const item = document.createElement("li");
        item.textContent = found.length ? word("near") : sentence;
        list.append(item);
      }
      for (const [, page] of found) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const text = document.createElement("p");
        link.href = top + page.address;
        link.textContent = page.title;
        text.className = "small";
        text.textContent = extract(page, words);
        item.append(link, text);
        list.append(item);
      }
      announce(none && found.length ? word("near") : sentence);
    }

    form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
    input.addEventListener("input", show);
    show();
  }

  return { begin };
})();
window.provenetSearch = provenetSearch;
