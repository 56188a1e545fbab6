// <form data-save>: ticks are kept on the server as they happen, so they outlive paging, sorting and a second tab.
// Without scripts the same form saves them when a page, a sort or a bulk button is pressed.
const boxes = (form) => [...form.querySelectorAll("tbody [name=id]")];
let last, waiting;

const figure = (number) => number.toLocaleString("en-AU");
const chosen = (number, all) => {
  if (!all) return number ? `${figure(number)} selected` : "";
  return `All ${figure(all)} selected` + (number < all ? `, ${figure(all - number)} left out` : "");
};

const count = (form) => {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).length;
  const head = find("thead [type=checkbox]", form);
  if (head) {
    head.checked = all.length > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
  const shown = find("[data-elsewhere]", form);
  if (shown) shown.textContent = chosen(ticked + Number(shown.dataset.elsewhere), Number(shown.dataset.all));
};

const save = (form) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    htmx.ajax("POST", form.dataset.save, { source: form, target: find(".picked", form), swap: "innerHTML" });
  }, 250);
};

addEventListener("click", ({ target, shiftKey }) => {
  const form = target.form;
  if (!form?.dataset.save || target.name !== "id") return;
  const all = boxes(form);
  if (shiftKey && last?.isConnected && last.form === form) {
    const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
    for (const box of all.slice(from, to + 1)) box.checked = target.checked;
  }
  last = target;
});

addEventListener("change", ({ target }) => {
  const form = target.form;
  if (!form?.dataset.save || target.type !== "checkbox") return;
  if (target.closest("thead")) for (const box of boxes(form)) box.checked = target.checked;
  count(form);
  save(form);
});

const countAll = () => document.querySelectorAll("form[data-save]").forEach(count);
addEventListener("htmx:afterSwap", countAll);
addEventListener("pageshow", countAll);
