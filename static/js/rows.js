// After a change focus goes to what the row offers now, or else to the page.
const focusRow = (id) => {
  const row = id && document.getElementById(id);
  if (row) (find(".do .btn", row) ?? find("th a", row)).focus();
  else find("main").focus({ preventScroll: true });
};
let lastRow, left, held;

// A part that had the focus may be gone with the answer: *Undo*, *Sync now*.
addEventListener("htmx:beforeRequest", ({ target }) => {
  left = target.contains(document.activeElement) ? target : null;
});
addEventListener("htmx:afterRequest", () => {
  if (left && !left.isConnected && document.activeElement === document.body) focusRow(left.closest(".toast") && lastRow);
});
// So may what has it when a part of the page is drawn anew for another reason.
addEventListener("htmx:beforeSwap", () => {
  held = find("main").contains(document.activeElement) && document.activeElement;
});
addEventListener("htmx:afterSwap", () => {
  if (held && !held.isConnected && document.activeElement === document.body) {
    const same = standing(held);
    if (same) same.focus();
    else focusRow();
  }
});
addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-dismiss]")) return;
  target.closest(".toast").remove();
  focusRow(lastRow);
});

// <button data-act formaction>: a row's own POST. What changed comes back as parts with names (row, queues, status).
addEventListener("submit", (event) => {
  const { submitter, target: form } = event;
  if (!submitter?.matches("[data-act]") || event.defaultPrevented) return;
  event.preventDefault();
  busy(submitter);
  lastRow = submitter.closest("tr")?.id;
  const address = submitter.getAttribute("formaction") ?? form.getAttribute("action");
  htmx.ajax("POST", address, { source: submitter, target: "#status", swap: "none" }).then(() => {
    if (!submitter.isConnected) focusRow(lastRow);
  });
});
