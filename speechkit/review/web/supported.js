// Runs as a plain script, so that browsers that cannot run the pages say so instead of showing nothing.
(function () {
  var editable = document.createElement("div");
  editable.setAttribute("contenteditable", "plaintext-only");
  var fits = typeof CSS !== "undefined" && "highlights" in CSS && typeof HTMLDialogElement === "function"
    && editable.contentEditable === "plaintext-only";
  if (fits) return;
  addEventListener("DOMContentLoaded", function () {
    var said = document.createElement("p");
    said.className = "notice";
    said.id = "unsupported";
    said.setAttribute("role", "alert");
    said.textContent = "This browser cannot run the review editor. It runs in Chrome and Edge from 105, Safari "
      + "from 17.2 and Firefox from 140.";
    document.body.insertBefore(said, document.body.firstChild);
  });
})();
