// The print button of the convoy sheets; without scripts the browser's own command prints the same.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
