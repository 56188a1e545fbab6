// One status region on every page says what a change did; the words come from the server.
const find = (selector, from = document) => from.querySelector(selector);
const dialog = find("#dialog");

// What stands in the place of an element by now, when the page around it may have been drawn anew.
const standing = (element) => {
  if (!element || element.isConnected) return element;
  const href = element.getAttribute("href");
  return (element.id && document.getElementById(element.id)) || (href && find(`a[href="${CSS.escape(href)}"]`));
};

const say = (words) => {
  const line = document.createElement("span");
  line.className = "vh";
  line.textContent = words;
  const status = find("#status");
  find(":scope > .vh", status)?.remove();
  status.append(line);
};

// A swapped part may carry one sentence for people who cannot see it change.
addEventListener("htmx:afterSwap", ({ target }) => {
  const words = target.dataset?.announce ?? find("[data-announce]", target)?.dataset.announce;
  if (words) say(words);
});

// 422 is the form again and goes where it came from. Other trouble is shown where the person is looking: in the open
// dialog, else above the page. (htmx by itself swaps no answer from 400 on.)
const troubleSpot = () => (dialog?.open && find(".trouble", dialog)) || find("#trouble");

addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { status } = detail.xhr;
  if (status < 400) return;
  detail.shouldSwap = true;
  if (status === 422) return void (detail.isError = false);
  detail.target = troubleSpot();
  detail.swapOverride = "innerHTML";
});
for (const name of ["htmx:sendError", "htmx:timeout"])
  addEventListener(name, () => troubleSpot()?.replaceChildren(find("#no-answer").content.cloneNode(true)));
addEventListener("htmx:beforeRequest", () => troubleSpot()?.replaceChildren());
