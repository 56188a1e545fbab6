// <a data-help href="/help/…">: the article opens beside the work, in an open dialog below its form; without scripts it
// is a page. What stands there is not touched.
let helpOpener;
const helpSpot = () => find(dialog?.open ? "#dialog-help" : "#help");

const closeHelp = (panel) => {
  if (panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
  const back = standing(helpOpener);
  if (back) back.focus();
  else focusRow();
};

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-help]");
  const panel = link && helpSpot();
  if (!panel || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!panel.contains(link)) helpOpener = link;
  const { pathname, search } = new URL(link.href);
  htmx.ajax("GET", pathname.replace("/help/", "/panel/") + search, { source: link, target: panel, swap: "innerHTML" });
});

addEventListener("htmx:afterSettle", ({ detail }) => {
  const panel = detail.target;
  if (!panel.matches?.(".panel")) return;
  panel.hidden = false;
  panel.scrollTop = 0;
  find("h2", panel)?.focus();
});

addEventListener("click", (event) => {
  const close = event.target.closest?.("[data-close-help]");
  if (!close) return;
  event.preventDefault();
  closeHelp(close.closest(".panel"));
});

addEventListener("keydown", (event) => {
  const panel = event.key === "Escape" && event.target.closest?.(".panel");
  if (!panel) return;
  event.preventDefault();
  closeHelp(panel);
});

dialog?.addEventListener("close", () => closeHelp(find("#dialog-help")));
