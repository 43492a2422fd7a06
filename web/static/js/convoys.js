// The form of what happened: the button says what it will write, and two quick ways to set time and trucks.

const form = document.querySelector("form.outcome");
const button = form?.querySelector("[data-save-button]");

function nameTheDeed() {
  const chosen = form.querySelector('input[name="what"]:checked');
  if (chosen) button.textContent = chosen.dataset.save;
}

function earlier(field) {
  const moment = new Date(`${field.value}:00Z`);
  if (Number.isNaN(moment.getTime())) return;
  field.value = new Date(moment.getTime() - 15 * 60_000).toISOString().slice(0, 16);
}

function step(field, by) {
  field.value = Math.max(0, (Number.parseInt(field.value, 10) || 0) + by);
}

if (form) {
  for (const hidden of form.querySelectorAll("[data-earlier], .steps-buttons")) hidden.hidden = false;
  form.addEventListener("change", nameTheDeed);
  form.addEventListener("click", (event) => {
    const control = event.target.closest("[data-earlier], [data-step]");
    if (!control) return;
    if (control.dataset.earlier) earlier(document.getElementById(control.dataset.earlier));
    else step(document.getElementById(control.dataset.forField), Number(control.dataset.step));
  });
  nameTheDeed();
}
