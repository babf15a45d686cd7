// Folds all code away and back. Each cell's own fold works without scripts.
(function () {
  const button = document.getElementById("Fold"), cells = document.querySelectorAll("details.code");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const hide = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", hide);
    button.textContent = hide ? "Show code" : "Hide code";
    cells.forEach(c => { c.open = !hide; });
  });
})();
