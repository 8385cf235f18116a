// Find and replace over all lines.
import { showFind } from "./dialogs.js";
import { tidy } from "./lines.js";

/**
 * Open the window; what is found is drawn in the text while it is open.
 * @param {import("./doc.js").Doc} doc
 * @param {import("./lines.js").Lines} lines
 * @param {import("./editing.js").Editing} editing
 */
export async function openFind(doc, lines, editing) {
  let at = -1;
  await editing.flushAll();
  await showFind({
    find(what) {
      lines.found = [];
      const wanted = what.toLowerCase();
      for (const line of wanted ? doc.order : []) {
        const text = line.text.toLowerCase();
        for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
          lines.found.push({ id: line.id, start: i, end: i + wanted.length });
        }
      }
      lines.paint();
      return lines.found.length;
    },
    step(back) {
      if (!lines.found.length) return;
      at = (at + (back ? -1 : 1) + lines.found.length) % lines.found.length;
      const { id } = lines.found[at];
      lines.rows.get(id)?.element.scrollIntoView({ block: "center" });
      lines.select(id);
    },
    replace(what, by, all) {
      if (!what || editing.sync.epoch === null) return;
      const hits = all ? lines.found : lines.found.slice(Math.max(0, at), Math.max(0, at) + 1);
      for (const lineId of new Set(hits.map((hit) => hit.id))) {
        const places = hits.filter((hit) => hit.id === lineId).reverse();
        editing.edit(lineId, (now) => {
          const text = places.reduce((t, hit) => t.slice(0, hit.start) + by + t.slice(hit.end), now.text);
          return text === now.text ? null : { kind: "text", text: tidy(text) };
        });
      }
    },
  });
}
