// <button data-act formaction>: a row's own POST. What changed comes back as parts with names (row, queues, status).
addEventListener("submit", (event) => {
  const { submitter, target: form } = event;
  if (!submitter?.matches("[data-act]") || event.defaultPrevented) return;
  event.preventDefault();
  busy(submitter);
  const row = submitter.closest("tr")?.id;
  const address = submitter.getAttribute("formaction") ?? form.getAttribute("action");
  htmx.ajax("POST", address, { source: submitter, target: "#status", swap: "none" }).then(() => {
    const fresh = row && document.getElementById(row);
    if (fresh && !submitter.isConnected) (find(".do .btn", fresh) ?? find("th a", fresh))?.focus();
  });
});
