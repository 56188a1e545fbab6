// Seconds that run down, characters that are left, and polls that rest while nobody looks.
setInterval(() => {
  for (const figure of document.querySelectorAll("[data-seconds]")) {
    const left = Math.max(0, Number(figure.textContent) - 1);
    figure.textContent = left;
    if (left === 0) figure.closest("[data-until]")?.remove();
  }
}, 1000);

addEventListener("input", ({ target }) => {
  const left = target.maxLength > 0 && find(`[data-left-of="${target.id}"]`);
  if (left) left.textContent = target.maxLength - target.value.length;
});

addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.closest("[data-poll]")) event.preventDefault();
});
