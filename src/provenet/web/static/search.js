/* Search over an index that lies beside the pages, so that it works from a file share or a USB stick. It searches as
   `pages/search.py` does: a test asks both the same.

`search-index.js` sets `provenetIndex`, a list of {title, address, text, kind, group, names, joined}, and `provenetSame`,
other words for the same by each of them; addresses are relative to the folder of the form's `data-search`. */
const provenetSearch = (() => {
  "use strict";
  const [MOST, MOST_NEARBY, MOST_MENDED, NOWHERE] = [30, 10, 8, 4];
  const LETTERS = { ø: "o", đ: "d", ð: "d", ł: "l", ħ: "h", ı: "i", æ: "ae", œ: "oe", þ: "th", ŧ: "t", ß: "ss", ς: "σ" };
  const ready = new WeakSet();

  /* The words of a text without case, width, marks and the accents of Latin and Greek letters. */
  function plain(text) {
    const bare = text.normalize("NFKC").toLowerCase().normalize("NFD").replace(/([\u0000-\u03ff\u1e00-\u1fff])[\u0300-\u036f]+/g, "$1");
    const folded = bare.normalize("NFC").replace(/[øđðłħıæœþŧßς]/g, (letter) => LETTERS[letter]).replace(/['’]/g, "");
    return folded.split(/[^\p{L}\p{N}&+]+/u).filter(Boolean);
  }

  const padded = (...texts) => ` ${texts.flatMap(plain).join(" ")} `;

  /* Words, or several that are one term, each with others for the same. */
  function termsOf(words, same) {
    const found = [];
    for (let at = 0; at < words.length;) {
      const size = [4, 3, 2].find((n) => same.has(words.slice(at, at + n).join(" "))) ?? 1;
      const term = words.slice(at, at + size).join(" ");
      found.push([term, same.get(term) ?? []]);
      at += size;
    }
    return found;
  }

  function place(text, [term, others]) {
    if ([term, ...others].some((one) => text.includes(` ${one} `))) return 3;
    return text.includes(` ${term}`) ? 2 : Number(text.includes(term));
  }

  /* Level, group, score and title: the first that differs decides. */
  function rank(page, whole, terms) {
    const hits = terms.map((term) => [place(page.head, term), place(page.body, term)]);
    const wholes = [whole, ...(terms.length === 1 ? terms[0][1] : []).map((one) => one.replaceAll(" ", ""))];
    let level = hits.every(([head]) => head) ? 2 : hits.every(([head, body]) => head || body) ? 3 : NOWHERE;
    if (whole.length > 1 && page.joined.some((name) => name.startsWith(whole))) level = 1;
    if (wholes.some((one) => page.joined.includes(one))) level = 0;
    return [level, page.group, -hits.reduce((sum, [head, body]) => sum + 8 * head + body, 0), page.title];
  }

  const before = (one, two) => {
    const at = one.findIndex((key, number) => key !== two[number]);
    return at < 0 ? 0 : one[at] < two[at] ? -1 : 1;
  };
  const best = (ranked) => ranked.sort(([one], [two]) => before(one, two)).map(([, page]) => page);

  function ranked({ pages, same }, words) {
    const terms = termsOf(words, same);
    const found = words.length ? pages.map((page) => [rank(page, words.join(""), terms), page]) : [];
    return best(found.filter(([[level]]) => level < NOWHERE));
  }

  /* How many letters two words differ by: as `letters_off` of core/names.py. */
  function lettersOff(one, other) {
    let [above, row] = [[], [...Array(other.length + 1).keys()]];
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        let cost = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] !== other[j - 1]));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, above[j - 2] + 1);
        next.push(cost);
      }
      [above, row] = [row, next];
    }
    return row[other.length];
  }

  function nearest({ pages, same, vocabulary }, word) {
    const most = word.length < 5 ? 0 : word.length < 8 ? 1 : 2;
    if (!most || same.has(word) || pages.some(({ head, body }) => head.includes(word) || body.includes(word))) return word;
    let found = [most + 1, 0, word];
    for (const [one, count] of vocabulary) {
      if (Math.abs(one.length - word.length) > most) continue;
      const here = [lettersOff(word, one), -count, one];
      if (before(here, found) < 0) found = here;
    }
    return found[2];
  }

  function search(held, query) {
    const words = plain(query);
    const mended = (found) => words.map((one, at) => (at < MOST_MENDED && !found.length ? nearest(held, one) : one));
    let found = ranked(held, words);
    const meant = mended(found);
    if (found.length) return { found };
    found = ranked(held, meant);
    if (found.length) return { found, meant: meant.join(" ") };
    const terms = termsOf(words, held.same);
    const count = (page) => terms.filter((term) => place(page.head, term) || place(page.body, term)).length;
    const counts = held.pages.map(count);
    const most = Math.max(0, ...counts);
    const near = held.pages.filter((_, at) => most && counts[at] === most).map((page) => [rank(page, "", terms).slice(1), page]);
    return { found: best(near).slice(0, MOST_NEARBY), isNear: true };
  }

  function made(name, text, css = "") {
    const element = document.createElement(name);
    element.textContent = text;
    if (css) element.className = css;
    return element;
  }

  async function begin(form, { load, word, announce }) {
    if (ready.has(form)) return;
    ready.add(form);
    const top = form.dataset.search || "";
    const input = form.querySelector("input[name=q]");
    const list = document.getElementById(form.dataset.results) || form.nextElementSibling;
    await load(form.dataset.index || new URL(`${top}search-index.js`, document.baseURI).href);
    const pages = provenetIndex.map((page) => ({ ...page, head: padded(page.title, ...page.names), body: padded(page.text) }));
    const vocabulary = new Map();
    for (const one of [...pages.map(({ head }) => head), ...Object.keys(provenetSame)].flatMap((text) => text.split(" ").filter(Boolean))) {
      vocabulary.set(one, (vocabulary.get(one) ?? 0) + 1);
    }
    const held = { pages, vocabulary, same: new Map(Object.entries(provenetSame)) };

    function show() {
      const query = input.value.trim();
      list.replaceChildren();
      list.hidden = !query;
      if (!query) return;
      const { found, meant, isNear } = search(held, query);
      const sentence = !found.length ? word("nothing", { query }) : isNear ? word("near")
        : `${meant ? `${word("meant", { query, meant })} ` : ""}${word("found", { count: found.length })}`;
      if (isNear || meant) list.append(made("li", sentence));
      for (const page of found.slice(0, MOST)) {
        const item = document.createElement("li");
        const link = made("a", page.title);
        link.href = top + page.address;
        item.append(link, " ", made("span", page.kind, "small"), made("p", page.text, "small"));
        list.append(item);
      }
      announce(sentence);
    }

    form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
    input.addEventListener("input", show);
    show();
  }

  return { begin };
})();
window.provenetSearch = provenetSearch;
