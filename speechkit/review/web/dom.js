// Small helpers for elements. Text only ever goes in as text.

/**
 * The element of that id, which the page has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Make an element: make("p", { class: "quiet" }, "text", child, …).
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} attributes on…: a listener; true: there; false, undefined: not
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    } else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * 3725.4 → "1:02:05".
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * Open a dialog with this content; resolves to the value of the button that closed it.
 * @param {string} title
 * @param {HTMLElement} content
 * @param {string[][]} buttons value, label, kind
 * @param {"" | "aside" | "at-line" | "wide"} manner aside: beside the text, which stays in sight; at-line: under the
 *   line one is at
 * @returns {Promise<string>}
 */
export function ask(title, content, buttons, manner = "") {
  const dialog = make(
    "dialog",
    { "aria-labelledby": "dialog-title", class: manner },
    make("form", { method: "dialog" }, make("h2", { id: "dialog-title" }, title), content,
      make("div", { class: "bar" }, ...buttons.map(([value, label, kind]) =>
        make("button", { value, class: kind ?? "", formnovalidate: value === "" }, label)))),
  );
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  if (manner === "at-line") putAtLine(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve(dialog.returnValue);
    });
  });
}

/**
 * Put a dialog under the line one is at, or above it where there is no room.
 * @param {HTMLElement} dialog
 */
function putAtLine(dialog) {
  const line = document.querySelector(".line.current")?.getBoundingClientRect();
  if (!line || line.bottom < 0 || line.top > innerHeight) return;
  const { height } = dialog.getBoundingClientRect();
  const below = line.bottom + 8;
  const top = below + height <= innerHeight ? below : Math.max(8, line.top - height - 8);
  if (top + height > innerHeight) return;
  dialog.style.marginTop = `${top}px`;
}
