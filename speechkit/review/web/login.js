// Logging in; the session is a cookie that no script can read.
const form = document.querySelector("#login");
const error = document.querySelector("#error");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  error.textContent = "";
  const answer = await fetch("/api/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: form.elements.name.value, password: form.elements.password.value }),
  }).catch(() => null);
  if (answer?.ok) {
    location.replace("/");
    return;
  }
  const said = answer ? await answer.json() : { error: "the desk cannot be reached" };
  error.textContent = said.error;
  form.elements.password.select();
});
form.elements.name.focus();
