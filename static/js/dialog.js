// <a data-dialog href>: the page behind the link opens as a form in the page's <dialog>. Without scripts it is a page.
// An empty answer closes the dialog; focus goes back to where it came from: the link, even when the page below has been
// drawn anew, or the row.
const host = find("#dialog-host");
let opener, openerRow;

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  opener = link;
  openerRow = link.closest("tr")?.id;
  busy(link);
  htmx.ajax("GET", link.getAttribute("href"), { source: link, target: host, swap: "innerHTML" });
});

addEventListener("click", (event) => {
  if (!dialog?.open || !event.target.closest?.("#dialog [data-close]")) return;
  event.preventDefault();
  dialog.close();
});

addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target !== host) return;
  if (!host.firstElementChild) return dialog.open && dialog.close();
  openerRow = host.firstElementChild.dataset.row ?? openerRow;
  if (!dialog.open) dialog.showModal();
  find("[autofocus]", host)?.focus();
});

dialog?.addEventListener("close", () => {
  host.replaceChildren();
  lastRow = openerRow;
  const from = standing(opener);
  if (from) from.focus();
  else focusRow(openerRow);
});
