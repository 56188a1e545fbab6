// A pressed button says "Working…" and cannot be pressed twice; the server makes sure of once, this only saves a wait.
const labels = new Map();

const busy = (button) => {
  if (!button || labels.has(button)) return;
  labels.set(button, [...button.childNodes]);
  button.setAttribute("aria-busy", "true");
  if (button.matches(".btn")) button.replaceChildren("Working…");
};
const ready = () => {
  for (const [button, label] of labels) {
    button.replaceChildren(...label);
    button.removeAttribute("aria-busy");
  }
  labels.clear();
};

addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (find("[aria-busy=true]", form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (form.method === "post") {
    // After the submission is made up: the button's own name and value must travel with it.
    setTimeout(() => busy(submitter ?? find("button:not([type=button])", form)));
  }
}, true);
addEventListener("htmx:afterRequest", ready);
addEventListener("pageshow", ready);
