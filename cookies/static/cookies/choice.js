// Comfort for the banner. Without this script its forms are plain posts and its link is a page.
const banner = document.querySelector("[data-consent]");
const dialog = banner.querySelector("dialog");
const trouble = banner.querySelector("[data-trouble]");

banner.querySelector("[data-choose]").addEventListener("click", (event) => {
  event.preventDefault();
  dialog.showModal(); // Escape closes it without a choice; the browser returns the focus
});

banner.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  trouble.hidden = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      keepalive: true, // arrives although the visitor moves on
    });
    if (answer.status === 409) {
      // another tab was later: show what counts now
      window.location.assign(banner.querySelector("[data-choose]").href);
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    const chosen = await answer.json();
    dialog.close();
    banner.remove();
    document.querySelector("main").focus({ preventScroll: true });
    // what is optional waits for this, and so starts only after a yes that arrived
    document.dispatchEvent(new CustomEvent("consent", { detail: chosen }));
  } catch {
    dialog.close();
    trouble.hidden = false;
  }
});
