"use strict";
// Sorts a table by the column whose heading is pressed; again turns the order round.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    heading.querySelector("button").addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.value;
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        const numeric = x !== "" && y !== "" && !isNaN(x) && !isNaN(y);
        return (up ? 1 : -1) * (numeric ? x - y : x.localeCompare(y));
      });
      body.append(...rows);
    });
  });
}

// Says where a table or figure goes on beyond the screen.
const mayBeCut = document.querySelectorAll(".wide, .map, section > figure");
const markCut = () => mayBeCut.forEach((each) => each.classList.toggle("cut", each.scrollWidth > each.clientWidth + 1));
markCut();
addEventListener("resize", markCut);
for (const details of document.querySelectorAll("details")) details.addEventListener("toggle", markCut);

// The alignment viewer: a reference line by line, with what a system left out, invented and substituted.
const store = document.getElementById("alignments");
if (store) {
  const recordings = JSON.parse(store.textContent);
  const [recording, system, only] = ["recording", "system", "only"].map((id) => document.getElementById(id));
  const [lines, player] = ["lines", "player"].map((id) => document.getElementById(id));
  const fill = (select, names) => select.replaceChildren(...names.map((name) => new Option(name)));
  const clock = (at) => `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
  const word = (kind, text, at) => {
    const element = document.createElement(kind);
    element.textContent = text;
    if (at !== null) element.dataset.at = at;
    return element;
  };
  const play = (at) => {
    if (player.hidden) return;
    player.currentTime = at;
    player.play();
  };

  // The pieces of one line: words as they are, left out, invented; `from` counts the line's first word.
  const pieces = ([, start, end, words], from, changes) => {
    const made = [];
    const at = (i) => (end > start ? start + ((i - from) / words.length) * (end - start) : null);
    let i = from;
    const same = (until) => {
      for (; i < until; i += 1) made.push(word("span", words[i - from], at(i)), " ");
    };
    for (const [first, last, written] of changes) {
      const stop = Math.min(last, from + words.length);
      same(Math.max(first, from));
      const lost = words.slice(Math.max(first, from) - from, stop - from).join(" ");
      const parts = [];
      if (lost) parts.push(word("del", lost, at(i)));
      // What was written for words of two lines stands in the first.
      if (written && first >= from) parts.push(word("ins", written, at(i)));
      const both = document.createElement("span");
      if (parts.length > 1) {
        both.className = "exchange";
        parts.splice(1, 0, " ");
      }
      both.append(...parts);
      made.push(both, " ");
      i = Math.max(i, stop);
    }
    same(from + words.length);
    return made;
  };

  const show = () => {
    const one = recordings[recording.value];
    const [changes, ownLines] = one.systems[system.value];
    const all = ownLines || one.lines;
    const shown = [];
    let from = 0;
    all.forEach((line, index) => {
      const [speaker, start, end, words] = line;
      const until = from + words.length;
      const last = index === all.length - 1;
      // Words written between two lines belong to the one before.
      const own = changes.filter(([a, b]) =>
        a === b ? (a > from || from === 0) && (a <= until || last) : a < until && b > from);
      if (own.length || !only.checked) {
        const row = document.createElement("p");
        if (end > start) {
          const button = word("button", clock(start), null);
          button.type = "button";
          button.disabled = !one.audio;
          button.setAttribute("aria-label", `Play from ${clock(start)}`);
          button.addEventListener("click", () => play(start));
          row.append(button, " ");
        }
        if (speaker) row.append(word("b", `${speaker}:`, null), " ");
        row.append(...pieces(line, from, own));
        shown.push(row);
      }
      from = until;
    });
    lines.replaceChildren(...shown);
    player.hidden = !one.audio;
    if (one.audio && player.getAttribute("src") !== one.audio) player.setAttribute("src", one.audio);
  };
  const choose = () => {
    const before = system.value;
    const names = Object.keys(recordings[recording.value].systems);
    fill(system, names);
    if (names.includes(before)) system.value = before;
    show();
  };
  fill(recording, Object.keys(recordings));
  recording.addEventListener("change", choose);
  system.addEventListener("change", show);
  only.addEventListener("change", show);
  lines.addEventListener("click", (event) => {
    const at = event.target.dataset.at;
    if (at !== undefined) play(Number(at));
  });
  choose();
}
