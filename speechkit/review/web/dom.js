// Small helpers for elements. Text only ever goes in as text.

/** Make an element: make("p", { class: "quiet" }, "text", child, …). */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** 3725.4 → "1:02:05". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Open a dialog with this content; resolves to the value of the button that closed it. */
export function ask(title, content, buttons) {
  const dialog = make(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    make("form", { method: "dialog" }, make("h2", { id: "dialog-title" }, title), content,
      make("div", { class: "bar" }, ...buttons.map(([value, label, kind]) =>
        make("button", { value, class: kind ?? "", formnovalidate: value === "" }, label)))),
  );
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve(dialog.returnValue);
    });
  });
}
